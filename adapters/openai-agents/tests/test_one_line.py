"""One line: a run configuration with views in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool, handoff
from agents.exceptions import UserError
from agents.run import CallModelData, ModelInputData
from scripted import ScriptedModel, calls, outputs, says

from headroom import SharedContext
from headroom_openai_agents import headroom_run_config, retrieve_tool

QUESTION = "Which flight was diverted?"


def searching(payload: str, *tools: Any) -> tuple[Agent[Any], ScriptedModel]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(calls("search"), says("HR121"))
    return Agent(name="searcher", model=model, tools=[search, *tools]), model


async def test_after_a_handoff_who_has_the_tool_reads_views(
    ctx: SharedContext, payload: str
) -> None:
    last = ScriptedModel(says("HR121 was diverted."))
    analyst = Agent(name="analyst", model=last, tools=[retrieve_tool(ctx)])
    agent, model = searching(payload)
    agent.handoffs = [handoff(analyst)]
    model.turns[-1] = calls("transfer_to_analyst")
    await Runner.run(agent, QUESTION, run_config=headroom_run_config(ctx))
    assert "headroom_retrieve(key=" in outputs(last.sent[0])["call_search"]


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_filter_that_is_there_goes_first(
    ctx: SharedContext, payload: str, is_async: bool
) -> None:
    def shout(data: CallModelData[Any]) -> ModelInputData:
        items = [json.loads(json.dumps(item).replace("HR121", "XX999")) for item in data_of(data)]
        return replace(data.model_data, input=items, instructions="Shout.")

    async def shout_later(data: CallModelData[Any]) -> ModelInputData:
        return shout(data)

    given = RunConfig(
        workflow_name="search", call_model_input_filter=shout_later if is_async else shout
    )
    agent, model = searching(payload, retrieve_tool(ctx))
    config = headroom_run_config(ctx, given)
    await Runner.run(agent, QUESTION, run_config=config)
    view = outputs(model.sent[1])["call_search"]
    assert "XX999" in view
    assert ctx.is_view(view)
    assert config.workflow_name == "search"
    assert given.call_model_input_filter in (shout, shout_later)


def data_of(data: CallModelData[Any]) -> list[Any]:
    return list(data.model_data.input)


async def test_a_filter_that_is_there_and_errs_is_the_users(ctx: SharedContext) -> None:
    agent, _ = searching("little")
    config = headroom_run_config(ctx, RunConfig(call_model_input_filter=lambda _: None))  # type: ignore[arg-type, return-value]
    with pytest.raises(UserError, match="must return a ModelInputData"):
        await Runner.run(agent, QUESTION, run_config=config)


def test_a_class_of_the_users_stays_what_it_is(ctx: SharedContext) -> None:
    @dataclass
    class Ours(RunConfig):
        def __post_init__(self) -> None:
            super().__post_init__() if hasattr(RunConfig, "__post_init__") else None
            self.tenant = "Rome"

    config = headroom_run_config(ctx, Ours())
    assert isinstance(config, Ours)
    assert config.tenant == "Rome"


def test_what_is_no_run_config(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match="run_config must be a RunConfig, not str"):
        headroom_run_config(ctx, "search")  # type: ignore[arg-type]


@pytest.mark.parametrize("with_tool_first", [False, True])
async def test_an_agent_of_the_same_name_and_question_without_the_tool(
    ctx: SharedContext, payload: str, with_tool_first: bool
) -> None:
    """Of two deployments, say, that share a store."""
    for has_tool in (with_tool_first, not with_tool_first):
        agent, model = searching(payload, *([retrieve_tool(ctx)] if has_tool else []))
        await Runner.run(agent, QUESTION, run_config=headroom_run_config(ctx))
        output = outputs(model.sent[1])["call_search"]
        assert ("headroom_retrieve(key=" in output) is has_tool
        assert has_tool or "left out" not in output


async def test_a_tool_that_is_switched_off_is_none(ctx: SharedContext, payload: str) -> None:
    tool = retrieve_tool(ctx)
    tool.is_enabled = False
    agent, model = searching(payload, tool)
    await Runner.run(agent, QUESTION, run_config=headroom_run_config(ctx))
    output = outputs(model.sent[1])["call_search"]
    assert ctx.is_view(output)
    assert "left out" not in output
    assert model.offered[1] == ["search"]
