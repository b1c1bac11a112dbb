"""Tables as text: CSV and its like, TSV, Markdown tables, aligned columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from headroom.errors import WrongKind
from headroom.kinds.table.aligned import aligned_records
from headroom.kinds.table.ruled import ruled_records
from headroom.lines import Lines
from headroom.scanning import masked
from headroom.source import Source
from headroom.toolkit.rows.packed import PackedRecords, TextRows
from headroom.toolkit.rows.values import Json
from headroom.toolkit.shares import enough
from headroom.view import Deadline

__all__ = [
    "LEAST_ROWS",
    "PROBE",
    "closed",
    "find_records",
    "is_delimited",
    "parse_table",
    "read",
    "without_ends",
]

_DELIMITERS = "\t,;|"
# Chosen; the tests have the texts that they keep apart.

#: Lines that decide on the delimiter.
PROBE = 30
#: Rows of a table, its header among them, are more than these; so many columns it has.
LEAST_ROWS, _LEAST_COLUMNS = 3, 2
#: The share of the rows that have as many cells as the header, and of the probed lines.
_ALIKE, _ALIKE_AT_FIRST = 0.95, 0.8
#: So many signs in nearly every line are those of a table, whatever its header says.
_SURELY = 5
#: What no name in a header has: a time, a number alone.
_FIGURE = re.compile(r"\d\d?:\d\d|^\W*\d[\d.,]*\W*$")
#: A header is none whose words such a share of the other lines has, with other values.
_AGAIN = 0.5
# In a header, digits are parts of names: "id1", "Q2".
_NO_NAME = re.compile(r"(?<![\w.-])\d+(?![\w-])|\"[^\"]*\d")
#: A cell that is a number, or nothing.
_VALUE = re.compile(r"(?:[-+$]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?)?", re.IGNORECASE)
#: Characters of a name in a header, and blanks in the first cell of a table with two columns.
_LONGEST_NAME, _MOST_BLANKS = 60, 2


def without_ends(lines: Sequence[str]) -> Sequence[str]:
    """The lines without their ends, and without the last ones if they are empty."""
    size = len(lines)
    while size and not lines[size - 1].strip():
        size -= 1
    if isinstance(lines, Lines):
        # As a list, they would be several times as large.
        return lines.first(size).without_returns()
    return [line.removesuffix("\r") for line in lines[:size]]


def parse_table(content: str) -> list[Json]:
    r"""The rows of a table, by its header; every cell is a string.

    A row with another number of cells than the header is a list of its cells.

    Raises:
        WrongKind: It is no table, or its header names a column twice.

    >>> parse_table("id;name\n1;Ada\n2;\n3;Cy")
    [{'id': '1', 'name': 'Ada'}, {'id': '2', 'name': ''}, {'id': '3', 'name': 'Cy'}]

    """
    return list(_rows(content.lstrip("\ufeff").split("\n"), Deadline(None)))


def read(source: Source) -> TextRows:
    """The rows of a source, read once: ``source.once(read)``.

    Raises:
        WrongKind: It is no table, or its header names a column twice.

    """
    lines = source.lines if source.text[:1] != "\ufeff" else source.text[1:].split("\n")
    return _rows(lines, source.deadline)


def _rows(lines: Sequence[str], deadline: Deadline) -> TextRows:
    return TextRows(find_records(lines, deadline))


def find_records(lines: Sequence[str], deadline: Deadline) -> PackedRecords:
    """The header and the rows.

    Args:
        lines: Those of the text.
        deadline: Checked now and then.

    Raises:
        WrongKind: It is no table.

    """
    bare = without_ends(lines)
    if len(bare) <= LEAST_ROWS:
        raise WrongKind("too few lines for a table")
    records = ruled_records(bare, deadline) or _aligned(bare)
    if records is None:
        # Within quotes an end of a line is a part of the cell: the reader tells.
        whole = lines.first(len(bare)) if isinstance(lines, Lines) else lines[: len(bare)]
        records = _without_padding(PackedRecords(_delimited(whole, deadline)))
    header = records[0]
    same = sum(size == len(header) for size in records.sizes())
    if (
        len(header) < _LEAST_COLUMNS
        or same < _ALIKE * len(records)
        or len(set(header)) < len(header)
    ):
        raise WrongKind("no table")
    return records


def _without_padding(records: PackedRecords) -> PackedRecords:
    """The records without columns at the end that have neither a name nor a value.

    Sheets are as wide everywhere as their widest table.
    """
    width = len(records[0])
    while width and not records[0][width - 1]:
        width -= 1
    if width in (0, len(records[0])) or any(any(record[width:]) for record in records):
        return records
    return PackedRecords(record[:width] for record in records)


def _aligned(lines: Sequence[str]) -> PackedRecords | None:
    records = aligned_records(lines)
    return None if records is None else PackedRecords(records)


def _delimited(lines: Sequence[str], deadline: Deadline) -> Iterator[list[str]]:
    probed = lines[:PROBE]
    try:
        delimiter = _delimiter(probed)
    except WrongKind:
        whole = closed(probed)
        if len(whole) in (0, len(probed)):
            raise
        delimiter = _delimiter(whole)
    ended = (line + "\n" for line in deadline.over(lines))
    count = 0
    try:
        for record in filter(None, csv.reader(ended, delimiter=delimiter, strict=True)):
            count += 1
            yield record
    except csv.Error:
        raise WrongKind("quotes that do not close") from None
    if count <= LEAST_ROWS:
        raise WrongKind("too few rows for a table")


def closed(lines: Sequence[str]) -> list[str]:
    r"""The lines of each record, joined: a cell in quotes may be of several.

    What is open at the end is left away.

    >>> closed(["id,note", '1,"two', 'lines"', '2,"cut'])
    ['id,note', '1,"two\nlines"']

    """
    records: list[str] = []
    parts: list[str] = []
    for line in lines:
        turns = line.count('"') % 2
        if not parts and not turns:
            records.append(line)
            continue
        parts.append(line)
        if turns and len(parts) > 1:
            records.append("\n".join(parts))
            parts.clear()
    return records


def is_delimited(lines: Sequence[str]) -> bool:
    r"""Whether lines are surely a header and its rows: by one sign, and by a column of numbers.

    Logs have signs as well, and begin with times; their first line is no header.

    >>> is_delimited(["time,value", "2026-03-01 00:05,7.1", "2026-03-01 00:10,7.3", "x,7.2"])
    True
    """
    try:
        header, *rows = _without_padding(PackedRecords(_delimited(lines, Deadline(None))))
    except WrongKind:
        return False
    if any(_FIGURE.search(name) for name in header) or len(set(header)) < len(header):
        return False
    if any(len(row) != len(header) for row in rows[:-1]):
        return False
    return any(
        sum(_VALUE.fullmatch(cell.strip()) is not None for cell in column) >= _ALIKE * len(column)
        for column in zip(*rows[:-1])
    )


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that splits nearly every line into as many cells as the first.

    Raises:
        WrongKind: There is none.

    """
    best, most = "", 0
    for delimiter in _DELIMITERS:
        cells = _count(lines[0], delimiter)
        if cells <= most:
            continue
        alike = (_count(line, delimiter) == cells for line in lines)
        if enough(alike, len(lines), _ALIKE_AT_FIRST * len(lines)):
            best, most = delimiter, cells
    if not best:
        raise WrongKind("no delimiter")
    # Prose has commas too; a header has no sentences. Nor has prose as many in each line.
    names = lines[0].split(best)
    if most < _SURELY and any(
        len(name) > _LONGEST_NAME or name.strip().endswith((".", "!", "?")) for name in names
    ):
        raise WrongKind("no header")
    if (
        most == 1
        and best in ",;|"
        and any(name.count(" ") > _MOST_BLANKS for line in lines for name in line.split(best)[:1])
    ):
        raise WrongKind("more like prose")
    if best in ",;" and _is_like_rows(lines):
        raise WrongKind("no header, but a line that others say again")
    return best


def _is_like_rows(lines: Sequence[str]) -> bool:
    """Whether the first line has the words of most others, and other numbers or quotations."""
    if not _NO_NAME.search(lines[0]):
        return False
    head, *rows = masked(lines)
    return any(map(str.isalpha, head)) and rows.count(head) >= _AGAIN * len(rows)


def _count(line: str, delimiter: str) -> int:
    """Delimiters outside quotes."""
    return ("".join(line.split('"')[::2]) if '"' in line else line).count(delimiter)
