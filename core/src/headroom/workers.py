"""Threads for work that must not hold up an event loop: few, for all of a process."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar, cast

from headroom.forking import on_fork

__all__ = ["THREADS", "off_loop"]

T = TypeVar("T")

#: Threads that work at the same time, at the most.
THREADS = min(2, os.cpu_count() or 1)

# Seconds after which work that one thread does holds up no more what waits behind it. Threads share
# the interpreter: two do not work faster than one, and each that works keeps the event loop waiting
# for its turn (5 ms, ``sys.getswitchinterval``; ``python -m benchmarks.loop_lag``). The view of a
# payload of 250 KB takes about so long.
_PATIENCE = 0.25


class _Threads:
    """One thread that works, and others that help where its work takes long."""

    def __init__(self) -> None:
        self._pools = [
            ThreadPoolExecutor(1, thread_name_prefix=f"headroom_{number}")
            for number in range(THREADS)
        ]
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], object], Future[object]]] = deque()
        # When each thread began what it does; ``None`` where it does nothing.
        self._began: list[float | None] = [None] * THREADS

    def submit(self, function: Callable[[], object]) -> Future[object]:
        future: Future[object] = Future()
        self._waiting.append((function, future))
        self._pools[0].submit(self._work, 0)
        return future

    def help(self) -> None:
        """Has another thread work where all that work are at something long."""
        now = time.monotonic()
        with self._lock:
            for number, began in enumerate(self._began):
                if began is None:
                    if number and self._waiting:
                        self._began[number] = now
                        self._pools[number].submit(self._work, number)
                    return
                if now - began < _PATIENCE:
                    return

    def _work(self, number: int) -> None:
        """Does what has waited longest, if it still waits."""
        try:
            function, future = self._waiting.popleft()
        except IndexError:
            self._began[number] = None
            return
        self._began[number] = time.monotonic()
        try:
            if future.set_running_or_notify_cancel():
                _answer(function, future)
        finally:
            self._began[number] = None
            # A payload hangs on it.
            del function, future


def _answer(function: Callable[[], object], future: Future[object]) -> None:
    try:
        result = function()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)


_threads: _Threads | None = None


async def off_loop(function: Callable[[], T], executor: Executor | None = None) -> T:
    """Does something in a thread, as soon as one of a few is free."""
    # Whoever awaits has it.
    import asyncio

    # The context variables go with it, as with asyncio.to_thread.
    context = contextvars.copy_context()
    if executor is not None:
        return await asyncio.get_running_loop().run_in_executor(executor, context.run, function)
    threads = _running()
    done = threads.submit(lambda: context.run(function))
    answer = asyncio.wrap_future(done)
    try:
        while not (done.running() or done.done()):
            await asyncio.wait((answer,), timeout=_PATIENCE)
            threads.help()
        return cast("T", await answer)
    finally:
        # Where nobody waits any more: what has not begun need not begin, and nobody is to be told.
        done.cancel()
        answer.cancel()


def _running() -> _Threads:
    global _threads
    if _threads is None:
        # Two at once make two, of which one is forgotten: no work is lost by that.
        _threads = _Threads()
    return _threads


def _forget() -> None:
    """Threads do not come along when a process forks."""
    global _threads
    _threads = None


on_fork(_forget)
