"""What ``stats()`` says a run saved is never more than was saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool
from openai.types.responses import ResponseFunctionToolCall
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import Savings, SharedContext
from headroom_openai_agents import (
    model_input_filter,
    output_extractor,
    retrieve_tool,
    session_input_callback,
    tool_output_guardrail,
)

LOG = "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(300))


def looks_up(sent: list[dict[str, Any]]) -> list[Any]:
    key = next(key for text in outputs(sent).values() if (key := key_in(text)))
    arguments = json.dumps({"key": key, "query": "request 77"})
    return [
        ResponseFunctionToolCall(
            call_id=f"look_{len(sent)}",
            name="headroom_retrieve",
            arguments=arguments,
            type="function_call",
        )
    ]


async def test_answers_count_in_each_call_that_carries_them(ctx: SharedContext) -> None:
    @function_tool
    def search() -> str:
        """Searches."""
        return LOG

    run = Savings()
    model = ScriptedModel(calls("search"), looks_up, looks_up, looks_up, says("23 ms."))
    agent = Agent(name="clerk", model=model, tools=[search, retrieve_tool(ctx)])
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, savings=run))
    await Runner.run(agent, "How long took request 77?", run_config=config)
    found = [outputs(sent) for sent in model.sent]
    views = [each["call_search"] for each in found if each]
    answers = [text for each in found for call, text in each.items() if call != "call_search"]
    assert len(answers) == 1 + 2 + 3
    count = ctx.count_tokens
    assert run.stats().not_sent == sum(count(LOG) - count(view) for view in views)
    assert run.stats().retrieved == sum(map(count, answers))
    assert ctx.stats().handoffs == run.stats()


@pytest.mark.parametrize("road", [tool_output_guardrail, session_input_callback, output_extractor])
async def test_the_tool_counts_on_every_road(ctx: SharedContext, road: Any) -> None:
    run = Savings()
    if road is tool_output_guardrail:
        ours = road(ctx, savings=run)
    else:
        ours = road(ctx, savings=run, mention_tool=True)

    @function_tool(tool_output_guardrails=[ours] if road is tool_output_guardrail else None)
    def search() -> str:
        """Searches."""
        return LOG

    tools: list[Any] = [search, retrieve_tool(ctx)]
    if road is output_extractor:
        inner = Agent(name="searcher", model=ScriptedModel(says(LOG)))
        tools[0] = inner.as_tool("search", "Searches", custom_output_extractor=ours)
    model = ScriptedModel(calls("search", input="Look."), says("None."), says("Thanks."))
    agent = Agent(name="clerk", model=model, tools=tools)
    config = RunConfig()
    if road is session_input_callback:
        config = RunConfig(session_input_callback=ours)
    session = SQLiteSession("one")
    for question in ("Which request was slow?", "Sure?"):
        await Runner.run(agent, question, run_config=config, session=session)
    assert "headroom_retrieve(key=" in outputs(model.sent[-1])["call_search"]
    assert 0 < run.stats().tool_tokens < run.stats().not_sent
