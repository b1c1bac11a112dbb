"""The context of a task: each earlier output becomes a view for the task that reads it."""

from __future__ import annotations

from crewai import Crew, Task
from crewai.hooks.contexts import StepContext
from crewai.tasks.task_output import TaskOutput

from headroom_crewai.readers import can_give, task_reader
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import (
    Part,
    crew_of,
    join,
    parts_of,
    position_of,
    reader_agent,
    readers,
    reads,
)

__all__ = ["context_of", "give_tools_at_start", "give_tools_to_readers"]


def context_of(step: StepContext, setup: Setup) -> str | None:
    """The context that a task is given instead of ``step.payload``."""
    payload, task = step.payload, step.task
    if not isinstance(task, Task):
        return None
    tools = task.tools or getattr(step.agent, "tools", None)
    reader = task_reader(task, step.agent, setup, late=True)
    reader = setup.with_tool(reader, task, tools, step.agent)
    parts = _parts(payload, task, step, setup)
    if not parts:
        setup.count_tool(reader)
        return None
    decided = setup.handoff.decide([part.payload() for part in parts], reader)
    return join([decision.text for decision in decided])


def _parts(payload: object, task: Task, step: StepContext, setup: Setup) -> list[Part]:
    if not isinstance(payload, str) or not payload:
        return []
    parts = parts_of(payload, task, crew_of(step.agent))
    if parts is None:
        # Whether it holds an excluded output cannot be told.
        return [] if setup.exclude else [Part(payload)]
    return parts


def give_tools_at_start(crew: Crew, setup: Setup) -> None:
    """Gives the tool where it cannot wait until a payload is there.

    Outputs of another crew's tasks are there already. CrewAI collects a task's tools before it
    waits for asynchronous tasks: their readers are given it only where that was asked for, since it
    is in each of their calls, however small the outputs turn out.
    """
    if setup.attachments is None:
        return
    for task in crew.tasks:
        if task.async_execution and setup.gives_anyway:
            for reader in readers(task, crew):
                _give(reader, crew, setup)
        _give_if_it_pays(task, crew, setup, _from_other_crews(task, crew))


def give_tools_to_readers(step: StepContext, setup: Setup) -> None:
    """Gives the tool to the tasks that will read outputs of which views pay for it."""
    task, output, crew = step.task, step.payload, crew_of(step.agent)
    if setup.attachments is None or crew is None or not isinstance(task, Task):
        return
    # The tasks that read an asynchronous one have collected their tools by then, or may have.
    if task.async_execution or not isinstance(output, TaskOutput):
        return
    for reader in readers(task, crew):
        outputs = [
            # What is not there yet is left from an earlier kickoff.
            output if earlier is task else earlier.output
            for earlier in crew.tasks[: position_of(task, crew) + 1]
            if reads(reader, earlier)
        ]
        found = [each for each in outputs if each is not None]
        _give_if_it_pays(reader, crew, setup, [*_from_other_crews(reader, crew), *found])


def _give_if_it_pays(task: Task, crew: Crew, setup: Setup, outputs: list[TaskOutput]) -> None:
    reader = task_reader(task, reader_agent(task, crew), setup)
    payloads = [Part.of(output).payload() for output in outputs]
    if payloads and setup.attachments is not None and setup.needs_tool(payloads, reader):
        setup.attachments.give_to_task(task, crew)


def _give(task: Task, crew: Crew, setup: Setup) -> None:
    if setup.attachments is not None and can_give(task, reader_agent(task, crew), setup):
        setup.attachments.give_to_task(task, crew)


def _from_other_crews(task: Task, crew: Crew) -> list[TaskOutput]:
    named = task.context if isinstance(task.context, list) else []
    others = [each for each in named if not any(each is own for own in crew.tasks)]
    return [each.output for each in others if each.output is not None]
