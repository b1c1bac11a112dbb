"""Tenants of one store: each run sees its own namespace, and nothing of another."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool, handoff
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    model_input_filter,
    nested_handoff_filter,
    output_extractor,
    retrieve_tool,
    tool_output_guardrail,
)

QUESTION = "Which request was slow?"


@dataclass
class Run:
    """What a user gives a run."""

    tenant: str


def tenant(run: Run) -> str:
    return run.tenant


def log(name: str) -> str:
    return "\n".join(f"INFO {name} request {n} took {n * n % 71} ms" for n in range(300))


def last_text(items: list[dict[str, Any]]) -> str:
    item = items[-1]
    return str(item.get("output", item.get("content")))


async def run(road: str, ctx: SharedContext, run_for: Run, *turns: Any, **options: Any) -> Any:
    """A search, then a reader who does what ``turns`` say; the reader's model."""
    tools, config = [retrieve_tool(ctx, namespace=tenant)], RunConfig()
    model = ScriptedModel(*turns)
    reader = Agent(name="reader", model=model, tools=list(tools))
    guardrail = []
    if road == "run_config":
        config = headroom_run_config(ctx, namespace=tenant, **options)
    elif road == "model":
        ours = model_input_filter(ctx, namespace=tenant, **options)
        config = RunConfig(call_model_input_filter=ours)
    elif road == "guardrail":
        guardrail = [tool_output_guardrail(ctx, namespace=tenant, **options)]
    else:
        make = handoff_filter if road == "handoff" else nested_handoff_filter
        config = RunConfig(handoff_input_filter=make(ctx, namespace=tenant, **options))

    @function_tool(tool_output_guardrails=guardrail)
    def search() -> str:
        """Searches."""
        return log(run_for.tenant)

    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("transfer_to_reader")),
        tools=[search, *tools],
        handoffs=[handoff(reader)],
    )
    await Runner.run(searcher, QUESTION, run_config=config, context=run_for)
    return model


def text_of(model: ScriptedModel) -> str:
    return "\n".join(map(str, model.sent[0]))


ROADS = ["run_config", "model", "handoff", "nested", "guardrail"]


@pytest.mark.parametrize("road", ROADS)
async def test_no_tenant_reads_what_is_anothers(road: str, ctx: SharedContext) -> None:
    rome = await run(road, ctx, Run("rome"), says("None."))
    key = key_in(text_of(rome).replace("\\", ""))
    assert ctx.in_namespace("rome").get(key, full=True) == log("rome")

    def asks(_: Any) -> list[Any]:
        return calls("headroom_retrieve", key=key, place="lines 200")

    def answers(model: ScriptedModel) -> str:
        return str(outputs(model.sent[-1])["call_headroom_retrieve"])

    assert "request 199 took" in answers(await run(road, ctx, Run("rome"), asks, says("Ok.")))
    told = answers(await run(road, ctx, Run("oslo"), asks, says("Ok.")))
    assert told == f"Nothing is stored under '{key}' here."
    assert len(ctx) == 0


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("name", [None, ""])
async def test_a_run_of_nobody_reads_originals_and_no_tool_answers(
    road: str, name: Any, ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    """What belongs to nobody known goes nowhere."""
    asks = calls("headroom_retrieve", key="search", query="slow")
    with caplog.at_level(logging.WARNING):
        model = await run(road, ctx, Run(name), asks, says("None."))
    assert "request 299 took" in text_of(model)
    answer = outputs(model.sent[1])["call_headroom_retrieve"]
    assert answer == "Nothing can be looked up in this run."
    assert "nothing is looked up" in caplog.text
    assert len(ctx) == 0


async def test_an_extractor_for_nobody_hands_on_the_original(ctx: SharedContext) -> None:
    inner = Agent(name="inner", model=ScriptedModel(says(log("rome"))))
    extractor = output_extractor(ctx, namespace=tenant)
    tool = inner.as_tool("ask", "Asks.", custom_output_extractor=extractor)
    model = ScriptedModel(calls("ask", input=QUESTION), says("None."))
    await Runner.run(Agent(name="outer", model=model, tools=[tool]), QUESTION, context=None)
    assert outputs(model.sent[1])["call_ask"] == log("rome")


async def test_a_tool_of_another_namespace_is_none(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    """A view must not send a reader to a tool that knows nothing of it."""

    @function_tool
    def search() -> str:
        """Searches."""
        return log("rome")

    model = ScriptedModel(calls("search"), says("None."))
    agent = Agent(name="searcher", model=model, tools=[search, retrieve_tool(ctx)])
    config = headroom_run_config(ctx, namespace=tenant)
    for _ in range(2):
        model.turns = [calls("search"), says("None.")]
        await Runner.run(agent, QUESTION, run_config=config, context=Run("rome"))
    assert outputs(model.sent[1])["call_search"] == log("rome")
    assert caplog.text.count("give both the same namespace=") == 1


async def test_a_tool_of_another_memory_is_none(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    @function_tool
    def search() -> str:
        """Searches."""
        return log("rome")

    config = headroom_run_config(ctx)
    for tool, is_ours in ((retrieve_tool(SharedContext()), False), (retrieve_tool(ctx), True)):
        model = ScriptedModel(calls("search"), says("None."))
        agent = Agent(name="searcher", model=model, tools=[search, tool])
        await Runner.run(agent, QUESTION, run_config=config)
        assert ("headroom_retrieve(key=" in outputs(model.sent[1])["call_search"]) is is_ours
    assert caplog.text.count("give both the same context") == 1
