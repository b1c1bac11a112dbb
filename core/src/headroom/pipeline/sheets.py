"""Finds the tables of a sheet that holds several, as spreadsheets export them.

Every row of such an export has as many signs between its cells as the widest: ``Headcount,,,`` is a
title, ``,,,`` a blank line. Read as one table, rows would stand below names that are not theirs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import repeat

from headroom.view import Deadline

__all__ = ["find_sheet"]

# All of these are chosen; the tests have the sheets that are cut, and the tables that are not.

#: The signs between cells, and lines that decide on them: so many have as many as the first.
_SIGNS, _PROBED, _ALIKE = "\t;,|", 30, 0.5
#: Rows below a header that must be as long as it, and have a number where it has a name.
_LOOKED_AT = 3
#: A cell that is a number: a header has none.
_NUMBER = re.compile(r"\W{0,3}\d[\d.,\u00a0 ]*\W{0,2}")
_LONGEST_NAME = 60


def find_sheet(lines: Sequence[str], deadline: Deadline) -> list[tuple[int, int]]:
    r"""The tables of a sheet, as index of the header and that of the first line below the table.

    Args:
        lines: Those of a text.
        deadline: Checked now and then.

    Returns:
        Nothing where it is one table without a title.

    >>> rows = ["Oslo,7,1", "Riga,8,2", "Kiel,9,3"]
    >>> find_sheet(["City,Q1,Q2", *rows, ",,", "Staff,,", "City,Head,Open", *rows], Deadline(None))
    [(0, 4), (6, 10)]

    """
    sign = _sign(lines)
    if not sign:
        return []
    tables: list[tuple[int, int]] = []
    known: set[str] = set()
    last: list[str] = []
    is_padded = False
    # The first of the titles right above, and the line before.
    titles, before = None, -1
    # Where the last table ends: with a line of none, if not with the titles of the next one.
    end = len(lines)
    for number, cells in _rows(lines, sign, deadline):
        if number > before + 1:
            titles = None
        before = number
        if cells is None:
            titles = number if titles is None else titles
            end = min(end, number) if sign not in lines[number] else end
            continue
        above, titles = number if titles is None else titles, None
        if above == number and cells == last:
            # The same header once more, as files that are put together have it.
            continue
        is_apart = above < number or not number or not known.isdisjoint(cells)
        if _begins_table(lines, number, sign, cells, is_apart=is_apart):
            tables[-1:] = [(first, min(end, above)) for first, _ in tables[-1:]]
            is_padded = is_padded or sign in lines[above]
            tables.append((number, len(lines)))
            known.update(filter(None, cells))
            last, end = cells, len(lines)
    tables[-1:] = [(first, end) for first, _ in tables[-1:]]
    # One table below other text is found by other means.
    is_sheet = len(tables) > 1 or (is_padded and tables[0][0] > 0)
    return tables if is_sheet else []


def _sign(lines: Sequence[str]) -> str:
    """The sign that stands in many of the first lines equally often; empty where none does."""
    probed = [line for line in lines[:_PROBED] if line and not line.isspace()]
    if len(probed) <= _LOOKED_AT:
        return ""
    for sign in _SIGNS:
        size, count = Counter(map(str.count, probed, repeat(sign))).most_common(1)[0]
        if size > 1 and count > _ALIKE * len(probed):
            # Prose has as many commas in some of its lines; it has no columns of numbers.
            rows = sum(map(bool, map(_numbers(sign).search, probed)))
            return sign if rows > _ALIKE * len(probed) else ""
    return ""


@lru_cache(maxsize=len(_SIGNS))
def _numbers(sign: str) -> re.Pattern[str]:
    """Finds a cell of a line that is a number: sooner than to cut the line."""
    cell, comma = rf"[^\w{re.escape(sign)}]", "" if sign == "," else ","
    inside = rf"{cell}{{0,3}}\d[\d.{comma}\u00a0 ]*{cell}{{0,2}}"
    return re.compile(rf"(?:^|{re.escape(sign)}){inside}(?:{re.escape(sign)}|$)")


def _rows(
    lines: Sequence[str], sign: str, deadline: Deadline
) -> Iterator[tuple[int, list[str] | None]]:
    """The lines that may be a header, each with its cells; ``None`` for titles and blank ones."""
    is_open = False
    has_number = _numbers(sign).search
    for number, line in enumerate(deadline.over(lines)):
        if '"' in line:
            was_open, is_open = is_open, is_open ^ (line.count('"') % 2 == 1)
            if was_open or is_open:
                # Within quotes an end of a line is part of a cell.
                continue
        elif is_open:
            continue
        if has_number(line):
            continue
        cells = _cells(line, sign)
        # Of a title, all other cells are empty.
        yield number, cells if len(cells) > 1 else None


def _cells(line: str, sign: str) -> list[str]:
    """The cells of a line, without the empty ones at its end."""
    return [cell.strip(' "\r') for cell in line.rstrip(f"{sign} \r").split(sign)]


def _begins_table(
    lines: Sequence[str], number: int, sign: str, names: Sequence[str], *, is_apart: bool
) -> bool:
    """Whether a line is a header: names, and below one of them only numbers.

    Where neither a title nor a name of an earlier header sets it apart from the rows above, these
    have another number of cells.
    """
    if not all(names[1:]) or len(set(names)) < len(names) or max(map(len, names)) > _LONGEST_NAME:
        return False
    below = lines[number + 1 : number + 1 + _LOOKED_AT]
    size = lines[number].count(sign)
    if len(below) < _LOOKED_AT or any(line.count(sign) != size for line in below):
        return False
    if not is_apart and lines[number - 1].count(sign) == size:
        return False
    rows = [_cells(line, sign) for line in below]
    return any(all(map(_NUMBER.fullmatch, column)) for column in zip(*rows))
