"""A fork is safe at any moment: what a child inherits works there, and its parent goes on."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom import MemoryStore, Pipeline, SharedContext, StoreError, forking
from headroom.forking import lock, undisturbed
from headroom_testing.forks import fork_under_load, forks_wanted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def in_child(work: Callable[[], bool], seconds: float = 20) -> int:
    """Forks, and does something in the child: 0 where that is true, -9 where it hangs."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            code = 0 if work() else 1
        finally:
            os._exit(code)
    return ended(child, seconds)


def ended(child: int, seconds: float = 20) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, 9)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/context.db"


def rows(count: int = 60) -> list[dict[str, object]]:
    return [{"id": n, "status": "ok", "took": n * n % 17} for n in range(count)]


# Under load. 200 forks of each: nox -s forks


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_forks_under_load(kind: str, url: str) -> None:
    fork_under_load("memory://" if kind == "memory" else url, forks_wanted(4))


# What a process imports when it first does something

_IMPORTS = """
import asyncio, sys, threading
import headroom
from headroom.forking import undisturbed

rows = [{{"id": n, "state": "paid" if n % 3 else "open", "took": n % 7}} for n in range(99)]
url, outside = sys.argv[1], []

def tell(event, arguments):
    if event == "import" and threading.get_ident() not in undisturbed._inside:
        outside.append(arguments[0])

sys.addaudithook(tell)
{}
print(*outside)
"""


@pytest.mark.parametrize(
    "first",
    [
        "headroom.compress(rows)",
        "headroom.compress('def a(x):\\n    return x\\n' * 99)",
        "headroom.compress('function a(x) {\\n  return x;\\n}\\n' * 99)",
        "headroom.compress('<p>It rained on the hills.</p>\\n' * 99)",
        "headroom.compress('It rained on the hills. The river rose.\\n\\n' * 99)",
        "headroom.decode(headroom.compress(rows, fidelity='lossless').text)",
        "headroom.SharedContext()",
        "headroom.SharedContext(workers=2).close()",
        "headroom.SharedContext(store=url).put('k', rows)",
        "headroom.SharedContext(store=url + '?compression=zstd').put('k', rows)",
        "headroom.Codec(keys=[headroom.new_encryption_key()]).pack(b'a' * 99, b'x')",
        "headroom.RetrievalTool(headroom.SharedContext())(key='k')",
        "ctx = headroom.SharedContext(); ctx.put('k', rows); ctx.retrieve('k', where='took > 5')",
        "ctx = headroom.SharedContext(); ctx.put('k', rows); ctx.search('paid'); ctx.manifest()",
        "ctx = headroom.SharedContext(); ctx.put('k', rows)._repr_html_()",
        "asyncio.run(headroom.SharedContext().aput('k', rows))",
    ],
)
def test_no_fork_comes_between_an_import(first: str, url: str) -> None:
    command = [sys.executable, "-c", _IMPORTS.format(first), url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if "needs a package" in done.stderr:
        pytest.skip("what it imports is not installed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


# What other threads were in the middle of


class Waits:
    """A kind whose views take until somebody lets them go."""

    name = "waits"

    def __init__(self) -> None:
        self.began, self.goes_on = threading.Event(), threading.Event()

    def recognise(self, source: object) -> bool:
        return False

    def compress(self, source: object, request: object) -> None:
        self.began.set()
        self.goes_on.wait(20)


def test_a_view_that_another_thread_makes_is_made_in_the_child() -> None:
    kind = Waits()
    ctx = SharedContext(pipeline=Pipeline([kind]))
    thread = threading.Thread(target=ctx.put, args=("parent", rows()), kwargs={"kind": "waits"})
    thread.start()
    assert kind.began.wait(10)

    def put_the_same() -> bool:
        kind.goes_on = threading.Event()
        kind.goes_on.set()
        return ctx.put("child", rows(), kind="waits").original_tokens > 0

    code = in_child(put_the_same)
    kind.goes_on.set()
    thread.join()
    assert code == 0


def test_what_a_lock_guards_is_whole_in_the_child() -> None:
    guard, halves, ends = lock(), [0, 0], threading.Event()

    def change() -> None:
        while not ends.is_set():
            with guard:
                halves[0] += 1
                time.sleep(0.0001)
                halves[1] += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(20):
            assert in_child(lambda: guard.acquire(timeout=5) and halves[0] == halves[1]) == 0
    finally:
        ends.set()
        thread.join()


def test_a_lock_that_is_not_let_go_holds_up_no_fork_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(forking, "_PATIENCE", 0.05)
    guard, taken, goes_on = lock(), threading.Event(), threading.Event()

    def hold() -> None:
        with guard:
            taken.set()
            goes_on.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(10)
    with caplog.at_level(logging.WARNING):
        assert in_child(lambda: guard.acquire(timeout=5)) == 0
    goes_on.set()
    thread.join()
    assert "did not wait any longer" in caplog.text
    assert guard.acquire(timeout=5)
    guard.release()


def test_a_lock_whose_holder_is_about_to_enter_a_block_holds_up_no_fork() -> None:
    guard, taken = lock(), threading.Event()

    def work() -> None:
        with guard:
            taken.set()
            time.sleep(0.05)
            with undisturbed:
                pass

    thread = threading.Thread(target=work)
    thread.start()
    taken.wait(10)
    began = time.monotonic()
    assert in_child(lambda: guard.acquire(timeout=5)) == 0
    assert time.monotonic() - began < 10
    thread.join()


def test_forks_of_several_threads_at_once() -> None:
    ctx = SharedContext()
    ctx.put("parent", "content")
    codes: list[int] = []

    def work() -> None:
        codes.extend(
            in_child(lambda: ctx.put("key", "content").original == "content") for _ in range(5)
        )

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0] * 15


def test_one_function_is_registered_at_import() -> None:
    script = (
        "import os\n"
        "calls = []\n"
        "real = os.register_at_fork\n"
        "def register(**functions):\n"
        "    modules = [str(getattr(f, '__module__', '')) for f in functions.values()]\n"
        "    if any(module.startswith('headroom') for module in modules):\n"
        "        calls.append(functions)\n"
        "    real(**functions)\n"
        "os.register_at_fork = register\n"
        "import headroom, threading\n"
        "from headroom.handoff import Handoff\n"
        "assert threading.active_count() == 1\n"
        "ctx = headroom.SharedContext()\n"
        "ctx.put('key', [{'n': n} for n in range(99)])\n"
        "ctx.retrieve('key', query='n 7')\n"
        "assert len(calls) == 1, calls\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


# Files


def test_the_parent_may_close_while_its_child_writes(url: str) -> None:
    # SQLite keeps in mind which locks the process has; those of the parent are not the child's.
    ctx = SharedContext(store=url)
    ctx.put("parent", "before the fork")
    to_child, from_child = os.pipe(), os.pipe()

    def write() -> bool:
        ctx.put("child", "before the end")
        os.write(from_child[1], b".")
        os.read(to_child[0], 1)
        ctx.put("child too", "after the end")
        return True

    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if write() else 1)
        finally:
            os._exit(2)
    os.read(from_child[0], 1)
    ctx.close()
    with SharedContext(store=url) as other:
        other.put("other", "meanwhile")
    os.write(to_child[1], b".")
    assert ended(child) == 0
    with SharedContext(store=url) as ctx:
        assert sorted(ctx.keys()) == ["child", "child too", "other", "parent"]


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells")
def test_a_child_has_locks_of_its_own(url: str) -> None:
    with SharedContext(store=url) as ctx:
        ctx.put("parent", "content")

        def locks() -> bool:
            ctx.put("child", "content")
            held = Path("/proc/locks").read_text().splitlines()
            return any(str(os.getpid()) in line.split() for line in held)

        assert in_child(locks) == 0
        assert ctx.keys() == ["parent", "child"]


def test_threads_of_a_child_that_begin_at_once(url: str) -> None:
    with SharedContext(store=url) as ctx:

        def begin() -> bool:
            ready, failures = threading.Barrier(8), []

            def work(number: int) -> None:
                try:
                    ready.wait(10)
                    ctx.put(f"child {number}", "content")
                except BaseException as error:
                    failures.append(error)

            threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return not failures

        for _ in range(3):
            assert in_child(begin) == 0
        assert len(ctx) == 8


def test_a_call_that_does_not_end_costs_the_child_its_file_and_nothing_else(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "_PATIENCE", 0.05)
    inside, goes_on = threading.Event(), threading.Event()

    def stay() -> None:
        with undisturbed:
            inside.set()
            goes_on.wait(20)

    with SharedContext(store=url) as ctx:
        ctx.put("parent", "content")
        thread = threading.Thread(target=stay)
        thread.start()
        inside.wait(10)

        def use() -> bool:
            with pytest.raises(StoreError, match="was forked while"):
                ctx.get("parent")
            return SharedContext().put("key", "content").original == "content"

        code = in_child(use)
        goes_on.set()
        thread.join()
        assert code == 0
        assert ctx.get("parent") == "content"
        # The next one is whole again.
        assert in_child(lambda: ctx.get("parent") == "content") == 0


def test_children_of_children_and_a_server_that_forks_its_workers(url: str) -> None:
    with SharedContext(store=url, max_entries=None) as ctx:
        ctx.put("config", rows())

        def serve(worker: int) -> bool:
            for number in range(10):
                ctx.put(f"{worker} {number}", f"answer {number}")
                assert ctx.get("config", full=True)
            return in_child(lambda: ctx.put(f"{worker} grandchild", "content").version > 0) == 0

        children = []
        for worker in range(4):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    code = 0 if serve(worker) else 2
                finally:
                    os._exit(code)
            children.append(child)
        assert [ended(child) for child in children] == [0] * 4
        assert len(ctx) == 1 + 4 * 11
        assert all(ctx.get(f"{worker} 9") == "answer 9" for worker in range(4))


# Leases, waiting


def test_a_lease_is_renewed_in_the_child() -> None:
    ctx = SharedContext(store=MemoryStore(), ttl=0.05)
    run = ctx.lease("run", seconds=0.3)
    with run.active():
        ctx.put("owed", "content")

    def wait() -> bool:
        time.sleep(0.7)
        held = ctx.get("owed") == "content"
        run.release()
        return held and ctx.get("owed") is None

    assert in_child(wait) == 0
    assert ctx.get("owed") == "content"
    run.release()


def test_a_lease_outlives_the_parent_that_took_it(url: str) -> None:
    # As where a program makes itself a daemon: it forks, and its parent exits.
    ctx = SharedContext(store=url, ttl=0.05)
    run = ctx.lease("run", seconds=0.3)
    with run.active():
        ctx.put("owed", "content")

    readable, writable = os.pipe()

    def become_daemon() -> bool:
        if os.fork() == 0:
            time.sleep(0.8)
            os.write(writable, (ctx.get("owed") or "nothing").encode())
            os._exit(0)
        return True

    assert in_child(become_daemon) == 0
    # Nor is it the first process that goes on to renew it.
    ctx.close()
    assert os.read(readable, 100) == b"content"


def test_a_child_does_not_take_up_again_what_its_parent_ended(url: str) -> None:
    with SharedContext(store=url, ttl=0.05) as ctx:
        run = ctx.lease("run", seconds=0.3)
        with run.active():
            ctx.put("owed", "content")
        child = os.fork()
        if child == 0:
            time.sleep(1)
            os._exit(0)
        run.release()
        time.sleep(0.5)
        assert ctx.get("owed") is None
        assert ctx.stats().leased == 0
        assert ended(child) == 0


def test_a_child_wakes_nobody_of_its_parent() -> None:
    ctx = SharedContext()
    woken: list[int] = []
    end = ctx.store.watch("default", "key", lambda: woken.append(1))

    def put() -> bool:
        ctx.put("key", "content")
        return not woken

    assert in_child(put) == 0
    ctx.put("key", "content")
    assert woken == [1]
    end()


# multiprocessing

SCRIPT = """
import multiprocessing, sys, threading, warnings
from concurrent.futures import ProcessPoolExecutor
from headroom import SharedContext

warnings.simplefilter("ignore", DeprecationWarning)
ctx = None

def opened(url):
    global ctx
    if ctx is None:
        ctx = SharedContext(store=url, max_entries=None)
    return ctx

def work(url, name):
    used = opened(url)
    used.put(name, [{"id": n, "name": name} for n in range(30)])
    return used.get(name, full=True) is not None and "29" in used.retrieve(name, query="29").text

if __name__ == "__main__":
    url, method = sys.argv[1:]
    context = multiprocessing.get_context(method)
    opened(url)
    ended = threading.Event()
    def load():
        while not ended.is_set():
            work(url, "parent")
    thread = threading.Thread(target=load)
    thread.start()
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            done = list(pool.map(work, [url] * 4, [f"pool {n}" for n in range(4)], timeout=60))
        assert done == [True] * 4, done
        if method == "fork":
            one = context.Process(target=work, args=(url, "process"))
            one.start()
            one.join(60)
            assert one.exitcode == 0, one.exitcode
    finally:
        ended.set()
        thread.join(60)
    assert set(ctx.keys()) - {"process"} == {"parent", *(f"pool {n}" for n in range(4))}
"""


# What starts an interpreter takes its time.
@pytest.mark.parametrize("method", ["fork", *(["forkserver", "spawn"] * (forks_wanted(0) > 0))])
def test_multiprocessing(method: str, url: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script, url, method],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
