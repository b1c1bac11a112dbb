"""The lines of a text, cut out of it when they are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, count
from operator import add, eq
from typing import overload

__all__ = ["Lines", "each_line", "joined", "parts", "starts_of"]

#: Characters that are split at a time. Chosen.
_CHUNK = 1 << 15
#: From so many characters on, a place takes eight bytes.
_FAR = (1 << 32) - 2


class Lines(Sequence[str]):
    r"""What ``text.split("\n")`` has, at four bytes a line.

    As a list, they take two to four times the memory of the text. To go over all of them takes as
    long as with a list, one by its index three times as long: whoever wants many in no order takes
    ``list(lines)``, for as long as that is needed.

    >>> lines = Lines("a\r\nb\n")
    >>> len(lines), lines[0], lines[-1], lines[:2], list(lines)
    (3, 'a\r', '', ['a\r', 'b'], ['a\r', 'b', ''])

    """

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        # Where each begins; at last, where one behind the text would.
        self._starts = array("I" if len(text) < _FAR else "Q", (0,))
        for lines in _chunks(text):
            behind = count(self._starts[-1] + 1)
            self._starts.extend(map(add, accumulate(map(len, lines)), behind))

    def first(self, size: int) -> Lines:
        """The first so many of them."""
        some = object.__new__(Lines)
        some._starts = self._starts[: size + 1]
        some._text = self._text
        return some

    def without_returns(self) -> Lines:
        r"""The same without a carriage return at the end of each.

        >>> list(Lines("a\r\nb\r\r").without_returns())
        ['a', 'b\r']

        """
        if not len(self) or "\r" not in self._text:
            return self
        text = self._text[: self._starts[-1] - 1]
        return Lines(text.replace("\r\n", "\n").removesuffix("\r"))

    def size(self, first: int, end: int) -> int:
        """Characters of some of them, one or more, with what stands between them."""
        return self._starts[end] - 1 - self._starts[first]

    def text(self, first: int, end: int) -> str:
        """Some of them, one or more, with what stands between them."""
        return self._text[self._starts[first] : self._starts[end] - 1]

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(_chunks(self._text, self._starts[-1] - 1))

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        starts = self._starts
        if isinstance(index, slice):
            first, stop, step = index.indices(len(self))
            if step != 1:
                return list(map(self.__getitem__, range(first, stop, step)))
            return self.text(first, stop).split("\n") if first < stop else []
        if index < 0:
            index += len(self)
            if index < 0:
                raise IndexError("there is no such line")
        return self._text[starts[index] : starts[index + 1] - 1]

    def __eq__(self, other: object) -> bool:
        """Whether the other one, or a list, has the same lines."""
        if not isinstance(other, Lines | list):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none


def joined(lines: Sequence[str], first: int, end: int) -> str:
    r"""The text of some lines, one or more, with what stands between them.

    >>> joined(Lines("a\nb\nc"), 0, 2), joined(["a", "b", "c"], 1, 3)
    ('a\nb', 'b\nc')

    """
    return lines.text(first, end) if isinstance(lines, Lines) else "\n".join(lines[first:end])


def each_line(text: str) -> Iterator[str]:
    r"""Each of ``text.split("\n")``, of which only some are there at a time.

    >>> list(each_line("a\n\nb"))
    ['a', '', 'b']

    """
    return chain.from_iterable(_chunks(text))


def starts_of(lines: Sequence[str]) -> Sequence[int]:
    r"""Where each of the lines of a text begins in it, and where another one would behind them.

    >>> list(starts_of(["a", "bc"])), list(starts_of(Lines("a\nbc")))
    ([0, 2, 5], [0, 2, 5])

    """
    if isinstance(lines, Lines):
        return lines._starts
    return array("q", accumulate((len(line) + 1 for line in lines), initial=0))


def parts(text: str, end: int | None = None) -> Iterator[str]:
    r"""Some lines of a text after the other, without the line feeds between them; at least one.

    >>> list(parts("a\nb"))
    ['a\nb']

    """
    end = len(text) if end is None else end
    first = 0
    while first <= end:
        last = text.find("\n", first + _CHUNK, end) if first + _CHUNK < end else end
        last = end if last < 0 else last
        yield text[first:last]
        first = last + 1


def _chunks(text: str, end: int | None = None) -> Iterator[list[str]]:
    """The lines of each of these."""
    return (part.split("\n") for part in parts(text, end))
