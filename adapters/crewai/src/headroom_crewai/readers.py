"""Tasks and agents as readers: what they are called, what they are told, what tools they have."""

from __future__ import annotations

from collections.abc import Sequence

from crewai import Crew, Task
from crewai.utilities.string_utils import sanitize_tool_name

from headroom import Reader
from headroom_crewai.retrieve import has_tool, holds, is_retrieval, tool_tokens
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import reader_agent

__all__ = ["agent_reader", "all_readers", "can_give", "name_of", "names_in", "task_reader"]


def task_reader(
    task: Task, agent: object, setup: Setup, *, late: bool = False, asked: str | None = None
) -> Reader:
    """The agent that works on a task.

    Args:
        task: What it works on.
        agent: Who works on it.
        setup: The options.
        late: Whether it is too late to give it the tool.
        asked: What it is asked beside the task.

    """
    known = has_tool(task, agent, setup.ctx)
    tools = task.tools or getattr(agent, "tools", None)
    gives = setup.attachments is not None and not known
    return Reader(
        name_of(task, agent),
        names=names_of(task, agent),
        query=setup.handoff.query or _joined([told(task, agent), asked]),
        has_tool=known,
        tool_tokens=tool_tokens(tools, agent, setup.ctx) if gives else None,
        can_attach=not late and can_give(task, agent, setup),
    )


def agent_reader(agent: object, setup: Setup, asked: str | None) -> Reader:
    """An agent that is asked something, without a task of the crew."""
    tools = getattr(agent, "tools", None)
    known = holds(tools, setup.ctx)
    gives = setup.attachments is not None and not known
    role = text_of(agent, "role")
    return Reader(
        role or "agent",
        query=setup.handoff.query or _joined([role, text_of(agent, "goal"), asked]),
        has_tool=known,
        tool_tokens=tool_tokens(tools, agent, setup.ctx) if gives else None,
        can_attach=not any(is_retrieval(tool) for tool in tools or []),
    )


def all_readers(tasks: Sequence[Task], crew: Crew, setup: Setup, query: str | None) -> Reader:
    """Several tasks that read one text: what holds for all of them."""
    each = [task_reader(task, reader_agent(task, crew), setup) for task in tasks]
    return Reader(
        ", ".join(one.name for one in each),
        names=frozenset().union(*({one.name, *one.names} for one in each)),
        query=setup.handoff.query or query,
        has_tool=bool(each) and all(one.has_tool for one in each),
        tool_tokens=max((one.tool_tokens for one in each if one.tool_tokens), default=None),
        can_attach=all(one.has_tool or one.can_attach for one in each),
        expected_calls=max(1, len(each)),
    )


def can_give(task: Task, agent: object, setup: Setup) -> bool:
    """Whether a task can be given the tool.

    Not beside another of that name. And CrewAI has a provider enforce the schema of an output only
    where the agent has no tools: the first one would switch that off, and is for those who ask.
    """
    tools = task.tools or getattr(agent, "tools", None) or []
    typed = task.output_pydantic or task.output_json or task.response_model
    spared = bool(typed) and not tools and not setup.gives_anyway
    return not any(is_retrieval(tool) for tool in tools) and not spared


def told(task: Task, agent: object) -> str | None:
    """All that an agent is told about a task, but for the context."""
    return _joined(
        [text_of(agent, "role"), text_of(agent, "goal"), task.expected_output, task.description]
    )


def name_of(task: Task, agent: object) -> str:
    """What ``stats()`` calls the reader: the name of the task, or else the role of its agent."""
    named = task.name if task.name and task.name != task.description else None
    return named or text_of(agent, "role") or "task"


def names_of(task: Task, agent: object) -> frozenset[str]:
    """Everything that ``full_for`` may call a task."""
    return frozenset(filter(None, [task.name, task.description, text_of(agent, "role")]))


def names_in(crew: Crew) -> set[str]:
    """Every name that there is in a crew."""
    names: set[str] = set()
    for task in crew.tasks:
        names |= names_of(task, reader_agent(task, crew)) | names_of(task, task.agent)
        names |= _tool_names(task)
    for agent in (*crew.agents, crew.manager_agent):
        names |= {text_of(agent, "role") or ""} | _tool_names(agent)
    return names


def _tool_names(owner: object) -> set[str]:
    tools = getattr(owner, "tools", None) or []
    own = {name for tool in tools if isinstance(name := getattr(tool, "name", None), str)}
    return own | {sanitize_tool_name(name) for name in own}


def text_of(owner: object, field: str) -> str | None:
    """A text of an agent, if it has it."""
    value = getattr(owner, field, None)
    return value.strip() or None if isinstance(value, str) else None


def _joined(texts: Sequence[str | None]) -> str | None:
    return "\n".join(filter(None, texts)) or None
