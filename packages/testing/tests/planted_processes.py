"""Stores that forget, or of which handles see different things."""

from __future__ import annotations

import functools
import sqlite3
from typing import Any

from planting import Contract, Files, found_by

from headroom import Header, MemoryStore, Missing, Record, SQLiteStore, Usage

SEES = "test_a_handle_sees_at_once_what_another_wrote"


class Forgetting(Contract):
    """The contract of a store that keeps nothing beyond a handle, whatever it claims."""

    def open_again(self) -> MemoryStore:
        return MemoryStore(clock=self.clock)

    def locator(self) -> str:
        return "memory://"


@found_by(
    "test_what_was_put_outlives_its_handle",
    "test_times_orders_and_counts_outlive_a_handle",
    "test_two_handles_are_one_store",
    SEES,
    "test_processes_that_count_together_lose_no_step",
    "test_a_killed_writer_loses_at_most_one_write",
    "test_two_handles_hold_the_same",
    contract=Forgetting,
)
class ForgetsAll(MemoryStore):
    pass


@found_by("test_a_lease_outlives_the_handle_that_took_it", contract=Files)
class LeasesGoWithTheHandle(SQLiteStore):
    def close(self) -> None:
        with _behind(self) as file:
            file.execute("DELETE FROM leases")
        super().close()


@found_by("test_times_orders_and_counts_outlive_a_handle", contract=Files)
class ForgetsWhenToExpire(SQLiteStore):
    def close(self) -> None:
        with _behind(self) as file:
            file.execute("UPDATE entries SET expires = NULL")
        super().close()


@found_by(SEES, contract=Files)
class CachesEntries(SQLiteStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        cached: dict[object, Record] = self.__dict__.setdefault("cached", {})
        found = cached.get((namespace, key))
        if found is None:
            fresh = super().get(namespace, key, with_original=with_original)
            if isinstance(fresh, Missing):
                return fresh
            found = cached[namespace, key] = fresh
        return found

    def put(self, namespace: str, record: Record, **options: Any) -> bool:  # type: ignore[override]
        self.__dict__.setdefault("cached", {}).pop((namespace, record.header.key), None)
        return super().put(namespace, record, **options)


@found_by(SEES, contract=Files)
class CachesHeaders(SQLiteStore):
    @functools.cache  # noqa: B019
    def headers(self, namespace: str) -> list[Header]:
        return super().headers(namespace)


@found_by(SEES, contract=Files)
class CachesContents(SQLiteStore):
    @functools.cache  # noqa: B019
    def find(self, namespace: str, reference: str) -> Record | None:
        return super().find(namespace, reference)


@found_by(SEES, contract=Files)
class CachesViews(SQLiteStore):
    @functools.cache  # noqa: B019
    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return super().view_origin(namespace, view_reference)


@found_by(SEES, contract=Files)
class CachesUsage(SQLiteStore):
    @functools.cache  # noqa: B019
    def usage(self, namespace: str) -> Usage:
        return super().usage(namespace)


@found_by(SEES, contract=Files)
class CountsByItself(SQLiteStore):
    """Each handle has versions of its own."""

    def next_version(self, namespace: str) -> int:
        if "last" not in self.__dict__:
            self.last = super().next_version(namespace)
        self.last += 1
        return self.last


def _behind(store: SQLiteStore) -> sqlite3.Connection:
    return sqlite3.connect(store._connections.path)
