"""The retrieval tool as a LangChain tool."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool

from headroom import RetrievalTool, SharedContext

__all__ = ["retrieve_tool", "schema_tokens"]


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

    def read(**given: object) -> str:
        return retrieval(**retrieval.arguments(given))

    async def aread(**given: object) -> str:
        return await retrieval.answer(**retrieval.arguments(given))

    return StructuredTool.from_function(
        func=read,
        coroutine=aread,
        name=retrieval.name,
        description=retrieval.description,
        args_schema=retrieval.schema,
    )


def schema_tokens(ctx: SharedContext) -> int:
    """Tokens that the tool costs in every call of a model, as LangChain sends it."""
    return RetrievalTool(ctx).tokens
