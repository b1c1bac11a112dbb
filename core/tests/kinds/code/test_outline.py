"""What a source file is made of, as numbers side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.kinds.code.outline import Symbol, Symbols

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
