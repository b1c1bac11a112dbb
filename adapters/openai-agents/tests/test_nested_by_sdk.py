"""The history that the SDK nests into one message, where no input filter does it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool
from agents.handoffs import (
    get_conversation_history_wrappers,
    nest_handoff_history,
    reset_conversation_history_wrappers,
    set_conversation_history_wrappers,
)
from scripted import ScriptedModel, calls, key_in, says

from headroom import SharedContext
from headroom_openai_agents import model_input_filter, retrieve_tool

QUESTION = "Which flight was diverted?"


def lines_of(content: str) -> list[str]:
    start, end = get_conversation_history_wrappers()
    return content.partition(f"{start}\n")[2].rpartition(f"\n{end}")[0].split("\n")


def items_in(content: str) -> list[dict[str, Any]]:
    """The items of a nested history that are JSON."""
    texts = [line.partition(". ")[2] for line in lines_of(content)]
    return [json.loads(text) for text in texts if text.startswith("{")]


def team(
    ctx: SharedContext, payload: str, *turns: Any
) -> tuple[Agent[Any], ScriptedModel, ScriptedModel]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    last = ScriptedModel(says("HR121 was diverted."))
    writer = Agent(name="writer", model=last, tools=[retrieve_tool(ctx)])
    middle = ScriptedModel(*turns, calls("transfer_to_writer"))
    analyst = Agent(name="analyst", model=middle, handoffs=[writer], tools=[retrieve_tool(ctx)])
    first = ScriptedModel(calls("search"), calls("transfer_to_analyst"))
    return Agent(name="searcher", model=first, tools=[search], handoffs=[analyst]), middle, last


@pytest.mark.parametrize("wrappers", [None, "<<SO FAR>>"])
async def test_each_output_in_a_nested_history_is_a_view(
    ctx: SharedContext, payload: str, wrappers: str | None
) -> None:
    set_conversation_history_wrappers(start=wrappers)
    try:
        seen: list[str] = []
        for ours in (None, model_input_filter(ctx)):
            searcher, _, last = team(ctx, payload)
            config = RunConfig(nest_handoff_history=True, call_model_input_filter=ours)
            await Runner.run(searcher, QUESTION, run_config=config)
            seen.append(last.sent[0][0]["content"])
        plain, with_views = (items_in(each) for each in seen)
        (original,) = [item for item in plain if item.get("call_id") == "call_search"][1:]
        (changed,) = [item for item in with_views if item.get("call_id") == "call_search"][1:]
    finally:
        reset_conversation_history_wrappers()
    assert original["output"] == payload
    assert ctx.is_view(changed["output"])
    assert "headroom_retrieve(key=" in changed["output"]
    # All else is as it was, to the letter.
    assert seen[0].replace(json.dumps(payload), json.dumps(changed["output"])) == seen[1]
    assert {**changed, "output": payload} == original


async def test_answers_of_the_retrieval_tool_and_excluded_tools_stay_in_it(
    ctx: SharedContext, payload: str
) -> None:
    def look_up(items: list[dict[str, Any]]) -> list[Any]:
        (output,) = [
            item["output"]
            for item in items_in(items[0]["content"])
            if "search" in str(item) and "output" in item
        ]
        return calls("headroom_retrieve", key=key_in(output), place="rows 1-45")

    searcher, _, last = team(ctx, payload, look_up)
    ours = model_input_filter(ctx, min_tokens=0)
    config = RunConfig(nest_handoff_history=True, call_model_input_filter=ours)
    await Runner.run(searcher, QUESTION, run_config=config)
    outputs = {
        item["call_id"]: item["output"]
        for item in items_in(last.sent[0][0]["content"])
        if "output" in item
    }
    assert ctx.is_view(outputs["call_search"])
    assert "HR040" in outputs["call_headroom_retrieve"]
    assert not ctx.is_view(outputs["call_headroom_retrieve"])

    searcher, _, last = team(ctx, payload)
    ours = model_input_filter(ctx, exclude=["search"])
    config = RunConfig(nest_handoff_history=True, call_model_input_filter=ours)
    await Runner.run(searcher, QUESTION, run_config=config)
    assert payload in [item.get("output") for item in items_in(last.sent[0][0]["content"])]


async def test_a_view_that_is_nested_is_known_for_one_and_read_by_the_sdk(
    ctx: SharedContext, payload: str
) -> None:
    """A message of it that comes back: the SDK takes it apart, and nothing is compressed twice."""
    searcher, _, last = team(ctx, payload)
    ours = model_input_filter(ctx)
    config = RunConfig(nest_handoff_history=True, call_model_input_filter=ours)
    await Runner.run(searcher, QUESTION, run_config=config)
    keys, (message,) = set(ctx), last.sent[0][:1]
    model = ScriptedModel(says("HR121"))
    again: list[Any] = [message, {"role": "user", "content": "And now?"}]
    config = RunConfig(call_model_input_filter=ours)
    await Runner.run(Agent(name="reader", model=model), again, run_config=config)
    assert model.sent[0][0] == message
    assert set(ctx) == keys


async def test_what_users_wrote_is_no_history(ctx: SharedContext, payload: str) -> None:
    start, end = get_conversation_history_wrappers()
    item = json.dumps({"type": "function_call_output", "call_id": "c", "output": payload})
    said = f"See:\n{start}\n1. {item}\n{end}"
    model = ScriptedModel(says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    await Runner.run(Agent(name="reader", model=model), said, run_config=config)
    assert model.sent[0][0]["content"] == said
    assert len(ctx) == 0


async def test_a_long_answer_in_a_nested_history(ctx: SharedContext, payload: str) -> None:
    """On one line it is no JSON there; as a view of several lines it is, which the SDK reads."""
    from agents import HandoffInputData

    history: tuple[Any, ...] = (
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": payload},
    )
    nested = nest_handoff_history(HandoffInputData(history, (), ()))
    model = ScriptedModel(says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, roles=["assistant"]))
    await Runner.run(
        Agent(name="reader", model=model), list(nested.input_history), run_config=config
    )
    (item,) = items_in(model.sent[0][0]["content"])
    assert ctx.is_view(item["content"])
    assert lines_of(model.sent[0][0]["content"])[0] == f"1. user: {QUESTION}"
