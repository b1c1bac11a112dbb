"""Whose turn it is: everybody waits at each call of the store until the seed chooses them."""

from __future__ import annotations

import asyncio
import random

__all__ = ["Turns"]


class Turns:
    """Lets coroutines go on one at a time, each up to its next call of the store.

    Nobody goes on before the one whose turn it was waits again, or is done: so the order is the
    seed's alone, whatever threads or the event loop take.
    """

    def __init__(self, choice: random.Random) -> None:
        self._choice = choice
        self._waiting: dict[int, asyncio.Future[None]] = {}
        # Kept, so that those who wait for them stay as they are.
        self._forgotten: list[asyncio.Future[None]] = []
        self._quiet = asyncio.Event()

    async def take(self, who: int) -> None:
        """Waits for a turn."""
        self._waiting[who] = future = asyncio.get_running_loop().create_future()
        self._quiet.set()
        await future

    def done(self) -> None:
        """Says that the one whose turn it was has nothing more to do."""
        self._quiet.set()

    async def until_quiet(self) -> None:
        """Waits until the one whose turn it is waits again, or is done."""
        await self._quiet.wait()
        self._quiet.clear()

    def waiting(self) -> list[int]:
        """Who waits."""
        return sorted(self._waiting)

    def give(self) -> int:
        """Gives one of those who wait a turn."""
        who = self._choice.choice(self.waiting())
        self._waiting.pop(who).set_result(None)
        return who

    def forget(self, who: int) -> None:
        """Never gives one a turn again."""
        self._forgotten.append(self._waiting.pop(who))
