"""For which runs a key was shown, so that what is looked up under it is counted for them."""

from __future__ import annotations

from collections import OrderedDict
from weakref import WeakKeyDictionary, WeakSet

from headroom.context import Savings, SharedContext
from headroom.forking import lock

__all__ = ["Shown"]

# Keys that a context remembers; the least recent go first.
_REMEMBERED = 50_000


class Shown:
    """The sums of the runs that showed views of one context, by the keys that these name."""

    def __init__(self) -> None:
        self._lock = lock()
        self._by_key: OrderedDict[str, WeakSet[Savings]] = OrderedDict()

    @classmethod
    def of(cls, ctx: SharedContext) -> Shown:
        """Those of a context: its tool does not know which run calls it."""
        with _lock:
            return _by_context.setdefault(ctx, cls())

    def note(self, key: str, savings: Savings) -> None:
        """Notes that a run shows a key."""
        with self._lock:
            self._by_key.setdefault(key, WeakSet()).add(savings)
            self._by_key.move_to_end(key)
            while len(self._by_key) > _REMEMBERED:
                self._by_key.popitem(last=False)

    def answered(self, key: str, tokens: int) -> None:
        """Counts an answer for all runs that showed the key: which one asked is not known."""
        with self._lock:
            runs = list(self._by_key.get(key, ()))
        for savings in runs:
            savings.add_retrieved(tokens)


_lock = lock()
_by_context: WeakKeyDictionary[SharedContext, Shown] = WeakKeyDictionary()
