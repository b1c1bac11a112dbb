"""What the callback road owes a crew stays in the store until the crew is done with it."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, BaseLLM, Crew, Task

from headroom import MemoryStore, SharedContext
from headroom_crewai import make_task_callback, restore_output, task_callback, use_context
from headroom_testing import FaultyStore

MakeAgent = Callable[..., Agent]

# What CrewAI says of callbacks that carry something with them.
pytestmark = pytest.mark.filterwarnings("ignore:function callbacks cannot be serialized")


def slow(model: BaseLLM) -> BaseLLM:
    """A model of the same sort that takes longer than originals live."""

    class Slow(type(model)):  # type: ignore[misc]
        def call(self, *args: Any, **kwargs: Any) -> Any:
            time.sleep(0.4)
            return super().call(*args, **kwargs)

    return Slow(model="scripted", script=["done"])


def crew_of(make_agent: MakeAgent, *payloads: str, **options: Any) -> Crew:
    agents = [make_agent(f"searcher {n}", payload) for n, payload in enumerate(payloads)]
    agents.append(make_agent("clerk"))
    agents[-1].llm = slow(agents[-1].llm)
    tasks = [Task(description="Do it", expected_output="A text", agent=one) for one in agents]
    return Crew(agents=agents, tasks=tasks, **options)


@pytest.mark.parametrize("limits", [{"ttl": 0.2}, {"max_entries": 1}])
@pytest.mark.parametrize("by_hand", [False, True])
def test_outputs_are_restored_however_long_a_task_takes(
    limits: Any, by_hand: bool, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    ctx = SharedContext(**limits)
    if by_hand:
        crew = crew_of(make_agent, orders, flights, task_callback=make_task_callback(ctx))
        result = crew.kickoff()
        time.sleep(0.4)
        restore_output(result, ctx=ctx)
    else:
        use_context(ctx)
        crew = crew_of(
            make_agent,
            orders,
            flights,
            task_callback=task_callback,
            after_kickoff_callbacks=[restore_output],
        )
        result = crew.kickoff()
    assert [each.raw for each in result.tasks_output] == [orders, flights, "done"]


def test_the_next_kickoff_ends_what_was_owed_for_the_last(
    make_agent: MakeAgent, orders: str, flights: str
) -> None:
    ctx = SharedContext()
    crew = crew_of(make_agent, orders, task_callback=make_task_callback(ctx))
    for payload in (orders, flights, orders):
        crew.agents[0].llm.script = [payload]  # type: ignore[union-attr]
        crew.kickoff()
        assert ctx.stats().leased == 1


def test_nothing_is_kept_alive_for_a_crew_that_is_gone(make_agent: MakeAgent, orders: str) -> None:
    from headroom_crewai import owed

    crew = crew_of(make_agent, orders, task_callback=make_task_callback(SharedContext()))
    crew.kickoff()
    own = id(crew)
    assert owed._owed[own].crew() is crew
    del crew
    # CrewAI's own threads may hold the crew for a moment, until they have told of its last event.
    until = time.monotonic() + 20
    while own in owed._owed and time.monotonic() < until:
        gc.collect()
        time.sleep(0.05)
    assert own not in owed._owed


def test_a_store_that_fails_is_told_of_once(
    make_agent: MakeAgent, orders: str, flights: str, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=FaultyStore(MemoryStore(), script=["before"] * 1000))
    result = crew_of(make_agent, orders, flights).kickoff()
    with caplog.at_level(logging.WARNING):
        restore_output(result, ctx=ctx)
    assert [each.getMessage() for each in caplog.records if each.name == "headroom.crewai"] == [
        "an output stays as it is: StoreError"
    ]
