"""Somebody who can write to the file changes it, column by column."""

from __future__ import annotations

import functools
import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from headroom import (
    Codec,
    IntegrityError,
    Limits,
    Missing,
    Record,
    SharedContext,
    SQLiteStore,
    StoreError,
    new_encryption_key,
)
from headroom.stores.sqlite.values import MOST_META, MOST_PARTS, entry_place
from headroom_testing import ManualClock
from headroom_testing.store import digest, write

#: What an entry is bound to: a change is noticed by whoever reads it.
BOUND = {
    "properties": {"value"},
    "contents": {"size", "data"},
    "entries": {"content", "version", "created", "expires", "view_reference", "view", "meta"},
    "views": {"origin"},
}
#: What it is found by: changed, it is not found, or found where it does not belong, and refused.
PLACES = {
    "namespaces": {"name"},
    "contents": {"reference"},
    "entries": {"namespace", "key"},
    "views": {"namespace", "view_reference"},
}
#: What nothing is bound to, since it changes by itself. By its change nothing false is read.
LOOSE = {
    # Without the mark, a file is opened with no key, and nothing is read.
    "properties": {"name"},
    # Counts, and the versions that a put must be above.
    "namespaces": {
        "id", "version", "cleared", "entries", "bytes", "expired", "evicted", "leased",
        "over_limits",
    },
    # The order of age, and how many entries have a content: what is evicted, and when.
    "contents": {"id", "namespace", "uses"},
    "entries": {"id", "held"},
    # Why a key is not there.
    "gone": {"id", "namespace", "key", "version", "reason", "at"},
    "views": {"id"},
    # What is held, and how long.
    "leases": {"id", "namespace", "holder", "until"},
    "leased": {"lease", "reference", "namespace"},
}  # fmt: skip
#: Where nothing is sealed, the store itself cannot tell: the context compares their hashes.
HASHED = {("contents", "data"), ("entries", "view"), ("properties", "value")}


def _listed(columns: dict[str, set[str]]) -> list[tuple[str, str]]:
    return [(table, column) for table, names in columns.items() for column in sorted(names)]


ALL = [*_listed(BOUND), *_listed(PLACES), *_listed(LOOSE)]


class Tampered:
    """A store whose file somebody else changes, and all that is read from it."""

    def __init__(self, path: Path, keys: list[str]) -> None:
        self.path, self._keys = path, keys
        self._clock, self._version = ManualClock(), 1000
        with closing(self._open()) as store:
            # Twice: what was there before could be played back.
            self._write(store, 0)
            self._before = self._rows()
            self._write(store, 1)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # Whoever writes to a file does as he likes: no constraint is in his way.
        self._db.executescript(
            "PRAGMA synchronous = OFF; PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table';"
            "PRAGMA writable_schema = RESET"
        )
        self._store = self._open()
        self.right = self._answers(self._store)

    def close(self) -> None:
        self._store.close()
        self._db.close()

    @property
    def is_sealed(self) -> bool:
        return bool(self._keys)

    def _open(self) -> SQLiteStore:
        return SQLiteStore(self.path, clock=self._clock, codec=Codec(keys=self._keys))

    def _write(self, store: SQLiteStore, turn: int) -> None:
        for space in ("space", "other"):
            if turn == 0:
                write(store, "evicted", "x", namespace=space)
                write(store, "deleted", "y", namespace=space, limits=Limits(max_entries=1))
                store.delete(space, "deleted")
            for number in range(3):
                write(
                    store, f"key {number}", f"{number} {turn} " * (100 + turn),
                    view=None if number == 2 else f"view {number} {turn}",
                    namespace=space, ttl=1000 + turn + number, meta={"agent": f"{number} {turn}"},
                )  # fmt: skip
            store.lease(space, f"run {turn}", [digest(f"0 {turn} " * (100 + turn))], seconds=10)
            self._clock.advance(1)

    def _rows(self) -> dict[str, list[dict[str, object]]]:
        """All rows of all tables."""
        with closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            return {table: _rows(db, table) for (table,) in db.execute(_TABLES).fetchall()}

    def ways(self, table: str, column: str) -> Iterator[tuple[str, dict[str, object]]]:
        """Each way to change a column: its name, and what is read then."""
        db = self._db
        rows = _rows(db, table)
        assert rows, "there is nothing to change"
        older = self._before[table][-1]
        newer = [row for row in rows if row.get("key") == older.get("key")][-1]
        others = [row for row in rows if row[column] != newer[column]]
        way = f"UPDATE OR IGNORE {table} SET {column} = "
        changes: dict[str, Callable[[], object]] = {
            "emptied": lambda: db.execute(way + "NULL"),
            "cut": lambda: db.execute(way + f"substr({column}, 1, length({column}) - 1)"),
            "of another type": lambda: db.execute(way + f"'x' || hex({column})"),
            "longer": lambda: db.execute(way + f"CAST({column} || x'00' AS BLOB)"),
            "no text": lambda: db.execute(way + f"CAST(x'80' || {column} AS BLOB)"),
            "higher": lambda: db.execute(way + f"{column} + 1"),
            "far off": lambda: db.execute(way + "1e12"),
            "played back": lambda: _set(db, table, newer, column, older[column]),
            "deleted": lambda: db.execute(f"DELETE FROM {table}"),
        }
        if others:
            changes["swapped"] = lambda: _swap(db, table, newer, others[-1], column)
        for name, change in changes.items():
            with suppress(sqlite3.IntegrityError):
                # A number of a row is a number.
                change()
            try:
                if _rows(db, table) != rows:
                    yield name, self._read(anew=table == "properties")
            finally:
                self._put_back(table, rows)

    def write(self, change: str) -> None:
        """Each write after a change is done, or fails as a store does."""
        store = self._store
        ask = functools.partial
        for action in (
            ask(store.next_version, "space"),
            ask(write, store, "key 0", "new", ttl=5, limits=Limits(max_entries=2, max_bytes=1)),
            ask(write, store, "new", "1 1 " * 101, view="view"),
            ask(store.delete, "space", "key 1"),
            ask(store.lease, "space", "run 1", [digest("1 1 " * 101)], seconds=5),
            ask(store.release, "space", "run 1"),
            ask(store.usage, "space"),
            store.rotate,
            ask(store.clear, "space"),
        ):
            before = {name: _rows(self._db, name) for name in self._before}
            with suppress(sqlite3.IntegrityError):
                self._db.execute(change)
            _answer(action)
            # A version that went back would be all that is noticed.
            self._version += 100
            for row in before["namespaces"]:
                row["version"] = self._version
            for name, rows in before.items():
                self._put_back(name, rows)

    def _put_back(self, table: str, rows: list[dict[str, object]]) -> None:
        self._db.execute(f"DELETE FROM {table}")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self._db.executemany(
                f"INSERT INTO {table} VALUES ({marks})", [tuple(row.values()) for row in rows]
            )

    def _read(self, *, anew: bool) -> dict[str, object]:
        """The answer to each question, or the error in its place."""
        if not anew:
            return self._answers(self._store)
        try:
            with closing(self._open()) as store:
                return self._answers(store)
        except StoreError as error:
            return {"open": error}

    def _answers(self, store: SQLiteStore) -> dict[str, object]:
        ask = functools.partial
        questions: dict[str, Callable[[], object]] = {}
        for space in ("space", "other"):
            questions[f"{space}: headers"] = ask(store.headers, space)
            for key in ("key 0", "key 1", "key 2", "evicted", "deleted"):
                questions[f"{space}: {key}"] = ask(store.get, space, key)
                questions[f"{space}: view of {key}"] = ask(
                    store.get, space, key, with_original=False
                )
            for number in range(3):
                questions[f"{space}: find {number}"] = ask(
                    store.find, space, digest(f"{number} 1 " * 101)
                )
                questions[f"{space}: origin {number}"] = ask(
                    store.view_origin, space, digest(f"view {number} 1")
                )
        return {name: _answer(question) for name, question in questions.items()}

    def check(self, way: str, answers: dict[str, object]) -> bool:
        """Nothing false is among the answers; whether one is an error."""
        for question, answer in answers.items():
            if isinstance(answer, (StoreError, Missing)) or answer is None:
                continue
            right = self.right[question]
            if isinstance(answer, list):
                # Some may be missing, or the order be another.
                assert isinstance(right, list)
                assert all(header in right for header in answer), (way, question)
            else:
                assert answer == right, (way, question)
        return any(isinstance(answer, StoreError) for answer in answers.values())


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def _answer(question: Callable[[], object]) -> object:
    try:
        return question()
    except StoreError as error:
        return error


def _rows(db: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]


def _set(
    db: sqlite3.Connection, table: str, row: dict[str, object], column: str, value: object
) -> None:
    known = {name: other for name, other in row.items() if name != column}
    where = " AND ".join(f"{name} IS ?" for name in known)
    db.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", (value, *known.values()))


def _swap(
    db: sqlite3.Connection,
    table: str,
    one: dict[str, object],
    other: dict[str, object],
    column: str,
) -> None:
    # By way of a value of its own: some columns hold no value twice.
    _set(db, table, one, column, -1)
    _set(db, table, other, column, one[column])
    _set(db, table, one, column, other[column])


def _keys(is_sealed: bool) -> list[str]:
    if is_sealed:
        pytest.importorskip("cryptography")
    return [new_encryption_key()] if is_sealed else []


@pytest.fixture(scope="module", params=["plain", "sealed"])
def tampered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tampered]:
    keys = _keys(request.param == "sealed")
    found = Tampered(tmp_path_factory.mktemp("tampered") / "context.db", keys)
    yield found
    found.close()


def test_each_column_is_known(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "context.db").close()
    with closing(sqlite3.connect(tmp_path / "context.db")) as db:
        there = [
            (table, row[1])
            for (table,) in db.execute(_TABLES)
            for row in db.execute(f"PRAGMA table_info({table})")
        ]
    assert sorted(there) == sorted(ALL)


@pytest.mark.parametrize(("table", "column"), _listed(BOUND))
def test_what_an_entry_is_bound_to_is_not_changed_unnoticed(
    tampered: Tampered, table: str, column: str
) -> None:
    if (table, column) in HASHED and not tampered.is_sealed:
        pytest.skip("the context finds that by the hashes of contents")
    ways = 0
    for way, answers in tampered.ways(table, column):
        assert tampered.check(way, answers) or way == "deleted", way
        ways += 1
    assert ways >= 5


@pytest.mark.slow
@pytest.mark.parametrize("table", sorted({table for table, _ in ALL}))
def test_a_write_fails_as_a_store_does_whatever_lies_there(tampered: Tampered, table: str) -> None:
    for column in (column for other, column in ALL if other == table):
        tampered.write(f"UPDATE {table} SET {column} = NULL")
        tampered.write(f"UPDATE OR IGNORE {table} SET {column} = 'x' || hex({column})")
        tampered.write(f"UPDATE OR IGNORE {table} SET {column} = CAST(x'80' || {column} AS BLOB)")
    tampered.write(f"DELETE FROM {table}")


def test_an_entry_that_has_lost_its_content_can_be_deleted(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "context.db")
    for key in ("deleted", "overwritten"):
        write(store, key, f"content of {key}")
    with closing(sqlite3.connect(tmp_path / "context.db", isolation_level=None)) as db:
        db.execute("DELETE FROM contents")
    with pytest.raises(IntegrityError, match="some of it is missing"):
        store.get("space", "deleted")
    assert store.delete("space", "deleted")
    again = write(store, "overwritten", "content")
    assert store.get("space", "overwritten") == again
    assert store.headers("space") == [again.header]
    store.close()


@pytest.mark.parametrize(
    "meta",
    [
        b"", b"\0" * 8, b"\0" * 8 + b"{", b"\0" * 8 + b"[1]", b"\0" * 8 + b"[" * 100_000,
        b"\0" * 8 + b'{"a":[' + b"[]," * MOST_PARTS + b"0]}",
        b"\0" * 8 + b'{"a":[' + b'"a",' * MOST_PARTS + b"0]}",
    ],
    ids=["nothing", "a size", "cut", "a list", "deep", "lists", "texts"],
)  # fmt: skip
def test_metadata_that_are_none_are_an_error_of_ours(tmp_path: Path, meta: bytes) -> None:
    # Where nothing is sealed, whoever writes to the file can write the right check, too.
    store = SQLiteStore(tmp_path / "context.db")
    write(store, "other", "else")
    write(store, "key", "content")
    _write_row(tmp_path / "context.db", meta=meta)
    for read in (lambda: store.get("space", "key"), lambda: store.headers("space")):
        with pytest.raises(IntegrityError, match="metadata cannot be read") as error:
            read()
        # Others were asked for as well: it says which is bad, so that it can be deleted.
        assert "(key 'key')" in str(error.value)
    assert store.delete("space", "key")
    assert [header.key for header in store.headers("space")] == ["other"]
    store.close()


@pytest.mark.slow
def test_the_longest_metadata_come_back(tmp_path: Path) -> None:
    # Every second line of a log of 17 megabytes; more of the kind has more digits.
    gone = [["lines", "", [[2 * n, 2 * n] for n in range(1, 1_100_000)], None, None, False]]
    text = json.dumps(gone, separators=(",", ":"))
    assert text.count("[") / len(text) * MOST_META < MOST_PARTS
    store = SQLiteStore(tmp_path / "context.db")
    write(store, "key", "content", meta={"omissions": gone})
    found = store.get("space", "key")
    assert isinstance(found, Record)
    assert found.header.meta == {"omissions": gone}
    store.close()


@pytest.mark.parametrize("size", [-1, 6, 8, 10**9, 2**62])
@pytest.mark.parametrize("is_view", [False, True])
def test_a_size_that_is_none_is_an_error_of_ours(tmp_path: Path, size: int, is_view: bool) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}", namespace="space")
    for key in ("other", "key"):
        ctx.put(key, [{"id": n, "of": key} for n in range(300)])
    if is_view:
        meta = struct.pack(">Q", size % 2**64) + b"{}"
        _write_row(tmp_path / "context.db", meta=meta)
    else:
        _write_row(tmp_path / "context.db", size=size)
    for read in (lambda: ctx.get("key", full=True), lambda: ctx.search("id")):
        with pytest.raises(IntegrityError, match=r"than what was put.*\(key .key.\)"):
            read()
    assert ctx.delete("key")
    assert [hit.key for hit in ctx.search("other")] == ["other"]


def _write_row(path: Path, *, meta: bytes | None = None, size: int | None = None) -> None:
    """Has the row of the entry "key" say something else, with the right check."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        (told,) = db.execute(
            "SELECT c.id, e.key, c.reference, e.view_reference, e.version, e.created, c.size, "
            "e.expires, e.meta FROM entries e JOIN contents c ON c.id = e.content WHERE e.key = ?",
            (b"key",),
        )
        content, key, reference, view_reference, version, created, stated, expires, stored = told

        def place(size: int) -> bytes:
            hashes, numbers = (reference, view_reference), (size, version)
            return entry_place("space", "meta", key, hashes, numbers, (created, expires))

        if meta is None:
            meta = Codec().unpack(stored, place(stated), checked=True)
        size = stated if size is None else size
        packed = Codec().pack(meta, place(size), checked=True)
        db.execute("UPDATE entries SET meta = ? WHERE key = ?", (packed, key))
        db.execute("UPDATE contents SET size = ? WHERE id = ?", (size, content))


@pytest.mark.parametrize(("table", "column"), _listed(PLACES))
def test_what_is_moved_is_nowhere_else(tampered: Tampered, table: str, column: str) -> None:
    noticed = {way: tampered.check(way, answers) for way, answers in tampered.ways(table, column)}
    assert noticed["swapped"] or (table, column) == ("contents", "reference")


@pytest.mark.parametrize(("table", "column"), _listed(LOOSE))
def test_what_is_not_bound_makes_nothing_false(tampered: Tampered, table: str, column: str) -> None:
    if table == "properties" and not tampered.is_sealed:
        pytest.skip("there is no mark")
    for way, answers in tampered.ways(table, column):
        tampered.check(way, answers)


@pytest.mark.parametrize("is_sealed", [False, True], ids=["plain", "sealed"])
@pytest.mark.parametrize("size", [40, 400_000], ids=["small", "large"])
@pytest.mark.parametrize("key", ["key", "other"])
@pytest.mark.parametrize(
    "damage",
    ["data = substr(data, 1, 9)", "data = data || x'00'", "data = x''", "data = 5", "size = 3",
     "data = substr(data, 1, length(data) - 3) || 'xyz'"],
)  # fmt: skip
def test_a_put_heals_an_original(
    tmp_path: Path, damage: str, key: str, size: int, is_sealed: bool
) -> None:
    content = "".join(f"{number} " for number in range(size // 6))
    codec = Codec(keys=_keys(is_sealed))
    with closing(SQLiteStore(tmp_path / "x.db", codec=codec)) as store:
        write(store, "key", content, view="view")
        with closing(sqlite3.connect(store._connections.path)) as db, db:
            db.execute(f"UPDATE contents SET {damage}")
        write(store, key, content, view="view")
        for name in {"key", key}:
            found = store.get("space", name)
            assert isinstance(found, Record)
            assert found.original == content.encode()
        assert store.usage("space").bytes == len(content)
        store.delete("space", "key")
        store.delete("space", "other")
        assert store.usage("space").bytes == 0


@pytest.mark.parametrize("is_sealed", [False, True], ids=["plain", "sealed"])
def test_an_original_that_is_whole_is_not_written_again(tmp_path: Path, is_sealed: bool) -> None:
    content = "a content of many words " * 1000
    with closing(SQLiteStore(tmp_path / "store.db", codec=Codec(keys=_keys(is_sealed)))) as store:
        write(store, "key", content)
        with closing(sqlite3.connect(tmp_path / "store.db")) as db:
            before = db.execute("SELECT data FROM contents").fetchall()
            write(store, "other", content)
            assert db.execute("SELECT data FROM contents").fetchall() == before


@pytest.mark.parametrize("column", ["entries", "bytes", "expired", "evicted", "leased"])
@pytest.mark.parametrize("value", ["x", b"7", 1.5])
def test_counts_that_are_none_are_an_error_of_ours(
    tmp_path: Path, column: str, value: object
) -> None:
    with closing(SQLiteStore(tmp_path / "x.db")) as store:
        write(store, "key", "content")
        with closing(sqlite3.connect(tmp_path / "x.db")) as db, db:
            db.execute(f"UPDATE namespaces SET {column} = ?", (value,))
        with pytest.raises(IntegrityError, match="values of other types"):
            store.usage("space")
        ctx = SharedContext(store=store, namespace="space")
        with pytest.raises(StoreError):
            ctx.put("other", "content")
