"""The retrieval tool: how an agent looks up what a view left out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from crewai import Crew, Process, Task
from crewai.tools import BaseTool
from crewai.types.callback import SerializableCallable
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from headroom import RetrievalTool, SharedContext
from headroom_crewai.choice import chosen
from headroom_crewai.tasks import reader_agent, readers

__all__ = ["TOOL_NAME", "RetrieveTool", "attach_retrieve_tool", "has_tool", "retrieve_tool"]

TOOL_NAME = RetrievalTool.name

_SAYS = RetrievalTool.parameters


class RetrieveArguments(BaseModel):
    """What a model may ask the retrieval tool for."""

    # Models write one row as a number.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    key: str = Field(description=_SAYS["key"])
    query: str | None = Field(default=None, description=_SAYS["query"])
    place: str | None = Field(default=None, description=_SAYS["place"])
    path: str | None = Field(default=None, description=_SAYS["path"])
    where: str | None = Field(default=None, description=_SAYS["where"])
    pattern: str | None = Field(default=None, description=_SAYS["pattern"])


def never_cached(_arguments: Any = None, _result: Any = None) -> bool:
    """Keeps CrewAI from caching answers: what is under a key can expire, and come back."""
    return False


class RetrieveTool(BaseTool):
    r"""Bounded excerpts of the originals in one context, for the agent that it is attached to.

    A tool that CrewAI restores from a checkpoint has lost its context; it then uses the one that
    ``use_context`` chose.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> _ = ctx.put("log", "started\nfailed: disk full\nstopped")
    >>> print(retrieve_tool(ctx).run(key="log", place="lines 2"))
    [lines 2]
    failed: disk full

    """

    name: str = TOOL_NAME
    description: str = RetrievalTool.description
    args_schema: type[BaseModel] = RetrieveArguments
    cache_function: SerializableCallable = never_cached
    #: The most tokens of one answer.
    max_tokens: int = Field(default=1000, gt=0)
    _ctx: SharedContext | None = PrivateAttr(default=None)

    @property
    def ctx(self) -> SharedContext | None:
        """The context that it looks into."""
        if self._ctx is not None:
            return self._ctx
        choice = chosen()
        return None if choice is None else choice.handoff.ctx

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
            return "Nothing can be looked up: this tool has no context."
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
        return await asyncio.to_thread(self._run, key, query, place, path, where, pattern)


def retrieve_tool(ctx: SharedContext, *, max_tokens: int = 1000) -> RetrieveTool:
    """The tool with which an agent looks up what a view left out.

    Args:
        ctx: Where the originals are; nothing outside its namespace can be reached.
        max_tokens: The most tokens of one answer.

    Returns:
        A tool for ``Agent(tools=[...])`` or ``Task(tools=[...])``. Views name it to the agents
        that have it, and to no others.

    Raises:
        ValueError: ``max_tokens`` is not positive.

    >>> from headroom import SharedContext
    >>> retrieve_tool(SharedContext()).name
    'headroom_retrieve'

    """
    tool = RetrieveTool(max_tokens=max_tokens)
    tool._ctx = ctx
    return tool


def attach_retrieve_tool(crew: Crew, ctx: SharedContext, *, max_tokens: int = 1000) -> RetrieveTool:
    """Gives the retrieval tool to every agent of a crew that reads other tasks' outputs.

    A task that has tools of its own hides those of its agent, so such a task gets it as well; and
    in a hierarchical crew, whose manager may have no tools, every reading task gets it. Agents and
    tasks that have it already are left alone. Call it before the kickoff.

    Args:
        crew: The crew; its agents and tasks are changed in place.
        ctx: Where the originals are.
        max_tokens: The most tokens of one answer.

    Returns:
        The tool.

    """
    tool = retrieve_tool(ctx, max_tokens=max_tokens)
    for task in _reading_tasks(crew):
        agent = reader_agent(task, crew)
        if crew.process == Process.hierarchical or task.tools:
            if not _holds(task.tools, ctx):
                task.tools = [*(task.tools or []), tool]
        elif agent is not None and not _holds(getattr(agent, "tools", None), ctx):
            agent.tools = [*(getattr(agent, "tools", None) or []), tool]  # type: ignore[attr-defined]
    return tool


def _reading_tasks(crew: Crew) -> list[Task]:
    read_by = [reader for task in crew.tasks for reader in readers(task, crew)]
    return [task for task in crew.tasks if any(task is reader for reader in read_by)]


def has_tool(task: Task, agent: object, ctx: SharedContext) -> bool:
    """Whether the agent that works on a task can look things up in ``ctx``.

    CrewAI's own rule: tools of the task hide those of the agent.
    """
    return _holds(task.tools or getattr(agent, "tools", None), ctx)


def _holds(tools: Iterable[object] | None, ctx: SharedContext) -> bool:
    return any(isinstance(tool, RetrieveTool) and tool.ctx is ctx for tool in tools or [])
