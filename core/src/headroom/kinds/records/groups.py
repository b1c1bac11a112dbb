"""Finds rows in groups: cells between signs, below lines of their own that say whose they are.

``Region 7`` alone on a line, then ``Ada, 12, 34``: no table, for the group is no column.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.values import Json, Number

__all__ = ["Groups", "find_groups"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer lines, and fewer groups, are better shown whole.
_LEAST, _LEAST_GROUPS = 24, 4
#: The share of the lines that must be rows, and of the heads that stand above a row, and differ.
_ROWS, _HEADS = 0.6, 0.8
#: The share of the cells of a column of numbers that are some; cells of a row at the least, and of
#: one with nothing but blanks between them: numbered lines have two.
_NUMBERS, _CELLS, _ALIGNED_CELLS = 0.9, 2, 3
#: Characters of a head at the most.
_LONGEST = 60
#: Lines that decide, evenly spread.
_PROBED = 400
#: Lines after which the time is looked at.
_DEADLINE_EVERY = 500

_BLANKS = re.compile(" {2,}")
_SIGNS = {
    ",": re.compile(","),
    ";": re.compile(";"),
    "\t": re.compile("\t"),
    "|": re.compile(r"\|"),
    "  ": _BLANKS,
}
_VALUE = re.compile(r"[-+(]?[^\w\s]?-?\d[\d.,]*(?:[eE][-+]?\d+)? ?[%\u20ac)]?")
_TIME = re.compile(r"\W{0,2}\d{2,4}[-/.]\d\d[-/.]\d\d|.{0,24}?\b\d\d:\d\d:\d\d")
_SAYS = re.compile(r"\w")
#: How no head ends: a sentence, or a line of a program.
_NO_HEAD = (".", "!", "?", "{", "(", "[", ",", ";")


@dataclass(frozen=True)
class Groups:
    """Which lines are rows, by index, and what stands in their cells."""

    lines: Sequence[int]
    rows: Sequence[Json]


class _Rows(Lazy[Json]):
    """The cells of each row, read anew when they are asked for."""

    def __init__(self, lines: Sequence[str], places: Sequence[int], sign: re.Pattern[str]) -> None:
        self._lines, self._places, self._sign = lines, places, sign

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, index: int) -> Json:
        cells = _cells(self._lines[self._places[index]], self._sign)
        return {str(n): _json(cell) for n, cell in enumerate(cells, 1)}


def find_groups(lines: Sequence[str], check: Callable[[], None]) -> Groups | None:
    """The rows of groups; ``None`` where a text has none.

    Args:
        lines: Those of the text.
        check: Called now and then, to watch the time.

    """
    said = array("I", compress(range(len(lines)), map(_SAYS.search, lines)))
    if len(said) < _LEAST:
        return None
    probed = [lines[index] for index in said[:: len(said) // _PROBED + 1]]
    form = _form_of(probed)
    if form is None:
        return None
    sign, size = form
    rows, heads = array("I"), array("I")
    most = (1 - _ROWS) * len(said)
    followed = 0
    before_is_head = False
    for number, index in enumerate(said):
        if number % _DEADLINE_EVERY == 0:
            check()
        is_row = len(_cells(lines[index], sign)) == size
        if is_row:
            rows.append(index)
            followed += before_is_head
        else:
            heads.append(index)
            if len(heads) > most:
                return None
        before_is_head = not is_row
    if len(heads) < _LEAST_GROUPS or followed < _HEADS * len(heads):
        return None
    named = {lines[index].strip() for index in heads}
    fitting = sum(len(name) <= _LONGEST and not name.endswith(_NO_HEAD) for name in named)
    if fitting < _HEADS * len(heads):
        return None
    return Groups(rows, _Rows(lines, rows, sign))


def _form_of(lines: Sequence[str]) -> tuple[re.Pattern[str], int] | None:
    """What stands between the cells of most lines, and how many cells these have."""
    for written, sign in _SIGNS.items():
        if sum(written in line for line in lines) < _ROWS * len(lines):
            continue
        split = [_cells(line, sign) for line in lines]
        size, count = Counter(map(len, split)).most_common(1)[0]
        if size < (_ALIGNED_CELLS if sign is _BLANKS else _CELLS) or count < _ROWS * len(lines):
            continue
        rows = [cells for cells in split if len(cells) == size]
        if sum(_TIME.match(cells[0]) is not None for cells in rows) * 2 > len(rows):
            return None
        # In the first one, they may be those of lines.
        if any(map(_are_numbers, list(zip(*rows))[1:])):
            return sign, size
    return None


def _are_numbers(column: Sequence[str]) -> bool:
    """Whether cells of a column are numbers, but some that are empty."""
    said = list(filter(None, column))
    numbers = sum(map(bool, map(_VALUE.fullmatch, said)))
    return len(said) * 2 >= len(column) and numbers >= _NUMBERS * len(said)


def _cells(line: str, sign: re.Pattern[str]) -> list[str]:
    return [cell.strip() for cell in sign.split(line.strip())]


def _json(cell: str) -> Json:
    return Number(cell) if BARE_NUMBER.fullmatch(cell) else cell
