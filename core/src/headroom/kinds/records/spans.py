"""Many ranges of lines as numbers: as objects they would take more memory than the lines."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from headroom.lines import joined
from headroom.toolkit.lazy import Lazy

__all__ = ["SpanTexts", "Spans"]


class Spans(Lazy["tuple[int, int]"]):
    """First line and end (exclusive) of each of some stretches.

    >>> spans = Spans([(0, 2), (2, 5)])
    >>> len(spans), spans[1], list(spans)
    (2, (2, 5), [(0, 2), (2, 5)])

    """

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._firsts = array("I")
        self._ends = array("I")
        for first, end in spans:
            self.append(first, end)

    def append(self, first: int, end: int) -> None:
        """Adds one at the end."""
        self._firsts.append(first)
        self._ends.append(end)

    def __len__(self) -> int:
        return len(self._firsts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._firsts, self._ends)

    def _at(self, index: int) -> tuple[int, int]:
        return self._firsts[index], self._ends[index]


class SpanTexts(Lazy[str]):
    """The text of each of some stretches of lines, put together when it is asked for."""

    def __init__(self, lines: Sequence[str], spans: Spans) -> None:
        self._lines = lines
        self._spans = spans

    def __len__(self) -> int:
        return len(self._spans)

    def _at(self, index: int) -> str:
        return joined(self._lines, *self._spans[index])
