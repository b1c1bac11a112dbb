"""Leases of the crews that run: what they show or owe stays in the store until they end."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from weakref import ref

from crewai import Crew

from headroom import SharedContext

__all__ = ["Runs"]


class Runs:
    """Holds what each crew shows, from its kickoff to its end.

    A crew that fails says nothing of its end. What it holds ends with its next kickoff, with the
    block, or when the crew is dropped.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[tuple[ref[Crew], ExitStack]] = []

    def begin(self, crew: Crew, ctx: SharedContext) -> None:
        """Holds what is put or read from here on."""
        held = ExitStack()
        lease = ctx.lease()
        held.callback(lease.release)
        held.enter_context(lease.active())
        self.end(crew)
        with self._lock:
            self._held.append((ref(crew), held))

    def end(self, crew: Crew) -> None:
        """Lets go of what a crew held."""
        self._end(crew)

    def end_all(self) -> None:
        """Lets go of everything."""
        self._end(None)

    def _end(self, crew: Crew | None) -> None:
        with self._lock:
            # Those of crews that are gone as well.
            over = [each for each in self._held if crew is None or _is_over(each[0](), crew)]
            self._held = [each for each in self._held if each not in over]
        for _, held in over:
            held.close()


def _is_over(held_for: Crew | None, crew: Crew) -> bool:
    # By identity: crews may be equal.
    return held_for is None or held_for is crew
