"""The retrieval tool as a LangChain tool."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool

from headroom import RetrievalTool, SharedContext
from headroom_langgraph.namespaces import Namespace, context_here, in_namespace

__all__ = ["retrieve_tool", "schema_tokens"]


# What the core's tool says where its store fails.
_UNKNOWN = "The original cannot be read at the moment."


def retrieve_tool(
    ctx: SharedContext, *, max_tokens: int = 1000, namespace: Namespace | None = None
) -> BaseTool:
    """The tool by which a model reads what a view left out.

    Bind it to the model that reads the views, put it into that model's ``ToolNode``, and say
    ``mention_tool=True`` where the views are made, so that they name it.

    Args:
        ctx: Where the originals are.
        max_tokens: The most tokens that an answer has.
        namespace: As it was said where the views are made: see ``ReaderOptions``.

    Raises:
        ValueError: ``namespace`` is an empty text.
        TypeError: ``namespace`` is neither a text nor a function.

    >>> ctx = SharedContext()
    >>> _ = ctx.put("orders", [{"id": n, "city": "Rome" if n == 7 else "Oslo"} for n in range(9)])
    >>> print(retrieve_tool(ctx).invoke({"key": "orders", "place": "rows 8"}))
    [rows 8]
    {"id":7,"city":"Rome"}

    """
    ctx, tells = in_namespace(ctx, namespace)
    retrieval = RetrievalTool(ctx, max_tokens)

    def read(**given: object) -> str:
        here = context_here(ctx, tells)
        if here is None:
            return _UNKNOWN
        return RetrievalTool(here, max_tokens)(**retrieval.arguments(given))

    async def aread(**given: object) -> str:
        here = context_here(ctx, tells)
        if here is None:
            return _UNKNOWN
        return await RetrievalTool(here, max_tokens).answer(**retrieval.arguments(given))

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
