"""One way to write what is done both by blocking and by awaiting: as steps.

A function that yields its steps is written once. ``run`` does them one after the other and blocks;
``run_async`` awaits them. A context has its verbs so, and ``headroom-redis`` its operations.

>>> class Disk:
...     def read(self) -> str:
...         return "three blind mice"
>>> class RemoteDisk:
...     async def read(self) -> str:
...         return "see how they run"
>>> def words() -> Steps[Disk | RemoteDisk, int]:
...     text: str = yield lambda disk: disk.read()
...     return (yield from work(lambda: len(text.split())))
>>> run(words(), Disk())
3
>>> import asyncio
>>> asyncio.run(run_async(words(), RemoteDisk()))
4

"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from headroom.workers import off_loop

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Steps", "Work", "run", "run_async", "run_between", "work"]

T = TypeVar("T")
Target = TypeVar("Target")


@dataclass(frozen=True)
class Work:
    """A step that needs nothing but the processor, and must not hold up an event loop."""

    function: Callable[[], object]
    #: Whether it takes longer than a change of threads does.
    is_long: bool = True


#: What yields steps, is sent what came of each, or thrown its error, and returns the answer. A step
#: is ``Work``, or a function of the target: of a store, say, or its namesake to be awaited. Typed
#: as a function of either (``Steps[Store | AsyncStore, T]``), a type checker reads both calls.
Steps = Generator[Work | Callable[[Target], Any], Any, T]


def work(function: Callable[[], T], *, is_long: bool = True) -> Steps[Any, T]:
    """A step of ``Work``, whose answer has the type of the function: ``yield from`` it."""
    answer: T = yield Work(function, is_long)
    return answer


def run(steps: Steps[Target, T], target: Target) -> T:
    """Does the steps one after the other, blocking."""
    try:
        step = next(steps)
        while True:
            try:
                result = step.function() if isinstance(step, Work) else step(target)
            except Exception as error:  # noqa: PERF203 - each step has its own outcome
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        return cast("T", end.value)


async def run_async(
    steps: Steps[Target, T], target: Target, *, executor: Executor | None = None
) -> T:
    """Does the steps without blocking the event loop; what they ask of the target is awaited.

    Long work is done in one of a few threads that a process has for it, or in ``executor``.
    """
    try:
        step = next(steps)
        while True:
            try:
                if not isinstance(step, Work):
                    result = await step(target)
                elif step.is_long:
                    result = await off_loop(step.function, executor)
                else:
                    result = step.function()
            except Exception as error:  # noqa: PERF203 - each step has its own outcome
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        return cast("T", end.value)


async def run_between(
    steps: Steps[Target, T],
    target: Target,
    *,
    waits: bool = True,
    executor: Executor | None = None,
) -> T:
    """Does the steps without blocking the event loop, with a target that cannot be awaited.

    Long work is done as by ``run_async``; all the steps between are done in one go, in a thread: a
    change of threads for each would cost more than most of them do.

    Args:
        steps: What to do.
        target: What they ask.
        waits: ``False`` where the target answers at once: then no thread is needed for it.
        executor: Where long work is done, instead of the few threads that a process has for it.

    >>> import asyncio
    >>> def shout() -> Steps[str, str]:
    ...     return (yield lambda text: text.upper())
    >>> asyncio.run(run_between(shout(), "see how they run"))
    'SEE HOW THEY RUN'

    """
    # Whoever awaits has it.
    import asyncio

    done: Callable[[], Work | Callable[[Target], Any]] = lambda: next(steps)  # noqa: E731
    while True:
        if waits:
            found = await asyncio.to_thread(_until_long, steps, target, done)
        else:
            found = _until_long(steps, target, done)
        if isinstance(found, _End):
            return found.answer
        try:
            result = await off_loop(found.function, executor)
        except Exception as error:
            done = functools.partial(steps.throw, error)
        else:
            done = functools.partial(steps.send, result)


@dataclass(frozen=True)
class _End(Generic[T]):
    answer: T


def _until_long(
    steps: Steps[Target, T],
    target: Target,
    done: Callable[[], Work | Callable[[Target], Any]],
) -> Work | _End[T]:
    """Goes on with the steps, up to one of long work."""
    try:
        step = done()
        while True:
            if isinstance(step, Work) and step.is_long:
                return step
            try:
                result = step.function() if isinstance(step, Work) else step(target)
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        return _End(end.value)
