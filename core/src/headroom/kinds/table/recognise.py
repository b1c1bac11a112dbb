"""Whether a text is a table, and where tables stand within other text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom.errors import WrongKind
from headroom.kinds.table.aligned import aligned_records, aligned_run
from headroom.kinds.table.parse import (
    LEAST_ROWS,
    PROBE,
    closed,
    find_records,
    is_delimited,
    without_ends,
)
from headroom.kinds.table.ruled import like_rules, ruled_records, ruled_run
from headroom.regexes import regex
from headroom.source import Source
from headroom.toolkit.numbering import unnumbered
from headroom.view import Deadline

__all__ = ["find_table", "looks_like_table", "may_be_table", "may_have_table"]

#: Characters that are looked at, and lines. They bound the time.
_LOOKED_AT, _LINES = 20_000, 4 * PROBE
#: How far into a line its number may begin, in characters.
_NUMBER = 12
#: How many lines a table with rules has at the least among other lines. A small one is shown whole
#: or not at all. Chosen.
_LEAST_RULED = 12
#: A line below a header that has dashes below each name, and what stands before its end.
_DASHES = regex(r"[ \t]*--+(?: +--+)+[ \t\r]*")


def may_be_table(source: Source) -> bool:
    r"""Whether a text looks like a table with a header; looks at its beginning only.

    >>> may_be_table(Source("id,name\n1,Ada\n2,Bob\n3,Cy\n"))
    True
    >>> may_be_table(Source("Dear all,\nhello, world.\n"))
    False
    """
    lines = source.once(_first_lines)
    # A tab follows the number of a line as well.
    if lines[0][:_NUMBER].lstrip()[:1].isdigit() and unnumbered("\n".join(lines)) is not None:
        return False
    return any(_are_records(tried, source.deadline) for tried in _tried(lines))


def looks_like_table(source: Source) -> bool:
    r"""Whether a text looks like a table with rules, in aligned columns, or surely CSV.

    Looks at its beginning.

    >>> looks_like_table(Source("PID  NAME\n1    init\n88   sshd\n9    cron\n"))
    True
    >>> looks_like_table(Source("This is a text,  with two blanks.\nAnd so on.\nAnd on.\nEnd.\n"))
    False
    """
    lines = without_ends(source.once(_first_lines))
    if len(lines) <= LEAST_ROWS:
        return False
    if (ruled_records(lines, source.deadline) or aligned_records(lines)) is not None:
        return True
    return any(map(is_delimited, _tried(lines)))


def may_have_table(source: Source) -> bool:
    """Whether any line of a text may be the rule of a table."""
    return bool(source.once(_rules) or source.once(_dashes))


def find_table(source: Source, line: int) -> tuple[int, int] | None:
    """The lines of the table that begins at a line, or whose header stands above it."""
    tried = (
        (ruled_run, source.once(_rules)),
        (aligned_run, source.once(_dashes)),
    )
    for run_of, rules in tried:
        # Below the line, or below the one above it.
        if line not in rules and line + 1 not in rules:
            continue
        run = run_of(source.lines, line, source.deadline)
        if run is None and line:
            run = run_of(source.lines, line - 1, source.deadline)
        if run is not None and run[1] - run[0] >= _LEAST_RULED:
            return run
    return None


def _rules(source: Source) -> frozenset[int]:
    return like_rules(source.text)


def _dashes(source: Source) -> frozenset[int]:
    if "-- " not in source.text:
        return frozenset()
    lines = source.deadline.over(source.lines)
    return frozenset(n for n, line in enumerate(lines) if "-- " in line and _DASHES.fullmatch(line))


def _first_lines(source: Source) -> list[str]:
    head = source.text[:_LOOKED_AT].lstrip("\ufeff")
    lines = head.split("\n")
    if len(source.text) > len(head):
        lines.pop()
    return lines[:_LINES] or [""]


def _tried(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """The lines, and those up to the last record that ends among them: a cell may be cut off."""
    yield lines
    records = closed(lines)
    if 0 < len(records) < len(lines):
        yield "\n".join(records).split("\n")


def _are_records(lines: Sequence[str], deadline: Deadline) -> bool:
    try:
        find_records(lines, deadline)
    except WrongKind:
        return False
    return True
