"""Tables with faults, as people and programs write them: rows with too many cells, or too few."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

__all__ = [
    "Evened",
    "cut_tables",
    "evened",
    "extents",
    "has_rules",
    "is_rule",
    "left_over",
    "may_have_tables",
    "runs",
]

#: What stands between cells.
_SIGNS = "|\t;,"
_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?|\|\s*:?-+:?\s*\|")
_BLANKS = re.compile(r"\S {2,}\S")
#: A cell that is a number, as no name of a column is.
_FIGURE = re.compile(r"\W{0,3}\d[\d.,]*\W{0,3}")
_BAR = re.compile(r"(?<!\\)\|")
#: A table has so many rows that are whole, without a rule more than sentences with commas have by
#: chance; and of all its rows, so many may be others.
_LEAST, _LEAST_RULED, _MOST = 5, 3, 0.25
#: The same where some of it was read as a table by itself.
_LEAST_FOUND, _MOST_FOUND = 2, 0.5
#: So many of what is like a table in a paragraph are looked at.
_MOST_RUNS = 20
#: Lines of a text that say whether it may have a table.
_PROBE = 400


class Evened(NamedTuple):
    """A table whose rows have as many cells as its header."""

    #: Its lines, those with too few cells filled up, without those that have too many.
    lines: list[str]
    #: Those of them that were no shorter, the header among them.
    whole: list[str]
    #: By the rows of these, the numbers of the lines as they were, counted from 0.
    numbers: list[int]
    #: Those of rows with more cells than the header, and of what has none: what is which, nobody
    #: can say.
    odd: list[int]


def is_rule(line: str) -> bool:
    """Whether a line stands below the header of a table in Markdown."""
    return "-" in line and "|" in line and _RULE.fullmatch(line.strip()) is not None


def has_rules(lines: Sequence[str]) -> bool:
    """Whether a text has a table of Markdown."""
    return any(is_rule(line) for line in lines)


def runs(lines: Sequence[str], first: int, end: int) -> list[tuple[int, int]]:
    """Where lines next to each other are like those of a table, from the top, the longest of each.

    >>> runs(["On:", "a,b", "1,2", "3,4", "5,6", "end"], 0, 6)
    [(1, 5)]

    """
    found: list[tuple[int, int]] = []
    for of_line in (*(_counting(sign) for sign in _SIGNS), _has_blanks):
        start, before = first, 0
        for number in range(first, end + 1):
            count = of_line(lines[number]) if number < end else 0
            if count != before:
                if before and number - start > _LEAST_RULED:
                    found.append((start, number))
                start, before = number, count
    found.sort(key=lambda run: run[0] - run[1])
    kept: list[tuple[int, int]] = []
    for one, last in found[:_MOST_RUNS]:
        if all(last <= begin or one >= after for begin, after in kept):
            kept.append((one, last))
    return sorted(kept)


def extents(lines: Sequence[str], first: int, end: int) -> list[tuple[int, int]]:
    """Where tables of which some rows have too many cells, or too few, may stand in a paragraph.

    Each begins with the first line that has as many signs as most have, and ends with the last, or
    with one behind it that is like a row. Several lines alike that have others are another table.

    >>> lines = ["As asked, all:", "a,b,c", "1,2", "3,4,5", "6,7,8", "0,0,0", "9,8", "Well, so."]
    >>> extents(lines, 0, 8)
    [(1, 7)]

    """
    if end - first > 1 and any(is_rule(line) for line in lines[first + 1 : end]):
        return [(first, end)]
    found: list[tuple[int, int]] = []
    for sign in _SIGNS:
        counts = [0 if _is_sentence(line) else line.count(sign) for line in lines[first:end]]
        often = Counter(filter(None, counts))
        count, lines_with = max(often.items(), key=lambda one: one[1], default=(0, 0))
        if lines_with <= 1 + _LEAST_FOUND:
            continue
        for start, stop in _cut(counts, count):
            while counts[stop - 1] != count:
                stop -= 1
            for line in lines[first + stop : end]:
                if not _is_like_row(line, sign, lines[first + start]):
                    break
                stop += 1
            found.append((first + start, first + stop))
    return found


def _cut(counts: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """From the first line with so many signs to the last, without other tables."""
    start, at = -1, 0
    for number, same in groupby(counts):
        after = at + len(list(same))
        if number == count:
            start = at if start < 0 else start
        elif start >= 0 and number and after - at >= _LEAST_RULED:
            yield start, at
            start = -1
        at = after
    if start >= 0:
        yield start, at


def _is_like_row(line: str, sign: str, head: str) -> bool:
    """Whether a line is more like a row of a table than a sentence with commas."""
    if sign not in line or _is_sentence(line):
        return False
    return sign not in ",;" or f"{sign} " not in line or f"{sign} " in head


def left_over(
    lines: Sequence[str], first: int, end: int, tables: Sequence[tuple[int, int]]
) -> int | None:
    """The first line of a paragraph that is like a row of a table in it, and in none of them.

    >>> left_over(["a,b,c", "1,2,3", "4,5,6", "7", "8,9", "So, well"], 0, 6, [(0, 3)])
    4

    """
    for start, _ in tables:
        head = lines[start]
        sign = max(_SIGNS, key=head.count)
        if sign in head:
            for number in range(first, end):
                is_read = any(one <= number < after for one, after in tables)
                if not is_read and _is_like_row(lines[number], sign, head):
                    return number
    return None


def _is_sentence(line: str) -> bool:
    return line.rstrip()[-1:] in tuple(".:!?")


def _counting(sign: str) -> Callable[[str], int]:
    return lambda line: line.count(sign)


def _has_blanks(line: str) -> int:
    return _BLANKS.search(line) is not None


def may_have_tables(text: str) -> bool:
    r"""Whether lines next to each other have as many signs as cells, or blanks as columns do.

    >>> may_have_tables("a,b\n1,2\n3,4\n5,6"), may_have_tables("a\nb, c\nd\ne")
    (True, False)

    """
    if text.count("\n") < _LEAST_RULED:
        return False
    lines = text.split("\n", _PROBE)[:_PROBE]
    run = 0
    for line in lines if "  " in text else ():
        run = run + 1 if _BLANKS.search(line) else 0
        if run > _LEAST_RULED:
            return True
    for sign in (sign for sign in _SIGNS if sign in text):
        run, before, is_odd = 0, 0, False
        for line in lines:
            count = line.count(sign)
            if count and count == before:
                run, is_odd = run + 1, False
                if run >= _LEAST_RULED:
                    return True
            elif count and run and not is_odd:
                # One with a fault.
                is_odd = True
            else:
                run, before, is_odd = 0, count, False
    return False


def evened(lines: Sequence[str], *, is_found: bool = False) -> Evened | None:
    r"""A table with faults without these; ``None`` where it is none, or has none.

    Args:
        lines: Those of a paragraph, or of a part of it.
        is_found: Whether some of it was read as a table by itself.

    >>> found = evened(["|id|n|", "|-|-|", "|1|2|", "|3|4|5|", "|6|7|", "|8|9|"])
    >>> found.lines, found.numbers, found.odd
    (['|id|n|', '|-|-|', '|1|2|', '|6|7|', '|8|9|'], [2, 4, 5], [3])

    """
    if len(lines) <= _LEAST_RULED:
        return None
    is_ruled = is_rule(lines[1])
    sign = "|" if is_ruled else max(_SIGNS, key=lines[0].count)
    is_bounded = is_ruled and lines[0].lstrip()[:1] == "|"
    cells = _bounded if is_bounded else _BAR.split if is_ruled else _separated(sign)
    width = len(cells(lines[0]) or ())
    if width < 2 and not (is_ruled and width):
        return None
    first = 1 + is_ruled
    found = Evened(list(lines[:first]), list(lines[:first]), [], [])
    most = max(1, (_MOST_FOUND if is_found else _MOST) * (len(lines) - first))
    faults = 0
    for number, line in enumerate(lines[first:], first):
        if (is_ruled and is_rule(line)) or line == lines[0]:
            # One above a sum, and the header once more.
            continue
        if faults > most:
            return None
        told = cells(line) if sign in line else []
        if not told or any(cell.strip() for cell in told[width:]):
            faults += 1
            found.odd.append(number)
            continue
        faults += len(told) < width
        if len(told) != width or (is_bounded and line.lstrip()[:1] != "|"):
            line = _filled(line, told, width, sign, is_ruled=is_ruled, is_bounded=is_bounded)
        if len(told) >= width:
            found.whole.append(line)
        found.lines.append(line)
        found.numbers.append(number)
    least = _LEAST_FOUND if is_found else _LEAST_RULED if is_ruled else _LEAST
    is_table = len(found.whole) >= least + first and faults <= most
    return found if is_table and found.lines != list(lines) else None


def _filled(
    line: str, cells: Sequence[str], width: int, sign: str, *, is_ruled: bool, is_bounded: bool
) -> str:
    """A line with as many cells as there are names; those that are left out are empty."""
    lacking = width - len(cells)
    if not is_ruled:
        # A blank may be what stands between cells.
        line = line.rstrip("".join({" ", "\r", "\t"} - {sign}))
        return line[:lacking] if lacking < 0 else line + sign * lacking
    row = "|".join([*cells[:width], *[" "] * lacking])
    return f"|{row}|" if is_bounded else row


def _bounded(line: str) -> list[str]:
    """The cells of a row of Markdown."""
    line = line.strip().removeprefix("|")
    return _BAR.split(line[:-1] if line.endswith("|") and not line.endswith("\\|") else line)


def _separated(sign: str) -> Callable[[str], list[str]]:
    def cells(line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=sign, strict=True), [])
        except csv.Error:
            return []

    return cells


def _is_head(lines: Sequence[str], first: int, number: int) -> bool:
    """Whether a line is the header of a table in Markdown, and no row above a rule in one."""
    line = lines[number]
    if not (is_rule(lines[number + 1]) and "|" in line) or is_rule(line):
        return False
    is_below = number > first and "|" in lines[number - 1]
    return not (is_below and any(_FIGURE.fullmatch(cell.strip()) for cell in _bounded(line)))


def cut_tables(lines: Sequence[str], first: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a paragraph: each table of Markdown, and what stands before and behind it.

    >>> lines = ["One:", "| a |", "|---|", "| 1 |", "| b |", "|---|", "| 2 |", "end"]
    >>> list(cut_tables(lines, 0, 8))
    [(0, 1), (1, 4), (4, 7), (7, 8)]

    """
    heads = [n - 1 for n in range(first + 1, end) if _is_head(lines, first, n - 1)]
    for head, after in zip(heads, [*heads[1:], end], strict=False):
        if head > first:
            yield first, head
        last = after
        while "|" not in lines[last - 1]:
            last -= 1
        yield head, last
        first = last
    if first < end:
        yield first, end
