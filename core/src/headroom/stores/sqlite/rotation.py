"""Encryption keys of a file: whether the right ones were given, and their change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from headroom.errors import IntegrityError, StoreError
from headroom.stores.codec import Codec
from headroom.stores.sqlite.connections import Connections
from headroom.stores.sqlite.tables import IS_SEALED
from headroom.stores.sqlite.values import (
    COLUMNS,
    HASH_BYTES,
    Values,
    as_text,
    origin_place,
    original_place,
    readable,
    true_key,
)

__all__ = ["check_keys", "rotate"]

# Rows that are looked at in one transaction, between which others may write.
_AT_ONCE = 100
# What a file that is encrypted has sealed, so that a wrong key is known at once.
_MARK = b"sealed"
# Values that do not open which an error names.
_NAMED = 5

_IS_EMPTY = (
    "SELECT NOT EXISTS (SELECT 1 FROM contents) AND NOT EXISTS (SELECT 1 FROM entries) "
    "AND NOT EXISTS (SELECT 1 FROM views)"
)

# How one row is sealed anew: what is to be set in it, and how many values that are.
_Sealing = Callable[[Values, str, "sqlite3.Row"], dict[str, bytes]]
# A value that does not open: what it is, and why.
_Failure = tuple[str, StoreError]


def check_keys(connections: Connections, values: Values) -> None:
    """Refuses a file that is encrypted with keys which the codec does not have.

    Raises:
        StoreError: It is.

    """
    found = connections.read(lambda db: db.execute(IS_SEALED).fetchone())
    if found is not None:
        try:
            mark = found[0] if isinstance(found[0], bytes) else b""
            values.codec.unpack(mark, _MARK, most=len(_MARK))
        except StoreError as error:
            raise type(error)(f"{connections.path}: {error}") from error
    elif values.codec.sealing:
        connections.write(lambda db: _mark_if_empty(db, values.codec))


def rotate(connections: Connections, values: Values) -> int:
    """Seals anew all that the first key of the codec did not seal; how many values that were.

    Raises:
        StoreError: The codec has no keys, or lacks that of a value. All others are sealed.
        IntegrityError: Values were cut or changed; it names them. All others are sealed.

    """
    if not values.codec.sealing:
        raise StoreError("rotate() needs the keys: give the store codec=Codec(keys=[...])")
    # First: whoever has no keys writes nothing from then on that would have to be sealed.
    connections.write(lambda db: _mark(db, values.codec))
    rotated, failures = 0, []
    for table, columns, sealing in _SEALED:
        last = 0
        while last >= 0:

            def some(
                db: sqlite3.Connection,
                source: tuple[str, str, _Sealing] = (table, columns, sealing),
                after: int = last,
            ) -> tuple[int, int, list[_Failure]]:
                return _rotate_some(db, values, *source, after)

            count, last, failed = connections.write(some)
            rotated += count
            failures += failed
    # What is overwritten stands in the log still.
    connections.settle()
    if failures:
        raise _told(failures)
    return rotated


def _told(failures: list[_Failure]) -> StoreError:
    """One error for all values that do not open: the most serious, with their names."""
    errors = [error for _, error in failures]
    error = next((one for one in errors if isinstance(one, IntegrityError)), errors[0])
    names = list(dict.fromkeys(name for name, _ in failures))
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return type(error)(
        f"all but {', '.join(names[:_NAMED])}{more} is sealed with the first key: {error}; delete "
        "what is damaged, then call rotate() again"
    )


def _mark_if_empty(db: sqlite3.Connection, codec: Codec) -> None:
    # Where there is anything, it is not sealed: that is up to "rotate".
    if db.execute(_IS_EMPTY).fetchone() == (1,):
        _mark(db, codec)


def _mark(db: sqlite3.Connection, codec: Codec) -> None:
    db.execute(
        "INSERT OR REPLACE INTO properties VALUES ('sealed', ?)", (codec.pack(_MARK, _MARK),)
    )


def _rotate_some(
    db: sqlite3.Connection, values: Values, table: str, columns: str, sealing: _Sealing, after: int
) -> tuple[int, int, list[_Failure]]:
    """How many were sealed anew; the last row that was looked at, -1 at the end; what failed."""
    rows = db.execute(
        f"SELECT n.name, e.id, {columns} FROM {table} JOIN namespaces n "
        f"ON n.id = e.namespace WHERE e.id > ? ORDER BY e.id LIMIT {_AT_ONCE}",
        (after,),
    ).fetchall()
    count, failures, name = 0, [], table.split()[0]
    for namespace, number, *row in rows:
        try:
            changed = sealing(values, as_text(namespace), row)
        except StoreError as error:
            failures.append((_name_of(db, name, namespace, number), error))
            continue
        if changed:
            assignments = ", ".join(f"{column} = ?" for column in changed)
            db.execute(f"UPDATE {name} SET {assignments} WHERE id = ?", (*changed.values(), number))
        count += len(changed)
    return count, rows[-1][1] if len(rows) == _AT_ONCE else -1, failures


def _name_of(db: sqlite3.Connection, table: str, namespace: bytes, number: int) -> str:
    """What a value is, for those who are to delete it."""
    where = f"in the namespace {readable(namespace)!r}"
    if table == "views":
        return f"what a view {where} is of"
    column = "id" if table == "entries" else "content"
    row = db.execute(f"SELECT key FROM entries WHERE {column} = ? LIMIT 1", (number,)).fetchone()
    if row is None:
        return f"an original {where} that no key has"
    return f"the key {readable(true_key(row[0]))!r} {where}"


def _content(values: Values, namespace: str, row: sqlite3.Row) -> dict[str, bytes]:
    reference, data, size = row
    if not (isinstance(reference, bytes) and isinstance(size, int)):
        raise IntegrityError("a stored original cannot be read: some of it was changed")
    return _changed(data=values.anew(data, original_place(namespace, reference), size=size))


def _entry(values: Values, namespace: str, row: sqlite3.Row) -> dict[str, bytes]:
    view, meta = values.entry_anew(namespace, row)
    return _changed(view=view, meta=meta)


def _view(values: Values, namespace: str, row: sqlite3.Row) -> dict[str, bytes]:
    view_reference, origin = row
    if not isinstance(view_reference, bytes):
        raise IntegrityError("what is stored of a view was changed")
    where = origin_place(namespace, view_reference)
    return _changed(origin=values.anew(origin, where, most=HASH_BYTES, checked=True))


def _changed(**columns: bytes | None) -> dict[str, bytes]:
    return {name: value for name, value in columns.items() if value is not None}


# Where the sealed values are, and what they are sealed for.
_SEALED: tuple[tuple[str, str, _Sealing], ...] = (
    ("contents e", "e.reference, e.data, e.size", _content),
    (
        "entries e LEFT JOIN contents c ON c.id = e.content",
        COLUMNS.format(data="NULL"),
        _entry,
    ),
    ("views e", "e.view_reference, e.origin", _view),
)
