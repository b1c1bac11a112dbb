"""Headroom in the agents of LangChain: views of tool answers, and the tool to look things up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from langgraph.prebuilt.tool_node import ToolCallRequest
from typing_extensions import Unpack

from headroom import HandoffOptions, SharedContext
from headroom_langgraph.options import handoff_of
from headroom_langgraph.tool_calls import Answer, seen_by_model
from headroom_langgraph.tools import retrieve_tool

try:
    from langchain.agents.middleware import AgentMiddleware
except ImportError as error:
    raise ImportError(
        "HeadroomMiddleware needs langchain: pip install 'headroom-langgraph[langchain]'"
    ) from error

__all__ = ["HeadroomMiddleware"]


class HeadroomMiddleware(AgentMiddleware):
    """Gives an agent views of what its tools answer, and the tool to look up the rest.

    For ``create_agent(model, tools, middleware=[HeadroomMiddleware(ctx)])``. It attaches
    ``retrieve_tool(ctx)`` itself, so the views name it. Answers of tools with ``return_direct`` are
    for the user, and stay whole.

    Args:
        ctx: Where the originals go.
        retrieve_max_tokens: The most tokens that an answer of the retrieval tool has.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools. Where there is
            no ``query``, it is the last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """

    def __init__(
        self,
        ctx: SharedContext,
        *,
        retrieve_max_tokens: int = 1000,
        **options: Unpack[HandoffOptions],
    ) -> None:
        super().__init__()
        self._handoff = handoff_of(ctx, mention_tool=True, **options)
        self.tools = [retrieve_tool(ctx, max_tokens=retrieve_max_tokens)]

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Answer]
    ) -> Answer:
        """Runs the tool, and hands on a view of its answer."""
        return seen_by_model(self._handoff, request, handler(request))

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Answer]]
    ) -> Answer:
        """The same, without blocking the event loop."""
        answer = await handler(request)
        return await asyncio.to_thread(seen_by_model, self._handoff, request, answer)
