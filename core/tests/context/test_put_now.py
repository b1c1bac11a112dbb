"""A store that gives a version as it writes is asked once by a put."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import pytest

from headroom import Limits, MemoryStore, Record, SharedContext, StoreError, VersionConflict

ROWS = [{"id": n, "city": "Lisbon", "status": "landed"} for n in range(300)]


class FarStore(MemoryStore):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.fails = False

    def put_now(
        self,
        namespace: str,
        record: Record,
        *,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> int | Literal["view"]:
        self.asked.append("put_now")
        if self.fails:
            raise StoreError("it is far away")
        assert began <= time.monotonic()
        header = record.header
        if header.reference != header.view_reference and super().view_origin(
            namespace, header.reference
        ):
            return "view"
        version = super().next_version(namespace)
        stamped = Record(replace(header, version=version), record.original, record.view)
        done = super().put(namespace, stamped, ttl=ttl, limits=limits, expected=expected)
        return version if done else 0

    def next_version(self, namespace: str) -> int:
        self.asked.append("next_version")
        return super().next_version(namespace)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        self.asked.append("view_origin")
        return super().view_origin(namespace, view_reference)


@pytest.mark.parametrize("payload", ["a note", ROWS])
def test_a_put_asks_once(payload: object) -> None:
    store = FarStore()
    ctx = SharedContext(store=store)
    entry = ctx.put("key", payload, agent="searcher")
    assert store.asked == ["put_now"]
    assert ctx.require("key") == entry
    assert entry.version > 0
    with SharedContext() as other:
        same = replace(other.put("key", payload, agent="searcher"), timestamp=entry.timestamp)
    assert replace(entry, version=0) == replace(same, version=0)


def test_a_view_is_not_compressed_again() -> None:
    store = FarStore()
    ctx = SharedContext(store=store, fidelity="compact")
    view = ctx.put("key", ROWS).compressed
    # With so small a budget, it would be.
    entry = ctx.put("again", view, max_tokens=20)
    assert entry.compressed == entry.original == view
    assert ctx.require("again") == entry
    assert store.asked == ["put_now"] * 3


def test_versions_are_compared() -> None:
    ctx = SharedContext(store=FarStore())
    first = ctx.put("key", "one", expected_version=0)
    second = ctx.put("key", "two", expected_version=first.version)
    assert second.version > first.version
    with pytest.raises(VersionConflict):
        ctx.put("key", "three", expected_version=first.version)
    assert ctx.get("key") == "two"


def test_a_store_that_fails_is_passed_by() -> None:
    store = FarStore()
    store.fails = True
    with pytest.raises(StoreError, match="far away"):
        SharedContext(store=store).put("key", ROWS)
    entry = SharedContext(store=store, on_error="passthrough").put("key", ROWS)
    assert entry.compressed == entry.original
    assert entry.failure == "the store failed"
