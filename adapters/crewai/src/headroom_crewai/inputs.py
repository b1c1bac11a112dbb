"""What goes into crews: inputs of kickoffs, put into tasks as views."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from crewai import Crew, Task
from crewai.hooks.contexts import InputContext

from headroom import Payload, Reader
from headroom_crewai.readers import all_readers
from headroom_crewai.retrieve import tool_tokens
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import reader_agent

__all__ = ["inputs_of"]


def inputs_of(context: InputContext, setup: Setup) -> dict[str, object] | None:
    """The inputs that a crew's tasks are filled with instead of ``context.payload``."""
    crew, payload = context.crew, context.payload
    if not isinstance(crew, Crew) or not isinstance(payload, Mapping):
        return None
    chosen = [name for name in payload if name in setup.crew_inputs]
    if not chosen:
        return None
    inputs = dict(payload)
    for name in chosen:
        text = _text(inputs[name])
        if text is None:
            continue
        tasks = [task for task in crew.tasks if f"{{{name}}}" in _template(task, crew)]
        query = "\n".join(_question(task, inputs, chosen, crew) for task in tasks) or None
        payload, reader = Payload(text, name), all_readers(tasks, crew, setup, query)
        if setup.attachments is not None and setup.needs_tool([payload], reader):
            for task in tasks:
                setup.attachments.give_to_task(task, crew)
        view = setup.text(payload, _late(tasks, crew, setup, query))
        if view != text:
            inputs[name] = view
    return inputs


def _late(tasks: list[Task], crew: Crew, setup: Setup, query: str | None) -> Reader:
    """The tasks that read an input, when who still lacks the tool cannot be given it any more."""
    costs = [0]
    for task in tasks:
        if setup.attachments is not None and setup.attachments.gave(task):
            agent = reader_agent(task, crew)
            if not setup.attachments.is_counted(task):
                costs.append(tool_tokens(task.tools, agent, setup.ctx))
            setup.attachments.count(task)
    reader = all_readers(tasks, crew, setup, query)
    return replace(reader, can_attach=False, attached_tokens=max(costs) if reader.has_tool else 0)


def _text(value: object) -> str | None:
    """An input as text. CrewAI would put structured values in as Python prints them."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (dict, list)):
        return None
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return None


def _description(task: Task) -> str:
    # After a kickoff the description is filled in; the template is kept beside it.
    return getattr(task, "_original_description", None) or task.description


def _template(task: Task, crew: Crew) -> str:
    """All texts of a task and its agent that inputs are put into, and a model reads."""
    agent = reader_agent(task, crew)
    return "\n".join([_description(task), _expected(task), *_of_agent(agent, "backstory")])


def _expected(task: Task) -> str:
    return getattr(task, "_original_expected_output", None) or task.expected_output or ""


def _of_agent(agent: object, *more: str) -> list[str]:
    found = (
        getattr(agent, f"_original_{field}", None) or getattr(agent, field, None)
        for field in ("role", "goal", *more)
    )
    return [text for text in found if isinstance(text, str)]


def _question(task: Task, inputs: Mapping[str, object], left_out: list[str], crew: Crew) -> str:
    """What a task asks, filled in, without the payloads themselves."""
    agent = reader_agent(task, crew)
    question = "\n".join([*_of_agent(agent), _expected(task), _description(task)])
    for name, value in inputs.items():
        question = question.replace(f"{{{name}}}", "" if name in left_out else str(value))
    return question
