"""One line for a run: views on every turn, whose they are, and how much there may be of all."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool, handoff
from agents.run import CallModelData, ModelInputData
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import Decision, Savings, SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    model_input_filter,
    output_extractor,
    retrieve_tool,
    tool_output_guardrail,
)

QUESTION = "Which flight was diverted?"


def log(lines: int, word: str = "INFO") -> str:
    return "\n".join(f"{word} request {n} took {n * n % 71} ms" for n in range(lines))


def searching(
    payload: str, *turns: Any, tools: Any = (), guardrails: Any = None
) -> tuple[Agent[Any], ScriptedModel]:
    def search() -> str:
        """Searches."""
        return payload

    def read_log() -> str:
        """Reads a log."""
        return payload

    model = ScriptedModel(*turns)
    made = [function_tool(each, tool_output_guardrails=guardrails) for each in (search, read_log)]
    return Agent(name="searcher", model=model, tools=[*made, *tools]), model


# One line


async def test_one_line_and_the_tool(ctx: SharedContext) -> None:
    agent, model = searching(log(300), calls("search"), says("ok"), tools=[retrieve_tool(ctx)])
    result = await Runner.run(agent, QUESTION, run_config=headroom_run_config(ctx))
    view = outputs(model.sent[1])["call_search"]
    assert ctx.is_view(view)
    assert "headroom_retrieve(key=" in view
    assert ctx.count_tokens(view) < ctx.count_tokens(log(300)) / 3
    assert outputs(result.to_input_list())["call_search"] == log(300)  # type: ignore[arg-type]


async def test_one_line_alone_leaves_nothing_out(ctx: SharedContext, payload: str) -> None:
    """What an agent could not look up it is shown."""
    told: list[Decision] = []
    config = headroom_run_config(ctx, on_handoff=told.append)
    agent, model = searching(log(300), calls("search"), says("ok"))
    await Runner.run(agent, QUESTION, run_config=config)
    assert outputs(model.sent[1])["call_search"] == log(300)
    assert told[0].reason.endswith("its reader cannot be given the tool")
    agent, model = searching(payload, calls("search"), says("ok"))
    await Runner.run(agent, QUESTION, run_config=config)
    view = outputs(model.sent[1])["call_search"]
    assert ctx.is_view(view)
    assert "left out" not in view
    assert all(f"HR{number:03}" in view for number in range(200))
    assert ctx.count_tokens(view) < ctx.count_tokens(payload)


async def test_what_else_the_run_has_stays(ctx: SharedContext) -> None:
    def theirs(data: CallModelData[Any]) -> ModelInputData:
        return replace(data.model_data, instructions="Be brief.")

    given = RunConfig(workflow_name="Incident", call_model_input_filter=theirs)
    config = headroom_run_config(ctx, given)
    assert (given.call_model_input_filter, config.workflow_name) == (theirs, "Incident")
    agent, model = searching(log(300), calls("search"), says("ok"), tools=[retrieve_tool(ctx)])
    await Runner.run(agent, QUESTION, run_config=config)
    assert ctx.is_view(outputs(model.sent[1])["call_search"])
    assert config.call_model_input_filter is not None
    data = CallModelData(ModelInputData([], None), agent, None)
    filtered: Any = config.call_model_input_filter(data)
    assert (await filtered).instructions == "Be brief."


# Tenants


@dataclass
class Tenant:
    tenant: str


def tenant(context: Tenant) -> str:
    return context.tenant


@pytest.mark.parametrize("road", ["config", "handoff", "guardrail"])
async def test_one_tenant_reads_nothing_of_another(road: str) -> None:
    ctx = SharedContext()
    keys: dict[str, str] = {}
    answers: dict[str, str] = {}
    retrieve = retrieve_tool(ctx, namespace=tenant)
    config = headroom_run_config(ctx, namespace=tenant) if road == "config" else RunConfig()
    guardrails = [tool_output_guardrail(ctx, namespace=tenant)] if road == "guardrail" else None

    async def run(name: str, other: str) -> None:
        def look_up(items: list[dict[str, Any]]) -> list[Any]:
            keys[name] = key_in(outputs(items)["call_search"])
            return calls(
                "headroom_retrieve", key=keys.get(other, keys[name]), place="lines 100-110"
            )

        model = ScriptedModel(look_up, says("ok"))
        reader = Agent(name="reader", model=model, tools=[retrieve])
        if road == "handoff":
            to_reader = handoff(reader, input_filter=handoff_filter(ctx, namespace=tenant))
        else:
            to_reader = handoff(reader)
        agent, _ = searching(
            log(300, name),
            calls("search"),
            calls("transfer_to_reader"),
            tools=[retrieve],
            guardrails=guardrails,
        )
        agent.handoffs = [to_reader]
        await Runner.run(agent, QUESTION, run_config=config, context=Tenant(name))
        answers[name] = outputs(model.sent[1])["call_headroom_retrieve"]

    await run("Ada", "Ada")
    await run("Bob", "Ada")
    assert "Ada request 104" in answers["Ada"]
    assert keys["Bob"] != keys["Ada"]
    assert "Ada request" not in answers["Bob"]
    assert list(ctx) == []
    assert keys["Ada"] in list(ctx.in_namespace("Ada"))
    assert ctx.in_namespace("Bob").get(keys["Ada"], full=True) is None
    assert ctx.in_namespace("Bob").get(keys["Bob"], full=True) == log(300, "Bob")


async def test_tenants_at_once_share_one_configuration(ctx: SharedContext) -> None:
    run = Savings()
    config = headroom_run_config(ctx, namespace=tenant, savings=run)
    retrieve = retrieve_tool(ctx, namespace=tenant)

    async def one(name: str) -> str:
        agent, model = searching(log(300, name), calls("search"), says("ok"), tools=[retrieve])
        await Runner.run(agent, QUESTION, run_config=config, context=Tenant(name))
        return str(outputs(model.sent[1])["call_search"])

    names = [f"tenant{number}" for number in range(8)]
    views = await asyncio.gather(*map(one, names))
    for name, view in zip(names, views):
        assert ctx.in_namespace(name).is_view(view)
        assert view.count(f"{name} request") > 0
        assert [ctx.in_namespace(name).get(key, full=True) for key in ctx.in_namespace(name)] == [
            log(300, name)
        ]
    assert run.stats().saved > 0


async def test_an_agent_that_is_a_tool_of_a_tenant(ctx: SharedContext) -> None:
    inner = Agent(name="inner", model=ScriptedModel(says(log(300))))
    tool = inner.as_tool(
        "inner", "Asks.", custom_output_extractor=output_extractor(ctx, namespace=tenant)
    )
    model = ScriptedModel(calls("inner", input="Which?"), says("ok"))
    outer = Agent(name="outer", model=model, tools=[tool])
    await Runner.run(outer, QUESTION, context=Tenant("Ada"))
    assert ctx.in_namespace("Ada").is_view(outputs(model.sent[1])["call_inner"])
    assert list(ctx) == []


@pytest.mark.parametrize("context", [None, Tenant(""), Tenant(7)])  # type: ignore[arg-type]
async def test_whose_it_is_must_be_known(
    ctx: SharedContext, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the original goes on, nothing is stored or looked up, and why is said once."""
    retrieve = retrieve_tool(ctx, namespace=tenant)
    ctx.put("plan", "Fly on Monday.")
    agent, model = searching(
        log(300),
        calls("search"),
        calls("headroom_retrieve", key="plan"),
        says("ok"),
        tools=[retrieve],
    )
    with caplog.at_level(logging.WARNING):
        await Runner.run(
            agent,
            QUESTION,
            run_config=headroom_run_config(ctx, namespace=tenant),
            context=context,
        )
    assert outputs(model.sent[2])["call_search"] == log(300)
    assert "Monday" not in outputs(model.sent[2])["call_headroom_retrieve"]
    assert list(ctx) == ["plan"]
    said = [each.getMessage() for each in caplog.records]
    assert sum("a model is sent the originals" in each for each in said) == 1
    assert sum("nothing is looked up" in each for each in said) == 1


# Limits


async def test_a_limit_for_each_tool(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = headroom_run_config(ctx, max_tokens={"search": 150, "nobody": 9})
    for name, fits in (("search", True), ("read_log", False)):
        agent, model = searching(payload, calls(name), says("ok"), tools=[retrieve_tool(ctx)])
        await Runner.run(agent, QUESTION, run_config=config)
        view = outputs(model.sent[1])[f"call_{name}"]
        assert ctx.is_view(view)
        assert (ctx.count_tokens(view) <= 150) == fits
    said = [each.getMessage() for each in caplog.records]
    assert said == ["max_tokens names 'nobody', and nothing in this run is called so"]


def sent_tokens(ctx: SharedContext, items: list[dict[str, Any]]) -> int:
    texts = [str(item.get("output") or item.get("content") or "") for item in items]
    return sum(map(ctx.count_tokens, texts))


def many(ctx: SharedContext, count: int) -> tuple[Agent[Any], ScriptedModel]:
    """An agent that calls as many tools, each of which answers with something else."""

    def tool(number: int) -> Any:
        def read() -> str:
            """Reads."""
            rows = [f"WARN job {n} of shift {number} took {n * n % 71} s" for n in range(300)]
            rows[number] = f"ERROR job {number} of shift {number} failed"
            return "\n".join(rows)

        return function_tool(read, name_override=f"read_{number}")

    names = [f"read_{number}" for number in range(count)]
    model = ScriptedModel(*(calls(name) for name in names), says("ok"))
    return Agent(
        name="reader",
        model=model,
        instructions="Read all shifts.",
        tools=[*map(tool, range(count)), retrieve_tool(ctx)],
    ), model


@pytest.mark.parametrize("road", [headroom_run_config, model_input_filter])
async def test_all_that_a_model_is_sent_is_within_a_budget(road: Any) -> None:
    budget = 900
    sizes = []
    for limit in (None, budget):
        ctx = SharedContext()
        agent, model = many(ctx, 8)
        config = road(ctx, max_input_tokens=limit)
        if road is model_input_filter:
            config = RunConfig(call_model_input_filter=config)
        await Runner.run(agent, QUESTION, run_config=config)
        sizes.append([sent_tokens(ctx, items) for items in model.sent])
    assert sizes[0][-1] > budget
    assert sizes[0][:3] == sizes[1][:3], "nothing changes where all fits"
    assert max(sizes[1]) <= budget
    kept = [later[: len(earlier)] == earlier for earlier, later in zip(model.sent, model.sent[1:])]
    assert kept[:3] == [True] * 3
    assert sum(kept) >= len(kept) - 2, "what was sent is sent again, but where it must give way"


async def test_images_are_no_text_in_a_budget(ctx: SharedContext) -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64," + "A1b/" * 20_000}
    agent, model = searching(log(100), calls("search"), says("ok"), tools=[retrieve_tool(ctx)])
    question: list[Any] = [
        {"role": "user", "content": [picture, {"type": "input_text", "text": QUESTION}]}
    ]
    views = []
    for limit in (None, 3000):
        agent.model = model = ScriptedModel(calls("search"), says("ok"))
        config = headroom_run_config(SharedContext(), max_input_tokens=limit)
        await Runner.run(agent, question, run_config=config)
        views.append(outputs(model.sent[1])["call_search"])
    assert views[0] == views[1]
