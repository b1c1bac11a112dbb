"""Filters that nest the conversation, and filters of several."""

from __future__ import annotations

from typing import Any

import pytest
from agents import Agent, HandoffInputData, RunConfig, Runner, UserError, function_tool, handoff
from agents.extensions.handoff_filters import remove_all_tools
from agents.items import ToolCallOutputItem
from scripted import ScriptedModel, calls, outputs, says

from headroom import ContextEntry, SharedContext
from headroom_openai_agents import compose, handoff_filter, nested_handoff_filter
from headroom_openai_agents.questions import last_question

QUESTION = "Which flight was diverted?"


def chain(payload: str, input_filter: Any) -> tuple[Agent[Any], ScriptedModel, ScriptedModel]:
    """A searcher, an analyst, a writer; and the models of the last two."""

    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    writer_model = ScriptedModel(says("HR121 was diverted."))
    writer = Agent(name="writer", model=writer_model)
    analyst_model = ScriptedModel(calls("transfer_to_writer"))
    analyst = Agent(
        name="analyst", model=analyst_model, handoffs=[handoff(writer, input_filter=input_filter)]
    )
    searcher = Agent(
        name="searcher",
        model=ScriptedModel(calls("search"), calls("transfer_to_analyst")),
        tools=[search],
        handoffs=[handoff(analyst, input_filter=input_filter)],
    )
    return searcher, analyst_model, writer_model


def text_of(items: list[dict[str, Any]]) -> str:
    return "\n".join(str(item.get("content") or item.get("output") or "") for item in items)


async def test_the_nested_conversation_holds_views(ctx: SharedContext, payload: str) -> None:
    entries: list[ContextEntry] = []
    filtered = nested_handoff_filter(ctx, on_compress=entries.append)
    searcher, analyst_model, writer_model = chain(payload, filtered)
    result = await Runner.run(searcher, QUESTION)
    (first,), (second,) = analyst_model.sent, writer_model.sent
    for sent in (first, second):
        assert "<CONVERSATION HISTORY>" in text_of(sent)
        assert "HR121" in text_of(sent)
        assert ctx.count_tokens(text_of(sent)) < ctx.count_tokens(payload) / 3
        assert not outputs(sent), "the calls are in the text"
    assert len(entries) == 1, "a view is made once, and passes the second handoff as it is"
    originals = [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)]
    assert originals == [payload]


async def test_a_mapper_is_given_views(ctx: SharedContext, payload: str) -> None:
    transcripts: list[list[Any]] = []

    def mapper(transcript: list[Any]) -> list[Any]:
        transcripts.append(transcript)
        return [{"role": "user", "content": "so far: " + text_of(transcript)}]

    searcher, analyst_model, _ = chain(payload, nested_handoff_filter(ctx, history_mapper=mapper))
    await Runner.run(searcher, QUESTION)
    assert ctx.is_view(outputs(transcripts[0])["call_search"])
    assert analyst_model.sent[0][0]["content"].startswith("so far: ")


async def test_filters_one_after_the_other(ctx: SharedContext, payload: str) -> None:
    async def note(data: HandoffInputData) -> HandoffInputData:
        history = data.input_history
        return data.clone(input_history=f"{history} Answer in a word.")

    searcher, analyst_model, _ = chain(payload, compose(note, handoff_filter(ctx)))
    await Runner.run(searcher, QUESTION)
    assert analyst_model.sent[0][0]["content"] == f"{QUESTION} Answer in a word."
    assert ctx.is_view(outputs(analyst_model.sent[0])["call_search"])
    searcher, analyst_model, _ = chain(payload, compose(remove_all_tools, handoff_filter(ctx)))
    await Runner.run(searcher, QUESTION)
    assert outputs(analyst_model.sent[0]) == {}


async def test_errors_of_other_filters_are_theirs(ctx: SharedContext, payload: str) -> None:
    def broken(data: HandoffInputData) -> HandoffInputData:
        raise LookupError("mine")

    searcher, _, _ = chain(payload, compose(broken, handoff_filter(ctx)))
    with pytest.raises(LookupError, match="mine"):
        await Runner.run(searcher, QUESTION)
    with pytest.raises(TypeError, match="compose takes input filters, not str"):
        compose("handoff_filter")  # type: ignore[arg-type]


async def test_the_sdk_says_what_to_do_in_conversations_that_the_server_manages(
    ctx: SharedContext, payload: str
) -> None:
    """What our documentation says of it holds: it is refused, in words."""
    searcher, _, _ = chain(payload, None)
    config = RunConfig(handoff_input_filter=handoff_filter(ctx))
    with pytest.raises(UserError, match="do not support handoff input filters"):
        await Runner.run(searcher, QUESTION, run_config=config, previous_response_id="resp_0")


async def test_the_question_is_found_in_a_nested_conversation(
    ctx: SharedContext, payload: str
) -> None:
    searcher, _, writer_model = chain(payload, nested_handoff_filter(ctx))
    await Runner.run(searcher, QUESTION)
    (sent,) = writer_model.sent
    assert not any(item.get("role") == "user" for item in sent)
    assert last_question(sent) == QUESTION  # type: ignore[arg-type]
