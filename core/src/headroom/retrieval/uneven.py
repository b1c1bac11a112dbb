"""Tables with faults, as people and programs write them: rows with too many cells, or too few."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

__all__ = [
    "Evened",
    "cut_tables",
    "evened",
    "has_rules",
    "is_rule",
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
        run, before = 0, 0
        for line in lines:
            count = line.count(sign)
            run = run + 1 if count and count == before else 0
            if run >= _LEAST_RULED:
                return True
            before = count
    return False


def evened(lines: Sequence[str]) -> Evened | None:
    r"""A table with faults without these; ``None`` where it is none, or has none.

    >>> found = evened(["|id|n|", "|-|-|", "|1|2|", "|3|4|5|", "|6|7|", "|8|9|"])
    >>> found.lines, found.numbers, found.odd
    (['|id|n|', '|-|-|', '|1|2|', '|6|7|', '|8|9|'], [2, 4, 5], [3])

    """
    if len(lines) <= _LEAST_RULED:
        return None
    is_ruled = is_rule(lines[1])
    sign = "|" if is_ruled else max(_SIGNS, key=lines[0].count)
    cells = _bounded if is_ruled else _separated(sign)
    width = len(cells(lines[0]) or ())
    if width < 2 and not (is_ruled and width):
        return None
    first, is_bounded = 1 + is_ruled, is_ruled and lines[0].lstrip()[:1] == "|"
    found = Evened(list(lines[:first]), list(lines[:first]), [], [])
    faults, most = 0, max(1, _MOST * (len(lines) - first))
    for number, line in enumerate(lines[first:], first):
        if is_ruled and is_rule(line):
            # One above a sum.
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
            line = _filled(line, len(told), width, sign, is_ruled=is_ruled)
        if len(told) >= width:
            found.whole.append(line)
        found.lines.append(line)
        found.numbers.append(number)
    least = _LEAST_RULED if is_ruled else _LEAST
    is_table = len(found.whole) >= least + first and faults <= most
    return found if is_table and found.lines != list(lines) else None


def _filled(line: str, count: int, width: int, sign: str, *, is_ruled: bool) -> str:
    """A line with as many cells as there are names; those that are left out are empty."""
    if not is_ruled:
        line = line.rstrip()
        return line[: width - count] if count > width else line + sign * (width - count)
    cells = [*_bounded(line)[:width], *[""] * (width - count)]
    return f"|{'|'.join(cells)}|"


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
