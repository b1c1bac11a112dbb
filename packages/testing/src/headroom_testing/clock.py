"""A clock that a test moves."""

from __future__ import annotations

__all__ = ["ManualClock"]


class ManualClock:
    """Stands still until it is told to go on.

    >>> clock = ManualClock()
    >>> clock.advance(1.5)
    >>> clock() - ManualClock()()
    1.5
    """

    def __init__(self, start: float = 1_000_000.0) -> None:
        self._now = start

    def __call__(self) -> float:
        """The time in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves the time on."""
        if seconds < 0:
            raise ValueError("a clock goes forward only")
        self._now += seconds
