"""What was put by this client, and how long the server has to know of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Kept"]

# So many keys are remembered.
_MOST = 10_000
# A namespace without entries is forgotten so many seconds after the last write; see common.lua.
_KEPT = 86_400.0


class Kept:
    """The keys that this client put of late.

    For a day after a write the server knows what became of a key, unless many others went since.
    Where it knows nothing of one, nothing was cleared, and it has forgotten nothing, it threw the
    namespace away: nothing there is left to say so, but here.

    Args:
        clock: Says seconds.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # Each operation on it is one step, whichever thread takes it.
        self._put: OrderedDict[tuple[str, str], float] = OrderedDict()

    def put(self, namespace: str, key: str) -> None:
        """Notes a write."""
        self._put.pop((namespace, key), None)
        self._put[namespace, key] = self._clock()
        if len(self._put) > _MOST:
            self._put.popitem(last=False)

    def deleted(self, namespace: str, key: str) -> None:
        """Forgets a key."""
        self._put.pop((namespace, key), None)

    def cleared(self, namespace: str) -> None:
        """Forgets all keys of a namespace."""
        for one in self._put.copy():
            if one[0] == namespace:
                self._put.pop(one, None)

    def must_be_known(self, namespace: str, key: str) -> bool:
        """Whether the server has to know what became of a key."""
        at = self._put.get((namespace, key))
        return at is not None and self._clock() - at < _KEPT
