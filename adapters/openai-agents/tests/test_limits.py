"""Limits by tool, and a budget for all that a model is sent."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool, handoff
from scripted import ScriptedModel, calls, outputs, says

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    model_input_filter,
    retrieve_tool,
)

QUESTION = "Which request was slow?"


def log(name: str, lines: int = 400) -> str:
    """Of which no two lines are alike, so that a view has much to choose from."""
    words = ["accepted", "queued", "sent", "parsed", "stored", "dropped", "retried"]
    return "\n".join(
        f"{'ERROR' if n % 5 == 0 else 'INFO'} {name} {words[n * n % 7]} order {n * 7919 % 9973}"
        f" for customer {n * 104729 % 7907} in {n * n % 71} ms at stage {words[n % 7]}"
        for n in range(lines)
    )


@function_tool
def search() -> str:
    """Searches."""
    return log("search")


@function_tool
def read_log() -> str:
    """Reads."""
    return log("read")


ROADS: dict[str, Any] = {
    "run_config": lambda ctx, **options: headroom_run_config(ctx, **options),
    "model": lambda ctx, **options: RunConfig(
        call_model_input_filter=model_input_filter(ctx, **options)
    ),
    "handoff": lambda ctx, **options: RunConfig(
        handoff_input_filter=handoff_filter(ctx, **options)
    ),
}


async def run(config: RunConfig, ctx: SharedContext) -> ScriptedModel:
    model = ScriptedModel(says("None."))
    reader = Agent(name="reader", model=model, tools=[retrieve_tool(ctx)])
    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("read_log"), calls("transfer_to_reader")),
        tools=[search, read_log],
        handoffs=[handoff(reader)],
    )
    await Runner.run(searcher, QUESTION, run_config=config)
    return model


@pytest.mark.parametrize("road", ROADS)
async def test_a_limit_for_one_tool(road: str, ctx: SharedContext) -> None:
    free = outputs((await run(ROADS[road](SharedContext()), ctx)).sent[0])
    config = ROADS[road](ctx, max_tokens={"search": 150})
    found = outputs((await run(config, ctx)).sent[0])
    assert 0 < ctx.count_tokens(found["call_search"]) <= 150
    assert ctx.count_tokens(free["call_search"]) > 300
    assert ctx.count_tokens(found["call_read_log"]) > 300


@pytest.mark.parametrize("road", ROADS)
async def test_a_limit_for_no_tool_is_told(
    road: str, ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    config = ROADS[road](ctx, max_tokens={"search": 150, "raed_log": 900})
    with caplog.at_level(logging.WARNING):
        await run(config, ctx)
    assert caplog.text.count("max_tokens names 'raed_log', and nothing in this run") == 1
    assert "'search', and nothing" not in caplog.text


BUDGET = 1800


async def many(
    ctx: SharedContext, config: RunConfig, searches: int = 6, question: Any = QUESTION
) -> tuple[Agent[Any], ScriptedModel]:
    """One agent that reads one log after another."""

    @function_tool
    def look(number: int) -> str:
        """Looks."""
        return log(f"log {number}")

    def looks(number: int) -> list[Any]:
        (call,) = calls("look", number=number)
        return [call.model_copy(update={"id": f"fc_{number}", "call_id": f"call_{number}"})]

    model = ScriptedModel(*map(looks, range(searches)), says("None."))
    agent = Agent(
        name="searcher", instructions="Be brief.", model=model, tools=[look, retrieve_tool(ctx)]
    )
    await Runner.run(agent, question, run_config=config)
    return agent, model


def size(ctx: SharedContext, agent: Agent[Any], items: list[dict[str, Any]]) -> int:
    """What a call has in tokens: instructions, tools, input."""
    schemas = [tool.params_json_schema for tool in agent.tools]  # type: ignore[union-attr]
    said = [
        text if isinstance(text, str) else json.dumps(text)
        for item in items
        for text in (item.get(name, "") for name in ("content", "arguments", "name", "output"))
    ]
    return ctx.count_tokens("\n".join([str(agent.instructions), json.dumps(schemas), *said]))


MODEL_ROADS = ["run_config", "model"]


@pytest.mark.parametrize("road", MODEL_ROADS)
async def test_no_call_of_a_model_has_more_than_the_budget(road: str) -> None:
    free, ctx = SharedContext(), SharedContext()
    agent, model = await many(free, ROADS[road](free))
    assert max(size(free, agent, sent) for sent in model.sent) > 1.5 * BUDGET
    agent, model = await many(ctx, ROADS[road](ctx, max_input_tokens=BUDGET))
    assert max(size(ctx, agent, sent) for sent in model.sent) <= BUDGET
    found = outputs(model.sent[-1])
    assert len(found) == 6
    assert all(map(ctx.is_view, found.values()))
    # There is a way back to each.
    for number, view in enumerate(found.values()):
        assert ctx.original_of(view) == log(f"log {number}")


@pytest.mark.parametrize("road", MODEL_ROADS)
async def test_the_cached_prefix_changes_only_where_new_views_are_not_enough(road: str) -> None:
    ctx = SharedContext()
    _, model = await many(ctx, ROADS[road](ctx, max_input_tokens=BUDGET))
    kept = [
        later[: len(sent)] == sent for sent, later in zip(model.sent, model.sent[1:], strict=False)
    ]
    # The views of six logs have more than 500 tokens each: the fourth finds the room taken.
    assert kept[:3] == [True] * 3
    assert kept.count(False) <= 2


@pytest.mark.parametrize("road", MODEL_ROADS)
async def test_within_the_budget_nothing_changes(road: str) -> None:
    free, ctx = SharedContext(), SharedContext()
    _, without = await many(free, ROADS[road](free), 2)
    _, within = await many(ctx, ROADS[road](ctx, max_input_tokens=100_000), 2)
    assert within.sent == without.sent


async def test_what_does_not_fit_is_sent_all_the_same_and_said_once(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    question = "\n".join([QUESTION, *(f"Look at {n * 7919 % 9973}." for n in range(900))])
    with caplog.at_level(logging.WARNING):
        _, model = await many(ctx, ROADS["model"](ctx, max_input_tokens=BUDGET), 3, question)
    assert caplog.text.count("has more tokens than max_input_tokens") == 1
    assert model.sent[-1][0]["content"] == question
    assert all(ctx.count_tokens(view) <= 100 for view in outputs(model.sent[-1]).values())


@pytest.mark.parametrize("road", MODEL_ROADS)
@pytest.mark.parametrize(
    ("budget", "error", "told"),
    [
        (0, ValueError, "max_input_tokens must be at least 1, not 0"),
        (True, TypeError, "max_input_tokens must be a whole number, not bool"),
        ("9", TypeError, "max_input_tokens must be a whole number, not str"),
    ],
)
def test_a_budget_that_is_none(
    road: str, budget: Any, error: Any, told: str, ctx: SharedContext
) -> None:
    with pytest.raises(error, match=told):
        ROADS[road](ctx, max_input_tokens=budget)
