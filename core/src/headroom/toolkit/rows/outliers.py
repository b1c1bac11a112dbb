"""Which rows of a table nobody could guess from the others.

A row is surprising by the shape of the data; words say what is an error only of short values, where
few rows have such a word (``failed.py``).
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, compress, count, islice, repeat
from operator import gt, lt, ne, sub

from headroom.regexes import regex
from headroom.scanning import shapes_of
from headroom.scanning.cells import LONGEST
from headroom.toolkit.outliers import far_out, least_bits, quartiles, rare_among, rare_values
from headroom.toolkit.rows.columns import Column
from headroom.toolkit.rows.failed import failed_rows
from headroom.toolkit.rows.quantities import TIME, inner_numbers, numbers_of, times_of
from headroom.toolkit.rows.raised import failed_otherwise
from headroom.toolkit.rows.table import Table

__all__ = ["Outliers", "find_outliers"]

_SHORTEST_WORD = 3
_WORDS = regex(rf"[^\W\d_]{{{_SHORTEST_WORD},}}")
#: What is no small letter of ASCII as blanks, but for ends of lines.
_LETTERS = bytes(
    sign if chr(sign).islower() or chr(sign) == "\n" else ord(" ") for sign in range(128)
).ljust(256)
#: Values that rows may well share by chance: fractions, and times.
_MEASURE = regex(rf'"?-?\d*\.\d+"?|{TIME.pattern}', re.ASCII)
# Of the numbers below, the tests of ``core/tests/kinds/json`` and the benchmark's anomalies tell
# which are too small or too large; within that, they are chosen.

#: In smaller tables nothing is a surprise, no word is, no step of a series is, and it is none that
#: each row has its own value.
_LEAST_ROWS, _LEAST_SPOKEN, _LEAST_SERIES, _LEAST_IDENTIFIED = 4, 8, 12, 20
#: Odd values are a surprise where they are at most so many, or one in so many of the rows.
_FEW, _FEW_ONE_IN = 3, 25
#: More that follow each other are one surprise where they are no more than one in so many rows.
_EPISODE = 8
#: Values that rows share where nearly each has its own: at most so many rows, or one in so many.
_SHARED, _SHARED_ONE_IN = 2, 50
#: A step beyond the upper quartile by so many times the distance of the quartiles is a jump: twice
#: Tukey's outer fence, as steps are skewed. At most so many rows, or one in so many.
_JUMP, _JUMPS, _JUMPS_ONE_IN = 6.0, 2, 25
#: A series goes one way where at most one in so many steps goes the other way.
_WRONG_ONE_IN = 100
#: A column stays the same for long where it has so many runs, or one for so many rows.
_RUNS, _RUN_LENGTH = 2, 12
#: Cells whose words are looked for at a time, and columns of which they are kept. Chosen.
_TOGETHER, _REMEMBERED = 250, 2000
#: More cells than this are counted in parts, if most of the first ones are different. Chosen.
_LARGE, _PROBED = 1 << 13, 1000
#: The bytes of each of some parts as one, and all others as zero.
_ONE_OF = [bytes(one == part for one in range(256)) for part in range(4)]
#: Numbers that are held as a list. Chosen.
_LISTED = 4000
#: What stands for a cell without words: no word tells as little.
_SILENT = -1.0


class Outliers:
    """What is surprising in a table: rows by number from 0, the most surprising first."""

    def __init__(self) -> None:
        #: Few rows that say what went wrong, as the others do not.
        self.failed: list[int] = []
        #: Few rows of a column: each of them says something that no other row says.
        self.rare: list[int] = []
        #: Those of columns that are asked for.
        self.asked: list[int] = []
        #: Rows at which a column begins to behave differently.
        self.changes: list[int] = []
        #: Rows of columns with so many odd values that these are no surprise, and extremes.
        self.unusual: list[int] = []


def find_outliers(table: Table, check: Callable[[], None], asked: Container[int] = ()) -> Outliers:
    """Looks at every column of a table.

    Args:
        table: Its rows.
        check: Called some times for each column, to watch the time.
        asked: The columns, by index, that a query asks for.

    """
    found = Outliers()
    size = len(table.rows)
    found.failed = failed_rows(table)
    if size < _LEAST_ROWS:
        return found
    noted = _Noted(size, check)
    noted.odd(_odd_rows(table))
    of_asked: list[list[int]] = []
    for index, column in enumerate(table.rows.columns):
        check()
        before = len(noted.rare)
        # By itself: what is known of one column goes before the next is looked at.
        if not column.is_all(column[0]):
            _look_at(column, noted)
        if index in asked:
            of_asked += noted.rare[before:]
    found.rare = _in_turn(noted.rare)
    found.asked = _in_turn(of_asked)
    found.changes = _in_turn(noted.changes)
    found.unusual = _in_turn(noted.unusual)
    return found


class _Noted:
    """Rows by what is odd of them, a queue for each thing that is."""

    def __init__(self, size: int, check: Callable[[], None]) -> None:
        self.rare: list[list[int]] = []
        self.unusual: list[list[int]] = []
        self.changes: list[list[int]] = []
        self._size, self._few = size, max(_FEW, size // _FEW_ONE_IN)
        self.check = check

    def odd(self, rows: list[int]) -> None:
        """Notes rows that say something that no other row says, if they are few."""
        # Each step of the search ends here, and many cells make it long.
        self.check()
        if not rows:
            return
        if len(rows) <= self._few:
            self.rare.append(rows)
            return
        self.unusual.append(rows)
        if len(rows) * _EPISODE <= self._size:
            first = _first_of_runs(rows)
            if len(first) <= self._few:
                self.rare.append(first)


def _first_of_runs(rows: Sequence[int]) -> list[int]:
    """Of rows that follow each other, the one that is named first."""
    runs: dict[int, int] = {}
    run, before = 0, -2
    for row in sorted(rows):
        run += row != before + 1
        runs[row], before = run, row
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(runs[row], row)
    return list(first.values())


def _look_at(column: Column, noted: _Noted) -> None:
    cells: Sequence[str] = column.cells
    numbers = numbers_of(cells, partial(column.plain_numbers, cells)) or times_of(cells)
    counts: Mapping[str, int]
    if column.is_small:
        counts = column.counts
        size = len(counts)
    elif numbers is not None and all(map(lt, numbers, islice(numbers, 1, None))):
        # Of a series that only rises, nothing comes again.
        counts, size = {}, len(cells)
    else:
        counts, size = _counts_of_many(cells)
    noted.odd(_repeated(cells, counts, size))
    # Where a column's values come from a set, rather than being new in each row.
    are_of_set = size * 2 <= len(cells)
    if numbers is not None:
        # Cells as texts of their own, and the counts of many, are larger than the numbers.
        cells = column.held
        if not are_of_set:
            counts = {}
    shapes: list[str] = []
    if numbers is not None:
        series = _Series(numbers)
        ordered = series.held(sorted(series.numbers))
        noted.odd(far_out(numbers, ordered))
        noted.unusual.append(_extremes(series, ordered[0], ordered[-1]))
        # As large as the numbers, as are steps.
        del ordered
        noted.changes += [_jumps(series), _out_of_order(series)]
        # Also where values repeat: among many, a word between numbers is not the rarest.
        if len(series.places) < len(cells):
            texts = [cell for cell, number in zip(cells, numbers) if not math.isfinite(number)]
            forms = iter(shapes_of(texts))
            kinds = ["n" if math.isfinite(number) else next(forms) for number in numbers]
            noted.odd(rare_values(kinds))
    else:
        shapes = shapes_of(cells)
        noted.odd(rare_values(shapes))
    if are_of_set:
        noted.odd(rare_among(cells, counts))
        noted.changes.append(_turns(cells))
    elif numbers is None:
        noted.odd(far_out(array("I", map(len, cells))))
    if numbers is None:
        noted.odd(failed_otherwise(cells, noted.check))
        inner = [far_out(numbers) for numbers in inner_numbers(cells, shapes)]
        # By themselves they take less than with a table to look them up by.
        distinct, times = list(counts), array("I", counts.values())
        if len(distinct) < size:
            distinct += [cell for cell in cells if cell not in counts]
            times.extend(repeat(1, size - len(times)))
        cells = column.held
        del shapes, counts
        noted.odd(_rare_words(cells, distinct, times))
        if any(map(str.isupper, distinct)):
            noted.odd(rare_values(["U" if cell.isupper() else "" for cell in cells]))
        for rows in inner:
            noted.odd(rows)


def _counts_of_many(cells: Sequence[str]) -> tuple[Mapping[str, int], int]:
    """How often cells come, and how many different ones there are.

    Where most of many are different, the counts of all would be as large as the payload: only those
    of cells that come again are returned, and that of the empty one.
    """
    some = cells[:_PROBED]
    again = len(some) - len(set(some))
    # As many come again, or more, as where half of all are different.
    if len(cells) <= _LARGE or again * len(cells) >= len(some) ** 2:
        counts = Counter(cells)
        return counts, len(counts)
    # The same ones are in the same part; how cells are shared out tells nothing of what is found.
    owners = bytes([hash(cell) & 3 for cell in cells])
    several: dict[str, int] = {}
    size = 0
    for owner in range(4):
        counts = Counter(compress(cells, owners.translate(_ONE_OF[owner])))
        size += len(counts)
        if len(counts) < owners.count(owner):
            several.update(item for item in counts.items() if item[1] > 1)
        if "" in counts:
            several[""] = counts[""]
    del counts
    return (Counter(cells) if size * 2 <= len(cells) else several), size


def _in_turn(queues: Sequence[Sequence[int]]) -> list[int]:
    """The first of each queue, then the second of each: no column takes all the room."""
    order: dict[int, None] = {}
    for place in range(max(map(len, queues), default=0)):
        for queue in queues:
            if place < len(queue):
                order.setdefault(queue[place])
    return list(order)


def _odd_rows(table: Table) -> list[int]:
    """Rows with keys that others do not have, and rows of another shape."""
    rows = table.rows
    if not rows.extras and not rows.wholes:
        return []
    signatures = [""] * len(rows)
    for row, extras in rows.extras.items():
        signatures[row] = "\n".join(sorted(key for key, _ in extras))
    for row in rows.wholes:
        signatures[row] = "="
    return rare_values(signatures)


def _rare_words(cells: Sequence[str], distinct: Sequence[str], counts: Sequence[int]) -> list[int]:
    """Rows with a word that is rarer than the rarest word of a usual row of the column.

    Args:
        cells: Those of the column.
        distinct: Each of them once.
        counts: How often each comes.

    """
    frequency: Counter[str] = Counter()
    spoken = 0
    # Of more cells, the words would be several times as large as the cells.
    known = list(_words_of(distinct)) if len(distinct) <= _REMEMBERED else None
    rest = zip(known or _words_of(distinct), counts)
    while some := list(islice(rest, _TOGETHER)):
        # Most values are there once: their words are counted all at once.
        frequency.update(chain.from_iterable([words for words, times in some if times == 1]))
        spoken += sum([times for words, times in some if words])
        for words, times in some:
            if times > 1:
                for word in words:
                    frequency[word] += times
    if spoken < _LEAST_SPOKEN:
        return []
    # The rarest word of each cell, and what it tells.
    bits = {n: -math.log2(n / spoken) for n in set(frequency.values())}
    told = [
        bits[min(map(frequency.__getitem__, words))] if words else _SILENT
        for words in known or _words_of(distinct)
    ]
    by_bits: Counter[float] = Counter(told)
    for one, times in zip(told, counts) if len(distinct) < len(cells) else ():
        by_bits[one] += times - 1
    del by_bits[_SILENT]
    least = _middle(sorted(by_bits.items()), spoken // 2) + least_bits(spoken)
    surprising = {cell: one for cell, one in zip(distinct, told) if one >= least}
    if not surprising:
        return []
    rows = [(-surprising[cell], row) for row, cell in enumerate(cells) if cell in surprising]
    return [row for _, row in sorted(rows)]


def _middle(by_bits: Sequence[tuple[float, int]], place: int) -> float:
    """The one at a place among numbers that each come so many times, in order."""
    for one, times in by_bits:
        place -= times
        if place < 0:
            return one
    raise IndexError("there are not so many")


def _words_of(cells: Iterable[str]) -> Iterator[set[str]]:
    """The words of each cell."""
    rest = iter(cells)
    while part := list(islice(rest, _TOGETHER)):
        if max(map(len, part)) > LONGEST:
            part = [cell[:LONGEST] for cell in part]
        # Small letters of all at once, where that is the same: no cell has a line feed, if any.
        lowered = "\n".join(part).lower()
        is_alone = lowered.count("\n") == len(part) - 1
        if is_alone and lowered.isascii():
            letters = lowered.encode().translate(_LETTERS).decode()
            words = list(map(set, map(str.split, letters.split("\n"))))
            short = {word for word in set().union(*words) if len(word) < _SHORTEST_WORD}
            yield from (one - short for one in words) if short else words
            continue
        cells_of_part = lowered.split("\n") if is_alone else [cell.lower() for cell in part]
        yield from map(set, map(_WORDS.findall, cells_of_part))


def _repeated(cells: Sequence[str], counts: Mapping[str, int], size: int) -> list[int]:
    """Rows that share a value with another row in a column where nearly each has its own.

    Args:
        cells: Those of the column.
        counts: How often those come that come again, and the empty one.
        size: How many different ones there are.

    """
    if len(cells) < _LEAST_IDENTIFIED:
        return []
    most = max(_SHARED, len(cells) // _SHARED_ONE_IN)
    if len(cells) - counts.get("", 0) - size > most:
        return []
    shared = {cell for cell, n in counts.items() if n > 1 and cell}
    if not shared or sum(map(counts.__getitem__, shared)) > most:
        return []
    if any(_MEASURE.fullmatch(cell) for cell in shared):
        return []
    return [index for index, cell in enumerate(cells) if cell in shared]


#: Makes a sequence of numbers.
_Holder = Callable[[Iterable[float]], Sequence[float]]


class _Series:
    """The numbers of a column that are finite, at least one, and the rows that have them."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self.rows = len(numbers)
        self.places: Sequence[int] = range(len(numbers))
        # A list is quicker, and large.
        self.held: _Holder = list if len(numbers) <= _LISTED else partial(array, "d")
        if not all(map(math.isfinite, numbers)):
            self.places = array("I", compress(count(), map(math.isfinite, numbers)))
            numbers = self.held(filter(math.isfinite, numbers))
        are_held = self.held is not list and isinstance(numbers, array)
        self.numbers: Sequence[float] = numbers if are_held else self.held(numbers)


def _extremes(series: _Series, least: float, most: float) -> list[int]:
    highest, lowest = (series.places[series.numbers.index(one)] for one in (most, least))
    return [highest] if highest == lowest else [highest, lowest]


def _jumps(series: _Series) -> list[int]:
    """Rows at which a series leaves its usual steps, the largest step first."""
    numbers = series.numbers
    if len(numbers) < _LEAST_SERIES:
        return []
    steps = series.held(map(abs, map(sub, islice(numbers, 1, None), numbers)))
    low, _, high = quartiles(sorted(filter(math.isfinite, steps)))
    usual = high + _JUMP * ((high - low) or high or 1.0)
    if max(steps) <= usual:
        return []
    rows = [(-step, index) for step, index in zip(steps, series.places[1:]) if step > usual]
    return [index for _, index in sorted(rows)][: max(_JUMPS, series.rows // _JUMPS_ONE_IN)]


def _out_of_order(series: _Series) -> list[int]:
    """Rows at which a series that goes one way goes the other way for once."""
    numbers = series.numbers
    if len(numbers) < _LEAST_SERIES:
        return []
    few = max(1, len(numbers) // _WRONG_ONE_IN)
    ups = sum(map(gt, islice(numbers, 1, None), numbers))
    downs = sum(map(lt, islice(numbers, 1, None), numbers))
    if min(ups, downs) > few:
        return []
    wrong = gt if ups <= downs else lt
    return list(compress(series.places[1:], map(wrong, islice(numbers, 1, None), numbers)))


def _turns(cells: Sequence[str]) -> list[int]:
    """Rows at which a column that stays the same for long takes another value."""
    turns = sum(map(ne, islice(cells, 1, None), cells))
    if turns + 1 > max(_RUNS, len(cells) // _RUN_LENGTH):
        return []
    return list(compress(count(1), map(ne, islice(cells, 1, None), cells)))
