"""Calls of tools: their results, and what agents send each other when they delegate."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from uuid import UUID

from crewai import Crew, Task
from crewai.agents.agent_builder.base_agent import BaseAgent
from crewai.hooks.tool_hooks import ToolCallHookContext
from crewai.tools.agent_tools.base_agent_tools import BaseAgentTool
from crewai.utilities.string_utils import sanitize_tool_name
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from headroom import Payload, Reader
from headroom_crewai.ambient import request_here
from headroom_crewai.late import (
    Executor,
    attach,
    late_cost,
    room_for,
    told_of_tool,
    without_tool,
)
from headroom_crewai.readers import agent_reader, task_reader
from headroom_crewai.retrieve import is_retrieval
from headroom_crewai.setup import Setup
from headroom_crewai.tasks import crew_of

__all__ = ["result_of", "shorten_delegated_context"]

# What JSON has no form of its own for, but APIs write in one way.
_AS_TEXT = (date, time, Decimal, Enum, PurePath, UUID)

# CrewAI's own: pieces of what it set aside because it was large, instructions, and images. Known by
# name, because not every version has them.
_EXEMPT = ("read_a_deferred_tool_result", "load_skill", "add_image_to_content")


def shorten_delegated_context(call: ToolCallHookContext, setup: Setup) -> None:
    """Replaces the context that an agent sends to a coworker by a view, in place."""
    tool = _original(call)
    context = call.tool_input.get("context") if isinstance(call.tool_input, dict) else None
    if not isinstance(tool, BaseAgentTool) or not isinstance(context, str):
        return
    coworker = _coworker(tool, call)
    sender = _role(call.agent)
    if coworker is None or _names(call, sender) & set(setup.exclude):
        return
    crew = _crew(call)
    payload = Payload(context, sender or "context", agent=sender)
    reader = agent_reader(coworker, setup, _asked(call))
    given = setup.attachments
    if (
        crew is not None
        and given is not None
        and (given.gave(coworker) or setup.needs_tool([payload], reader))
    ):
        given.give_to_agent(coworker, crew, use=id(call.tool_input))
    # Whoever still lacks it cannot be given it any more.
    reader = replace(agent_reader(coworker, setup, _asked(call)), can_attach=False)
    reader = setup.with_tool(reader, coworker, coworker.tools, coworker)
    call.tool_input["context"] = setup.text(payload, reader)


def result_of(call: ToolCallHookContext, setup: Setup) -> str | None:
    """What the calling agent reads instead of ``call.tool_result``."""
    result, tool = call.tool_result, _original(call)
    if isinstance(tool, BaseAgentTool) and setup.attachments is not None:
        setup.attachments.take_back_from(_coworker(tool, call), use=id(call.tool_input))
    delegated = isinstance(tool, BaseAgentTool)
    if not isinstance(result, str) or not (delegated or setup.compress_tool_results):
        return None
    if call.tool_name in _EXEMPT or is_retrieval(tool) or is_retrieval(call.tool):
        return None
    if getattr(tool, "result_as_answer", False):
        # It is what the task hands back.
        return None
    made_by = _role(_coworker(tool, call)) if isinstance(tool, BaseAgentTool) else None
    if _names(call, made_by) & set(setup.exclude):
        return None
    executor = setup.executors.of(call)
    room = None if executor is None else room_for(executor, result, setup.ctx)
    shown, as_json, rest = _payload(call, result)
    payload = Payload(
        shown,
        made_by or call.tool_name,
        agent=made_by or _role(call.agent),
        read_as=None if as_json is None else lambda _: as_json,
    )
    decision = setup.decide(payload, _reader(call, setup, executor), room)
    if room is not None and (not decision.is_view or decision.sent_tokens > room):
        # What CrewAI shows has fewer tokens.
        return None
    if executor is not None and told_of_tool(executor, setup.ctx):
        rest = without_tool(rest, executor)
    elif executor is not None and setup.attachments is not None and decision.needs_tool:
        rest += attach(executor, setup.attachments.tool)
    shorter = decision.text + rest
    return None if shorter == result else shorter


def _reader(call: ToolCallHookContext, setup: Setup, executor: Executor | None) -> Reader:
    """The agent that called a tool; some can be given the retrieval tool even now."""
    asked = _asked(call)
    if isinstance(call.task, Task):
        reader = task_reader(call.task, call.agent, setup, late=True, asked=asked)
    else:
        told = "\n".join(filter(None, [request_here(), asked])) or None
        reader = replace(agent_reader(call.agent, setup, told), can_attach=False)
    if executor is None:
        return reader
    if told_of_tool(executor, setup.ctx):
        return replace(reader, has_tool=True, tool_tokens=None)
    if setup.attachments is None:
        return replace(reader, has_tool=False)
    cost = late_cost(executor, setup.attachments.tool, setup.ctx)
    return replace(reader, has_tool=False, tool_tokens=cost or 1, can_attach=cost is not None)


def _payload(call: ToolCallHookContext, result: str) -> tuple[str, str | None, str]:
    """What a tool gave as it is shown, its JSON, and what CrewAI wrote behind it.

    After some calls CrewAI repeats the list of tools behind a result, which has to stay. And it
    shows structured values as Python prints them; their JSON says the same and compresses better.
    """
    raw = call.raw_tool_result
    shown = raw if isinstance(raw, str) else call.tool.format_output_for_agent(raw)
    if not shown or not result.startswith(shown):
        return result, None, ""
    as_json = None if isinstance(raw, str) or shown != str(raw) else _as_json(raw)
    return shown, as_json, result[len(shown) :]


def _as_json(raw: object) -> str | None:
    try:
        plain = _plain(raw)
        if not isinstance(plain, (dict, list)):
            return None
        text = json.dumps(plain, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None
    # Keys that are no text, tuples and the like do not come back as they were.
    return text if json.loads(text) == plain else None


def _plain(value: object) -> object:
    """The same value in terms of JSON, as far as that says the same."""
    if isinstance(value, _AS_TEXT):
        return to_jsonable_python(value)
    if isinstance(value, BaseModel):
        # What CrewAI shows: a dump leaves out fields that are excluded from dumps.
        return {name: _plain(each) for name, each in value.__repr_args__()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _original(call: ToolCallHookContext) -> object:
    return getattr(call.tool, "_original_tool", None) or call.tool


def _coworker(tool: BaseAgentTool, call: ToolCallHookContext) -> BaseAgent | None:
    """The agent that the tool will find, by its own rule."""
    arguments = call.tool_input
    name = tool._get_coworker(arguments.get("coworker"), co_worker=arguments.get("co_worker"))
    if not isinstance(name, str):
        return None
    wanted = tool.sanitize_agent_name(name)
    return next(
        (agent for agent in tool.agents if tool.sanitize_agent_name(agent.role) == wanted), None
    )


def _asked(call: ToolCallHookContext) -> str | None:
    """What a coworker is asked to do."""
    if not isinstance(_original(call), BaseAgentTool):
        return None
    asked = call.tool_input.get("task") or call.tool_input.get("question")
    return asked if isinstance(asked, str) else None


def _names(call: ToolCallHookContext, role: str | None) -> set[str]:
    """Everything that ``exclude`` may call a call."""
    own = {call.tool_name, getattr(_original(call), "name", call.tool_name)}
    return own | {sanitize_tool_name(name) for name in own} | ({role} if role else set())


def _role(agent: object) -> str | None:
    role = getattr(agent, "role", None)
    return role.strip() or None if isinstance(role, str) else None


def _crew(call: ToolCallHookContext) -> Crew | None:
    return call.crew if isinstance(call.crew, Crew) else crew_of(call.agent)
