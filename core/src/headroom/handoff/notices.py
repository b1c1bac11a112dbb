"""Warnings that are given once."""

from __future__ import annotations

import logging
from weakref import WeakKeyDictionary

from headroom.context import SharedContext
from headroom.forking import lock

__all__ = ["Notices"]

logger = logging.getLogger("headroom.handoff")


class Notices:
    """Says each thing once as a warning, and again only for those who look for bugs."""

    def __init__(self) -> None:
        self._lock = lock()
        self._said: set[str] = set()

    @classmethod
    def of(cls, ctx: SharedContext) -> Notices:
        """Those of a context: a handoff is made for each node, or for each run."""
        with _lock:
            return _by_context.setdefault(ctx, cls())

    def say(self, what: str, message: str) -> None:
        """Says something; ``what`` is what makes it the same."""
        with self._lock:
            is_new = what not in self._said
            self._said.add(what)
        logger.log(logging.WARNING if is_new else logging.DEBUG, "%s", message)


_lock = lock()
_by_context: WeakKeyDictionary[SharedContext, Notices] = WeakKeyDictionary()
