"""What rows are called: the column by which somebody would ask for one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.scanning import columns_of
from headroom.toolkit.rows.quantities import TIME
from headroom.toolkit.rows.values import Json, Number
from headroom.view import Request

__all__ = [
    "extra_for_names",
    "find_names",
    "is_address",
    "names_for",
    "room_for_names",
    "sources_of",
]

#: Rows of longer lists are not named where they are left out; nor are those of lists that are not
#: short where they have codes rather than names, or a query tells which are wanted. Chosen.
_MOST, _SHORT_LIST = 1000, 150
#: The share of a view that the names of left-out rows may have, and of the payload where there is
#: no budget. Measured with ``python -m benchmarks``.
_OF_VIEW, _OF_ALL = 0.35, 0.16

# All of these are chosen.

#: The last word of a key that holds a name, the surest first. They are words of English, as keys
#: mostly are; where no key has one, any column of short texts that are all different will do.
_NAMING = (
    frozenset({"name", "title"}),
    frozenset({"key", "label", "subject", "path", "file", "filename", "slug", "login", "symbol"}),
    frozenset({"id", "uid", "arn", "url", "uri", "href", "summary", "code", "address"}),
)
#: From here on, what rows are called is no name in words.
_CODES = 2
#: The share of the rows that have a name, and of the names that are different: of columns that are
#: called so, and of others.
_PRESENT, _DISTINCT, _ALL_DISTINCT = 0.8, 0.5, 0.95
#: Characters of a name at the most, and on the average: of columns that are called so, and of
#: others.
_LONGEST, _AVERAGE, _SHORT = 160, 90, 60
#: Characters of a text that says what it is about, rather than of a name.
_TEXT = 80
#: Keys within keys that are looked at.
_DEPTH = 2
#: The share of rows that must begin with a heading.
_HEADED = 0.1
#: Letters as words have them, unlike random ones.
_WORDLIKE = re.compile(r"[^\W\d_][a-z]{2,}|[A-Z]{3,}|[^\W\d_a-zA-Z]{2,}")
_WORDLIKE_LINE = re.compile(rf"^[^\n]*?(?:{_WORDLIKE.pattern})", re.MULTILINE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def names_for(rows: Sequence[Json], request: Request) -> list[str]:
    """What rows are called where a view leaves them out; nothing where that is not worth it."""
    is_short = len(rows) <= _SHORT_LIST
    if len(rows) > _MOST or (request.query and not is_short):
        return []
    return find_names(rows, codes=is_short) or []


def sources_of(rows: Sequence[Json]) -> list[str]:
    """The address of each row, where rows are texts with one each; nothing where they are not.

    >>> said = "It rained all night; in the morning the river was over its banks, as in any year."
    >>> sources_of([{"title": "Rain", "url": "https://a.example/1", "text": said}])
    ['https://a.example/1']

    """
    first = rows[0] if 0 < len(rows) <= _SHORT_LIST else None
    if type(first) is not dict or not any(map(is_address, first.values())):
        # Mostly there is none.
        return []
    objects = [row for row in rows if type(row) is dict]
    if len(objects) < len(rows):
        return []
    addresses = {key for row in objects for key, value in row.items() if is_address(value)}
    if len(addresses) != 1:
        return []
    (column,) = addresses
    found = [str(row.get(column) or "") for row in objects]
    texts = sum(
        any(type(value) is str and len(value) >= _TEXT and " " in value for value in row.values())
        for row in objects
    )
    are_own = len(set(found)) >= _ALL_DISTINCT * len(found)
    return found if are_own and texts >= _PRESENT * len(rows) else []


def is_address(value: Json) -> bool:
    """Whether a value is a web address."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def room_for_names(limit: int, request: Request) -> int:
    """The tokens that the names of left-out rows may have in a view of ``limit`` tokens."""
    room = int(_OF_VIEW * limit)
    return (
        room
        if request.max_tokens is not None
        else max(room, int(_OF_ALL * request.original_tokens))
    )


def extra_for_names(cost: int, limit: int) -> int:
    """The tokens by which names make a view larger: what they take from its rows has an end."""
    return max(0, cost - int(_OF_VIEW * limit))


def find_names(rows: Sequence[Json], *, codes: bool = True) -> list[str] | None:
    """The name of each row, empty where it has none; ``None`` where rows have no names.

    Args:
        rows: Objects.
        codes: Whether identifiers and the like will do where there are no names.

    >>> find_names([{"n": "1", "name": "Ada"}, {"n": "2", "name": "Bob"}])
    ['Ada', 'Bob']

    """
    objects = [row for row in rows if isinstance(row, dict)]
    if not objects or len(objects) < _PRESENT * len(rows):
        return None
    texts = _texts_by_column(objects, ())
    if texts is None:
        texts = {}
        for row in objects:
            _add_texts(row, (), texts)
    best: tuple[int, int, float] | None = None
    chosen: tuple[str, ...] = ()
    for path, values in texts.items():
        rank = _rank(path, values, len(rows))
        if rank is None or (not codes and rank[0] >= _CODES):
            continue
        # The dearest test comes last.
        if (best is None or rank < best) and _are_telling(values):
            best, chosen = rank, path
    if best is None:
        return _headings(objects) if len(objects) == len(rows) else None
    values = texts[chosen]
    # Each row has one of them, where they are as many.
    return values if len(values) == len(rows) else [_at(row, chosen) for row in rows]


def _headings(rows: Sequence[dict[str, Json]]) -> list[str] | None:
    """The headings that texts in rows begin with; ``None`` where hardly one has any."""
    found = [
        next(
            filter(
                None,
                [
                    _heading(value)
                    for value in row.values()
                    if (value[:1] == "#" if type(value) is str else type(value) is list)
                ],
            ),
            "",
        )
        for row in rows
    ]
    headings = sum(map(bool, found))
    return found if headings > 1 and headings >= _HEADED * len(rows) else None


def _heading(value: Json) -> str:
    """The heading of Markdown that a text begins with, or one that is held as a list of lines."""
    first = value[0] if isinstance(value, list) and value else value
    if type(first) is not str or not first.startswith("#"):
        return ""
    line = first.split("\n", 1)[0].strip()
    return line if len(line) <= _LONGEST and line.lstrip("#")[:1] == " " else ""


def _texts_by_column(
    rows: Sequence[dict[str, Json]], path: tuple[str, ...]
) -> dict[tuple[str, ...], list[str]] | None:
    """The texts of rows by column, as ``_add_texts`` finds them; ``None`` where rows differ."""
    columns = columns_of(rows)
    if columns is None:
        return None
    texts: dict[tuple[str, ...], list[str]] = {}
    for key, column in columns.items():
        kinds = set(map(type, column))
        if kinds == {str}:
            where = (*path, key)
            texts[where] = column
        elif kinds == {dict} and len(path) + 1 < _DEPTH:
            inner = _texts_by_column(column, (*path, key))
            if inner is None:
                return None
            texts.update(inner)
        elif str in kinds or (dict in kinds and len(kinds) > 1):
            return None
    return texts


def _add_texts(
    row: dict[str, Json], path: tuple[str, ...], texts: dict[tuple[str, ...], list[str]]
) -> None:
    """Adds the texts of a row to those of their columns."""
    for key, value in row.items():
        if type(value) is str:
            where = (*path, key)
            if where in texts:
                texts[where].append(value)
            else:
                texts[where] = [value]
        elif type(value) is dict and len(path) + 1 < _DEPTH:
            _add_texts(value, (*path, key), texts)


def _rank(
    path: tuple[str, ...], values: Sequence[str], count: int
) -> tuple[int, int, float] | None:
    """How well a column names its rows, the smallest best; ``None`` where it does not."""
    words = [word.lower() for word in _WORDS.findall(path[-1])]
    last = words[-1] if words else ""
    called = next((rank for rank, names in enumerate(_NAMING) if last in names), len(_NAMING))
    is_called = called < len(_NAMING)
    average = sum(map(len, values)) / len(values)
    different = len(set(values)) / len(values)
    # The name of something that a row belongs to is often that of other rows.
    is_own = called < _CODES and len(path) == 1
    if len(values) < _PRESENT * count or max(map(len, values)) > _LONGEST:
        return None
    if average > (_AVERAGE if is_called else _SHORT):
        return None
    if different < (_DISTINCT if is_own else _ALL_DISTINCT) and count > 1:
        return None
    return called, len(path), -different


def _are_telling(values: Sequence[str]) -> bool:
    """Whether most of them have something of a word."""
    said = "\n".join(values)
    if said.count("\n") == len(values) - 1 and "UTC" not in said:
        # None is a time with letters, or of several lines: all are looked at at once.
        return len(_WORDLIKE_LINE.findall(said)) >= _PRESENT * len(values)
    telling = dumb = 0
    for value in values:
        if _is_telling(value):
            telling += 1
        else:
            dumb += 1
            # The others cannot be enough any more.
            if len(values) - dumb < _PRESENT * len(values):
                return False
    return telling >= _PRESENT * len(values)


def _is_telling(value: str) -> bool:
    """Whether it has something of a word, is no time, and is all in one line."""
    return _WORDLIKE.search(value) is not None and "\n" not in value and not TIME.fullmatch(value)


def _at(row: Json, path: tuple[str, ...]) -> str:
    for key in path:
        row = row.get(key) if isinstance(row, dict) else None
    return row if isinstance(row, str) and not isinstance(row, Number) else ""
