"""Changes of the tables, each within one transaction."""

from __future__ import annotations

import sqlite3
from typing import Literal, get_args

from headroom.errors import StoreError
from headroom.stores.base import Limits
from headroom.stores.codec import Codec
from headroom.stores.sqlite.leases import end_some, is_named
from headroom.stores.sqlite.space import Space
from headroom.stores.sqlite.values import KEPT, Packed, as_bytes, kept_key

__all__ = ["IS_SEALED", "REASONS", "Space", "Tables"]

# How many keys that went, and how many views, a namespace remembers; the oldest are forgotten,
# once in so many times that something is remembered.
_REMEMBERED = 10_000
_FORGET_EVERY = 256
# Expired entries that are cleared away at once.
_SWEPT = 100


#: Whether the file is encrypted.
IS_SEALED = "SELECT value FROM properties WHERE name = 'sealed'"

Reason = Literal["absent", "deleted", "expired", "evicted"]
REASONS: frozenset[Reason] = frozenset(get_args(Reason))


class Tables:
    """The tables within a transaction. The counters of the namespaces are written by ``save``."""

    def __init__(self, db: sqlite3.Connection, now: float, codec: Codec) -> None:
        self._db = db
        self._now = now
        self._codec = codec
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
                "expired = ?, evicted = ?, leased = ?, over_limits = ? WHERE id = ?",
                (space.version, space.cleared, space.entries, space.bytes,
                 space.expired, space.evicted, space.leased, space.over_limits, space.id),
            )  # fmt: skip

    def put(
        self,
        space: Space,
        packed: Packed,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> bool:
        """See ``Store.put``."""
        more_ended = self.sweep(space)
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
        content = self._add_content(space, packed)
        if old is not None:
            self._make_way(space, old, packed.key)
        if went is not None:
            self._db.execute("DELETE FROM gone WHERE namespace = ? AND key = ?", where)
        held = int(is_named(self._db, space.id, packed.reference))
        expires = None if ttl is None else self._now + ttl
        view, meta = packed.sealed(expires)
        made = self._db.execute(
            "INSERT INTO entries (namespace, key, content, version, created, expires, "
            "view_reference, view, meta, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*where, content, header.version, header.created, expires,
             packed.view_reference, view, meta, held),
        )  # fmt: skip
        space.entries += 1
        space.leased += held
        if view is not None:
            self.note_view(space, packed.view_reference, packed.origin)
        assert made.lastrowid is not None
        self._evict(space, limits, made.lastrowid, more_ended)
        return True

    def check_seal(self) -> None:
        """Refuses to write what those who have the keys of the file cannot read.

        Raises:
            StoreError: The file is sealed since it was opened, or with another key.

        """
        mark = self._db.execute(IS_SEALED).fetchone()
        if mark is not None and not self._codec.has_key_of(mark[0]):
            raise StoreError(
                "this file is encrypted, or its keys were changed, since it was opened here; open "
                "it again with the keys"
            )

    def entry(self, space: int, key: bytes) -> tuple[int, int, int, int] | None:
        """The id, the content and the version of an entry, and whether it is held."""
        row: tuple[int, int, int, int] | None = self._db.execute(
            "SELECT id, content, version, held FROM entries WHERE namespace = ? AND key = ?",
            (space, key),
        ).fetchone()
        return row

    def drop(self, space: Space, entry: int, content: int, held: int = 0) -> None:
        """Removes an entry, and its content where no other has it."""
        space.entries -= 1
        space.leased -= held
        self.drop_row(space, entry, content)

    def drop_row(self, space: Space, entry: int, content: int) -> None:
        """Removes an entry that is not counted, and its content where no other has it."""
        self._db.execute("DELETE FROM entries WHERE id = ?", (entry,))
        found = self._db.execute(
            "SELECT uses, size FROM contents WHERE id = ?", (content,)
        ).fetchone()
        if found is None:
            # It was lost; that is no reason to keep the entry.
            return
        uses, size = found
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
        space.entries = space.bytes = space.leased = 0

    def sweep(self, space: Space) -> bool:
        """Clears away what has ended: some of the leases, and all of this namespace that expired.

        Returns:
            Whether there may be more leases that have ended.

        """
        more = end_some(self, self._db, self._now)
        found = self._sweep("held = 0 AND expires < ?", (self._now,))
        while found == _SWEPT:
            found = self._sweep("held = 0 AND expires < ? AND namespace = ?", (self._now, space.id))
        return more

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

    def note_view(self, space: Space, view_reference: bytes, origin: bytes) -> None:
        """Remembers a view."""
        self._remember(
            "views", space, "(namespace, view_reference, origin) VALUES (?, ?, ?)",
            (space.id, view_reference, origin),
        )  # fmt: skip

    def _add_content(self, space: Space, packed: Packed) -> int:
        where = (space.id, packed.reference)
        found = self._db.execute(
            "SELECT id FROM contents WHERE namespace = ? AND reference = ?", where
        ).fetchone()
        if found is not None:
            content: int = found[0]
            self._db.execute("UPDATE contents SET uses = uses + 1 WHERE id = ?", (content,))
            if not packed.is_known:
                # What lies there may be damaged, or from before there were keys.
                self._db.execute(
                    "UPDATE contents SET data = ?, size = ? WHERE id = ?",
                    (packed.original(), packed.size, content),
                )
            return content
        made = self._db.execute(
            "INSERT INTO contents (namespace, reference, size, uses, data) VALUES (?, ?, ?, 1, ?)",
            (*where, packed.size, packed.original()),
        )
        space.bytes += packed.size
        assert made.lastrowid is not None
        return made.lastrowid

    def _make_way(self, space: Space, old: tuple[int, int, int, int], key: bytes) -> None:
        """Removes an entry that another takes the place of; a content that is held is kept."""
        entry, content, _, held = old
        if held:
            uses = self._db.execute("SELECT uses FROM contents WHERE id = ?", (content,)).fetchone()
            if uses == (1,):
                space.entries -= 1
                space.leased -= 1
                self._db.execute(
                    "UPDATE entries SET key = ? WHERE id = ?", (kept_key(entry, key), entry)
                )
                return
        self.drop(space, entry, content, held)

    def _evict(self, space: Space, limits: Limits, newest: int, more_ended: bool) -> None:
        while (limits.max_entries is not None and space.entries > limits.max_entries) or (
            limits.max_bytes is not None and space.bytes > limits.max_bytes
        ):
            oldest = self._db.execute(
                "SELECT id, content, key, version FROM entries WHERE namespace = ? AND held = 0 "
                "ORDER BY id LIMIT 1",
                (space.id,),
            ).fetchone()
            if oldest is None or oldest[0] == newest:
                if more_ended:
                    more_ended = self.sweep(space)
                    continue
                # One that is too large by itself is over them without any lease.
                space.over_limits += space.leased > 0 or self._keeps(space)
                return
            entry, content, key, version = oldest
            self.drop(space, entry, content)
            self.note_gone(space, key, version, "evicted", self._now)
            space.evicted += 1

    def _keeps(self, space: Space) -> bool:
        """Whether there are held contents whose keys were overwritten."""
        found = self._db.execute(
            "SELECT 1 FROM entries WHERE namespace = ? AND key >= ? LIMIT 1", (space.id, KEPT)
        ).fetchone()
        return found is not None

    def _sweep(self, condition: str, values: tuple[float, ...]) -> int:
        rows = self._db.execute(
            "SELECT id, content, namespace, key, version, expires FROM entries "
            f"WHERE {condition} LIMIT {_SWEPT}",
            values,
        ).fetchall()
        for entry, content, owner, key, version, expires in rows:
            space = self.space_of(owner)
            self.drop(space, entry, content)
            self.note_gone(space, key, version, "expired", expires)
            space.expired += 1
        return len(rows)

    def space_of(self, number: int) -> Space:
        """The namespace with this id."""
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
