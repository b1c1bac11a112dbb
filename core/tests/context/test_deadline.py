"""A store that is slow counts as one that failed."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headroom import (
    AsyncStore,
    Header,
    Limits,
    MemoryStore,
    Missing,
    Record,
    SharedContext,
    StoreError,
    StoreTimeout,
)
from headroom.context.deadline import BoundedCalls
from headroom_testing import ManualClock


class Hangs(MemoryStore):
    """Does nothing while it is not let go."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.calls = 0

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        self.calls += 1
        self.goes_on.wait()
        return super().get(namespace, key, with_original=with_original)

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        self.calls += 1
        self.goes_on.wait()
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@pytest.fixture
def store() -> Iterator[Hangs]:
    hangs = Hangs()
    yield hangs
    hangs.goes_on.set()


def serving() -> int:
    return sum(thread.name == "headroom-store" for thread in threading.enumerate())


# Blocking


def test_the_original_goes_on_where_the_store_hangs(
    store: Hangs, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=store, store_timeout=0.1, on_error="passthrough")
    store.goes_on.clear()
    began = time.perf_counter()
    entry = ctx.put("rows", [{"id": n, "state": "ok"} for n in range(60)])
    assert entry.compressed == entry.original
    assert ctx.get("rows") is None
    assert time.perf_counter() - began < 5
    stats = ctx.stats()
    # One was waited for; no other was made.
    assert (stats.store_timeouts, store.calls) == (1, 1)
    assert stats.store_errors > 1
    # Once for all of them.
    assert caplog.text.count("the store failed") == 1


class HangsAskedForStats(Hangs):
    def headers(self, namespace: str) -> list[Header]:
        self.goes_on.wait()
        return super().headers(namespace)


async def test_stats_tell_what_is_known_of_a_store_that_hangs() -> None:
    store = HangsAskedForStats()
    ctx = SharedContext(store=store, store_timeout=0.1)
    ctx.put("rows", [{"id": n, "state": "ok"} for n in range(60)])
    ctx.savings.add("clerk", views=1, not_sent=900)
    assert ctx.stats().unread is None
    store.goes_on.clear()
    stats = ctx.stats()
    assert (stats.handoffs.saved, stats.store_timeouts, stats.entries) == (900, 1, 0)
    assert "0.1 seconds" in (stats.unread or "")
    assert str(stats).startswith("what is stored is not known: the store did not answer")
    assert "900 tokens not sent" in str(stats)
    assert (await ctx.astats()).unread
    store.goes_on.set()


def test_the_error_says_how_long_was_waited(store: Hangs) -> None:
    ctx = SharedContext(store=store, store_timeout=0.1)
    store.goes_on.clear()
    with pytest.raises(StoreTimeout, match=r"did not answer within 0\.1 seconds"):
        ctx.get("rows")
    with pytest.raises(StoreError, match=r"did not answer within 0\.1 seconds before"):
        ctx.get("rows")


def test_a_store_that_hangs_is_asked_again_now_and_then() -> None:
    clock = ManualClock()
    calls = BoundedCalls(0.05, clock)
    goes_on = threading.Event()

    def hang() -> bool:
        return goes_on.wait()

    def refused() -> bool:
        try:
            calls.call(lambda: True)
        except StoreTimeout:
            return True
        return False

    before = serving()
    with pytest.raises(StoreTimeout):
        calls.call(hang)
    # Each attempt makes the pause longer, and costs a thread at most.
    for pause in (0.25, 0.5, 1.0):
        for _ in range(50):
            assert refused()
        clock.advance(pause - 0.01)
        assert refused()
        clock.advance(0.02)
        with pytest.raises(StoreTimeout):
            calls.call(hang)
    assert calls.timeouts == 4
    assert serving() - before <= 4
    clock.advance(10)
    assert not refused()
    assert not refused()
    goes_on.set()


def test_while_one_tries_the_others_do_not_wait() -> None:
    clock = ManualClock()
    calls = BoundedCalls(0.05, clock)
    goes_on, is_asked = threading.Event(), threading.Event()
    with pytest.raises(StoreTimeout):
        calls.call(goes_on.wait)
    clock.advance(1)
    slow = BoundedCalls(20, clock)
    # The attempt takes its time.
    calls._seconds = slow._seconds

    def attempt() -> None:
        is_asked.set()
        goes_on.wait()

    thread = threading.Thread(target=calls.call, args=(attempt,))
    thread.start()
    assert is_asked.wait(10)
    with pytest.raises(StoreTimeout):
        calls.call(lambda: None)
    goes_on.set()
    thread.join()
    calls.call(lambda: None)


def test_calls_that_hang_are_bounded_in_number() -> None:
    clock = ManualClock()
    calls = BoundedCalls(0.001, clock)
    goes_on = threading.Event()
    hung = 0
    for _ in range(200):
        clock.advance(1000)
        try:
            calls.call(lambda: hang(goes_on))
        except StoreTimeout as error:
            hung += "store_timeout" in str(error)
    assert hung == 64
    goes_on.set()


def hang(goes_on: threading.Event) -> None:
    goes_on.wait()


def test_errors_of_a_store_come_through_and_are_no_timeouts() -> None:
    calls = BoundedCalls(5)

    def fail() -> None:
        raise KeyError("theirs")

    for _ in range(3):
        with pytest.raises(KeyError, match="theirs"):
            calls.call(fail)
    assert calls.timeouts == 0


def test_many_callers_at_once_get_their_own_answers() -> None:
    calls = BoundedCalls(20)
    wrong: list[int] = []

    def work(number: int) -> None:
        answers = [calls.call(functools.partial(pow, number, turn)) for turn in range(200)]
        if answers != [pow(number, turn) for turn in range(200)]:
            wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert serving() <= 64


def test_a_store_that_may_not_be_called_in_a_thread_says_so_there() -> None:
    asked: list[threading.Thread] = []

    class Elsewhere(Hangs):
        def check_thread(self) -> None:
            asked.append(threading.current_thread())
            raise StoreError("not in this thread")

    elsewhere = Elsewhere()
    ctx = SharedContext(store=elsewhere)
    with pytest.raises(StoreError, match="not in this thread"):
        ctx.get("notes")
    assert asked == [threading.current_thread()]
    assert elsewhere.calls == 0


def test_the_store_of_this_process_needs_no_thread() -> None:
    before = serving()
    ctx = SharedContext()
    ctx.put("key", "content")
    ctx.get("key")
    assert serving() == before


def test_no_deadline_where_none_is_wanted(store: Hangs) -> None:
    ctx = SharedContext(store=store, store_timeout=None)
    store.goes_on.clear()
    thread = threading.Thread(target=ctx.put, args=("key", "content"))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    store.goes_on.set()
    thread.join()
    assert ctx.get("key") == "content"


def test_waiting_for_a_key_outlasts_a_store_that_hangs_for_a_while(store: Hangs) -> None:
    ctx = SharedContext(store=store, store_timeout=0.05, on_error="passthrough")
    ctx.put("key", "content")
    store.goes_on.clear()
    threading.Timer(0.2, store.goes_on.set).start()
    assert ctx.wait_for("key", timeout=20).original == "content"


def test_closing_does_not_wait_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    goes_on = threading.Event()

    class Stays(MemoryStore):
        def close(self) -> None:
            goes_on.wait()

    ctx = SharedContext(store=Stays(), store_timeout=0.1)
    ctx._owns_store = True
    ctx.close()
    assert "the store was not closed" in caplog.text
    goes_on.set()


@pytest.mark.parametrize(
    ("timeout", "error"),
    [(0, ValueError), (-1, ValueError), (float("nan"), ValueError), ("2", TypeError),
     (True, TypeError)],
)  # fmt: skip
def test_a_deadline_that_makes_no_sense(timeout: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        SharedContext(store_timeout=timeout)  # type: ignore[arg-type]


# SQLite keeps it by itself


def test_a_file_that_another_process_has_locked(tmp_path: Path) -> None:
    path = tmp_path / "context.db"
    ctx = SharedContext(
        store=f"sqlite:///{path}", store_timeout=0.2, on_error="passthrough", max_entries=None
    )
    ctx.put("first", "content")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = serving()
    began = time.perf_counter()
    entry = ctx.put("rows", [{"id": n, "state": "ok"} for n in range(60)])
    assert time.perf_counter() - began < 5
    assert entry.compressed == entry.original
    assert ctx.get("first") == "content"
    assert ctx.stats().store_errors >= 1
    other.execute("ROLLBACK")
    other.close()
    entry = ctx.put("rows", [{"id": n, "state": "ok"} for n in range(60)])
    assert entry.compressed != entry.original
    assert serving() == before
    ctx.close()


def test_writes_wait_no_longer_for_each_other_than_for_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "context.db"
    ctx = SharedContext(store=f"sqlite:///{path}", store_timeout=0.3, max_entries=None)
    ctx.put("first", "content")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    took: list[float] = []

    def put(number: int) -> None:
        began = time.perf_counter()
        with pytest.raises(StoreError):
            ctx.put(f"{number}", "content")
        took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One after the other they would have waited for 1.8 seconds.
    assert max(took) < 1.2
    other.close()
    ctx.put("last", "content")
    assert ctx.get("last") == "content"
    ctx.close()


# Awaited


class HangsAwaited(MemoryStore):
    """A store to be awaited that hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = False
        self.ended = 0

    def asynchronous(self) -> AsyncStore:
        return Awaited(self)  # type: ignore[return-value]


class Awaited:
    def __init__(self, store: HangsAwaited) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., object]:
        async def operation(*arguments: object, **options: object) -> object:
            if self._store.hangs:
                try:
                    await asyncio.Event().wait()
                finally:
                    self._store.ended += 1
            return getattr(self._store, name)(*arguments, **options)

        return operation


def test_an_awaited_store_that_hangs() -> None:
    async def use() -> None:
        store = HangsAwaited()
        ctx = SharedContext(store=store, store_timeout=0.1, on_error="passthrough")
        assert (await ctx.aput("key", "content")).version
        store.hangs = True
        began = time.perf_counter()
        entries = await asyncio.gather(*(ctx.aput(f"{n}", "content") for n in range(10)))
        assert time.perf_counter() - began < 5
        assert {entry.failure for entry in entries} == {"the store failed"}
        await asyncio.sleep(0)
        # What hung was cancelled.
        assert store.ended == 10
        store.hangs = False
        assert ctx.stats().store_timeouts == 10

    asyncio.run(use())


def test_a_cancelled_wait_cancels_the_call() -> None:
    async def use() -> None:
        store = HangsAwaited()
        ctx = SharedContext(store=store, store_timeout=20)
        store.hangs = True
        task = asyncio.create_task(ctx.aget("key"))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert store.ended == 1

    asyncio.run(use())


def test_a_loop_that_was_held_up_is_no_store_that_hangs() -> None:
    async def use() -> None:
        class Slow(HangsAwaited):
            def asynchronous(self) -> AsyncStore:
                return Turns(self)  # type: ignore[return-value]

        class Turns(Awaited):
            def __getattr__(self, name: str) -> Callable[..., object]:
                async def operation(*arguments: object, **options: object) -> object:
                    await asyncio.sleep(0)
                    time.sleep(0.1)
                    await asyncio.sleep(0)
                    return getattr(self._store, name)(*arguments, **options)

                return operation

        ctx = SharedContext(store=Slow(), store_timeout=0.05)
        assert await ctx.aget("key") is None

    asyncio.run(use())


def test_a_store_that_only_blocks_leaves_the_loop_free(store: Hangs) -> None:
    async def use() -> None:
        ctx = SharedContext(store=store, store_timeout=0.1, on_error="passthrough")
        store.goes_on.clear()
        entries = await asyncio.gather(*(ctx.aput(f"{n}", "content") for n in range(20)))
        assert {entry.failure for entry in entries} == {"the store failed"}
        assert (await ctx.astats()).store_timeouts < 20

    asyncio.run(use())
