"""Which of some rows say that something went wrong, where the others do not.

What words say of this is asked only of short values, and only where few rows have such a word: of
rows that all speak of failures, none is a surprise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress

from headroom.toolkit.alerts import alerting
from headroom.toolkit.rows.columns import Column
from headroom.toolkit.rows.table import Table
from headroom.toolkit.rows.values import Json

__all__ = ["failed_objects", "failed_rows"]

# All of these are chosen.

#: Longer values, in characters, are texts, in which such words say little.
_SHORT = 100
#: Rows that fail are so many at the most, or one in so many, and one in so many of a few rows.
_FEW, _FEW_ONE_IN, _ONE_IN = 3, 25, 4
#: Of larger tables, only columns are looked at whose values come from a set.
_LARGE, _SET = 500, 50
#: Where so many rows, or more, have different values of so many blanks, on the average, these are
#: texts; and names where they have hardly any.
_TEXTS, _BLANKS, _NAMES = 8, 3, 4
#: Levels of objects within a row, and rows, that are looked at.
_DEPTH, _MOST = 2, 1000
#: What says that there is nothing.
_EMPTY = frozenset(("", '""', "null", "false", "0", "[]", "{}", "none", "None", "-", "no"))


def failed_rows(table: Table) -> list[int]:
    """The rows of a table that say what went wrong, by number from 0; none where many do."""
    rows = table.rows
    size = len(rows)
    found = _Found(size)
    if size < 2:
        return []
    names = table.layout.names
    telling = alerting(_spoken(names), found.harmless)
    for number, column in enumerate(rows.columns):
        if not column.is_small or column.is_all(column[0]):
            continue
        if column.plain_numbers() is not None and number not in telling:
            continue
        distinct = list(column.counts) if number in telling else _cells(column)
        found.add(column, distinct, is_telling=number in telling)
    if rows.extras and len(rows.extras) <= _MOST:
        cells: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for row, extras in rows.extras.items():
            for key, cell in extras:
                cells[key][row] = cell
        found.sparse(cells)
    if rows.wholes and len(rows.wholes) <= _MOST:
        found.sparse({"": rows.wholes})
    return found.rows()


def failed_objects(values: Sequence[Json]) -> list[int]:
    """The same of objects, by their members and those of objects in them."""
    found = _Found(len(values))
    if not 2 <= len(values) <= _MOST:
        return []
    cells: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for row, value in enumerate(values):
        for name, cell in _members(value, "", _DEPTH):
            cells[name].setdefault(row, cell)
    found.sparse(cells)
    return found.rows()


class _Found:
    """Rows that say what went wrong, of each column those that are few."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._few = max(1, min(size // _ONE_IN, max(_FEW, size // _FEW_ONE_IN)))
        self._by_column: list[list[int]] = []
        self.harmless: set[str] = set()

    def add(self, cells: Iterable[str], distinct: Sequence[str], *, is_telling: bool) -> None:
        """Looks at a column: its cells, those of them that may tell, and whether its name does."""
        bad = {distinct[n] for n in alerting(_spoken(distinct), self.harmless)}
        if is_telling:
            bad.update(cell for cell in distinct if cell not in _EMPTY)
        if bad:
            self._note([row for row, cell in enumerate(cells) if cell in bad])

    def sparse(self, cells: Mapping[str, Mapping[int, str]]) -> None:
        """Looks at columns of which some rows have a cell."""
        names = list(cells)
        telling = alerting(_spoken(names), self.harmless)
        for number, name in enumerate(names):
            rows = cells[name]
            short = [row for row in rows if len(rows[row]) <= _SHORT or number in telling]
            if number not in telling and _are_texts(set(rows.values()), len(rows)):
                continue
            bad = alerting(_spoken([rows[row] for row in short]), self.harmless)
            self._note(
                [
                    row
                    for place, row in enumerate(short)
                    if place in bad or (number in telling and rows[row] not in _EMPTY)
                ]
            )

    def _note(self, rows: list[int]) -> None:
        if 0 < len(rows) <= self._few:
            self._by_column.append(rows)

    def rows(self) -> list[int]:
        """All of them, if they are few; in which more columns say so, first."""
        times: defaultdict[int, int] = defaultdict(int)
        for rows in self._by_column:
            for row in rows:
                times[row] += 1
        return sorted(times, key=lambda row: (-times[row], row))[: self._few]


def _cells(column: Column) -> list[str]:
    """The different values of a column that may tell."""
    distinct = list(column.counts)
    if (len(distinct) > _SET and len(column) > _LARGE) or _are_texts(distinct, len(column)):
        return []
    return list(compress(distinct, map(_SHORT.__ge__, map(len, distinct))))


def _are_texts(distinct: Collection[str], count: int) -> bool:
    """Whether values are sentences, or names: such words say what they are about."""
    if not _NAMES <= len(distinct) <= _LARGE or len(distinct) * 2 <= count:
        return False
    blanks = "".join(distinct).count(" ")
    are_names = len(distinct) == count and blanks < len(distinct)
    return are_names or (len(distinct) >= _TEXTS and blanks >= _BLANKS * len(distinct))


def _members(value: Json, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, member in value.items():
            if isinstance(member, str):
                yield f"{path}.{key}", member
            elif isinstance(member, dict) and member and depth > 1:
                yield from _members(member, f"{path}.{key}", depth - 1)
            elif member is not None and not isinstance(member, (dict, list)):
                yield f"{path}.{key}", str(member).lower()


def _spoken(texts: Sequence[str]) -> list[str]:
    """Texts with what joins words of names as blanks."""
    joined = "\n".join(texts).replace("_", " ").replace("-", " ")
    if joined.count("\n") == len(texts) - 1:
        return joined.split("\n")
    return [text.replace("_", " ").replace("-", " ") for text in texts]
