"""Headroom in the agents of LangChain: views of tool answers, and the tool to look things up."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langgraph.prebuilt.tool_node import ToolCallRequest
from typing_extensions import Unpack

from headroom import Decision, HandoffOptions, Reader, SharedContext
from headroom_langgraph.names import agent_name
from headroom_langgraph.namespaces import Namespace
from headroom_langgraph.options import handoff_of
from headroom_langgraph.sent_again import SentAgain, names_tool
from headroom_langgraph.tool_calls import Answer, aseen_by_model, seen_by_model
from headroom_langgraph.tools import retrieve_tool, schema_tokens

try:
    from langchain.agents.middleware import AgentMiddleware
    from langchain.agents.middleware.types import ModelRequest, ModelResponse
except ImportError as error:
    raise ImportError(
        "HeadroomMiddleware needs langchain: pip install 'headroom-langgraph[langchain]'"
    ) from error

__all__ = ["HeadroomMiddleware"]

logger = logging.getLogger("headroom.langgraph")


class HeadroomMiddleware(AgentMiddleware):
    """Gives an agent views of what its tools answer, and the tool to look up the rest.

    For ``create_agent(model, tools, middleware=[HeadroomMiddleware(ctx)])``. It brings
    ``retrieve_tool(ctx)`` along, and offers it to the model where a view was shown that leaves
    something out, and that saves more than the tool costs. Answers of tools
    with ``return_direct`` are for the user, and stay whole.

    Args:
        ctx: Where the originals go.
        retrieve_max_tokens: The most tokens that an answer of the retrieval tool has.
        namespace: See ``ReaderOptions``; the retrieval tool is in it as well.
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
        namespace: Namespace | None = None,
        **options: Unpack[HandoffOptions],
    ) -> None:
        super().__init__()
        self._again = SentAgain()
        options["on_handoff"] = _noting(self._again, options.get("on_handoff"))
        self._handoff = handoff_of(ctx, mention_tool=True, namespace=namespace, **options)
        self._tool = retrieve_tool(ctx, max_tokens=retrieve_max_tokens, namespace=namespace)
        # Where the agent looks for tools that it may run.
        self.tools = [self._tool]

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Offers the retrieval tool where a view that leaves something out was shown."""
        return handler(self._offering(request))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """The same, for agents that run async."""
        return await handler(self._offering(request))

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Answer]
    ) -> Answer:
        """Runs the tool, and hands on a view of its answer."""
        reader = self._reader(request)
        return seen_by_model(self._handoff, request, handler(request), reader)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Answer]]
    ) -> Answer:
        """The same, without blocking the event loop."""
        reader = self._reader(request)
        return await aseen_by_model(self._handoff, request, await handler(request), reader)

    def _reader(self, request: ToolCallRequest) -> Reader:
        return Reader(
            agent_name("agent"),
            has_tool=names_tool(_messages(request.state)),
            tool_tokens=schema_tokens(self._handoff.ctx),
        )

    def _offering(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        try:
            handoff = self._handoff.here()
            if handoff is not None:
                tokens = schema_tokens(handoff.ctx)
                self._again.count(handoff, agent_name("agent"), request.messages, tokens)
        except Exception as error:
            logger.warning("a call was not counted: %s", type(error).__name__)
        if names_tool(request.messages):
            return request
        return request.override(tools=[tool for tool in request.tools if tool is not self._tool])


def _messages(state: object) -> object:
    return state.get("messages") if isinstance(state, Mapping) else None


def _noting(
    again: SentAgain, told: Callable[[Decision], object] | None
) -> Callable[[Decision], object]:
    """What is told of each decision, and notes it first."""
    if told is not None and not callable(told):
        raise TypeError(f"on_handoff must be callable, not {type(told).__name__}")

    def noting(decision: Decision) -> None:
        again.note(decision)
        if told is not None:
            told(decision)

    return noting
