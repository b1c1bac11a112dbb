"""Arguments of flow methods, and what the methods leave behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.crews.crew_output import CrewOutput
from crewai.flow.flow import Flow, and_, listen, router, start
from pydantic import BaseModel

from headroom import SharedContext
from headroom_crewai import compressed_context, install

MakeAgent = Callable[..., Agent]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


class ShopState(BaseModel):
    orders: str = ""


def shop(orders: str, seen: dict[str, Any]) -> type[Flow[ShopState]]:
    """A flow whose methods note what they were given."""

    class Shop(Flow[ShopState]):
        @start()
        def fetch(self) -> str:
            self.state.orders = orders
            return orders

        @listen(fetch)
        def report(self, found: str) -> str:
            """Reports what happened to order 5077."""
            seen["report"] = found
            return found

        @listen(fetch)
        async def audit(self, found: str) -> dict[str, Any]:
            seen["audit"] = found
            return {"found": found, "count": 1}

        @listen(and_(report, audit))
        def close(self) -> str:
            return orders

    return Shop


def test_the_arguments_of_named_methods_are_views(ctx: SharedContext, orders: str) -> None:
    seen: dict[str, Any] = {}
    flow = shop(orders, seen)()
    with compressed_context(ctx, flow_methods=["report"]):
        result = flow.kickoff()
    assert ctx.is_view(seen["report"])
    assert "refund_failed" in seen["report"]
    # Others, the state, and what methods return stay as they are.
    assert seen["audit"] == orders
    assert flow.state.orders == orders
    assert flow.method_outputs[0] == orders
    assert result == orders


def test_the_query_is_what_the_method_says_it_does(ctx: SharedContext, orders: str) -> None:
    seen: dict[str, Any] = {}
    with compressed_context(ctx, flow_methods=["report"], max_tokens=200):
        shop(orders, seen)().kickoff()
    assert "5077" in seen["report"]
    # Whoever reads it may have no tool.
    assert "headroom_retrieve" not in seen["report"]


async def test_asynchronous_methods_and_kickoffs(ctx: SharedContext, orders: str) -> None:
    seen: dict[str, Any] = {}
    install(ctx, flow_methods=["audit"])
    await shop(orders, seen)().kickoff_async()
    assert ctx.is_view(seen["audit"])
    assert seen["report"] == orders


def test_without_names_flows_are_left_alone(ctx: SharedContext, orders: str) -> None:
    seen: dict[str, Any] = {}
    with compressed_context(ctx):
        shop(orders, seen)().kickoff()
    assert seen == {"report": orders, "audit": orders}


def test_flows_of_crewai_itself_are_left_alone(
    ctx: SharedContext, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its agents and its memory are flows, and their methods have names that a user's may have.
    seen: dict[str, Any] = {}
    flow = shop(orders, seen)
    monkeypatch.setattr(flow, "__module__", "crewai.agents.agent_executor")
    with compressed_context(ctx, flow_methods=["report"]):
        flow().kickoff()
    assert seen["report"] == orders


def test_arguments_keep_their_types(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    agent = make_agent("searcher", orders)
    crew = Crew(agents=[agent], tasks=[task(agent)])
    seen: list[Any] = []
    rows = json.loads(orders)

    class Shop(Flow[dict[str, Any]]):
        @start()
        def run_a_crew(self) -> CrewOutput:
            return crew.kickoff()  # type: ignore[return-value]

        @listen(run_a_crew)
        def nest(self, output: CrewOutput) -> dict[str, Any]:
            seen.append(output)
            return {"text": orders, "list": ["short", orders], "rows": rows, "count": 1}

        @router(nest)
        def choose(self, found: dict[str, Any]) -> str:
            seen.append(found)
            return "chosen"

        @listen("chosen")
        def end(self) -> dict[str, Any]:
            return {"text": orders}

    with compressed_context(ctx, flow_methods=["nest", "choose", "end"]):
        result = Shop().kickoff()
    output, found = seen
    assert isinstance(output, CrewOutput)
    assert ctx.is_view(output.raw)
    assert output.tasks_output[0].raw == orders
    assert ctx.is_view(found["text"])
    assert found["list"][0] == "short"
    assert ctx.is_view(found["list"][1])
    # Where there is nothing to replace, it is the very same object.
    assert found["rows"] is rows
    assert found["count"] == 1
    assert result == {"text": orders}


# What they leave behind


class Report(BaseModel, frozen=True):
    text: str = ""


@dataclass
class Notes:
    lines: list[str] = field(default_factory=list)


class Kept(BaseModel):
    text: str = ""
    report: Report = Report()
    notes: Any = None
    output: Any = None


def keeping(orders: str, views: list[str]) -> type[Flow[Any]]:
    class Keeping(Flow[Kept]):
        @start()
        def fetch(self) -> str:
            return orders

        @listen(fetch)
        def keep(self, found: str) -> dict[str, Any]:
            views.append(found)
            self.state.text = found
            self.state.report = Report(text=f"Orders:\n{found}\nThe end.")
            self.state.notes = Notes([found, "short"])
            self.state.output = {"found": (found, 1)}
            return {"found": found, "report": self.state.report}

    return Keeping


def test_a_method_that_keeps_its_argument_keeps_the_original(
    ctx: SharedContext, orders: str
) -> None:
    views: list[str] = []
    flow = keeping(orders, views)()
    with compressed_context(ctx, flow_methods=["keep"]):
        result = flow.kickoff()
    assert ctx.is_view(views[0])
    assert flow.state.text == orders
    assert flow.state.report.text == f"Orders:\n{orders}\nThe end."
    assert flow.state.notes == Notes([orders, "short"])
    assert flow.state.output == {"found": (orders, 1)}
    assert result == {"found": orders, "report": flow.state.report}


def test_what_a_method_wrote_as_json_or_put_deep_inside_is_original(
    ctx: SharedContext, orders: str
) -> None:
    seen: list[str] = []

    class Writing(Flow[dict[str, Any]]):
        @start()
        def fetch(self) -> str:
            return orders

        @listen(fetch)
        def write(self, found: str) -> str:
            seen.append(found)
            self.state["json"] = json.dumps({"é": found}, ensure_ascii=False)
            self.state["deep"] = [{"a": [[{"b": [({"c": found},)]}]]}]
            self.state["itself"] = loop = [found]
            loop.extend([loop, loop])  # type: ignore[list-item]
            return json.dumps({"é": found})

    flow = Writing()
    with compressed_context(ctx, flow_methods=["write"]):
        result = flow.kickoff()
    assert ctx.is_view(seen[0])
    assert json.loads(result) == json.loads(flow.state["json"]) == {"é": orders}
    assert flow.state["deep"] == [{"a": [[{"b": [({"c": orders},)]}]]}]
    assert flow.state["itself"][0] == orders


def test_the_next_method_finds_originals(ctx: SharedContext, orders: str) -> None:
    seen: list[Any] = []

    class Shop(Flow[dict[str, Any]]):
        @start()
        def fetch(self) -> str:
            return orders

        @listen(fetch)
        async def keep(self, found: str) -> str:
            seen.append(found)
            self.state["orders"] = [found]
            return found

        @listen(keep)
        def read(self, found: str) -> None:
            seen.extend([self.state["orders"][0], found])

    flow = Shop()
    install(ctx, flow_methods=["keep"])
    flow.kickoff()
    assert ctx.is_view(seen[0])
    assert seen[1:] == [orders, orders]


def test_a_method_that_fails_leaves_originals(ctx: SharedContext, orders: str) -> None:
    class Shop(Flow[dict[str, Any]]):
        @start()
        def fetch(self) -> str:
            return orders

        @listen(fetch)
        def keep(self, found: str) -> None:
            self.state["orders"] = found
            raise RuntimeError("stop")

    flow = Shop()
    with (
        compressed_context(ctx, flow_methods=["keep"]),
        pytest.raises(RuntimeError, match="stop"),
    ):
        flow.kickoff()
    assert len(ctx) == 1
    assert flow.state["orders"] == orders


def test_originals_come_back_without_the_store(ctx: SharedContext, orders: str) -> None:
    class Shop(Flow[dict[str, Any]]):
        @start()
        def fetch(self) -> str:
            return orders

        @listen(fetch)
        def keep(self, found: str) -> str:
            assert ctx.is_view(found)
            ctx.close()
            return found

    with compressed_context(ctx, flow_methods=["keep"]):
        assert Shop().kickoff() == orders
