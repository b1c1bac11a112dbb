"""The contract of adapters, in runs of the SDK."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, RunConfig, Runner, function_tool, handoff
from scripted import ScriptedModel, calls, says

from headroom import SharedContext
from headroom_openai_agents import (
    handoff_filter,
    headroom_run_config,
    model_input_filter,
    retrieve_tool,
    tool_output_guardrail,
)
from headroom_testing import AdapterContract, Sent


def text_of(item: dict[str, Any]) -> str:
    said = item.get("output", item.get("content", item.get("arguments")))
    if isinstance(said, list):
        return "\n".join(str(block.get("text", "")) for block in said)
    return str(said)


def texts(model: ScriptedModel) -> list[str]:
    return ["\n".join(map(text_of, items)) for items in model.sent]


class TestModelInputFilter(AdapterContract):
    reader = "searcher"
    has_conversations = True

    def more_tools(self, _ctx: SharedContext | None) -> list[Any]:
        return []

    def options(self, ctx: SharedContext | None, **options: Any) -> tuple[RunConfig, Any]:
        ours = None if ctx is None else model_input_filter(ctx, **options)
        return RunConfig(call_model_input_filter=ours), None

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        def search() -> str:
            """Searches."""
            if before_reading is not None:
                before_reading()
            return payload

        def count() -> int:
            """Counts."""
            return 200

        config, guardrail = self.options(ctx, **options)
        tools = [function_tool(search), function_tool(count)]
        tools[0].tool_output_guardrails = None if guardrail is None else [guardrail]
        model = ScriptedModel(calls("search"), calls("count"), says("Done."))
        agent = Agent(name="searcher", model=model, tools=[*tools, *self.more_tools(ctx)])
        result = asyncio.run(Runner.run(agent, question, run_config=config))
        return Sent(texts(model), list(map(str, model.offered)), str(result.final_output))


class TestHeadroomRunConfig(TestModelInputFilter):
    def more_tools(self, ctx: SharedContext | None) -> list[Any]:
        # What the user attaches is in every call, with views and without.
        return [retrieve_tool(SharedContext() if ctx is None else ctx)]

    def options(self, ctx: SharedContext | None, **options: Any) -> tuple[RunConfig, Any]:
        return RunConfig() if ctx is None else headroom_run_config(ctx, **options), None


class TestToolOutputGuardrail(TestModelInputFilter):
    def options(self, ctx: SharedContext | None, **options: Any) -> tuple[RunConfig, Any]:
        return RunConfig(), None if ctx is None else tool_output_guardrail(ctx, **options)


class TestHandoffFilter(AdapterContract):
    reader = "analyst"

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        @function_tool
        def search() -> str:
            """Searches."""
            if before_reading is not None:
                before_reading()
            return payload

        model = ScriptedModel(says("Done."))
        ours = None if ctx is None else handoff_filter(ctx, **options)
        to_analyst = handoff(Agent(name="analyst", model=model), input_filter=ours)
        searcher = Agent(
            name="searcher",
            model=ScriptedModel(calls("search"), calls("transfer_to_analyst")),
            tools=[search],
            handoffs=[to_analyst],
        )
        result = asyncio.run(Runner.run(searcher, question))
        return Sent(texts(model), [], str(result.final_output))
