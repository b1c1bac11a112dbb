"""Which part of an original is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from headroom.arguments import brief, check_text
from headroom.retrieval.conditions import Filter, conditions
from headroom.retrieval.patterns import Pattern, compile_pattern
from headroom.retrieval.places import Place, parse_places, parse_ranges, parse_within, together
from headroom.view import EVERYTHING, Unit

__all__ = ["Selection", "select"]

# What a place counts has no more digits than twelve.
_LARGEST = 10**12


@dataclass(frozen=True)
class Selection:
    """What ``retrieve`` was asked for, read and checked."""

    query: str | None = None
    #: The parts that it is asked of, in their order.
    places: tuple[Place, ...] = (Place(),)
    where: Filter | None = None
    pattern: Pattern | None = None
    #: What is asked where the query was read as paths, and nothing stands at them: so begin the
    #: paths of files and of URLs, too.
    instead: Selection | None = None


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
    for name, text in (("query", query), ("path", path), ("within", within)):
        if text is not None:
            check_text(name, text)
    units = {"lines": lines, "rows": rows, "sentences": sentences}
    given = {name: value for name, value in units.items() if value is not None}
    if len(given) > 1:
        raise ValueError(f"ask for one of {' and '.join(given)}, not for both")
    if place is not None and given:
        raise ValueError(f"ask for place or for {next(iter(given))}, not for both")
    places: tuple[Place, ...] | None = None
    words: str | None = None
    if place is not None:
        places = _read_places(place)
    elif given:
        places = _of_unit(*next(iter(given.items())))
    elif query is not None:
        places = _asked_by_query(query)
        if places is not None:
            words = query if all(map(_is_pointer, places)) else None
            query = None
    around = Place(path=path, within=None if within is None else parse_within(within))
    asked = Selection(
        query=query,
        places=together(_inside(one, around) for one in places or (Place(),)),
        where=conditions(where),
        pattern=None if pattern is None else compile_pattern(pattern),
    )
    if words is None:
        return asked
    by_words = replace(asked, query=words, places=(_inside(Place(), around),))
    return replace(asked, instead=by_words)


def _inside(place: Place, around: Place) -> Place:
    """A place, with what is said apart from it."""
    return replace(
        place,
        path=around.path if place.path is None else place.path,
        within=around.within if place.within is None else place.within,
        is_everything=place.is_everything and around.path is None,
    )


def _of_unit(name: str, value: str | int) -> tuple[Place, ...]:
    """The ranges of ``rows``, ``lines`` or ``sentences``, or a place that counts them."""
    text = _range_text(name, value)
    unit = cast("Unit", name)
    places = parse_places(text)
    if places is not None and all(one.unit == unit for one in places):
        return places
    return (Place(unit=unit, ranges=tuple(parse_ranges(text, name))),)


def _read_places(place: str | int) -> tuple[Place, ...]:
    """Places, or bare numbers, which count whatever the content consists of."""
    text = _range_text("place", place)
    found = parse_places(text)
    if found is None and text.strip()[:1].isdecimal():
        return (Place(ranges=tuple(parse_ranges(text, "place"))),)
    if found is None:
        raise ValueError(
            'place must look like "rows 3-111 of /flights" or "lines 7-9", as the text names it'
        )
    return found


def _asked_by_query(query: str) -> tuple[Place, ...] | None:
    """The places that a query names, where it is nothing else; one word is looked for."""
    found = parse_places(query)
    if found is None or query.strip() == EVERYTHING:
        return None
    # So are words in quotes: those in which a place has a pointer begin with its slash.
    is_phrase = query.lstrip()[:1] == '"' and any(one.path and one.path[0] != "/" for one in found)
    return None if is_phrase else found


def _is_pointer(place: Place) -> bool:
    path = place.path or ""
    return path.startswith("/") and place == Place(path=path)


def _range_text(name: str, value: str | int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'{name} must look like "3-111" or 3, not {type(value).__name__}')
    if abs(value) > _LARGEST:
        raise ValueError(f'{name} must look like "3-111" or 3, not {brief(value)}')
    return str(value)
