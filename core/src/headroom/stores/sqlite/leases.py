"""Leases in the tables: who holds which contents, and until when."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Protocol

from headroom.stores.sqlite.space import Space
from headroom.stores.sqlite.values import KEPT

__all__ = ["LIVING", "end_some", "hold", "is_named", "let_go"]

#: Whether a living lease names the content ``c`` of an entry ``e``; takes the time.
LIVING = (
    "(e.held = 1 AND EXISTS (SELECT 1 FROM leased l JOIN leases s ON s.id = l.lease "
    "WHERE l.namespace = e.namespace AND l.reference = c.reference AND s.until >= ?))"
)

# Contents that are let go at once: others wait for the file meanwhile.
_LET_GO = 1000
# Before any time.
_LONG_AGO = -1.0


class _Tables(Protocol):
    """What is asked of ``Tables`` here."""

    def space_of(self, number: int) -> Space: ...

    def drop_row(self, space: Space, entry: int, content: int) -> None: ...


def hold(
    db: sqlite3.Connection,
    space: Space,
    holder: bytes,
    references: Collection[bytes],
    now: float,
    seconds: float,
) -> bool:
    """See ``LeasingStore.lease``."""
    row = db.execute(
        "SELECT id, until FROM leases WHERE namespace = ? AND holder = ?", (space.id, holder)
    ).fetchone()
    until = now + seconds
    if row is None:
        lease = db.execute(
            "INSERT INTO leases (namespace, holder, until) VALUES (?, ?, ?)",
            (space.id, holder, until),
        ).lastrowid
    else:
        lease = row[0]
        db.execute("UPDATE leases SET until = ? WHERE id = ?", (max(until, row[1]), lease))
    for reference in references:
        added = db.execute(
            "INSERT OR IGNORE INTO leased VALUES (?, ?, ?)", (lease, reference, space.id)
        )
        if added.rowcount:
            held = db.execute(
                "UPDATE entries SET held = 1 WHERE held = 0 AND content = "
                "(SELECT id FROM contents WHERE namespace = ? AND reference = ?)",
                (space.id, reference),
            )
            space.leased += held.rowcount
    return row is not None and bool(row[1] >= now)


def let_go(db: sqlite3.Connection, space: Space, holder: bytes) -> None:
    """Ends a lease; ``end_some`` does the rest."""
    db.execute(
        "UPDATE leases SET until = ? WHERE namespace = ? AND holder = ?",
        (_LONG_AGO, space.id, holder),
    )


def is_named(db: sqlite3.Connection, space: int, reference: bytes) -> bool:
    """Whether a lease names a content, one that has just ended included."""
    row = db.execute(
        "SELECT 1 FROM leased WHERE namespace = ? AND reference = ? LIMIT 1", (space, reference)
    ).fetchone()
    return row is not None


def end_some(tables: _Tables, db: sqlite3.Connection, now: float) -> bool:
    """Lets go some of what leases held that have ended; whether there may be more."""
    left = _LET_GO
    while left > 0:
        dead = db.execute("SELECT id, namespace FROM leases WHERE until < ? LIMIT 1", (now,))
        row = dead.fetchone()
        if row is None:
            return False
        lease, owner = row
        space = tables.space_of(owner)
        references = db.execute(
            "SELECT reference FROM leased WHERE lease = ? LIMIT ?", (lease, left)
        ).fetchall()
        for (reference,) in references:
            db.execute("DELETE FROM leased WHERE lease = ? AND reference = ?", (lease, reference))
            if not is_named(db, owner, reference):
                _free(tables, db, space, reference)
        if len(references) < left:
            db.execute("DELETE FROM leases WHERE id = ?", (lease,))
        # An empty lease counts as well: there may be many.
        left -= len(references) + 1
    return True


def _free(tables: _Tables, db: sqlite3.Connection, space: Space, reference: bytes) -> None:
    content = db.execute(
        "SELECT id FROM contents WHERE namespace = ? AND reference = ?", (space.id, reference)
    ).fetchone()
    if content is None:
        return
    kept = db.execute(
        "SELECT id, content FROM entries WHERE content = ? AND key >= ?", (content[0], KEPT)
    ).fetchall()
    for entry, of_entry in kept:
        tables.drop_row(space, entry, of_entry)
    freed = db.execute("UPDATE entries SET held = 0 WHERE content = ? AND held = 1", content)
    space.leased -= freed.rowcount
