"""What arrives at OpenAI's APIs, sent by the SDK's own client."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesCompactionSession,
    OpenAIResponsesModel,
    Runner,
    SQLiteSession,
    function_tool,
)
from wire import Wire, serving

from headroom import SharedContext
from headroom_openai_agents import headroom_run_config, retrieve_tool

QUESTION = "Which flight was diverted?"
SEARCHES = [("search", {}), ("count", {}), "HR121 was diverted."]


async def run(
    ctx: SharedContext, payload: str, model: Any, *, streams: bool = False, **more: Any
) -> Any:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    @function_tool
    def count() -> int:
        """Counts flights."""
        return 200

    agent = Agent(name="searcher", model=model, tools=[search, count, retrieve_tool(ctx)])
    config = headroom_run_config(ctx)
    if not streams:
        return await Runner.run(agent, QUESTION, run_config=config, **more)
    result = Runner.run_streamed(agent, QUESTION, run_config=config, **more)
    async for _ in result.stream_events():
        pass
    return result


def responses(wire: Wire) -> OpenAIResponsesModel:
    return OpenAIResponsesModel(model="gpt-4.1", openai_client=wire.client())


@pytest.mark.parametrize("streams", [False, True])
async def test_responses(ctx: SharedContext, payload: str, streams: bool) -> None:
    with serving(*SEARCHES) as wire:
        result = await run(ctx, payload, responses(wire), streams=streams)
    assert result.final_output == "HR121 was diverted."
    _, second, third = (body["input"] for body in wire.bodies("responses"))
    user, call, output = second
    assert (user["content"], call["type"]) == (QUESTION, "function_call")
    assert output["call_id"] == call["call_id"] == "call_0"
    assert ctx.is_view(output["output"])
    assert third[: len(second)] == second
    assert [item.get("call_id") for item in third[3:]] == ["call_1", "call_1"]
    assert third[-1]["output"] == "200"


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("managed", ["auto_previous_response_id", "conversation_id"])
async def test_a_conversation_that_the_server_manages(
    ctx: SharedContext, payload: str, managed: str, streams: bool
) -> None:
    more = {managed: "conv_1" if managed == "conversation_id" else True}
    with serving(*SEARCHES) as wire:
        result = await run(ctx, payload, responses(wire), streams=streams, **more)
    assert result.final_output == "HR121 was diverted."
    first, second, third = wire.bodies("responses")
    assert [len(body["input"]) for body in (second, third)] == [1, 1]
    assert second["input"][0]["call_id"] == "call_0"
    assert ctx.is_view(second["input"][0]["output"])
    assert "HR121" in second["input"][0]["output"]
    assert third["input"][0]["output"] == "200"
    if managed == "conversation_id":
        assert {body["conversation"] for body in (first, second, third)} == {"conv_1"}
    else:
        assert [body["previous_response_id"] for body in (second, third)] == ["resp_0", "resp_1"]


@pytest.mark.parametrize("streams", [False, True])
async def test_chat_completions(ctx: SharedContext, payload: str, streams: bool) -> None:
    with serving(*SEARCHES) as wire:
        model = OpenAIChatCompletionsModel(model="gpt-4.1", openai_client=wire.client())
        result = await run(ctx, payload, model, streams=streams)
    assert result.final_output == "HR121 was diverted."
    _, second, third = (body["messages"] for body in wire.bodies("chat/completions"))
    user, call, output = second
    assert user == {"role": "user", "content": QUESTION}
    assert output["role"] == "tool"
    assert output["tool_call_id"] == call["tool_calls"][0]["id"] == "call_0"
    assert ctx.is_view(output["content"])
    assert third[: len(second)] == second
    assert third[-1]["content"] == "200"


# Later releases of the SDK compact only what they sent.
COMPARES = (
    "wrapper" in inspect.signature(OpenAIResponsesCompactionSession.run_compaction).parameters
)


async def test_a_session_of_which_views_were_sent_is_compacted_when_it_is_told_to(
    ctx: SharedContext, payload: str
) -> None:
    """As the README says: by itself the SDK may do it, or say that it does not."""
    with serving(*SEARCHES) as wire:
        session = OpenAIResponsesCompactionSession(
            "one",
            SQLiteSession("one"),
            client=wire.client(),
            compaction_mode="input",
            should_trigger_compaction=lambda _: True,
        )
        await run(ctx, payload, responses(wire), session=session)
        assert len(wire.bodies("responses/compact")) == (0 if COMPARES else 1)
        if COMPARES:
            await session.run_compaction({"force": True})
    (body,) = wire.bodies("responses/compact")
    assert "HR000" in str(body["input"]), "of originals"
    assert [item["type"] for item in await session.get_items()] == ["compaction"]  # type: ignore[typeddict-item]
