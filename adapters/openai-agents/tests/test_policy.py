"""What the policy of the core comes to in runs of the SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool, handoff
from agents.models import openai_responses as responses
from scripted import ScriptedModel, calls, outputs, says

from headroom import Decision, Savings, SharedContext
from headroom_openai_agents import (
    handoff_filter,
    model_input_filter,
    retrieve_tool,
    session_input_callback,
)

QUESTION = "Which flight was diverted?"


def team(
    payload: str, *, instructions: str | None = None, tools: Any = (), input_filter: Any = None
) -> tuple[Agent[Any], ScriptedModel, ScriptedModel]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    last = ScriptedModel(says("HR121 was diverted."))
    analyst = Agent(name="analyst", model=last, instructions=instructions, tools=list(tools))
    first = ScriptedModel(calls("search"), calls("transfer_to_analyst"))
    to_analyst = handoff(analyst, input_filter=input_filter)
    searcher = Agent(name="searcher", model=first, tools=[search], handoffs=[to_analyst])
    return searcher, first, last


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_readers_that_get_originals(ctx: SharedContext, payload: str, road: Any) -> None:
    ours = road(ctx, full_for=["analyst"])
    by_handoff = road is handoff_filter
    searcher, first, last = team(payload, input_filter=ours if by_handoff else None)
    config = RunConfig() if by_handoff else RunConfig(call_model_input_filter=ours)
    await Runner.run(searcher, QUESTION, run_config=config)
    assert outputs(last.sent[0])["call_search"] == payload
    if not by_handoff:
        assert ctx.is_view(outputs(first.sent[1])["call_search"])


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_a_view_is_made_for_all_that_its_reader_is_told(
    ctx: SharedContext, payload: str, road: Any
) -> None:
    ours = road(ctx, max_tokens=150)
    by_handoff = road is handoff_filter
    searcher, _, last = team(
        payload,
        instructions="Look after flight HR042.",
        input_filter=ours if by_handoff else None,
    )
    config = RunConfig() if by_handoff else RunConfig(call_model_input_filter=ours)
    await Runner.run(searcher, "And flight HR077?", run_config=config)
    view = outputs(last.sent[0])["call_search"]
    assert "HR042" in view
    assert "HR077" in view


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_names_that_match_nothing_are_warned_of_once(
    ctx: SharedContext, payload: str, road: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ours = road(ctx, full_for=["analist", "analyst"], exclude=["search", "serch"])
    by_handoff = road is handoff_filter
    for _ in range(2):
        searcher, *_ = team(payload, input_filter=ours if by_handoff else None)
        config = RunConfig() if by_handoff else RunConfig(call_model_input_filter=ours)
        await Runner.run(searcher, QUESTION, run_config=config)
    assert [record.message for record in caplog.records if "is called so" in record.message] == [
        "exclude names 'serch', and nothing in this run is called so",
        "full_for names 'analist', and nothing in this run is called so",
    ]


async def test_stats_are_net_of_the_tool_in_every_call(ctx: SharedContext, payload: str) -> None:
    run, told = Savings(), list[Decision]()
    ours = model_input_filter(ctx, savings=run, on_handoff=told.append)
    searcher, first, last = team(payload, tools=[retrieve_tool(ctx)])
    await Runner.run(searcher, QUESTION, run_config=RunConfig(call_model_input_filter=ours))
    stats = run.stats()
    (schema,) = responses.Converter.convert_tools([retrieve_tool(ctx)], []).tools
    assert stats.readers["searcher"].tool_tokens == 0
    assert stats.readers["analyst"].tool_tokens == ctx.count_tokens(json.dumps(schema))
    for model, name in ((first, "searcher"), (last, "analyst")):
        sent = [outputs(items).get("call_search") for items in model.sent]
        assert stats.readers[name].not_sent == sum(
            ctx.count_tokens(payload) - ctx.count_tokens(view) for view in sent if view
        )
    assert ctx.stats().handoffs == stats
    assert [(one.reader, one.is_view) for one in told] == [("searcher", True), ("analyst", True)]


async def test_a_conversation_that_goes_on_at_a_handoff_is_sent_the_same(
    ctx: SharedContext, payload: str
) -> None:
    """The view that the first run left is the view of the second, whatever that one asks."""
    sent = []
    history: list[Any] = []
    for question in (QUESTION, "Where did HR042 start?"):
        searcher, _, last = team(payload, input_filter=handoff_filter(ctx, max_tokens=150))
        searcher.model = ScriptedModel(
            *([calls("search")] if not history else []), calls("transfer_to_analyst")
        )
        history.append({"role": "user", "content": question})
        result = await Runner.run(searcher, list(history))
        sent.append(outputs(last.sent[0])["call_search"])
        # The user keeps originals, as with a session.
        history = [*history, *(item.to_input_item() for item in result.new_items)]
        assert outputs(history)["call_search"] == payload
    assert sent[0] == sent[1]
    assert ctx.is_view(sent[0])


async def offered(payload: str, ctx: SharedContext, **options: Any) -> tuple[list[str], str]:
    """What tools the analyst's model is offered after a handoff, and what it is sent."""
    searcher, _, last = team(
        payload, tools=[retrieve_tool(ctx)], input_filter=handoff_filter(ctx, **options)
    )
    await Runner.run(searcher, QUESTION)
    return last.offered[0], outputs(last.sent[0])["call_search"]


def log(lines: int) -> str:
    return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))


@pytest.mark.parametrize(("lines", "pays"), [(5, False), (24, False), (60, True), (300, True)])
async def test_the_tool_is_offered_where_it_pays(
    ctx: SharedContext, lines: int, pays: bool
) -> None:
    told: list[Decision] = []
    tools, sent = await offered(log(lines), ctx, on_handoff=told.append)
    assert ("headroom_retrieve" in tools) == pays
    assert ("headroom_retrieve(key=" in sent) == pays
    assert ctx.stats().handoffs.saved == sum(one.saved for one in told)
    assert ctx.stats().handoffs.tool_tokens == (told[0].tool_tokens if pays else 0)


async def test_the_tool_is_always_offered_where_views_come_on_any_turn(ctx: SharedContext) -> None:
    model_input_filter(ctx)
    tools, _ = await offered("A short note.", ctx)
    assert "headroom_retrieve" in tools


async def test_one_run_tells_another_nothing(ctx: SharedContext) -> None:
    tool = retrieve_tool(ctx)
    for lines in (5, 300, 5):
        searcher, _, last = team(log(lines), tools=[tool], input_filter=handoff_filter(ctx))
        await Runner.run(searcher, QUESTION)
        assert ("headroom_retrieve" in last.offered[0]) == (lines == 300)


async def test_names_of_the_first_agent_are_known_to_the_end(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    """From the agent that the run is handed to, no way leads back."""
    ours = model_input_filter(ctx, full_for=["searcher"])
    searcher, first, _ = team(payload)
    await Runner.run(searcher, QUESTION, run_config=RunConfig(call_model_input_filter=ours))
    assert outputs(first.sent[1])["call_search"] == payload
    assert not [each for each in caplog.records if "is called so" in each.message]


async def test_tools_that_a_session_does_not_know_yet_are_no_mistake(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A session tells of tools that were called, and of no others."""
    searcher, *_ = team(payload)
    config = RunConfig(session_input_callback=session_input_callback(ctx, exclude=["search"]))
    await Runner.run(searcher, QUESTION, run_config=config, session=SQLiteSession("one"))
    assert not [each for each in caplog.records if "is called so" in each.message]
