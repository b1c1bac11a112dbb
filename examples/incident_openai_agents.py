"""The incident in the OpenAI Agents SDK: three agents that hand the conversation on.

Needs headroom-openai-agents. Without a key the models are scripts; with OPENAI_API_KEY they are
real.

    python examples/incident_openai_agents.py
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

from agents import (
    Agent,
    FunctionTool,
    Model,
    ModelResponse,
    RunConfig,
    Runner,
    Usage,
    function_tool,
    handoff,
)
from agents.handoffs import HandoffInputFilter
from incident import ENGINEER, INCIDENT, INVESTIGATOR, TOOLS, WRITER, Call, Mind, Outcome, Role
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from headroom import SharedContext
from headroom_openai_agents import headroom_run_config, retrieve_tool

MODEL = "gpt-5-mini"


class Scripted(Model):
    """A model of the SDK that does what a ``Mind`` says, and then hands the conversation on."""

    def __init__(self, mind: Mind, role: Role) -> None:
        self._mind, self._role = mind, role

    async def get_response(
        self,
        system_instructions: str | None,
        input: Any,  # noqa: A002  # The SDK's name.
        *settings: Any,
        **more: Any,
    ) -> ModelResponse:
        """One step: a text, a call of a tool, or a handoff."""
        items = [{"role": "user", "content": input}] if isinstance(input, str) else input
        sent = "\n".join([system_instructions or "", *map(_text, items)])
        tools = more["tools"] if "tools" in more else settings[1]
        handoffs = more["handoffs"] if "handoffs" in more else settings[3]
        step = self._mind.step(self._role, sent, [tool.name for tool in tools])
        if isinstance(step, Call):
            output: Any = _call(step.tool, step.arguments, self._mind.calls)
        elif handoffs:
            output = _call(handoffs[0].tool_name, {}, self._mind.calls)
        else:
            output = _message(step.text)
        return ModelResponse(output=[output], usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        """Nothing here streams."""
        raise NotImplementedError("this model does not stream")


def _text(item: Any) -> str:
    """What a model reads of an item: a message, a call, or what a tool answered."""
    content = item.get("content", item.get("output", item.get("arguments")))
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content)
    return str(content or "")


def _call(name: str, arguments: dict[str, str], number: int) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(
        call_id=f"call_{number}", name=name, arguments=json.dumps(arguments), type="function_call"
    )


def _message(text: str) -> ResponseOutputMessage:
    block = ResponseOutputText(annotations=[], text=text, type="output_text", logprobs=[])
    return ResponseOutputMessage(
        id="msg_1", content=[block], role="assistant", status="completed", type="message"
    )


def investigator(
    mind: Mind, tools: list[FunctionTool], input_filter: HandoffInputFilter | None = None
) -> Agent[Any]:
    """The first of the three agents.

    Args:
        mind: What the models do where there is no key.
        tools: Those that each agent has beside its own.
        input_filter: That of each handoff.

    """

    def agent(role: Role, *then: Agent[Any]) -> Agent[Any]:
        own = [function_tool(TOOLS[name]) for name in role.tools]
        return Agent(
            name=role.name,
            instructions=f"{role.goal} {role.task}",
            model=MODEL if "OPENAI_API_KEY" in os.environ else Scripted(mind, role),
            tools=[*own, *tools],
            handoffs=[handoff(one, input_filter=input_filter) for one in then],
        )

    return agent(INVESTIGATOR, agent(ENGINEER, agent(WRITER)))


async def job(
    mind: Mind,
    *,
    tools: list[FunctionTool] | None = None,
    config: RunConfig | None = None,
    input_filter: HandoffInputFilter | None = None,
) -> str:
    """Runs the job once, and returns the report."""
    first = investigator(mind, tools or [], input_filter)
    result = await Runner.run(first, INCIDENT, run_config=config, max_turns=30)
    if mind.calls == 0:
        # Real models: they are counted by whoever sells them.
        usage = result.context_wrapper.usage
        mind.tokens_sent, mind.calls = usage.input_tokens, usage.requests
    return str(result.final_output)


def run(with_headroom: bool) -> Outcome:
    """Runs the job once, with or without Headroom."""
    ctx = SharedContext()
    mind = Mind(ctx.count_tokens)
    if not with_headroom:
        return mind.outcome(asyncio.run(job(mind)))
    # The two lines: the configuration, and the tool.
    config = headroom_run_config(ctx)
    report = asyncio.run(job(mind, tools=[retrieve_tool(ctx)], config=config))
    return mind.outcome(report, str(ctx.stats()))


def main() -> None:
    """Runs it without and with Headroom, and prints what it took."""
    without, with_views = run(with_headroom=False), run(with_headroom=True)
    print(f"without Headroom: {without}")
    print(f"with Headroom:    {with_views}")
    print(with_views.summary)
    print()
    print(with_views.report)


if __name__ == "__main__":
    os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")
    main()
