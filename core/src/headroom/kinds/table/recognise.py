"""Whether a text is a table, and where tables stand within other text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom.errors import WrongKind
from headroom.kinds.table.aligned import aligned_records
from headroom.kinds.table.parse import (
    LEAST_ROWS,
    PROBE,
    closed,
    find_records,
    is_delimited,
    without_ends,
)
from headroom.kinds.table.ruled import like_rules, ruled_records, ruled_run
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
    return bool(source.once(_rules))


def find_table(source: Source, line: int) -> tuple[int, int] | None:
    """The lines of the table that begins at a line, or whose header stands above it."""
    rules = source.once(_rules)
    if line not in rules and line + 1 not in rules:
        # Below neither header is a rule.
        return None
    lines = source.lines
    deadline = source.deadline
    run = ruled_run(lines, line, deadline)
    if run is None and line:
        run = ruled_run(lines, line - 1, deadline)
    return run if run is not None and run[1] - run[0] >= _LEAST_RULED else None


def _rules(source: Source) -> frozenset[int]:
    return like_rules(source.text)


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
