"""Who is given the retrieval tool: for good, or for one run."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol, cast
from weakref import ref

from crewai import Crew, Process, Task
from crewai.tools import BaseTool

from headroom import SharedContext
from headroom.forking import lock
from headroom_crewai.retrieve import ANSWER_TOKENS, RetrieveTool, has_tool, holds, is_retrieval
from headroom_crewai.tasks import reader_agent, readers

__all__ = ["Attachments", "attach_retrieve_tool"]

logger = logging.getLogger("headroom.crewai")


def attach_retrieve_tool(
    crew: Crew, ctx: SharedContext, *, max_tokens: int = ANSWER_TOKENS
) -> RetrieveTool:
    """Gives the retrieval tool to every agent of a crew that reads other tasks' outputs.

    For the callback, or for an answer of another size: ``compressed_context`` and ``install`` give
    the tool themselves. A task that has tools of its own hides those of its agent, so such a task
    gets it as well; and in a hierarchical crew, whose manager may have no tools, every reading task
    gets it. Agents and tasks that have it already are left alone; one that they have for another
    context makes room for this one. Call it before the kickoff:
    ``attach_retrieve_tool(crew, ctx)``.

    Args:
        crew: The crew; its agents and tasks are changed in place.
        ctx: Where the originals are.
        max_tokens: The most tokens of one answer.

    Returns:
        The tool.

    """
    tool = RetrieveTool(ctx, max_tokens=max_tokens)
    for task in _reading_tasks(crew):
        agent = reader_agent(task, crew)
        if crew.process == Process.hierarchical or task.tools:
            _add(tool, task, ctx)
        elif agent is not None:
            _add(tool, cast("_Owner", agent), ctx)
    return tool


def _add(tool: RetrieveTool, owner: _Owner, ctx: SharedContext) -> None:
    tools = owner.tools or []
    if holds(tools, ctx):
        return
    # A model cannot tell two tools of one name apart.
    others = [each for each in tools if not isinstance(each, RetrieveTool)]
    if any(is_retrieval(each) for each in others):
        logger.warning("a tool of another kind is called %s: it stays alone", tool.name)
        return
    owner.tools = [*others, tool]


def _reading_tasks(crew: Crew) -> list[Task]:
    read_by = [reader for task in crew.tasks for reader in readers(task, crew)]
    return [task for task in crew.tasks if any(task is reader for reader in read_by)]


class _Owner(Protocol):
    """A task or an agent: something that has tools."""

    tools: list[BaseTool] | None


@dataclass(frozen=True, eq=False)
class _Gift:
    """Tools of a task or an agent, before and after it was given ours."""

    owner: ref[_Owner]
    crew: ref[Crew]
    before: list[BaseTool] | None
    after: list[BaseTool]
    #: What an agent needs it for, by numbers of the caller's.
    uses: set[int] = field(default_factory=set)


class Attachments:
    """The tools that tasks and agents have for the time of a run, because they get views."""

    def __init__(self, ctx: SharedContext) -> None:
        self.ctx = ctx
        self.tool = RetrieveTool(ctx)
        self._lock = lock()
        self._gifts: list[_Gift] = []
        self._counted: list[ref[Task]] = []

    def give_to_task(self, task: Task, crew: Crew) -> None:
        """Gives the tool for one task: the agent has it while it works on that task only."""
        agent = reader_agent(task, crew)
        if not has_tool(task, agent, self.ctx):
            self._give(task, task.tools or getattr(agent, "tools", None), crew)

    def give_to_agent(self, agent: _Owner, crew: Crew, *, use: int) -> None:
        """Gives the tool to an agent, for a task that is not the crew's: a delegated one.

        Its own tasks have it until ``take_back_from`` says that this one is done.
        """
        if not holds(agent.tools, self.ctx):
            self._give(agent, agent.tools, crew)
        with self._lock:
            for gift in self._gifts:
                if gift.owner() is agent:
                    gift.uses.add(use)

    def take_back_from(self, agent: object, *, use: int) -> None:
        """Takes the tool back that was given to an agent, where nothing else needs it."""
        with self._lock:
            gifts = [each for each in self._gifts if each.owner() is agent and use in each.uses]
            for gift in gifts:
                gift.uses.discard(use)
            over = [gift for gift in gifts if not gift.uses]
            self._gifts = [gift for gift in self._gifts if gift not in over]
        _undo(over, self.tool)

    def gave(self, owner: object) -> bool:
        """Whether a task or an agent has the tool because it was given for a run."""
        with self._lock:
            return any(gift.owner() is owner for gift in self._gifts)

    def count(self, task: Task) -> None:
        """Notes that what the tool costs a task in this run is counted."""
        with self._lock:
            self._counted.append(ref(task))

    def is_counted(self, task: object) -> bool:
        """Whether that was noted; the next run begins anew."""
        with self._lock:
            others = [each for each in self._counted if each() is not task]
            was_there, self._counted = len(others) < len(self._counted), others
            return was_there

    def _give(self, owner: _Owner, tools: list[BaseTool] | None, crew: Crew) -> None:
        if any(is_retrieval(tool) for tool in tools or []):
            # For another context: two tools of one name would be no good to anyone.
            return
        with self._lock:
            self._gifts = [gift for gift in self._gifts if gift.owner() is not None]
            before, owner.tools = owner.tools, [*(tools or []), self.tool]
            self._gifts.append(_Gift(ref(owner), ref(crew), before, owner.tools))

    def take_back(self, crew: Crew | None = None) -> None:
        """Takes the tools back that were given for a crew's run, or all of them."""
        with self._lock:
            taken = [gift for gift in self._gifts if crew is None or gift.crew() is crew]
            self._gifts = [gift for gift in self._gifts if gift not in taken]
        _undo(taken, self.tool)


def _undo(gifts: list[_Gift], tool: RetrieveTool) -> None:
    for gift in reversed(gifts):
        owner = gift.owner()
        if owner is None:
            continue
        if owner.tools is gift.after:
            owner.tools = gift.before
        else:
            # Somebody gave it other tools since: these stay.
            owner.tools = [each for each in owner.tools or [] if each is not tool]
