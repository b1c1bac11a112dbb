"""What time it is at the server, as far as that is known without asking."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

__all__ = ["ServerClock"]

# Seconds for which the best of what was said is kept, and after which it is no good any more, for
# clocks drift apart.
_FRESH, _STALE = 10.0, 60.0
# Namespaces that are remembered: those of a cluster are on servers with clocks of their own.
_NAMESPACES = 1024


class ServerClock:
    """Tells the server's time by what its answers said.

    It is never behind the server's but for a drift, and ahead by no more than the way to the server
    took. A put that asks for nothing first is stamped by it: it is not taken for older than it is,
    and the server looks whether it pretends to be from the future.

    Args:
        given: Seconds since the epoch instead, for tests.

    """

    def __init__(self, given: Callable[[], float] | None) -> None:
        self._given = given
        # By namespace: microseconds beyond those of this machine's clock, and when they were said.
        self._ahead: dict[str, tuple[float, float]] = {}
        self._last: tuple[float, float] | None = None

    @property
    def is_given(self) -> bool:
        """Whether it is a clock for tests, which no call moves on."""
        return self._given is not None

    def at(self, namespace: str, moment: float) -> int | None:
        """The microsecond that it was at the server; ``None`` where it has not said lately.

        Args:
            namespace: Whose server.
            moment: By ``time.monotonic()``.

        """
        if self._given is not None:
            # As the scripts are told it.
            return math.floor(self._given() * 1000) * 1000
        known = self._ahead.get(namespace, self._last)
        if known is None or time.monotonic() - known[1] > _STALE:
            return None
        return math.ceil(moment * 1e6 + known[0])

    def age_of(self, moment: float) -> int:
        """How many microseconds have passed since."""
        if self._given is not None:
            return 0
        return max(0, math.ceil((time.monotonic() - moment) * 1e6))

    def said(self, namespace: str, asked: float, now: int, *, did_not_fit: bool = False) -> None:
        """Takes note of an answer.

        Args:
            namespace: Whose server.
            asked: When it was asked, by ``time.monotonic()``.
            now: The microsecond that it said it was.
            did_not_fit: Whether what was known was wrong.

        """
        ahead = now - asked * 1e6
        known = self._ahead.get(namespace)
        if did_not_fit or known is None or ahead < known[0] or asked - known[1] > _FRESH:
            if known is None and len(self._ahead) >= _NAMESPACES:
                self._ahead.clear()
            self._last = self._ahead[namespace] = ahead, asked
