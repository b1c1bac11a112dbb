"""What models are sent on every turn, and what a run reads from its session."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool, handoff
from agents.items import ToolCallOutputItem
from agents.run import CallModelData, ModelInputData
from scripted import ScriptedModel, calls, outputs, reasons, says

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    model_input_filter,
    retrieve_tool,
    session_input_callback,
)

QUESTION = "Which flight was diverted?"


def searching(payload: object, *turns: list[Any]) -> tuple[Agent[Any], ScriptedModel]:
    @function_tool
    def search() -> Any:
        """Searches flights."""
        return payload

    @function_tool
    def count() -> int:
        """Counts flights."""
        return 200

    model = ScriptedModel(*turns)
    return Agent(name="searcher", model=model, tools=[search, count]), model


async def test_an_agent_reads_views_of_its_own_tools(ctx: SharedContext, payload: str) -> None:
    agent, model = searching(payload, calls("search"), reasons() + calls("count"), says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    result = await Runner.run(agent, QUESTION, run_config=config)
    second, third = (outputs(sent)["call_search"] for sent in model.sent[1:])
    assert ctx.is_view(second)
    assert "HR121" in second
    # The provider's cache of the prompt holds: what was sent is sent again.
    assert third == second
    assert model.sent[2][: len(model.sent[1])] == model.sent[1]
    originals = [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)]
    assert originals == [payload, 200]
    assert outputs(result.to_input_list())["call_search"] == payload  # type: ignore[arg-type]
    assert len(ctx) == 1


async def test_a_later_question_does_not_change_an_earlier_view(
    ctx: SharedContext, payload: str
) -> None:
    agent, model = searching(payload, calls("search"), says("HR121"), says("Nothing else."))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, max_tokens=150))
    result = await Runner.run(agent, QUESTION, run_config=config)
    view = outputs(model.sent[1])["call_search"]
    later: list[Any] = [*result.to_input_list(), {"role": "user", "content": "And HR042?"}]
    await Runner.run(agent, later, run_config=config)
    assert outputs(model.sent[2])["call_search"] == view
    assert outputs(later)["call_search"] == payload


async def test_with_handoffs_of_any_kind(ctx: SharedContext, payload: str) -> None:
    """It needs no input filter, and does no harm to the views of one."""
    for input_filter in (None, handoff_filter(ctx)):
        analyst_model = ScriptedModel(says("HR121 was diverted."))
        analyst = Agent(name="analyst", model=analyst_model, tools=[retrieve_tool(ctx)])
        agent, model = searching(payload, calls("search"), calls("transfer_to_analyst"))
        agent.handoffs = [handoff(analyst, input_filter=input_filter)]
        config = RunConfig(call_model_input_filter=model_input_filter(ctx))
        result = await Runner.run(agent, QUESTION, run_config=config)
        view = outputs(analyst_model.sent[0])["call_search"]
        assert ctx.is_view(view)
        # The analyst has the tool, the searcher has not.
        assert "headroom_retrieve(key=" in view
        assert "headroom_retrieve" not in outputs(model.sent[1])["call_search"]
        assert outputs(result.to_input_list())["call_search"] == payload  # type: ignore[arg-type]


async def test_a_conversation_that_the_server_manages(ctx: SharedContext, payload: str) -> None:
    agent, model = searching(payload, calls("search"), says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    result = await Runner.run(agent, QUESTION, run_config=config, previous_response_id="resp_0")
    assert result.final_output == "HR121"
    assert ctx.is_view(outputs(model.sent[1])["call_search"])


async def test_streaming(ctx: SharedContext, payload: str) -> None:
    agent, model = searching(payload, calls("search"), says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    result = Runner.run_streamed(agent, QUESTION, run_config=config)
    async for _ in result.stream_events():
        pass
    assert ctx.is_view(outputs(model.sent[1])["call_search"])
    assert outputs(result.to_input_list())["call_search"] == payload  # type: ignore[arg-type]


async def test_many_runs_at_once_share_a_filter(
    ctx: SharedContext, flights: list[dict[str, object]]
) -> None:
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))

    async def one(number: int) -> str:
        payload = json.dumps([*flights, {"flight": f"HX{number:03}", "status": "hijacked"}])
        agent, model = searching(payload, calls("search"), says("done"))
        await Runner.run(agent, f"Where is HX{number:03}?", run_config=config)
        return str(outputs(model.sent[1])["call_search"])

    views = await asyncio.gather(*map(one, range(12)))
    assert all(f"HX{number:03}" in view for number, view in enumerate(views))
    assert all(map(ctx.is_view, views))
    assert await one(3) == views[3]
    assert len(ctx) == 12


async def test_what_does_not_change_is_the_same_object(ctx: SharedContext, payload: str) -> None:
    """The SDK knows by it which items are new to a server that manages the conversation."""
    items: list[Any] = [
        {"role": "user", "content": payload},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": payload},
        {"type": "function_call_output", "call_id": "d", "output": "small"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]
    before = copy.deepcopy(items)
    data = CallModelData(ModelInputData(list(items), "Be brief."), Agent(name="a"), None)
    seen = await model_input_filter(ctx)(data)
    assert seen.instructions == "Be brief."
    assert [new is old for new, old in zip(seen.input, items)] == [
        True,
        True,
        True,
        False,
        True,
        True,
    ]
    assert items == before


async def test_an_error_never_ends_the_run(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    data = CallModelData(ModelInputData([5], None), Agent(name="a"), None)  # type: ignore[list-item]
    with caplog.at_level(logging.WARNING):
        assert await model_input_filter(ctx)(data) is data.model_data
    assert "a model is sent the originals: AttributeError" in caplog.text
    with caplog.at_level(logging.WARNING):
        assert await session_input_callback(ctx)([5], [6]) == [5, 6]  # type: ignore[list-item]
    assert "a session is read as it is: AttributeError" in caplog.text


async def test_a_run_reads_views_from_its_session_and_the_session_keeps_originals(
    ctx: SharedContext, payload: str
) -> None:
    session = SQLiteSession("session")
    agent, model = searching(payload, calls("search"), says("HR121"), says("HR042 was on time."))
    await Runner.run(agent, "Find the flights.", session=session)
    config = RunConfig(session_input_callback=session_input_callback(ctx, max_tokens=150))
    await Runner.run(agent, "Was HR042 late?", session=session, run_config=config)
    view = outputs(model.sent[2])["call_search"]
    assert ctx.is_view(view)
    assert "HR042" in view
    stored: list[Any] = await session.get_items()
    assert outputs(stored)["call_search"] == payload
    said = [item.get("content") for item in stored if item.get("role") == "user"]
    assert said == ["Find the flights.", "Was HR042 late?"]
    assert sum(item.get("type") == "function_call_output" for item in stored) == 1
    session.close()


async def test_what_was_read_from_a_session_is_read_again_the_same(
    ctx: SharedContext, payload: str
) -> None:
    """Each run asks something else, and only adds to what the one before it was sent."""
    session = SQLiteSession("session")
    agent, model = searching(
        payload, calls("search"), says("HR121"), says("Oslo."), says("Madrid."), says("None.")
    )
    await Runner.run(agent, "Find the flights.", session=session)
    for question in ("Where did HR042 start?", "And HR078?", "Is there another one?"):
        # A new callback each time, as in a server that makes one for each request.
        ours = session_input_callback(ctx, max_tokens=150)
        config = RunConfig(session_input_callback=ours)
        await Runner.run(agent, question, session=session, run_config=config)
    second, third, fourth = model.sent[2:]
    assert ctx.is_view(outputs(second)["call_search"])
    assert "HR078" not in outputs(third)["call_search"]
    assert third[: len(second)] == second
    assert fourth[: len(third)] == third
    session.close()


async def test_the_session_road_names_the_tool_if_told_so(ctx: SharedContext, payload: str) -> None:
    history: list[Any] = [{"type": "function_call_output", "call_id": "c", "output": payload}]
    callback = session_input_callback(ctx, mention_tool=True)
    (item, _) = await callback(copy.deepcopy(history), [{"role": "user", "content": QUESTION}])
    assert "headroom_retrieve(key=" in item["output"]


@pytest.mark.parametrize("make", [headroom_run_config, model_input_filter, session_input_callback])
async def test_what_an_agent_said_itself_it_reads_again_whole(
    ctx: SharedContext, payload: str, make: Any
) -> None:
    """It writes its next answer like the last one."""
    for roles, is_whole in (({}, True), ({"roles": ["tool", "assistant"]}, False)):
        ours = make(ctx, **roles)
        config = {
            headroom_run_config: lambda given: given,
            model_input_filter: lambda given: RunConfig(call_model_input_filter=given),
            session_input_callback: lambda given: RunConfig(session_input_callback=given),
        }[make](ours)
        session = SQLiteSession("talk")
        model = ScriptedModel(says(payload), says("Done."))
        agent = Agent(name="coder", model=model, tools=[retrieve_tool(ctx)])
        for asked in (QUESTION, "The same again, with another name."):
            await Runner.run(agent, asked, session=session, run_config=config)
        (said,) = [one for one in model.sent[1] if one.get("role") == "assistant"]
        assert (payload in str(said["content"])) == is_whole
