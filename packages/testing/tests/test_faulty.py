"""A context over a store that fails."""

from __future__ import annotations

import logging

import pytest

from headroom import MemoryStore, SharedContext, StoreError
from headroom_testing import Fault, FaultyLeasingStore, FaultyStore

PAYLOAD = "\n".join(f"12:00:00 INFO worker {n % 7} did step {n}" for n in range(300))


@pytest.mark.parametrize("fault", ["before", "after"])
def test_raise(fault: Fault) -> None:
    with pytest.raises(StoreError):
        SharedContext(store=FaultyStore(MemoryStore(), rate=1.0, script=[fault] * 9)).put("k", "v")


@pytest.mark.parametrize("seed", range(10))
def test_passthrough_gives_nothing_wrong(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    store = FaultyStore(MemoryStore(), rate=0.4, seed=seed)
    ctx = SharedContext(store=store, on_error="passthrough")
    handed = [ctx.put(f"key {number}", f"{PAYLOAD}\n{number}") for number in range(8)]
    for number in range(8):
        try:
            read = ctx.get(f"key {number}", full=True)
        except StoreError:
            continue
        assert read in (None, f"{PAYLOAD}\n{number}")
    store.rate = 0.0
    for number, entry in enumerate(handed):
        content = f"{PAYLOAD}\n{number}"
        assert entry.original == content
        if entry.compressed != content:
            assert ctx.get(f"key {number}", full=True) == content


@pytest.mark.parametrize("seed", range(10))
def test_whatever_fails_no_view_of_a_run_leads_nowhere(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    store = FaultyLeasingStore(MemoryStore(), rate=0.3, seed=seed)
    ctx = SharedContext(store=store, max_entries=2, ttl=0, on_error="passthrough")
    with ctx.lease("run"):
        handed = [ctx.put(f"key {number}", f"{PAYLOAD}\n{number}") for number in range(12)]
        store.rate = 0.0
        views = [entry for entry in handed if entry.compressed != entry.original]
        assert views
        for entry in views:
            assert ctx.original_of(entry.compressed) == entry.original
