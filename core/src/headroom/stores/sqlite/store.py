"""The store itself: the operations of the protocol."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Collection
from types import NoneType
from typing import TypeVar

from headroom.arguments import brief
from headroom.errors import IntegrityError, StoreError
from headroom.stores.base import Header, LeasingStore, Limits, Missing, Record, Usage
from headroom.stores.codec import Codec
from headroom.stores.sqlite.connect import Durability
from headroom.stores.sqlite.connections import Connections
from headroom.stores.sqlite.explaining import of_other_types
from headroom.stores.sqlite.files import resolved
from headroom.stores.sqlite.leases import LIVING, hold, let_go
from headroom.stores.sqlite.rotation import check_keys, rotate
from headroom.stores.sqlite.space import Space
from headroom.stores.sqlite.tables import REASONS, Tables
from headroom.stores.sqlite.values import COLUMNS, KEPT, Values, as_bytes, check_row
from headroom.stores.watchers import Watchers

__all__ = ["SQLiteStore"]

T = TypeVar("T")

# Namespaces of which the highest version is remembered.
_SEEN = 1000
# Below this many bytes, packing costs less than a look whether the content is there already.
_WORTH_A_LOOK = 4096

# An entry without its content is found as well: it is an error, and not nothing.
_FROM = "FROM entries e LEFT JOIN contents c ON c.id = e.content"
_HEADERS = f"SELECT {COLUMNS.format(data='NULL')} {_FROM}"
_RECORDS = f"SELECT {COLUMNS.format(data='c.data')} {_FROM}"
# The original only where it is the view.
_VIEWS = f"SELECT {COLUMNS.format(data='CASE WHEN e.view IS NULL THEN c.data END')} {_FROM}"
_FOUND = (
    f"SELECT {COLUMNS.format(data='c.data')} FROM contents c JOIN entries e ON e.content = c.id"
)
_THERE = "e.namespace = (SELECT id FROM namespaces WHERE name = ?)"
# Takes what no key is as large as, and the time twice. What was overwritten lives by a lease alone.
_LIVE = f"(e.key < ? AND (e.expires IS NULL OR e.expires >= ?) OR {LIVING})"


class SQLiteStore(LeasingStore):
    """Keeps entries in a SQLite file, which several processes of one machine may share.

    The file and its side files can be read by their owner alone. A process that is killed loses at
    most the write that it was in the middle of. Expiry follows the machine's clock: entries live
    longer than promised where it is set back, and shorter where it is set forward.

    Args:
        path: The file; it is made if there is none, its folder is not.
        durability: What a write survives once it has returned: ``"process"`` is the end of the
            process, by SIGKILL as well; ``"power"`` also a power failure, for the price of waiting
            for the disk each time.
        timeout: The most seconds to wait for others that write.
        codec: Compresses what is stored, and encrypts it where it has keys: originals, views and
            metadata. Keys, namespaces, hashes, sizes and times stay readable. With keys, what is
            not sealed is refused.
        clock: Seconds since the epoch.

    Raises:
        ValueError: An argument makes no sense.
        StoreError: The file cannot be used; the message says why, and what to do.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SQLiteStore(folder.name + "/context.db")
    >>> store.get("default", "report")
    Missing(reason='absent', when=None)
    >>> store.close(); folder.cleanup()

    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: Durability = "process",
        timeout: float = 10.0,
        codec: Codec | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if durability not in ("process", "power"):
            raise ValueError(f'durability must be "process" or "power", not {brief(durability)}')
        if not isinstance(timeout, (int, float)) or not 0 <= timeout <= sys.float_info.max:
            raise ValueError(f"timeout must be 0 or more seconds, not {brief(timeout)}")
        #: The most seconds that a call waits, but for the disk.
        self.timeout = float(timeout)
        codec = codec or Codec()
        self._values = Values(codec)
        self._clock = clock
        # Absolute: the working directory may change.
        self._connections = Connections(resolved(path), timeout, durability)
        self._watchers = Watchers()
        self._seen: dict[str, int] = {}
        try:
            check_keys(self._connections, self._values)
        except BaseException:
            self._connections.close()
            raise

    def next_version(self, namespace: str) -> int:
        def change(_: Tables, space: Space) -> int:
            space.version += 1
            return space.version

        return self._change(namespace, change)

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        # What takes long is done before the file is locked.
        known = self._knows(namespace, record)
        packed = self._values.pack(namespace, record, is_known=known)

        def change(tables: Tables, space: Space) -> bool:
            tables.check_seal()
            return tables.put(space, packed, ttl, limits, expected)

        written = self._change(namespace, change)
        if written:
            self._watchers.notify(namespace, record.header.key)
        return written

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        select = _RECORDS if with_original else _VIEWS
        where = (as_bytes(namespace), as_bytes(key))
        # Asked for before it is read: what is noted later may be of a later write.
        seen = self._seen.get(namespace, 0)

        def read(db: sqlite3.Connection) -> sqlite3.Row | Missing:
            row: sqlite3.Row | None = db.execute(
                f"{select} WHERE {_THERE} AND e.key = ?", where
            ).fetchone()
            self._check_version(db, where[0], seen)
            if row is None:
                return _why_not(db, where)
            check_row(row)
            now = self._clock()
            expires: float | None = row[6]
            if expires is not None and expires < now and not _is_held(db, where, now):
                return Missing("expired", expires)
            return row

        row = self._connections.read(read)
        if isinstance(row, Missing):
            return row
        record = self._values.record(namespace, row, with_original=with_original)
        self._note_version(namespace, record.header.version)
        return record

    def find(self, namespace: str, reference: str) -> Record | None:
        wanted = _hash(reference)
        name, seen, now = as_bytes(namespace), self._seen.get(namespace, 0), self._clock()

        def read(db: sqlite3.Connection) -> sqlite3.Row | None:
            self._check_version(db, name, seen)
            row: sqlite3.Row | None = db.execute(
                f"{_FOUND} WHERE {_THERE} AND c.reference = ? AND c.namespace = e.namespace "
                f"AND {_LIVE} ORDER BY e.id DESC LIMIT 1",
                (name, wanted, KEPT, now, now),
            ).fetchone()
            return row

        row = self._connections.read(read)
        return None if row is None else self._values.record(namespace, row)

    def delete(self, namespace: str, key: str) -> bool:
        name = as_bytes(key)

        def change(tables: Tables, space: Space) -> bool:
            tables.sweep(space)
            found = tables.entry(space.id, name)
            # Also where nothing is stored yet: a write under way is older than this call.
            space.version += 1
            if found is None:
                tables.note_nothing(space, name)
                return False
            tables.drop(space, found[0], found[1], found[3])
            tables.note_gone(space, name, space.version, "deleted", self._clock())
            return True

        return self._change(namespace, change, frees=True)

    def clear(self, namespace: str) -> int:
        def change(tables: Tables, space: Space) -> int:
            tables.sweep(space)
            count = space.entries
            tables.empty(space)
            space.version += 1
            space.cleared = space.version
            return count

        return self._change(namespace, change, frees=True)

    def headers(self, namespace: str) -> list[Header]:
        now, name, seen = self._clock(), as_bytes(namespace), self._seen.get(namespace, 0)

        def read(db: sqlite3.Connection) -> list[sqlite3.Row]:
            self._check_version(db, name, seen)
            return db.execute(
                f"{_HEADERS} WHERE {_THERE} AND e.key < ? AND {_LIVE} ORDER BY e.id",
                (name, KEPT, KEPT, now, now),
            ).fetchall()

        rows = self._connections.read(read)
        return [self._values.header(namespace, row) for row in rows]

    def usage(self, namespace: str) -> Usage:
        name, seen = as_bytes(namespace), self._seen.get(namespace, 0)

        def read(db: sqlite3.Connection) -> tuple[Usage, bool]:
            self._check_version(db, name, seen)
            now = self._clock()
            (overdue,) = db.execute(
                "SELECT EXISTS (SELECT 1 FROM leases WHERE until < ?) OR EXISTS (SELECT 1 FROM "
                f"entries e WHERE {_THERE} AND e.held = 0 AND e.expires < ?)",
                (now, name, now),
            ).fetchone()
            row = db.execute(
                "SELECT entries, bytes, expired, evicted, leased, over_limits FROM namespaces "
                "WHERE name = ?",
                (name,),
            ).fetchone()
            if row is not None and not all(type(count) is int for count in row):
                raise of_other_types(self._connections.path)
            return Usage(*(row or (0, 0, 0, 0))), bool(overdue)

        usage, overdue = self._connections.read(read)
        if overdue:
            self._sweep(namespace)
            usage, _ = self._connections.read(read)
        return usage

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        view = _hash(view_reference)
        origin = self._values.origin(namespace, view, _hash(reference))

        def change(tables: Tables, space: Space) -> None:
            tables.check_seal()
            tables.note_view(space, view, origin)

        self._change(namespace, change)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        view = _hash(view_reference)
        name, seen = as_bytes(namespace), self._seen.get(namespace, 0)

        def read(db: sqlite3.Connection) -> sqlite3.Row | None:
            self._check_version(db, name, seen)
            row: sqlite3.Row | None = db.execute(
                f"SELECT e.origin FROM views e WHERE {_THERE} AND e.view_reference = ?",
                (name, view),
            ).fetchone()
            return row

        row = self._connections.read(read)
        return None if row is None else self._values.origin_of(namespace, view, row[0]).hex()

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        who, hashes = as_bytes(holder), {_hash(reference) for reference in references}

        def change(tables: Tables, space: Space, db: sqlite3.Connection) -> bool:
            tables.sweep(space)
            return hold(db, space, who, hashes, self._clock(), seconds)

        return self._change_rows(namespace, change)

    def release(self, namespace: str, holder: str) -> None:
        who = as_bytes(holder)

        def change(tables: Tables, space: Space, db: sqlite3.Connection) -> None:
            let_go(db, space, who)
            # Of a large lease, the rest by what is written later: nobody is to wait for that.
            tables.sweep(space)

        self._change_rows(namespace, change)

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        # Writes of other processes go unnoticed: SQLite has no way to tell.
        return self._watchers.add(namespace, key, wake)

    def rotate(self) -> int:
        """Seals anew, with the first key of the codec, all that is sealed otherwise or not at all.

        Others that have all the keys may use the file meanwhile. Afterwards the old keys are not
        needed any more. Here alone, what is not sealed passes for genuine.

        Returns:
            How many values were sealed anew.

        Raises:
            StoreError: The codec has no keys, or lacks that of a value. All others are sealed.
            IntegrityError: Values were cut or changed; the message names their keys. All others are
                sealed.

        """
        return rotate(self._connections, self._values)

    def close(self) -> None:
        self._connections.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connections.path!r})"

    def _change(
        self, namespace: str, change: Callable[[Tables, Space], T], *, frees: bool = False
    ) -> T:
        """Changes a namespace, whole or not at all."""
        return self._change_rows(
            namespace, lambda tables, space, _: change(tables, space), frees=frees
        )

    def _change_rows(
        self,
        namespace: str,
        change: Callable[[Tables, Space, sqlite3.Connection], T],
        *,
        frees: bool = False,
    ) -> T:
        def write(db: sqlite3.Connection) -> tuple[T, int]:
            tables = Tables(db, self._clock(), self._values.codec)
            space = tables.space(namespace)
            if space.version < self._seen.get(namespace, 0):
                raise self._restored()
            answer = change(tables, space, db)
            tables.save()
            self._connections.freed(tables.freed)
            return answer, space.version

        answer, version = self._connections.write(write, frees=frees)
        self._note_version(namespace, version)
        return answer

    def _check_version(self, db: sqlite3.Connection, name: bytes, seen: int) -> None:
        """Refuses a file in which a namespace is older than it was seen to be: some is lost."""
        if not seen:
            return
        row = db.execute("SELECT version FROM namespaces WHERE name = ?", (name,)).fetchone()
        if row is None or (isinstance(row[0], int) and row[0] < seen):
            raise self._restored()

    def _restored(self) -> StoreError:
        return StoreError(
            f"{self._connections.path} was restored from an older copy while it was open; "
            "open the store again"
        )

    def _note_version(self, namespace: str, version: int) -> None:
        """Remembers, of the namespaces written last, up to which version they were seen."""
        self._seen[namespace] = max(version, self._seen.pop(namespace, 0))
        if len(self._seen) > _SEEN:
            with contextlib.suppress(StopIteration, KeyError, RuntimeError):
                # Another thread may be at it.
                del self._seen[next(iter(self._seen))]

    def _sweep(self, namespace: str) -> None:
        """Clears away all that has ended; others may write in between."""
        while self._change(namespace, lambda tables, space: tables.sweep(space)):
            pass

    def _knows(self, namespace: str, record: Record) -> bool:
        """Whether this content is stored already as it is, so that it need not be packed again."""
        if len(record.original) < _WORTH_A_LOOK:
            return False
        reference = _hash(record.header.reference)
        row = self._connections.read(
            lambda db: db.execute(
                f"SELECT e.data FROM contents e WHERE {_THERE} AND e.reference = ? AND e.size = ? "
                "AND typeof(e.data) = 'blob'",
                (as_bytes(namespace), reference, len(record.original)),
            ).fetchone()
        )
        return row is not None and self._values.holds(namespace, reference, row[0], record.original)


def _is_held(db: sqlite3.Connection, where: tuple[bytes, bytes], now: float) -> bool:
    """Whether a living lease holds an entry."""
    row = db.execute(
        f"SELECT 1 {_FROM} WHERE {_THERE} AND e.key = ? AND {LIVING}", (*where, now)
    ).fetchone()
    return row is not None


def _why_not(db: sqlite3.Connection, where: tuple[bytes, bytes]) -> Missing:
    """Why there is no entry under a key."""
    row = db.execute(
        f"SELECT e.reason, e.at FROM gone e WHERE {_THERE} AND e.key = ?", where
    ).fetchone()
    if row is None:
        return Missing("absent")
    reason, when = row
    if reason not in REASONS or not isinstance(when, (float, NoneType)):
        raise IntegrityError("what is stored of a key that went was changed")
    return Missing(reason, when)


def _hash(text: str) -> bytes:
    """A hash as it is stored; what is none is equal to none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
