"""Stores that fail and contexts that are closed, on the roads that the contract does not walk."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool, handoff
from scripted import ScriptedModel, calls, outputs, says

from headroom import MemoryStore, SharedContext
from headroom_openai_agents import (
    headroom_run_config,
    nested_handoff_filter,
    output_extractor,
    retrieve_tool,
    session_input_callback,
)
from headroom_testing.faulty import FaultyStore

QUESTION = "Which flight was diverted?"
#: A run in which a payload goes one road, and what the model was sent of it.
Road = Callable[[SharedContext, str, Callable[[], None]], Awaitable[str]]


def searching(payload: str, before: Callable[[], None], *turns: Any) -> tuple[Any, ScriptedModel]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        before()
        return payload

    model = ScriptedModel(*turns)
    return Agent(name="searcher", model=model, tools=[search]), model


async def from_a_session(ctx: SharedContext, payload: str, before: Callable[[], None]) -> str:
    session = SQLiteSession("one")
    agent, model = searching(payload, before, calls("search"), says("HR121"), says("HR121"))
    await Runner.run(agent, QUESTION, session=session)
    config = RunConfig(session_input_callback=session_input_callback(ctx))
    result = await Runner.run(agent, QUESTION, session=session, run_config=config)
    assert result.final_output == "HR121"
    return str(outputs(model.sent[2])["call_search"])


async def nested(ctx: SharedContext, payload: str, before: Callable[[], None]) -> str:
    model = ScriptedModel(says("HR121"))
    analyst = Agent(name="analyst", model=model)
    agent, _ = searching(payload, before, calls("search"), calls("transfer_to_analyst"))
    agent.handoffs = [handoff(analyst, input_filter=nested_handoff_filter(ctx))]
    result = await Runner.run(agent, QUESTION)
    assert result.final_output == "HR121"
    lines = [line.partition(". ")[2] for line in model.sent[0][0]["content"].split("\n")]
    items = [json.loads(line) for line in lines if line.startswith("{")]
    return str(outputs(items)["call_search"])


async def from_an_agent(ctx: SharedContext, payload: str, before: Callable[[], None]) -> str:
    inner, _ = searching("There are some.", before, calls("search"), says(payload))
    tool = inner.as_tool("inner", "Asks.", custom_output_extractor=output_extractor(ctx))
    model = ScriptedModel(calls("inner", input=QUESTION), says("HR121"))
    result = await Runner.run(Agent(name="outer", model=model, tools=[tool]), QUESTION)
    assert result.final_output == "HR121"
    return str(outputs(model.sent[1])["call_inner"])


async def at_a_server(ctx: SharedContext, payload: str, before: Callable[[], None]) -> str:
    agent, model = searching(payload, before, calls("search"), says("HR121"))
    agent.tools.append(retrieve_tool(ctx))
    result = await Runner.run(
        agent, QUESTION, run_config=headroom_run_config(ctx), auto_previous_response_id=True
    )
    assert result.final_output == "HR121"
    return str(model.sent[1][0]["output"])


ROADS: list[Road] = [from_a_session, nested, from_an_agent, at_a_server]


@pytest.mark.parametrize("road", ROADS)
async def test_a_context_that_is_closed_in_mid_run(
    road: Road, payload: str, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with SharedContext(store=f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        assert whole.is_view(await road(whole, payload, lambda: None))
    ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}")
    with caplog.at_level(logging.WARNING):
        assert await road(ctx, payload, ctx.close) == payload
    assert sum("as it is" in each.getMessage() for each in caplog.records) == 1


@pytest.mark.parametrize("fault", ["before", "after", "truncate", "change"])
@pytest.mark.parametrize("road", ROADS)
async def test_a_store_that_fails_or_lies(
    road: Road, payload: str, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=FaultyStore(MemoryStore(), script=[fault] * 10_000))
    with caplog.at_level(logging.WARNING):
        sent = await road(ctx, payload, lambda: None)
    if fault in ("before", "after"):
        assert sent == payload
        assert sum("as it is" in each.getMessage() for each in caplog.records) == 1
    else:
        assert "HR121" in sent
