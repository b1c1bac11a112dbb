"""One filter of models' inputs of several."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, UserError, function_tool
from agents.run import CallModelData, ModelInputData
from scripted import ScriptedModel, calls, outputs, says

from headroom import SharedContext
from headroom_openai_agents import compose, model_input_filter

QUESTION = "Which flight was diverted?"


def noted(data: CallModelData[Any]) -> ModelInputData:
    said: Any = {"role": "user", "content": f"The user is {data.context}."}
    return replace(data.model_data, input=[said, *data.model_data.input])


async def brief(data: CallModelData[Any]) -> ModelInputData:
    assert data.model_data.input[0] == {"role": "user", "content": "The user is Ada."}
    return replace(data.model_data, instructions=f"Be brief, {data.agent.name}.")


async def test_filters_of_models_sync_and_async(ctx: SharedContext, payload: str) -> None:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(calls("search"), says("HR121"))
    told: list[str | None] = []

    def last(data: CallModelData[Any]) -> ModelInputData:
        told.append(data.model_data.instructions)
        assert len(told) == 1 or ctx.is_view(outputs(data.model_data.input)["call_search"])  # type: ignore[arg-type]
        return data.model_data

    config = RunConfig(call_model_input_filter=compose(noted, brief, model_input_filter(ctx), last))
    agent = Agent(name="searcher", model=model, tools=[search])
    await Runner.run(agent, QUESTION, run_config=config, context="Ada")
    assert told == ["Be brief, searcher."] * 2
    assert model.sent[1][0]["content"] == "The user is Ada."
    assert ctx.is_view(outputs(model.sent[1])["call_search"])


async def test_a_filter_that_gives_back_nothing_is_told_as_the_sdk_tells_it(
    ctx: SharedContext,
) -> None:
    def broken(_: CallModelData[Any]) -> Any:
        return None

    config = RunConfig(call_model_input_filter=compose(broken, model_input_filter(ctx)))
    agent = Agent(name="reader", model=ScriptedModel(says("Yes.")))
    with pytest.raises(UserError, match="must return a ModelInputData"):
        await Runner.run(agent, QUESTION, run_config=config)
