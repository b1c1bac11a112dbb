"""Running seeds."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable

from headroom import LeasingStore, MemoryStore, SharedContext
from headroom_testing.clock import ManualClock
from headroom_testing.simulation.actor import Actor, MakeContext
from headroom_testing.simulation.world import World

__all__ = ["MakeStore", "SimulationFailure", "simulate"]

MakeStore = Callable[[ManualClock], LeasingStore]

# Processes at once, what each does, and how many more take the place of those that crash.
_ACTORS, _VERBS, _MOST_ACTORS = 3, 6, 5
# How often time passes instead of a step, and how much.
_TIME_PASSES, _SECONDS = 0.06, (100, 200, 500)
_KILLED = 0.005
# The last steps that a failure shows.
_SHOWN = 60


class SimulationFailure(AssertionError):
    """A seed at which something is not as it must be."""

    def __init__(self, seed: int, what: str, log: list[str]) -> None:
        self.seed = seed
        self.log = log
        steps = "\n".join(log[-_SHOWN:])
        super().__init__(
            f"seed {seed}: {what}\n{steps}\n"
            f"again: python -m headroom_testing.simulation --seed {seed}"
        )


def memory_store(clock: ManualClock) -> LeasingStore:
    """A store in memory."""
    return MemoryStore(clock=clock, wall_clock=clock)


def simulate(
    seeds: Iterable[int],
    store: MakeStore = memory_store,
    *,
    context: MakeContext = SharedContext,
    disturb: Callable[[LeasingStore, random.Random], None] | None = None,
) -> int:
    """Runs seeds, each with a store of its own.

    Args:
        seeds: Which.
        store: Makes an empty store, with the clock that it is to use.
        context: Makes a context, with the arguments of ``SharedContext``.
        disturb: Called now and then, between two steps: does with the store what must change
            nothing that anybody sees, such as to rotate its keys.

    Returns:
        How many calls of the store were made.

    Raises:
        SimulationFailure: Something is not as it must be.

    >>> simulate(range(3)) > 100
    True

    """
    logger = logging.getLogger("headroom")
    level = logger.level
    # What contexts say of the faults would be thousands of lines.
    logger.setLevel(logging.CRITICAL)
    try:
        return asyncio.run(_simulate(seeds, store, context, disturb))
    finally:
        logger.setLevel(level)


async def _simulate(
    seeds: Iterable[int],
    store: MakeStore,
    context: MakeContext,
    disturb: Callable[[LeasingStore, random.Random], None] | None,
) -> int:
    steps = 0
    for seed in seeds:
        clock = ManualClock()
        opened = store(clock)
        try:
            world = World(opened, clock, random.Random(seed))
            await _Run(world, context, disturb).go(seed)
            steps += world.now
        finally:
            opened.close()
    return steps


class _Run:
    """One seed."""

    def __init__(
        self,
        world: World,
        context: MakeContext,
        disturb: Callable[[LeasingStore, random.Random], None] | None,
    ) -> None:
        self._world = world
        self._context = context
        self._disturb = disturb
        self._actors: list[Actor] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def go(self, seed: int) -> None:
        world = self._world
        try:
            for _ in range(_ACTORS):
                await self._begin_actor()
            while world.violation is None and world.turns.waiting():
                await self._step()
            failed = [task.exception() for task in self._tasks if task.done()]
            raised = next((error for error in failed if error is not None), None)
        except AssertionError as error:
            raised = error
        finally:
            await self._end()
        what = world.violation or raised
        if what is not None:
            raise SimulationFailure(seed, f"{what}" or repr(what), world.log) from what

    async def _step(self) -> None:
        world, chance = self._world, self._world.choice.random()
        if chance < _TIME_PASSES:
            world.advance(world.choice.choice(_SECONDS))
        elif chance < _TIME_PASSES + _KILLED:
            who = world.choice.choice(world.turns.waiting())
            world.log.append(f"{who} crashes")
            world.crashed.add(who)
            world.turns.forget(who)
            await self._replace()
        elif chance < _TIME_PASSES + 2 * _KILLED and self._disturb is not None:
            world.log.append("the store is disturbed")
            with world.watched():
                self._disturb(world.store, world.choice)
                world.end()
        else:
            who = world.turns.give()
            await world.turns.until_quiet()
            if who in world.crashed:
                await self._replace()

    async def _begin_actor(self) -> None:
        actor = Actor(self._world, len(self._tasks), self._context)
        self._actors.append(actor)
        self._tasks.append(asyncio.create_task(actor.run(_VERBS)))
        await self._world.turns.until_quiet()

    async def _replace(self) -> None:
        """Another process takes up where one crashed."""
        if len(self._tasks) < _MOST_ACTORS:
            await self._begin_actor()

    async def _end(self) -> None:
        self._world.is_over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for actor in self._actors:
            actor.close()
