"""Many short texts that are put together give back what was put in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.toolkit.rows import packed
from headroom.toolkit.rows.packed import Packed


@pytest.fixture(autouse=True)
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_TOGETHER", 4)
    monkeypatch.setattr(packed, "_FAR", 12)


@given(
    st.lists(st.lists(st.text(max_size=5), max_size=11), max_size=4),
    st.slices(30),
    st.integers(1, 7),
    st.integers(0, 9),
)
@settings(max_examples=300)
def test_it_has_what_a_list_of_them_has(
    parts: list[list[str]], some: slice, step: int, first: int
) -> None:
    cells, expected = Packed(), list[str]()
    for part in parts:
        cells.extend(part)
        cells.append("one")
        expected += [*part, "one"]
        # Also those that are added after others were read.
        assert list(cells) == expected
        assert len(cells) == len(expected)
    assert cells[some] == expected[some]
    assert list(cells.every(step, first)) == expected[first::step]
    for index in range(-len(expected), len(expected)):
        assert cells[index] == expected[index]
    for index in (len(expected), -len(expected) - 1, len(expected) + 4):
        with pytest.raises(IndexError):
            cells[index]
    assert cells.holds("o") is any("o" in cell for cell in expected)
