"""What the rows that a view leaves out hold, in a few words."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from math import isnan, nan
from operator import le

from headroom.toolkit.rows.columns import Rows
from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.table import Table

__all__ = ["Summary"]

# Chosen: a summary is worth about as many tokens as a row.

#: Columns that are spoken of; of a column's values, so many of so many characters.
_MAX_COLUMNS, _MAX_VALUES, _MAX_TEXT = 6, 4, 24
#: Columns with longer names, in characters, and numbers with more are not spoken of.
_MAX_NAME, _MAX_NUMBER = 40, 18
#: Cells that are counted at a time. Chosen.
_TOGETHER = 200


class Summary:
    """Says ranges of numbers, and the values of columns with few of them.

    It looks at a table once; after that, it takes time only for the rows that are shown, of which
    there are few.

    """

    def __init__(self, table: Table) -> None:
        said = {key for key, _ in table.constants}
        #: By column: rows by ascending number.
        self._numbers: list[tuple[int, Sequence[int]]] = []
        self._values: dict[int, Counter[str]] = {}
        self._table = table
        for column, name in enumerate(table.names):
            if len(self._numbers) + len(self._values) >= 2 * _MAX_COLUMNS or len(name) > _MAX_NAME:
                continue
            values = _few_values(table.rows, column)
            if values is not None:
                short = all(len(value) <= _MAX_TEXT for value in values)
                if short and not (len(values) == 1 and (name in said or "" in values)):
                    self._values[column] = values
                continue
            numbers = _numbers_of(table.rows, column)
            if numbers is not None:
                self._numbers.append((column, _by_number(numbers)))

    def of_all_but(self, shown: Sequence[int]) -> str:
        """What all rows but the shown ones hold, in words."""
        kept = set(shown)
        notes: dict[int, str] = {}
        for column, order in self._numbers:
            low = next((index for index in order if index not in kept), None)
            high = next((index for index in reversed(order) if index not in kept), None)
            if low is not None and high is not None:
                first, last = self._cell(low, column), self._cell(high, column)
                notes[column] = first if first == last else _range(first, last)
        for column, values in self._values.items():
            left = values - Counter(
                self._cell(index, column) for index in kept if index not in self._table.rows.wholes
            )
            texts = [value or "missing" for value in values if left[value] > 0]
            if texts and len(texts) <= _MAX_VALUES and texts != ["missing"]:
                notes[column] = "/".join(texts)
        named = [f"{self._table.names[column]} {notes[column]}" for column in sorted(notes)]
        return ", ".join(named[:_MAX_COLUMNS])

    def _cell(self, row: int, column: int) -> str:
        return self._table.rows.columns[column][row]


def _few_values(rows: Rows, column: int) -> Counter[str] | None:
    """How often each value comes; ``None`` where there are many."""
    values: Counter[str] = Counter()
    cells = rows.regular(column)
    while part := list(islice(cells, _TOGETHER)):
        values.update(part)
        if len(values) > 3 * _MAX_VALUES:
            return None
    return values


def _numbers_of(rows: Rows, column: int) -> Sequence[float] | None:
    """The numbers of a column, NaN where a row has none; ``None`` where it has anything else."""
    cells = rows.columns[column]
    numbers = cells.plain_numbers()
    if numbers is None and not all(BARE_NUMBER.fullmatch(cell) for cell in cells if cell):
        return None
    if max(map(len, cells), default=0) > _MAX_NUMBER:
        return None
    if numbers is None:
        numbers = array("d", (float(cell) if cell else nan for cell in cells))
    return numbers


def _by_number(numbers: Sequence[float]) -> Sequence[int]:
    """The rows with a number, the least first."""
    order = range(len(numbers))
    if all(map(le, numbers, islice(numbers, 1, None))):
        return order
    present = order if not any(map(isnan, numbers)) else (n for n in order if not isnan(numbers[n]))
    return array("q", sorted(present, key=numbers.__getitem__))


def _range(low: str, high: str) -> str:
    return f"{low} to {high}" if "-" in low + high else f"{low}-{high}"
