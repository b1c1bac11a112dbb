"""Real runs of the SDK, offline: what the next model was sent, and what the user got back."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from agents import (
    Agent,
    HandoffInputData,
    RunConfig,
    Runner,
    RunResult,
    SQLiteSession,
    function_tool,
    handoff,
)
from agents.items import ToolCallOutputItem
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import ContextEntry, Limits, MemoryStore, Record, SharedContext
from headroom_openai_agents import handoff_filter, retrieve_tool

QUESTION = "Which flight was diverted?"


def team(
    answer: object,
    input_filter: Any,
    *,
    tools: list[Any] | None = None,
    after: list[Any] | None = None,
) -> tuple[Agent[Any], Any]:
    """A searcher that calls a tool and hands over to an analyst, and the analyst's model."""

    @function_tool
    def search() -> Any:
        """Searches flights."""
        return answer

    analyst_model = ScriptedModel(*(after or []), says("HR121 was diverted."))
    analyst = Agent(name="analyst", model=analyst_model, tools=tools or [])
    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("transfer_to_analyst")),
        tools=[search],
        handoffs=[handoff(analyst, input_filter=input_filter)],
    )
    return searcher, analyst_model


def original_outputs(result: RunResult) -> list[object]:
    return [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)]


async def test_the_next_model_is_sent_a_view_and_the_user_gets_the_original(
    ctx: SharedContext, payload: str
) -> None:
    searcher, model = team(payload, handoff_filter(ctx))
    result = await Runner.run(searcher, QUESTION)
    view = outputs(model.sent[0])["call_search"]
    assert ctx.count_tokens(view) < ctx.count_tokens(payload) / 3
    assert "HR121" in view
    assert "diverted" in view
    assert ctx.is_view(view)
    assert result.final_output == "HR121 was diverted."
    assert original_outputs(result) == [payload]
    (key,) = ctx
    assert key.startswith("search-")
    assert ctx.get(key, full=True) == payload
    assert ctx.stats().savings_percent > 60


async def test_a_filter_for_all_handoffs_of_a_run(ctx: SharedContext, payload: str) -> None:
    searcher, model = team(payload, None)
    config = RunConfig(handoff_input_filter=handoff_filter(ctx))
    await Runner.run(searcher, QUESTION, run_config=config)
    assert ctx.is_view(outputs(model.sent[0])["call_search"])


async def test_streaming(ctx: SharedContext, payload: str) -> None:
    searcher, model = team(payload, handoff_filter(ctx))
    result = Runner.run_streamed(searcher, QUESTION)
    async for _ in result.stream_events():
        pass
    assert ctx.is_view(outputs(model.sent[0])["call_search"])
    assert result.final_output == "HR121 was diverted."


async def test_nothing_is_dropped_and_calls_stay_paired(ctx: SharedContext, payload: str) -> None:
    plain, plain_model = team(payload, None)
    await Runner.run(plain, QUESTION)
    searcher, model = team(payload, handoff_filter(ctx))
    await Runner.run(searcher, QUESTION)

    def shape(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [(i.get("type"), i.get("role"), i.get("id"), i.get("call_id")) for i in items]

    assert shape(model.sent[0]) == shape(plain_model.sent[0])


async def test_a_dict_is_recognised_as_data(
    ctx: SharedContext, flights: list[dict[str, object]]
) -> None:
    searcher, model = team({"flights": flights}, handoff_filter(ctx))
    await Runner.run(searcher, QUESTION)
    view = outputs(model.sent[0])["call_search"]
    assert "diverted" in view
    (key,) = ctx
    entry = ctx.require(key)
    assert entry.kind == "json"
    assert json.loads(entry.original) == {"flights": flights}
    assert entry.savings_percent > 60


async def test_the_view_names_the_tool_only_where_it_is_attached(
    ctx: SharedContext, payload: str
) -> None:
    searcher, model = team(payload, handoff_filter(ctx))
    await Runner.run(searcher, QUESTION)
    assert "headroom_retrieve" not in outputs(model.sent[0])["call_search"]
    searcher, model = team(payload, handoff_filter(ctx), tools=[retrieve_tool(ctx)])
    await Runner.run(searcher, QUESTION)
    assert "headroom_retrieve(key=" in outputs(model.sent[0])["call_search"]


async def test_an_agent_finds_an_omitted_fact_in_one_call(
    ctx: SharedContext, payload: str, flights: list[dict[str, object]]
) -> None:
    def look_up(sent: list[dict[str, Any]]) -> list[Any]:
        key = key_in(outputs(sent)["call_search"])
        return calls("headroom_retrieve", key=key, query="flight HR077")

    searcher, model = team(
        payload,
        handoff_filter(ctx),
        tools=[retrieve_tool(ctx)],
        after=[look_up],
    )
    await Runner.run(searcher, QUESTION)
    sent = outputs(model.sent[1])
    assert json.dumps(flights[77], separators=(",", ":")) in sent["call_headroom_retrieve"]
    assert ctx.count_tokens(sent["call_headroom_retrieve"]) <= 1000


async def test_answers_of_the_tool_are_left_alone(ctx: SharedContext, payload: str) -> None:
    """The second handoff sees the first agent's retrieval, and does not compress it."""
    ctx.put("stored", payload)
    last_model = ScriptedModel(says("done"))
    last = Agent(name="last", model=last_model)
    first = Agent(
        name="first",
        model=ScriptedModel(
            calls("headroom_retrieve", key="stored", place="rows 1-30"), calls("transfer_to_last")
        ),
        tools=[retrieve_tool(ctx)],
        handoffs=[handoff(last, input_filter=handoff_filter(ctx, min_tokens=0))],
    )
    await Runner.run(first, QUESTION)
    answer = outputs(last_model.sent[0])["call_headroom_retrieve"]
    assert answer.startswith("[rows 1-")
    assert not ctx.is_view(answer)


async def test_a_chain_of_agents_compresses_once(ctx: SharedContext, payload: str) -> None:
    seen: list[ContextEntry] = []
    input_filter = handoff_filter(ctx, on_compress=seen.append)
    end_model = ScriptedModel(says("done"))
    end = Agent(name="end", model=end_model)
    middle_model = ScriptedModel(calls("transfer_to_end"))
    middle = Agent(
        name="analyst", model=middle_model, handoffs=[handoff(end, input_filter=input_filter)]
    )

    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("transfer_to_analyst")),
        tools=[search],
        handoffs=[handoff(middle, input_filter=input_filter)],
    )
    result = await Runner.run(searcher, QUESTION)
    first = outputs(middle_model.sent[0])["call_search"]
    second = outputs(end_model.sent[0])["call_search"]
    assert first == second
    assert len(seen) == 1
    assert original_outputs(result) == [payload]


async def test_earlier_runs_and_long_answers_become_views_too(
    ctx: SharedContext, payload: str
) -> None:
    long_answer = "\n".join(
        f"{n}. In year {n} the harbour of the {n}th town was dredged and its crane replaced."
        for n in range(400)
    )
    history: list[Any] = [
        {"role": "user", "content": "Look the flights up."},
        {"type": "function_call", "call_id": "call_0", "name": "search", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_0", "output": payload},
        {"role": "assistant", "content": long_answer},
        {"role": "user", "content": payload},
        {"role": "user", "content": QUESTION},
    ]
    searcher, model = team("nothing new", handoff_filter(ctx))
    result = await Runner.run(searcher, history)
    sent = model.sent[0]
    # The history that a run was given goes on as views, in the result as well.
    view = outputs(result.to_input_list())["call_0"]  # type: ignore[arg-type]
    assert ctx.original_of(view) == payload
    assert ctx.is_view(sent[2]["output"])
    assert "diverted" in sent[2]["output"]
    assert ctx.is_view(sent[3]["content"])
    # What the user wrote goes on as it is.
    assert sent[4]["content"] == payload
    assert history[2]["output"] == payload
    assert history[3]["content"] == long_answer


async def test_blocks_that_are_no_text_stay(ctx: SharedContext, payload: str) -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}
    history: list[Any] = [
        {"role": "user", "content": QUESTION},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "call_id": "call_0", "name": "search", "arguments": "{}"},
        {
            "type": "function_call_output",
            "call_id": "call_0",
            "output": [{"type": "input_text", "text": payload}, image],
        },
    ]
    searcher, model = team("nothing new", handoff_filter(ctx))
    await Runner.run(searcher, history)
    reasoning, _, output = model.sent[0][1:4]
    assert reasoning == history[1]
    assert ctx.is_view(output["output"][0]["text"])
    assert output["output"][1] == image


async def test_sessions_keep_the_originals(ctx: SharedContext, payload: str) -> None:
    session = SQLiteSession("session")
    searcher, model = team(payload, handoff_filter(ctx))
    await Runner.run(searcher, QUESTION, session=session)
    assert ctx.is_view(outputs(model.sent[0])["call_search"])
    stored: list[Any] = await session.get_items()
    assert outputs(stored)["call_search"] == payload
    session.close()


async def test_small_and_excluded_payloads_go_on_untouched(
    ctx: SharedContext, payload: str
) -> None:
    for answer, input_filter in (
        ("small", handoff_filter(ctx)),
        (payload, handoff_filter(ctx, exclude=["search"])),
        (payload, handoff_filter(ctx, min_tokens=10**6)),
    ):
        searcher, model = team(answer, input_filter)
        await Runner.run(searcher, QUESTION)
        assert outputs(model.sent[0])["call_search"] == answer
    assert len(ctx) == 0


async def test_a_budget(ctx: SharedContext, payload: str) -> None:
    searcher, model = team(payload, handoff_filter(ctx, max_tokens=120))
    await Runner.run(searcher, "Where did HR042 start?")
    view = outputs(model.sent[0])["call_search"]
    assert ctx.count_tokens(view) <= 120
    # The view was made for the question that the user asked.
    assert "HR042" in view


class Broken(MemoryStore):
    def put(self, namespace: str, record: Record, *, ttl: float | None, limits: Limits) -> bool:
        raise OSError("disk full")


async def test_an_error_of_ours_never_ends_the_run(
    payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    searcher, model = team(payload, handoff_filter(SharedContext(store=Broken())))
    result = await Runner.run(searcher, QUESTION)
    assert result.final_output == "HR121 was diverted."
    assert outputs(model.sent[0])["call_search"] == payload
    assert "a payload is handed on as it is" in caplog.text


async def test_items_that_nobody_expects_never_end_the_run(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    data = HandoffInputData(input_history=(5,), pre_handoff_items=(), new_items=())  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        assert await handoff_filter(ctx)(data) is data  # type: ignore[misc]
    assert "a handoff goes on as it is" in caplog.text


def test_options_that_make_no_sense(ctx: SharedContext) -> None:
    with pytest.raises(ValueError, match="max_tokens must be at least 1"):
        handoff_filter(ctx, max_tokens=0)
    with pytest.raises(TypeError, match="exclude takes several names"):
        handoff_filter(ctx, exclude="search")
