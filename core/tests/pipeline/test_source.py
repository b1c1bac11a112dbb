"""What is remembered of a text."""

from __future__ import annotations

import gc
import weakref

import pytest

from headroom.errors import WrongKind
from headroom.source import Source


def read(source: Source) -> list[str]:
    return source.text.split()


def test_what_a_wrong_kind_read_is_forgotten_and_all_else_is_not() -> None:
    source = Source("one\ntwo\nthree")
    before, part = source.once(read), source.part(0, 1)

    asked = []

    def other(source: Source) -> list[str]:
        asked.append("other")
        return list(source.text)

    def wrong(source: Source) -> None:
        source.once(other)
        asked.append(source.part(1, 2))
        raise WrongKind("no such text")

    with pytest.raises(WrongKind), source.forgetting_if_wrong():
        source.once(wrong)
    assert source.once(read) is before
    assert source.part(0, 1) is part
    assert source.part(1, 2) is asked[1]
    source.once(other)
    assert asked[2:] == ["other"]


def test_what_the_right_kind_read_is_remembered() -> None:
    source = Source("one")
    with source.forgetting_if_wrong():
        found = source.once(read)
    assert source.once(read) is found


class Read:
    """Something that is as large as its text."""


def test_that_a_kind_is_wrong_holds_nothing_of_the_text() -> None:
    half_read = []

    def wrong(source: Source) -> None:
        own = Read()
        half_read.append(weakref.ref(own))
        raise WrongKind("no such text")

    source = Source("one")
    gc.disable()
    try:
        for _ in range(2):
            with pytest.raises(WrongKind, match="no such text"):
                source.once(wrong)
        assert len(half_read) == 1
        assert half_read[0]() is None
    finally:
        gc.enable()


def test_the_text_of_a_part_is_there_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom.source._LARGE", 10)
    part = Source("one\ntwo\nthree\nfour").part(1, 3)
    part.forget_text()
    assert part.lines == ["two", "three"]
    part.forget()
    assert part.text == "two\nthree"
    # A whole text has nothing that it could be cut out of.
    whole = Source("one\ntwo")
    whole.forget()
    assert whole.text == "one\ntwo"


def test_a_text_that_is_made_is_made_again_where_it_was_forgotten() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("one\ntwo")
        return made[-1]

    source = Source.made(make)
    assert not made
    assert source.text == source.text == "one\ntwo"
    source.forget_text()
    assert list(source.lines) == ["one", "two"]
    assert len(made) == 2
    # Of any other there is but the one.
    other = Source("one")
    other.forget_text()
    assert other.text == "one"
