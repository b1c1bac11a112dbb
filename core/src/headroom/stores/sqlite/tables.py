"""Changes of the tables, each within one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from headroom.stores.base import Limits
from headroom.stores.sqlite.values import Packed, as_bytes

__all__ = ["Space", "Tables"]

# How many keys that went, and how many views, a namespace remembers; the oldest are forgotten,
# once in so many times that something is remembered.
_REMEMBERED = 10_000
_FORGET_EVERY = 256
# Expired entries that are cleared away at once.
_SWEPT = 100


Reason = Literal["absent", "deleted", "expired", "evicted"]


@dataclass
class Space:
    """The row of a namespace."""

    id: int
    version: int = 0
    cleared: int = 0
    entries: int = 0
    bytes: int = 0
    expired: int = 0
    evicted: int = 0


class Tables:
    """The tables within a transaction. The counters of the namespaces are written by ``save``."""

    def __init__(self, db: sqlite3.Connection, now: float) -> None:
        self._db = db
        self._now = now
        self._spaces: dict[int, Space] = {}
        #: Bytes that are no longer needed.
        self.freed = 0

    def space(self, name: str) -> Space:
        """A namespace, which is made if there is none."""
        key = as_bytes(name)
        found = self._db.execute("SELECT * FROM namespaces WHERE name = ?", (key,)).fetchone()
        if found is None:
            made = self._db.execute("INSERT INTO namespaces (name) VALUES (?)", (key,))
            assert made.lastrowid is not None
            space = Space(made.lastrowid)
        else:
            space = Space(found[0], *found[2:])
        return self._spaces.setdefault(space.id, space)

    def save(self) -> None:
        """Writes the counters."""
        for space in self._spaces.values():
            self._db.execute(
                "UPDATE namespaces SET version = ?, cleared = ?, entries = ?, bytes = ?, "
                "expired = ?, evicted = ? WHERE id = ?",
                (space.version, space.cleared, space.entries, space.bytes,
                 space.expired, space.evicted, space.id),
            )  # fmt: skip

    def put(
        self,
        space: Space,
        packed: Packed,
        pack_original: Callable[[], bytes],
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> bool:
        """See ``Store.put``."""
        self.sweep(space)
        header = packed.header
        where = (space.id, packed.key)
        old = self.entry(*where)
        live = 0 if old is None else old[2]
        went = None if old else self._db.execute(
            "SELECT version FROM gone WHERE namespace = ? AND key = ?", where
        ).fetchone()  # fmt: skip
        last = live if went is None else went[0]
        if header.version < max(space.cleared, last) or expected not in (None, live):
            return False
        space.version = max(space.version, header.version)
        # First the new content, so that it stays where it is the old one.
        content = self._add_content(space, packed, pack_original)
        if old is not None:
            self.drop(space, old[0], old[1])
        if went is not None:
            self._db.execute("DELETE FROM gone WHERE namespace = ? AND key = ?", where)
        self._db.execute(
            "INSERT INTO entries (namespace, key, content, version, created, expires, "
            "view_reference, view, meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*where, content, header.version, header.created,
             None if ttl is None else self._now + ttl,
             packed.view_reference, packed.view, packed.meta),
        )  # fmt: skip
        space.entries += 1
        if packed.view is not None:
            self.note_view(space, packed.view_reference, packed.reference)
        self._evict(space, limits)
        return True

    def entry(self, space: int, key: bytes) -> tuple[int, int, int] | None:
        """The id, the content and the version of an entry."""
        row: tuple[int, int, int] | None = self._db.execute(
            "SELECT id, content, version FROM entries WHERE namespace = ? AND key = ?", (space, key)
        ).fetchone()
        return row

    def drop(self, space: Space, entry: int, content: int) -> None:
        """Removes an entry, and its content where no other has it."""
        self._db.execute("DELETE FROM entries WHERE id = ?", (entry,))
        space.entries -= 1
        uses, size = self._db.execute(
            "SELECT uses, size FROM contents WHERE id = ?", (content,)
        ).fetchone()
        if uses > 1:
            self._db.execute("UPDATE contents SET uses = uses - 1 WHERE id = ?", (content,))
            return
        self._db.execute("DELETE FROM contents WHERE id = ?", (content,))
        space.bytes -= size
        self.freed += size

    def empty(self, space: Space) -> None:
        """Removes all of a namespace."""
        for table in ("entries", "contents", "gone", "views"):
            self._db.execute(f"DELETE FROM {table} WHERE namespace = ?", (space.id,))
        self.freed += space.bytes
        space.entries = space.bytes = 0

    def sweep(self, space: Space) -> None:
        """Clears away all of a namespace that has expired, and some of the others."""
        found = self._sweep("expires < ?", (self._now,))
        while found == _SWEPT:
            found = self._sweep("expires < ? AND namespace = ?", (self._now, space.id))

    def note_gone(
        self,
        space: Space,
        key: bytes,
        version: int,
        reason: Reason,
        at: float | None,
    ) -> None:
        """Remembers why a key is no longer there, and up to which version that holds."""
        self._remember(
            "gone", space, "(namespace, key, version, reason, at) VALUES (?, ?, ?, ?, ?)",
            (space.id, key, version, reason, at),
        )  # fmt: skip

    def note_nothing(self, space: Space, key: bytes) -> None:
        """Remembers that a key had nothing to delete: no older version may come there."""
        where = (space.id, key)
        row = self._db.execute(
            "SELECT reason, at FROM gone WHERE namespace = ? AND key = ?", where
        ).fetchone()
        reason: Reason = row[0] if row else "absent"
        at: float | None = row[1] if row else None
        self.note_gone(space, key, space.version, reason, at)

    def note_view(self, space: Space, view_reference: bytes, reference: bytes) -> None:
        """Remembers a view."""
        self._remember(
            "views", space, "(namespace, view_reference, reference) VALUES (?, ?, ?)",
            (space.id, view_reference, reference),
        )  # fmt: skip

    def _add_content(self, space: Space, packed: Packed, pack_original: Callable[[], bytes]) -> int:
        where = (space.id, packed.reference)
        found = self._db.execute(
            "SELECT id FROM contents WHERE namespace = ? AND reference = ?", where
        ).fetchone()
        if found is not None:
            self._db.execute("UPDATE contents SET uses = uses + 1 WHERE id = ?", found)
            return int(found[0])
        # It was there when the record was packed, and has gone since.
        data = pack_original() if packed.original is None else packed.original
        made = self._db.execute(
            "INSERT INTO contents (namespace, reference, size, uses, data) VALUES (?, ?, ?, 1, ?)",
            (*where, packed.size, data),
        )
        space.bytes += packed.size
        assert made.lastrowid is not None
        return made.lastrowid

    def _evict(self, space: Space, limits: Limits) -> None:
        while space.entries > 1 and (
            (limits.max_entries is not None and space.entries > limits.max_entries)
            or (limits.max_bytes is not None and space.bytes > limits.max_bytes)
        ):
            entry, content, key, version = self._db.execute(
                "SELECT id, content, key, version FROM entries WHERE namespace = ? "
                "ORDER BY id LIMIT 1",
                (space.id,),
            ).fetchone()
            self.drop(space, entry, content)
            self.note_gone(space, key, version, "evicted", self._now)
            space.evicted += 1

    def _sweep(self, condition: str, values: tuple[float, ...]) -> int:
        rows = self._db.execute(
            "SELECT id, content, namespace, key, version, expires FROM entries "
            f"WHERE {condition} LIMIT {_SWEPT}",
            values,
        ).fetchall()
        for entry, content, owner, key, version, expires in rows:
            space = self._space_of(owner)
            self.drop(space, entry, content)
            self.note_gone(space, key, version, "expired", expires)
            space.expired += 1
        return len(rows)

    def _space_of(self, number: int) -> Space:
        space = self._spaces.get(number)
        if space is None:
            row = self._db.execute("SELECT * FROM namespaces WHERE id = ?", (number,)).fetchone()
            space = self._spaces[number] = Space(row[0], *row[2:])
        return space

    def _remember(
        self,
        table: Literal["gone", "views"],
        space: Space,
        columns: str,
        values: tuple[object, ...],
    ) -> None:
        made = self._db.execute(f"INSERT OR REPLACE INTO {table} {columns}", values)
        if (made.lastrowid or 0) % _FORGET_EVERY == 0:
            self._db.execute(
                f"DELETE FROM {table} WHERE namespace = ? AND id <= (SELECT id FROM {table} "
                "WHERE namespace = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (space.id, space.id, _REMEMBERED),
            )
