"""Which rows of a table nobody could guess from the others.

No list of words says what is an error: a row is surprising by the shape of the data alone.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby, pairwise

from headroom.toolkit.outliers import far_out, least_bits, quartiles, rare_values
from headroom.toolkit.rows.quantities import (
    LONGEST,
    TIME,
    inner_numbers,
    numbers_of,
    shape_of,
    times_of,
)
from headroom.toolkit.rows.table import Table

__all__ = ["Outliers", "find_outliers"]

_WORDS = re.compile(r"[^\W\d_]{3,}")
#: Values that rows may well share by chance: fractions, and times.
_MEASURE = re.compile(rf"-?\d*\.\d+|{TIME.pattern}", re.ASCII)
# Of the numbers below, the tests of ``core/tests/kinds/json`` and the benchmark's anomalies tell
# which are too small or too large; within that, they are chosen.

#: In smaller tables nothing is a surprise, no word is, no step of a series is, and it is none that
#: each row has its own value.
_LEAST_ROWS, _LEAST_SPOKEN, _LEAST_SERIES, _LEAST_IDENTIFIED = 4, 8, 12, 20
#: Odd values are a surprise where they are at most so many, or one in so many of the rows.
_FEW, _FEW_ONE_IN = 3, 25
#: Values that rows share where nearly each has its own: at most so many rows, or one in so many.
_SHARED, _SHARED_ONE_IN = 2, 50
#: A step beyond the upper quartile by so many times the distance of the quartiles is a jump: twice
#: Tukey's outer fence, as steps are skewed. At most so many rows, or one in so many.
_JUMP, _JUMPS, _JUMPS_ONE_IN = 6.0, 2, 25
#: A series goes one way where at most one in so many steps goes the other way.
_WRONG_ONE_IN = 100
#: A column stays the same for long where it has so many runs, or one for so many rows.
_RUNS, _RUN_LENGTH = 2, 12
#: Cells whose words are remembered, where cells come again. Chosen.
_REMEMBERED = 1000


class Outliers:
    """What is surprising in a table: rows by number from 0, the most surprising first."""

    def __init__(self) -> None:
        #: Few rows of a column: each of them says something that no other row says.
        self.rare: list[int] = []
        #: Rows at which a column begins to behave differently.
        self.changes: list[int] = []
        #: Rows of columns with so many odd values that these are no surprise, and extremes.
        self.unusual: list[int] = []


def find_outliers(table: Table, check: Callable[[], None]) -> Outliers:
    """Looks at every column of a table.

    Args:
        table: Its rows.
        check: Called once a column, to watch the time.

    """
    found = Outliers()
    count = len(table.rows)
    if count < _LEAST_ROWS:
        return found
    rare: list[list[int]] = []
    unusual: list[list[int]] = []
    changes: list[list[int]] = []
    few = max(_FEW, count // _FEW_ONE_IN)

    def note(rows: list[int]) -> None:
        if rows:
            (rare if len(rows) <= few else unusual).append(rows)

    note(_odd_rows(table))
    for index in range(len(table.names)):
        check()
        cells = list(table.rows.column(index))
        if all(cell == cells[0] for cell in cells):
            continue
        note(_repeated(cells))
        numbers = numbers_of(cells) or times_of(cells)
        if numbers is not None:
            note(far_out(numbers))
            changes += [_jumps(numbers), _out_of_order(numbers)]
            unusual.append(_extremes(numbers))
            # Also where values repeat: among many, a word between numbers is not the rarest.
            if not all(map(math.isfinite, numbers)):
                kinds = ["n" if math.isfinite(n) else shape_of(c) for c, n in zip(cells, numbers)]
                note(rare_values(kinds))
        else:
            shapes = _shapes(cells)
            note(rare_values(shapes))
        if _repeats(cells):
            note(rare_values(cells))
            changes.append(_turns(cells))
        elif numbers is None:
            note(far_out([float(len(cell)) for cell in cells]))
        if numbers is None:
            note(_rare_words(cells))
            note(rare_values(["U" if cell.isupper() else "" for cell in cells]))
            for inner in inner_numbers(cells, shapes):
                note(far_out(inner))
    found.rare = _in_turn(rare)
    found.changes = _in_turn(changes)
    found.unusual = _in_turn(unusual)
    return found


def _in_turn(queues: Sequence[Sequence[int]]) -> list[int]:
    """The first of each queue, then the second of each: no column takes all the room."""
    order: dict[int, None] = {}
    for place in range(max(map(len, queues), default=0)):
        for queue in queues:
            if place < len(queue):
                order.setdefault(queue[place])
    return list(order)


def _repeats(cells: Sequence[str]) -> bool:
    """Whether a column's values come from a set, rather than being new in each row."""
    return len(set(cells)) * 2 <= len(cells)


def _odd_rows(table: Table) -> list[int]:
    """Rows with keys that others do not have, and rows of another shape."""
    signatures = [
        "=" if row.whole is not None else "\n".join(sorted(key for key, _ in row.extras))
        for row in table.rows
    ]
    return rare_values(signatures) if any(signatures) else []


def _rare_words(cells: Sequence[str]) -> list[int]:
    """Rows with a word that is rarer than the rarest word of a usual row of the column."""
    # Kept for each cell, its words would be several times as large as the cells.
    words_of = lru_cache(_REMEMBERED)(_words_of)
    frequency: Counter[str] = Counter()
    spoken = array("q")
    for index, cell in enumerate(cells):
        words = words_of(cell)
        if words:
            spoken.append(index)
            frequency.update(words)
    if len(spoken) < _LEAST_SPOKEN:
        return []
    rarest = (min(map(frequency.__getitem__, words_of(cells[index]))) for index in spoken)
    surprise = array("d", (-math.log2(n / len(spoken)) for n in rarest))
    least = sorted(surprise)[len(surprise) // 2] + least_bits(len(spoken))
    rows = [(-bits, index) for bits, index in zip(surprise, spoken) if bits >= least]
    return [index for _, index in sorted(rows)]


def _words_of(cell: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(cell[:LONGEST].lower()))


def _repeated(cells: Sequence[str]) -> list[int]:
    """Rows that share a value with another row in a column where nearly each has its own."""
    frequency = Counter(cell for cell in cells if cell)
    shared = {cell for cell, n in frequency.items() if n > 1}
    if not shared or sum(frequency[cell] for cell in shared) > max(
        _SHARED, len(cells) // _SHARED_ONE_IN
    ):
        return []
    if len(cells) < _LEAST_IDENTIFIED or any(_MEASURE.fullmatch(cell) for cell in shared):
        return []
    return [index for index, cell in enumerate(cells) if cell in shared]


def _extremes(numbers: Sequence[float]) -> list[int]:
    finite = _finite(numbers)
    highest = max(finite, key=lambda index: (numbers[index], -index))
    lowest = min(finite, key=lambda index: (numbers[index], index))
    return [highest] if highest == lowest else [highest, lowest]


def _shapes(cells: Sequence[str]) -> list[str]:
    """The shape of each cell: one text for those that look alike."""
    known: dict[str, str] = {}
    shape = lru_cache(_REMEMBERED)(shape_of)
    return [known.setdefault(one, one) for one in map(shape, cells)]


def _finite(numbers: Sequence[float]) -> array[int]:
    """The places of those that are numbers."""
    return array("q", (index for index, one in enumerate(numbers) if math.isfinite(one)))


def _jumps(numbers: Sequence[float]) -> list[int]:
    """Rows at which a series leaves its usual steps, the largest step first."""
    finite = _finite(numbers)
    if len(finite) < _LEAST_SERIES:
        return []
    steps = array("d", (abs(numbers[b] - numbers[a]) for a, b in pairwise(finite)))
    low, _, high = quartiles(steps)
    spread = (high - low) or high or 1.0
    rows = [
        (-step, index) for step, index in zip(steps, finite[1:]) if step > high + _JUMP * spread
    ]
    return [index for _, index in sorted(rows)][: max(_JUMPS, len(numbers) // _JUMPS_ONE_IN)]


def _out_of_order(numbers: Sequence[float]) -> list[int]:
    """Rows at which a series that goes one way goes the other way for once."""
    finite = _finite(numbers)
    if len(finite) < _LEAST_SERIES:
        return []
    up = array("q", (b for a, b in pairwise(finite) if numbers[b] > numbers[a]))
    down = array("q", (b for a, b in pairwise(finite) if numbers[b] < numbers[a]))
    few = min(up, down, key=len)
    return list(few) if len(few) <= max(1, len(finite) // _WRONG_ONE_IN) else []


def _turns(cells: Sequence[str]) -> list[int]:
    """Rows at which a column that stays the same for long takes another value."""
    starts: list[int] = []
    position = 0
    for _, run in groupby(cells):
        starts.append(position)
        position += sum(1 for _ in run)
    return starts[1:] if len(starts) <= max(_RUNS, len(cells) // _RUN_LENGTH) else []
