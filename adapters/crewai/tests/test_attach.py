"""Who is given the retrieval tool, and for how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Process, Task
from crewai.tools import BaseTool
from pydantic import BaseModel

from headroom import RetrievalTool, SharedContext
from headroom_crewai import (
    RetrieveTool,
    attach_retrieve_tool,
    compressed_context,
    install,
    uninstall,
)

MakeAgent = Callable[..., Agent]


def sent(agent: Agent, call: int = 0) -> str:
    """What the model of an agent was sent."""
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


class Calculator(BaseTool):
    name: str = "calculator"
    description: str = "Adds numbers"

    def _run(self, numbers: list[int]) -> int:
        return sum(numbers)


def named(text: str) -> bool:
    """Whether a context tells its reader to call the tool."""
    return "[what is left out: headroom_retrieve(key=" in text


def has_it(text: str) -> bool:
    """Whether a model was offered the tool."""
    return RetrievalTool.description in text


# For a run


def test_agents_that_get_views_have_the_tool_for_the_run(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    calculator = Calculator()
    first, second = make_agent("searcher", orders), make_agent("caller", "Nobody there.")
    third, last = make_agent("auditor", tools=[calculator]), make_agent("writer")
    tasks = [task(first), task(second, context=[]), task(third), task(last, tools=[calculator])]
    crew = Crew(agents=[first, second, third, last], tasks=tasks)
    with compressed_context(ctx):
        crew.kickoff()
        assert [each.tools for each in (first, second, third, last)] == [[], [], [calculator], []]
        assert [each.tools for each in tasks] == [[], [], [calculator], [calculator]]
    # Also where the tools of the task hide those of the agent.
    for agent in (third, last):
        assert named(sent(agent))
        assert has_it(sent(agent))
        assert "calculator" in sent(agent)
    # Nothing changes for those who get none.
    for agent in (first, second):
        assert not has_it(sent(agent))


def test_small_and_excluded_outputs_give_nobody_a_tool(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("caller", "Nobody there.")
    last = make_agent("writer")
    crew = Crew(agents=[first, second, last], tasks=[task(first), task(second), task(last)])
    with compressed_context(ctx, exclude=["searcher"]):
        crew.kickoff()
    assert not has_it(sent(second))
    assert not has_it(sent(last))


def test_the_tool_works(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", {}, "Order 5042: dhl.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Report the refunds")])

    def script_the_call(entry: Any) -> None:
        second.llm.script[0] = {"key": entry.key, "place": "rows 43"}  # type: ignore[union-attr]

    with compressed_context(ctx, on_compress=script_the_call, max_tokens=200):
        assert crew.kickoff().raw == "Order 5042: dhl."
    assert "5042" not in sent(second, 0)
    assert '"id":5042' in sent(second, 1)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_readers_of_asynchronous_tasks_have_it_where_it_is_asked_for(
    asynchronous: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    find = task(first, async_execution=True)
    crew = Crew(agents=[first, second], tasks=[find, task(second, context=[find])])
    with compressed_context(ctx, attach_tool=True):
        asyncio.run(crew.akickoff()) if asynchronous else crew.kickoff()
    assert named(sent(second))
    assert has_it(sent(second))


@pytest.mark.parametrize("payload", ["A short note.", None])
def test_readers_of_asynchronous_tasks_are_given_no_tool_by_default(
    payload: str | None, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    """CrewAI collects their tools when nobody knows yet whether it will pay."""
    first, second = make_agent("searcher", payload or orders), make_agent("clerk")
    find = task(first, async_execution=True)
    crew = Crew(agents=[first, second], tasks=[find, task(second, context=[find])])
    with compressed_context(ctx):
        crew.kickoff()
    assert not named(sent(second))
    assert not has_it(sent(second))
    assert ctx.stats().handoffs.tool_tokens == 0


def test_a_reader_of_another_crews_task_has_it(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second, third = make_agent("searcher", orders), make_agent("clerk"), make_agent("writer")
    find = task(first)
    Crew(agents=[first], tasks=[find]).kickoff()
    report = task(second, context=[find])
    with compressed_context(ctx):
        Crew(agents=[second, third], tasks=[report, task(third)]).kickoff()
    assert named(sent(second))
    assert has_it(sent(second))
    assert not has_it(sent(third))
    assert report.tools == []


def test_hierarchical_managers_have_it(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    manager = make_agent("manager", orders, "The report.")
    tasks = [task(None, "Find orders"), task(None, "Report")]
    crew = Crew(
        agents=[make_agent("worker")],
        tasks=tasks,
        process=Process.hierarchical,
        manager_agent=manager,
    )
    with compressed_context(ctx):
        crew.kickoff()
    assert named(sent(manager, 1))
    assert has_it(sent(manager, 1))
    assert "delegate_work_to_coworker" in sent(manager, 1)
    assert [each.tools for each in tasks] == [[], []]


class Answer(BaseModel):
    failed: int


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("option", ["output_pydantic", "output_json", "response_model"])
def test_a_typed_reader_stays_typed(
    option: str, native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", '{"failed": 1}')
    second.llm.native = native  # type: ignore[union-attr]
    tasks = [task(first), task(second, **{option: Answer})]
    with compressed_context(ctx):
        result = Crew(agents=[first, second], tasks=tasks).kickoff()
    # A first tool would switch off what enforces the type, so the view leaves nothing out.
    assert not named(sent(second))
    assert not has_it(sent(second))
    assert orders not in sent(second)
    assert "refund_failed" in sent(second)
    assert second.llm.schemas[0] is Answer  # type: ignore[union-attr]
    assert Answer.model_validate_json(result.raw) == Answer(failed=1)


@pytest.mark.parametrize("native", [False, True])
def test_a_typed_reader_is_given_the_tool_where_it_is_asked_for(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", '{"failed": 1}')
    second.llm.native = native  # type: ignore[union-attr]
    tasks = [task(first), task(second, output_pydantic=Answer)]
    with compressed_context(ctx, attach_tool=True):
        result = Crew(agents=[first, second], tasks=tasks).kickoff()
    assert named(sent(second))
    assert native or has_it(sent(second))
    assert result.to_dict() == {"failed": 1}


@pytest.mark.parametrize("native", [False, True])
def test_a_typed_reader_with_tools_is_given_it_for_its_schema_is_off_anyway(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", '{"failed": 1}')
    second.llm.native = native  # type: ignore[union-attr]
    second.tools = [Calculator()]
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, output_pydantic=Answer)])
    without = crew.kickoff()
    with compressed_context(ctx):
        result = crew.kickoff()
    # The first kickoff was without us.
    assert second.llm.schemas == [None, None]  # type: ignore[union-attr]
    assert named(sent(second, 1))
    assert result.to_dict() == without.to_dict() == {"failed": 1}


def test_a_tool_of_the_users_own_stays(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    own, others = RetrieveTool(ctx, max_tokens=300), RetrieveTool(SharedContext())
    first, second = make_agent("searcher", orders), make_agent("clerk", tools=[own])
    third = make_agent("writer", tools=[others])
    crew = Crew(agents=[first, second, third], tasks=[task(first), task(second), task(third)])
    with compressed_context(ctx):
        crew.kickoff()
    assert second.tools == [own]
    assert named(sent(second))
    # Two tools of one name would be no good: it keeps its own, and its view names none.
    assert third.tools == [others]
    assert not named(sent(third))


def test_a_run_that_fails_gives_the_tools_back(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    def fail(output: Any) -> None:
        raise RuntimeError("stop")

    first, second = make_agent("searcher", orders), make_agent("clerk")
    tasks = [task(first), task(second)]
    tasks[1].callback = fail
    crew = Crew(agents=[first, second], tasks=tasks)
    with compressed_context(ctx), pytest.raises(RuntimeError, match="stop"):
        crew.kickoff()
    assert has_it(sent(second))
    assert tasks[1].tools == []


def test_a_replay_that_fails_gives_the_tools_back(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    def fail(output: Any) -> None:
        raise RuntimeError("stop")

    first, second = make_agent("searcher", orders), make_agent("clerk")
    tasks = [task(first, "Find"), task(second, "Report")]
    crew = Crew(agents=[first, second], tasks=tasks)
    with compressed_context(ctx):
        crew.kickoff()
        tasks[1].callback = fail
        with pytest.raises(RuntimeError, match="stop"):
            crew.replay(str(tasks[0].id))
    assert has_it(sent(second, 1))
    assert tasks[1].tools == []


def test_in_a_replay_a_view_names_no_tool_that_came_too_late(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    find = task(first, "Find", async_execution=True)
    crew = Crew(agents=[first, second], tasks=[find, task(second, "Report", context=[find])])
    with compressed_context(ctx, attach_tool=True):
        crew.kickoff()
        crew.replay(str(find.id))
    assert [named(sent(second, call)) for call in (0, 1)] == [True, False]
    assert [has_it(sent(second, call)) for call in (0, 1)] == [True, False]
    assert orders not in sent(second, 1)


def test_a_crew_inside_of_a_crew_leaves_the_outer_one_its_tools(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    inner_first, inner_second = make_agent("inner", orders), make_agent("inner reader")
    inner = Crew(agents=[inner_first, inner_second], tasks=[task(inner_first), task(inner_second)])
    first, second = make_agent("searcher", orders), make_agent("clerk")
    find, report = task(first), task(second)
    find.callback = lambda output: inner.kickoff()
    with compressed_context(ctx):
        Crew(agents=[first, second], tasks=[find, report]).kickoff()
    for agent in (inner_second, second):
        assert named(sent(agent))
        assert has_it(sent(agent))
    assert report.tools == []


def test_installed_it_is_given_back_too(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    tasks = [task(first), task(second)]
    crew = Crew(agents=[first, second], tasks=tasks)
    install(ctx)
    crew.kickoff()
    crew.kickoff()
    assert tasks[1].tools == []
    uninstall()
    crew.kickoff()
    assert [has_it(sent(second, call)) for call in range(3)] == [True, True, False]


def test_tools_that_were_added_in_the_meantime_stay(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    calculator = Calculator()
    first, second = make_agent("searcher", orders), make_agent("clerk")
    find, last = task(first), task(second)

    def add(output: Any) -> None:
        last.tools = [*(last.tools or []), calculator]

    find.callback = add
    crew = Crew(agents=[first, second], tasks=[find, last])
    with compressed_context(ctx):
        crew.kickoff()
    assert has_it(sent(second))
    assert last.tools == [calculator]


# For good


def test_attach_gives_it_to_those_who_read(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    calculator = Calculator()
    first, second = make_agent("searcher", orders), make_agent("clerk")
    third = make_agent("auditor", tools=[calculator])
    find, report = task(first), task(second)
    audit = task(third, tools=[calculator])
    lonely = task(first, context=[])
    crew = Crew(agents=[first, second, third], tasks=[find, report, audit, lonely])
    tool = attach_retrieve_tool(crew, ctx)
    assert second.tools == [tool]
    # The tools of the task hide those of the agent.
    assert audit.tools == [calculator, tool]
    assert third.tools == [calculator]
    # It reads nothing.
    assert not first.tools
    assert not find.tools
    assert not lonely.tools

    attach_retrieve_tool(crew, ctx)
    assert (second.tools, audit.tools) == ([tool], [calculator, tool])

    with compressed_context(ctx, attach_tool=False):
        crew.kickoff()
    assert named(sent(second))
    assert named(sent(third))
    assert RetrievalTool.description in sent(third)


def test_attach_for_another_context_takes_the_place_of_the_first(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    calculator = Calculator()
    first, second = make_agent("searcher", orders), make_agent("clerk")
    third = make_agent("auditor")
    tasks = [task(first), task(second), task(third, tools=[calculator])]
    crew = Crew(agents=[first, second, third], tasks=tasks)
    attach_retrieve_tool(crew, SharedContext())
    tool = attach_retrieve_tool(crew, ctx)
    # A model cannot tell two tools of one name apart.
    assert second.tools == [tool]
    assert tasks[2].tools == [calculator, tool]


class Namesake(Calculator):
    name: str = "headroom_retrieve"


def test_attach_leaves_a_tool_of_that_name_alone(
    ctx: SharedContext, make_agent: MakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    own = Namesake()
    first, second = make_agent("searcher"), make_agent("clerk", tools=[own])
    report = task(second)
    crew = Crew(agents=[first, second], tasks=[task(first), report])
    with caplog.at_level(logging.WARNING, "headroom"):
        attach_retrieve_tool(crew, ctx)
    assert report.tools == [own]
    assert second.tools == [own]
    assert "headroom_retrieve" in caplog.text


def test_attach_in_a_hierarchical_crew(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    manager = make_agent("manager", orders, "The report.")
    crew = Crew(
        agents=[make_agent("worker")],
        tasks=[task(None, "Find orders"), task(None, "Report")],
        process=Process.hierarchical,
        manager_agent=manager,
    )
    attach_retrieve_tool(crew, ctx)
    with compressed_context(ctx, attach_tool=False):
        result = crew.kickoff()
    assert result.raw == "The report."
    assert named(sent(manager, 1))
    # It still has its own tools.
    assert RetrievalTool.description in sent(manager, 1)
    assert "delegate_work_to_coworker" in sent(manager, 1)
