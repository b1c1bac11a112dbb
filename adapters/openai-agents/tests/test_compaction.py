"""Sessions that the SDK compacts: which of them go with which road."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, SQLiteSession, function_tool
from agents.memory import OpenAIResponsesCompactionSession
from scripted import ScriptedModel, calls, outputs, says

from headroom import SharedContext
from headroom_openai_agents import model_input_filter, tool_output_guardrail

QUESTION = "Which flight was diverted?"
# Later versions of the SDK compact by themselves only what the model was sent as it is stored.
COMPARES = (
    "wrapper" in inspect.signature(OpenAIResponsesCompactionSession.run_compaction).parameters
)


class Compacts:
    """The part of OpenAI's client that compacts, and what it was given."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []
        self.responses = SimpleNamespace(compact=self._compact)

    async def _compact(self, **request: Any) -> Any:
        self.given.append(request)
        return SimpleNamespace(output=[{"role": "user", "content": "So far."}], usage=None)


def compacted(mode: Any) -> tuple[OpenAIResponsesCompactionSession, Compacts]:
    client = Compacts()
    session = OpenAIResponsesCompactionSession(
        session_id="s",
        underlying_session=SQLiteSession("s"),
        client=client,  # type: ignore[arg-type]
        model="gpt-5",
        compaction_mode=mode,
        should_trigger_compaction=lambda context: len(context["session_items"]) > 3,
    )
    return session, client


async def run(payload: str, session: Any, config: RunConfig, guardrail: Any = None) -> Any:
    def search() -> str:
        """Searches flights."""
        return payload

    tool = function_tool(search, tool_output_guardrails=[guardrail] if guardrail else None)
    model = ScriptedModel(calls("search"), says("HR121"))
    model.response_id = "resp_1"
    agent = Agent(name="searcher", model=model, tools=[tool])
    await Runner.run(agent, QUESTION, session=session, run_config=config)
    return outputs(model.sent[1])["call_search"]


async def test_views_at_the_source_are_compacted(ctx: SharedContext, payload: str) -> None:
    session, client = compacted("input")
    view = await run(payload, session, RunConfig(), tool_output_guardrail(ctx))
    assert ctx.is_view(view)
    assert outputs(client.given[0]["input"])["call_search"] == view
    assert await session.get_items() == [{"role": "user", "content": "So far."}]


@pytest.mark.parametrize("mode", ["input", "auto"])
async def test_views_for_models_leave_the_session_whole_and_it_is_compacted_by_hand(
    ctx: SharedContext, payload: str, mode: str
) -> None:
    session, client = compacted(mode)
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    assert ctx.is_view(await run(payload, session, config))
    if COMPARES:
        assert not client.given
        stored: Any = await session.get_items()
        assert outputs(stored)["call_search"] == payload
        await session.run_compaction({"force": True})
    (given,) = client.given
    assert mode == "auto" or outputs(given["input"])["call_search"] == payload
    assert await session.get_items() == [{"role": "user", "content": "So far."}]
