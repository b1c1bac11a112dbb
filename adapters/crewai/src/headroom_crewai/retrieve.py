"""The retrieval tool: how an agent looks up what a view left out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from crewai import Task
from crewai.tools import BaseTool
from crewai.types.callback import SerializableCallable
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from headroom import RetrievalTool, SharedContext
from headroom_crewai.ambient import context_here

__all__ = [
    "ANSWER_TOKENS",
    "TOOL_NAME",
    "RetrieveTool",
    "has_tool",
    "holds",
    "is_retrieval",
    "retrieve_tool",
    "tool_tokens",
]

logger = logging.getLogger("headroom.crewai")

TOOL_NAME = RetrievalTool.name

#: The most tokens of one answer where nobody says otherwise: as for every framework.
ANSWER_TOKENS = RetrievalTool.max_tokens


# Tokens that CrewAI's prompt says of tools before the first one, where they are told of by text. A
# test measures that it is not more.
_OF_ANY_TOOL = 170

_NO_CONTEXT = "Nothing can be looked up: this tool has no context."


class RetrieveArguments(BaseModel):
    """What to read."""

    # Models write one row as a number.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    key: str
    query: str | None = None
    place: str | None = None
    path: str | None = None
    where: str | None = None
    pattern: str | None = None

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        """What CrewAI sends, with every call of the model: as short as it can be."""
        return RetrievalTool.schema

    @field_validator("query", "place", "path", "where", "pattern", mode="before")
    @classmethod
    def _as_meant(cls, value: object) -> object:
        # Models write several words, or one place, as a list; and so they leave something empty.
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return None if value in ("None", "null") else value


def never_cached(_arguments: Any = None, _result: Any = None) -> bool:
    """Keeps CrewAI from caching answers: what is under a key can expire, and come back."""
    return False


class RetrieveTool(BaseTool):
    r"""Bounded excerpts of the originals in one context, for the agent that it is attached to.

    For ``Agent(tools=[...])`` or ``Task(tools=[...])``. Views name it to the agents that have it,
    and to no others. A tool that CrewAI restores from a checkpoint has lost its context; it then
    uses the one whose hooks act where it is called, or that ``use_context`` chose.

    Args:
        ctx: Where the originals are; nothing outside its namespace can be reached.
        max_tokens: The most tokens of one answer.

    Raises:
        TypeError: ``ctx`` is no context.
        ValueError: ``max_tokens`` is not positive.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("log", "started\nfailed: disk full\nstopped")
    >>> print(RetrieveTool(ctx).run(key="log", place="lines 2"))
    [lines 2]
    failed: disk full

    """

    name: str = TOOL_NAME
    description: str = RetrievalTool.description
    args_schema: type[BaseModel] = RetrieveArguments
    cache_function: SerializableCallable = never_cached
    #: The most tokens of one answer.
    max_tokens: int = Field(default=ANSWER_TOKENS, gt=0)
    _ctx: SharedContext | None = PrivateAttr(default=None)

    def __init__(
        self, ctx: SharedContext | None = None, *, max_tokens: int = ANSWER_TOKENS, **fields: Any
    ) -> None:
        if ctx is not None and not isinstance(ctx, SharedContext):
            raise TypeError(f"ctx must be a SharedContext, not {type(ctx).__name__}")
        super().__init__(**{"max_tokens": max_tokens, **fields})
        self._ctx = ctx

    @property
    def ctx(self) -> SharedContext | None:
        """The context that it looks into."""
        if self._ctx is not None:
            return self._ctx
        return context_here()

    def _run(
        self,
        key: str,
        query: str | None = None,
        place: str | None = None,
        path: str | None = None,
        where: str | None = None,
        pattern: str | None = None,
    ) -> str:
        ctx = self.ctx
        if ctx is None:
            return _NO_CONTEXT
        return RetrievalTool(ctx, self.max_tokens)(key, query, place, path, where, pattern)

    async def _arun(
        self,
        key: str,
        query: str | None = None,
        place: str | None = None,
        path: str | None = None,
        where: str | None = None,
        pattern: str | None = None,
    ) -> str:
        ctx = self.ctx
        if ctx is None:
            return _NO_CONTEXT
        retrieval = RetrievalTool(ctx, self.max_tokens)
        return await retrieval.answer(key, query, place, path, where, pattern)


def retrieve_tool(ctx: SharedContext, *, max_tokens: int = ANSWER_TOKENS) -> RetrieveTool:
    """``RetrieveTool(ctx)``, under the name that it has for every framework.

    >>> from headroom import SharedContext
    >>> retrieve_tool(SharedContext()).name
    'headroom_retrieve'

    """
    return RetrieveTool(ctx, max_tokens=max_tokens)


def tool_tokens(tools: Iterable[object] | None, agent: object, ctx: SharedContext) -> int:
    """Tokens that the tool costs an agent, in every call of its model.

    Args:
        tools: What tools the agent has beside it.
        agent: Whose model is told of it, by a native schema or by text.
        ctx: Counts.

    """
    names = list(RetrieveArguments.model_json_schema()["properties"])
    arguments: dict[str, object] = {
        **RetrieveArguments.model_json_schema(), "required": names, "additionalProperties": False
    }  # fmt: skip
    said = RetrievalTool.description
    if _calls_natively(agent):
        function = {
            "name": TOOL_NAME, "description": said, "parameters": arguments, "strict": True
        }  # fmt: skip
        return ctx.count_tokens(json.dumps({"type": "function", "function": function}))
    text = f"Tool Name: {TOOL_NAME}\nTool Arguments: {json.dumps(arguments, indent=2)}\n"
    tokens = ctx.count_tokens(f"{text}Tool Description: {said}\n, {TOOL_NAME}")
    others = [tool for tool in tools or [] if not isinstance(tool, RetrieveTool)]
    return tokens if others else tokens + _OF_ANY_TOOL


def _calls_natively(agent: object) -> bool:
    supports = getattr(getattr(agent, "llm", None), "supports_function_calling", None)
    try:
        return callable(supports) and bool(supports())
    except Exception as error:
        logger.debug("whether a model calls tools is not known: %s", type(error).__name__)
        return False


def has_tool(task: Task, agent: object, ctx: SharedContext) -> bool:
    """Whether the agent that works on a task can look things up in ``ctx``.

    CrewAI's own rule: tools of the task hide those of the agent.
    """
    return holds(task.tools or getattr(agent, "tools", None), ctx)


def holds(tools: Iterable[object] | None, ctx: SharedContext) -> bool:
    """Whether the retrieval tool for ``ctx`` is among these tools."""
    return any(isinstance(tool, RetrieveTool) and tool.ctx is ctx for tool in tools or [])


def is_retrieval(tool: object) -> bool:
    """Whether a tool is the retrieval tool, for whatever context, or has its name."""
    return isinstance(tool, RetrieveTool) or getattr(tool, "name", None) == TOOL_NAME
