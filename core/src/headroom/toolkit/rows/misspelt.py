"""Cells that are nearly, but not quite, what many other cells of their column are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice, repeat
from operator import itemgetter

from headroom.toolkit.rows.notation import BARE_NUMBER
from headroom.toolkit.rows.table import Table

__all__ = ["find_misspelt"]

#: What stands around a value that is as wide as its column.
_PADDING = '" '
#: Digits as one sign.
_DIGITS = str.maketrans("123456789", "0" * 9)
#: How lists and objects begin.
_OPENING = ("[", "{", "=")

_NONE: Mapping[str, list[tuple[str, int]]] = {}

# All of these are chosen.

#: A value is one of a column's own where at least so many cells have it, and this many for each
#: cell that has the other.
_OWN, _TIMES = 3, 3
#: Characters of a cell that is looked at.
_SHORTEST, _LONGEST = 3, 300
#: Shorter texts, in characters, are codes: a letter makes another one.
_LEAST_WORD = 4
#: One in so many characters may be another, or missing, and one in any case.
_OTHERS_ONE_IN = 4
#: Values of a column that are compared with each other: these bound the time.
_RARE, _COMMON = 400, 150
#: Where more of the cells are nearly like others, they are what the column consists of.
_MOST = 0.2


def find_misspelt(table: Table, check: Callable[[], None]) -> list[tuple[int, int]]:
    """Row and column of such cells, by row.

    Numbers are left alone: a number is not misspelt for being near another one.

    Args:
        table: The rows.
        check: Called once a column, to watch the time.

    """
    found: list[tuple[int, int]] = []
    for column in range(len(table.names)):
        check()
        cells = table.rows.columns[column]
        if not _has_few(cells) or (cells.is_small and cells.plain_numbers() is not None):
            continue
        odd = _misspelt(cells.counts)
        if odd:
            rows = [row for row, cell in enumerate(cells) if cell.strip(_PADDING) in odd]
            if len(rows) <= _MOST * len(cells):
                found += [(row, column) for row in rows]
    return sorted(found)


def _has_few(cells: Iterable[str]) -> bool:
    """Whether a column has so few values that they are compared; their counts may be large."""
    seen: set[str] = set()
    stripped = map(str.strip, cells, repeat(_PADDING))
    while len(seen) <= _RARE + _COMMON and (part := list(islice(stripped, _RARE))):
        seen.update(part)
    return len(seen) <= _RARE + _COMMON


def _misspelt(padded: Mapping[str, int]) -> set[str]:
    """The values, without their padding, that are nearly others."""
    if len(padded) > _RARE + _COMMON and (
        len(set(map(str.strip, padded, repeat(_PADDING)))) > _RARE + _COMMON
    ):
        return set()
    counts: Counter[str] = Counter()
    for cell, count in padded.items():
        counts[cell.strip(_PADDING)] += count
    often = [(value, count) for value, count in counts.items() if count >= _OWN]
    often.sort(key=itemgetter(1), reverse=True)
    common = [(value, count) for value, count in often[:_COMMON] if value]
    if not common or len(counts) > _RARE + len(common):
        return set()
    # Those that differ in nothing but digits are not near each other: they stand together.
    masks = {value.translate(_DIGITS) for value, _ in common}
    by_length: dict[int, dict[str, list[tuple[str, int]]]] = {}
    for value, count in common:
        alike = by_length.setdefault(len(value), {})
        alike.setdefault(value.translate(_DIGITS), []).append((value, count))
    odd: set[str] = set()
    for value, count in counts.items():
        if not _SHORTEST <= len(value) <= _LONGEST:
            continue
        if value[:1] in _OPENING or BARE_NUMBER.fullmatch(value):
            continue
        masked = value.translate(_DIGITS)
        if masks == {masked}:
            continue
        if any(
            often >= _TIMES * count and _are_near(value, other)
            for length in range(len(value) - 1, len(value) + 2)
            for mask, others in by_length.get(length, _NONE).items()
            if mask != masked
            for other, often in others
        ):
            odd.add(value)
    return odd


def _are_near(one: str, other: str) -> bool:
    """Whether two texts of nearly one length differ in few letters.

    >>> _are_near("gxdsden", "gadsden"), _are_near("hf-1", "hf-3")
    (True, False)
    """
    if len(one) == len(other):
        places = [(a, b) for a, b in zip(one, other) if a != b]
        few = len(places) <= max(1, len(one) // _OTHERS_ONE_IN)
        # Where digits differ, or the letters of a code, it is another one of a series.
        if any(a.isdigit() and b.isdigit() for a, b in places):
            return False
        is_code = len(one) < _LEAST_WORD or any(map(str.isdigit, other))
        return few and not (is_code and all(a.isalpha() and b.isalpha() for a, b in places))
    short, long = sorted((one, other), key=len)
    start = next((n for n, (a, b) in enumerate(zip(short, long)) if a != b), len(short))
    is_code = len(short) < _LEAST_WORD or long[start].isdigit()
    return not is_code and short[start:] == long[start + 1 :]
