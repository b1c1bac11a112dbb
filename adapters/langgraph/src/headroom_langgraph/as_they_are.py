"""Nodes that are more than functions: decorated, they stay what they are."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any

from langchain_core.tools import BaseTool

from headroom_langgraph.state import question_in
from headroom_langgraph.updates import UpdateViews

__all__ = ["decorated_object", "tool_with_views"]


def decorated_object(owner: object, call: Callable[..., Any]) -> object:
    """An object that is called as ``call`` is, and else is what its owner is, and has what it has.

    Args:
        owner: What was decorated; what is written to the object is written to it.
        call: What is run.

    """

    class Decorated:
        __doc__ = type(owner).__doc__
        __module__ = type(owner).__module__
        # Whoever asks what it is an instance of, asks this.
        __class__ = property(lambda _: type(owner))
        __call__ = _method(call)

        def __getattr__(self, name: str) -> Any:
            return getattr(owner, name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(owner, name, value)

        def __repr__(self) -> str:
            return repr(owner)

    return Decorated()


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function as a method: of its kind, and with its hints, as LangGraph looks at both."""
    if inspect.iscoroutinefunction(call):

        @functools.wraps(call)
        async def method(_: object, *args: Any, **kwargs: Any) -> Any:
            return await call(*args, **kwargs)

    else:

        @functools.wraps(call)
        def method(_: object, *args: Any, **kwargs: Any) -> Any:
            return call(*args, **kwargs)

    # Else it is taken from what is wrapped, which has no place for an object.
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    signature = inspect.signature(call)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[own, *signature.parameters.values()]
    )
    return method


def tool_with_views(tool: BaseTool, views: UpdateViews) -> BaseTool:
    """A copy of a tool that answers with views; itself, where it answers users (``return_direct``).

    Its class is made of the tool's own, so that it is the tool that it was for whoever asks.
    """
    kind: Any = type(tool)

    def invoke(self: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        answer = kind.invoke(self, given, *args, **kwargs)
        return _asked(views, self, given).safely(lambda views: views.answer(answer), answer)

    async def ainvoke(self: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        answer = await kind.ainvoke(self, given, *args, **kwargs)
        return await _asked(views, self, given).asafely(lambda views: views.answer(answer), answer)

    if tool.return_direct:
        return tool
    same = {"__module__": kind.__module__, "__doc__": kind.__doc__}
    twin: BaseTool = tool.model_copy()
    made: Any = type(kind)(kind.__name__, (kind,), {**same, "invoke": invoke, "ainvoke": ainvoke})
    object.__setattr__(twin, "__class__", made)
    return twin


def _asked(views: UpdateViews, tool: BaseTool, given: object) -> UpdateViews:
    """The views of what a tool answers: what it was asked is in its arguments."""
    call = given.get("args", given) if isinstance(given, dict) else given
    query = views.query or question_in(call)
    return dataclasses.replace(views, node=tool.name, query=query)
