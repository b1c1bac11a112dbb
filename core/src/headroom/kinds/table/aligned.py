"""Tables in aligned columns, as ``ps``, ``df``, ``kubectl`` and many others print them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["aligned_records", "aligned_run"]

_WORD = regex(r"\S+")
#: By character of ASCII, whether it is part of a word.
_IN_WORD = bytes(not chr(code).isspace() for code in range(128)) + bytes(128)
#: What two blanks or more set apart.
_NAME = regex(r"\S+(?: \S+)*")
#: A word, or a date with its time.
_VALUE = regex(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?!\S)|\S+")
_RULE = regex(r"[-=+| ]*-{2,}[-=+| ]*|[=+| ]*={2,}[-=+| ]*")
_NUMERIC = regex(r"[-+<>~]?\d[\w.,:%+<>-]*|-|n/a|none|<none>", re.IGNORECASE)
# Chosen; the tests have the tables that they keep apart.

#: The share of a column's cells that make it one of numbers.
_MOSTLY = 0.9
#: Characters of a name of a column.
_LONGEST_NAME = 40
#: How many columns there are, and rows at the least.
_LEAST_COLUMNS, _MOST_COLUMNS, _LEAST_ROWS = 2, 60, 2
#: One in so many words of a header may begin with a digit.
_NUMBERED_ONE_IN = 4
#: Columns cut at blanks are sure where one in so many is one of numbers.
_NUMBERS_ONE_IN = 3


def aligned_records(lines: Sequence[str]) -> list[list[str]] | None:
    """The header and the rows of a table in aligned columns; ``None`` where it is none.

    Cells may hold single blanks, and may be empty where the columns leave no doubt.

    >>> aligned_records([
    ...     "NAME      READY  AGE",
    ...     "api-1     1/1    3d ago",
    ...     "worker-1         5m",
    ... ])
    [['NAME', 'READY', 'AGE'], ['api-1', '1/1', '3d ago'], ['worker-1', '', '5m']]
    """
    header = lines[0]
    if len(lines) <= _LEAST_ROWS or "\t" in header or not _may_be_header(header):
        return None
    body = lines[1:]
    ruled = _RULE.fullmatch(body[0]) is not None
    if ruled:
        body = body[1:]
    if not all(line.strip() and "\t" not in line for line in body):
        return None
    by_position = _by_position(header, body)
    # Either each name is a column, or each word of a name is; anything between is doubtful: two
    # columns may have run into each other.
    named = int(_has_index(header, body))
    names = (len(_NAME.findall(header)) + named, len(_WORD.findall(header)) + named)
    records = by_position if by_position and len(by_position[0]) in names else None
    records = records or _name_and_numbers(header, body) or _by_words(header, body) or by_position
    if records is None or len(records[0]) < names[0]:
        return None
    sure = ruled or _number_columns(records) > 0
    return records if sure or header == header.upper() else None


def aligned_run(lines: Sequence[str], header: int, deadline: Deadline) -> tuple[int, int] | None:
    """The lines of a table with a rule below its header, among others: as far as it is indented.

    It ends before another rule: below each, lines are looked at once.
    """
    is_rule = _RULE.fullmatch
    if header + 1 >= len(lines) or is_rule(lines[header]) or not is_rule(lines[header + 1]):
        return None
    indent = _indent(lines[header])
    end = header + 2
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) >= indent:
        deadline.check()
        if is_rule(lines[end]):
            break
        end += 1
    own = [line.rstrip("\r") for line in lines[header:end]]
    return None if aligned_records(own) is None else (header, end)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _may_be_header(line: str) -> bool:
    """Whether it is made of short names; a row has numbers, a sentence ends."""
    words = _WORD.findall(line)
    if (
        len(words) < _LEAST_COLUMNS
        or "  " not in line.strip()
        or line.rstrip().endswith((".", ":", ","))
    ):
        return False
    # A name such as 1K-blocks begins with a digit; a number, a date or a time has no letter.
    if any(_NUMERIC.fullmatch(word) for word in words):
        return False
    numbered = sum(word[0].isdigit() for word in words)
    return numbered <= len(words) // _NUMBERED_ONE_IN and max(map(len, words)) <= _LONGEST_NAME


def _by_position(header: str, body: Sequence[str]) -> list[list[str]] | None:
    """Cut where no line has anything."""
    lines = [header, *body]
    used = bytearray(max(map(len, lines)) + 1)
    for line in lines:
        if line.isascii():
            words = line.encode().translate(_IN_WORD)
        else:
            words = bytes(not sign.isspace() for sign in line)
        # As numbers, all places of a line are put to those before at once.
        size = len(words)
        both = int.from_bytes(words, "little") | int.from_bytes(used[:size], "little")
        used[:size] = both.to_bytes(size, "little")
    starts = [at for at in range(len(used)) if used[at] and not (at and used[at - 1])]
    # What has no name and stands one blank behind another column is part of it: a date and a time.
    starts = [
        start
        for start, end in zip(starts, [*starts[1:], len(used)])
        if start < 2 or not used[start - 2] or header[start:end].strip()
    ]
    ends = [*starts[1:], len(used)]
    if not _LEAST_COLUMNS <= len(starts) <= _MOST_COLUMNS:
        return None
    cells = [[line[start:end].strip() for start, end in zip(starts, ends)] for line in lines]
    # The index of a data frame has no name.
    named = all(cells[0][1:]) and (cells[0][0] or all(row[0] for row in cells[1:]))
    return cells if named else None


def _name_and_numbers(header: str, body: Sequence[str]) -> list[list[str]] | None:
    """Cut from the right, where numbers and dates stand behind a name that may hold blanks."""
    names = _NAME.findall(header)
    numbers = len(names) - 1
    if _has_index(header, body):
        return None
    records = [names]
    for line in body:
        values = list(_VALUE.finditer(line))
        if len(values) <= numbers:
            return None
        name = line[: values[-numbers].start()].strip()
        cells = [value[0] for value in values[-numbers:]]
        if "  " in name or not all(
            map(_NUMERIC.fullmatch, (cell.replace(" ", "") for cell in cells))
        ):
            return None
        records.append([name, *cells])
    return records


def _by_words(header: str, body: Sequence[str]) -> list[list[str]] | None:
    """Cut at blanks, the last column taking the rest, where values are wider than their column."""
    names = header.split()
    if len(names) > _MOST_COLUMNS or _has_index(header, body):
        return None
    records = [names, *(line.split(None, len(names) - 1) for line in body)]
    if any(len(record) != len(names) for record in records):
        return None
    # Prose could be cut like that as well; it has no columns of numbers.
    return records if _number_columns(records) * _NUMBERS_ONE_IN >= len(names) else None


def _has_index(header: str, body: Sequence[str]) -> bool:
    """Whether the first column may have no name: rows begin where the header has blanks."""
    indent = len(header) - len(header.lstrip())
    return indent > 0 and sum(not line[:1].isspace() for line in body) * 2 > len(body)


def _number_columns(records: Sequence[Sequence[str]]) -> int:
    count = 0
    for column in list(zip(*records[1:])):
        filled = [cell for cell in column if cell]
        numbers = sum(_NUMERIC.fullmatch(cell) is not None for cell in filled)
        count += bool(filled) and numbers >= _MOSTLY * len(filled)
    return count
