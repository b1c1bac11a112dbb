"""What a source file is made of, as numbers side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.kinds.code.outline import Role, Symbol, Symbols, Units

LINES = st.integers(1, 1_000_000)


@given(
    st.lists(
        st.builds(
            Symbol,
            st.text(max_size=5),
            LINES,
            LINES,
            st.booleans(),
            st.booleans(),
            st.integers(-1, 9),
            st.booleans(),
            st.sampled_from(("", "Cache")),
        ),
        max_size=9,
    )
)
def test_symbols_are_what_was_added(added):
    symbols = Symbols()
    for symbol in added:
        symbols.append(symbol)
    assert list(symbols) == added
    assert symbols[1:] == added[1:]
    assert symbols[-1:] == added[-1:]
    assert symbols.names == [symbol.name for symbol in added]
    assert list(symbols.parents) == [symbol.parent for symbol in added]
    assert [symbols.is_class(n) for n in range(len(symbols))] == [s.is_class for s in added]
    if added:
        assert symbols[-1] == added[-1]
    with pytest.raises(IndexError):
        symbols[len(added)]


@given(
    st.lists(st.tuples(LINES, LINES), min_size=1, max_size=9),
    st.sampled_from(Role),
    st.integers(-1, 9),
    st.integers(-1, 9),
    st.booleans(),
    st.integers(0, 9),
)
def test_statements_added_together_are_those_added_one_by_one(
    parts, role, needs, symbol, public, before
):
    together, each = Units(), Units()
    for units in (together, each):
        units.add(((1, 2), (5, 6)), Role.SIGNATURE)
    together.add_each(*zip(*parts), role, needs, symbol, public, before)
    for part in parts:
        each.add((part,), role, needs, symbol, public, before=before)
    assert list(together) == list(each)
    assert list(together.sorts()) == list(each.sorts())
    assert (together.firsts, together.owners) == (each.firsts, each.owners)
