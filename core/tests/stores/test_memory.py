from __future__ import annotations

import time
from typing import ClassVar

import pytest

from headroom import Limits, MemoryStore, Missing, Record, SharedContext, Store, StoreError
from headroom.stores import memory
from headroom_testing import Capability, ManualClock, StoreContract
from headroom_testing.store import digest, make, put, write


class TestMemoryStore(StoreContract):
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.LEASES})

    def open(self) -> Store:
        self.clock = ManualClock()
        return MemoryStore(clock=self.clock, wall_clock=self.clock)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


def test_setting_the_time_of_the_machine_expires_nothing() -> None:
    monotonic, wall = ManualClock(), ManualClock()
    store = MemoryStore(clock=monotonic, wall_clock=wall)
    write(store, "key", "content", ttl=10)
    wall.advance(1000)
    assert not isinstance(store.get("space", "key"), Missing)


def test_it_says_by_the_wall_clock_when_an_entry_went() -> None:
    clock = ManualClock()
    wall = ManualClock(start=5000.0)
    store = MemoryStore(clock=clock, wall_clock=wall)
    write(store, "key", "content", ttl=10)
    clock.advance(11)
    wall.advance(11)
    assert store.get("space", "key") == Missing("expired", 5011.0)


def test_equal_originals_are_one_object() -> None:
    store = MemoryStore()
    for key in "ab":
        # Two objects with one content, as two payloads off the network are.
        write(store, key, "".join(["x"] * 1000))
    first, second = store.get("space", "a"), store.get("space", "b")
    assert not isinstance(first, Missing)
    assert not isinstance(second, Missing)
    assert first.original is second.original


def test_writing_one_key_for_ever_takes_no_memory() -> None:
    store = MemoryStore()
    for number in range(5000):
        write(store, "key", f"content {number}", ttl=3600)
    space = store._space("space")
    assert len(space.expiries) < 200
    assert len(space.blobs) == 1
    assert space.size == len("content 4999")


def test_what_went_is_remembered_within_bounds() -> None:
    store = MemoryStore()
    for number in range(10_500):
        put(store, make(f"key {number}", "x", number + 1), limits=Limits(max_entries=1))
    assert store.get("space", "key 0") == Missing("absent")
    recent = store.get("space", "key 10000")
    assert isinstance(recent, Missing)
    assert recent.reason == "evicted"
    assert len(store._space("space").gone) == 10_000


def seconds_of_puts(store: MemoryStore, records: list[Record], limits: Limits) -> float:
    """How long the fastest hundred of them took: the machine may have other things to do."""
    fastest = float("inf")
    for start in range(0, len(records), 100):
        began = time.perf_counter()
        for record in records[start : start + 100]:
            put(store, record, ttl=60, limits=limits)
        fastest = min(fastest, time.perf_counter() - began)
    return fastest


@pytest.mark.slow
def test_a_put_costs_the_same_however_many_entries_there_are() -> None:
    def seconds_for_puts(entries: int) -> float:
        store = MemoryStore()
        limits = Limits(max_entries=entries)
        for number in range(entries):
            put(store, make(f"key {number}", f"{number}", number + 1), ttl=60, limits=limits)
        records = [make(f"new {n}", f"new {n}", entries + n + 1) for n in range(2000)]
        return seconds_of_puts(store, records, limits)

    few, many = seconds_for_puts(100), seconds_for_puts(10_000)
    # Finding the oldest by search would take 100 times as long.
    assert many < 10 * few


@pytest.mark.slow
def test_a_put_costs_the_same_however_many_entries_are_held() -> None:
    def seconds_for_puts(held: int) -> float:
        store = MemoryStore()
        records = [make(f"key {number}", f"{number}", number + 1) for number in range(held)]
        references = [record.header.reference for record in records]
        store.lease("space", "run", references, seconds=3600)
        limits = Limits(max_entries=100)
        for record in records:
            put(store, record, ttl=60, limits=limits)
        assert store.usage("space").leased == held
        records = [make(f"new {n}", f"new {n}", held + n + 1) for n in range(2000)]
        return seconds_of_puts(store, records, limits)

    few, many = seconds_for_puts(100), seconds_for_puts(10_000)
    # A look at each of the entries that are held would be 100 times as long.
    assert many < 10 * few


def test_leases_that_come_and_go_leave_nothing_behind() -> None:
    clock = ManualClock()
    store = MemoryStore(clock=clock, wall_clock=clock)
    for number in range(3000):
        store.lease("space", f"run {number}", [digest("content"), digest(f"{number}")], seconds=5)
        write(store, "key", "content", ttl=3600)
        store.release("space", f"run {number}")
        clock.advance(1)
    space = store._space("space")
    assert not space.leases
    assert not space.holds
    assert max(len(space.ages), len(space.expiries), len(space.lease_ends)) < 200


def test_what_expired_goes_although_its_namespace_is_never_used_again() -> None:
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    for number in range(100):
        put(store, make("key", f"content {number}" * 1000, 1), namespace=f"user {number}", ttl=10)
    clock.advance(11)
    for number in range(60):
        write(store, f"{number}", "content")
    assert sum(space.size for space in store._namespaces.values()) < 100
    gone = store.get("user 7", "key")
    assert isinstance(gone, Missing)
    assert gone.reason == "expired"


def test_empty_namespaces_are_forgotten_and_versions_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_EMPTY_REMEMBERED", 10)
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    for number in range(500):
        space = f"user {number}"
        put(store, make("key", "content", store.next_version(space)), namespace=space, ttl=10)
        clock.advance(1)
    assert len(store._namespaces) < 40
    # No version is given out twice.
    assert store.next_version("user 0") > 1


def test_a_store_that_is_closed_takes_and_gives_nothing() -> None:
    """As any other: what it forgot is not to pass for what was never there."""
    store = MemoryStore()
    ctx = SharedContext(store=store)
    ctx.put("plan", "Fly on Monday.")
    store.close()
    for call in (
        lambda: ctx.get("plan"),
        lambda: ctx.put("plan", "Fly on Tuesday."),
        lambda: ctx.is_view("Fly on Monday."),
        lambda: ctx.retrieve("plan", query="fly"),
        ctx.keys,
        ctx.clear,
    ):
        with pytest.raises(StoreError, match="closed"):
            call()
    ctx.close()
