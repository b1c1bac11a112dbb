"""Where rows may stand in a text: between blank lines and the like, and behind words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from itertools import chain, pairwise

from headroom.errors import WrongKind
from headroom.retrieval.paths import members_in, walk
from headroom.retrieval.uneven import (
    cut_tables,
    evened,
    extents,
    is_rule,
    left_over,
    may_have_tables,
)
from headroom.source import Source
from headroom.toolkit.kind import BaseKind
from headroom.toolkit.pointers import escape
from headroom.toolkit.rows.pieces import records
from headroom.toolkit.rows.values import HOLDERS
from headroom.view import Deadline, Within

__all__ = [
    "behind_words",
    "by_names",
    "check_lines",
    "check_places",
    "have_a_name_in_common",
    "objects_in",
    "paragraphs",
    "short_tables",
    "texts_with_rows",
    "uneven_table",
    "uneven_tables",
]

# What follows words in their line; so often it may be something else than data.
_BEHIND_WORDS = re.compile(
    r"^[^\n\[{]{0,200}?[^\W_][)\"'*`]{0,3}\s?[:=][*`]{0,3}\s?(?=[\[{])"
    r"|(?:^|(?<=\s))(?=\[\s{0,9}\{\s{0,9}\"|\{\s{0,9}\")",
    re.MULTILINE,
)
# Where another object begins.
_NEXT_OBJECT = re.compile(r"\s*(?:,\s*)?(?=\{)")
#: An object that ends its line begins in it before so many characters.
_FAR = 200
# A text that may be rows of JSON, and is short.
_ROWS_OF_JSON = re.compile(r"\s*(?:\[\s*\{\s*\"|\{\s*\")[\s\S]{0,4000}[\]}]\s*$")
_MOST_MISSED = 20
#: A text with rows has so many characters, and so many texts are looked through for tables.
_SHORTEST = 8
_MOST_TEXTS = 100
#: Tables of more lines are found by themselves.
_SHORT = 3
#: Rows of a table that say which columns have numbers, and what they have.
_PROBED, _FIGURE = 30, re.compile(r"\W{0,2}\d")
# The path of something in a list.
_IN_LIST = re.compile(r"/\d+(?:/|$)")
_JSON = json.JSONDecoder()
# What stands between tables as a blank line does: a command, a comment, a fence, a count of rows.
_BETWEEN = re.compile(
    r"\s*(?:$|```|~~~|[$#] |-- |\(\d+ rows?\)\s*$"
    r"|\d+ rows? (?:in set|affected|returned|selected)\b)"
)


def paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First line and end of what stands between blank lines and the like.

    >>> list(paragraphs(["$ ls", "a  b", "1  2", "(1 row)", "", "end"]))
    [(1, 3), (5, 6)]

    """
    first = 0
    for number, line in enumerate(chain(lines, ("",))):
        if _BETWEEN.match(line):
            if number > first:
                yield from cut_tables(lines, first, number)
            first = number + 1


def behind_words(text: str, deadline: Deadline) -> Iterator[tuple[str, int, int]]:
    r"""The data with rows that begin in a line behind words, each with its first line and last.

    >>> list(behind_words('one\nThe rows are: [{"a":\n1}] and so on', Deadline(None)))
    [('[{"a":\n1}]', 2, 3)]

    """
    at, line, missed = 0, 1, 0
    while missed < _MOST_MISSED and (match := _BEHIND_WORDS.search(text, at)) is not None:
        deadline.check()
        start = match.end()
        line += text.count("\n", at, start)
        try:
            value, at = _JSON.raw_decode(text, start)
        except (ValueError, RecursionError):
            missed, at = missed + 1, start
            continue
        last = line + text.count("\n", start, at)
        # Most data in lines of logs have no rows: that is told before anybody looks at their kind.
        if any(True for _, one in walk(value, of=HOLDERS) for _ in records(one)):
            yield text[start:at], line, last
        line = last


def objects_in(text: str, deadline: Deadline) -> list[tuple[str, int, int]]:
    r"""The objects of JSON in a text, each with its first line and last.

    As programs print them one after another, over several lines each, or among other lines, of
    which each is the end of one.

    >>> objects_in('{\n"a": 1}\n{"a": 2}\n', Deadline(None))
    [('{\n"a": 1}', 1, 2), ('{"a": 2}', 3, 3)]
    >>> objects_in('Up.\nINFO {"a": 1}\n- {"a": 2},\n{"b": 3', Deadline(None))
    [('{"a": 1}', 2, 2), ('{"a": 2}', 3, 3)]

    """
    return _nothing_but_objects(text, deadline) or _objects_among(text, deadline)


def _nothing_but_objects(text: str, deadline: Deadline) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    at, line = 0, 1
    while (match := _NEXT_OBJECT.match(text, at)) is not None:
        deadline.check()
        start = match.end()
        try:
            at = _JSON.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            return []
        line += text.count("\n", match.start(), start)
        last = line + text.count("\n", start, at)
        found.append((text[start:at], line, last))
        line = last
    return found if len(found) > 1 and not text[at:].strip() else []


def _objects_among(text: str, deadline: Deadline) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    at, line, missed = 0, 0, 0
    while at < len(text):
        deadline.check()
        end, line = text.find("\n", at) % (len(text) + 1), line + 1
        start = text.find("{", at, min(end, at + _FAR))
        before = text[at:start] if start >= 0 else "-"
        at = end + 1
        if before and not before[-1].isspace():
            continue
        last, one = line, text[start:end].rstrip(", \t\r")
        is_one = one.endswith("}") and _is_object(one)
        if not is_one and not before.strip() and missed < _MOST_MISSED:
            try:
                stop = _JSON.raw_decode(text, start)[1]
            except (ValueError, RecursionError):
                missed += 1
            else:
                end = text.find("\n", stop) % (len(text) + 1)
                one, at, line = text[start:stop], end + 1, line + text.count("\n", start, stop)
                is_one = one[1:].lstrip()[:1] == '"' and not text[stop:end].strip(", \t\r")
        if is_one:
            found.append((one, last, line))
    return found


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def is_a_row(value: object) -> bool:
    """Whether an object is a row by itself, and does not hold the rows of a list around it.

    >>> is_a_row({"id": 1, "tags": ["a", "b"]}), is_a_row({"count": 2, "rows": [{"a": 1, "b": 2}]})
    (True, False)

    """
    if not isinstance(value, dict):
        return False
    counts = Counter[bool]()
    for path, holder in walk(value, of=HOLDERS):
        if isinstance(holder, dict):
            counts[_IN_LIST.search(path) is not None] += len(holder)
    return counts[True] < counts[False]


def have_a_name_in_common(rows: Sequence[object]) -> bool:
    """Whether a name stands in most of some objects: they are rows, and no objects by chance."""
    objects = [row if isinstance(row, dict) else () for row in rows]
    often = Counter(name for one in objects for name in one)
    return max(often.values(), default=0) > 1 and 2 * max(often.values()) >= len(rows)


def texts_with_rows(value: object, deadline: Deadline) -> Iterator[tuple[str, str, bool]]:
    r"""The texts in data that may be rows of JSON or have tables, each with its path.

    And with whether it may be JSON; of those that may have tables, the first of many.

    >>> data = {"a": '[{"b": 1}]', "c": "[d]", "e": "x,n\n1,2\n3,4\n5,6"}
    >>> [(path, is_json) for path, _, is_json in texts_with_rows(data, Deadline(None))]
    [('/a', True), ('/e', False)]

    """
    count = 0
    for path, holder in walk(value, of=HOLDERS):
        deadline.check()
        for name, text in members_in(holder):
            if type(text) is not str or len(text) < _SHORTEST:
                continue
            is_json = _ROWS_OF_JSON.match(text) is not None
            if not is_json and count < _MOST_TEXTS and _may_have_rows(text):
                count += 1
            elif not is_json:
                continue
            yield f"{path}/{escape(name)}", text, is_json


def _may_have_rows(text: str) -> bool:
    has_json = '"' in text and "{" in text
    return may_have_tables(text) or (has_json and _BEHIND_WORDS.search(text) is not None)


def short_tables(
    source: Source, kind: BaseKind, names: Collection[str]
) -> Iterator[tuple[tuple[int, int], list[tuple[int, object]]]]:
    """The tables too short to be one by themselves that have names of others beside them.

    Args:
        source: What they stand in.
        kind: That of the others.
        names: Those of their columns.

    """
    for first, end in paragraphs(source.lines):
        lines = list(source.lines[first:end]) if 1 < end - first <= _SHORT else []
        if not (lines and any(name in lines[0] for name in names)):
            continue
        # With its last line again and again, it is long enough.
        padded = Source("\n".join([*lines, *lines[-1:] * _SHORT]), source.deadline)
        try:
            rows = list(kind.data(padded))[:-_SHORT]  # type: ignore[call-overload]
        except WrongKind:
            continue
        if all(isinstance(row, dict) and any(name in row for name in names) for row in rows):
            yield (first, end), list(enumerate(rows, end - len(rows)))


def uneven_tables(
    source: Source,
    read: Iterable[tuple[int, int, bool]],
    rows_of: Callable[[str], Sequence[object]],
) -> Iterator[list[tuple[int, object]]]:
    """The rows of the tables with faults, each with the number of its line, counted from 0.

    Args:
        source: What they stand in.
        read: The first lines and the last of what is read already, counted from 1, and whether that
            is a table: with faults, it may be a part of one.
        rows_of: Reads a table, of which no row has a fault.

    """
    read = sorted(read, reverse=True)
    lines, table = source.lines, (0, 0)
    for first, end in paragraphs(lines):
        source.deadline.check()
        while read and read[-1][1] <= first:
            read.pop()
        some = [one for one in reversed(read) if one[0] <= end]
        is_whole = any(one[0] <= first + 2 and one[1] >= end for one in some)
        if some and (is_whole or not all(one[2] for one in some)):
            table = some[-1][0] - 1, end
            continue
        if table[1] - table[0] > 1 and not some:
            # A blank line within a table, or words between rows that have bars around them.
            is_next = table[1] == first - 1
            more: Sequence[object] = ()
            if is_next or _goes_on(lines, table[0], first, end):
                until = table[1] if is_next else table[0] + 2
                more = _more_of(lines[table[0] : until], lines[first:end], rows_of)
            if more:
                table = table[0], end
                yield list(enumerate(more, first))
                continue
        found = uneven_table(lines, first, end, rows_of, is_found=bool(some))
        if found:
            below = found[0][0] - 1
            table = below - is_rule(lines[below]), end
            yield found
        elif some:
            table = some[-1][0] - 1, some[-1][1]
            number = left_over(lines, first, end, [(one[0] - 1, one[1]) for one in some])
            if number is not None:
                raise ValueError(
                    f"where: whether line {number + 1} is a row of the table beside it, which has "
                    "other numbers of cells, nobody can say: ask by query, or for lines"
                )


def uneven_table(
    lines: Sequence[str],
    first: int,
    end: int,
    rows_of: Callable[[str], Sequence[object]],
    *,
    is_found: bool = False,
) -> list[tuple[int, object]]:
    """The rows of a table with faults, or of all lines but the first, each with its number."""
    # Where some of it is a table, all of it may be two.
    whole = () if is_found else ((first, end), (first + 1, end))
    for start, stop in dict.fromkeys((*whole, *extents(lines, first, end))):
        told = evened(lines[start:stop], is_found=is_found)
        # What is no table without what is filled up is none with it.
        is_one = told is not None and rows_of("\n".join(told.whole))
        rows = rows_of("\n".join(told.lines)) if told is not None and is_one else ()
        if told is not None and is_one and len(rows) == len(told.numbers):
            numbered = [*zip(told.numbers, rows, strict=True), *((n, []) for n in told.odd)]
            return sorted(((start + n, row) for n, row in numbered), key=lambda one: one[0])
    return []


def _goes_on(lines: Sequence[str], head: int, first: int, end: int) -> bool:
    """Whether lines have as many bars as the header of a table in Markdown, around them, too."""
    if not is_rule(lines[head + 1]) or not lines[head].lstrip().startswith("|"):
        return False
    count = lines[head].count("|")
    return all(
        line.lstrip().startswith("|") and line.count("|") == count for line in lines[first:end]
    )


def _more_of(
    table: Sequence[str], lines: Sequence[str], rows_of: Callable[[str], Sequence[object]]
) -> Sequence[object]:
    """The rows of some lines, where these go on with a table: with bars, or numbers, as that."""
    is_ruled = is_rule(table[1])
    head = table[: 1 + is_ruled]
    found = rows_of("\n".join([*head, *lines, *[lines[-1]] * _SHORT]))[: len(lines)]
    if len(found) < len(lines) or is_ruled:
        return found if len(found) == len(lines) and all("|" in line for line in lines) else ()
    some = table[1 : 1 + _PROBED]
    before = rows_of("\n".join([*head, *some, *[some[-1]] * _SHORT]))
    names = _with_numbers(before)
    return found if names and names <= _with_numbers(found) else ()


def _with_numbers(rows: Sequence[object]) -> Set[object]:
    """The names of columns in which each cell begins with a number."""
    found = [
        {name for name, cell in row.items() if _FIGURE.match(str(cell).strip())}
        for row in rows
        if isinstance(row, dict)
    ]
    return set.intersection(*found) if found else frozenset()


def by_names(row: object, names: Sequence[str]) -> object:
    """A row of a table with fewer cells than its header, by the names of these.

    Of one with more, nobody can say which of them has which name: it is a list of them.

    >>> by_names(["7"], ["id", "name"])
    {'id': '7'}

    """
    if not (names and isinstance(row, list)):
        return row
    if any(row[len(names) :]):
        return row
    return dict(zip(names, row, strict=False))


def check_places(places: Iterable[Within | None]) -> None:
    """Whether each of some data has a place of its own.

    Raises:
        ValueError: Several are in one line.

    """
    for place, count in Counter(places).items():
        if count > 1 and isinstance(place, tuple):
            raise _several(place[0])


def check_lines(places: Iterable[tuple[int, int]]) -> None:
    """Whether each of some rows has lines of its own, of which their first and last are given.

    Raises:
        ValueError: One begins in the line in which the one before ends.

    """
    for (_, last), (first, _) in pairwise(places):
        if first == last:
            raise _several(first)


def _several(line: int) -> ValueError:
    return ValueError(f"where: line {line} has several data with rows: ask by query, or for lines")
