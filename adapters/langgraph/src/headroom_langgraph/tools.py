"""The retrieval tool as a LangChain tool."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from headroom import RetrievalTool, SharedContext

__all__ = ["retrieve_tool"]

_SAYS = RetrievalTool.parameters


class _Arguments(BaseModel):
    """What a model passes."""

    key: str = Field(description=_SAYS["key"])
    query: str | None = Field(default=None, description=_SAYS["query"])
    place: str | None = Field(default=None, description=_SAYS["place"])
    path: str | None = Field(default=None, description=_SAYS["path"])
    where: str | None = Field(default=None, description=_SAYS["where"])
    pattern: str | None = Field(default=None, description=_SAYS["pattern"])


def retrieve_tool(ctx: SharedContext, *, max_tokens: int = 1000) -> BaseTool:
    """The tool by which a model reads what a view left out.

    Bind it to the model that reads the views, put it into that model's ``ToolNode``, and say
    ``mention_tool=True`` where the views are made, so that they name it.

    Args:
        ctx: Where the originals are.
        max_tokens: The most tokens that an answer has.

    >>> ctx = SharedContext()
    >>> _ = ctx.put("orders", [{"id": n, "city": "Rome" if n == 7 else "Oslo"} for n in range(9)])
    >>> print(retrieve_tool(ctx).invoke({"key": "orders", "place": "rows 8"}))
    [rows 8]
    {"id":7,"city":"Rome"}

    """
    retrieval = RetrievalTool(ctx, max_tokens)
    return StructuredTool.from_function(
        func=retrieval.__call__,
        coroutine=retrieval.answer,
        name=retrieval.name,
        description=retrieval.description,
        args_schema=_Arguments,
    )
