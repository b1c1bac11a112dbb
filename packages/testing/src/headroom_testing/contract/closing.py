"""A store that was closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headroom import Store, StoreError
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import digest, make, put, write

__all__ = ["ClosingTests"]


class ClosingTests(ContractBase):
    """``close``."""

    def test_closing_twice_does_nothing(self, store: Store) -> None:
        store.close()
        store.close()

    @needs(Capability.DURABLE)
    def test_closing_a_handle_closes_no_other(self, store: Store) -> None:
        record = write(store, "key", "content")
        self.open_again().close()
        assert store.get("space", "key") == record
        write(store, "key", "more")

    def test_a_closed_store_says_so(self, store: Store) -> None:
        record = write(store, "key", "content", view="view")
        store.close()
        reference = record.header.reference
        operations: dict[str, Callable[[], object]] = {
            "next_version": lambda: store.next_version("space"),
            "put": lambda: put(store, make("key", "new", record.header.version + 1)),
            "get": lambda: store.get("space", "key"),
            "get of what was never there": lambda: store.get("never", "key"),
            "find": lambda: store.find("space", reference),
            "delete": lambda: store.delete("space", "key"),
            "clear": lambda: store.clear("space"),
            "headers": lambda: store.headers("space"),
            "usage": lambda: store.usage("space"),
            "remember_view": lambda: store.remember_view("space", digest("v"), reference),
            "view_origin": lambda: store.view_origin("space", digest("view")),
        }
        for name, operation in operations.items():
            try:
                answer = operation()
            except StoreError:
                continue
            pytest.fail(f"{name} of a closed store answers {answer!r} instead of a StoreError")
