from __future__ import annotations

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
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
    Store,
    StoreError,
    new_encryption_key,
)
from headroom.stores.sqlite import schema
from headroom_testing import Capability, ManualClock, StoreContract
from headroom_testing.store import make, original, put, write


class TestSQLiteStore(StoreContract):
    capabilities = frozenset({Capability.DURABLE, Capability.SHARED, Capability.CRASH_SAFE})

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "context.db"

    def open(self) -> Store:
        self.clock = ManualClock()
        return self.open_again()

    def open_again(self) -> Store:
        return SQLiteStore(self.path, clock=self.clock)

    def locator(self) -> str:
        return f"sqlite:///{self.path}"

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "context.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[Callable[..., SQLiteStore]]:
    stores: list[SQLiteStore] = []

    def open_one(**options: object) -> SQLiteStore:
        stores.append(SQLiteStore(path, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


Open = Callable[..., SQLiteStore]

# Surviving


def test_another_process_finds_what_was_put(path: Path, rows: list[dict[str, object]]) -> None:
    program = (
        "import sys, json, headroom\n"
        "with headroom.SharedContext(store=sys.argv[1]) as ctx:\n"
        "    print(ctx.put('rows', json.load(sys.stdin), agent='other').compressed, end='')\n"
    )
    url = f"sqlite:///{path}"
    shown = subprocess.run(
        [sys.executable, "-c", program, url],
        input=json.dumps(rows), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    with SharedContext(store=url) as ctx:
        entry = ctx.require("rows")
        assert (entry.compressed, entry.agent) == (shown, "other")
        assert json.loads(entry.original) == rows
        assert ctx.is_view(shown)
        assert "199" in ctx.retrieve("rows", rows=200).text
        ctx.delete("rows")
    with SharedContext(store=url) as ctx:
        assert ctx.get("rows") is None
        assert ctx.is_view(shown)


def test_a_child_of_a_fork_has_connections_of_its_own(open_store: Open) -> None:
    store = open_store()
    write(store, "parent", "of the parent")
    child = os.fork()
    if child == 0:
        good = original(store, "parent") == "of the parent"
        write(store, "child", "of the child")
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert original(store, "child") == "of the child"
    write(store, "parent", "again")


def test_two_stores_on_one_file_see_each_other(open_store: Open) -> None:
    one, two = open_store(), open_store()
    write(one, "key", "1")
    write(two, "key", "2")
    assert original(one, "key") == "2"
    slow = one.next_version("space")
    write(two, "key", "3")
    assert not put(one, make("key", "slow", slow))


def test_many_open_a_new_file_at_once(path: Path) -> None:
    errors: list[BaseException] = []
    start = threading.Barrier(8)

    def work(number: int) -> None:
        try:
            start.wait()
            store = SQLiteStore(path)
            write(store, f"key {number}", "content")
            store.close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    store = SQLiteStore(path)
    assert len(store.headers("space")) == 8
    store.close()


# The file


def test_nobody_else_can_read_the_files(open_store: Open, path: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store()
        write(store, "key", "secret")
        files = sorted(path.parent.iterdir())
    finally:
        os.umask(before)
    assert [file.name for file in files] == ["context.db", "context.db-shm", "context.db-wal"]
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


def test_an_older_format_is_brought_up_to_date(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    write(store, "key", "content")
    store.close()
    later = (*schema.MIGRATIONS, "ALTER TABLE entries ADD COLUMN note TEXT; CREATE TABLE new (a)")
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    for _ in range(2):
        store = open_store()
        assert original(store, "key") == "content"
        assert store._connections._writer.execute("SELECT note FROM entries").fetchall() == [
            (None,)
        ]
        store.close()
    monkeypatch.undo()
    with pytest.raises(StoreError, match="its format is 2, this one reads up to 1"):
        open_store()


def test_a_migration_that_fails_changes_nothing(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    write(store, "key", "content")
    store.close()
    broken = (*schema.MIGRATIONS, "CREATE TABLE new (a); CREATE TABLE entries (a)")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(StoreError, match="entries already exists"):
        open_store()
    monkeypatch.undo()
    assert original(open_store(), "key") == "content"


def test_what_went_is_remembered_within_bounds(open_store: Open) -> None:
    store = open_store()

    def many(db: sqlite3.Connection) -> None:
        for table, columns in (("gone", "version, reason"), ("views", "reference, view_reference")):
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


# What cannot be


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a text file, longer than the header of a database" * 10, "is not a SQLite database"),
        (b"short", "is not a SQLite database"),
    ],
)
def test_a_file_of_something_else_is_left_alone(
    open_store: Open, path: Path, content: bytes, message: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=message):
        open_store()
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(open_store: Open, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="the database of another program; give the store"):
        open_store()
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"folder of .* does not exist; create it first"):
        SQLiteStore(tmp_path / "nowhere" / "context.db")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is a folder|cannot be opened"):
        SQLiteStore(tmp_path)


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_is_read_only(tmp_path: Path, there: bool) -> None:
    # In a child without the rights of the superuser, whom no mode of a folder stops.
    folder = tmp_path / "closed"
    folder.mkdir()
    if there:
        SQLiteStore(folder / "context.db").close()
    folder.chmod(0o555)
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        message = "opened"
        try:
            if os.geteuid() == 0:
                os.seteuid(65534)
            SQLiteStore(folder / "context.db", timeout=0.1)
        except StoreError as error:
            message = str(error)
        except BaseException as error:
            message = repr(error)
        os.write(writable, message.encode())
        os._exit(0)
    os.close(writable)
    os.waitpid(child, 0)
    with os.fdopen(readable) as pipe:
        message = pipe.read()
    folder.chmod(0o755)
    assert "check" in message, message
    assert "owns it" in message, message


def test_a_full_disk_loses_nothing_that_was_there(open_store: Open) -> None:
    store = open_store(codec=Codec(compression=None))
    write(store, "key", "content")
    (pages,) = store._connections._writer.execute("PRAGMA page_count").fetchone()
    store._connections._writer.execute(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(StoreError, match=r"disk with .* is full; make room, then try again"):
        write(store, "key", "x" * 1_000_000)
    assert original(store, "key") == "content"
    store._connections._writer.execute("PRAGMA max_page_count = 100000")
    write(store, "key", "x" * 1_000_000)
    assert len(original(store, "key")) == 1_000_000


def test_a_file_that_stays_locked(open_store: Open, path: Path) -> None:
    store = open_store(timeout=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"has locked .* for more than 0\.05 seconds"):
        write(store, "key", "content")
    assert isinstance(store.get("space", "key"), Missing)
    other.execute("ROLLBACK")
    other.close()
    write(store, "key", "content")


def test_a_closed_store_says_so(open_store: Open) -> None:
    store = open_store()
    store.close()
    with pytest.raises(StoreError, match="this store is closed"):
        store.get("space", "key")
    with pytest.raises(StoreError, match="this store is closed"):
        store.next_version("space")


@pytest.mark.parametrize("options", [{"durability": "none"}, {"timeout": -1}, {"timeout": "1"}])
def test_options_that_make_no_sense(open_store: Open, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        open_store(**options)


# Changed and sealed data


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contents SET data = x'00'",
        "UPDATE contents SET data = x''",
        "UPDATE contents SET data = substr(data, 1, length(data) - 1)",
        "UPDATE contents SET reference = zeroblob(32)",
        "UPDATE entries SET view = x'00616263'",
        "UPDATE entries SET meta = x'007b'",
    ],
)
def test_what_was_changed_in_the_file_is_an_error_and_no_data(
    path: Path, rows: list[dict[str, object]], change: str
) -> None:
    with SharedContext(store=f"sqlite:///{path}") as ctx:
        ctx.put("rows", rows)
        with sqlite3.connect(path) as db:
            db.execute(change)
        db.close()
        with pytest.raises(IntegrityError):
            ctx.require("rows")


def test_pages_that_were_overwritten_are_an_error_and_no_data(path: Path) -> None:
    content = random.Random(0).randbytes(200_000).hex()
    store = SQLiteStore(path, codec=Codec(compression=None))
    write(store, "key", content)
    store.close()
    damaged = bytearray(path.read_bytes())
    damaged[8192:-8192] = bytes(len(damaged) - 16384)
    path.write_bytes(damaged)
    with (
        pytest.raises(StoreError),
        SharedContext(store=f"sqlite:///{path}", namespace="space") as c,
    ):
        c.get("key", full=True)


class TestEncryption:
    @pytest.fixture(autouse=True)
    def _needs_cryptography(self) -> None:
        pytest.importorskip("cryptography")

    def test_nothing_of_a_payload_can_be_read(self, open_store: Open, path: Path) -> None:
        codec = Codec(compression=None, keys=[new_encryption_key()])
        store = open_store(codec=codec)
        record = write(store, "key", "secret of the original", view="secret of the view",
                       meta={"agent": "secret of the agent"})  # fmt: skip
        assert store.get("space", "key") == record
        assert store.headers("space") == [record.header]
        store.close()
        assert b"secret" not in path.read_bytes()

    def test_a_wrong_key_is_an_error_at_once(self, open_store: Open) -> None:
        open_store(codec=Codec(keys=[new_encryption_key()])).close()
        with pytest.raises(StoreError, match=r"context\.db: .* none of the keys given opens it"):
            open_store(codec=Codec(keys=[new_encryption_key()]))
        with pytest.raises(StoreError, match=r"context\.db: .* no key was given"):
            open_store()

    def test_keys_rotate(self, open_store: Open) -> None:
        old, new = new_encryption_key(), new_encryption_key()
        store = open_store()
        records = [write(store, f"{n}", f"plain {n} \ud800", view=f"view {n}") for n in range(150)]
        store.close()
        store = open_store(codec=Codec(keys=[old]))
        records += [write(store, f"old {n}", f"old {n}", meta={"n": n}) for n in range(150)]
        store.close()
        store = open_store(codec=Codec(keys=[new, old]))
        # An original and a record of metadata each, and a view for the first ones.
        assert store.rotate() == 150 * 3 + 150 * 2
        assert store.rotate() == 0
        store.close()
        store = open_store(codec=Codec(keys=[new]))
        assert [store.get("space", record.header.key) for record in records] == records

    def test_encryption_can_be_given_up(self, open_store: Open) -> None:
        key = new_encryption_key()
        store = open_store(codec=Codec(keys=[key]))
        record = write(store, "key", "content")
        store.close()
        with pytest.raises(StoreError, match="no key was given"):
            open_store()
        assert original(open_store(codec=Codec(keys=[key])), "key") == "content"
        assert record.header.key == "key"

    def test_values_that_were_swapped_do_not_open(self, path: Path) -> None:
        store = SQLiteStore(path, codec=Codec(keys=[new_encryption_key()]))
        write(store, "one", "content of one")
        write(store, "two", "content of two")
        with sqlite3.connect(path) as db:
            db.execute("UPDATE contents SET data = (SELECT data FROM contents WHERE id = 2)")
        db.close()
        with pytest.raises(IntegrityError):
            store.get("space", "one")
        store.close()

    def test_keys_come_from_the_environment(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CONTEXT_KEYS", new_encryption_key())
        url = f"sqlite:///{path}?key_env=CONTEXT_KEYS"
        with SharedContext(store=url) as ctx:
            ctx.put("key", "secret " * 100)
        with SharedContext(store=url) as ctx:
            assert ctx.get("key", full=True) == "secret " * 100
        with pytest.raises(StoreError, match="no key was given"):
            SharedContext(store=f"sqlite:///{path}")


# Waiting, and many at once


def test_a_waiter_sees_the_writes_of_another_process(path: Path) -> None:
    program = (
        "import sys, headroom\n"
        "with headroom.SharedContext(store=sys.argv[1]) as ctx: ctx.put('plan', 'fly')\n"
    )
    url = f"sqlite:///{path}"
    with SharedContext(store=url) as ctx:
        writer = subprocess.Popen([sys.executable, "-c", program, url])
        assert ctx.wait_for("plan", timeout=30).original == "fly"
        assert writer.wait() == 0


def test_writes_that_wait_together_fail_apart(open_store: Open) -> None:
    store = open_store()
    entered, go_on = threading.Event(), threading.Event()
    answers: list[object] = []

    def slow(_: sqlite3.Connection) -> None:
        entered.set()
        go_on.wait()

    def fails(db: sqlite3.Connection) -> None:
        db.execute("UPDATE namespaces SET version = -1")
        raise ValueError("on purpose")

    def attempt(action: Callable[[], object]) -> None:
        try:
            answers.append(action())
        except ValueError as error:
            answers.append(str(error))

    store.next_version("space")
    actions: list[Callable[[], object]] = [
        lambda: store._connections.write(slow),
        lambda: put(store, make("good", "good", 10)),
        lambda: store._connections.write(fails),
        lambda: put(store, make("better", "better", 11)),
    ]
    threads = [threading.Thread(target=attempt, args=(action,)) for action in actions]
    threads[0].start()
    entered.wait()
    for thread in threads[1:]:
        thread.start()
    while len(store._connections._waiting) < 3:
        time.sleep(0.001)
    go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["None", "True", "True", "on purpose"]
    assert {header.key for header in store.headers("space")} == {"good", "better"}
    assert store.next_version("space") == 12


def test_equal_content_that_goes_while_it_is_put_again(open_store: Open) -> None:
    store = open_store()
    content = "x" * 10_000
    write(store, "a", content)
    record = make("b", content, store.next_version("space"))
    knows = store._knows

    def knows_and_forgets(namespace: str, found: Record) -> bool:
        answer = knows(namespace, found)
        store.delete("space", "a")
        return answer

    store._knows = knows_and_forgets  # type: ignore[method-assign]
    # The delete came after the version: this write counts as one that was under way.
    assert put(store, record)
    assert original(store, "b") == content


# URLs


def test_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, file in (
        ("sqlite:///here.db", tmp_path / "here.db"),
        (f"sqlite:///{tmp_path}/there%20.db?timeout=1.5&durability=power", tmp_path / "there .db"),
        ("sqlite:///plain.db?compression=none", tmp_path / "plain.db"),
    ):
        with SharedContext(store=url) as ctx:
            ctx.put("key", "value")
        assert file.exists(), url


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://context.db", "with four slashes"),
        ("sqlite://", "with four slashes"),
        ("sqlite:///:memory:", "memory:// keeps nothing on disk"),
        ("sqlite:///a.db?mode=ro", "no option 'mode'; it takes durability, timeout"),
        ("sqlite:///a.db?timeout=soon", "timeout must be seconds"),
        ("sqlite:///a.db?durability=very", "durability must be"),
        ("sqlite:///a.db?compression=lz4", "compression must be"),
        ("sqlite:///a.db?key_env=NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE must hold"),
    ],
)
def test_urls_that_make_no_sense(
    url: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        SharedContext(store=url)
    assert list(tmp_path.iterdir()) == []
