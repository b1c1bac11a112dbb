"""A decorator for nodes: what a node returns goes into the state as views."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Any, TypeVar, cast

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.config import get_config

from headroom import ContextEntry, Fidelity, Handoff, RetrievalTool, SharedContext
from headroom_langgraph.question import question_in
from headroom_langgraph.updates import UpdateViews, checked_names

__all__ = ["compress_node"]

Node = TypeVar("Node", bound="Callable[..., Any] | Runnable[Any, Any]")


def compress_node(
    ctx: SharedContext,
    keys: Collection[str] | None = None,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
    mention_tool: bool = False,
) -> Callable[[Node], Node]:
    r"""A decorator for nodes: what the node returns goes into the state as views.

    It takes every kind of node: functions, methods, objects that can be called, generators, each
    sync or async, and runnables such as ``ToolNode``. Texts, texts in lists, and the texts of
    messages that models and tools wrote become views. Dicts and objects do not: they are data
    that Python code reads. Nor do system messages, or human messages without a name.

    Args:
        ctx: Where the originals go.
        keys: The keys of the state that are looked at; if not given, all.
        query: What the views are made to answer; if not given, the last user message of the
            state, or what stands under ``question``, ``query``, ``task`` or ``input``.
        max_tokens: The most tokens that a view has.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Payloads with fewer tokens go on untouched.
        exclude: Names of keys, tools and agents whose payloads go on untouched.
        on_compress: Called with the entry of each payload that was replaced by a view.
        mention_tool: Whether views name the retrieval tool. Say so where the model that reads
            them has ``retrieve_tool(ctx)``.

    Raises:
        ValueError: An option makes no sense.
        TypeError: An option has the wrong type.

    >>> ctx = SharedContext()
    >>> @compress_node(ctx)
    ... def search(state: dict[str, str]) -> dict[str, str]:
    ...     return {"found": "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))}
    >>> ctx.count_tokens(search({"question": "Which requests were slow?"})["found"]) < 4000
    True

    """
    checked_names("exclude", exclude)
    views = UpdateViews(
        Handoff(
            ctx,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            min_tokens=min_tokens,
            exclude=exclude,
            on_compress=on_compress,
            tool=RetrievalTool.name if mention_tool else None,
        ),
        node="node",
        query=query,
        keys=checked_names("keys", keys),
    )

    def decorate(node: Node) -> Node:
        if isinstance(node, Runnable):
            return cast("Node", _runnable(node, views))
        if not callable(node):
            raise TypeError(f"compress_node takes a node, not {type(node).__name__}")
        return cast("Node", _function(node, views))

    return decorate


def _function(node: Callable[..., Any], views: UpdateViews) -> Callable[..., Any]:
    plain = inspect.isroutine(node) or isinstance(node, functools.partial)
    # The signature and the hints of an object that can be called are those of its __call__.
    inner: Callable[..., Any] = node if plain else getattr(node, "__call__")  # noqa: B004, B009
    unwrapped = inner
    while isinstance(unwrapped, functools.partial):
        unwrapped = unwrapped.func
    name = getattr(unwrapped if plain else node, "__name__", type(node).__name__)

    # The wrapper has to be of the node's own kind: LangGraph looks at it to know how to call it.
    if inspect.isasyncgenfunction(unwrapped):

        @functools.wraps(inner)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = await _last_of_async(inner(*args, **kwargs))
            return await asyncio.to_thread(_replaced, result, views, name, args, kwargs)

    elif inspect.iscoroutinefunction(unwrapped):

        @functools.wraps(inner)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = await inner(*args, **kwargs)
            return await asyncio.to_thread(_replaced, result, views, name, args, kwargs)

    elif inspect.isgeneratorfunction(unwrapped):

        @functools.wraps(inner)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return _replaced(_last_of(inner(*args, **kwargs)), views, name, args, kwargs)

    else:

        @functools.wraps(inner)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = inner(*args, **kwargs)
            if isinstance(result, Runnable):
                # LangGraph runs what a node returns, if it can be run.
                return _runnable(result, views, name)
            return _replaced(result, views, name, args, kwargs)

    # A node without a name of its own, such as an object, is named after this.
    wrapper.__name__ = name
    return wrapper


def _runnable(
    node: Runnable[Any, Any], views: UpdateViews, name: str | None = None
) -> Runnable[Any, Any]:
    named = name or node.get_name()

    def run(state: Any, config: Any) -> Any:
        return _replaced(node.invoke(state, config), views, named, (state,), {})

    async def arun(state: Any, config: Any) -> Any:
        result = await node.ainvoke(state, config)
        return await asyncio.to_thread(_replaced, result, views, named, (state,), {})

    return RunnableLambda(run, arun, name=named)


def _replaced(
    result: Any,
    views: UpdateViews,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    # The state is the first argument; of a method, LangGraph binds the object before.
    candidates = (*args[:2], *(kwargs.get("state"),))
    query = views.query
    if query is None:
        query = next((found for one in candidates if (found := _question(one))), None)
    own = UpdateViews(views.handoff, _node_name(name), query, views.keys)
    return own.safe_update(result)


def _question(state: object) -> str | None:
    try:
        return question_in(state)
    except Exception:
        # A state of the user's own making can fail in any way; a view needs no query.
        return None


def _node_name(otherwise: str) -> str:
    """The name under which the graph knows the node that is running."""
    try:
        found = get_config().get("metadata", {}).get("langgraph_node")
    except RuntimeError:
        # Called by hand, outside of a graph.
        return otherwise
    return found if isinstance(found, str) else otherwise


def _last_of(pieces: Iterator[Any]) -> Any:
    """What LangGraph makes of a generator: the sum of its pieces, or the last if they do not add.

    The whole is wanted before a view can be made, so the pieces are not handed on one by one.
    """
    whole: Any = None
    for piece in pieces:
        whole = _sum(whole, piece)
    return whole


async def _last_of_async(pieces: AsyncIterator[Any]) -> Any:
    whole: Any = None
    async for piece in pieces:
        whole = _sum(whole, piece)
    return whole


def _sum(whole: Any, piece: Any) -> Any:
    if whole is None:
        return piece
    try:
        return whole + piece
    except TypeError:
        return piece
