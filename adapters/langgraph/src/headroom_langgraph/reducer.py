"""Reducers that put views into one channel of the state."""

from __future__ import annotations

import dataclasses
import functools
import uuid
from collections.abc import Callable
from typing import Any, Literal
from weakref import WeakValueDictionary

from langchain_core.messages import BaseMessage
from langgraph.graph.message import add_messages
from typing_extensions import Unpack

from headroom import SharedContext
from headroom.forking import lock
from headroom_langgraph.blocking import say_what_blocks
from headroom_langgraph.messages import role_of
from headroom_langgraph.namespaces import ScopedHandoff
from headroom_langgraph.options import ReaderOptions, handoff_of, roles_in, unknown_reader
from headroom_langgraph.state import Asked, asked_in, question_in
from headroom_langgraph.updates import UpdateViews

__all__ = ["compress_messages", "compress_reducer"]

Reducer = Callable[[Any, Any], Any]

# Its declared type does not tell of the keyword.
_add_messages: Any = add_messages
# By the formats that it takes.
_JOINS: dict[str | None, Reducer] = {
    None: _add_messages,
    "langchain-openai": functools.partial(_add_messages, format="langchain-openai"),
}

_lock = lock()
_reducers: WeakValueDictionary[tuple[object, ...], Reducer] = WeakValueDictionary()


def compress_reducer(
    ctx: SharedContext,
    reducer: Reducer | None = None,
    **options: Unpack[ReaderOptions],
) -> Reducer:
    """A reducer that puts views into one channel of the state.

    A channel is declared with it: ``found: Annotated[str, compress_reducer(ctx)]``.
    It sees everything that is written to the channel, whichever node wrote it, the graph's input
    included. But a checkpointer and ``stream_mode="updates"`` see what was written before it does:
    to keep originals out of these, decorate the nodes with ``compress_node``. Equal arguments give
    the same reducer, so that a channel can be declared in several schemas.

    LangGraph calls reducers in the event loop of an async graph. What is held up there by the store
    of ``ctx`` is said in a warning, here; in such graphs decorate the nodes instead. In a
    ``DeltaChannel`` give a ``reducer`` that takes a batch of writes, as that asks for.

    Args:
        ctx: Where the originals go.
        reducer: Joins the channel's value and a view, such as ``operator.add`` or
            ``add_messages``; if not given, the last value stands.
        options: See ``ReaderOptions``. Where there is no ``query``, it is the last user message if
            the channel holds messages. LangGraph calls a reducer more than once for one payload,
            and so is ``on_compress``. ``namespace`` is a text: a reducer is not told of a run.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> import operator
    >>> ctx = SharedContext()
    >>> joined = compress_reducer(ctx, operator.add)
    >>> joined(["short"], ["notes"])
    ['short', 'notes']
    >>> joined is compress_reducer(ctx, operator.add)
    True

    """
    handoff = handoff_of(ctx, **options)
    if handoff.namespace is not None:
        raise TypeError(
            "LangGraph tells reducers nothing of the run: namespace must be a text here; "
            "with a function, use compress_node"
        )
    say_what_blocks(ctx)
    return _known(handoff, reducer, roles_in(options), has_savings="savings" in options)


def compress_messages(
    ctx: SharedContext,
    *,
    format: Literal["langchain-openai"] | None = None,  # noqa: A002 - as add_messages says it
    **options: Unpack[ReaderOptions],
) -> Reducer:
    """``add_messages`` with views in what tools answered.

    A channel is declared with it: ``messages: Annotated[list, compress_messages(ctx)]``.
    It appends, replaces by id and removes as ``add_messages`` does, takes the same notations and
    raises the same errors. All of a message but its text stays, its id included; what users and
    models say stays whole, unless ``roles`` names them. Views are made to answer
    the last user message before them. It works in a ``DeltaChannel`` as well. What is said of
    ``compress_reducer`` holds for it too.

    Args:
        ctx: Where the originals go.
        format: As ``add_messages`` takes it.
        options: As ``compress_reducer`` takes them.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> ctx = SharedContext()
    >>> joined = compress_messages(ctx)([("user", "Who won?")], [("ai", "We did.")])
    >>> [message.type for message in joined]
    ['human', 'ai']
    >>> compress_messages(ctx) is compress_messages(ctx)
    True

    """
    if format not in _JOINS:
        raise ValueError(f'format must be "langchain-openai" or None, not {format!r}')
    return compress_reducer(ctx, _JOINS[format], **options)


def _known(
    handoff: ScopedHandoff, reducer: Reducer | None, roles: frozenset[str], *, has_savings: bool
) -> Reducer:
    """The reducer that these arguments gave before, if it is still in use.

    LangGraph takes two reducers of one channel for a conflict unless they are one object.
    """
    arguments = (
        handoff.ctx,
        _hashable(reducer),
        handoff.query,
        handoff.max_tokens,
        handoff.fidelity,
        handoff.min_tokens,
        handoff.exclude,
        handoff.full_for,
        _hashable(handoff.on_handoff),
        # One of its own adds up nothing that anybody looks at.
        handoff.savings if has_savings else None,
        _hashable(handoff.on_compress),
        handoff.tool,
        roles,
    )
    with _lock:
        known = _reducers.get(arguments)
        if known is None:
            is_of_messages = any(reducer is join for join in _JOINS.values())
            known = _make(handoff, reducer, roles, is_of_messages=is_of_messages)
            _reducers[arguments] = known
        return known


def _hashable(function: object) -> object:
    try:
        hash(function)
    except TypeError:
        # The reducer keeps it, so no other object gets its id while the reducer is known.
        return id(function)
    return function


def _make(
    handoff: ScopedHandoff, reducer: Reducer | None, roles: frozenset[str], *, is_of_messages: bool
) -> Reducer:
    # A plain function of two arguments is what LangGraph takes for a reducer.
    def headroom_reducer(left: Any, right: Any) -> Any:
        if reducer is not None:
            # It may call add_messages.
            _give_ids(right)
        views = UpdateViews(
            handoff,
            node="state",
            roles=roles,
            # add_messages takes a text for what a user says.
            texts_of_users=("state",) if is_of_messages else (),
            told=(left, *right) if _is_batch(right) else (left, right),
            reader=unknown_reader(handoff),
        )
        asked = asked_in(left)
        seen = views.safely(lambda views: _in_order(right, views, asked)[0], right)
        if reducer is None:
            return seen
        if is_of_messages and _is_batch(seen):
            for write in seen:
                left = reducer(left, write)
            return left
        return reducer(left, seen)

    return headroom_reducer


def _in_order(value: Any, views: UpdateViews, asked: Asked) -> tuple[Any, Asked]:
    """A value with views in it that answer what was asked before each, and what is asked then.

    A ``DeltaChannel`` hands over writes in batches, larger ones when it reads a checkpoint: what
    comes of one must not depend on those that come after it.
    """
    if type(value) is list:
        seen = []
        for one in value:
            new, asked = _in_order(one, views, asked)
            seen.append(new)
        return (seen if any(new is not old for new, old in zip(seen, value)) else value), asked
    if role_of(value) is not None:
        asked = asked.after(value)
    elif (said := question_in(value)) is not None:
        asked = Asked(said)
    query = views.handoff.query or asked.text
    return dataclasses.replace(views, query=query).value(value, "state"), asked


def _is_batch(writes: object) -> bool:
    """Whether these are the writes of a ``DeltaChannel``; a message alone is no list."""
    return isinstance(writes, list) and any(isinstance(write, list) for write in writes)


def _give_ids(messages: object) -> None:
    """Gives ids to messages without one, as ``add_messages`` does, and for the same reason.

    A reducer is called several times for one message. Were the id given to a copy of it, each call
    would make another message.
    """
    if isinstance(messages, list):
        for message in messages:
            _give_ids(message)
    elif isinstance(messages, BaseMessage) and messages.id is None:
        messages.id = str(uuid.uuid4())
