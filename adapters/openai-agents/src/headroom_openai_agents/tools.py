"""The retrieval tool as a function tool of the SDK."""

from __future__ import annotations

import json
from typing import Any

from agents import FunctionTool
from agents.tool_context import ToolContext

from headroom import RetrievalTool, SharedContext
from headroom_openai_agents.calls import Call, Calls
from headroom_openai_agents.offer import Offer
from headroom_openai_agents.once import Once
from headroom_openai_agents.room import check_tokens
from headroom_openai_agents.tenants import Namespace, checked, context_for

__all__ = ["retrieval_of", "retrieve_tool"]


def retrieve_tool(
    ctx: SharedContext, *, max_tokens: int = 1000, namespace: Namespace | None = None
) -> FunctionTool:
    """The tool by which an agent reads what a view left out.

    Attach it to the agents that get views. Views name it only to an agent that has it. Where views
    come by ``handoff_filter`` alone, an agent that a handoff gave nothing to look up is not offered
    it, so that it costs nothing; otherwise it is in every call of the agent's model.

    Args:
        ctx: Where the originals are.
        max_tokens: The most tokens that an answer has.
        namespace: As the filters take it; an answer is of the run's namespace alone.

    Raises:
        TypeError: ``ctx`` is no ``SharedContext``, or ``max_tokens`` no whole number.
        ValueError: ``max_tokens`` is less than 1.

    >>> retrieve_tool(SharedContext()).name
    'headroom_retrieve'

    """
    if not isinstance(ctx, SharedContext):
        raise TypeError(f"ctx must be a SharedContext, not {type(ctx).__name__}")
    check_tokens("max_tokens", max_tokens)
    retrieval = RetrievalTool(ctx, max_tokens)
    failures = Once("a namespace is not known, and nothing is looked up")

    call = Call(retrieval.name, frozenset([retrieval.name]))
    calls = Calls.of(ctx)
    checked(namespace)

    async def invoke(context: ToolContext[Any], arguments: str) -> str:
        # The answer may come to a filter without the call, and is no payload.
        calls.note(context.tool_call_id, call)
        try:
            mine = context_for(ctx, namespace, context.context)
        except Exception as error:
            # Whose it is is not known, so nothing is told.
            failures.warn(error)
            return "Nothing can be looked up in this run."
        answering = retrieval if mine is ctx else RetrievalTool(mine, max_tokens)
        return await answering.answer(**_arguments(arguments))

    return FunctionTool(
        name=retrieval.name,
        description=retrieval.description,
        params_json_schema=retrieval.schema,
        on_invoke_tool=invoke,
        is_enabled=Offer(ctx, namespace),
        # Strict mode wants every parameter named twice, and each call of a model would carry that.
        strict_json_schema=False,
    )


def _arguments(text: str) -> dict[str, str]:
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = {}
    return RetrievalTool.arguments(given if isinstance(given, dict) else {})


def retrieval_of(agent: object) -> FunctionTool | None:
    """The retrieval tool that an agent has, if it has it and it is not switched off."""
    for tool in getattr(agent, "tools", None) or []:
        if isinstance(tool, FunctionTool) and tool.name == RetrievalTool.name:
            return None if tool.is_enabled is False else tool
    return None
