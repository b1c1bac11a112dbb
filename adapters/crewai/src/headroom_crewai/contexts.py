"""The context of a task: each earlier output becomes a view for the task that reads it."""

from __future__ import annotations

from crewai import Crew, Process, Task
from crewai.hooks.contexts import StepContext
from crewai.tasks.task_output import TaskOutput

from headroom_crewai.retrieve import has_tool
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import Part, crew_of, join, parts_of, readers

__all__ = ["context_of", "give_tools_at_start", "give_tools_to_readers"]


def context_of(step: StepContext, setup: Setup) -> str | None:
    """The context that a task is given instead of ``step.payload``."""
    payload, task = step.payload, step.task
    if not isinstance(payload, str) or not payload or not isinstance(task, Task):
        return None
    reader_has_tool = has_tool(task, step.agent, setup.ctx)
    parts = parts_of(payload, task, crew_of(step.agent))
    if parts is None:
        if setup.exclude:
            # Whether it holds an excluded output cannot be told.
            return None
        parts = [Part(payload)]
    return join(
        [
            part.text
            if part.is_one_of(setup.exclude)
            else setup.view(
                part.text,
                source=part.source,
                agent=part.agent,
                query=task.description,
                reader_has_tool=reader_has_tool,
            )
            for part in parts
        ]
    )


def give_tools_at_start(crew: Crew, setup: Setup) -> None:
    """Gives the tool where it cannot wait until a payload is there.

    CrewAI collects a task's tools before it waits for asynchronous tasks, and before the agent
    calls a tool or delegates. Outputs of another crew's tasks are there already.
    """
    given = setup.attachments
    if given is None:
        return
    for task in crew.tasks:
        if task.async_execution:
            for reader in readers(task, crew):
                given.give_to_task(reader, crew)
        if (
            _delegates(task, crew)
            or (setup.compress_tool_results and _has_tools(task, crew))
            or any(_becomes_view(output, setup) for output in _from_other_crews(task, crew))
        ):
            given.give_to_task(task, crew)
    if setup.compress_tool_results:
        for agent in crew.agents:
            # Of use for delegated tasks, which are not among the crew's.
            if agent.tools:
                given.give_to_agent(agent, crew)


def give_tools_to_readers(step: StepContext, setup: Setup) -> None:
    """Gives the tool to the tasks that will read a large output."""
    task, output, crew = step.task, step.payload, crew_of(step.agent)
    if setup.attachments is None or crew is None or not isinstance(task, Task):
        return
    # The tasks that read an asynchronous one have theirs already, or could be told too late.
    if task.async_execution or not isinstance(output, TaskOutput):
        return
    if _becomes_view(output, setup):
        for reader in readers(task, crew):
            setup.attachments.give_to_task(reader, crew)


def _becomes_view(output: TaskOutput, setup: Setup) -> bool:
    return not Part.of(output).is_one_of(setup.exclude) and setup.handoff.is_large(output.raw)


def _from_other_crews(task: Task, crew: Crew) -> list[TaskOutput]:
    named = task.context if isinstance(task.context, list) else []
    others = [each for each in named if not any(each is own for own in crew.tasks)]
    return [each.output for each in others if each.output is not None]


def _delegates(task: Task, crew: Crew) -> bool:
    if crew.process == Process.hierarchical:
        return True
    return len(crew.agents) > 1 and bool(getattr(task.agent, "allow_delegation", False))


def _has_tools(task: Task, crew: Crew) -> bool:
    agent = crew.manager_agent if crew.process == Process.hierarchical else task.agent
    return bool(task.tools or getattr(agent, "tools", None))
