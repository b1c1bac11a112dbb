"""A reducer that puts views into one channel of the state."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Collection
from typing import Any
from weakref import WeakValueDictionary

from langchain_core.messages import BaseMessage
from langgraph.graph.message import add_messages

from headroom import ContextEntry, Fidelity, Handoff, RetrievalTool, SharedContext
from headroom_langgraph.updates import UpdateViews, checked_names

__all__ = ["compress_reducer"]

Reducer = Callable[[Any, Any], Any]

_lock = threading.Lock()
_reducers: WeakValueDictionary[tuple[object, ...], Reducer] = WeakValueDictionary()


def compress_reducer(
    ctx: SharedContext,
    reducer: Reducer | None = None,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
    mention_tool: bool = False,
) -> Reducer:
    """A reducer that puts views into one channel of the state.

    A channel is declared with it: ``found: Annotated[str, compress_reducer(ctx)]``.
    It sees everything that is written to the channel, whichever node wrote it, the graph's input
    included. But a checkpointer and ``stream_mode="updates"`` see what was written before it does:
    to keep originals out of these, decorate the nodes with ``compress_node``. Equal arguments give
    the same reducer, so that a channel can be declared in several schemas.

    Args:
        ctx: Where the originals go.
        reducer: Joins the channel's value and a view, such as ``operator.add`` or
            ``add_messages``; if not given, the last value stands.
        query: What the views are made to answer.
        max_tokens: The most tokens that a view has.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Payloads with fewer tokens go on untouched.
        exclude: Names of tools and agents whose messages go on untouched.
        on_compress: Called with the entry of each payload that was replaced by a view; LangGraph
            calls a reducer more than once for the same payload.
        mention_tool: Whether views name the retrieval tool. Say so where the model that reads
            them has ``retrieve_tool(ctx)``.

    Raises:
        ValueError: An option makes no sense.
        TypeError: An option has the wrong type.

    >>> import operator
    >>> ctx = SharedContext()
    >>> joined = compress_reducer(ctx, operator.add)
    >>> joined(["short"], ["notes"])
    ['short', 'notes']
    >>> joined is compress_reducer(ctx, operator.add)
    True

    """
    excluded = checked_names("exclude", exclude) or frozenset()
    handoff = Handoff(
        ctx,
        query=query,
        max_tokens=max_tokens,
        fidelity=fidelity,
        min_tokens=min_tokens,
        exclude=excluded,
        on_compress=on_compress,
        tool=RetrievalTool.name if mention_tool else None,
    )
    # LangGraph takes two reducers of one channel for a conflict unless they are one object.
    wish = (query, max_tokens, fidelity, min_tokens, excluded, on_compress, mention_tool)
    arguments = (ctx, reducer, wish)
    with _lock:
        known = _reducers.get(arguments)
        if known is None:
            known = _reducers[arguments] = _make(handoff, reducer)
        return known


def _make(handoff: Handoff, reducer: Reducer | None) -> Reducer:
    views = UpdateViews(handoff, node="state")

    # A plain function of two arguments is what LangGraph takes for a reducer.
    def headroom_reducer(left: Any, right: Any) -> Any:
        if reducer is add_messages:
            _give_ids(right)
        seen = views.safe_value(right, views.node)
        return seen if reducer is None else reducer(left, seen)

    return headroom_reducer


def _give_ids(messages: object) -> None:
    """Gives ids to messages without one, as ``add_messages`` does, and for the same reason.

    A reducer is called several times for one message. Were the id given to a copy of it, each call
    would make another message.
    """
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, BaseMessage) and message.id is None:
            message.id = str(uuid.uuid4())
