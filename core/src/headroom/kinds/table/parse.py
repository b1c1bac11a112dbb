"""Tables as text: CSV and its like, TSV, Markdown tables, aligned columns."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from headroom.errors import WrongKind
from headroom.kinds.table.aligned import aligned_records
from headroom.kinds.table.ruled import ruled_records
from headroom.toolkit.numbering import unnumbered
from headroom.toolkit.rows.values import Json

__all__ = ["looks_like_aligned_table", "looks_like_table", "parse_table"]

_DELIMITERS = "\t,;|"
#: Lines that decide on the delimiter.
_PROBE = 30
_LEAST_ROWS = 3


def looks_like_table(content: str) -> bool:
    r"""Whether a text looks like a table with a header; looks at its beginning only.

    >>> looks_like_table("id,name\n1,Ada\n2,Bob\n3,Cy\n")
    True
    >>> looks_like_table("Dear all,\nhello, world.\n")
    False
    """
    lines = _first_lines(content)
    # A tab follows the number of a line as well.
    if lines[0][:12].lstrip()[:1].isdigit() and unnumbered("\n".join(lines)) is not None:
        return False
    try:
        _records(lines)
    except WrongKind:
        return False
    return True


def looks_like_aligned_table(content: str) -> bool:
    r"""Whether a text looks like a table with rules or in aligned columns, by its beginning.

    >>> looks_like_aligned_table("PID  NAME\n1    init\n88   sshd\n9    cron\n")
    True
    >>> looks_like_aligned_table("This is a text,  with two blanks.\nAnd so on.\nAnd on.\nEnd.\n")
    False
    """
    lines = _stripped(_first_lines(content))
    if len(lines) <= _LEAST_ROWS:
        return False
    return (ruled_records(lines) or aligned_records(lines)) is not None


def _first_lines(content: str) -> list[str]:
    head = content[:20_000].lstrip("\ufeff")
    lines = head.split("\n")
    if len(content) > len(head):
        lines.pop()
    return lines[: 4 * _PROBE] or [""]


def _stripped(lines: Sequence[str]) -> list[str]:
    """The lines without their ends, and without the last ones if they are empty."""
    bare = [line.removesuffix("\r") for line in lines]
    while bare and not bare[-1].strip():
        bare.pop()
    return bare


def parse_table(content: str) -> list[Json]:
    r"""The rows of a table, by its header; every cell is a string.

    A row with another number of cells than the header is a list of its cells.

    Raises:
        WrongKind: It is no table, or its header names a column twice.

    >>> parse_table("id;name\n1;Ada\n2;\n3;Cy")
    [{'id': '1', 'name': 'Ada'}, {'id': '2', 'name': ''}, {'id': '3', 'name': 'Cy'}]

    """
    header, *records = _records(content.lstrip("\ufeff").split("\n"))
    return [
        dict(zip(header, record)) if len(record) == len(header) else list(record)
        for record in records
    ]


def _records(lines: Sequence[str]) -> list[list[str]]:
    """The header and the rows.

    Raises:
        WrongKind: It is no table.

    """
    lines = _stripped(lines)
    if len(lines) <= _LEAST_ROWS:
        raise WrongKind("too few lines for a table")
    records = ruled_records(lines) or aligned_records(lines) or _delimited(lines)
    header = records[0]
    same = sum(len(record) == len(header) for record in records)
    if len(header) < 2 or same * 20 < len(records) * 19 or len(set(header)) < len(header):
        raise WrongKind("no table")
    return records


def _delimited(lines: Sequence[str]) -> list[list[str]]:
    delimiter = _delimiter(lines[:_PROBE])
    try:
        records = [
            record
            for record in csv.reader(
                [line + "\n" for line in lines], delimiter=delimiter, strict=True
            )
            if record
        ]
    except csv.Error:
        raise WrongKind("quotes that do not close") from None
    if len(records) <= _LEAST_ROWS:
        raise WrongKind("too few rows for a table")
    return records


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that splits nearly every line into as many cells as the first.

    Raises:
        WrongKind: There is none.

    """
    best, most = "", 0
    for delimiter in _DELIMITERS:
        cells = lines[0].count(delimiter)
        alike = sum(_count(line, delimiter) == cells for line in lines)
        if cells and alike * 10 >= len(lines) * 8 and cells > most:
            best, most = delimiter, cells
    if not best:
        raise WrongKind("no delimiter")
    # Prose has commas too; a header has no sentences.
    names = lines[0].split(best)
    if any(len(name) > 60 or name.strip().endswith((".", "!", "?")) for name in names):
        raise WrongKind("no header")
    if (
        most == 1
        and best in ",;|"
        and any(name.count(" ") > 2 for line in lines for name in line.split(best)[:1])
    ):
        raise WrongKind("more like prose")
    return best


def _count(line: str, delimiter: str) -> int:
    """Delimiters outside quotes."""
    return "".join(line.split('"')[::2]).count(delimiter)
