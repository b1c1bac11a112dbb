"""The namespaces of one store that contexts with the same settings are in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from headroom.forking import lock

__all__ = ["Namespaces"]

T = TypeVar("T")

# Namespaces that are kept although nobody uses them just now, with what their conversations were
# sent; the least recent go first. Chosen.
_KEPT = 100


class Namespaces(Generic[T]):
    """One object for each namespace: the same for everybody, as long as it is used."""

    def __init__(self) -> None:
        self._used: WeakValueDictionary[str, T] = WeakValueDictionary()
        self._recent: OrderedDict[str, T] = OrderedDict()
        self._lock = lock()

    def note(self, name: str, one: T) -> None:
        """Says what is in a namespace, without keeping it."""
        self._used[name] = one

    def get(self, name: str, make: Callable[[], T]) -> T:
        """What is in a namespace, made if it is the first time."""
        with self._lock:
            found = self._used.get(name)
            if found is None:
                found = self._used[name] = make()
            self._recent[name] = found
            self._recent.move_to_end(name)
            while len(self._recent) > _KEPT:
                self._recent.popitem(last=False)
            return found

    def all(self) -> list[T]:
        """All that are in use or kept."""
        with self._lock:
            return list(self._used.values())
