"""How long to wait for another agent, and how often to look."""

from __future__ import annotations

import time

from headroom.arguments import seconds
from headroom.context.arguments import check_key
from headroom.errors import WaitTimeout

__all__ = ["Waiting"]

# Seconds between looks where no notification comes: soon at first, then more and more rarely.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.005, 0.25, 1.5


class Waiting:
    """One wait for a key."""

    def __init__(self, key: str, timeout: float | None, after: int) -> None:
        check_key(key)
        if isinstance(after, bool) or not isinstance(after, int):
            raise TypeError(f"after must be a version, not {type(after).__name__}")
        self._key = key
        self._timeout = seconds(timeout, "timeout")
        self._start = time.monotonic()
        self._pause = _FIRST_PAUSE

    def pause(self) -> float:
        """Seconds until the next look.

        Raises:
            WaitTimeout: The time is up.

        """
        pause = self._pause
        self._pause = min(_LONGEST_PAUSE, self._pause * _GROWTH)
        if self._timeout is None:
            return pause
        left = self._timeout - (time.monotonic() - self._start)
        if left <= 0:
            raise WaitTimeout(
                f"nothing was put under {self._key!r} within {self._timeout:g} seconds",
                key=self._key,
            )
        return min(pause, left)
