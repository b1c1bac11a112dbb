"""Places in words, as markers, omissions and excerpts name them and readers write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

from headroom.regexes import regex
from headroom.view import ENDS_PLACE, EVERYTHING, Unit, Within, spelled, spelled_path

__all__ = [
    "MOST_RANGES",
    "Place",
    "Range",
    "are_too_many",
    "parse_places",
    "parse_ranges",
    "parse_within",
    "spell_ranges",
    "together",
]

_ONE = r"\d{1,12}(?::\d{1,12}-(?:\d{1,12})?|-\d{1,12})?"
#: A place that reads on names no more ranges than this.
MOST_RANGES = 5000
#: One that is asked for may name any number of them, as an omission does; but for each text, each
#: part of a unit or a value, and each path with signs, all is looked through anew.
_MOST_PARTS = 500
#: Characters of a place; it is read in one pass.
_LONGEST = 10_000_000
_RANGES = re.compile(rf"{_ONE}(?:,{_ONE})*")
_UNITS = r"(?:row|line|sentence)s?"
_SPELT_RANGE = re.compile(r"(?<=\d) ?(?:-|\u2013|\u2014| to ) ?(?=\d)")
# Readers write "row 3", "Lines: 3 to 5".
_UNIT = re.compile(r"\b(row|line|sentence)s?(?: |: ?)?(?=\d)", re.IGNORECASE)
_HOLDER = re.compile(r"(.*?)(|(?: of | within |^)[/\0])((?<=[/\0]).*|)", re.DOTALL)
_SAID = re.compile(ENDS_PLACE)
# A pointer in quotes, which stands at the beginning of a place or after a word that leads to it.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,100000}"', re.DOTALL)
_LEADS = (" of ", " within ", "; ", ", ", "[")
_NEXT = re.compile(
    rf"(?:;|,|,? and) (?=(?:{_UNITS}(?: |: ?)?\d|{EVERYTHING}\b|[/\0]))", re.IGNORECASE
)
# One place, with the pointers in quotes taken out of it.
_PLACE = regex(
    rf"(?:(?P<unit>lines|rows|sentences) (?P<ranges>{_ONE}(?:, ?{_ONE})*)|(?P<all>{EVERYTHING}))?"
    r"(?:(?:^| of )(?P<path>/.*?|\0\d+\0))??(?: characters (?P<chars>\d{1,12}-\d{0,12}))?"
    r"(?: within (?P<within>lines \d{1,12}-\d{1,12}(?: of .*)?|(?:lines \d{1,12} of )?[/\0].*))?",
    re.DOTALL,
)
_HELD = re.compile(r"\0(\d+)\0")
_LINES_OF = re.compile(r"lines \d{1,12}(?:-\d{1,12})? of /.*", re.DOTALL)
# A part of an original as a place spells it, with the pointer in quotes.
_QUOTED_WITHIN = re.compile(r'(?:lines \d{1,12}(?:-\d{1,12})? of )?"')


@dataclass(frozen=True)
class Range:
    """Units by number, 1-based and inclusive; or characters of a single one."""

    first: int
    last: int
    #: First and last character, 1-based and inclusive, of the one unit; the last may be open.
    chars: tuple[int, int | None] | None = None


@dataclass(frozen=True)
class Place:
    """A part of an original; without anything, what a query looks through."""

    #: What the ranges count, where they are given.
    unit: Unit | None = None
    ranges: tuple[Range, ...] = ()
    #: JSON pointer, JSONPath, or the name of a symbol of code.
    path: str | None = None
    #: The part of the original in which all else is counted; ``None`` for the whole.
    within: Within | None = None
    #: First and last character, 1-based and inclusive, of the value at the path, as it is spelled.
    chars: tuple[int, int | None] | None = None
    #: Whether it is all that there is, as it was put.
    is_everything: bool = False

    def spelled(self) -> str:
        """The place in words.

        >>> Place("rows", (Range(3, 5), Range(7, 7, (2, None))), "/data").spelled()
        'rows 3-5,7:2- of /data'

        """
        place = f"{self.unit} {spell_ranges(self.ranges)}" if self.ranges else ""
        path = spelled_path(self.path or "")
        if self.ranges:
            place += f" of {path}" if path else ""
        elif path or self.is_everything or self.chars or self.within is None:
            place = path or EVERYTHING
        if self.chars:
            place += f" characters {_spell_chars(self.chars)}"
        if self.within is None:
            return place
        return f"{place} within {spelled(self.within)}" if place else spelled(self.within)


def spell_ranges(ranges: Sequence[Range]) -> str:
    """Ranges as a place has them.

    >>> spell_ranges([Range(3, 5), Range(8, 8)])
    '3-5,8'

    """
    return ",".join(
        f"{one.first}:{_spell_chars(one.chars)}"
        if one.chars
        else f"{one.first}-{one.last}"
        if one.last > one.first
        else f"{one.first}"
        for one in ranges
    )


def _spell_chars(chars: tuple[int, int | None]) -> str:
    return f"{chars[0]}-{chars[1] or ''}"


def parse_ranges(value: str, name: str) -> list[Range]:
    """Reads ``"3-111"``, ``"3,7-9"``, or ``"7:2001-4000"`` for characters of the seventh.

    Raises:
        ValueError: It is written in another way.

    >>> parse_ranges("3,7-9", "rows")
    [Range(first=3, last=3, chars=None), Range(first=7, last=9, chars=None)]

    """
    text = _SPELT_RANGE.sub("-", value).replace(" ", "")
    if not _RANGES.fullmatch(text):
        raise ValueError(f'{name} must look like "3-111" or "3,7-9", counted from 1')
    if text.count(":") > _MOST_PARTS:
        raise ValueError(f"{name} has parts of more than {_MOST_PARTS}: ask for some of them")
    found = []
    for part in text.split(","):
        number, colon, chars = part.partition(":")
        if colon:
            one = Range(int(number), int(number), _chars(chars))
        else:
            first, _, last = part.partition("-")
            one = Range(int(first), int(last or first))
        if one.first < 1 or one.last < one.first:
            raise ValueError(f"{name} are counted from 1, and a range goes upwards, as in 3-111")
        found.append(one)
    return found


def _chars(text: str) -> tuple[int, int | None]:
    start, _, stop = text.partition("-")
    chars = int(start), int(stop) if stop else None
    if chars[0] < 1 or (chars[1] is not None and chars[1] < chars[0]):
        raise ValueError("characters are counted from 1, and a range goes upwards, as in 3-111")
    return chars


def parse_places(text: str) -> tuple[Place, ...] | None:
    """Reads a place, or several with ``;`` between them; ``None`` where it is something else.

    Raises:
        ValueError: It is a place, and its numbers make no sense.

    >>> [place.path for place in parse_places('rows 3-5 of /a; "/b; c"')]
    ['/a', '/b; c']

    """
    if "\0" in text or len(text) > _LONGEST:
        return None
    held: list[str] = []
    text = "".join(_outside_quotes(text.strip(), held))
    if text.startswith("["):
        text = text.strip("[]")
    text = _SAID.split(text, maxsplit=1)[0]
    places = tuple(_parse(part, held) for part in _NEXT.split(text))
    if not all(places):
        return None
    found = cast("tuple[Place, ...]", places)
    if are_too_many(found):
        raise ValueError(f"place names more than {_MOST_PARTS} parts: ask for some of them")
    return found


def are_too_many(places: Sequence[Place]) -> bool:
    """Whether some places have more parts than are looked for."""
    chars = chain((p.chars for p in places), (one.chars for p in places for one in p.ranges))
    parts = sum(one is not None for one in chars)
    inside = {
        (place.path, place.within)
        for place in places
        if place.within is not None or (place.path or "").startswith("$")
    }
    return parts + len(inside) > _MOST_PARTS


def together(places: Iterable[Place]) -> tuple[Place, ...]:
    """The same with one place for all ranges of one thing: each is looked through once.

    >>> [place.spelled() for place in together(parse_places("rows 3 of /a; /b; rows 5-6 of /a"))]
    ['rows 3,5-6 of /a', '/b']

    """
    found: dict[Place, list[Range]] = {}
    for place in places:
        found.setdefault(replace(place, ranges=()), []).extend(place.ranges)
    return tuple(replace(place, ranges=tuple(ranges)) for place, ranges in found.items())


def _outside_quotes(text: str, held: list[str]) -> Iterator[str]:
    """A text with a number between zeros for each pointer in quotes."""
    position = 0
    while (start := text.find('"', position)) >= 0:
        before = text[position:start]
        # Looked for only where one may begin: a text is not read again from each of its quotes.
        may_begin = start == 0 or before.endswith(_LEADS)
        match = _QUOTED.match(text, start) if may_begin else None
        if match is None:
            yield text[position : start + 1]
            position = start + 1
            continue
        yield f"{before}\0{len(held)}\0"
        held.append(match[0])
        position = match.end()
    yield text[position:]


def _parse(text: str, held: Sequence[str]) -> Place | None:
    match = _PLACE.fullmatch(_plain(text))
    if match is None or not match.group():
        return None
    unit, ranges, path, chars, within = match.group("unit", "ranges", "path", "chars", "within")
    if (unit is None and path is None and not match["all"]) or (chars and unit):
        return None
    try:
        path, within = _said(path, held), _said(within, held)
    except ValueError:
        return None
    is_everything = bool(match["all"]) and not path
    return Place(
        unit=cast("Unit | None", unit),
        ranges=tuple(parse_ranges(ranges, unit)) if ranges else (),
        path="" if is_everything and chars else path,
        within=None if within is None else _within(within),
        chars=_chars(chars) if chars else None,
        is_everything=is_everything and not chars,
    )


def _said(text: str | None, held: Sequence[str]) -> str | None:
    """A text with its pointers as they are, and not in quotes.

    Raises:
        ValueError: One is not written as JSON writes a text.

    """
    return text and _HELD.sub(lambda match: str(json.loads(held[int(match[1])])), text)


def _plain(text: str) -> str:
    """A place as it should be written: readers write "row 3", "lines 3 to 5"."""
    numbers, holder, rest = _HOLDER.fullmatch(text).groups()  # type: ignore[union-attr]
    numbers = _SPELT_RANGE.sub("-", numbers)
    numbers = _UNIT.sub(lambda match: f"{match[1].lower()}s ", numbers)
    return numbers + ("" if holder == " of /" and not rest else holder + rest)


def parse_within(value: str) -> Within:
    """A part of an original: ``"12-80"``, ``"lines 12-80"``, ``"/result/text"``.

    Raises:
        ValueError: It is written in another way.

    """
    if _QUOTED_WITHIN.match(value):
        places = parse_places(f"everything within {value}")
        if places is not None and len(places) == 1 and places[0].within is not None:
            return places[0].within
    return _within(value)


def _within(text: str) -> Within:
    """A part of an original, with its pointer as it is."""
    if text.startswith("/") or _LINES_OF.fullmatch(text):
        return text
    (only, *more) = parse_ranges(text.removeprefix("lines "), "within")
    if more or only.chars:
        raise ValueError('within is one range of lines, as "12-80", or one path, as "/result/text"')
    return only.first, only.last
