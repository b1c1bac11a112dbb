"""What a run shows stays in the store while it goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool, handoff
from openai.types.responses import ResponseFunctionToolCall
from scripted import ScriptedModel, calls, says

from headroom import MemoryStore, SharedContext
from headroom_openai_agents import (
    handoff_filter,
    model_input_filter,
    nested_handoff_filter,
    retrieve_tool,
    tool_output_guardrail,
)

QUESTION = "Which request was slow?"
MANY = 8


def log(number: int) -> str:
    return "\n".join(
        f"INFO {number} request {n} took {(n * n + number) % 71} ms" for n in range(99)
    )


def search_call(number: int) -> list[Any]:
    arguments = json.dumps({"number": number})
    return [
        ResponseFunctionToolCall(
            call_id=f"call_{number}", name="search", arguments=arguments, type="function_call"
        )
    ]


async def run(road: Any, ctx: SharedContext, before_reading: Any = None) -> list[dict[str, Any]]:
    """Some searches, then another agent; what its model is sent."""
    ours = road(ctx)
    is_guardrail = road is tool_output_guardrail

    @function_tool(tool_output_guardrails=[ours] if is_guardrail else None)
    def search(number: int) -> str:
        """Searches."""
        return log(number)

    def answer(_: Any) -> list[Any]:
        if before_reading is not None:
            before_reading()
        return says("None.")

    last = ScriptedModel(answer)
    analyst = Agent(name="analyst", model=last, tools=[retrieve_tool(ctx)])
    first = ScriptedModel(*map(search_call, range(MANY)), calls("transfer_to_analyst"))
    config, to_analyst = RunConfig(), handoff(analyst)
    if road is model_input_filter:
        config = RunConfig(call_model_input_filter=ours)
    elif not is_guardrail:
        to_analyst = handoff(analyst, input_filter=ours)
    searcher = Agent(name="searcher", model=first, tools=[search], handoffs=[to_analyst])
    await Runner.run(searcher, QUESTION, run_config=config, max_turns=MANY + 5)
    return last.sent[0]


ROADS = [handoff_filter, nested_handoff_filter, model_input_filter, tool_output_guardrail]


@pytest.mark.parametrize("road", ROADS)
async def test_nothing_that_a_prompt_shows_is_evicted(road: Any) -> None:
    """Though there is room for less than it shows."""
    ctx = SharedContext(max_entries=3)
    await run(road, ctx)
    assert {ctx.get(key, full=True) for key in ctx} == {log(number) for number in range(MANY)}
    assert ctx.stats().evicted == 0


@pytest.mark.parametrize("road", ROADS)
async def test_nothing_that_a_prompt_shows_expires(road: Any) -> None:
    """Though the model takes longer than the time to live."""
    ctx = SharedContext(ttl=0.2)
    there: list[set[str | None]] = []

    def look() -> None:
        time.sleep(0.4)
        there.append({ctx.get(key, full=True) for key in ctx})

    await run(road, ctx, look)
    assert there == [{log(number) for number in range(MANY)}]


class _Noting(MemoryStore):
    """Notes who holds something."""

    def __init__(self) -> None:
        super().__init__()
        self.holders: set[str] = set()

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        self.holders.add(holder)
        return super().lease(namespace, holder, references, seconds=seconds)


@pytest.mark.parametrize("road", ROADS)
async def test_turns_of_one_run_share_a_lease(road: Any) -> None:
    """However many there are, and whoever reads."""
    store = _Noting()
    for _ in range(2):
        # The second time as a process would that takes the run up again.
        await run(road, SharedContext(store=store))
    assert len(store.holders) == 1
