"""Which lines of a shell's trace (`set -x`) are steps within a command, not commands themselves.

A shell writes "+ command" for what it runs, with a plus more for each level of what that command
runs in turn: a sourced file, an `eval`, a substitution. Those steps, and the bookkeeping of shell
functions, set up the environment: of the many, hardly anybody asks for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.view import Deadline

__all__ = ["inner_steps"]

_TRACED = re.compile(r"(\+{1,12}) \S")
# What functions of a shell do beside running commands: tests, cases, variables of their own.
_BOOKKEEPING = re.compile(r"\+ (?:local|case|\[\[?|'\['|shift|return|hash)(?!\S)")
# What they take in from what other programs print, often over many lines.
_TAKEN_IN = re.compile(r"\+ (?:eval\s|\w+=)")
#: A trace has so many lines, and some of them are of what a command runs. Chosen.
_FEWEST = 8
#: A string in quotes goes on over so many lines at the most. Chosen.
_MOST_LINES = 40


def inner_steps(lines: Sequence[str], deadline: Deadline) -> frozenset[int]:
    """The lines, by index, that a trace has of what runs within commands; none without a trace.

    Args:
        lines: All of them.
        deadline: Checked now and then.

    >>> trace = ["+ source env.sh", "++ A=1", "++ B='x", "y'", "+ local c", "+ make", "cc a.c"]
    >>> sorted(inner_steps(trace * 3, Deadline(None)))[:4]
    [1, 2, 3, 4]
    >>> inner_steps(["+ added", "++ twice"], Deadline(None))
    frozenset()

    """
    numbered = enumerate(deadline.over(lines))
    traced = {index: match for index, line in numbered if (match := _TRACED.match(line))}
    if len(traced) < _FEWEST or all(len(match[1]) == 1 for match in traced.values()):
        return frozenset()
    found: set[int] = set()
    for index, match in traced.items():
        if len(match[1]) > 1 or _BOOKKEEPING.match(lines[index]):
            found.update(_with_its_string(lines, index))
        elif _TAKEN_IN.match(lines[index]):
            found.update(_with_its_string(lines, index)[1:])
    return frozenset(found)


def _with_its_string(lines: Sequence[str], start: int) -> range:
    """A line, and those that its string in quotes goes on over, if the string ends near."""
    if not _leaves_open(lines[start]):
        return range(start, start + 1)
    for index in range(start + 1, min(start + _MOST_LINES, len(lines))):
        if _TRACED.match(lines[index]):
            break
        if _leaves_open(lines[index]):
            return range(start, index + 1)
    return range(start, start + 1)


def _leaves_open(line: str) -> bool:
    r"""Whether a line opens a string in single quotes, or ends one; `'\''` is a quote within it."""
    return "'" in line and line.replace("'\\''", "").count("'") % 2 == 1
