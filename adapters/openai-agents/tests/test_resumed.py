"""A run that is interrupted, and taken up in a process that has nothing in its memory store."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, RunState, function_tool, handoff
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import SharedContext
from headroom_openai_agents import handoff_filter, headroom_run_config, retrieve_tool

QUESTION = "Which flight was diverted?"


def team(ctx: SharedContext, payload: str, ours: Any, *turns: Any) -> tuple[Any, ScriptedModel]:
    """A searcher that hands over to an analyst, which asks before it books."""

    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    @function_tool(needs_approval=True)
    def book() -> str:
        """Books a flight."""
        return "booked"

    model = ScriptedModel(*turns)
    analyst = Agent(name="analyst", model=model, tools=[book, retrieve_tool(ctx)])
    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("transfer_to_analyst")),
        tools=[search],
        handoffs=[handoff(analyst, input_filter=ours)],
    )
    return searcher, model


async def interrupted(ctx: SharedContext, payload: str, *, at_handoff: bool) -> tuple[str, Any]:
    """The state of a run that waits, as another process gets it, and what the model was sent."""
    ours, config = roads(ctx, at_handoff=at_handoff)
    searcher, model = team(ctx, payload, ours, calls("book"))
    result = await Runner.run(searcher, QUESTION, run_config=config)
    assert result.interruptions
    return json.dumps(result.to_state().to_json()), model.sent[-1]


def roads(ctx: SharedContext, *, at_handoff: bool) -> tuple[Any, RunConfig]:
    if at_handoff:
        return handoff_filter(ctx), RunConfig()
    return None, headroom_run_config(ctx)


async def resumed(
    ctx: SharedContext, payload: str, state: str, *turns: Any, at_handoff: bool
) -> tuple[Any, ScriptedModel]:
    ours, config = roads(ctx, at_handoff=at_handoff)
    searcher, model = team(ctx, payload, ours, *turns)
    taken_up = await RunState.from_json(searcher, json.loads(state))
    for interruption in taken_up.get_interruptions():
        taken_up.approve(interruption)
    return await Runner.run(searcher, taken_up, run_config=config), model


@pytest.mark.parametrize("at_handoff", [False, True])
@pytest.mark.parametrize("survives", [False, True])
async def test_the_run_goes_on(
    payload: str,
    at_handoff: bool,
    survives: bool,
    tmp_path: Any,
) -> None:
    """What a handoff filter put into the run stays a view; all else is made anew, and the same."""
    store = f"sqlite:///{tmp_path / 'context.db'}" if survives else None
    with SharedContext(store=store) as first:
        state, sent = await interrupted(first, payload, at_handoff=at_handoff)
    view = outputs(sent)["call_search"]
    assert view != payload

    def look_up(items: list[dict[str, Any]]) -> list[Any]:
        return calls(
            "headroom_retrieve", key=key_in(outputs(items)["call_search"]), place="rows 122"
        )

    with SharedContext(store=store) as second:
        result, model = await resumed(
            second, payload, state, look_up, says("HR121"), at_handoff=at_handoff
        )
    assert result.final_output == "HR121"
    sent_again = outputs(model.sent[0])
    assert sent_again["call_book"] == "booked"
    # The prefix of the conversation is as it was.
    assert sent_again["call_search"] == view
    answer = outputs(model.sent[1])["call_headroom_retrieve"]
    if survives or not at_handoff:
        assert "HR121" in answer
    else:
        assert answer.startswith("Nothing is stored under 'search-")
    if not at_handoff:
        assert outputs(result.to_input_list())["call_search"] == payload
