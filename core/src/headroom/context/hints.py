"""The line that tells a reader how to get at what a view leaves out: by a query, or by a place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from headroom.context.names import quoted
from headroom.toolkit.pointers import member
from headroom.view import Omission, Within

__all__ = ["hint", "most_telling"]

#: Data in longer texts, in characters, is not read for this: rows and values in it count by their
#: number. Chosen: it takes some ten milliseconds.
_LONGEST = 1_000_000
#: Where some of each line is shown, so much of what stands there is left out. Chosen.
_IN_PART = 0.25
#: A longer text, in characters, of letters without a blank is a key or a picture. Chosen.
_UNREAD = 200
_LINES_OF = re.compile(r"(?:lines (\d{1,12})-(\d{1,12}) of )?(/.*)", re.DOTALL)


def hint(tool: str, key: str, place: Omission | None) -> str:
    """The line for a tool; with a place, if there is one, that it may be asked for."""
    calls = [f'{tool}(key={quoted(key)}, query="...")']
    if place is not None:
        calls.append(f"{tool}(key={quoted(key)}, place={quoted(place.where)})")
    return f"[what is left out: {' or '.join(calls)}]"


def most_telling(omissions: Sequence[Omission], content: str) -> Omission | None:
    r"""The largest part that is left out, by itself: an example that leads nowhere teaches nothing.

    Args:
        omissions: All that a view leaves out.
        content: The original.

    Returns:
        ``None`` where nothing says anything: blank lines, ``null``.

    >>> gone = [Omission("lines", ((1, 1), (3, 4)))]
    >>> most_telling(gone, "\nshown\nleft\nout").where
    'lines 3-4'

    """
    original = _Original(content)
    best, most = None, 0.0
    for omission in omissions:
        for span in omission.ranges or ((0, 0),):
            size = original.size(omission, *span)
            if size > most:
                best, most = (omission, span), size
    if best is None:
        return None
    omission, span = best
    return replace(omission, ranges=(span,)) if omission.ranges else omission


class _Original:
    """About how many characters stand where; what it took to know is kept."""

    def __init__(self, content: str) -> None:
        self._texts: dict[Within | None, str] = {None: content}
        self._data: dict[Within | None, object] = {}
        #: By text, or by collection in one: how much stands before each line, or row.
        self._sums: dict[tuple[Within | None, str | None], list[int]] = {}

    def size(self, omission: Omission, first: int, last: int) -> float:
        """That of some units of what is left out, or of the value that it is."""
        if omission.chars is not None:
            return omission.chars[1] - omission.chars[0]
        try:
            return self._size(omission, first, last)
        except (LookupError, ValueError, RecursionError):
            # No data that could be told from here.
            return last - first + 1

    def _size(self, omission: Omission, first: int, last: int) -> float:
        within, path = omission.within, omission.path
        if not omission.ranges:
            return _said(self._value(within, path))
        if omission.unit == "lines" and not path:
            size = self._between(within, None, first, last)
            return size * _IN_PART if omission.in_part else size
        if omission.unit == "rows" and (path or self._is_data(within)):
            return self._between(within, path, first, last)
        of_all = _said(self._value(within, path)) if path else len(self._text(within))
        # There are as many, or more.
        return of_all * (last - first + 1) / omission.ranges[-1][1]

    def _is_data(self, within: Within | None) -> bool:
        try:
            self._value(within, "")
        except (LookupError, ValueError, RecursionError):
            return False
        return True

    def _between(self, within: Within | None, path: str | None, first: int, last: int) -> int:
        """The size of some lines of a text, or of some rows of a collection in it."""
        sums = self._sums.get((within, path))
        if sums is None:
            if path is None:
                units: Sequence[object] = self._text(within).split("\n")
            else:
                rows = self._value(within, path)
                units = list(rows.values()) if isinstance(rows, dict) else rows  # type: ignore[assignment]
                if not isinstance(units, list):
                    raise LookupError(path)
            sums = self._sums[within, path] = list(accumulate(map(_said, units), initial=0))
        return sums[min(last, len(sums) - 1)] - sums[min(first, len(sums)) - 1]

    def _value(self, within: Within | None, path: str) -> object:
        """What a pointer leads to in a text that is data.

        Raises:
            LookupError: Nothing is there.
            ValueError: It is no data.

        """
        if within not in self._data:
            text = self._text(within)
            if len(text) > _LONGEST or text.lstrip()[:1] not in ("{", "["):
                raise LookupError(path)
            self._data[within] = json.loads(text)
        value = self._data[within]
        for part in path.split("/")[1:]:
            value = member(value, part)
        return value

    def _text(self, within: Within | None) -> str:
        """A part of the original, or what it is a part of, where that is not to be told."""
        if within not in self._texts:
            text, lines = self._texts[None], within
            if isinstance(within, str):
                match = _LINES_OF.fullmatch(within)
                value = self._value(None, match[3]) if match else None
                if match is None or not isinstance(value, str):
                    raise LookupError(within)
                text, lines = value, (int(match[1]), int(match[2])) if match[1] else None
            if isinstance(lines, tuple):
                text = "\n".join(text.split("\n")[lines[0] - 1 : lines[1]])
            assert within is not None
            self._texts[within] = text
        return self._texts[within]


def _said(value: object) -> int:
    """The characters of a line, or of a value; none of what says nothing."""
    if isinstance(value, str):
        said = value.strip()
        is_unread = len(said) > _UNREAD and said.isascii() and len(said.split(None, 1)) == 1
        return 1 if is_unread else len(said)
    if value is None or value == [] or value == {}:
        return 0
    return len(json.dumps(value, ensure_ascii=False))
