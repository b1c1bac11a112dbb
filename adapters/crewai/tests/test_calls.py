"""Results of tools, and what agents send each other when they delegate."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import pytest
from crewai import Agent, Crew, Process, Task
from crewai.hooks import InterceptionPoint, get_hooks
from crewai.hooks.dispatch import register_scoped
from crewai.tools import BaseTool
from crewai.utilities.string_utils import sanitize_tool_name
from pydantic import BaseModel, Field

from headroom import ContextEntry, MemoryStore, SharedContext
from headroom_crewai import RetrieveTool, compressed_context, install, uninstall

MakeAgent = Callable[..., Agent]


def sent(agent: Agent, call: int = 0) -> str:
    """What the model of an agent was sent."""
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


class Answers(BaseTool):
    """A tool that always answers the same."""

    name: str = "List orders"
    description: str = "Lists all orders"
    answer: Any = ""

    def _run(self) -> Any:
        return self.answer


CALL = {"tool": "list_orders", "arguments": {}}


def crew_with(agent: Agent, description: str = "Which refunds failed?", **options: Any) -> Crew:
    return Crew(agents=[agent], tasks=[task(agent, description, **options)])


@pytest.mark.parametrize("native", [False, True])
def test_a_result_reaches_the_model_as_a_view(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    agent.llm.native = native  # type: ignore[union-attr]
    entries: list[ContextEntry] = []
    with compressed_context(ctx, on_compress=entries.append):
        result = crew_with(agent).kickoff()
    assert result.raw == "One did."
    assert orders not in sent(agent, 1)
    assert "refund_failed" in sent(agent, 1)
    assert ctx.count_tokens(sent(agent, 1)) < ctx.count_tokens(orders) / 2
    # The original is in reach, under a key that names the tool.
    (entry,) = entries
    assert entry.key.startswith("list_orders-")
    assert entry.agent == "clerk"
    assert ctx.get(entry.key, full=True) == orders
    assert f'headroom_retrieve(key="{entry.key}"' in sent(agent, 1)


def test_calls_at_once_on_threads(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    tools = [Answers(answer=orders), Answers(name="list_flights", answer=flights)]
    calls = [CALL, {"tool": "list_flights", "arguments": {}}]
    agent = make_agent("clerk", calls, "Fine.", tools=tools)
    agent.llm.native = True  # type: ignore[union-attr]
    with compressed_context(ctx):
        assert crew_with(agent, "What stands out?").kickoff().raw == "Fine."
    prompt = sent(agent, len(agent.llm.sent) - 1)  # type: ignore[union-attr]
    for fact in ("refund_failed", "98713", "diverted", "1437"):
        assert fact in prompt
    assert orders not in prompt
    assert flights not in prompt
    assert {key.rpartition("-")[0] for key in ctx} == {"list_orders", "list_flights"}


def test_results_stay_where_that_is_asked_for(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    with compressed_context(ctx, compress_tool_results=False):
        crew_with(agent).kickoff()
    assert orders in sent(agent, 1)
    assert not list(ctx)


def test_the_query_is_the_task(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    agent = make_agent("clerk", CALL, "Paid.", tools=[Answers(answer=orders)])
    with compressed_context(ctx, max_tokens=300, attach_tool=False):
        crew_with(agent, "What about order 5077?").kickoff()
    asked = ctx.get(next(iter(ctx)), query="What about order 5077?", max_tokens=300)
    assert asked is not None
    assert "5077" in asked
    assert asked in sent(agent, 1)


@pytest.mark.parametrize("name", ["List orders", "list_orders"])
def test_excluded_tools_stay(
    name: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    with compressed_context(ctx, exclude=[name]):
        crew_with(agent).kickoff()
    assert orders in sent(agent, 1)


@pytest.mark.parametrize("native", [False, True])
def test_a_result_that_is_the_answer_stays_original(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    tool = Answers(answer=orders, result_as_answer=True)
    agent = make_agent("clerk", CALL, "Never said.", tools=[tool])
    agent.llm.native = native  # type: ignore[union-attr]
    with compressed_context(ctx):
        result = crew_with(agent).kickoff()
    assert result.raw == orders


@pytest.mark.parametrize("native", [False, True])
def test_answers_of_the_retrieval_tool_are_not_compressed(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    ctx.put("orders", orders)
    place = {"key": "orders", "place": "rows 10-40"}
    answer = RetrieveTool(ctx).run(**place)
    assert ctx.count_tokens(answer) > 500
    agent = make_agent("clerk", place, "Fine.", tools=[RetrieveTool(ctx)])
    agent.llm.native = native  # type: ignore[union-attr]
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    assert answer.strip() in sent(agent, 1)
    assert list(ctx) == ["orders"]


@pytest.mark.parametrize("name", ["Read a deferred tool result", "load_skill"])
def test_crewais_own_tools_are_left_alone(
    name: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    # By name: the oldest version does not have them.
    call = {"tool": sanitize_tool_name(name), "arguments": {}}
    agent = make_agent("clerk", call, "Fine.", tools=[Answers(name=name, answer=orders)])
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    assert orders in sent(agent, 1)


@dataclass
class Page:
    rows: list[dict[str, Any]]


class PageModel(BaseModel):
    rows: list[dict[str, Any]]


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("wrap", [list, Page, lambda rows: PageModel(rows=rows)])
def test_structured_results_are_stored_as_json(
    wrap: Any, native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    rows = json.loads(orders)
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=wrap(rows))])
    agent.llm.native = native  # type: ignore[union-attr]
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    (key,) = ctx
    stored = json.loads(ctx.get(key, full=True) or "")
    assert stored == (rows if wrap is list else {"rows": rows})
    assert "refund_failed" in sent(agent, 1)
    assert ctx.count_tokens(sent(agent, 1)) < ctx.count_tokens(orders) / 2


@dataclass
class Order:
    id: int
    status: str


class Status(Enum):
    PAID = "paid"


class OrderModel(BaseModel):
    id: int
    status: str
    note: str | None = None


@pytest.mark.parametrize("wrap", [list, lambda rows: {"rows": rows}])
@pytest.mark.parametrize("kind", [Order, OrderModel])
def test_models_inside_of_results_are_stored_as_json(
    kind: Any, wrap: Any, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    rows = [kind(id=row["id"], status=row["status"]) for row in json.loads(orders)]
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=wrap(rows))])
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    (key,) = ctx
    stored = json.loads(ctx.get(key, full=True) or "")
    assert [row["id"] for row in (stored if wrap is list else stored["rows"])] == [
        row.id for row in rows
    ]
    assert "refund_failed" in sent(agent, 1)


class Visit(BaseModel):
    at: datetime
    status: Status
    note: str = Field(exclude=True)


@pytest.mark.parametrize("inside", [False, True])
def test_json_says_all_that_crewai_shows(
    inside: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    day, status = datetime(2026, 11, 23, 12, 30), Status.PAID
    rows = [Visit(at=day, status=status, note=f"note {number}") for number in range(200)]
    answer = rows if inside else [{"at": day, "status": status, "note": row.note} for row in rows]
    agent = make_agent("clerk", CALL, "Fine.", tools=[Answers(answer=answer)])
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    (key,) = ctx
    assert json.loads(ctx.get(key, full=True) or "") == [
        {"at": "2026-11-23T12:30:00", "status": "paid", "note": row.note} for row in rows
    ]


class Odd:
    def __repr__(self) -> str:
        return "an odd thing"


@pytest.mark.parametrize(
    "answer", [[{"id": n, "at": Odd()} for n in range(600)], [{n: (n, n)} for n in range(900)]]
)
def test_results_that_json_would_change_are_taken_as_crewai_shows_them(
    answer: Any, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = make_agent("clerk", CALL, "Fine.", tools=[Answers(answer=answer)])
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    assert [ctx.get(key, full=True) for key in ctx] == [str(answer)]


def test_short_structured_results_are_shown_as_crewai_shows_them(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    page = PageModel(rows=json.loads(orders))
    agent = make_agent("clerk", CALL, "Fine.", tools=[Answers(answer=page)])
    with compressed_context(ctx, min_tokens=100_000):
        crew_with(agent).kickoff()
    assert str(page) in sent(agent, 1)
    assert not list(ctx)


def test_what_crewai_writes_behind_a_result_stays(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    # Now and then CrewAI reminds a model of its tools: here at each third use.
    calls: list[Any] = [CALL, {"tool": "other", "arguments": {}}, CALL]
    agent = make_agent(
        "clerk", *calls, "Fine.", tools=[Answers(answer=orders), Answers(name="other", answer="-")]
    )
    with compressed_context(ctx):
        crew_with(agent).kickoff()
    last = sent(agent, 3)
    assert orders not in last
    reminder = "You ONLY have access to the following tools"
    assert last.count(reminder) == sent(agent, 0).count(reminder) + 1
    assert {ctx.get(key, full=True) for key in ctx} == {orders}


def test_a_view_that_a_tool_hands_out_is_not_compressed_again(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    view = ctx.put("orders", orders).compressed
    assert ctx.count_tokens(view) > 200
    agent = make_agent("clerk", CALL, "Fine.", tools=[Answers(answer=view)])
    with compressed_context(ctx, max_tokens=100):
        crew_with(agent).kickoff()
    assert view.strip() in sent(agent, 1)
    assert list(ctx) == ["orders"]


def test_the_raw_result_and_other_hooks_are_left_alone(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    seen: list[Any] = []
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    with compressed_context(ctx):
        register_scoped(
            InterceptionPoint.POST_TOOL_CALL,
            lambda call: seen.append((call.raw_tool_result, call.tool_result)),
        )
        crew_with(agent).kickoff()
    ((raw, shown),) = seen
    assert raw == orders
    # Behind it stands what an agent is told that is given the tool.
    assert ctx.is_view(shown.partition("\n\nYou can use one more tool")[0])


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("kickoff", ["kickoff", "kickoff_async"])
def test_the_query_of_a_lone_agent_is_what_it_was_told(
    kickoff: str, native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", CALL, "Paid.", tools=[Answers(answer=orders)])
    agent.llm.native = native  # type: ignore[union-attr]
    messages = [
        {"role": "user", "content": "Good morning"},
        {"role": "assistant", "content": "Good morning"},
        {"role": "user", "content": "What about order 5077?"},
    ]
    with compressed_context(ctx, max_tokens=300, attach_tool=False):
        answer = getattr(agent, kickoff)(messages)
        if inspect.isawaitable(answer):
            asyncio.run(answer)  # type: ignore[arg-type]
    assert ctx.get(next(iter(ctx)), full=True) == orders
    assert sent(agent, 1).count("5077") > sent(agent, 0).count("5077")


async def test_asynchronous_kickoffs(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    with compressed_context(ctx):
        await crew_with(agent).akickoff()
    assert orders not in sent(agent, 1)


def test_installed_for_the_process(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    install(ctx)
    crew_with(agent).kickoff()
    assert orders not in sent(agent, 1)
    uninstall()
    assert not any(get_hooks(point) for point in InterceptionPoint)


class BrokenStore(MemoryStore):
    def put(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")


def test_a_store_that_fails_does_not_fail_the_call(
    make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    agent = make_agent("clerk", CALL, "One did.", tools=[Answers(answer=orders)])
    ctx = SharedContext(store=BrokenStore())
    with (
        caplog.at_level(logging.WARNING, "headroom"),
        compressed_context(ctx),
    ):
        result = crew_with(agent).kickoff()
    assert result.raw == "One did."
    assert orders in sent(agent, 1)
    assert "handed on as it is" in caplog.text


# Delegation


def delegate(to: str, context: str, tool: str = "delegate_work_to_coworker") -> dict[str, Any]:
    what = "question" if tool.startswith("ask") else "task"
    return {
        "tool": tool,
        "arguments": {what: "Find failed refunds", "context": context, "coworker": to},
    }


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("tool", ["delegate_work_to_coworker", "ask_question_to_coworker"])
def test_the_context_and_the_answer_of_a_delegation_are_views(
    tool: str, native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    call = delegate("searcher", flights, tool)
    boss = make_agent("boss", call, "The report.", allow_delegation=True)
    worker = make_agent("searcher", orders)
    boss.llm.native = native  # type: ignore[union-attr]
    crew = Crew(agents=[boss, worker], tasks=[task(boss, "Report on refunds")])
    entries: list[ContextEntry] = []
    with compressed_context(ctx, on_compress=entries.append):
        result = crew.kickoff()
    assert result.raw == "The report."
    # What the coworker was given, and has the means to look up.
    assert flights not in sent(worker)
    assert "diverted" in sent(worker)
    assert "headroom_retrieve(key=" in sent(worker)
    # What came back.
    assert "refund_failed" in sent(boss, 1)
    assert orders not in sent(boss, 1)
    assert "headroom_retrieve(key=" in sent(boss, 1)
    assert [(entry.agent, entry.original) for entry in entries] == [
        ("boss", flights),
        ("searcher", orders),
    ]
    # For that run only.
    assert not worker.tools


def test_short_contexts_and_excluded_coworkers_stay(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    boss = make_agent("boss", delegate("searcher", "All of today."), "Fine.", allow_delegation=True)
    worker = make_agent("searcher", orders)
    crew = Crew(agents=[boss, worker], tasks=[task(boss)])
    with compressed_context(ctx, exclude=["searcher"]):
        crew.kickoff()
    assert "All of today." in sent(worker)
    assert "headroom_retrieve" not in sent(worker)
    assert orders in sent(boss, 1)


@pytest.mark.parametrize("name", ["boss", "delegate_work_to_coworker"])
def test_contexts_of_excluded_senders_and_tools_stay(
    name: str, ctx: SharedContext, make_agent: MakeAgent, flights: str
) -> None:
    boss = make_agent("boss", delegate("searcher", flights), "Fine.", allow_delegation=True)
    worker = make_agent("searcher", "Nothing.")
    crew = Crew(agents=[boss, worker], tasks=[task(boss)])
    with compressed_context(ctx, exclude=[name]):
        crew.kickoff()
    assert flights in sent(worker)
    assert "headroom_retrieve" not in sent(worker)


def test_the_query_of_a_delegated_context_is_what_is_delegated(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    call = delegate("searcher", orders)
    call["arguments"]["task"] = "What about order 5077?"
    boss = make_agent("boss", call, "Fine.", allow_delegation=True)
    worker = make_agent("searcher", "Paid.")
    crew = Crew(agents=[boss, worker], tasks=[task(boss, "Report")])
    with compressed_context(ctx, max_tokens=300, attach_tool=False):
        crew.kickoff()
    asked = ctx.get(next(iter(ctx)), query="What about order 5077?", max_tokens=300)
    assert asked is not None
    assert "5077" in asked
    assert asked in sent(worker)


def test_a_coworker_that_does_not_exist_is_crewais_affair(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    boss = make_agent("boss", delegate("nobody", orders), "Fine.", allow_delegation=True)
    crew = Crew(agents=[boss, make_agent("searcher")], tasks=[task(boss)])
    with compressed_context(ctx):
        assert crew.kickoff().raw == "Fine."
    assert "nobody" in sent(boss, 1)
    assert not list(ctx)


def test_a_hierarchical_manager_reads_views_of_what_workers_found(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    manager = make_agent("manager", delegate("searcher", "All of today."), "The report.")
    worker = make_agent("searcher", orders)
    crew = Crew(
        agents=[worker],
        tasks=[task(None, "Report on refunds")],
        process=Process.hierarchical,
        manager_agent=manager,
    )
    with compressed_context(ctx):
        result = crew.kickoff()
    assert result.raw == "The report."
    assert orders not in sent(manager, 1)
    assert "refund_failed" in sent(manager, 1)
    assert "headroom_retrieve(key=" in sent(manager, 1)
