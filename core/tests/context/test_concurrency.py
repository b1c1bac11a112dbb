"""Compression outside of every lock, once per content; the newest put stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from headroom import Omission, Pipeline, Request, SharedContext, Source, View

PATIENCE = 10.0


class Gate:
    """A kind that tells when it has begun, and goes on when it may."""

    name = "text"
    compressor = "gate"

    def recognise(self, source: Source) -> bool:
        return True

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.calls = 0

    def compress(self, source: Source, request: Request) -> View | None:
        self.calls += 1
        self.begun.release()
        assert self.go_on.wait(PATIENCE)
        if source.text.startswith("broken"):
            raise ZeroDivisionError
        omission = Omission("lines", ((1, 1),))
        return View("[line 1 left out]", lossless=False, omissions=(omission,))


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def ctx(gate: Gate) -> SharedContext:
    return SharedContext(pipeline=Pipeline([gate]))


def text(of: str) -> str:
    return f"{of} " * 100


def begun(gate: Gate) -> None:
    assert gate.begun.acquire(timeout=PATIENCE)


def test_nothing_waits_for_a_compression(ctx: SharedContext, gate: Gate) -> None:
    gate.go_on.set()
    ctx.put("other", text("other"), kind="text")
    begun(gate)
    gate.go_on.clear()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ctx.put, "slow", text("slow"), kind="text")
        begun(gate)
        # While one put compresses, everything else goes on.
        assert ctx.get("other") == "[line 1 left out]"
        assert ctx.put("json", "7", kind="json").original == "7"
        assert ctx.stats().entries == 2
        assert ctx.keys() == ["other", "json"]
        assert ctx.delete("json")
        gate.go_on.set()
        assert slow.result(PATIENCE).transforms == ("gate",)


def test_equal_content_at_once_is_compressed_once(ctx: SharedContext, gate: Gate) -> None:
    with ThreadPoolExecutor(8) as pool:
        puts = [pool.submit(ctx.put, f"key {n}", text("same"), kind="text") for n in range(8)]
        begun(gate)
        gate.go_on.set()
        views = {put.result(PATIENCE).compressed for put in puts}
    assert views == {"[line 1 left out]"}
    assert gate.calls == 1
    assert len(ctx) == 8


def test_other_options_make_another_view(ctx: SharedContext, gate: Gate) -> None:
    gate.go_on.set()
    ctx.put("a", text("same"), kind="text", query="one")
    ctx.put("b", text("same"), kind="text", query="two")
    ctx.put("c", text("same"), kind="text", query="one")
    assert gate.calls == 2


def test_a_slow_old_put_does_not_overwrite_a_newer_one(ctx: SharedContext, gate: Gate) -> None:
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ctx.put, "key", text("old"), kind="text")
        begun(gate)
        newer = ctx.put("key", "new", kind="json")
        gate.go_on.set()
        late = slow.result(PATIENCE)
    assert ctx.require("key") == newer
    # Its view would lead to the newer original, so it is the original itself.
    assert late.compressed == late.original == text("old")
    assert late.failure is None


@pytest.mark.parametrize("remove", [lambda ctx: ctx.delete("key"), lambda ctx: ctx.clear()])
def test_a_slow_old_put_does_not_undo_a_removal(
    ctx: SharedContext, gate: Gate, remove: Callable[[SharedContext], object]
) -> None:
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(ctx.put, "key", text("old"), kind="text")
        begun(gate)
        remove(ctx)
        gate.go_on.set()
        slow.result(PATIENCE)
    assert "key" not in ctx


def test_a_failure_is_everybodys(ctx: SharedContext, gate: Gate) -> None:
    with ThreadPoolExecutor(4) as pool:
        puts = [pool.submit(ctx.put, f"key {n}", text("broken"), kind="text") for n in range(4)]
        begun(gate)
        gate.go_on.set()
        entries = [put.result(PATIENCE) for put in puts]
    assert {entry.compressed for entry in entries} == {text("broken")}
    assert {entry.failure for entry in entries} == {"gate failed on this text: ZeroDivisionError"}
    assert ctx.stats().failures == 1


async def test_the_event_loop_stays_free(ctx: SharedContext, gate: Gate) -> None:
    import asyncio

    slow = asyncio.create_task(ctx.aput("key", text("slow"), kind="text"))
    await asyncio.to_thread(begun, gate)
    # Only a free loop gets to this line before the compression is done.
    assert not slow.done()
    gate.go_on.set()
    assert (await slow).transforms == ("gate",)
