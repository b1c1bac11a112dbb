"""The callback road: a task callback that replaces ``output.raw`` with a view."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from crewai import Crew, Task
from crewai.tasks.task_output import TaskOutput
from typing_extensions import Unpack

from headroom import Handoff, Reader, SharedContext
from headroom_crewai.ambient import callback_choice, observe_tasks, running_task
from headroom_crewai.choice import CallbackOptions, Choice, choose
from headroom_crewai.held import HeldView
from headroom_crewai.owed import lease_of, owe
from headroom_crewai.readers import name_of, names_in, names_of, told
from headroom_crewai.retrieve import has_tool, tool_tokens
from headroom_crewai.tasks import Part, crew_of, reader_agent, readers

__all__ = ["make_task_callback", "task_callback"]

logger = logging.getLogger("headroom.crewai")


def task_callback(output: TaskOutput) -> None:
    """Replaces what a task hands on by a view.

    For ``Task(callback=task_callback)`` or ``Crew(task_callback=task_callback)``. It works on the
    context that ``use_context`` or ``callback_context`` chose, and does nothing but log a warning
    where none did. It never raises, and a view stays as it is however often it comes by. An output
    that no later task reads is left alone, unless ``last_task=True`` was chosen; so are
    ``output.pydantic`` and ``output.json_dict``, always.

    Which task an output comes from is known in a crew's run only. Called by hand, it replaces the
    output that it is given, whoever reads it.
    """
    choice = callback_choice.get()
    if choice is None:
        logger.warning("task_callback has no context: call use_context(ctx) before the kickoff")
        return
    _replace(output, choice)


def make_task_callback(
    ctx: SharedContext,
    **options: Unpack[CallbackOptions],
) -> Callable[[TaskOutput], None]:
    """A ``task_callback`` that carries its context with it, for one crew or one task.

    CrewAI warns that such a callback cannot be written to a checkpoint. Where that matters, take
    ``task_callback`` and ``use_context``. The options are those of ``use_context``.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    >>> from crewai.tasks.task_output import TaskOutput
    >>> from headroom import SharedContext
    >>> rows = str([{"id": n, "status": "ok"} for n in range(99)]).replace("'", '"')
    >>> output = TaskOutput(description="List the rows", agent="searcher", raw=rows)
    >>> make_task_callback(SharedContext())(output)
    >>> len(output.raw) < len(rows)
    True

    """
    choice = choose(ctx, **options)
    observe_tasks()

    def callback(output: TaskOutput) -> None:
        _replace(output, choice)

    return callback


def _reader(reading: list[Task], crew: Crew, handoff: Handoff) -> Reader:
    """The tasks that read an output: one view is for all of them."""
    agents = [reader_agent(task, crew) for task in reading]
    both = list(zip(reading, agents))
    names = [name_of(task, agent) for task, agent in both]
    said = [told(task, agent) for task, agent in both]
    return Reader(
        ", ".join(names),
        names=frozenset(names).union(*(names_of(task, agent) for task, agent in both)),
        query=handoff.query or "\n".join(filter(None, said)) or None,
        has_tool=bool(both) and all(has_tool(task, agent, handoff.ctx) for task, agent in both),
        expected_calls=max(1, len(both)),
    )


def _cost(reading: list[Task], crew: Crew, handoff: Handoff) -> int:
    """Tokens that the tool costs all tasks that read an output."""
    agents = [reader_agent(task, crew) for task in reading]
    return sum(
        tool_tokens(task.tools or getattr(agent, "tools", None), agent, handoff.ctx)
        for task, agent in zip(reading, agents)
    )


def _replace(output: TaskOutput, choice: Choice) -> None:
    try:
        # Somebody may have cleared all hooks since; the next task is known again then.
        observe_tasks()
        handoff = choice.handoff
        task = running_task(output)
        crew = None if task is None else crew_of(task.agent)
        part = Part.of(output)
        if part.is_one_of(handoff.exclude):
            return
        reader = Reader(query=handoff.query)
        held: AbstractContextManager[None] = nullcontext()
        if task is not None and crew is not None:
            handoff.check_names(names_in(crew))
            reading = readers(task, crew)
            if not reading and not choice.last_task:
                return
            reader = _reader(reading, crew, handoff)
            if reader.has_tool:
                handoff.tool_sent(reader.name, _cost(reading, crew, handoff))
            held = lease_of(crew, handoff.ctx).active()
        with held:
            (decision,) = handoff.decide([part.payload()], reader)
        if decision.is_view:
            output.raw = HeldView.of(decision.text, part.text)
            if crew is not None:
                owe(crew, handoff.ctx, decision.text, part.text)
        else:
            output.raw = decision.text
    except Exception as error:
        # Not the error's message: it may quote the payload.
        logger.warning("an output is handed on as it is: %s", type(error).__name__)
