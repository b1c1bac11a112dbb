"""Who hands what to whom in a crew: the tasks, their outputs, and the tasks that read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crewai import Crew, Process, Task
from crewai.tasks.conditional_task import ConditionalTask
from crewai.tasks.task_output import TaskOutput
from crewai.utilities.constants import NOT_SPECIFIED
from crewai.utilities.formatter import DIVIDERS

from headroom import Payload

__all__ = ["Part", "crew_of", "join", "parts_of", "position_of", "reader_agent", "readers", "reads"]

# Characters of a name or role that go into a key, at most. Chosen: a view and each call of the
# retrieval tool repeat the key, and by then most names can be told apart.
_SOURCE_CHARS = 48


@dataclass(frozen=True)
class Part:
    """One earlier output, as it stands in a task's context."""

    text: str
    #: What its key begins with: the name of the task, or else the role of its agent.
    source: str = "context"
    #: The role of the agent that made it.
    agent: str | None = None
    #: Everything that ``exclude`` may call it.
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, output: TaskOutput) -> Part:
        """The part that a task's output makes."""
        role = output.agent.strip()
        # Without a name of its own, CrewAI calls a task by its description.
        named = output.name is not None and output.name != output.description
        source = output.name if named and output.name else role
        names = frozenset({output.name or role, output.description, output.agent, role})
        return cls(output.raw, source[:_SOURCE_CHARS].strip() or "task", role or None, names)

    def payload(self) -> Payload:
        """The part, as it is handed on."""
        return Payload(self.text, self.source, agent=self.agent, names=self.names)

    def is_one_of(self, names: Collection[str]) -> bool:
        """Whether one of these names means this part."""
        return any(name in self.names for name in names)


def crew_of(agent: object) -> Crew | None:
    """The crew that an agent works for, if it works for one."""
    crew = getattr(agent, "crew", None)
    return crew if isinstance(crew, Crew) else None


def join(texts: Sequence[str]) -> str:
    """Texts as CrewAI joins outputs to a context."""
    return DIVIDERS.join(texts)


def parts_of(payload: str, task: Task, crew: Crew | None) -> list[Part] | None:
    """The outputs whose join is ``payload``; ``None`` where that cannot be told for certain.

    The outputs of tasks may be left from an earlier kickoff, and a hook may have changed the
    context: nothing but an exact match of every part is believed.
    """
    if isinstance(task.context, list):
        outputs = [each.output for each in task.context if each.output is not None]
        parts = [Part.of(output) for output in outputs]
        return parts if join([part.text for part in parts]) == payload else None
    position = _position(task, crew)
    if crew is None or position is None:
        return None
    return _match(payload, crew.tasks[:position])


def _match(payload: str, earlier: Sequence[Task]) -> list[Part] | None:
    parts: list[Part] = []
    start = 0
    for task in earlier:
        if parts:
            if not payload.startswith(DIVIDERS, start):
                return None
            start += len(DIVIDERS)
        if task.output is not None and _stands(payload, task.output.raw, start):
            parts.append(Part.of(task.output))
        elif isinstance(task, ConditionalTask) and _stands(payload, "", start):
            # It was skipped: it counts as an empty output, and keeps the last run's as its own.
            parts.append(Part(""))
        else:
            return None
        start += len(parts[-1].text)
    return parts if start == len(payload) else None


def _stands(payload: str, text: str, start: int) -> bool:
    """Whether ``text`` is a whole part of ``payload`` at ``start``."""
    end = start + len(text)
    return payload.startswith(text, start) and (
        end == len(payload) or payload.startswith(DIVIDERS, end)
    )


def readers(task: Task, crew: Crew) -> list[Task]:
    """The later tasks whose context holds the output of ``task``."""
    position = _position(task, crew)
    if position is None:
        return []
    return [later for later in crew.tasks[position + 1 :] if reads(later, task)]


def reads(reader: Task, task: Task) -> bool:
    """Whether the context of a task holds the output of an earlier one."""
    if isinstance(reader.context, list):
        return any(each is task for each in reader.context)
    # An asynchronous task gets earlier outputs only where its context names them.
    return reader.context is NOT_SPECIFIED and not reader.async_execution


def reader_agent(task: Task, crew: Crew) -> object | None:
    """The agent that will work on a task."""
    return crew.manager_agent if crew.process == Process.hierarchical else task.agent


def position_of(task: Task, crew: Crew) -> int:
    """Where a task stands among those of its crew; -1 where it does not."""
    position = _position(task, crew)
    return -1 if position is None else position


def _position(task: Task, crew: Crew | None) -> int | None:
    tasks = [] if crew is None else crew.tasks
    return next((index for index, each in enumerate(tasks) if each is task), None)
