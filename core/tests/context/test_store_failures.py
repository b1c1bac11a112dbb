from __future__ import annotations

import logging
from typing import Literal

import pytest

from headroom import (
    Header,
    IntegrityError,
    Limits,
    MemoryStore,
    Missing,
    Record,
    SharedContext,
    StoreError,
    VersionConflict,
)
from headroom_testing import FaultyStore


class Unreachable(MemoryStore):
    """A store whose server has gone away."""

    down = False

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        if self.down:
            raise ConnectionError("payload text that must not be logged")
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        if self.down:
            raise ConnectionError("no route to host")
        return super().get(namespace, key, with_original=with_original)


class Tampered(MemoryStore):
    """A store in which somebody has changed what was put."""

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        record = super().get(namespace, key, with_original=with_original)
        assert isinstance(record, Record)
        return Record(record.header, record.original[:-1] + b"!", record.view[:-1] + b"!")


def test_an_outage_is_raised() -> None:
    store = Unreachable()
    ctx = SharedContext(store=store)
    store.down = True
    with pytest.raises(StoreError, match="ConnectionError"):
        ctx.put("key", "value")
    with pytest.raises(StoreError, match="ConnectionError: no route to host"):
        ctx.get("key")


def test_an_outage_passes_the_original_through(
    caplog: pytest.LogCaptureFixture, rows: list[dict[str, object]]
) -> None:
    store = Unreachable()
    ctx = SharedContext(store=store, on_error="passthrough")
    before = ctx.put("before", rows)
    store.down = True
    with caplog.at_level(logging.WARNING):
        entry = ctx.put("key", rows)
    assert entry.compressed == entry.original == before.original
    assert entry.failure == "the store failed"
    assert ctx.get("before") is None
    assert "the store failed (ConnectionError)" in caplog.text
    assert "must not be logged" not in caplog.text
    store.down = False
    assert ctx.get("before") == before.compressed
    assert ctx.stats().store_errors == 2


@pytest.mark.parametrize("on_error", ["raise", "passthrough"])
def test_what_was_tampered_with_is_an_error_and_no_data(on_error: str) -> None:
    ctx = SharedContext(store=Tampered(), on_error=on_error)  # type: ignore[arg-type]
    ctx.put("key", "value")
    for read in (
        lambda: ctx.get("key"),
        lambda: ctx.get("key", full=True),
        lambda: ctx.get_entry("key"),
        lambda: ctx.retrieve("key", lines=1),
    ):
        with pytest.raises(IntegrityError, match="its hash differs"):
            read()


class NotListed(MemoryStore):
    """A store that cannot say what it holds."""

    def headers(self, namespace: str) -> list[Header]:
        raise ConnectionError("no route to host")


@pytest.mark.parametrize("on_error", ["raise", "passthrough"])
def test_stats_tell_what_is_known_without_the_store(
    on_error: Literal["raise", "passthrough"], rows: list[dict[str, object]]
) -> None:
    ctx = SharedContext(store=NotListed(), on_error=on_error)
    ctx.put("rows", rows)
    ctx.savings.add("clerk", views=1, not_sent=900)
    stats = ctx.stats()
    assert stats.handoffs.saved == 900
    assert "the store failed" in (stats.unread or "")


def test_an_outage_is_no_conflict() -> None:
    # Whoever reads, changes and puts, again and again until it is in time, would never end.
    store = MemoryStore()
    ctx = SharedContext(store=store, on_error="passthrough", store_timeout=None)
    version = ctx.put("plan", "Fly on Monday.").version
    with_fault = FaultyStore(store, script=["before"] * 9)
    out = SharedContext(store=with_fault, on_error="passthrough", store_timeout=None)
    entry = out.put("plan", "Fly on Tuesday.", expected_version=version)
    assert entry.failure == "the store failed"
    assert entry.compressed == "Fly on Tuesday."
    # It answers again, and compares as it writes.
    with_fault = FaultyStore(store, script=["before"])
    out = SharedContext(store=with_fault, on_error="passthrough", store_timeout=None)
    assert out.put("plan", "Fly on Tuesday.", expected_version=version).version > version
    with pytest.raises(VersionConflict):
        out.put("plan", "Fly on Friday.", expected_version=version)
