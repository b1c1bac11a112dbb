"""Agents that wait for each other, and agents that must not overwrite each other."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from headroom import MemoryStore, SharedContext, VersionConflict, WaitTimeout


class Deaf(MemoryStore):
    """A store that notifies nobody."""

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        del namespace, key, wake
        return lambda: None


def later(action: Callable[[], object], seconds: float = 0.1) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


@pytest.mark.parametrize("store", [MemoryStore, Deaf])
def test_a_waiter_gets_what_is_put_later(store: type[MemoryStore]) -> None:
    ctx = SharedContext(store=store())
    timer = later(lambda: ctx.put("plan", "fly"))
    assert ctx.wait_for("plan", timeout=10).original == "fly"
    timer.join()


def test_what_is_there_needs_no_waiting() -> None:
    ctx = SharedContext()
    entry = ctx.put("plan", "fly")
    start = time.monotonic()
    assert ctx.wait_for("plan", timeout=10) == entry
    assert time.monotonic() - start < 1


def test_a_notification_is_faster_than_looking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom.context.waiting._FIRST_PAUSE", 30.0)
    monkeypatch.setattr("headroom.context.waiting._LONGEST_PAUSE", 30.0)
    ctx = SharedContext()
    timer = later(lambda: ctx.put("plan", "fly"))
    start = time.monotonic()
    ctx.wait_for("plan", timeout=20)
    assert time.monotonic() - start < 5
    timer.join()


def test_waiting_for_the_next_version() -> None:
    ctx = SharedContext()
    first = ctx.put("plan", "fly")
    timer = later(lambda: ctx.put("plan", "walk"))
    second = ctx.wait_for("plan", timeout=10, after=first.version)
    assert (second.original, second.version > first.version) == ("walk", True)
    timer.join()


def test_a_wait_ends_with_an_error_that_is_a_timeout_error() -> None:
    ctx = SharedContext()
    with pytest.raises(WaitTimeout, match=r"nothing was put under 'plan' within 0\.05 seconds"):
        ctx.wait_for("plan", timeout=0.05)
    with pytest.raises(TimeoutError):
        asyncio.run(ctx.await_for("plan", timeout=0))


def test_waiting_leaves_nothing_behind() -> None:
    store = MemoryStore()
    ctx = SharedContext(store=store)
    ctx.put("plan", "fly")
    ctx.wait_for("plan")
    asyncio.run(ctx.await_for("plan"))
    assert len(store._watchers) == 0


def test_a_store_that_cannot_be_watched_is_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    class Unwatched(MemoryStore):
        def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
            raise ConnectionError("no route to host")

    store = Unwatched()
    ctx = SharedContext(store=store, on_error="passthrough")
    timer = later(lambda: SharedContext(store=store).put("plan", "fly"))
    assert ctx.wait_for("plan", timeout=20).original == "fly"
    timer.join()
    assert "the store failed (ConnectionError)" in caplog.text


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_a_timeout_that_makes_no_sense(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout must be 0 or more seconds"):
        SharedContext().wait_for("plan", timeout=timeout)


@pytest.mark.parametrize("store", [MemoryStore, Deaf])
def test_many_coroutines_wait_without_holding_threads(store: type[MemoryStore]) -> None:
    ctx = SharedContext(store=store())

    async def run() -> list[str]:
        # More than any pool of threads has: if each wait held one, nobody could put.
        waits = [asyncio.create_task(ctx.await_for("plan", timeout=20)) for _ in range(100)]
        await asyncio.sleep(0.05)
        await ctx.aput("plan", "fly")
        return [entry.original for entry in await asyncio.gather(*waits)]

    assert asyncio.run(run()) == ["fly"] * 100


def test_put_where_nothing_is_expected() -> None:
    ctx = SharedContext()
    entry = ctx.put("plan", "fly", expected_version=0)
    with pytest.raises(VersionConflict, match=f"has nothing, and version {entry.version} is there"):
        ctx.put("plan", "walk", expected_version=0)
    assert ctx.get("plan") == "fly"


def test_put_where_a_version_is_expected() -> None:
    ctx = SharedContext()
    first = ctx.put("plan", "fly")
    second = ctx.put("plan", "walk", expected_version=first.version)
    with pytest.raises(VersionConflict) as error:
        ctx.put("plan", "swim", expected_version=first.version)
    assert (error.value.key, error.value.expected) == ("plan", first.version)
    ctx.delete("plan")
    with pytest.raises(VersionConflict, match="and nothing is there"):
        ctx.put("plan", "swim", expected_version=second.version)


@pytest.mark.parametrize(("version", "kind"), [(-1, ValueError), ("1", TypeError)])
def test_a_version_that_makes_no_sense(version: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="expected_version must be"):
        SharedContext().put("plan", "fly", expected_version=version)  # type: ignore[arg-type]


def test_nobodys_work_is_lost_by_those_who_expect() -> None:
    ctx = SharedContext()
    ctx.put("count", "0")

    def add_ten() -> None:
        added = 0
        while added < 10:
            entry = ctx.require("count")
            number = str(int(entry.original) + 1)
            try:
                ctx.put("count", number, expected_version=entry.version)
            except VersionConflict:
                continue
            added += 1

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ctx.get("count") == "40"
