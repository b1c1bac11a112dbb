"""Who wants to know of writes, within one process."""

from __future__ import annotations

from collections.abc import Callable

from headroom.forking import lock, on_fork

__all__ = ["Watchers"]


class Watchers:
    """Functions to call after the writes of a key: for stores, which ``watch`` asks of.

    >>> watchers = Watchers()
    >>> end = watchers.add("default", "plan", lambda: print("written"))
    >>> watchers.notify("default", "plan")
    written
    >>> end()
    >>> watchers.notify("default", "plan")

    """

    def __init__(self) -> None:
        self._lock = lock()
        # Each with an object of its own, so that one function can watch twice.
        self._waking: dict[tuple[str, str], dict[object, Callable[[], None]]] = {}
        # Whoever waits does so in threads and event loops that do not come along.
        on_fork(self._forget)

    def add(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Calls ``wake`` at each ``notify`` from now on; the result ends that."""
        place, watch = (namespace, key), object()
        with self._lock:
            self._waking.setdefault(place, {})[watch] = wake

        def end() -> None:
            with self._lock:
                waking = self._waking.get(place, {})
                waking.pop(watch, None)
                if not waking:
                    self._waking.pop(place, None)

        return end

    def notify(self, namespace: str, key: str) -> None:
        """Says that a key was written."""
        if not self._waking:
            return
        with self._lock:
            waking = tuple(self._waking.get((namespace, key), {}).values())
        for wake in waking:
            wake()

    def _forget(self) -> None:
        self._waking.clear()

    def __len__(self) -> int:
        return len(self._waking)
