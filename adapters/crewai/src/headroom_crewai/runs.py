"""Leases of what runs: what it shows or owes stays in the store until it ends."""

from __future__ import annotations

from contextlib import ExitStack
from weakref import ref

from headroom import SharedContext
from headroom.forking import lock

__all__ = ["Runs"]


class Runs:
    """Holds what each crew or lone agent shows, from its kickoff to its end.

    One that fails says nothing of its end. What it holds ends with its next kickoff, with the
    block, or when it is dropped. A lone agent is known by the flow of CrewAI's that runs it.
    """

    def __init__(self) -> None:
        self._lock = lock()
        self._held: list[tuple[ref[object], ExitStack]] = []

    def begin(self, runner: object, ctx: SharedContext) -> None:
        """Holds what is put or read from here on."""
        held = ExitStack()
        lease = ctx.lease()
        held.callback(lease.release)
        held.enter_context(lease.active())
        self.end(runner)
        with self._lock:
            self._held.append((ref(runner), held))

    def end(self, runner: object) -> None:
        """Lets go of what one of them held."""
        self._end(runner)

    def end_all(self) -> None:
        """Lets go of everything."""
        self._end(None)

    def _end(self, runner: object | None) -> None:
        with self._lock:
            # Those of what is gone as well.
            over = [each for each in self._held if runner is None or _is_over(each[0](), runner)]
            self._held = [each for each in self._held if each not in over]
        for _, held in over:
            held.close()


def _is_over(held_for: object | None, runner: object) -> bool:
    # By identity: crews may be equal.
    return held_for is None or held_for is runner
