"""The file of a SQLite store: its mode, its size, its format."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headroom import (
    Codec,
    Limits,
    SQLiteStore,
    StoreError,
)
from headroom.stores.sqlite import schema
from headroom_testing.store import digest, make, original, put, write

Open = Callable[..., SQLiteStore]


@pytest.mark.parametrize("mask", [0, 0o277, 0o777])
def test_nobody_else_can_read_the_files(open_store: Open, path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        store = open_store()
        write(store, "key", "secret")
        files = sorted(path.parent.iterdir())
    finally:
        os.umask(before)
    assert [file.name for file in files] == [
        "context.db", "context.db-shm", "context.db-spare", "context.db-wal",
    ]  # fmt: skip
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(open_store: Open, path: Path) -> None:
    open_store().close()
    path.chmod(0o644)
    open_store()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_opening_a_file_again_keeps_the_locks_of_those_who_have_it(open_store: Open) -> None:
    # Closing any descriptor of a file drops all of a process's locks on it.
    first = open_store()
    first._connections._writer.execute("BEGIN IMMEDIATE")
    open_store(timeout=0).close()
    blocked = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "try: db.execute('BEGIN IMMEDIATE')\n"
        "except sqlite3.OperationalError as error: print(error)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", blocked, first._connections.path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout == "database is locked\n"
    first._connections._writer.execute("ROLLBACK")


def test_space_goes_back_to_the_file_system(open_store: Open, path: Path) -> None:
    store = open_store(codec=Codec(compression=None))
    noise = random.Random(0)
    for number in range(20):
        put(store, make(f"{number}", noise.randbytes(500_000).hex(), number + 1))
    full = path.stat().st_size
    assert full > 15_000_000
    store.clear("space")
    for number in range(40):
        write(store, "small", f"{number}")
        store._connections.freed(10_000_000)
    store.close()
    assert path.stat().st_size < full / 4


def test_originals_take_less_room_on_disk(open_store: Open, path: Path) -> None:
    store = open_store()
    write(store, "key", '{"id": 4711, "status": "paid"}, ' * 100_000)
    store.close()
    assert path.stat().st_size < 300_000


@pytest.mark.parametrize(("durability", "level"), [("process", 1), ("power", 2)])
def test_durability_is_what_sqlite_is_told(open_store: Open, durability: str, level: int) -> None:
    store = open_store(durability=durability)
    writer = store._connections._writer
    assert writer.execute("PRAGMA synchronous").fetchone() == (level,)
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    write(store, "key", "content")
    assert original(store, "key") == "content"


def test_a_newer_format_is_an_error_that_says_so(open_store: Open, path: Path) -> None:
    open_store().close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match=r"was written by a newer Headroom .* upgrade"):
        open_store()


@pytest.mark.parametrize("version", [1, 2])
def test_a_format_from_before_the_first_release_is_an_error_that_says_so(
    open_store: Open, path: Path, version: int
) -> None:
    open_store().close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"from before its first release .* delete it, or give"):
        open_store()
    assert path.read_bytes() == before


def test_a_put_costs_the_same_however_many_entries_are_held(open_store: Open, path: Path) -> None:
    def steps_of_puts(held: int) -> int:
        """What SQLite does for fifty puts, of which each evicts one."""
        space = f"space {held}"
        store = open_store()
        contents = [f"{held} {number}" for number in range(held)]
        store.lease(space, "run", [digest(content) for content in contents], seconds=3600)
        with ThreadPoolExecutor(32) as pool:
            # Writes of several threads share transactions: sooner done.
            list(pool.map(lambda c: put(store, make(c, c, 1), namespace=space, ttl=3600), contents))
        limits = Limits(max_entries=held + 5)
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        store._connections._writer.set_progress_handler(count, 10)
        for number in range(50):
            write(store, f"new {number}", f"new {number}", namespace=space, ttl=60, limits=limits)
        usage = store.usage(space)
        assert (usage.entries, usage.leased, usage.evicted) == (held + 5, held, 45)
        store.close()
        return steps

    few, many = steps_of_puts(50), steps_of_puts(5000)
    # A look at each of the entries that are held would be a hundred times as much.
    assert many < 1.5 * few


def test_an_older_format_is_brought_up_to_date(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    write(store, "key", "content")
    store.close()
    later = {3: (4, "ALTER TABLE entries ADD COLUMN note TEXT; CREATE TABLE new (a)")}
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS | later)
    for _ in range(2):
        store = open_store()
        assert original(store, "key") == "content"
        assert store._connections._writer.execute("SELECT note FROM entries").fetchall() == [
            (None,)
        ]
        store.close()
    monkeypatch.undo()
    with pytest.raises(StoreError, match="its format is 4, this one reads up to 3"):
        open_store()


def test_a_migration_that_fails_changes_nothing(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    write(store, "key", "content")
    store.close()
    broken = {3: (4, "CREATE TABLE new (a); CREATE TABLE entries (a)")}
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS | broken)
    with pytest.raises(StoreError, match="entries already exists"):
        open_store()
    monkeypatch.undo()
    assert original(open_store(), "key") == "content"


def test_what_went_is_remembered_within_bounds(open_store: Open) -> None:
    store = open_store()

    def many(db: sqlite3.Connection) -> None:
        for table, columns in (("gone", "version, reason"), ("views", "origin, view_reference")):
            key = "key" if table == "gone" else "view_reference"
            other = columns.replace(", view_reference", "")
            db.executemany(
                f"INSERT INTO {table} (namespace, {key}, {other}) VALUES (1, ?, "
                + ", ".join("1" for _ in other.split(","))
                + ")",
                [(str(number).encode(),) for number in range(10_200)],
            )

    store.next_version("space")
    store._connections.write(many)
    for number in range(600):
        put(store, make(f"{number}", "x", number + 2, view="y"), limits=Limits(max_entries=1))
    for table in ("gone", "views"):
        (count,) = store._connections.read(
            lambda db, table=table: db.execute(f"SELECT count(*) FROM {table}").fetchone()
        )
        assert count <= 10_256, table
