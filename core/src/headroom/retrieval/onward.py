"""What an excerpt has no room for, as the place that reads on."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from headroom.retrieval.places import MOST_RANGES, Place, Range, are_too_many
from headroom.toolkit.ranges import spans
from headroom.view import Piece, Unit, Within

__all__ = ["onward", "onward_in_words"]

_Holder: TypeAlias = "tuple[Unit, str, Within | None]"

#: Ranges that an excerpt names; more of them say less to a reader.
_NAMED = 8


def onward(left: Sequence[Piece], most: int = MOST_RANGES) -> str:
    """The place that has all of some pieces; empty for none.

    Where they would take more than ``most`` ranges, the nearest ones become one, with what is
    between them; and where they stand in more than ``most`` places, or in more parts than are
    looked for, it is the one around all.

    >>> onward([Piece("", "rows", number, "/a") for number in (1, 2, 4, 9)])
    'rows 1-2,4,9 of /a'
    >>> onward([Piece("", "rows", number, "/a") for number in (1, 2, 4, 9)], most=2)
    'rows 1-4,9 of /a'

    """
    places = _places(left)
    count = sum(len(place.ranges) or 1 for place in places)
    if len(places) > most or are_too_many(places):
        places = [_around(left)]
    elif count > most:
        places = _coarser(places, count - most)
    return "; ".join(place.spelled() for place in places)


def onward_in_words(left: Sequence[Piece], longest: int) -> str:
    """The same for a reader, in at most ``longest`` characters; empty where there is no room."""
    text = onward(left, _NAMED)
    if len(text) > longest:
        text = _around(left).spelled()
    return text if len(text) <= longest else ""


def _places(pieces: Sequence[Piece]) -> list[Place]:
    numbers: dict[_Holder, list[int]] = {}
    parts: dict[_Holder, list[Range]] = {}
    values: list[Place] = []
    for piece in pieces:
        holder = (piece.unit, piece.path, piece.within)
        if piece.number == 0:
            values.append(
                Place(path=piece.path or None, within=piece.within, chars=piece.chars,
                      is_everything=not piece.path)
            )  # fmt: skip
        elif piece.chars is None:
            numbers.setdefault(holder, []).append(piece.number)
        else:
            parts.setdefault(holder, []).append(Range(piece.number, piece.number, piece.chars))
    found = []
    for holder in dict.fromkeys([*parts, *numbers]):
        unit, path, within = holder
        whole = (Range(*span) for span in spans(sorted(set(numbers.get(holder, ())))))
        found.append(Place(unit, (*parts.get(holder, ()), *whole), path or None, within))
    return [*values, *found]


def _coarser(places: Sequence[Place], excess: int) -> list[Place]:
    """Places with so many ranges fewer: the smallest gaps between them are taken in."""
    gaps = [
        (after.first - before.last, number, index)
        for number, place in enumerate(places)
        for index, (before, after) in enumerate(zip(place.ranges, place.ranges[1:]))
        if before.chars is None and after.chars is None
    ]
    closed = {(number, index) for _, number, index in heapq.nsmallest(excess, gaps)}
    found = []
    for number, place in enumerate(places):
        ranges: list[Range] = []
        for index, one in enumerate(place.ranges):
            if (number, index - 1) in closed:
                one = Range(ranges.pop().first, one.last)
            ranges.append(one)
        found.append(replace(place, ranges=tuple(ranges)))
    return found


def _around(pieces: Sequence[Piece]) -> Place:
    """The nearest value, part or text that holds all of some pieces."""
    withins = {piece.within for piece in pieces}
    within = next(iter(withins)) if len(withins) == 1 else None
    common: list[str] | None = None
    for piece in pieces:
        path = piece.path
        if within is None and piece.within is not None:
            # All that stands in a text stands at its place; a part of a text has none.
            path = str(piece.within).rpartition(" of ")[2] if isinstance(piece.within, str) else ""
        tokens = path.split("/")
        if common is None:
            common = tokens
        same = 0
        while same < min(len(common), len(tokens)) and common[same] == tokens[same]:
            same += 1
        common = common[:same]
    path = "/".join(common or ())
    return Place(path=path or None, within=within, is_everything=not path)
