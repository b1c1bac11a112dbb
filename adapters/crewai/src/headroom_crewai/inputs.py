"""What goes into flow methods and crews: arguments of the former, inputs of the latter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from crewai import Crew, Task
from crewai.crews.crew_output import CrewOutput
from crewai.hooks.contexts import InputContext, StepContext
from crewai.lite_agent_output import LiteAgentOutput
from crewai.tasks.task_output import TaskOutput

from headroom import Payload, Reader
from headroom_crewai.readers import all_readers
from headroom_crewai.retrieve import tool_tokens
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import reader_agent

__all__ = ["arguments_of", "inputs_of"]

# Levels of lists and dicts in which texts are looked for. Chosen: those of an API's answer, as
# {"data": {"items": [{"text": ...}]}}, are reached, and a value that holds itself comes to an end.
_DEPTH = 4


def arguments_of(step: StepContext, setup: Setup) -> dict[str, object] | None:
    """The arguments that a flow method is called with instead of ``step.payload``."""
    name, payload = step.step_name, step.payload
    if name not in setup.flow_methods or not isinstance(payload, dict):
        return None
    # CrewAI's own agents are flows too.
    if type(step.flow).__module__.partition(".")[0] == "crewai":
        return None
    documentation = getattr(getattr(type(step.flow), name, None), "__doc__", None) or ""
    query = f"{name.replace('_', ' ')}. {documentation}".strip()

    def view(text: str) -> str:
        # A method is code: whether an agent reads on, and what tools it has, is not known here.
        # Nor can it be given one.
        return setup.text(Payload(text, name), Reader(name, query=setup.handoff.query or query))

    return {key: _with_views(value, view, _DEPTH) for key, value in payload.items()}


def _with_views(value: object, view: Callable[[str], str], depth: int) -> object:
    """The same value with views for texts; of the type that it had, and a copy if it changed."""
    if isinstance(value, str):
        return view(value)
    if isinstance(value, (CrewOutput, TaskOutput, LiteAgentOutput)):
        raw = view(value.raw)
        return value if raw == value.raw else value.model_copy(update={"raw": raw})
    if depth and type(value) is dict:
        texts = {key: _with_views(each, view, depth - 1) for key, each in value.items()}
        return texts if any(texts[key] is not value[key] for key in value) else value
    if depth and type(value) is list:
        items = [_with_views(each, view, depth - 1) for each in value]
        return items if any(new is not old for new, old in zip(items, value)) else value
    return value


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
