"""The rows of large documents, each read again when it is asked for.

As objects, all of them would be several times as large as their text.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable
from typing import Any

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import Json
from headroom.view import Deadline

__all__ = ["ReadAgain", "find_rows", "may_have_rows"]

#: Shorter texts, in characters, and shorter arrays are read at once: that is quicker. Chosen.
_LARGE, _MANY = 200_000, 500
#: An object of more members is data itself. Chosen.
_MOST_MEMBERS = 40
#: Rows after which the time is looked at.
_DEADLINE_EVERY = 200
_SPACE = re.compile(r"[ \t\n\r]*")

#: Reads the value at a place of a text; gives it, and where it ends.
Scan = Callable[[str, int], "tuple[Any, int]"]


class ReadAgain(Lazy[Json]):
    """The members of an array, all of them objects.

    Args:
        text: What they stand in.
        starts: Where each begins.
        scan: Reads one.

    >>> scan = json.JSONDecoder().raw_decode
    >>> rows = ReadAgain('[{"a": true}, {"a": null}]', array("L", (1, 14)), scan)
    >>> len(rows), rows[1]
    (2, {'a': None})

    """

    def __init__(self, text: str, starts: array[int], scan: Scan) -> None:
        self._text = text
        self._starts = starts
        self._scan = scan

    def __len__(self) -> int:
        return len(self._starts)

    def _at(self, index: int) -> Json:
        value: Json = self._scan(self._text, self._starts[index])[0]
        return value


def may_have_rows(text: str) -> bool:
    """Whether a text is so large that rows are worth reading again."""
    return len(text) >= _LARGE


def find_rows(text: str, scan: Scan, deadline: Deadline | None) -> Json:
    """The value of a large text, its arrays of rows read when they are asked for.

    Args:
        text: JSON, or JSON Lines, that is not nested deeply.
        scan: Reads values as they are to be read.
        deadline: Checked now and then, where there is one.

    Returns:
        ``None`` where the text is no such.

    """
    try:
        return _Reader(text.lstrip("\ufeff"), scan, deadline).value()
    except (ValueError, IndexError):
        return None


class _Reader:
    def __init__(self, text: str, scan: Scan, deadline: Deadline | None) -> None:
        self._text = text
        self._scan = scan
        # Rows are only checked, the quickest way: nothing that they say matters yet.
        check = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
        self._check: Scan = check.raw_decode
        self._deadline = Deadline(None) if deadline is None else deadline

    def value(self) -> Json:
        """The whole.

        Raises:
            ValueError: It is none.

        """
        start = self._skip(0)
        first = self._text[start]
        value: Json
        value, end = self._array(start) if first == "[" else self._object(start)
        if self._skip(end) == len(self._text):
            return value
        return self._lines(start)

    def _lines(self, start: int) -> Json:
        """The rows of JSON Lines."""
        text = self._text
        starts = array("L")
        while start < len(text):
            if text[start] != "{":
                raise ValueError("no row")
            starts.append(start)
            end = self._row(start, len(starts))
            start = self._skip(end)
            ends = text.find("\n", end, start) >= 0 or start == len(text)
            if not ends or text.find("\n", starts[-1], end) >= 0:
                raise ValueError("not one row to a line")
        if len(starts) < _MANY:
            raise ValueError("not many rows")
        return self._rows(starts)

    def _object(self, start: int) -> tuple[Json, int]:
        members: dict[str, Json] = {}
        text, at = self._text, self._skip(start + 1)
        if text[start] != "{" or text[at] != '"':
            raise ValueError("no object of members")
        while True:
            key, at = self._scan(text, at)
            at = self._skip(at)
            if text[at] != ":" or key in members or len(members) == _MOST_MEMBERS:
                raise ValueError("no object of a few members")
            at = self._skip(at + 1)
            members[key], at = self._array(at) if text[at] == "[" else self._scan(text, at)
            at = self._skip(at)
            if text[at] == "}":
                return members, at + 1
            after = self._skip(at + 1)
            if text[at] != "," or text[after] != '"':
                raise ValueError("no object")
            at = after

    def _array(self, start: int) -> tuple[Json, int]:
        text = self._text
        starts = array("L")
        at = self._skip(start + 1)
        while text[at] == "{":
            starts.append(at)
            at = self._skip(self._row(at, len(starts)))
            if text[at] == "]":
                if len(starts) < _MANY:
                    break
                return self._rows(starts), at + 1
            if text[at] != ",":
                raise ValueError("no array")
            at = self._skip(at + 1)
        value: tuple[Json, int] = self._scan(text, start)
        return value

    def _row(self, start: int, count: int) -> int:
        if count % _DEADLINE_EVERY == 0:
            self._deadline.check()
        return self._check(self._text, start)[1]

    def _rows(self, starts: array[int]) -> Json:
        return ReadAgain(self._text, starts, self._scan)

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        assert match is not None
        return match.end()
