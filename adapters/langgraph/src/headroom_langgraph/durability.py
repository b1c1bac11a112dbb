"""Originals that last as long as the views of them: held for a run, and a warning for longer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.store.memory import InMemoryStore

from headroom import MemoryStore, SharedContext
from headroom.forking import lock
from headroom_langgraph.graph_store import LangGraphStore

__all__ = ["held_for_run", "warn_if_views_outlive_originals"]

logger = logging.getLogger("headroom.langgraph")

# Where LangGraph tells a running node of its checkpointer. It is no public name, so nothing but a
# warning depends on it.
_CHECKPOINTER = "__pregel_checkpointer"

_lock = lock()
_warned: WeakSet[SharedContext] = WeakSet()


def warn_if_views_outlive_originals(ctx: SharedContext) -> None:
    """Says once per context that a durable checkpointer meets a store in memory. Never raises."""
    try:
        if ctx in _warned or not (_is_durable_checkpointer() and _is_in_memory(ctx)):
            return
    except Exception as error:
        logger.debug("the checkpointer is not known: %s", type(error).__name__)
        return
    with _lock:
        if ctx in _warned:
            return
        _warned.add(ctx)
    logger.warning(
        "this graph's checkpoints are durable, but its context keeps the originals in memory: "
        "after a restart, nothing can be looked up behind the views in them. Give the context a "
        'durable store, SharedContext(store="sqlite:///context.db"), or the graph\'s own, '
        "SharedContext(store=LangGraphStore(store))"
    )


@contextmanager
def held_for_run(ctx: SharedContext) -> Iterator[None]:
    """Lets nothing that a block puts be evicted or expire while the graph runs.

    A graph does not say when it ends. What is held ends by its time after the last node that put
    something; a thread, and else a run, holds all that its nodes put.
    """
    try:
        config = get_config()
    except RuntimeError:
        # Called by hand, outside of a graph.
        yield
        return
    known = {**(config.get("metadata") or {}), **config.get("configurable", {})}
    holder = known.get("thread_id") or known.get("run_id") or config.get("run_id")
    with ctx.lease(None if holder is None else f"langgraph {holder}").active():
        yield


def _is_durable_checkpointer() -> bool:
    try:
        config = get_config()
    except RuntimeError:
        # Called by hand, outside of a graph.
        return False
    checkpointer = config.get("configurable", {}).get(_CHECKPOINTER)
    return checkpointer is not None and not isinstance(checkpointer, (InMemorySaver, bool))


def _is_in_memory(ctx: SharedContext) -> bool:
    store = ctx.store
    if isinstance(store, LangGraphStore):
        return isinstance(store.graph_store, InMemoryStore)
    return isinstance(store, MemoryStore)
