"""What blocks an event loop: said when it is built, and done where nothing forbids it."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar, cast
from weakref import WeakSet

from headroom import MemoryStore, SharedContext, StoreError
from headroom.forking import lock
from headroom_langgraph.graph_access import is_asynchronous
from headroom_langgraph.graph_store import LangGraphStore

__all__ = ["outside_loop", "say_what_blocks"]

logger = logging.getLogger("headroom.langgraph")

T = TypeVar("T")

_lock = lock()
_said: WeakSet[SharedContext] = WeakSet()


def say_what_blocks(ctx: SharedContext) -> None:
    """Says once per context what a reducer does to the event loop of an async graph. Never raises.

    LangGraph calls reducers in the loop, and cannot await them.
    """
    store = ctx.store
    if type(store) is MemoryStore:
        return
    with _lock:
        if ctx in _said:
            return
        _said.add(ctx)
    try:
        is_awaited = isinstance(store, LangGraphStore) and is_asynchronous(store.graph_store)
    except StoreError:
        # It is known only when the graph runs.
        is_awaited = False
    if is_awaited:
        logger.warning(
            "reducers cannot await the asynchronous store of this context: in async graphs, what "
            "they are given stays as it is. Decorate the nodes with compress_node(ctx) instead"
        )
    else:
        logger.warning(
            "in async graphs, a reducer holds up the event loop while the store of this context "
            "answers. There, decorate the nodes with compress_node(ctx) instead"
        )


def outside_loop(ctx: SharedContext, work: Callable[[], T]) -> T:
    """Does work of a context; where this thread runs an event loop, in another one, and waits.

    The loop is held up in either case. But what guards a loop, as blockbuster does under
    ``langgraph dev``, forbids what a store does in its thread.
    """
    try:
        asyncio.get_running_loop()
        getattr(ctx.store, "check_thread", _fine)()
    except (RuntimeError, StoreError):
        # No loop; or the store would wait for this very one, as it will say itself.
        return work()
    done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            done.put((context.run(work), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=run, name="headroom-reducer", daemon=True).start()
    result, error = done.get()
    if error is not None:
        raise error
    return cast("T", result)


def _fine() -> None:
    """Any thread will do."""
