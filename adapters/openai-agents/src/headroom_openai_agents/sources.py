"""Views at the source: of what a tool returns, and of what an agent says that is a tool."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from agents import (
    ItemHelpers,
    RunResult,
    RunResultStreaming,
    ToolGuardrailFunctionOutput,
    ToolOutputGuardrail,
    ToolOutputGuardrailData,
    TResponseInputItem,
)
from pydantic import BaseModel
from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, Payload, Reader, RetrievalTool, SharedContext
from headroom_openai_agents.calls import is_for_program, names_of
from headroom_openai_agents.data import as_json
from headroom_openai_agents.leases import held_for_run
from headroom_openai_agents.names import check_names
from headroom_openai_agents.offer import views_come_any_time
from headroom_openai_agents.once import Once
from headroom_openai_agents.questions import asked_by_call, last_question
from headroom_openai_agents.tenants import Namespace, checked, handoff_for
from headroom_openai_agents.views import count_tool, count_tool_of_reader, reader_of, told

__all__ = ["output_extractor", "tool_output_guardrail"]


def tool_output_guardrail(
    ctx: SharedContext,
    *,
    namespace: Namespace | None = None,
    **options: Unpack[HandoffOptions],
) -> ToolOutputGuardrail[Any]:
    """A guardrail that replaces what a tool returns by a view, where it is made.

    For ``function_tool(tool_output_guardrails=[tool_output_guardrail(ctx)])``. The view is what
    everybody sees: the model, ``result.new_items``, the session. The original is in the context
    alone. To keep originals in results and sessions, take ``model_input_filter`` instead.

    Args:
        ctx: Where the originals go.
        namespace: As ``model_input_filter`` takes it.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of tools, ``full_for``
            names of agents. Where there is no ``query``, it is the agent's instructions and the
            last user message.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)
    checked(namespace)
    views_come_any_time(ctx)
    failures = Once("a tool output goes on as it is")

    async def view_of(data: ToolOutputGuardrailData) -> str | None:
        name, context = data.context.tool_name, data.context
        # A dict goes to the model as Python writes it, and is recognised in that notation.
        text = str(data.output) if isinstance(data.output, (str, dict, list)) else None
        if text is None or name == RetrievalTool.name or is_for_program(context.tool_call):
            return None
        check_names(handoff, [data.agent], [])
        mine = handoff_for(handoff, namespace, context.context)
        reader = reader_of(data.agent, mine, context=context.context)
        if not handoff.query:
            reader = replace(reader, query=told(reader.query, last_question(context.turn_input)))
        names = names_of({"name": name, "namespace": context.tool_namespace})
        payload = Payload(text, name, agent=name, names=names, read_as=as_json)
        with held_for_run(mine.ctx, _beginning(context.turn_input)):
            (decision,) = await mine.adecide([payload], reader)
        if decision.needs_tool:
            count_tool(mine, data.agent)
        return decision.text if decision.is_view else None

    async def headroom_tool_output(data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
        try:
            view = await view_of(data)
        except Exception as error:
            failures.warn(error)
            view = None
        if view is None:
            return ToolGuardrailFunctionOutput.allow()
        # The SDK's way to hand the model something else; the run goes on.
        return ToolGuardrailFunctionOutput.reject_content(view, "replaced by a view")

    return ToolOutputGuardrail(headroom_tool_output, name="headroom")


def output_extractor(
    ctx: SharedContext,
    *,
    mention_tool: bool = False,
    namespace: Namespace | None = None,
    **options: Unpack[HandoffOptions],
) -> Callable[[RunResult | RunResultStreaming], Awaitable[str]]:
    """An extractor that hands on a view of what an agent says that is a tool of another.

    For ``agent.as_tool(name, description, custom_output_extractor=output_extractor(ctx))``. As
    the SDK does by itself, it takes the last thing that was said where the final output is empty.

    Args:
        ctx: Where the originals go.
        mention_tool: Whether views name the retrieval tool. The extractor is not told which agent
            reads: say so where it has ``retrieve_tool(ctx)``.
        namespace: As ``model_input_filter`` takes it.
        options: See ``headroom.HandoffOptions``; ``exclude`` takes names of agents; ``full_for``
            finds no reader here. Where there is no ``query``, it is what the agent was asked.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    handoff = Handoff(ctx, **options, tool=None)
    checked(namespace)
    views_come_any_time(ctx)
    failures = Once("what an agent said goes on as it is")

    async def view_of(text: str, result: RunResult | RunResultStreaming) -> str:
        mine = handoff_for(handoff, namespace, result.context_wrapper.context)
        call = result.agent_tool_invocation
        asked = asked_by_call(call.tool_arguments) if call is not None else None
        reader = Reader(
            query=handoff.query or asked or last_question(result.input), has_tool=mention_tool
        )
        name = result.last_agent.name
        payload = Payload(text, name, agent=name, read_as=as_json)
        with held_for_run(mine.ctx, None):
            (decision,) = await mine.adecide([payload], reader)
        if decision.needs_tool and mention_tool:
            count_tool_of_reader(mine)
        return decision.text

    async def headroom_output_extractor(result: RunResult | RunResultStreaming) -> str:
        text = _said(result)
        if is_for_program(getattr(result.context_wrapper, "tool_call", None)):
            return text
        try:
            return await view_of(text, result)
        except Exception as error:
            failures.warn(error)
            return text

    return headroom_output_extractor


def _beginning(items: Sequence[TResponseInputItem]) -> str | None:
    """What is the same in all turns of a run, as far as the run tells."""
    return sha256(repr(items[0]).encode("utf-8", "surrogatepass")).hexdigest() if items else None


def _said(result: RunResult | RunResultStreaming) -> str:
    output = result.final_output
    if isinstance(output, BaseModel):
        return output.model_dump_json()
    if isinstance(output, (dict, list)):
        return json.dumps(output, ensure_ascii=False, default=str)
    if output is None or output == "":
        return ItemHelpers.text_message_outputs(result.new_items)
    return str(output)
