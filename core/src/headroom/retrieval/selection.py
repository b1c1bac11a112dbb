"""Which part of an original is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from headroom.retrieval.conditions import Condition, conditions
from headroom.retrieval.patterns import Pattern, compile_pattern
from headroom.view import Unit, Within

__all__ = ["Range", "Selection", "parse_ranges", "select"]

_ONE = r"\d{1,12}(?::\d{1,12}-(?:\d{1,12})?|-\d{1,12})?"
_MOST_RANGES = 500
_RANGES = re.compile(rf"{_ONE}(?:,{_ONE})*")
_HOLDER = re.compile(r"(.*?)(|(?: of | within |^)/)((?<=/).*|)", re.DOTALL)
_SPELT_RANGE = re.compile(r"(?<=\d) ?(?:-|\u2013|\u2014| to ) ?(?=\d)")
_SINGULAR = re.compile(r"\b(row|line|sentence)(?= \d)")
_AGAIN = re.compile(r"(\d),? (?:and )?(rows|lines|sentences) (\d)")
_IN_TEXT = re.compile(r"(?:lines \d{1,12}(?:-\d{1,12})? of )?/.*")
# A place as the markers of a view and the excerpts name it, so that it can be passed back as is.
_PLACE = re.compile(
    rf"(?:(?P<unit>lines|rows|sentences) (?P<ranges>{_ONE}(?:, ?{_ONE})*))?"
    r"(?:(?:^| of )(?P<path>/.*?)(?: characters (?P<chars>\d{1,12}-\d{0,12}))?)??"
    r"(?: within (?P<within>lines \d{1,12}-\d{1,12}(?: of /.*)?|(?:lines \d{1,12} of )?/.*))?"
)


@dataclass(frozen=True)
class Range:
    """Units by number, 1-based and inclusive; or characters of a single one."""

    first: int
    last: int
    #: First and last character, 1-based and inclusive, of the one unit; the last may be open.
    chars: tuple[int, int | None] | None = None


@dataclass(frozen=True)
class Selection:
    """What ``retrieve`` was asked for, read and checked."""

    query: str | None = None
    #: What the ranges count, where they are given.
    unit: Unit | None = None
    ranges: tuple[Range, ...] = ()
    #: JSON pointer, JSONPath, or the name of a symbol of code.
    path: str | None = None
    where: tuple[Condition, ...] = ()
    pattern: Pattern | None = None
    #: The part of the original in which all else is counted; ``None`` for the whole.
    within: Within | None = None
    #: First and last character, 1-based and inclusive, of the value at the path, as it is spelled.
    chars: tuple[int, int | None] | None = None


def select(
    *,
    query: str | None,
    place: str | int | None,
    rows: str | int | None,
    lines: str | int | None,
    sentences: str | int | None,
    path: str | None,
    where: Mapping[str, object] | str | None,
    pattern: str | None,
    within: str | None,
) -> Selection:
    """What the arguments of ``retrieve`` select.

    Raises:
        TypeError: One has the wrong type.
        ValueError: One is misspelt, or two exclude each other.

    """
    _check_text("query", query)
    named_place = None if place is None else _read_place(place)
    _check_text("path", path)
    given = {"lines": lines, "rows": rows, "sentences": sentences}
    named = {name: value for name, value in given.items() if value is not None}
    if len(named) > 1:
        raise ValueError(f"ask for one of {' and '.join(named)}, not for both")
    selection = Selection(
        query=query,
        path=path,
        where=conditions(where),
        pattern=None if pattern is None else compile_pattern(pattern),
        within=None if within is None else _within(within),
    )
    if named_place is not None:
        if named:
            raise ValueError(f"ask for place or for {next(iter(named))}, not for both")
        selection = _merged(selection, named_place)
    elif query is not None and (asked := _place(query)) is not None:
        selection = replace(_merged(selection, asked), query=None)
    for name, value in named.items():
        unit = cast("Unit", name)
        text = _range_text(name, value)
        spelt = _place(text)
        if spelt is not None and spelt.unit == unit:
            selection = _merged(selection, spelt)
        else:
            selection = replace(selection, unit=unit, ranges=tuple(parse_ranges(text, name)))
    return selection


def parse_ranges(value: str, name: str) -> list[Range]:
    """Reads ``"3-111"``, ``"3,7-9"``, or ``"7:2001-4000"`` for characters of the seventh.

    Raises:
        ValueError: It is written in another way.

    >>> parse_ranges("3,7-9", "rows")
    [Range(first=3, last=3, chars=None), Range(first=7, last=9, chars=None)]

    """
    text = value.replace(" ", "")
    if not _RANGES.fullmatch(text):
        raise ValueError(f'{name} must look like "3-111" or "3,7-9", counted from 1')
    if text.count(",") >= _MOST_RANGES:
        raise ValueError(f"{name} has more than {_MOST_RANGES} ranges: ask for some of them")
    found = []
    for part in text.split(","):
        number, colon, chars = part.partition(":")
        if colon:
            start, _, stop = chars.partition("-")
            one = Range(int(number), int(number), (int(start), int(stop) if stop else None))
            upwards = int(start) >= 1 and (not stop or int(stop) >= int(start))
        else:
            first, _, last = part.partition("-")
            one = Range(int(first), int(last or first))
            upwards = True
        if one.first < 1 or one.last < one.first or not upwards:
            raise ValueError(f"{name} are counted from 1, and a range goes upwards, as in 3-111")
        found.append(one)
    return found


def _read_place(place: str | int) -> Selection:
    """A place, or bare numbers, which count whatever the content consists of."""
    text = _range_text("place", place)
    found = _place(text)
    if found is None and _RANGES.fullmatch(text.replace(" ", "")):
        return Selection(ranges=tuple(parse_ranges(text, "place")))
    if found is None:
        raise ValueError(
            'place must look like "rows 3-111 of /flights" or "lines 7-9", as the text names it'
        )
    return found


def _place(text: str) -> Selection | None:
    """A place as a marker names it; ``None`` where the text is something else."""
    match = _PLACE.fullmatch(_plain(text.strip().strip("[]").partition(" left out")[0]))
    if match is None or not match.group():
        return None
    unit, ranges, path, within = match.group("unit", "ranges", "path", "within")
    if unit is None and path is None:
        return None
    # Characters of a value are spelled as those of a line.
    (chars,) = parse_ranges(f"1:{match['chars']}", "characters") if match["chars"] else (None,)
    return Selection(
        unit=cast("Unit | None", unit),
        ranges=tuple(parse_ranges(ranges, unit)) if ranges else (),
        path=path,
        within=None if within is None else _within(within),
        chars=None if chars is None else chars.chars,
    )


def _plain(text: str) -> str:
    """A place as it should be written: readers write "row 3", "lines 3 to 5", "rows 3, rows 5"."""
    numbers, holder, rest = _HOLDER.fullmatch(text).groups()  # type: ignore[union-attr]
    numbers = _SPELT_RANGE.sub("-", numbers)
    numbers = _SINGULAR.sub(r"\1s", numbers)
    numbers = _AGAIN.sub(r"\1,\3", numbers)
    return numbers + ("" if holder == " of /" and not rest else holder + rest)


def _merged(selection: Selection, place: Selection) -> Selection:
    return replace(
        selection,
        unit=place.unit,
        ranges=place.ranges,
        path=selection.path if place.path is None else place.path,
        within=selection.within if place.within is None else place.within,
        chars=place.chars,
    )


def _within(value: str) -> Within:
    _check_text("within", value)
    if _IN_TEXT.fullmatch(value):
        return value
    (only, *more) = parse_ranges(value.removeprefix("lines "), "within")
    if more or only.chars:
        raise ValueError('within is one range of lines, as "12-80", or one path, as "/result/text"')
    return only.first, only.last


def _range_text(name: str, value: str | int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'{name} must look like "3-111" or 3, not {type(value).__name__}')
    return str(value)


def _check_text(name: str, value: str | None) -> None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")
