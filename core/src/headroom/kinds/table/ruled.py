"""Tables with bars between their columns and a rule below their header.

So are those of Markdown, and those that databases and data frames print in a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.regexes import regex
from headroom.toolkit.rows.packed import PackedRecords
from headroom.view import Deadline

__all__ = ["is_rule", "like_rules", "ruled_records", "ruled_run"]

_BARS = "|\u2502\u2503\u2551"
# The signs of rules: of ASCII and of box drawing, which is U+2500 to U+257F.
_STROKES = frozenset("-=\u2500\u2501\u2550")
_SIGNS = frozenset(" \t\r|+:-=").union(map(chr, range(0x2500, 0x2580)))
_ALL_SIGNS = "".join(sorted(_SIGNS))
_CROSSINGS = _SIGNS.difference(_STROKES, " \t\r:")
# A line of such signs with a crossing: the first one, and one below a line feed, which is found
# sooner than where a line begins.
_SIGNS_WITH_CROSSING = "(?=[{0}]*(?:\n|\\Z))[{0}]*?[{1}]".format(
    *("".join(map(re.escape, sorted(signs))) for signs in (_SIGNS, _CROSSINGS))
)
_LIKE_RULE, _LIKE_RULE_BELOW = regex(_SIGNS_WITH_CROSSING), regex(f"\n{_SIGNS_WITH_CROSSING}")
#: A table has so many rows below its rule.
_LEAST_ROWS = 2
#: Lines between two looks at the clock. Chosen.
_CHECKED_EVERY = 256


def ruled_records(lines: Sequence[str], deadline: Deadline) -> PackedRecords | None:
    """The header and the rows of a table that all lines belong to; ``None`` where it is none.

    Args:
        lines: Those of a text.
        deadline: Checked now and then.

    >>> lines = ["| id | name |", "|----|------|", "| 7  | Ada  |", "| 8  | Bob  |"]
    >>> list(ruled_records(lines, Deadline(None)))
    [['id', 'name'], ['7', 'Ada'], ['8', 'Bob']]

    """
    run = ruled_run(lines, 0, deadline)
    if run is None or run != (0, len(lines)):
        return None
    header = lines[1] if is_rule(lines[0]) else lines[0]
    bar = _bar(header)
    assert bar is not None
    # Between bars, or with bars between.
    bounded = header.strip().startswith(bar)
    rows = (line for line in deadline.over(lines) if not is_rule(line))
    return PackedRecords(_cells(line, bar, bounded=bounded) for line in rows)


def ruled_run(lines: Sequence[str], first: int, deadline: Deadline) -> tuple[int, int] | None:
    """First line and end (exclusive) of the table that begins at a line; ``None`` if none does."""
    header = first + 1 if is_rule(lines[first]) else first
    if header + 1 + _LEAST_ROWS >= len(lines) or not is_rule(lines[header + 1]):
        return None
    bar = _bar(lines[header])
    if bar is None or is_rule(lines[header]):
        return None
    if first and (bar in lines[first - 1] or is_rule(lines[first - 1])):
        # Within a table that is none of these.
        return None
    count = lines[header].count(bar)
    end = header + 2
    # The rules below the header, and whether the last line is one.
    rules, is_last = 0, False
    while end < len(lines):
        if end % _CHECKED_EVERY == 0:
            deadline.check()
        line = lines[end]
        is_one = is_rule(line)
        # Bars within cells are more than in the header.
        if not is_one and line.count(bar) < count:
            break
        rules += is_one
        is_last = is_one
        end += 1
    rows = end - header - 2 - rules
    between = rules - is_last
    # Rules between the rows stand where a row may take several lines: which cells they are is
    # not to be told.
    if rows < _LEAST_ROWS or (between and between < rows - 1):
        return None
    return first, end


def like_rules(text: str) -> frozenset[int]:
    r"""The lines, by index, that may be rules: sooner found than by asking of each whether it is.

    >>> sorted(like_rules("id | name\n---+-----\n 7 | Ada"))
    [1]
    """
    found = [0] if _LIKE_RULE.match(text) else []
    line = at = 0
    for match in _LIKE_RULE_BELOW.finditer(text):
        behind = match.start() + 1
        line += text.count("\n", at, behind)
        at = behind
        found.append(line)
    return frozenset(found)


def is_rule(line: str) -> bool:
    """Whether a line is one between the header and the rows, or around a table."""
    # Nearly always something is left, which is quickly seen.
    if line.strip(_ALL_SIGNS):
        return False
    signs = set(line)
    return not signs.isdisjoint(_STROKES) and not signs.isdisjoint(_CROSSINGS)


def _bar(header: str) -> str | None:
    return next((bar for bar in _BARS if bar in header), None)


def _cells(line: str, bar: str, *, bounded: bool) -> list[str]:
    inner = line.strip("\r\n")
    if bounded:
        inner = inner.strip().removeprefix(bar).removesuffix(bar)
    if "\\" + bar not in inner:
        return [cell.strip() for cell in inner.split(bar)]
    # A bar after a backslash is part of its cell.
    pieces = re.split(rf"(?<!\\){re.escape(bar)}", inner)
    return [piece.strip().replace("\\" + bar, bar) for piece in pieces]
