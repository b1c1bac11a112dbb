"""The lines of a large text are those that a list would have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import compress, get_counter, lines
from headroom import source as source_module
from headroom.lines import Lines
from headroom.source import Source
from headroom_testing.large import LARGE

TEXTS = st.text(st.sampled_from("ab\n\r\u2028\U0001f600"), max_size=60)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_CHUNK", 7)


@given(TEXTS, st.integers(0, 70))
def test_returns_at_their_ends_go(text: str, size: int) -> None:
    expected = [line.removesuffix("\r") for line in text.split("\n")[:size]]
    assert list(Lines(text).first(min(size, len(Lines(text)))).without_returns()) == expected


@given(TEXTS, st.integers(-70, 70), st.integers(-70, 70))
def test_they_are_those_of_a_list(text: str, one: int, other: int) -> None:
    found, expected = Lines(text), text.split("\n")
    assert list(found) == expected
    assert found == expected
    assert len(found) == len(expected)
    assert list(reversed(found)) == expected[::-1]
    assert found[one:other] == expected[one:other]
    assert found[one::2] == expected[one::2]
    assert found[::-1] == expected[::-1]
    size = one % (len(expected) + 1)
    if size:
        assert list(found.first(size)) == expected[:size]
    if -len(expected) <= one < len(expected):
        assert found[one] == expected[one]
    else:
        with pytest.raises(IndexError):
            found[one]


def test_other_lines_are_not_equal() -> None:
    assert Lines("a\nb") == Lines("a\nb")
    assert Lines("a\nb") != ["a", "c"]
    assert Lines("a\nb") != ["a"]
    assert Lines("a") != "a"


def test_a_source_of_many_characters_has_no_list_of_them() -> None:
    assert isinstance(Source("a\n" * 200_000).lines, Lines)
    assert isinstance(Source("a\nb").lines, list)


@pytest.mark.parametrize("name", LARGE)
def test_the_view_of_a_text_is_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, counter = LARGE[name](12_000), get_counter()
    expected = compress(text, counter=counter)
    monkeypatch.setattr(source_module, "_LARGE", 0)
    assert compress(text, counter=counter) == expected
