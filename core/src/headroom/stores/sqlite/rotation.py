"""Encryption keys of a file: whether the right ones were given, and their change."""

from __future__ import annotations

import sqlite3

from headroom.errors import StoreError
from headroom.stores.codec import Codec
from headroom.stores.sqlite.connections import Connections
from headroom.stores.sqlite.values import as_text, place, true_key

__all__ = ["check_keys", "rotate"]

# Values that are looked at in one transaction, between which others may write.
_AT_ONCE = 100

# What is sealed, where, and the column that says to which place it belongs.
_SEALED = (
    ("contents", "data", "reference", "original"),
    ("entries", "view", "view_reference", "view"),
    ("entries", "meta", "key", "meta"),
)


def check_keys(connections: Connections, codec: Codec) -> None:
    """Refuses a file that is encrypted with keys which the codec does not have.

    Raises:
        StoreError: It is.

    """
    found = connections.read(
        lambda db: db.execute("SELECT value FROM properties WHERE name = 'sealed'").fetchone()
    )
    if found is not None:
        try:
            codec.unpack(found[0], b"sealed")
        except StoreError as error:
            raise StoreError(f"{connections.path}: {error}") from error
    elif codec.sealing:
        connections.write(lambda db: _write_check(db, codec))


def rotate(connections: Connections, codec: Codec) -> int:
    """Seals anew all that the first key of the codec did not seal; how many values that were."""
    rotated = 0
    for table, column, name, part in _SEALED:
        last = 0
        while last >= 0:

            def some(
                db: sqlite3.Connection,
                source: tuple[str, str, str, str] = (table, column, name, part),
                after: int = last,
            ) -> tuple[int, int]:
                return _rotate_some(db, codec, *source, after)

            count, last = connections.write(some)
            rotated += count
    connections.write(lambda db: _write_check(db, codec))
    return rotated


def _write_check(db: sqlite3.Connection, codec: Codec) -> None:
    if codec.sealing:
        value = codec.pack(b"sealed", b"sealed")
        db.execute("INSERT OR REPLACE INTO properties VALUES ('sealed', ?)", (value,))
    else:
        db.execute("DELETE FROM properties WHERE name = 'sealed'")


def _rotate_some(
    db: sqlite3.Connection, codec: Codec, table: str, column: str, name: str, part: str, after: int
) -> tuple[int, int]:
    """How many were sealed anew, and the last one that was looked at; -1 at the end."""
    rows = db.execute(
        f"SELECT t.id, t.{column}, t.{name}, n.name FROM {table} t JOIN namespaces n "
        f"ON n.id = t.namespace WHERE t.id > ? ORDER BY t.id LIMIT {_AT_ONCE}",
        (after,),
    ).fetchall()
    count = 0
    for number, packed, owner, namespace in rows:
        if packed is None or codec.is_current(packed):
            continue
        label = as_text(true_key(owner)) if part == "meta" else owner.hex()
        where = place(as_text(namespace), part, label)
        anew = codec.pack(codec.unpack(packed, where), where)
        db.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (anew, number))
        count += 1
    return count, rows[-1][0] if len(rows) == _AT_ONCE else -1
