"""Places in a JSON document: pointers (RFC 6901) and paths (a part of RFC 9535)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from headroom.toolkit.pointers import escape, is_index, member
from headroom.view import spelled_path

__all__ = ["begins", "locate", "members_in", "resolve", "walk"]

_STEP = re.compile(
    r"\.\.(?P<deep>[^\s.\[\]'\"*]+|\*)"
    r"|\.(?P<name>[^\s.\[\]'\"*]+|\*)"
    r"|(?P<deep_bracket>\.\.)?\[\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<any>\*)"
    r"|(?P<slice>-?\d{0,9}:-?\d{0,9})|(?P<index>-?\d{1,9}))\s*\]"
)

# A path that matches more places than this is too wide to be an answer.
_MOST = 10_000


def locate(document: object, path: str) -> list[tuple[str, object]]:
    """The values at a path, each with its pointer.

    Args:
        document: The parsed document.
        path: A pointer, as ``/data/0/name``, or a path, as ``$.data[*].name`` or ``$..name``:
            names, ``*``, indexes, slices, and ``..`` for any depth.

    Raises:
        ValueError: It is misspelt, or nothing is there.

    >>> locate({"data": [{"name": "Ada"}, {"name": "Bob"}]}, "$.data[*].name")
    [('/data/0/name', 'Ada'), ('/data/1/name', 'Bob')]
    >>> locate({"data": [{"name": "Ada"}]}, "/data/0/name")
    [('/data/0/name', 'Ada')]

    """
    if path.startswith("$"):
        return _by_path(document, path)
    if path and not path.startswith("/"):
        raise ValueError('a path is a JSON pointer: it begins with "/", as in "/data/0/name"')
    return [(path, resolve(document, path))]


def resolve(document: object, pointer: str) -> object:
    """The value at a JSON pointer.

    Raises:
        ValueError: Nothing is there.

    """
    value, way = document, ""
    try:
        for part in pointer.split("/")[1:]:
            value = member(value, part)
            way += f"/{part}"
    except LookupError:
        text = "there is nothing at this path"
        if isinstance(value, list) and is_index(part):
            holder = spelled_path(way) or "this"
            last = len(value) - 1
            text += f": {holder} goes from 0 to {last}" if value else f": {holder} is empty"
        raise ValueError(text) from None
    return value


def begins(document: object, pointer: str) -> bool:
    """Whether something is at the first step of a JSON pointer.

    >>> begins({"data": []}, "/data/7"), begins({"data": []}, "/src/main.py")
    (True, False)
    """
    try:
        member(document, pointer.split("/")[1])
    except LookupError:
        return False
    return True


def walk(
    document: object, pointer: str = "", of: Set[type] | None = None
) -> Iterator[tuple[str, object]]:
    """A value and all below it with their pointers, in order; without recursion.

    Args:
        document: The value.
        pointer: Its own.
        of: The types of what is looked at below it; all if ``None``.

    """
    waiting = [(pointer, document)]
    while waiting:
        here, current = waiting.pop()
        yield here, current
        members = [
            (f"{here}/{escape(name)}", child)
            for name, child in members_in(current)
            if of is None or type(child) in of
        ]
        waiting.extend(reversed(members))


def _by_path(document: object, path: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [("", document)]
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(
                "this JSONPath cannot be read: write $.data[0].name, $.data[*].name or $..name"
            )
        position = match.end()
        found = [place for start in found for place in _step(start, match)][: _MOST + 1]
        if len(found) > _MOST:
            raise ValueError(f"more than {_MOST} places match this path: name a narrower one")
    if not found:
        raise ValueError("there is nothing at this path")
    return found


def _step(start: tuple[str, object], match: re.Match[str]) -> Iterator[tuple[str, object]]:
    deep = match["deep"] or match["deep_bracket"]
    for pointer, value in walk(start[1], start[0]) if deep else (start,):
        for name, child in members_in(value):
            if _wanted(name, value, match):
                yield f"{pointer}/{escape(name)}", child


def _wanted(name: object, value: object, match: re.Match[str]) -> bool:
    names = (match["deep"], match["name"], match["single"], match["double"])
    word = next((one for one in names if one is not None), None)
    if match["any"] is not None or (word == "*" and match["single"] is match["double"] is None):
        return True
    if word is not None:
        return isinstance(value, dict) and name == word
    if not isinstance(value, list):
        return False
    if match["index"] is not None:
        index = int(match["index"])
        return name == (index if index >= 0 else len(value) + index)
    first, _, last = match["slice"].partition(":")
    return name in range(*slice(_number(first), _number(last)).indices(len(value)))


def _number(text: str) -> int | None:
    return int(text) if text else None


def members_in(value: object) -> Iterable[tuple[object, object]]:
    """The members of an object or an array by their names; none of any other value."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
