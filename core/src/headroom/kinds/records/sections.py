"""Sections of files of settings, each below its name in brackets, and the comments around them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence

__all__ = ["SECTION", "is_section", "with_comments", "without_comments"]

#: How the name of a section stands.
SECTION = re.compile(r"\[{1,2}[^\[\]]{1,200}\]{1,2}\s*$")
# What a line that is a comment beside sections begins with; a setting may be switched off by it.
_COMMENT, _SWITCHED_OFF = ("#", ";"), re.compile(r"[#;]+ ?[\w.-]+ ?=")


def is_section(line: str) -> bool:
    """Whether a line is the name of a section.

    >>> is_section("  [[package]]"), is_section("retries = [3]")
    (True, False)
    """
    return SECTION.match(line.lstrip()) is not None


def without_comments(
    lines: Sequence[str], candidates: Sequence[Sequence[int]]
) -> Iterator[Sequence[int]]:
    """Lines at which records may begin, sections before others that are as far out.

    Beside sections, no comment is the heading of a record.
    """
    indents = [_indent(lines[one[0]]) for one in candidates]
    sections = {n for one, n in zip(candidates, indents) if SECTION.match(lines[one[0]], n)}
    ordered = sorted(
        zip(candidates, indents),
        key=lambda one: (one[1], not is_section(lines[one[0][0]])),
    )
    for starts, indent in ordered:
        if not (indent in sections and lines[starts[0]].startswith(_COMMENT, indent)):
            yield starts


def with_comments(lines: Sequence[str], starts: Sequence[int]) -> Sequence[int]:
    """Where sections begin with the comments right above their names; other records as they do."""
    if not is_section(lines[starts[0]]):
        return starts
    found = array("l")
    for start in starts:
        first = start
        while first and lines[first - 1].startswith(_COMMENT):
            first -= 1
        # A setting that is switched off at the end of a section looks like a comment.
        is_apart = first == 0 or not lines[first - 1].strip()
        is_said = not any(map(_SWITCHED_OFF.match, lines[first:start]))
        found.append(first if is_apart or is_said else start)
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
