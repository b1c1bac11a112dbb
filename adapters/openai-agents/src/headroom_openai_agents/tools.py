"""The retrieval tool as a function tool of the SDK."""

from __future__ import annotations

from typing import Annotated

from agents import FunctionTool, function_tool
from pydantic import Field

from headroom import RetrievalTool, SharedContext

__all__ = ["has_tool", "retrieve_tool"]

_SAYS = RetrievalTool.parameters


def retrieve_tool(ctx: SharedContext, *, max_tokens: int = 1000) -> FunctionTool:
    """The tool by which an agent reads what a view left out.

    Attach it to the agents that get views. Views name it only to an agent that has it.

    Args:
        ctx: Where the originals are.
        max_tokens: The most tokens that an answer has.

    >>> retrieve_tool(SharedContext()).name
    'headroom_retrieve'

    """
    retrieval = RetrievalTool(ctx, max_tokens)

    @function_tool(
        name_override=retrieval.name,
        description_override=retrieval.description,
        use_docstring_info=False,
    )
    async def headroom_retrieve(
        key: Annotated[str, Field(description=_SAYS["key"])],
        query: Annotated[str | None, Field(description=_SAYS["query"])] = None,
        place: Annotated[str | None, Field(description=_SAYS["place"])] = None,
        path: Annotated[str | None, Field(description=_SAYS["path"])] = None,
        where: Annotated[str | None, Field(description=_SAYS["where"])] = None,
        pattern: Annotated[str | None, Field(description=_SAYS["pattern"])] = None,
    ) -> str:
        return await retrieval.answer(key, query, place, path, where, pattern)

    return headroom_retrieve


def has_tool(agent: object) -> bool:
    """Whether an agent has the retrieval tool."""
    tools = getattr(agent, "tools", None) or []
    return any(isinstance(tool, FunctionTool) and tool.name == RetrievalTool.name for tool in tools)
