"""Rows that name the group of those below them, once: merged cells, and rows of a name alone."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise

from headroom.toolkit.rows.columns import Rows
from headroom.toolkit.rows.table import Table

__all__ = ["find_leads", "led_by"]

# All of these are chosen.

#: Fewer groups are none, and groups have so many rows on the average.
_FEWEST, _ROWS = 2, 2
#: The share of the groups that more than one row belongs to.
_SEVERAL = 0.8
#: In so many rows from the first on, one has no name of its own.
_PROBED = 100
#: More filled cells than these are not told apart.
_MANY = 2


def find_leads(table: Table, check: Callable[[], None]) -> list[Sequence[int]]:
    """For each way in which a table names groups, its rows that name one, from 0, in order.

    Args:
        table: The rows.
        check: Called for each column, to watch the time.

    """
    rows = table.rows
    if len(rows) < _FEWEST * _ROWS or table.keys is not None or table.by_columns:
        return []
    # Of data, a key that is not there is no blank cell.
    blanks = ("", '""') if table.of_text else ("null", '""')
    found: list[Sequence[int]] = []
    for column in rows.columns:
        check()
        cells = column.held
        if cells[0] in blanks or set(islice(cells, 1, _PROBED)).isdisjoint(blanks):
            continue
        starts = array("I", (row for row, cell in enumerate(cells) if cell not in blanks))
        if not table.of_text and any(not cells[row] for row in starts):
            continue
        # Who names a group once does not name it again below.
        differ = all(cells[one] != cells[other] for one, other in pairwise(starts))
        if differ and _are_groups(starts, len(rows)):
            found.append(starts)
    named = _named_alone(rows, check)
    if _are_groups(named, len(rows)):
        found.append(named)
    return found


def led_by(leads: Iterable[Sequence[int]], rows: Sequence[int]) -> Iterator[int]:
    """The rows that name the groups of some rows.

    >>> list(led_by([[0, 4, 8]], [2, 4, 7, 9]))
    [0, 4, 4, 8]
    """
    for starts in leads:
        for row in rows:
            yield starts[max(0, bisect_right(starts, row) - 1)]


def _are_groups(starts: Sequence[int], count: int) -> bool:
    if len(starts) < _FEWEST or len(starts) * _ROWS > count or starts[0]:
        return False
    several = sum(other - one > 1 for one, other in pairwise(starts)) + (starts[-1] < count - 1)
    return several >= _SEVERAL * len(starts)


def _named_alone(rows: Rows, check: Callable[[], None]) -> array[int]:
    """The rows with one cell, where the first of all has no more and others have."""
    nothing = ("", '""', "null")
    some = sum(column[0] not in nothing for column in rows.columns)
    if 0 in rows.wholes:
        some = _size(rows.wholes[0])
    elif 0 in rows.extras:
        some += len(rows.extras[0])
    if some != 1:
        return array("I")
    filled = bytearray(len(rows))
    for column in rows.columns:
        check()
        for row, cell in enumerate(column.held):
            if cell not in nothing and filled[row] < _MANY:
                filled[row] += 1
    for row, extras in rows.extras.items():
        filled[row] = min(_MANY, filled[row] + len(extras))
    for row, whole in rows.wholes.items():
        filled[row] = _size(whole)
    return array("I", (row for row, cells in enumerate(filled) if cells == 1))


def _size(whole: str) -> int:
    """How many values a row has that is written as a whole."""
    try:
        value = json.loads(whole)
    except ValueError:
        return _MANY
    return min(_MANY, len(value)) if isinstance(value, (list, dict)) else 1
