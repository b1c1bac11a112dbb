"""One way to write a verb for both worlds: as steps, run by blocking or by awaiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from headroom.stores import AsyncStore, Store

__all__ = ["Steps", "StoreCall", "Work", "run", "run_async"]

T = TypeVar("T")


@dataclass(frozen=True)
class StoreCall:
    """An operation of the store, to be done by whoever runs the steps."""

    method: str
    arguments: tuple[object, ...]
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """Something that takes a while, and must not hold up an event loop."""

    function: Callable[[], object]


#: What a verb does: yields calls and work, is sent what came of them, and returns its answer.
Steps = Generator["StoreCall | Work", Any, T]


class _SupportsAsync(Protocol):
    def asynchronous(self) -> AsyncStore: ...


def run(steps: Steps[T], store: Store) -> T:
    """Does the steps one after the other, blocking."""
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Work):
                    result = step.function()
                else:
                    result = getattr(store, step.method)(*step.arguments, **step.options)
            except Exception as error:  # noqa: PERF203 - each step has its own outcome
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        return cast("T", end.value)


async def run_async(steps: Steps[T], store: Store) -> T:
    """Does the steps without blocking the event loop.

    A store that cannot be awaited is used from one thread for all the steps: a change of threads
    for each of them would cost more than most of them do.
    """
    if not hasattr(store, "asynchronous"):
        return await asyncio.to_thread(run, steps, store)
    awaited = cast("_SupportsAsync", store).asynchronous()
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Work):
                    result = await asyncio.to_thread(step.function)
                else:
                    result = await getattr(awaited, step.method)(*step.arguments, **step.options)
            except Exception as error:  # noqa: PERF203 - each step has its own outcome
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        return cast("T", end.value)
