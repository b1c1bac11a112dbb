"""What the policy of the core comes to in crews."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Task

from headroom import Decision, Savings, SharedContext
from headroom_crewai import (
    compressed_context,
    install,
    make_task_callback,
    retrieve_tool,
    uninstall,
)

MakeAgent = Callable[..., Agent]

WORDS = "harbour clerk letters evening mayor Oslo ships ledger promise winter bridge money".split()
DRAFT = " ".join(
    f"The {WORDS[n % 12]} that she remembered had a {WORDS[n * 7 % 11]} near the "
    f"{WORDS[n * 5 % 9]} of {WORDS[n % 7]}{'.' if n % 3 else ', and nobody knew why.'}"
    for n in range(60)
)


def sent(agent: Agent, call: int = 0) -> str:
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


def log(lines: int) -> str:
    return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))


def pair(make_agent: MakeAgent, payload: str, **options: Any) -> tuple[Agent, Crew]:
    first, second = make_agent("searcher", payload), make_agent("clerk")
    tasks = [task(first, "Find"), task(second, "Report", **options)]
    return second, Crew(agents=[first, second], tasks=tasks)


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("lines", [10, 16, 20, 24, 28, 32, 40, 50, 60, 300])
def test_no_model_is_sent_more_than_without_us(
    lines: int, native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    def cost(with_headroom: bool) -> int:
        clerk, crew = pair(make_agent, log(lines))
        clerk.llm.native = native  # type: ignore[union-attr]
        if with_headroom:
            install(ctx, min_tokens=0)
        crew.kickoff()
        uninstall()
        offered = clerk.llm.offered  # type: ignore[union-attr]
        return ctx.count_tokens(sent(clerk) + "".join(map(json.dumps, offered)))

    assert cost(True) <= cost(False)


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("lines", [40, 60, 300])
def test_decisions_tell_what_the_tool_costs(
    lines: int, native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    told: list[Decision] = []
    clerk, crew = pair(make_agent, log(lines))
    clerk.llm.native = native  # type: ignore[union-attr]
    with compressed_context(ctx, on_handoff=told.append):
        crew.kickoff()
    (decision,) = told
    assert re.search(r"the tool costs \d+$", decision.reason)
    assert decision.saved == ctx.stats().handoffs.saved
    assert bool(decision.tool_tokens) == decision.is_view


def test_inputs_bear_the_tool_that_their_readers_are_given(
    ctx: SharedContext, make_agent: MakeAgent
) -> None:
    told: list[Decision] = []
    clerk = make_agent("clerk")
    crew = Crew(agents=[clerk], tasks=[task(clerk, "Report on {log}")])
    for _ in range(2):
        with compressed_context(ctx, crew_inputs=["log"], on_handoff=told.append):
            crew.kickoff(inputs={"log": log(300)})
    assert [decision.tool_tokens > 0 for decision in told] == [True, True]
    assert sum(decision.saved for decision in told) == ctx.stats().handoffs.saved


def test_two_outputs_pay_for_a_tool_that_one_does_not(
    ctx: SharedContext, make_agent: MakeAgent
) -> None:
    told: list[Decision] = []
    first, other = make_agent("searcher", log(40)), make_agent("finder", log(42))
    clerk = make_agent("clerk")
    tasks = [task(first, "Find"), task(other, "Search", context=[])]
    with compressed_context(ctx, on_handoff=told.append):
        Crew(
            agents=[first, other, clerk],
            tasks=[
                *tasks,
                task(clerk, "One", context=tasks[:1]),
                task(clerk, "Both", context=tasks),
            ],
        ).kickoff()
    one, *both = told
    assert not one.is_view
    assert one.reason.startswith("kept: ")
    assert re.search(r", a view saves \d+, the tool costs \d+$", one.reason)
    assert [each.is_view for each in both] == [True, True]


def test_a_draft_that_can_be_read_whole_stays_whole(
    ctx: SharedContext, make_agent: MakeAgent
) -> None:
    assert 500 < ctx.count_tokens(DRAFT) < 3000
    clerk, crew = pair(make_agent, DRAFT)
    with compressed_context(ctx):
        crew.kickoff()
    assert DRAFT in sent(clerk)
    assert "headroom_retrieve" not in sent(clerk)
    assert clerk.tools == []


@pytest.mark.parametrize("name", ["clerk", "report", "Report"])
def test_readers_that_get_originals(
    name: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second, third = (make_agent(role) for role in ("searcher", "clerk", "writer"))
    first.llm.script = [orders]  # type: ignore[union-attr]
    find = task(first, "Find")
    report = task(second, "Report", name="report", context=[find])
    with compressed_context(ctx, full_for=[name]):
        Crew(
            agents=[first, second, third],
            tasks=[find, report, task(third, "Write", context=[find])],
        ).kickoff()
    assert orders in sent(second)
    assert "headroom_retrieve" not in sent(second)
    assert orders not in sent(third)


def test_readers_that_get_originals_by_the_callback(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    for full_for in ([], ["clerk"]):
        clerk, crew = pair(make_agent, orders)
        crew.task_callback = make_task_callback(ctx, full_for=full_for)
        crew.kickoff()
        assert (orders in sent(clerk)) == bool(full_for)


def test_a_view_is_made_for_all_that_its_reader_is_told(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    clerk = make_agent("clerk")
    clerk.goal = "Look after order 5033"
    first = make_agent("searcher", orders)
    reads = Task(description="Check order 5044", expected_output="On order 5055", agent=clerk)
    with compressed_context(ctx, max_tokens=300):
        Crew(agents=[first, clerk], tasks=[task(first), reads]).kickoff()
    context = sent(clerk).partition("headroom_retrieve(")[0].rpartition("rows")[0]
    for number in ("5033", "5044", "5055"):
        assert f"\n{number}," in sent(clerk), context[-300:]


def test_stats_are_net_of_the_tool_by_reader(ctx: SharedContext, make_agent: MakeAgent) -> None:
    run = Savings()
    payload = log(300)
    first, others = make_agent("searcher", payload), [make_agent("one"), make_agent("two")]
    find = task(first, "Find")
    with compressed_context(ctx, savings=run):
        Crew(
            agents=[first, *others], tasks=[find, *(task(each, context=[find]) for each in others)]
        ).kickoff()
    stats = run.stats()
    (key,) = ctx
    entry = ctx.require(key)
    for name in ("one", "two"):
        reader = stats.readers[name]
        assert reader.not_sent == entry.original_tokens - entry.compressed_tokens
        assert 300 < reader.tool_tokens <= 360
    assert stats.saved == stats.not_sent - stats.tool_tokens
    assert ctx.stats().handoffs == stats


def test_names_that_match_nothing_are_warned_of_once(
    ctx: SharedContext, make_agent: MakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    options: Any = {"full_for": ["clerc", "clerk"], "exclude": ["searcher", "serch"]}
    with compressed_context(ctx, **options):
        for _ in range(2):
            pair(make_agent, "found")[1].kickoff()
    install(ctx, **options)
    for _ in range(2):
        pair(make_agent, "found")[1].kickoff()
    said = [each.message for each in caplog.records if "is called so" in each.message]
    assert said == [
        "exclude names 'serch', and nothing in this run is called so",
        "full_for names 'clerc', and nothing in this run is called so",
    ]


@pytest.mark.parametrize("installed", [False, True])
@pytest.mark.filterwarnings("ignore:function callbacks cannot be serialized")
def test_what_a_crew_shows_is_held_until_it_ends(installed: bool, make_agent: MakeAgent) -> None:
    ctx = SharedContext(max_entries=1)
    held: list[int] = []

    def fill(_: Any) -> None:
        for number in range(5):
            ctx.put(f"other {number}", "text")
        held.append(sum(not key.startswith("other") for key in ctx))

    first, second = (
        make_agent("searcher", log(300)),
        make_agent("clerk", tools=[retrieve_tool(ctx)]),
    )
    third = make_agent("writer")
    tasks = [task(first, "Find"), task(second, "Report"), task(third, "Write", callback=fill)]
    crew = Crew(agents=[first, second, third], tasks=tasks)
    if installed:
        install(ctx)
        crew.kickoff()
    else:
        with compressed_context(ctx):
            crew.kickoff()
    assert held == [1]
    assert ctx.stats().leased == 0


def test_a_context_that_is_closed_in_mid_run(
    tmp_path: Any, make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}")
    clerk, crew = pair(make_agent, orders)
    crew.tasks[0].callback = lambda _: ctx.close()
    with caplog.at_level(logging.WARNING), compressed_context(ctx):
        assert crew.kickoff().raw == "done"
    assert orders in sent(clerk)
    assert sum("handed on as it is" in each.message for each in caplog.records) == 1
