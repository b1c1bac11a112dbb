"""One thread that renews leases, for a context and those in other namespaces of its store."""

from __future__ import annotations

import threading
import weakref
from typing import Protocol

from headroom.forking import lock, on_fork

__all__ = ["Renewing"]


class _Renewed(Protocol):
    """Leases of one namespace."""

    def renew_due(self) -> float | None:
        """Renews what is to be renewed; seconds until the next time, ``None`` for never."""


class Renewing:
    """Renews leases as long as there are any. It keeps neither a context nor its leases alive."""

    def __init__(self) -> None:
        self._lock = lock()
        self._begin()
        # The thread does not come along when a process forks.
        on_fork(self._begin)

    def _begin(self) -> None:
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._kept: weakref.WeakSet[_Renewed] = weakref.WeakSet()
        #: Seconds that the thread waits at the most.
        self._pause = 0.0

    def keep(self, leases: _Renewed, seconds: float) -> None:
        """Renews these, first in so many seconds or before."""
        with self._lock:
            self._kept.add(leases)
            if self._thread is not None and self._thread.is_alive():
                if seconds < self._pause:
                    self._wake.set()
                return
            wake = self._wake
            self._thread = threading.Thread(
                target=_renew,
                args=(weakref.ref(self, lambda _: wake.set()), wake),
                name="headroom-leases",
                daemon=True,
            )
            self._thread.start()

    def look(self) -> None:
        """Looks now whether there is anything left to do."""
        self._wake.set()

    def round(self) -> float | None:
        """Renews what is to be renewed; seconds until the next time, ``None`` for never."""
        with self._lock:
            kept, self._kept = list(self._kept), weakref.WeakSet()
        pauses = {one: pause for one in kept if (pause := one.renew_due()) is not None}
        with self._lock:
            came = bool(self._kept)
            self._kept.update(pauses)
            if not self._kept:
                self._thread = None
                return None
            self._pause = 0.0 if came else min(pauses.values())
            return self._pause


def _renew(reference: weakref.ref[Renewing], wake: threading.Event) -> None:
    """What the thread does."""
    while True:
        renewing = reference()
        pause = None if renewing is None else renewing.round()
        if pause is None:
            return
        del renewing
        wake.wait(pause)
        wake.clear()
