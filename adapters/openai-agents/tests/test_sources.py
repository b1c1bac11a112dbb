"""Views at the source: tools, and agents that are tools."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from agents import Agent, Runner, SQLiteSession, ToolOutputImage, function_tool
from agents.items import ToolCallOutputItem
from pydantic import BaseModel
from scripted import ScriptedModel, calls, outputs, says

from headroom import SharedContext
from headroom_openai_agents import output_extractor, retrieve_tool, tool_output_guardrail

QUESTION = "Which flight was diverted?"


def agent_with(guardrail: Any, answer: object, *more: Any) -> tuple[Agent[Any], ScriptedModel]:
    @function_tool(tool_output_guardrails=[guardrail])
    def search() -> Any:
        """Searches flights."""
        return answer

    model = ScriptedModel(calls("search"), says("HR121"))
    return Agent(name="searcher", model=model, tools=[search, *more]), model


@pytest.mark.parametrize("as_text", [True, False])
async def test_everybody_sees_the_view(
    ctx: SharedContext, flights: list[dict[str, object]], as_text: bool
) -> None:
    answer = json.dumps(flights) if as_text else {"flights": flights}
    agent, model = agent_with(tool_output_guardrail(ctx), answer)
    session = SQLiteSession("session")
    result = await Runner.run(agent, QUESTION, session=session)
    assert result.final_output == "HR121"
    view = outputs(model.sent[1])["call_search"]
    assert ctx.is_view(view)
    assert "HR121" in view
    (item,) = (item for item in result.new_items if isinstance(item, ToolCallOutputItem))
    assert item.output == view
    stored: list[Any] = await session.get_items()
    assert outputs(stored)["call_search"] == view
    original = ctx.original_of(view)
    assert original is not None
    assert json.loads(original) == (flights if as_text else answer)
    session.close()


async def test_the_view_names_the_tool_to_an_agent_that_has_it(
    ctx: SharedContext, payload: str
) -> None:
    agent, model = agent_with(tool_output_guardrail(ctx), payload)
    await Runner.run(agent, QUESTION)
    assert "headroom_retrieve" not in outputs(model.sent[1])["call_search"]
    agent, model = agent_with(tool_output_guardrail(ctx), payload, retrieve_tool(ctx))
    await Runner.run(agent, QUESTION)
    assert "headroom_retrieve(key=" in outputs(model.sent[1])["call_search"]


async def test_what_is_small_excluded_or_no_text_goes_on(ctx: SharedContext, payload: str) -> None:
    image = ToolOutputImage(image_url="data:image/png;base64," + "A" * 4000)
    for answer, options in (
        ("small", {}), (payload, {"exclude": ["search"]}), (image, {}),
    ):  # fmt: skip
        guarded, _ = agent_with(tool_output_guardrail(ctx, **options), answer)  # type: ignore[arg-type]
        result = await Runner.run(guarded, QUESTION)
        (item,) = (item for item in result.new_items if isinstance(item, ToolCallOutputItem))
        assert item.output == answer
    assert len(ctx) == 0


async def test_an_error_of_ours_never_ends_the_run(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    guardrail = tool_output_guardrail(ctx)

    class Data:
        context = None

    with caplog.at_level(logging.WARNING):
        answer = await guardrail.guardrail_function(Data())  # type: ignore[arg-type, misc]
    assert answer.behavior["type"] == "allow"
    assert "a tool output goes on as it is: AttributeError" in caplog.text


class Flight(BaseModel):
    flight: str
    origin: str
    status: str
    delay_minutes: int


class Report(BaseModel):
    rows: list[Flight]


@pytest.mark.parametrize("typed", [False, True])
async def test_an_agent_that_is_a_tool_says_a_view(
    ctx: SharedContext, flights: list[dict[str, object]], typed: bool
) -> None:
    said = json.dumps({"rows": flights})
    inner = Agent(
        name="searcher", model=ScriptedModel(says(said)), output_type=Report if typed else None
    )
    outer_model = ScriptedModel(calls("find", input="Where did HR042 start?"), says("done"))
    tool = inner.as_tool(
        "find", "Finds flights.", custom_output_extractor=output_extractor(ctx, max_tokens=150)
    )
    await Runner.run(Agent(name="outer", model=outer_model, tools=[tool]), QUESTION)
    view = outputs(outer_model.sent[1])["call_find"]
    assert ctx.is_view(view)
    # It was made for what the agent was asked.
    assert "HR042" in view
    assert "headroom_retrieve" not in view
    original = ctx.original_of(view)
    assert original is not None
    assert json.loads(original) == {"rows": flights}


async def test_short_answers_and_empty_ones(ctx: SharedContext) -> None:
    for said in ("HR121", ""):
        inner = Agent(name="searcher", model=ScriptedModel(says(said)))
        outer_model = ScriptedModel(calls("find", input=QUESTION), says("done"))
        extractor = output_extractor(ctx, mention_tool=True)
        tool = inner.as_tool("find", "Finds flights.", custom_output_extractor=extractor)
        await Runner.run(Agent(name="outer", model=outer_model, tools=[tool]), QUESTION)
        assert outputs(outer_model.sent[1])["call_find"] == said
