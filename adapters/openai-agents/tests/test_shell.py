"""What the commands of a shell tool print goes on as views, each stream by itself."""

from __future__ import annotations

from typing import Any

import pytest
from agents import (
    Agent,
    RunConfig,
    Runner,
    ShellCallOutcome,
    ShellCommandOutput,
    ShellResult,
    ShellTool,
    handoff,
)
from agents.items import ToolCallOutputItem
from openai.types.responses.response_function_shell_tool_call import (
    Action,
    ResponseFunctionShellToolCall,
)
from scripted import ScriptedModel, calls, says

from headroom import SharedContext
from headroom_openai_agents import handoff_filter, model_input_filter

QUESTION = "Which flight was diverted?"


def runs_a_command() -> list[Any]:
    return [
        ResponseFunctionShellToolCall(
            id="sh_1",
            call_id="call_shell",
            action=Action(commands=["cat flights.json"]),
            status="completed",
            type="shell_call",
        )
    ]


def team(printed: str, input_filter: Any) -> tuple[Agent[Any], ScriptedModel]:
    def execute(_: object) -> ShellResult:
        outcome = ShellCallOutcome(type="exit", exit_code=3)
        return ShellResult(
            output=[ShellCommandOutput(stdout=printed, stderr="not closed", outcome=outcome)]
        )

    model = ScriptedModel(says("HR121 was diverted."))
    analyst = Agent(name="analyst", model=model)
    searcher = Agent(
        name="searcher",
        model=ScriptedModel(runs_a_command(), calls("transfer_to_analyst")),
        tools=[ShellTool(executor=execute)],
        handoffs=[handoff(analyst, input_filter=input_filter)],
    )
    return searcher, model


def sent_output(model: ScriptedModel) -> dict[str, Any]:
    return next(item for item in model.sent[-1] if item.get("type") == "shell_call_output")


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_a_view_of_what_was_printed(ctx: SharedContext, payload: str, road: Any) -> None:
    ours = road(ctx)
    at_handoff = road is handoff_filter
    searcher, model = team(payload, ours if at_handoff else None)
    config = RunConfig() if at_handoff else RunConfig(call_model_input_filter=ours)
    result = await Runner.run(searcher, QUESTION, run_config=config)
    sent = sent_output(model)
    assert sent["call_id"] == "call_shell"
    (chunk,) = sent["output"]
    assert ctx.is_view(chunk["stdout"])
    assert "HR121" in chunk["stdout"]
    assert chunk["stderr"] == "not closed"
    assert chunk["outcome"] == {"type": "exit", "exit_code": 3}
    (kept,) = [item for item in result.new_items if isinstance(item, ToolCallOutputItem)]
    assert kept.raw_item["output"][0]["stdout"] == payload  # type: ignore[index]
    # Each reader has a view of its own, made for what it is told.
    assert all(key.startswith("shell-") for key in ctx)


async def test_an_excluded_shell(ctx: SharedContext, payload: str) -> None:
    searcher, model = team(payload, handoff_filter(ctx, exclude=["shell"]))
    await Runner.run(searcher, QUESTION)
    assert sent_output(model)["output"][0]["stdout"] == payload


@pytest.mark.parametrize("kind", ["shell", "local_shell", "apply_patch"])
async def test_what_an_agent_said_after_a_call_without_a_name(
    ctx: SharedContext, payload: str, kind: str
) -> None:
    """Its output has its call: it is not one of which a server keeps the conversation."""
    model = ScriptedModel(says("HR121 was diverted."))
    items: list[Any] = [
        {"role": "user", "content": "Look."},
        {"type": f"{kind}_call", "call_id": "call_1"},
        {"type": f"{kind}_call_output", "call_id": "call_1", "output": "done"},
        {"role": "assistant", "content": payload},
        {"role": "user", "content": QUESTION},
    ]
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, roles=["assistant"]))
    await Runner.run(Agent(name="reader", model=model), items, run_config=config)
    assert ctx.is_view(model.sent[0][3]["content"])
