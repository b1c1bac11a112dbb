from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom import (
    Codec,
    Record,
    SharedContext,
    SQLiteStore,
    Store,
    new_encryption_key,
)
from headroom_testing import Capability, ManualClock, StoreContract
from headroom_testing.store import make, original, put, write

pytestmark = pytest.mark.slow


class TestSQLiteStore(StoreContract):
    capabilities = frozenset(
        {
            Capability.DURABLE, Capability.SHARED, Capability.CRASH_SAFE, Capability.LEASES,
            Capability.CHECKED,
        }
    )  # fmt: skip

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

    def damage(self, namespace: str, reference: str) -> None:
        with sqlite3.connect(self.path) as connection:
            (stored,) = connection.execute("SELECT data FROM contents").fetchone()
            middle = len(stored) // 2
            changed = stored[:middle] + bytes([stored[middle] ^ 1]) + stored[middle + 1 :]
            assert connection.execute("UPDATE contents SET data = ?", (changed,)).rowcount == 1
        connection.close()


class TestSealedSQLiteStore(TestSQLiteStore):
    # Other processes would need the keys.
    capabilities = frozenset({Capability.DURABLE, Capability.LEASES})

    @pytest.fixture(autouse=True)
    def _keys(self) -> None:
        pytest.importorskip("cryptography")
        self.codec = Codec(keys=[new_encryption_key()])

    def open_again(self) -> Store:
        return SQLiteStore(self.path, clock=self.clock, codec=self.codec)


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
