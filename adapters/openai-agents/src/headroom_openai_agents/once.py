"""What went wrong is said once for each reason, and the run goes on."""

from __future__ import annotations

import logging

__all__ = ["Once"]

logger = logging.getLogger("headroom.openai_agents")


class Once:
    """Warns of what fails in one filter."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said: set[str] = set()

    def warn(self, error: Exception) -> None:
        """Says what happened instead, and the kind of the error: its message may quote a payload.

        Args:
            error: Which would end the run if it were raised.

        """
        reason = type(error).__name__
        if reason not in self._said:
            self._said.add(reason)
            logger.warning("%s: %s", self._what, reason)
