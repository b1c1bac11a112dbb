"""Headroom in the agents of LangChain: views of tool answers, and the tool to look things up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

from langgraph.prebuilt.tool_node import ToolCallRequest

from headroom import ContextEntry, Fidelity, SharedContext
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
        query: What the views are made to answer; if not given, the last user message.
        max_tokens: The most tokens that a view has.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Answers with fewer tokens go on untouched.
        exclude: Names of tools whose answers go on untouched.
        on_compress: Called with the entry of each answer that was replaced by a view.
        retrieve_max_tokens: The most tokens that an answer of the retrieval tool has.

    Raises:
        ValueError: An option makes no sense.
        TypeError: An option has the wrong type.

    """

    def __init__(
        self,
        ctx: SharedContext,
        *,
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        min_tokens: int = 200,
        exclude: Collection[str] = (),
        on_compress: Callable[[ContextEntry], object] | None = None,
        retrieve_max_tokens: int = 1000,
    ) -> None:
        super().__init__()
        self._handoff = handoff_of(
            ctx,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            min_tokens=min_tokens,
            exclude=exclude,
            on_compress=on_compress,
            mention_tool=True,
        )
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
