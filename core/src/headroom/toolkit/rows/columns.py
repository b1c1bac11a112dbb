"""The rows of a table by its columns, so that what comes again is looked at once."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

from headroom.scanning import plain_numbers
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.packed import Packed

__all__ = ["Column", "Row", "Rows", "mostly"]

#: Columns of no more cells are held as lists, which is quicker; of so many all are counted at once.
_LISTED, _SMALL = 500, 4000
#: Counts are remembered where so many cells, on the average, are the same, and of so few cells:
#: others take more memory than they are worth.
_AGAIN, _FEW = 2, 1000
#: Cells that are looked at, or counted, at a time where there are many.
_AT_A_TIME = 1000


@dataclass
class Row:
    """One row before it is written: its cells, what follows them, or the whole of it."""

    cells: tuple[str, ...]
    extras: tuple[tuple[str, str], ...] = ()
    whole: str | None = None


class Column:
    """The cells of one column, and how often each comes.

    >>> column = Column(["ok", "ok", "late"])
    >>> column.counts
    Counter({'ok': 2, 'late': 1})

    """

    def __init__(self, cells: Sequence[str]) -> None:
        # Where they are not many, a list of them is much quicker.
        is_ready = isinstance(cells, list) or len(cells) > _LISTED
        #: The same as ``cells``; of many, each is made when it is asked for.
        self.held = cells if is_ready else list(cells)
        self._counts: Counter[str] | None = None
        self._numbers: tuple[Sequence[float] | None] | None = None

    @property
    def cells(self) -> list[str]:
        """All of them; not to be changed."""
        return self.held if isinstance(self.held, list) else list(self.held)

    @property
    def is_small(self) -> bool:
        """Whether all of its cells may be counted at once."""
        return len(self.held) <= _SMALL

    @property
    def counts(self) -> Counter[str]:
        """How often each comes, in the order in which they first come; not to be changed."""
        counts = self._counts
        if counts is None:
            counts = Counter(self.held)
            if len(self.held) <= _FEW or len(counts) * _AGAIN <= len(self.held):
                self._counts = counts
        return counts

    def plain_numbers(self, cells: Sequence[str] | None = None) -> Sequence[float] | None:
        """Its numbers, if it has nothing else; not to be changed.

        Args:
            cells: All of them, where they are at hand.

        """
        if self._numbers is not None:
            return self._numbers[0]
        if cells is None and not self.is_small:
            return self._many_numbers()
        numbers = plain_numbers(self.cells if cells is None else cells)
        if self.is_small:
            self._numbers = (numbers,)
        return numbers

    def _many_numbers(self) -> Sequence[float] | None:
        """The same, some cells at a time: as texts of their own, they are larger than all else."""
        numbers, cells, has_any = array("d"), iter(self.held), False
        while some := list(islice(cells, _AT_A_TIME)):
            if not any(some):
                numbers.extend(repeat(math.nan, len(some)))
                continue
            found, has_any = plain_numbers(some), True
            if found is None:
                return None
            numbers.extend(found)
        return numbers if has_any else None

    def holds(self, sign: str) -> bool:
        """Whether a sign is in any of its cells."""
        cells = self.held
        return cells.holds(sign) if isinstance(cells, Packed) else sign in "".join(cells)

    def is_all(self, cell: str) -> bool:
        """Whether each cell is this one."""
        return all(map(cell.__eq__, self.held))

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __getitem__(self, row: int) -> str:
        return self.held[row]


class Rows(Lazy[Row]):
    """Rows of as many cells each, made when they are asked for.

    Args:
        columns: The cells of each column.
        extras: What most rows have not, by row.
        wholes: Rows that are written as a whole, without cells, by row.

    >>> rows = Rows([["7", "8"], ["Ada", "Bob"]], {1: (("age", "9"),)}, {})
    >>> list(rows.columns[1]), rows[1]
    (['Ada', 'Bob'], Row(cells=('8', 'Bob'), extras=(('age', '9'),), whole=None))

    """

    def __init__(
        self,
        columns: Iterable[Sequence[str]],
        extras: Mapping[int, tuple[tuple[str, str], ...]],
        wholes: Mapping[int, str],
    ) -> None:
        self.columns = [Column(cells) for cells in columns]
        self.extras = extras
        self.wholes = wholes

    def regular(self, index: int) -> Iterator[str]:
        """The cells of one column, but those of rows that are written as a whole."""
        column = self.columns[index]
        if not self.wholes:
            return iter(column)
        return (cell for number, cell in enumerate(column) if number not in self.wholes)

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        rows = enumerate(zip(*self.columns))
        return (Row(cells, self.extras.get(n, ()), self.wholes.get(n)) for n, cells in rows)

    def _at(self, index: int) -> Row:
        cells = tuple(column[index] for column in self.columns)
        return Row(cells, self.extras.get(index, ()), self.wholes.get(index))


def mostly(cells: Iterable[str]) -> str | None:
    """The cell that three in four are, if there is one; maybe another one that is not.

    Never are all different cells counted at once: their counts may be larger than the payload. A
    cell that three in four are is most of at least half of the parts, by their sizes.

    >>> mostly(["a", "b", "a", "a"]), mostly([])
    ('a', None)
    """
    most: Counter[str] = Counter()
    rest = iter(cells)
    while part := list(islice(rest, _AT_A_TIME)):
        cell, count = Counter(part).most_common(1)[0]
        if count * 2 > len(part):
            most[cell] += len(part)
    return most.most_common(1)[0][0] if most else None
