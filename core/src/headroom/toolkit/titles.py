"""Titles among lines, set in rules or after signs, and what stands below each."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["titles_above"]

#: ``____ test_pay ____``, ``=== FAILURES ===``, ``---- Captured log call ----``.
_BETWEEN_RULES = re.compile(r"\s{0,3}([=_\-#*~+])\1{2,} (?=[^\s=_\-#*~+]).{1,150} \1{3,}\s*")
_UNDERLINE = re.compile(r"([=\-~^*+#])\1{2,}\s*")
#: One sign alone is a comment.
_AFTER_SIGNS = re.compile(r"(#{2,6}) \S")
#: No title is longer.
_LONGEST = 300


def titles_above(lines: Sequence[str]) -> list[tuple[int, ...]]:
    """For each line the titles above it, by index, the nearest first.

    Rules of one sign are of one level; a sign that comes first within another stands below it.

    >>> titles_above(["=== run ===", "___ a ___", "x", "=== end ===", "y"])
    [(), (0,), (1, 0), (), (3,)]

    """
    found: list[tuple[int, ...]] = []
    levels: list[tuple[str, int]] = []
    for index, line in enumerate(lines):
        sign = _sign(line, lines[index + 1] if index + 1 < len(lines) else "")
        if sign:
            signs = [one for one, _ in levels]
            del levels[signs.index(sign) if sign in signs else len(levels) :]
        found.append(tuple(title for _, title in reversed(levels)))
        if sign:
            levels.append((sign, index))
    return found


def _sign(line: str, below: str) -> str:
    """The sign of the rules around a title, or under it, or before; empty for any other line."""
    if len(line) > _LONGEST:
        return ""
    marked = _BETWEEN_RULES.fullmatch(line) or _AFTER_SIGNS.match(line)
    if marked:
        return marked[1]
    title = line.strip()
    under = _UNDERLINE.fullmatch(below) if title and len(below) <= _LONGEST else None
    is_under = under is not None and len(below.strip()) >= len(title) and title[0] != below[0]
    return below[0] if is_under else ""
