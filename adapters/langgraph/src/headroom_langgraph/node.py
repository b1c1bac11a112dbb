"""A decorator for nodes: what a node returns goes into the state as views."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar, cast

from langchain_core.runnables import Runnable, RunnableLambda, RunnableParallel
from langchain_core.tools import BaseTool
from langgraph.constants import END, START
from langgraph.errors import ParentCommand
from langgraph.pregel import Pregel
from typing_extensions import Unpack

from headroom import Reader, SharedContext
from headroom_langgraph.as_they_are import decorated_object, tool_with_views
from headroom_langgraph.durability import warn_if_views_outlive_originals
from headroom_langgraph.messages import ROLES
from headroom_langgraph.names import Everything, check_names, node_name
from headroom_langgraph.options import (
    ReaderOptions,
    checked_names,
    handoff_of,
    roles_in,
    unknown_reader,
)
from headroom_langgraph.state import question_in
from headroom_langgraph.updates import UpdateViews

__all__ = ["compress_node"]

Node = TypeVar("Node", bound="Callable[..., Any] | Runnable[Any, Any] | dict[str, Any]")


def compress_node(
    ctx: SharedContext,
    keys: Collection[str] | None = None,
    **options: Unpack[ReaderOptions],
) -> Callable[[Node], Node]:
    r"""A decorator for nodes: what the node returns goes into the state as views.

    It takes every kind of node: functions, methods, objects that can be called, generators, each
    sync or async, runnables such as ``ToolNode``, tools, and dicts; a ``@task``, an
    ``@entrypoint``, and the function of a conditional edge. What it takes stays what it is. Texts
    become views, also those in dicts, lists and documents, which keep their shape; so does what
    tools answered; also in a ``Command``, in what a ``Send`` carries, and in what a graph inside
    the node hands to its parent. Objects are left alone, and messages of others than tools, unless
    ``roles`` names them.

    Args:
        ctx: Where the originals go.
        keys: The keys of the state that are looked at; if not given, all but those that say what
            the next agent is asked: ``question``, ``query`` and ``task``.
        options: See ``ReaderOptions``. Where there is no ``query``, it is what the update itself
            asks the next agent (a user message, ``question``, ``query`` or ``task``), else the last
            user message of the state, or what stands there under such a name or ``input``; of a
            task, the argument of such a name.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> ctx = SharedContext()
    >>> @compress_node(ctx)
    ... def search(state: dict[str, str]) -> dict[str, str]:
    ...     return {"found": "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))}
    >>> ctx.count_tokens(search({"question": "Which requests were slow?"})["found"]) < 4000
    True

    """
    handoff = handoff_of(ctx, **options)
    views = UpdateViews(
        handoff,
        node="node",
        query=handoff.query,
        keys=checked_names("keys", keys),
        roles=roles_in(options),
        reader=unknown_reader(handoff),
    )

    def decorate(node: Node) -> Node:
        return _with_views(node, views)

    return decorate


def _with_views(node: Node, views: UpdateViews) -> Node:
    """A node of any sort, whose updates hold views."""
    if isinstance(node, BaseTool):
        return cast("Node", tool_with_views(node, views))
    if _is_entrypoint(node):
        return cast("Node", _entrypoint(cast("Pregel[Any]", node), views))
    if isinstance(node, Runnable):
        return cast("Node", _runnable(node, views))
    if isinstance(node, (staticmethod, classmethod)):
        return cast("Node", type(node)(_function(node.__func__, views)))
    if isinstance(node, dict):
        # As LangGraph takes one: each of its values makes what goes under its key.
        return cast("Node", _runnable(RunnableParallel(node), views))
    if not callable(node):
        raise TypeError(f"compress_node takes a node, not {type(node).__name__}")
    if _is_task(node):
        # A task hands out a future; what it runs is what returns the payload.
        task = copy.copy(node)
        task.func = _function(task.func, views)  # type: ignore[attr-defined]
        return task
    if not inspect.isroutine(node) and not isinstance(node, functools.partial):
        return cast("Node", decorated_object(node, _function(node, views)))
    return cast("Node", _function(node, views))


@dataclasses.dataclass(frozen=True)
class _Outcome:
    """What comes of a node's results."""

    views: UpdateViews
    name: str
    parameters: tuple[str, ...] = ()
    #: Names of the tools that the node may call, where it tells.
    tools: tuple[str, ...] = ()

    def seen(self, result: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The result of a call, with views in it. Never raises."""
        if isinstance(result, Runnable):
            # LangGraph runs what a node returns, if it can be run.
            return _runnable(result, self.views, self.name)
        seen = self._views(args, kwargs).safely(lambda views: views.update(result), result)
        return self._shown(seen, result)

    async def aseen(self, result: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The same, without blocking the event loop."""
        if isinstance(result, Runnable):
            return _runnable(result, self.views, self.name)
        views = self._views(args, kwargs)
        seen = await views.asafely(lambda views: views.update(result), result)
        return self._shown(seen, result)

    def _shown(self, seen: Any, result: Any) -> Any:
        if seen is not result:
            warn_if_views_outlive_originals(self.views.handoff.ctx)
        return seen

    def _views(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> UpdateViews:
        # The state is the first argument, or stands after the object whose method this is; what
        # such an object holds under "task" or "query" is not what the graph is asked.
        first = 1 if self.parameters[:1] == ("self",) else 0
        states = (*args[first : first + 2], kwargs.get("state"))
        query = self.views.query
        if query is None:
            # A task has no state: what it is asked is one of its arguments.
            named = {**dict(zip(self.parameters, args)), **kwargs}
            query = next((found for one in (*states, named) if (found := question_in(one))), None)
        check_names(self.views.handoff, self.name, states, self.tools)
        return dataclasses.replace(self.views, node=node_name(self.name), query=query, told=states)

    def given(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the node is called with: originals, where it is one of those that get them."""
        views = self._restoring()
        if views is None:
            return args
        return views.safely(lambda views: tuple(views.update(one) for one in args), args)

    async def agiven(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same, without blocking the event loop."""
        views = self._restoring()
        if views is None:
            return args
        return await views.asafely(lambda views: tuple(views.update(one) for one in args), args)

    def _restoring(self) -> UpdateViews | None:
        reader = Reader(node_name(self.name))
        handoff = self.views.handoff
        if not reader.is_one_of(handoff.full_for):
            return None
        whole = dataclasses.replace(handoff, exclude=())
        return dataclasses.replace(
            self.views, handoff=whole, reader=reader, keys=Everything(), roles=ROLES
        )

    def of(self, run: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a call gives, with views in it; the node's own errors are the user's."""
        args = self.given(args)
        try:
            result = run(*args, **kwargs)
        except ParentCommand as handed:
            # A graph inside the node hands this to the graph that the node is in.
            handed.args = (self.seen(handed.args[0], args, kwargs),)
            raise
        return self.seen(result, args, kwargs)

    async def aof(
        self, run: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """The same, without blocking the event loop."""
        args = await self.agiven(args)
        try:
            result = await run(*args, **kwargs)
        except ParentCommand as handed:
            handed.args = (await self.aseen(handed.args[0], args, kwargs),)
            raise
        return await self.aseen(result, args, kwargs)


def _function(node: Callable[..., Any], views: UpdateViews) -> Callable[..., Any]:
    plain = inspect.isroutine(node) or isinstance(node, functools.partial)
    # The signature and the hints of an object that can be called are those of its __call__.
    inner: Callable[..., Any] = node if plain else getattr(node, "__call__")  # noqa: B004, B009
    unwrapped = inner
    while isinstance(unwrapped, functools.partial):
        unwrapped = unwrapped.func
    # Objects and partials have no name of their own, but may have been given one.
    otherwise = getattr(unwrapped if plain else type(node), "__name__", type(node).__name__)
    outcome = _Outcome(views, getattr(node, "__name__", otherwise), _parameters(inner))
    run = inner
    if inspect.isgeneratorfunction(unwrapped):
        run = _gathered(inner)
    elif inspect.isasyncgenfunction(unwrapped):
        run = _gathered_async(inner)

    # The wrapper has to be of the node's own kind: LangGraph looks at it to know how to call it.
    if inspect.isasyncgenfunction(unwrapped) or inspect.iscoroutinefunction(unwrapped):

        @functools.wraps(inner)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return await outcome.aof(run, args, kwargs)

    else:

        @functools.wraps(inner)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return outcome.of(run, args, kwargs)

    # A node without a name of its own, such as an object, is named after this.
    wrapper.__name__ = outcome.name
    return wrapper


def _runnable(
    node: Runnable[Any, Any], views: UpdateViews, name: str | None = None
) -> Runnable[Any, Any]:
    # A ToolNode says so.
    tools = getattr(node, "tools_by_name", {})
    outcome = _Outcome(views, name or node.get_name(), tools=tuple(tools))

    def run(state: Any, config: Any) -> Any:
        return outcome.of(functools.partial(node.invoke, config=config), (state,), {})

    async def arun(state: Any, config: Any) -> Any:
        return await outcome.aof(functools.partial(node.ainvoke, config=config), (state,), {})

    return RunnableLambda(run, arun, name=outcome.name)


def _entrypoint(flow: Pregel[Any], views: UpdateViews) -> Pregel[Any]:
    """The same flow, with views in what its function returns and saves."""
    nodes = {
        name: node.copy({"bound": _runnable(node.bound, views, name)})
        for name, node in flow.nodes.items()
    }
    return flow.copy({"nodes": nodes})


def _is_entrypoint(node: object) -> bool:
    """Whether it is what ``langgraph.func.entrypoint`` makes, which has no type of its own."""
    return type(node) is Pregel and node.input_channels == START and node.output_channels == END


def _is_task(node: object) -> bool:
    """Whether it is what ``langgraph.func.task`` makes; its class has no public name."""
    return callable(getattr(node, "func", None)) and hasattr(node, "clear_cache")


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        # Some functions that are not written in Python do not tell.
        return ()


def _gathered(node: Callable[..., Iterator[Any]]) -> Callable[..., Any]:
    """What LangGraph makes of a generator: the sum of its pieces, or the last if they do not add.

    The whole is wanted before a view can be made, so the pieces are not handed on one by one.
    """

    def run(*args: Any, **kwargs: Any) -> Any:
        whole: Any = None
        for piece in node(*args, **kwargs):
            whole = _sum(whole, piece)
        return whole

    return run


def _gathered_async(node: Callable[..., AsyncIterator[Any]]) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        whole: Any = None
        async for piece in node(*args, **kwargs):
            whole = _sum(whole, piece)
        return whole

    return run


def _sum(whole: Any, piece: Any) -> Any:
    if whole is None:
        return piece
    try:
        return whole + piece
    except TypeError:
        return piece
