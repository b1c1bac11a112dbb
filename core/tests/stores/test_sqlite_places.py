"""Where the file of a store is, and what others do to it there."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from headroom import Missing, SharedContext, SQLiteStore, StoreError
from headroom_testing.store import original, write

pytestmark = pytest.mark.slow

Open = Callable[..., SQLiteStore]

# A user who owns nothing here.
NOBODY = 65534

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root acts for others"
)


def _as_nobody(action: Callable[[], object]) -> str:
    """Does something as another user; the message of its error, if it has one."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        message = ""
        try:
            os.setegid(NOBODY)
            os.seteuid(NOBODY)
            action()
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
        os.write(writable, message.encode())
        os._exit(0)
    os.close(writable)
    os.waitpid(child, 0)
    with os.fdopen(readable) as pipe:
        return pipe.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that another user can reach."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.owner() == "root" and parent != Path("/") and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
    found = tmp_path / "shared"
    found.mkdir()
    return found


# Replaced or deleted


@pytest.mark.parametrize("what", ["deleted", "replaced"])
def test_a_file_that_is_taken_away_is_noticed(
    open_store: Open, path: Path, tmp_path: Path, what: str
) -> None:
    store = open_store()
    write(store, "key", "content")
    kept = tmp_path / "kept"
    kept.mkdir()
    for file in path.parent.glob("context.db*"):
        file.rename(kept / file.name)
    if what == "replaced":
        other = open_store()
        write(other, "key", "another")
    actions: list[Callable[[], object]] = [
        lambda: store.get("space", "key"),
        lambda: store.headers("space"),
        lambda: write(store, "key", "content"),
        lambda: store.delete("space", "key"),
    ]
    for action in actions:
        with pytest.raises(StoreError, match=rf"context\.db was {what}.*open the store again"):
            action()
    if what == "replaced":
        assert original(other, "key") == "another"
        other.close()
    for file in kept.iterdir():
        file.rename(path.with_name(file.name))
    assert original(store, "key") == "content"


def test_a_file_that_was_emptied_is_noticed(open_store: Open, path: Path) -> None:
    store = open_store()
    write(store, "key", "content")
    os.truncate(path, 0)
    for action in (lambda: store.get("space", "key"), lambda: write(store, "key", "content")):
        with pytest.raises(StoreError, match=r"context\.db was emptied.*open the store again"):
            action()


def test_an_older_copy_that_is_restored_is_noticed(
    open_store: Open, path: Path, tmp_path: Path
) -> None:
    store = open_store()
    old = write(store, "key", "old")
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(tmp_path / "old")) as copy:
        db.backup(copy)
        write(store, "key", "new")
        copy.backup(db)
    for action in (lambda: write(store, "key", "newer"), lambda: store.delete("space", "key")):
        with pytest.raises(StoreError, match=r"restored from an older copy.*open the store again"):
            action()
    again = open_store()
    assert again.get("space", "key") == old
    write(again, "key", "newer")


@pytest.mark.parametrize("has", ["put", "read"])
def test_who_reads_a_restored_copy_is_told(
    open_store: Open, path: Path, tmp_path: Path, has: str
) -> None:
    store = open_store()
    writer = store if has == "put" else open_store()
    old = write(writer, "key", "old", view="view")
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(tmp_path / "old")) as copy:
        db.backup(copy)
        write(writer, "key", "new")
        write(writer, "other", "new")
        assert original(store, "other") == "new"
        copy.backup(db)
    actions: list[Callable[[], object]] = [
        # What is there is of another time: it may have been overwritten since.
        lambda: store.get("space", "key"),
        lambda: store.get("space", "key", with_original=False),
        lambda: store.get("space", "other"),
        lambda: store.find("space", old.header.reference),
        lambda: store.view_origin("space", old.header.view_reference),
        lambda: store.headers("space"),
        lambda: store.usage("space"),
    ]
    for action in actions:
        with pytest.raises(StoreError, match=r"restored from an older copy.*open the store again"):
            action()
    again = open_store()
    assert original(again, "key") == "old"
    assert isinstance(again.get("space", "other"), Missing)


def test_another_format_is_noticed(open_store: Open, path: Path) -> None:
    store = open_store()
    write(store, "key", "content")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    actions: list[Callable[[], object]] = [
        lambda: store.get("space", "key"),
        lambda: store.headers("space"),
        lambda: write(store, "key", "content"),
        lambda: store.clear("space"),
    ]
    for action in actions:
        with pytest.raises(StoreError, match=r"another format while it was open.*upgrade"):
            action()


def test_a_run_goes_on_where_the_file_is_taken_away(
    path: Path, rows: list[dict[str, object]], caplog: pytest.LogCaptureFixture
) -> None:
    with SharedContext(store=f"sqlite:///{path}", on_error="passthrough") as ctx:
        ctx.put("key", rows)
        path.unlink()
        with caplog.at_level(logging.WARNING):
            entry = ctx.put("other", rows)
            assert ctx.get("key") is None
        assert entry.compressed == entry.original
        assert entry.failure
        assert ctx.stats().store_errors > 0
        assert len([r for r in caplog.records if "going on without it" in r.getMessage()]) == 1
    with SharedContext(store=f"sqlite:///{path}") as ctx:
        assert ctx.get("key") is None


@pytest.mark.parametrize("left", [0, 8192])
def test_a_file_that_is_cut_is_noticed_and_ends_no_process(path: Path, left: int) -> None:
    # In a process of its own: what reads a file that it has mapped goes with the file.
    program = (
        "import os, sys; from headroom import SQLiteStore, StoreError\n"
        "from headroom_testing.store import write\n"
        "store = SQLiteStore(sys.argv[1])\n"
        "def put(key): write(store, key, f'content of {key} ' * 500, view=f'view of {key}' * 50)\n"
        "for number in range(20): put(f'{number}')\n"
        "os.truncate(sys.argv[1], int(sys.argv[2]))\n"
        "for do in (store.headers, store.usage, put, store.clear):\n"
        "    try: do('space')\n"
        "    except StoreError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path, str(left)], capture_output=True, text=True, check=True
    )
    assert "context.db" in done.stdout


@pytest.mark.parametrize("end", ["-wal", "-shm"])
def test_what_sqlite_has_beside_it_is_missed(open_store: Open, path: Path, end: str) -> None:
    store = open_store()
    write(store, "key", "content")
    path.with_name(path.name + end).unlink()
    with pytest.raises(
        StoreError, match=rf"context\.db{end} was deleted or moved while it was open"
    ):
        write(store, "key", "more")


def test_a_child_of_a_fork_notices_it_too(open_store: Open, path: Path) -> None:
    store = open_store()
    write(store, "key", "content")
    path.unlink()
    SQLiteStore(path).close()
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        message = "nothing"
        try:
            store.get("space", "key")
        except StoreError as error:
            message = str(error)
        os.write(writable, message.encode())
        os._exit(0)
    os.close(writable)
    os.waitpid(child, 0)
    with os.fdopen(readable) as pipe:
        assert "was replaced by another while it was open" in pipe.read()


# Links and folders


def test_a_link_of_ones_own_is_followed_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "link.db").symlink_to(tmp_path / "folder" / ".." / "real" / "context.db")
    store = SQLiteStore(tmp_path / "link.db")
    write(store, "key", "content")
    real = tmp_path / "real" / "context.db"
    assert real.exists()
    # Where the link leads later is of no importance.
    (tmp_path / "link.db").unlink()
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")
    assert original(store, "key") == "content"
    store.close()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    store = SQLiteStore(tmp_path / "folder" / "context.db")
    assert original(store, "key") == "content"
    store.close()


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to("b.db")
    (tmp_path / "b.db").symlink_to("a.db")
    with pytest.raises(StoreError, match="link"):
        SQLiteStore(tmp_path / "a.db")


def test_a_folder_that_everybody_can_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StoreError, match=r"everybody can write to .*chmod o-w.*folder of its own"):
        SQLiteStore(tmp_path / "context.db")
    assert list(tmp_path.iterdir()) == []
    # As in /tmp: files are their owners'.
    tmp_path.chmod(0o1777)
    SQLiteStore(tmp_path / "context.db").close()
    # As where groups of users share a folder.
    tmp_path.chmod(0o770)
    SQLiteStore(tmp_path / "context.db").close()


def test_a_folder_below_one_that_everybody_can_write_to_is_refused(tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    own = wide / "own" / "deep"
    own.mkdir(parents=True, mode=0o700)
    (tmp_path / "real").mkdir()
    (own / "way").symlink_to(tmp_path / "real")
    wide.chmod(0o777)
    # Whoever renames "own" has another in its place.
    for place in (own, own / "way"):
        with pytest.raises(StoreError, match=f"everybody can write to {wide}, .*chmod o-w"):
            SQLiteStore(place / "context.db")
    assert list((tmp_path / "real").iterdir()) == []
    wide.chmod(0o1777)
    for place in (own, own / "way"):
        SQLiteStore(place / "context.db").close()


@needs_root
def test_what_others_lay_out_in_a_shared_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    folder.chmod(0o1777)
    own = folder / "context.db"
    victim = tmp_path / "victim.db"
    SQLiteStore(victim).close()
    victim.chmod(0o644)
    laid: list[tuple[str, Callable[[], object]]] = [
        ("a file", own.touch),
        ("a link", lambda: own.symlink_to(victim)),
        ("a log", folder.joinpath("context.db-wal").touch),
        ("a journal", folder.joinpath("context.db-journal").touch),
        ("a linked log", lambda: folder.joinpath("context.db-shm").symlink_to(victim)),
    ]
    for what, lay in laid:
        assert _as_nobody(lay) == "", what
        with pytest.raises(StoreError, match=r"folder of its own|the file itself"):
            SQLiteStore(own)
        for file in folder.iterdir():
            file.unlink()
    # Nothing happened to what a link led to.
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
    # What is there already cannot be replaced by others, nor can it be read.
    store = SQLiteStore(own)
    write(store, "key", "content")
    # The store itself closes the file before a fork.
    holder = sqlite3.connect(own)
    holder.execute("SELECT count(*) FROM sqlite_master").fetchone()
    for name in ("context.db", "context.db-wal", "context.db-shm", "context.db-spare"):
        assert "Permission" in _as_nobody((folder / name).read_bytes), name
        assert "not permitted" in _as_nobody((folder / name).unlink), name
    holder.close()
    store.close()


@needs_root
def test_a_link_of_somebody_else_on_the_way_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", NOBODY, NOBODY)
    folder.chmod(0o1777)
    assert _as_nobody(lambda: (folder / "way").symlink_to(tmp_path / "theirs")) == ""
    with pytest.raises(StoreError, match="is a link in a folder that everybody can write to"):
        SQLiteStore(folder / "way" / "context.db")
    # In a folder where nobody else can write, somebody we trust has made it.
    os.chown(folder / "way", 0, 0, follow_symlinks=False)
    SQLiteStore(folder / "way" / "context.db").close()


def test_what_is_no_ordinary_file_is_refused(path: Path) -> None:
    SQLiteStore(path).close()
    other = path.with_name("other")
    lays: list[Callable[[Path], object]] = [
        os.mkfifo,
        Path.mkdir,
        lambda file: file.symlink_to(other),
    ]
    for end in ("-wal", "-shm", "-journal", ""):
        file = path.with_name(path.name + end)
        if end == "":
            file.unlink()
        for lay in lays[: None if end else 2]:
            lay(file)
            with pytest.raises(StoreError, match=r"is (a folder|no ordinary file); give the store"):
                SQLiteStore(path, timeout=0.1)
            file.rmdir() if file.is_dir() else file.unlink()
    with pytest.raises(StoreError, match=r"no ordinary file"):
        SQLiteStore("/dev/null")
    assert not other.exists()


def test_a_file_with_two_names_is_refused(path: Path) -> None:
    SQLiteStore(path).close()
    other = path.with_name("other.db")
    os.link(path, other)
    for name in (path, other):
        with pytest.raises(StoreError, match=r"has another name as well.*or give the store a copy"):
            SQLiteStore(name)
    other.unlink()
    # As where a process was killed that made the file.
    os.link(path, path.with_name(f"{path.name}.0123456789abcdef"))
    SQLiteStore(path).close()
    assert len(list(path.parent.glob("context.db.*"))) == 0


def test_what_lies_in_the_way_of_the_spare_room_is_left_alone(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("something of somebody")
    spare = path.with_name("context.db-spare")
    lays: list[Callable[[], object]] = [
        lambda: spare.symlink_to(victim),
        lambda: os.link(victim, spare),
        lambda: os.mkfifo(spare),
    ]
    for lay in lays:
        lay()
        store = SQLiteStore(path)
        write(store, "key", "content")
        store.close()
        assert victim.read_text() == "something of somebody"
        spare.unlink()


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_what_no_file_can_be_called(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no file can be called"):
        SQLiteStore(f"{tmp_path}/{name}")


# Modes


def test_files_beside_it_that_others_could_read_are_closed_to_them(path: Path) -> None:
    child = os.fork()
    if child == 0:
        write(SQLiteStore(path), "key", "content")
        # As if it were killed: the files beside it stay.
        os._exit(0)
    os.waitpid(child, 0)
    files = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
    for file in files:
        file.chmod(0o666)
    store = SQLiteStore(path)
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3
    assert original(store, "key") == "content"
    store.close()


def test_a_file_of_something_else_keeps_its_mode(path: Path) -> None:
    path.write_bytes(b"a text file, longer than the header of a database" * 10)
    path.chmod(0o644)
    with pytest.raises(StoreError, match="is not a SQLite database"):
        SQLiteStore(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert sorted(path.parent.iterdir()) == [path]
