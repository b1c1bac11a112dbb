"""Headroom in the agents of LangChain: views for the model, and the tool to look things up."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from langchain_core.messages import AnyMessage
from typing_extensions import Unpack

from headroom import HandoffOptions, Reader, SharedContext
from headroom_langgraph.messages import DEFAULT_ROLES
from headroom_langgraph.model_input import ModelInput
from headroom_langgraph.names import agent_name
from headroom_langgraph.namespaces import Namespace
from headroom_langgraph.options import checked_roles, handoff_of
from headroom_langgraph.retrieval import count_answers, names_tool
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
    """Gives an agent's model views of what its tools answered, and the tool to look up the rest.

    For ``create_agent(model, tools, middleware=[HeadroomMiddleware(ctx)])``. The model is sent
    views, in every call the same; the state, its checkpoints and the caller keep the originals. So
    every history is covered, one from before Headroom among them, and nothing is lost where the
    context is in memory and the process ends: the next one makes the same views of the same
    originals. It brings ``retrieve_tool(ctx)`` along, and offers it to the model where a view is
    shown that leaves something out, and that saves more than the tool costs.

    Args:
        ctx: Where the originals go.
        retrieve_max_tokens: The most tokens that an answer of the retrieval tool has.
        roles: Whose messages get views, of ``"tool"``, ``"assistant"`` and ``"user"``.
        namespace: See ``ReaderOptions``; the retrieval tool is in it as well.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools. Where there is
            no ``query``, a view answers the last user message before it.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """

    def __init__(
        self,
        ctx: SharedContext,
        *,
        retrieve_max_tokens: int = 1000,
        roles: Collection[str] = DEFAULT_ROLES,
        namespace: Namespace | None = None,
        **options: Unpack[HandoffOptions],
    ) -> None:
        super().__init__()
        self._handoff = handoff_of(ctx, mention_tool=True, namespace=namespace, **options)
        self._roles = checked_roles(roles)
        self._tool = retrieve_tool(ctx, max_tokens=retrieve_max_tokens, namespace=namespace)
        # Where the agent looks for tools that it may run.
        self.tools = [self._tool]

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Calls the model with views, and with the retrieval tool where one of them names it."""
        return handler(self._offering(request, self._input(request).seen()))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """The same, without blocking the event loop."""
        return await handler(self._offering(request, await self._input(request).aseen()))

    def _input(self, request: ModelRequest[Any]) -> ModelInput:
        reader = Reader(agent_name("agent"), tool_tokens=schema_tokens(self._handoff.ctx))
        return ModelInput(self._handoff, self._roles, request.messages, reader)

    def _offering(self, request: ModelRequest[Any], seen: list[AnyMessage]) -> ModelRequest[Any]:
        naming = [new is not old for new, old in zip(seen, request.messages) if names_tool([new])]
        tools = request.tools
        try:
            handoff = self._handoff.here()
            if handoff is not None:
                count_answers(handoff, seen)
                if naming and not naming[0]:
                    # It stands in the state like this: no decision of this call bears the tool.
                    handoff.tool_sent(agent_name("agent"), schema_tokens(handoff.ctx))
        except Exception as error:
            logger.warning("a call was not counted: %s", type(error).__name__)
        others = [tool for tool in tools if tool is not self._tool]
        if not naming or any(getattr(tool, "name", None) == self._tool.name for tool in others):
            # The user gave the agent one itself; models refuse two of one name.
            tools = others
        elif len(others) == len(tools):
            # Another middleware chose tools without knowing of the views.
            tools = [*tools, self._tool]
        return request.override(messages=seen, tools=tools)
