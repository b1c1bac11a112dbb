"""What a SQLite store says of files, disks and data that are not as they should be."""

from __future__ import annotations

import os
import random
import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom import (
    Codec,
    IntegrityError,
    Missing,
    SharedContext,
    SQLiteStore,
    StoreError,
    new_encryption_key,
)
from headroom_testing.store import original, write

Open = Callable[..., SQLiteStore]


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
    for name in ("nowhere", "full", "locked"):
        with pytest.raises(StoreError, match=r"folder of .* does not exist; create it first"):
            SQLiteStore(tmp_path / name / "context.db")


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
        "UPDATE entries SET meta = x'007b7d'",
        "UPDATE entries SET meta = CAST(meta || x'20' AS BLOB)",
        "UPDATE entries SET version = version + 1",
        "UPDATE entries SET created = created + 1",
        "UPDATE entries SET expires = expires + 1000",
        "UPDATE entries SET key = CAST('rows' AS BLOB), view = NULL",
        "UPDATE contents SET size = size - 1",
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


def test_a_value_that_became_text_is_not_quoted(path: Path) -> None:
    store = SQLiteStore(path)
    write(store, "key", "content", view="view")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE contents SET data = CAST(x'ff' || 'secret' AS TEXT)")
    db.close()
    with pytest.raises(IntegrityError) as caught:
        store.get("space", "key")
    assert "secret" not in str(caught.value)
    store.close()


@pytest.mark.parametrize("column", ["contents SET data", "entries SET view", "entries SET meta"])
def test_a_bomb_is_not_unpacked(path: Path, column: str) -> None:
    store = SQLiteStore(path)
    write(store, "key", "content", view="view")
    bomb = b"\x01" + zlib.compress(bytes(20_000_000))
    with sqlite3.connect(path) as db:
        db.execute(f"UPDATE {column} = ?", (bomb,))
    db.close()
    tracemalloc.start()
    try:
        with pytest.raises(IntegrityError):
            store.get("space", "key")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
        store.close()


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
        # An original and metadata each, a view for the first ones, and whose view that is.
        assert store.rotate() == 150 * 4 + 150 * 2
        assert store.rotate() == 0
        store.close()
        store = open_store(codec=Codec(keys=[new]))
        assert [store.get("space", record.header.key) for record in records] == records

    def test_what_is_not_sealed_is_refused_until_it_is(self, open_store: Open) -> None:
        plain = open_store()
        record = write(plain, "key", "content " * 1000, view="view")
        store = open_store(codec=Codec(keys=[new_encryption_key()]))
        reads: list[Callable[[], object]] = [
            lambda: store.get("space", "key"),
            lambda: store.get("space", "key", with_original=False),
            lambda: store.find("space", record.header.reference),
            lambda: store.headers("space"),
            lambda: store.view_origin("space", record.header.view_reference),
        ]
        for read in reads:
            with pytest.raises(IntegrityError, match=r"not sealed although there are keys.*rotate"):
                read()
        # What is put again is sealed, with the content that was there.
        again = write(store, "other", "content " * 1000, view="view")
        assert store.get("space", "other") == again
        # An original, a view, the metadata of "key", and nothing of "other".
        assert store.rotate() == 2
        assert store.get("space", "key") == record
        assert [header.key for header in store.headers("space")] == ["key", "other"]
        for read in reads:
            read()

    def test_nothing_unsealed_is_written_where_all_is_sealed(self, open_store: Open) -> None:
        plain = open_store()
        record = write(plain, "key", "content")
        sealed = open_store(codec=Codec(keys=[new_encryption_key()]))
        sealed.rotate()
        for action in (
            lambda: write(plain, "other", "content"),
            lambda: plain.remember_view("space", record.header.reference, record.header.reference),
        ):
            with pytest.raises(StoreError, match="open it again with the keys"):
                action()
        with pytest.raises(StoreError, match=r"codec=Codec\(keys="):
            plain.rotate()
        assert [header.key for header in sealed.headers("space")] == ["key"]
        # Room can be made all the same.
        assert plain.delete("space", "key")

    def test_a_damaged_value_is_not_sealed_for_genuine(self, open_store: Open, path: Path) -> None:
        write(open_store(), "key", "content", view="view", meta={"agent": "a"})
        with sqlite3.connect(path) as db:
            db.execute("UPDATE entries SET version = version + 1")
        db.close()
        with pytest.raises(IntegrityError, match="cut or changed"):
            open_store(codec=Codec(keys=[new_encryption_key()])).rotate()

    def test_keys_rotate_past_what_is_damaged_and_name_it(
        self, open_store: Open, path: Path
    ) -> None:
        plain = open_store()
        records = {key: write(plain, key, f"content of {key}", view=f"v {key}") for key in "abcde"}
        codec = Codec(keys=[new_encryption_key()])
        with sqlite3.connect(path) as db:
            db.execute("UPDATE contents SET data = x'07' || data WHERE id = 2")
            db.execute("UPDATE entries SET created = created + 1 WHERE id = 4")
        db.close()
        store = open_store(codec=codec)
        with pytest.raises(IntegrityError) as caught:
            store.rotate()
        assert "the key 'b' in the namespace 'space', the key 'd' in the name" in str(caught.value)
        assert "content" not in str(caught.value)
        for key in "ace":
            assert store.get("space", key) == records[key]
        for key in "bd":
            assert store.delete("space", key)
        assert store.rotate() == 0

    def test_nothing_that_was_not_sealed_can_be_read_afterwards(
        self, open_store: Open, path: Path
    ) -> None:
        store = open_store(codec=Codec(compression=None))
        for number in range(300):
            write(store, f"{number}", f"secret {number} " * 100, meta={"agent": "secret agent"})
        for number in range(100):
            store.delete("space", f"{number}")
        store.close()
        store = open_store(codec=Codec(compression=None, keys=[new_encryption_key()]))
        store.rotate()
        for file in path.parent.iterdir():
            assert b"secret" not in file.read_bytes(), file.name

    def test_a_store_with_the_old_key_writes_nothing_after_the_change(
        self, open_store: Open
    ) -> None:
        old, new = new_encryption_key(), new_encryption_key()
        behind = open_store(codec=Codec(keys=[old]))
        write(behind, "key", "content")
        store = open_store(codec=Codec(keys=[new, old]))
        store.rotate()
        with pytest.raises(StoreError, match=r"keys were changed.*open it again with the keys"):
            write(behind, "other", "content")
        with pytest.raises(StoreError, match="keys were changed"):
            behind.remember_view("space", "00" * 32, "11" * 32)
        write(store, "other", "content")
        store.close()
        store = open_store(codec=Codec(keys=[new]))
        assert [header.key for header in store.headers("space")] == ["key", "other"]

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
