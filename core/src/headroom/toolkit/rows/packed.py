"""Many short texts as one long one: as objects they would be several times as large."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import accumulate, chain, islice, pairwise
from typing import overload

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import Json

__all__ = ["LISTED", "Every", "Joined", "Packed", "PackedRecords", "TextRows", "packed"]

#: Texts that are put together. Chosen.
_TOGETHER = 1024
#: From so many characters on, a place within them takes four bytes.
_FAR = 1 << 16
#: More texts than these take too much memory as objects. Chosen.
LISTED = 5000
#: Lists of texts that are taken at a time. Chosen.
_AT_ONCE = 200


class Packed(Sequence[str]):
    """Texts, many of them put together, each cut out when it is asked for.

    Add all of them before the first is read: what is added later takes longer.

    >>> cells = Packed()
    >>> for text in ("Ada", "", "Bob"):
    ...     cells.append(text)
    >>> len(cells), cells[0], cells[-1], cells[1:], list(cells.every(2))
    (3, 'Ada', 'Bob', ['', 'Bob'], ['Ada', 'Bob'])

    """

    def __init__(self) -> None:
        # Texts of so many each, the last one of fewer where they were read, and where within it
        # each one ends, behind where the first begins. All of them as one would be there twice for
        # as long as they are put together.
        self._joined: list[str] = []
        self._ends: list[array[int]] = []
        # Those that are not yet put together.
        self._added: list[str] = []
        self._is_read = False

    def append(self, text: str) -> None:
        """Adds one at the end."""
        self.extend((text,))

    def extend(self, texts: Sequence[str]) -> None:
        """Adds some at the end."""
        if self._is_read and texts:
            self._is_read = False
            ends = self._ends.pop()
            self._added.extend(map(self._joined.pop().__getitem__, map(slice, ends, ends[1:])))
        self._added.extend(texts)
        if len(self._added) >= _TOGETHER:
            self._join(len(self._added) - len(self._added) % _TOGETHER)

    def _join(self, count: int) -> None:
        """Puts so many of those that were added together."""
        for first in range(0, count, _TOGETHER):
            some = self._added[first : min(first + _TOGETHER, count)]
            text = "".join(some)
            size = "H" if len(text) < _FAR else "I"
            self._joined.append(text)
            self._ends.append(array(size, accumulate(map(len, some), initial=0)))
        del self._added[:count]

    def _read(self) -> None:
        if self._added:
            self._is_read = True
            self._join(len(self._added))

    def __len__(self) -> int:
        last = self._ends[-1:]
        before = (len(self._ends) - 1) * _TOGETHER + len(last[0]) - 1 if last else 0
        return before + len(self._added)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            first, stop, step = index.indices(len(self))
            if step < 1:
                return list(map(self.__getitem__, range(first, stop, step)))
            return list(chain.from_iterable(self._some(first, stop, step)))
        if self._added:
            self._read()
        if index < 0:
            index += len(self)
            if index < 0:
                raise IndexError("there is no such text")
        place, within = divmod(index, _TOGETHER)
        ends = self._ends[place]
        return self._joined[place][ends[within] : ends[within + 1]]

    def __iter__(self) -> Iterator[str]:
        return self.every(1)

    def holds(self, sign: str) -> bool:
        """Whether a sign is in any of them."""
        return any(sign in text for text in chain(self._joined, self._added))

    def every(self, step: int, first: int = 0) -> Iterator[str]:
        """One of so many, from one on."""
        return chain.from_iterable(self._some(first, len(self), step))

    def _some(self, first: int, stop: int, step: int) -> Iterator[Iterator[str]]:
        """One of so many of them, those that are put together at a time."""
        self._read()
        while first < stop:
            place, within = divmod(first, _TOGETHER)
            end = min(_TOGETHER, stop - first + within)
            ends = self._ends[place]
            edges = map(slice, ends[within:end:step], ends[within + 1 : end + 1 : step])
            yield map(self._joined[place].__getitem__, edges)
            first += -(-(end - within) // step) * step


def packed(texts: Sequence[str]) -> Packed:
    """Texts put together."""
    found = Packed()
    found.extend(texts)
    return found


class Joined(Lazy[str]):
    """Several sequences of texts as one; those that are no short lists stay as they are.

    >>> texts = Joined()
    >>> cells = Packed()
    >>> cells.extend(["7", "8"])
    >>> texts.extend(["Ada"]), texts.extend(cells), texts.extend(["Bob"])
    (None, None, None)
    >>> len(texts), list(texts), texts[2], texts[2:]
    (4, ['Ada', '7', '8', 'Bob'], '8', ['8', 'Bob'])

    """

    def __init__(self) -> None:
        self._parts: list[Sequence[str]] = []
        self._ends: list[int] = []
        # The last part, where it holds what came in lists.
        self._last: list[str] | Packed | None = None

    def extend(self, texts: Sequence[str]) -> None:
        """Adds some at the end."""
        if not isinstance(texts, list):
            self._last = None
            self._parts.append(texts)
            self._ends.append(0)
        elif self._last is None:
            self._last = texts.copy()
            self._parts.append(self._last)
            self._ends.append(0)
        else:
            if isinstance(self._last, list) and len(self._last) + len(texts) > LISTED:
                self._parts[-1] = self._last = packed(self._last)
            self._last.extend(texts)
        self._ends[-1] = sum(map(len, self._parts[-1:]), self._ends[-2] if self._ends[1:] else 0)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._parts)

    def _at(self, index: int) -> str:
        part = bisect_right(self._ends, index)
        return self._parts[part][index - (self._ends[part - 1] if part else 0)]


class Every(Lazy[str]):
    """One of so many texts, from one on: they are where they were.

    >>> texts = Packed()
    >>> texts.extend(["7", "Ada", "8", "Bob"])
    >>> names = Every(texts, 2, 1)
    >>> len(names), names[1], list(names)
    (2, 'Bob', ['Ada', 'Bob'])

    """

    def __init__(self, texts: Packed, step: int, first: int) -> None:
        self._texts = texts
        self._step, self._first = step, first
        self._places = range(first, len(texts), step)

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, index: int) -> str:
        return self._texts[self._places[index]]

    def __iter__(self) -> Iterator[str]:
        return self._texts.every(self._step, self._first)


def _add_sizes(ends: array[int], some: Iterable[Sized]) -> None:
    """Adds where each of some ends that follow."""
    before = len(ends)
    ends.extend(accumulate(map(len, some), initial=ends[-1]))
    ends.pop(before)


class PackedRecords(Lazy[list[str]]):
    """Lists of texts, each made when it is asked for.

    >>> records = PackedRecords([["id", "name"], ["7", "Ada"], ["8"]])
    >>> records[1], list(records.sizes())
    (['7', 'Ada'], [2, 2, 1])

    """

    def __init__(self, records: Iterable[Sequence[str]]) -> None:
        #: All of the texts, record after record.
        self.texts = Packed()
        # Where each ends, behind where the first begins.
        self._ends = array("I", (0,))
        records = iter(records)
        while some := list(islice(records, _AT_ONCE)):
            self.texts.extend(list(chain.from_iterable(some)))
            _add_sizes(self._ends, some)

    def sizes(self) -> Iterator[int]:
        """How many texts each has."""
        return (end - start for start, end in pairwise(self._ends))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[list[str]]:
        texts = iter(self.texts)
        return (list(islice(texts, size)) for size in self.sizes())

    def _at(self, index: int) -> list[str]:
        return self.texts[self._ends[index] : self._ends[index + 1]]


class TextRows(Lazy[Json]):
    """The rows of a table of texts as values, each made when it is asked for.

    Args:
        records: The header, and below it the rows.

    >>> rows = TextRows(PackedRecords([["id", "name"], ["7", "Ada"], ["8"]]))
    >>> list(rows), list(map(list, rows.columns())), list(rows.irregular())
    ([{'id': '7', 'name': 'Ada'}, ['8']], [['7', ''], ['Ada', '']], [(1, ['8'])])

    """

    def __init__(self, records: PackedRecords) -> None:
        self._records = records
        #: The names of the columns.
        self.header = records[0]

    def __len__(self) -> int:
        return len(self._records) - 1

    def _at(self, index: int) -> Json:
        return self._value(self._records[index + 1])

    def __iter__(self) -> Iterator[Json]:
        return map(self._value, islice(self._records, 1, None))

    def _value(self, record: list[str]) -> Json:
        if len(record) != len(self.header):
            return list(record)
        return dict(zip(self.header, record))

    def irregular(self) -> Iterator[tuple[int, Json]]:
        """The rows that have not as many cells as the header, each with its number."""
        for row, size in enumerate(islice(self._records.sizes(), 1, None)):
            if size != len(self.header):
                yield row, self[row]

    def columns(self) -> Iterator[Sequence[str]]:
        """The cells of each column; empty ones for rows that have not as many as the header."""
        width = len(self.header)
        some = self._records
        if all(size == width for size in some.sizes()):
            yield from (Every(some.texts, width, width + place) for place in range(width))
            return
        columns = [Packed() for _ in range(width)]
        for record in islice(some, 1, None):
            for column, cell in zip(columns, record if len(record) == width else [""] * width):
                column.append(cell)
        yield from columns
