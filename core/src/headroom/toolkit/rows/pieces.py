"""Data in pieces that a query finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from headroom.toolkit.rows.notation import flow, pointer
from headroom.toolkit.rows.shape import are_alike, find_columns
from headroom.toolkit.rows.values import Duplicates
from headroom.view import Piece

__all__ = ["children", "leaves", "parts", "records", "rows_by_columns", "spell"]

#: A part of a document that has at most this many characters is shown whole.
_WHOLE_CHARS = 2000
#: Fewer like objects in an object are members of it, and no rows.
_LEAST_ENTRIES = 3


def spell(value: object) -> str:
    """A value as minified JSON, its numbers as they were written."""
    return flow(value)  # type: ignore[arg-type]


def rows_by_columns(value: object) -> list[object] | None:
    """The rows of a table that the data holds by columns; ``None`` for anything else."""
    found = find_columns(value)  # type: ignore[arg-type]
    return None if found is None else list(found[1])


def children(value: list[object] | dict[str, object], path: str) -> Iterator[Piece]:
    """The rows of an array or a table, or the members of an object, by number.

    >>> [piece.text for piece in children({"a": "b", "c": []}, "")]
    ['{"a":"b"}', '{"c":[]}']
    """
    by_columns = rows_by_columns(value)
    if by_columns is not None:
        for number, row in enumerate(by_columns, 1):
            yield Piece(spell(row), "rows", number, path)
    elif isinstance(value, dict):
        for number, (name, child) in enumerate(value.items(), 1):
            yield Piece(spell({name: child}), "rows", number, path)
    else:
        for number, child in enumerate(value, 1):
            yield Piece(spell(child), "rows", number, path)


def records(value: object) -> Iterator[tuple[object, Callable[[], str]]]:
    """The rows of an array, a table or a map of like objects, each with how it is spelled.

    >>> [text() for row, text in records({"a": {"n": "1"}, "b": {"n": "2"}, "c": {"n": "3"}})]
    ['{"a":{"n":"1"}}', '{"b":{"n":"2"}}', '{"c":{"n":"3"}}']
    """
    rows = value if isinstance(value, list) else rows_by_columns(value)
    if rows is not None:
        yield from ((row, partial(spell, row)) for row in rows)
    elif isinstance(value, dict) and len(value) >= _LEAST_ENTRIES:
        rows = list(value.values())
        objects = [
            row if isinstance(row, dict) else dict(row.pairs)
            for row in rows
            if isinstance(row, (dict, Duplicates))
        ]
        if len(objects) == len(value) and are_alike(objects):
            yield from ((row, partial(spell, {name: row})) for name, row in value.items())


def parts(value: object, path: str) -> Iterator[Piece]:
    """A document in pieces of a size to show: rows, or the small members of an object together."""
    if not isinstance(value, (list, dict)):
        yield Piece(spell(value), "rows", 0, path)
        return
    if rows_by_columns(value) is not None:
        yield from children(value, path)
        return
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for (name, child), piece in zip(members, children(value, path)):
        if isinstance(child, (list, dict)) and len(piece.text) > _WHOLE_CHARS:
            yield from parts(child, pointer(path, name))
        else:
            yield piece


def leaves(document: object) -> Iterator[Piece]:
    """Scalars and empty containers, each as a member of what holds it, in document order."""
    waiting: list[tuple[str, str | int, object, int]] = [("", "", document, 0)]
    while waiting:
        holder, name, value, number = waiting.pop()
        if isinstance(value, (list, dict)) and value:
            path = pointer(holder, name) if number else ""
            members = value.items() if isinstance(value, dict) else enumerate(value)
            inside = [(path, key, child, n) for n, (key, child) in enumerate(members, 1)]
            waiting.extend(reversed(inside))
        else:
            yield Piece(f"{spell(str(name))}:{spell(value)}", "rows", number, holder)
