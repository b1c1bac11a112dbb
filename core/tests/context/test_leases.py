"""What a live run shows or owes is neither evicted nor expired."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from headroom import (
    Header,
    Limits,
    MemoryStore,
    Missing,
    Record,
    SharedContext,
    SQLiteStore,
    Store,
    StoreError,
    Usage,
)
from headroom_testing import FaultyStore, ManualClock


def rows(number: int = 0) -> list[dict[str, object]]:
    return [{"id": number * 1000 + n, "state": "ok"} for n in range(60)]


VIEW: str = SharedContext().put("rows", rows()).compressed


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore(clock=clock, wall_clock=clock)
    else:
        made = SQLiteStore(tmp_path / "context.db", clock=clock)
    yield made
    made.close()


# What is held


def test_all_that_a_run_puts_stays_until_its_end(store: Store) -> None:
    ctx = SharedContext(store=store)
    with ctx.lease("run"):
        views = [ctx.put(f"result {n}", rows(n)).compressed for n in range(105)]
        assert [ctx.original_of(view) is not None for view in views] == [True] * 105
        assert len(ctx) == 105
    ctx.put("after", "the run")
    assert len(ctx) == 100


def test_what_a_run_shows_outlives_its_time(store: Store, clock: ManualClock) -> None:
    ctx = SharedContext(store=store, ttl=60)
    view = ctx.put("rows", rows()).compressed
    with ctx.lease("run", seconds=1000):
        assert ctx.get("rows") == view
        clock.advance(500)
        assert ctx.get("rows", full=True) == ctx.original_of(view)
        assert ctx.retrieve("rows", query="id 7").text
        assert ctx.stats().leased == 1
    assert ctx.get("rows") is None


@pytest.mark.parametrize(
    "show",
    [
        lambda ctx: ctx.get("rows"),
        lambda ctx: ctx.get("rows", full=True),
        lambda ctx: ctx.get("rows", query="id 7"),
        lambda ctx: ctx.get_entry("rows"),
        lambda ctx: ctx.require("rows"),
        lambda ctx: ctx.wait_for("rows", timeout=1),
        lambda ctx: ctx.retrieve("rows", query="id 7"),
        lambda ctx: ctx.is_view(VIEW),
        lambda ctx: ctx.original_of(VIEW),
    ],
)
def test_every_verb_that_shows_holds(show: Callable[[SharedContext], object]) -> None:
    ctx = SharedContext()
    ctx.put("rows", rows())
    with ctx.lease("run"):
        show(ctx)
        assert ctx.stats().leased == 1
    assert ctx.stats().leased == 0


def test_what_is_only_looked_for_is_not_held() -> None:
    ctx = SharedContext()
    ctx.put("rows", rows())
    with ctx.lease("run"):
        assert "rows" in ctx
        assert ctx.keys() == ["rows"]
        assert ctx.get("other") is None
        assert not ctx.is_view("no view")
        assert ctx.stats().leased == 0


def test_an_overwritten_original_is_still_owed(store: Store) -> None:
    ctx = SharedContext(store=store)
    with ctx.lease("run"):
        first = ctx.put("rows", rows(1))
        ctx.put("rows", rows(2))
        assert ctx.original_of(first.compressed) == first.original
        assert ctx.retrieve(first.reference, rows="1").text
    assert ctx.original_of(first.compressed) is None


def test_what_is_deleted_is_gone(store: Store) -> None:
    ctx = SharedContext(store=store)
    with ctx.lease("run"):
        view = ctx.put("rows", rows()).compressed
        ctx.delete("rows")
        assert ctx.original_of(view) is None


def test_references_can_be_held_by_name() -> None:
    ctx = SharedContext(max_entries=1)
    entry = ctx.put("rows", rows())
    run = ctx.lease("run")
    run.hold(entry.reference)
    ctx.put("other", "content")
    assert ctx.get("rows") is not None
    run.release()
    run.hold(entry.reference)
    assert run.released
    assert ctx.stats().leased == 0


def test_a_read_that_meets_an_eviction_shows_no_view() -> None:
    class Evicts(MemoryStore):
        def lease(
            self, namespace: str, holder: str, references: Collection[str], *, seconds: float
        ) -> bool:
            # Another process was faster, between the read and this.
            self.delete(namespace, "rows")
            return super().lease(namespace, holder, references, seconds=seconds)

    ctx = SharedContext(store=Evicts())
    ctx.put("rows", rows())
    with ctx.lease("run"):
        assert ctx.get("rows") is None


# Where it holds


def test_a_lease_holds_for_its_own_context_and_block_alone() -> None:
    one, two = SharedContext(), SharedContext()
    with one.lease("run"):
        one.put("rows", rows())
        two.put("rows", rows())
    one.put("after", "the block")
    assert (one.stats().leased, two.stats().leased) == (0, 0)


def test_an_outer_run_holds_what_an_inner_one_puts() -> None:
    ctx = SharedContext(max_entries=1)
    with ctx.lease("outer"):
        with ctx.lease("inner"):
            ctx.put("rows", rows())
        ctx.put("other", "content")
        assert ctx.get("rows") is not None


def test_threads_take_part_by_saying_so() -> None:
    ctx = SharedContext()
    with ctx.lease("run") as run:

        def put(key: str) -> None:
            with run.active():
                ctx.put(key, key)

        threads = [
            threading.Thread(target=put, args=("active",)),
            threading.Thread(target=contextvars.copy_context().run, args=(ctx.put, "copied", "c")),
            threading.Thread(target=ctx.put, args=("outside", "o")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ctx.stats().leased == 2


def test_tasks_of_a_run_hold_for_it() -> None:
    async def use() -> None:
        async with SharedContext(max_entries=3) as ctx:
            async with ctx.lease("run") as run:
                await asyncio.gather(*(ctx.aput(f"{n}", f"content {n}") for n in range(8)))
                await run.ahold("0" * 64)
                assert (await ctx.astats()).leased == 8
                await asyncio.gather(*(ctx.aget(f"{n}") for n in range(8)))
            assert (await ctx.astats()).leased == 0

    asyncio.run(use())


def test_a_block_may_be_left_in_another_task() -> None:
    async def use() -> None:
        ctx = SharedContext()
        run = ctx.lease("run")
        await asyncio.create_task(run.__aenter__())
        await run.__aexit__()
        await ctx.aput("key", "content")
        assert (await ctx.astats()).leased == 0

    asyncio.run(use())


def test_two_runs_of_one_name_share_a_lease() -> None:
    ctx = SharedContext(max_entries=1)
    with ctx.lease("run"):
        ctx.put("one", "1")
        with ctx.lease("run"):
            ctx.put("two", "2")
        ctx.put("three", "3")
        assert ctx.keys() == ["one", "two", "three"]
    assert ctx.stats().leased == 0


def test_runs_without_a_name_share_nothing() -> None:
    ctx = SharedContext()
    one, two = ctx.lease(), ctx.lease()
    assert one.holder != two.holder
    with one.active(), two.active():
        ctx.put("key", "content")
    one.release()
    assert ctx.stats().leased == 1
    two.release()
    assert ctx.stats().leased == 0


# How long


class Watched(MemoryStore):
    """Tells of each renewal."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock=clock, wall_clock=clock)
        self.leases = 0
        self.renewed = threading.Event()

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        self.leases += 1
        if not references:
            self.renewed.set()
        return super().lease(namespace, holder, references, seconds=seconds)


def test_a_lease_renews_itself_as_long_as_it_lives(clock: ManualClock) -> None:
    store = Watched(clock)
    ctx = SharedContext(store=store, ttl=0.1)
    with ctx.lease("run", seconds=0.3):
        ctx.put("rows", rows())
        for _ in range(3):
            store.renewed.clear()
            assert store.renewed.wait(20), "it was not renewed"
            clock.advance(0.2)
        assert ctx.stats().entries == 1
        # Now: it may end at once with the last lease.
        thread = renewing(ctx)
    ctx.close()
    thread.join(20)
    assert not thread.is_alive()


def test_a_renewal_that_fails_is_told_once_and_tried_again(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Watched):
        down = False

        def lease(
            self, namespace: str, holder: str, references: Collection[str], *, seconds: float
        ) -> bool:
            held = super().lease(namespace, holder, references, seconds=seconds)
            if self.down and not references:
                raise ConnectionError("no route to host")
            return held

    store = Failing(clock)
    ctx = SharedContext(store=store)
    with ctx.lease("run", seconds=0.3):
        ctx.put("rows", rows())
        for turn in (1, 2):
            for store.down in (True, False):
                # When the third begins, the second has ended.
                for _ in range(3):
                    store.renewed.clear()
                    assert store.renewed.wait(20), "it was not tried again"
            told = [one.message for one in caplog.records if "lease" in one.message]
            assert told == ["the lease of 'run' could not be renewed (StoreError)"] * turn
    ctx.close()


def test_a_lease_that_was_dropped_is_renewed_no_more(clock: ManualClock) -> None:
    store = Watched(clock)
    ctx = SharedContext(store=store, ttl=1)
    run = ctx.lease("run", seconds=0.2)
    with run.active():
        ctx.put("rows", rows())
    thread = renewing(ctx)
    del run
    gc.collect()
    thread.join(20)
    assert not thread.is_alive()
    clock.advance(2)
    assert ctx.get("rows") is None


def renewing(ctx: SharedContext) -> threading.Thread:
    """The thread that renews the leases of a context."""
    thread = ctx._verbs.leases._renewing._thread
    assert thread is not None
    return thread


def test_a_context_that_was_dropped_leaves_no_thread() -> None:
    ctx = SharedContext()
    run = ctx.lease("run")
    with run.active():
        ctx.put("rows", rows())
    thread = renewing(ctx)
    del ctx, run
    gc.collect()
    thread.join(20)
    assert not thread.is_alive()


def test_namespaces_share_one_thread() -> None:
    def alive() -> int:
        return sum(thread.name == "headroom-leases" for thread in threading.enumerate())

    gc.collect()
    before = alive()
    ctx = SharedContext()
    runs = []
    for number in range(50):
        runs.append(ctx.in_namespace(f"tenant {number}").lease("run"))
        with runs[-1].active():
            ctx.in_namespace(f"tenant {number}").put("rows", rows())
    assert alive() <= before + 1
    ctx.close()


def test_a_short_lease_in_another_namespace_is_renewed_in_time(clock: ManualClock) -> None:
    store = Watched(clock)
    ctx = SharedContext(store=store, ttl=0.1)
    with ctx.lease("long", seconds=3000), ctx.in_namespace("other").lease("short", seconds=0.3):
        ctx.put("rows", rows())
        # The thread is about to wait for as long as the long one has.
        until = time.monotonic() + 20
        while ctx._verbs.leases._renewing._pause != 1000:
            assert time.monotonic() < until
        ctx.in_namespace("other").put("rows", rows())
        for _ in range(2):
            store.renewed.clear()
            assert store.renewed.wait(20), "it was not renewed"
    ctx.close()


def test_no_thread_and_no_call_before_something_is_held() -> None:
    store = Watched(ManualClock())
    ctx = SharedContext(store=store)
    with ctx.lease("run"):
        pass
    assert store.leases == 0
    assert ctx._verbs.leases._renewing._thread is None


def test_what_is_held_is_not_held_again() -> None:
    store = Watched(ManualClock())
    ctx = SharedContext(store=store)
    with ctx.lease("run"):
        ctx.put("rows", rows())
        for _ in range(50):
            ctx.get("rows")
            ctx.is_view(VIEW)
    assert store.leases == 1


def test_a_run_that_slept_too_long_holds_again_what_is_there(
    store: Store, clock: ManualClock
) -> None:
    ctx = SharedContext(store=store)
    with ctx.lease("run", seconds=60) as run:
        ctx.put("one", rows(1))
        ctx.put("two", rows(2), ttl=1)
        clock.advance(100)
        assert ctx.stats().leased == 0
        run.renew()
        assert ctx.stats().leased == 1
        assert ctx.keys() == ["one"]


def test_a_run_can_be_taken_up_elsewhere(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/context.db"
    program = (
        "import sys; from headroom import SharedContext\n"
        "ctx = SharedContext(store=sys.argv[1], ttl=0.2)\n"
        "run = ctx.lease('run 7', seconds=600)\n"
        "with run.active(): print(ctx.put('rows', 'payload ' * 100).reference)\n"
        "import os; sys.stdout.flush(); os._exit(1)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", program, url], capture_output=True, text=True, check=False
    )
    assert died.returncode == 1
    with SharedContext(store=SQLiteStore(tmp_path / "context.db", clock=lambda: LATER)) as ctx:
        # The process is dead and the time of the entry is up; its run is not over.
        with ctx.lease("run 7"):
            entry = ctx.require("rows")
        assert entry.reference == died.stdout.strip()
        assert ctx.get("rows") is None


LATER = time.time() + 300


def test_leases_outlive_the_context_that_took_them(store: Store, clock: ManualClock) -> None:
    ctx = SharedContext(store=store, ttl=1)
    run = ctx.lease("run", seconds=100)
    with run.active():
        ctx.put("rows", rows())
    ctx.close()
    clock.advance(50)
    assert SharedContext(store=store).get("rows") is not None
    clock.advance(51)
    assert SharedContext(store=store).get("rows") is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_does_not_end_the_lease_of_its_parent(tmp_path: Path) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path}/context.db", max_entries=1)
    with ctx.lease("run") as run:
        ctx.put("parent", "1")
        child = os.fork()
        if child == 0:
            with run.active():
                ctx.put("child", "2")
            run.release()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ctx.put("more", "3")
        assert ctx.keys() == ["parent", "child", "more"]
    ctx.close()


def test_what_is_overwritten_just_before_it_is_held_is_held_as_it_is_then() -> None:
    class Overwritten(MemoryStore):
        """Another process puts twice while this one reads."""

        times = 0

        def lease(
            self, namespace: str, holder: str, references: Collection[str], *, seconds: float
        ) -> bool:
            if self.times:
                self.times -= 1
                other.put("plan", f"version {self.times}")
            return super().lease(namespace, holder, references, seconds=seconds)

    store = Overwritten()
    other = SharedContext(store=store)
    other.put("plan", "version 2")
    ctx = SharedContext(store=store, max_entries=1)
    store.times = 2
    with ctx.lease("run"):
        shown = ctx.require("plan")
        assert shown.original == "version 0"
        ctx.put("other", "content")
        assert store.find("default", shown.reference) is not None
        assert ctx.stats().leased == 2


# What goes wrong


def test_a_store_that_fails_to_hold_gives_the_original(caplog: pytest.LogCaptureFixture) -> None:
    class NoLeases(MemoryStore):
        def lease(
            self, namespace: str, holder: str, references: Collection[str], *, seconds: float
        ) -> bool:
            raise ConnectionError("no")

    with SharedContext(store=NoLeases()).lease("run") as run, pytest.raises(StoreError):
        run._leases.store.run(run.steps("0" * 64))
    ctx = SharedContext(store=NoLeases(), on_error="passthrough")
    with ctx.lease("run"):
        entry = ctx.put("rows", rows())
    # A view whose original may go is none to hand out.
    assert entry.compressed == entry.original
    assert entry.failure == "the store failed"
    assert ctx.stats().store_errors == 1


def test_the_end_of_a_lease_never_fails(caplog: pytest.LogCaptureFixture) -> None:
    class Stays(MemoryStore):
        def release(self, namespace: str, holder: str) -> None:
            raise ConnectionError("no")

    with SharedContext(store=Stays()) as ctx, ctx.lease("run 7", seconds=60):
        ctx.put("rows", rows())
    assert "the lease of 'run 7' ends by itself in 60 seconds" in caplog.text


def test_a_context_that_is_closed_in_the_middle_of_a_run(tmp_path: Path) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path}/context.db", on_error="passthrough")
    with ctx.lease("run"):
        ctx.put("rows", rows())
        ctx.close()
        entry = ctx.put("more", rows(1))
        assert entry.compressed == entry.original


class Plain(Store):
    """A store of somebody who knows of no leases."""

    def __init__(self) -> None:
        self._inner = MemoryStore()

    def next_version(self, namespace: str) -> int:
        return self._inner.next_version(namespace)

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        return self._inner.put(namespace, record, ttl=ttl, limits=limits, expected=expected)

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        return self._inner.get(namespace, key, with_original=with_original)

    def find(self, namespace: str, reference: str) -> Record | None:
        return self._inner.find(namespace, reference)

    def delete(self, namespace: str, key: str) -> bool:
        return self._inner.delete(namespace, key)

    def clear(self, namespace: str) -> int:
        return self._inner.clear(namespace)

    def headers(self, namespace: str) -> list[Header]:
        return self._inner.headers(namespace)

    def usage(self, namespace: str) -> Usage:
        usage = self._inner.usage(namespace)
        return Usage(usage.entries, usage.bytes, usage.expired, usage.evicted)

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        self._inner.remember_view(namespace, view_reference, reference)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return self._inner.view_origin(namespace, view_reference)

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._inner.watch(namespace, key, wake)

    def close(self) -> None:
        self._inner.close()


@pytest.mark.parametrize("make", [Plain, lambda: FaultyStore(Plain())])
def test_a_store_without_leases_works_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture, make: Callable[[], Store]
) -> None:
    ctx = SharedContext(store=make())
    for number in range(3):
        with ctx.lease(f"run {number}"):
            assert ctx.put("rows", rows(number)).compressed != ctx.get("rows", full=True)
    assert caplog.text.count("has no leases") == 1
    assert "ttl=None and max_entries=None" in caplog.text


def test_a_store_without_leases_in_many_namespaces(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(store=Plain())
    for number in range(3):
        own = ctx.in_namespace(f"thread {number}")
        with own.lease("run"):
            own.put("rows", rows(number))
    assert caplog.text.count("has no leases") == 1


def test_where_nothing_ends_no_lease_is_missed(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(store=Plain(), ttl=None, max_entries=None)
    for one in (ctx, ctx.in_namespace("thread 7")):
        with one.lease("run"):
            one.put("rows", rows())
    assert "has no leases" not in caplog.text


@pytest.mark.parametrize(
    ("holder", "seconds", "error"),
    [
        ("", 60, ValueError), (7, 60, TypeError), ("run", 0, ValueError), ("run", -1, ValueError),
        ("run", float("inf"), ValueError), ("run", None, ValueError), ("run", "60", TypeError),
    ],
)  # fmt: skip
def test_a_lease_that_makes_no_sense(
    holder: object, seconds: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        SharedContext().lease(holder, seconds=seconds)  # type: ignore[arg-type]


# Said once


def test_the_first_eviction_is_said_with_what_to_set(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=store, max_entries=3)
    for number in range(3):
        ctx.put(f"{number}", f"content {number}")
    assert "evicted" not in caplog.text
    for number in range(3, 9):
        ctx.put(f"{number}", f"content {number}")
        assert sum("evicted" in record.getMessage() for record in caplog.records) == 1
    assert "max_entries=" in caplog.text
    assert "max_bytes=" in caplog.text
    assert ctx.stats().evicted == 6


def test_an_eviction_by_bytes_is_said(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(max_entries=None, max_bytes=100)
    ctx.put("one", "a" * 60)
    assert "evicted" not in caplog.text
    ctx.put("two", "b" * 60)
    assert "evicted" in caplog.text


def test_evictions_of_before_are_not_said(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        SharedContext(store=store, max_entries=3).put(f"{number}", f"content {number}")
    caplog.clear()
    ctx = SharedContext(store=store, max_entries=100)
    for number in range(20):
        ctx.put(f"{number}", f"content {number}")
    assert "evict" not in caplog.text


def test_the_first_put_over_the_limits_is_said(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(max_entries=2)
    with ctx.lease("run"):
        for number in range(6):
            ctx.put(f"{number}", f"content {number}")
    assert caplog.text.count("over its limits") == 1
    assert "evicted" not in caplog.text
    stats = ctx.stats()
    assert (stats.over_limits, stats.evicted, stats.leased) == (4, 0, 0)


def test_nothing_is_asked_of_the_store_while_there_is_room() -> None:
    class Counted(MemoryStore):
        asked = 0

        def usage(self, namespace: str) -> Usage:
            self.asked += 1
            return super().usage(namespace)

    store = Counted()
    ctx = SharedContext(store=store)
    for number in range(100):
        ctx.put(f"{number}", f"content {number}")
    assert store.asked == 1
