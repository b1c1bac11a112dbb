"""Everything that the contexts of a simulation share, and what has happened."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator, Sequence

from headroom import LeasingStore, Limits
from headroom_testing.clock import ManualClock
from headroom_testing.faulty import Fault
from headroom_testing.simulation.mirror import Mirror, Snapshot
from headroom_testing.simulation.turns import Turns

__all__ = ["NAMESPACES", "World"]

NAMESPACES = ("one", "two")
_FAULTS: Sequence[Fault] = ("before", "after", "truncate", "change")
# How often a call fails, and how often a process crashes at one; half of the seeds have no faults.
_FAULT_RATES = (0.0, 0.0, 0.04, 0.12)
_CRASH_RATES = (0.0, 0.01, 0.03)
# So few, of three keys, that there is little room; a content has some 140 bytes.
_LIMITS = (Limits(2), Limits(2, 400), Limits(None, 300))


class World:
    """The store, the clock, the model, the seed's choices, and the history.

    Args:
        store: What is tested.
        clock: The store's.
        choice: The seed's.

    """

    def __init__(self, store: LeasingStore, clock: ManualClock, choice: random.Random) -> None:
        self.store = store
        self.clock = clock
        self.choice = choice
        self.turns = Turns(choice)
        self.mirrors = {name: Mirror() for name in NAMESPACES}
        #: A snapshot of each namespace after each step.
        self.history: dict[str, list[Snapshot]] = {
            name: [mirror.snapshot()] for name, mirror in self.mirrors.items()
        }
        #: What happened, a line for each step.
        self.log: list[str] = []
        #: What went wrong first.
        self.violation: AssertionError | None = None
        #: Those that are no more.
        self.crashed: set[int] = set()
        self.is_over = False
        #: How many faults each one met.
        self.faults: dict[int, int] = {}
        #: Views that somebody was shown: the namespace, the text, and the content they are of.
        self.shown: list[tuple[str, str, str]] = []
        self.limits = choice.choice(_LIMITS)
        self._fault_rate = choice.choice(_FAULT_RATES)
        self._crash_rate = choice.choice(_CRASH_RATES)

    def lives(self, who: int) -> bool:
        """Whether a process is still there."""
        return not self.is_over and who not in self.crashed

    def fault(self, who: int) -> Fault | None:
        """What befalls the next call."""
        if self.choice.random() >= self._fault_rate:
            return None
        self.faults[who] = self.faults.get(who, 0) + 1
        return self.choice.choice(_FAULTS)

    def crashes(self) -> bool:
        """Whether a process crashes now."""
        return self.choice.random() < self._crash_rate

    async def crash(self, who: int) -> None:
        """Never comes back."""
        self.crashed.add(who)
        self.log.append(f"{who} crashes after that")
        self.turns.done()
        await asyncio.get_running_loop().create_future()

    def begin(self, who: int, name: str, namespace: str, fault: Fault | None) -> None:
        """Notes a call of the store."""
        self.log.append(f"{who} {namespace}: {name}" + (f" ({fault})" if fault else ""))

    def end(self) -> None:
        """Looks, after each step, whether the store holds what it must."""
        for name, mirror in self.mirrors.items():
            mirror.check_whole(self.store.headers(name), self.store.usage(name))
            mirror.check_contents(lambda reference, name=name: self.store.find(name, reference))  # type: ignore[misc]
            self.history[name].append(mirror.snapshot())

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Remembers what goes wrong in a block: a context may swallow it, as it does failures."""
        try:
            yield
        except AssertionError as error:
            self.violation = self.violation or error
            raise

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self.log.append(f"{seconds} seconds pass")
        self.clock.advance(seconds)
        with self.watched():
            for mirror in self.mirrors.values():
                mirror.advance(seconds)
            self.end()

    @property
    def now(self) -> int:
        """The number of the last step."""
        return len(self.history[NAMESPACES[0]]) - 1

    def since(self, namespace: str, began: int) -> list[Snapshot]:
        """How a namespace was, from a step on."""
        return self.history[namespace][began:]
