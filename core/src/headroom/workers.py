"""Threads for work that must not hold up an event loop: few, for all of a process."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["THREADS", "off_loop"]

T = TypeVar("T")

#: Threads that work at the same time. They share the interpreter: more of them do not work faster,
#: and each keeps the event loop waiting for its turn (5 ms, ``sys.getswitchinterval``).
THREADS = min(2, os.cpu_count() or 1)

_pool: ThreadPoolExecutor | None = None


async def off_loop(function: Callable[[], T], executor: Executor | None = None) -> T:
    """Does something in a thread, as soon as one of a few is free."""
    # The context variables go with it, as with asyncio.to_thread.
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(
        executor or _threads(), context.run, function
    )


def _threads() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        # Two at once make two, of which one is forgotten: no threads are lost by that.
        _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="headroom")
    return _pool


def _forget() -> None:
    """Threads do not come along when a process forks."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
