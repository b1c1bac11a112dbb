"""Handoffs, sessions, tenants and the retrieval tool, as OpenAI's APIs are sent them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    SQLiteSession,
    function_tool,
    handoff,
)
from scripted import key_in
from wire import Wire, serving

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    nested_handoff_filter,
    retrieve_tool,
)

QUESTION = "Which flight was diverted?"
APIS = {"responses": OpenAIResponsesModel, "chat/completions": OpenAIChatCompletionsModel}


@dataclass
class Run:
    """What a user gives a run."""

    tenant: str = "rome"


def tenant(run: Run) -> str:
    return run.tenant


def agent(wire: Wire, ctx: SharedContext, payload: str, api: str, then: Any = None) -> Agent[Any]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    made = Agent[Any](
        name="searcher",
        model=APIS[api](model="gpt-4.1", openai_client=wire.client()),
        tools=[search, retrieve_tool(ctx, namespace=tenant)],
    )
    analyst = made.clone(name="analyst", tools=made.tools[1:])
    made.handoffs = [handoff(analyst, input_filter=then)]
    return made


def sent(wire: Wire, api: str) -> list[list[dict[str, Any]]]:
    """The conversation in each request."""
    return [body["input" if api == "responses" else "messages"] for body in wire.bodies(api)]


def answers(items: list[dict[str, Any]]) -> dict[str, str]:
    """What tools answered, by the ids of the calls, each of which stands before its answer."""
    found: dict[str, str] = {}
    called: list[str] = []
    for item in items:
        called += [call["id"] for call in item.get("tool_calls") or ()]
        if item.get("type") == "function_call":
            called.append(item["call_id"])
        elif item.get("type") == "function_call_output" or item.get("role") == "tool":
            call_id = item.get("call_id") or item["tool_call_id"]
            assert call_id in called
            found[call_id] = item.get("output") or item["content"]
    assert sorted(found) == sorted(called)
    return found


@pytest.mark.parametrize("api", APIS)
async def test_a_handoff(ctx: SharedContext, payload: str, api: str) -> None:
    with serving(("search", {}), ("transfer_to_analyst", {}), "HR121.") as wire:
        first = agent(wire, ctx, payload, api, handoff_filter(ctx, namespace=tenant))
        result = await Runner.run(first, QUESTION, context=Run())
    own, others = map(answers, sent(wire, api)[1:])
    assert own == {"call_0": payload}
    assert list(others) == ["call_0", "call_1"]
    assert ctx.in_namespace("rome").original_of(others["call_0"]) == payload
    assert "HR121" in others["call_0"]
    assert result.final_output == "HR121."


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("by_sdk", [False, True])
async def test_a_handoff_that_is_nested_into_a_message(
    ctx: SharedContext, payload: str, api: str, by_sdk: bool
) -> None:
    then = None if by_sdk else nested_handoff_filter(ctx, namespace=tenant)
    config = RunConfig(nest_handoff_history=True)
    if by_sdk:
        config = headroom_run_config(ctx, config, namespace=tenant)
    with serving(("search", {}), ("transfer_to_analyst", {}), "HR121.") as wire:
        first = agent(wire, ctx, payload, api, then)
        await Runner.run(first, QUESTION, run_config=config, context=Run())
    text = json.dumps(sent(wire, api)[2])
    assert "<CONVERSATION HISTORY>" in text
    assert "headroom_retrieve(key=" in text
    assert "HR121" in text
    assert ctx.count_tokens(text) < ctx.count_tokens(payload) / 3


@pytest.mark.parametrize("api", APIS)
async def test_the_next_run_of_a_session_is_sent_what_the_last_one_was(
    ctx: SharedContext, payload: str, api: str
) -> None:
    session = SQLiteSession("one")
    config = headroom_run_config(ctx, namespace=tenant)
    with serving(("search", {}), "HR121.", "To Rome.") as wire:
        first = agent(wire, ctx, payload, api)
        for question in (QUESTION, "And where did HR042 go?"):
            await Runner.run(first, question, run_config=config, session=session, context=Run())
    _, before, after = sent(wire, api)
    assert after[: len(before)] == before
    assert ctx.in_namespace("rome").original_of(answers(after)["call_0"]) == payload
    stored: list[Any] = await session.get_items()
    assert answers(stored) == {"call_0": payload}
    session.close()


MANAGED = [{}, {"auto_previous_response_id": True}, {"conversation_id": "conv_1"}]


@pytest.mark.parametrize(
    ("api", "more"),
    [*(("responses", more) for more in MANAGED), ("chat/completions", {})],
)
async def test_what_is_looked_up_arrives_whole_and_from_the_tenants_namespace(
    ctx: SharedContext, payload: str, api: str, more: dict[str, Any]
) -> None:
    config = headroom_run_config(ctx, namespace=tenant)
    key = ""

    async def look_up(run: Run, found: str = payload) -> str:
        asks = ("headroom_retrieve", {"key": key, "place": "rows 1-40"})
        with serving(("search", {}), asks, "Ok.") as wire:
            first = agent(wire, ctx, found, api)
            await Runner.run(first, QUESTION, run_config=config, context=run, **more)
        view, answer = sent(wire, api)[1][-1], sent(wire, api)[2][-1]
        shown.append(str(view.get("output") or view["content"]))
        return str(answer.get("output") or answer["content"])

    shown: list[str] = []
    await look_up(Run())
    key = key_in(shown[0])
    found = await look_up(Run())
    assert shown[1] == shown[0]
    assert all(f"HR{number:03}" in found for number in range(40))
    # Large enough for a view, and none: what was asked for is read.
    assert ctx.count_tokens(found) > 400
    assert not ctx.in_namespace("rome").is_view(found)
    assert await look_up(Run("oslo"), "None.") == f"Nothing is stored under '{key}' here."


@pytest.mark.parametrize("api", APIS)
async def test_calls_at_one_time(ctx: SharedContext, payload: str, api: str) -> None:
    """Each answer at its call: a view, one that is small, and one that is excluded."""

    @function_tool
    def count() -> int:
        """Counts flights."""
        return 200

    @function_tool
    def receipt() -> str:
        """Gives a receipt."""
        return payload

    config = headroom_run_config(ctx, namespace=tenant, exclude=["receipt"])
    with serving([("receipt", {}), ("search", {}), ("count", {})], "HR121.") as wire:
        first = agent(wire, ctx, payload, api)
        first.tools += [count, receipt]
        await Runner.run(first, QUESTION, run_config=config, context=Run())
    found = answers(sent(wire, api)[1])
    assert found["call_0_0"] == payload
    assert ctx.in_namespace("rome").original_of(found["call_0_1"]) == payload
    assert found["call_0_2"] == "200"
