"""Which namespace of the store a run is in: a wall between users, or between threads."""

from __future__ import annotations

import dataclasses
import inspect
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config
from langgraph.runtime import get_runtime

from headroom import Handoff, SharedContext
from headroom.forking import lock

__all__ = [
    "Namespace",
    "ScopedHandoff",
    "aforget_thread",
    "context_here",
    "forget_thread",
    "in_namespace",
    "per_thread",
]

logger = logging.getLogger("headroom.langgraph")

#: A namespace, or what tells it: of the run's config, or of its runtime, as its parameter is named.
Namespace = str | Callable[[Any], str]

_lock = lock()
_said: WeakKeyDictionary[SharedContext, set[str]] = WeakKeyDictionary()


def per_thread(ctx: SharedContext) -> Callable[[RunnableConfig], str]:
    """A ``namespace=`` for each thread, so that ``forget_thread`` can delete what it put.

    Args:
        ctx: The context that the views are made with.

    >>> ctx = SharedContext()
    >>> per_thread(ctx)({"configurable": {"thread_id": "7"}})
    'default/thread/7'

    """

    def namespace(config: RunnableConfig) -> str:
        return _of_thread(ctx, config["configurable"]["thread_id"])

    return namespace


def forget_thread(ctx: SharedContext, thread_id: str) -> int:
    """Deletes all that a thread put, where views were made with ``namespace=per_thread(ctx)``.

    Other threads keep what they show. Call it after the checkpointer's ``delete_thread``, for the
    views that are in the checkpoints cannot be looked up any more.

    Args:
        ctx: The context that the views were made with, or one of the same store and namespace.
        thread_id: As in the thread's config.

    Returns:
        How many entries there were. If none, a warning says so once.

    Raises:
        StoreError: The store failed and ``on_error`` is ``"raise"``.

    >>> ctx = SharedContext()
    >>> forget_thread(ctx, "7")
    0

    """
    own = ctx.in_namespace(_of_thread(ctx, thread_id))
    count = len(own.keys())
    own.clear()
    return _forgotten(ctx, count)


async def aforget_thread(ctx: SharedContext, thread_id: str) -> int:
    """``forget_thread``, without blocking the event loop.

    As ``await aforget_thread(ctx, "7")``.
    """
    own = ctx.in_namespace(_of_thread(ctx, thread_id))
    count = len(await own.akeys())
    await own.aclear()
    return _forgotten(ctx, count)


def _forgotten(ctx: SharedContext, count: int) -> int:
    if not count:
        # Also where the views were made in another namespace: that is not to be overlooked.
        _say_once(
            ctx,
            "forget_thread found nothing: it deletes what was put with namespace=per_thread(ctx), "
            "and no more",
        )
    return count


def _of_thread(ctx: SharedContext, thread_id: object) -> str:
    # Quoted, so that no two pairs run together.
    return f"{quote(ctx.namespace, safe='')}/thread/{thread_id}"


@dataclasses.dataclass(frozen=True)
class ScopedHandoff(Handoff):
    """A handoff that is in another namespace in each run.

    Args:
        namespace: Tells it of the run; ``None`` where it is that of ``ctx`` in all of them.
        config: The run's config, where no graph runs yet.

    """

    namespace: Callable[[Any], str] | None = None
    config: RunnableConfig | None = None

    def here(self) -> Handoff | None:
        """The handoff for the run that is under way; ``None`` where its namespace is not known."""
        ctx = context_here(self.ctx, self.namespace, self.config)
        if ctx is self.ctx:
            return self
        return None if ctx is None else self.in_namespace(ctx.namespace)


def in_namespace(
    ctx: SharedContext, namespace: Namespace | None
) -> tuple[SharedContext, Callable[[Any], str] | None]:
    """The context of a namespace that is told as a text, and what tells it of each run otherwise.

    Raises:
        ValueError: It is an empty text.
        TypeError: It is neither a text nor a function.

    """
    if namespace is None:
        return ctx, None
    if isinstance(namespace, str):
        return ctx.in_namespace(namespace), None
    if not callable(namespace):
        raise TypeError(
            "namespace must be a text, or a function of config or of runtime, not "
            f"{type(namespace).__name__}"
        )
    return ctx, namespace


def context_here(
    ctx: SharedContext,
    namespace: Callable[[Any], str] | None,
    config: RunnableConfig | None = None,
) -> SharedContext | None:
    """The context in the namespace of the run that is under way. Never raises.

    Returns:
        ``None`` where the namespace is not known. That is said once; no other will do.

    """
    if namespace is None:
        return ctx
    try:
        if _takes_runtime(namespace):
            return ctx.in_namespace(namespace(get_runtime()))
        return ctx.in_namespace(namespace(config or get_config()))
    except Exception as error:
        _say_once(
            ctx,
            "payloads go on as they are: namespace= did not tell the namespace of this run (%s)",
            type(error).__name__,
        )
        return None


def _takes_runtime(namespace: Callable[[Any], str]) -> bool:
    """As LangGraph itself tells the two apart in nodes: by the parameter's name."""
    try:
        return next(iter(inspect.signature(namespace).parameters), "") == "runtime"
    except ValueError:
        # Some that are written in C do not say.
        return False


def _say_once(ctx: SharedContext, message: str, *details: object) -> None:
    with _lock:
        said = _said.setdefault(ctx, set())
        level = logging.DEBUG if message in said else logging.WARNING
        said.add(message)
    logger.log(level, message, *details)
