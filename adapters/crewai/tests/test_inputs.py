"""Inputs of crews."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.flow.flow import Flow, listen, start
from pydantic import BaseModel

from headroom import ContextEntry, SharedContext
from headroom_crewai import RetrieveTool, compressed_context, install

MakeAgent = Callable[..., Agent]


def sent(agent: Agent, call: int = 0) -> str:
    """What the model of an agent was sent."""
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


class ShopState(BaseModel):
    orders: str = ""


# Inputs of a crew


def clerk_crew(agent: Agent, description: str = "Report failed refunds in: {orders}") -> Crew:
    return Crew(agents=[agent], tasks=[task(agent, description)])


def test_a_named_input_is_put_into_the_task_as_a_view(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    agent = make_agent("clerk", "One did.")
    inputs = {"orders": orders, "flights": flights, "day": "Monday"}
    crew = clerk_crew(agent, "Report failed refunds of {day} in: {orders} {flights}")
    entries: list[ContextEntry] = []
    with compressed_context(ctx, crew_inputs=["orders"], on_compress=entries.append):
        assert crew.kickoff(inputs=inputs).raw == "One did."
    assert orders not in sent(agent)
    assert "refund_failed" in sent(agent)
    assert "Report failed refunds of Monday in:" in sent(agent)
    assert [entry.original for entry in entries] == [orders]
    assert entries[0].key.startswith("orders-")
    # The agent has the tool, and is told so.
    assert f'headroom_retrieve(key="{entries[0].key}"' in sent(agent)
    # Not named, not touched; and the caller's dict stays his own.
    assert flights in sent(agent)
    assert inputs["orders"] == orders
    assert agent.tools == []


def test_the_query_is_the_task_without_the_payload(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk")
    crew = clerk_crew(agent, "What about order {number}? {orders}")
    with compressed_context(ctx, crew_inputs=["orders"], max_tokens=300, attach_tool=False):
        crew.kickoff(inputs={"orders": orders, "number": 5077})
    asked = ctx.get(next(iter(ctx)), query="What about order 5077? ", max_tokens=300)
    assert asked is not None
    assert "5077" in asked
    assert asked in sent(agent)


def test_structured_inputs_are_views_of_their_json(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk")
    with compressed_context(ctx, crew_inputs=["orders"]):
        clerk_crew(agent).kickoff(inputs={"orders": json.loads(orders)})
    (key,) = ctx
    assert ctx.get(key, full=True) == orders
    assert "refund_failed" in sent(agent)
    assert ctx.count_tokens(sent(agent)) < ctx.count_tokens(orders) / 2


def test_each_of_several_kickoffs_has_its_own(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    agent = make_agent("clerk")
    crew = clerk_crew(agent)
    with compressed_context(ctx, crew_inputs=["orders"]):
        crew.kickoff_for_each([{"orders": orders}, {"orders": flights}])
        crew.kickoff(inputs={"orders": orders})
        crew.kickoff(inputs={"orders": flights})
    prompts = agent.llm.sent  # type: ignore[union-attr]
    assert ["refund_failed" in prompt for prompt in prompts] == [True, False, True, False]
    assert ["diverted" in prompt for prompt in prompts] == [False, True, False, True]
    assert all(RetrieveTool(ctx).name in prompt for prompt in prompts)
    assert not any(orders in prompt or flights in prompt for prompt in prompts)


def test_from_the_state_of_a_flow_into_a_crew(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", "One did.")
    crew = clerk_crew(agent)

    class Shop(Flow[ShopState]):
        @start()
        def fetch(self) -> None:
            self.state.orders = orders

        @listen(fetch)
        def report(self) -> str:
            return crew.kickoff(inputs={"orders": self.state.orders}).raw

    flow = Shop()
    with compressed_context(ctx, crew_inputs=["orders"]):
        assert flow.kickoff() == "One did."
    assert flow.state.orders == orders
    assert orders not in sent(agent)
    assert "refund_failed" in sent(agent)


def test_an_input_that_no_task_reads_gives_nobody_a_tool(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk")
    with compressed_context(ctx, crew_inputs=["orders"]):
        clerk_crew(agent, "Say hello").kickoff(inputs={"orders": orders})
    assert "headroom_retrieve" not in sent(agent)


@pytest.mark.parametrize("option", ["flow_methods", "crew_inputs"])
def test_one_name_alone_is_a_mistake(option: str, ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match=option):
        install(ctx, **{option: "orders"})  # type: ignore[arg-type]
