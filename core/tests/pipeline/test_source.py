"""What is remembered of a text."""

from __future__ import annotations

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
