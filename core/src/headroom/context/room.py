"""Saying, once, that a namespace is full."""

from __future__ import annotations

import logging

from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.stores import Limits, Usage

__all__ = ["Room"]

logger = logging.getLogger("headroom.context")


class Room:
    """Watches the writes of a context for the first that evicts, and the first over the limits.

    The store is asked only where a write may have had to make room: what a namespace has room for
    is known from the last time.
    """

    def __init__(self, store: StoreNamespace, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._before: Usage | None = None
        # What may be written before the store is asked again.
        self._entries = self._bytes = 0.0
        self._said_evicted = self._said_over = False

    def before_put(self) -> StoreSteps[None]:
        """Looks how much there is, the first time."""
        if self._before is None and self._limits != Limits():
            self._note((yield from self._store.usage()))

    def after_put(self, size: int) -> StoreSteps[None]:
        """Takes a write of so many bytes into account."""
        before = self._before
        if before is None or self._said_evicted:
            return
        self._entries -= 1
        self._bytes -= size
        if self._entries >= 0 and self._bytes >= 0:
            return
        usage = yield from self._store.usage()
        self._note(usage)
        if usage.evicted > before.evicted:
            self._said_evicted = True
            logger.warning(
                "the oldest entries of namespace %r are evicted to make room, from now on: "
                "set a higher max_entries= (it is %s) or max_bytes= (it is %s), None for no limit",
                self._store.name, self._limits.max_entries, self._limits.max_bytes,
            )  # fmt: skip
        if usage.over_limits > before.over_limits and not self._said_over:
            self._said_over = True
            logger.warning(
                "namespace %r is over its limits: live runs hold %d of its %d entries; end leases "
                "that are over, or set a higher max_entries= (it is %s) or max_bytes= (it is %s)",
                self._store.name, usage.leased, usage.entries, self._limits.max_entries,
                self._limits.max_bytes,
            )  # fmt: skip

    def _note(self, usage: Usage) -> None:
        self._before = usage
        most, most_bytes = self._limits.max_entries, self._limits.max_bytes
        self._entries = float("inf") if most is None else most - usage.entries
        self._bytes = float("inf") if most_bytes is None else most_bytes - usage.bytes
