"""Views of what tools answer, for LangGraph's ToolNode and for the agents of LangChain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command
from typing_extensions import Unpack

from headroom import Reader, SharedContext
from headroom_langgraph.durability import warn_if_views_outlive_originals
from headroom_langgraph.names import agent_name, check_names
from headroom_langgraph.namespaces import ScopedHandoff
from headroom_langgraph.options import ReaderOptions, handoff_of, roles_in, unknown_reader
from headroom_langgraph.state import question_in
from headroom_langgraph.updates import UpdateViews

__all__ = [
    "Answer",
    "AsyncToolCallWrapper",
    "ToolCallWrapper",
    "aseen_by_model",
    "awrap_tool_call",
    "seen_by_model",
    "wrap_tool_call",
]

#: What a tool call comes to.
Answer = ToolMessage | Command[Any]
ToolCallWrapper = Callable[[ToolCallRequest, Callable[[ToolCallRequest], Answer]], Answer]
AsyncToolCallWrapper = Callable[
    [ToolCallRequest, Callable[[ToolCallRequest], Awaitable[Answer]]], Awaitable[Answer]
]


def wrap_tool_call(
    ctx: SharedContext,
    **options: Unpack[ReaderOptions],
) -> ToolCallWrapper:
    """Views of what the tools of a ``ToolNode`` answer.

    For ``ToolNode(tools, wrap_tool_call=wrap_tool_call(ctx))``. Where the graph runs async, pass
    ``awrap_tool_call=awrap_tool_call(ctx)`` as well: LangGraph would run async tools by the sync
    wrapper otherwise. Ids, names, statuses and artifacts of messages stay, and so do the
    ``Command`` objects that tools return, but for their updates. Answers of tools with
    ``return_direct`` are for the user, and stay whole.

    Args:
        ctx: Where the originals go.
        options: See ``ReaderOptions``. Where there is no ``query``, it is the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff, roles = handoff_of(ctx, **options), roles_in(options)

    def headroom_wrap_tool_call(
        request: ToolCallRequest, execute: Callable[[ToolCallRequest], Answer]
    ) -> Answer:
        return seen_by_model(handoff, request, execute(request), _reader(handoff), roles)

    return headroom_wrap_tool_call


def awrap_tool_call(
    ctx: SharedContext,
    **options: Unpack[ReaderOptions],
) -> AsyncToolCallWrapper:
    """``wrap_tool_call`` for a ``ToolNode`` that runs async; it leaves the event loop free.

    For ``ToolNode(tools, awrap_tool_call=awrap_tool_call(ctx))``; arguments and errors are those of
    ``wrap_tool_call``.
    """
    handoff, roles = handoff_of(ctx, **options), roles_in(options)

    async def headroom_awrap_tool_call(
        request: ToolCallRequest, execute: Callable[[ToolCallRequest], Awaitable[Answer]]
    ) -> Answer:
        answer = await execute(request)
        return await aseen_by_model(handoff, request, answer, _reader(handoff), roles)

    return headroom_awrap_tool_call


def seen_by_model(
    handoff: ScopedHandoff,
    request: ToolCallRequest,
    answer: Answer,
    reader: Reader,
    roles: Collection[str],
) -> Answer:
    """The answer of a tool with views in it. Never raises."""
    views = _views(handoff, request, reader, roles)
    if views is None:
        return answer
    return _shown(handoff, views.safely(lambda views: _seen(answer, views), answer), answer)


async def aseen_by_model(
    handoff: ScopedHandoff,
    request: ToolCallRequest,
    answer: Answer,
    reader: Reader,
    roles: Collection[str],
) -> Answer:
    """The same, without blocking the event loop."""
    views = _views(handoff, request, reader, roles)
    if views is None:
        return answer
    seen = await views.asafely(lambda views: _seen(answer, views), answer)
    return _shown(handoff, seen, answer)


def _views(
    handoff: ScopedHandoff, request: ToolCallRequest, reader: Reader, roles: Collection[str]
) -> UpdateViews | None:
    if getattr(request.tool, "return_direct", False):
        # No model reads it: it is what the user gets.
        return None
    query = handoff.query
    if query is None:
        query = question_in(request.state)
    called = request.tool_call
    # Older versions of LangGraph do not tell which tools there are.
    tools = getattr(request.runtime, "tools", None)
    names = None if tools is None else [tool.name for tool in tools]
    check_names(handoff, called["name"], (request.state,), names)
    return UpdateViews(
        handoff, node=called["name"], query=query, roles=roles, told=(called,), reader=reader
    )


def _seen(answer: Answer, views: UpdateViews) -> Answer:
    if isinstance(answer, ToolMessage):
        return views.value(answer, views.node)
    return views.update(answer)


def _shown(handoff: ScopedHandoff, seen: Answer, answer: Answer) -> Answer:
    if seen is not answer:
        warn_if_views_outlive_originals(handoff.ctx)
    return seen


def _reader(handoff: ScopedHandoff) -> Reader:
    return replace(unknown_reader(handoff), name=agent_name(""))
