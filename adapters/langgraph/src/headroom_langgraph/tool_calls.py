"""Views of what tools answer, for LangGraph's ToolNode and for the agents of LangChain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command
from typing_extensions import Unpack

from headroom import SharedContext
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
    "awrap_tool_call",
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
        answer = execute(request)
        views = _views(handoff, request, roles)
        if views is None:
            return answer
        seen = views.safely(lambda views: views.answer(answer), answer)
        return _shown(handoff, seen, answer)

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
        views = _views(handoff, request, roles)
        if views is None:
            return answer
        seen = await views.asafely(lambda views: views.answer(answer), answer)
        return _shown(handoff, seen, answer)

    return headroom_awrap_tool_call


def _views(
    handoff: ScopedHandoff, request: ToolCallRequest, roles: Collection[str]
) -> UpdateViews | None:
    """How views of a tool's answer are made; ``None`` where it stays."""
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
    reader = replace(unknown_reader(handoff), name=agent_name(""))
    return UpdateViews(
        handoff, node=called["name"], query=query, roles=roles, told=(called,), reader=reader
    )


def _shown(handoff: ScopedHandoff, seen: Answer, answer: Answer) -> Answer:
    if seen is not answer:
        warn_if_views_outlive_originals(handoff.ctx)
    return seen
