"""The retrieval tool: what it answers, who gets it, and who is told about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.tools import BaseTool

from headroom import MemoryStore, RetrievalTool, SharedContext
from headroom_crewai import (
    RetrieveTool,
    callback_context,
    compressed_context,
    install,
    retrieve_tool,
    task_callback,
    uninstall,
    use_context,
)
from headroom_crewai.retrieve import tool_tokens

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


# What it answers


def test_rows_lines_words_and_paths(ctx: SharedContext, orders: str) -> None:
    ctx.put("orders", orders)
    tool = retrieve_tool(ctx)
    assert '"id":5136' in tool.run(key="orders", place="rows 137")
    assert '"id":5136' in tool.run(key="orders", place=137)
    assert "98713" in tool.run(key="orders", query="refund failed")
    assert "98713" in tool.run(key="orders", path="/136/total")
    assert "5000" in tool.run(key="orders", place="lines 1", query="", where="", path="")
    assert "5136" in asyncio.run(tool.arun(key="orders", place="rows 137"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"key": "orders", "query": ["refund", "failed"]},
        {"key": "orders", "place": ["rows 137"]},
        {"key": "orders", "place": ["/136/total"]},
        {"key": "orders", "place": "rows 137", "path": "", "where": "None", "pattern": "null"},
        {"key": "orders", "place": "None", "query": "refund failed"},
    ],
)
@pytest.mark.parametrize("native", [False, True])
def test_arguments_as_models_write_them(
    native: bool,
    arguments: dict[str, Any],
    ctx: SharedContext,
    make_agent: MakeAgent,
    orders: str,
) -> None:
    ctx.put("orders", orders)
    agent = make_agent("clerk", arguments, "98713.", tools=[retrieve_tool(ctx)])
    agent.llm.native = native  # type: ignore[union-attr]
    Crew(agents=[agent], tasks=[task(agent)]).kickoff()
    assert "98713" in sent(agent, 1)


@pytest.mark.parametrize("native", [False, True])
def test_what_the_tool_costs_in_each_call_of_a_model(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    def told(tools: list[Any]) -> str:
        agent = make_agent("clerk", tools=tools)
        agent.llm.native = native  # type: ignore[union-attr]
        Crew(agents=[agent], tasks=[task(agent)]).kickoff()
        return sent(agent) + "".join(map(json.dumps, agent.llm.offered))  # type: ignore[union-attr]

    # What every prompt for an agent with tools says is not counted: with one tool more.
    for others in ([Calculator()], []):
        both, without = told([*others, retrieve_tool(ctx)]), told(others)
        assert "Leave the rest empty." in both
        cost = ctx.count_tokens(both) - ctx.count_tokens(without)
        # The policy counts on no less than that.
        assert 100 < cost <= tool_tokens(others, make_agent("clerk"), ctx)
        if others or native:
            # What the prompt says of tools, before the first one, is CrewAI's.
            assert cost <= 180


def test_answers_are_bounded(ctx: SharedContext, orders: str) -> None:
    ctx.put("orders", orders)
    assert ctx.count_tokens(retrieve_tool(ctx).run(key="orders", place="rows 1-200")) <= 1000
    tool = retrieve_tool(ctx, max_tokens=100)
    assert ctx.count_tokens(tool.run(key="orders", place="rows 1-200")) <= 100
    with pytest.raises(ValueError, match="max_tokens"):
        retrieve_tool(ctx, max_tokens=0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "flights"}, "flights"),
        ({"key": ""}, "key"),
        ({"key": "orders", "place": "rows 20-3"}, "rows"),
        ({"key": "orders", "path": "/nowhere"}, "nothing at this path"),
        ({"key": "orders", "query": "zeppelin"}, "Nothing was found"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(
    ctx: SharedContext, orders: str, arguments: dict[str, Any], said: str
) -> None:
    ctx.put("orders", orders)
    answer = retrieve_tool(ctx).run(**arguments)
    assert said in answer
    assert "\n" not in answer
    assert answer.endswith(".")


def test_expired_evicted_and_deleted_keys(orders: str) -> None:
    ctx = SharedContext(max_entries=1)
    ctx.put("orders", orders)
    ctx.put("newer", "something newer")
    assert "evicted" in retrieve_tool(ctx).run(key="orders")
    ctx.delete("newer")
    assert "deleted" in retrieve_tool(ctx).run(key="newer")


class BrokenStore(MemoryStore):
    def get(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")


def test_a_store_that_fails_is_a_sentence_too() -> None:
    answer = retrieve_tool(SharedContext(store=BrokenStore())).run(key="orders")
    assert "disk" not in answer
    assert answer.endswith(".")


def test_other_namespaces_are_out_of_reach(orders: str) -> None:
    store = MemoryStore()
    SharedContext(store=store, namespace="theirs").put("orders", orders)
    answer = retrieve_tool(SharedContext(store=store, namespace="ours")).run(key="orders")
    assert "refund" not in answer
    assert answer.startswith("Nothing is stored under")


def test_a_tool_without_context_takes_the_chosen_one(ctx: SharedContext, orders: str) -> None:
    ctx.put("orders", orders)
    # As CrewAI restores it from a checkpoint.
    tool = RetrieveTool.model_validate(
        retrieve_tool(ctx, max_tokens=500).model_dump(mode="json", exclude={"cache_function"})
    )
    assert tool.max_tokens == 500
    assert "no context" in tool.run(key="orders")
    use_context(ctx)
    assert "98713" in tool.run(key="orders", query="refund failed")


def test_a_tool_without_context_takes_that_of_the_hooks(orders: str, flights: str) -> None:
    installed, inner = SharedContext(), SharedContext()
    installed.put("data", flights)
    tool = RetrieveTool()
    install(installed)
    assert "diverted" in tool.run(key="data", query="diverted")
    with compressed_context(inner):
        # Empty, and the right one all the same.
        assert "Nothing is stored" in tool.run(key="data", query="refund failed")
        inner.put("data", orders)
        assert "98713" in tool.run(key="data", query="refund failed")
    uninstall()
    assert "no context" in tool.run(key="data")


def test_something_that_is_no_context_is_said_at_once() -> None:
    with pytest.raises(TypeError, match="SharedContext"):
        RetrieveTool("redis://localhost")  # type: ignore[arg-type]


# Who is told about it


@pytest.mark.parametrize("place", ["agent", "task", "nowhere", "hidden", "other context"])
@pytest.mark.parametrize("road", ["hook", "callback"])
def test_views_name_it_only_where_the_reader_has_it(
    road: str, place: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    tool = retrieve_tool(SharedContext() if place == "other context" else ctx)
    of_agent = [tool] if place in ("agent", "hidden", "other context") else []
    of_task = {"task": [tool], "hidden": [Calculator()]}.get(place, [])
    first = make_agent("searcher", orders)
    second = make_agent("clerk", tools=of_agent)
    crew = Crew(
        agents=[first, second],
        tasks=[task(first), task(second, tools=of_task)],
        task_callback=task_callback if road == "callback" else None,
    )
    hook = compressed_context(ctx, attach_tool=False)
    with callback_context(ctx) if road == "callback" else hook:
        crew.kickoff()
    assert orders not in sent(second)
    assert named(sent(second)) == (place in ("agent", "task"))
    # The rule is CrewAI's own: the model knows the tool exactly there.
    assert (RetrievalTool.description in sent(second)) == (
        place in ("agent", "task", "other context")
    )


def test_the_callback_names_it_only_where_every_reader_has_it(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", tools=[retrieve_tool(ctx)])
    third = make_agent("writer")
    crew = Crew(
        agents=[first, second, third],
        tasks=[task(first), task(second), task(third)],
        task_callback=task_callback,
    )
    use_context(ctx)
    crew.kickoff()
    assert not named(sent(second))
    # The hook makes a view for each reader.
    other = Crew(agents=[first, second, third], tasks=[task(first), task(second), task(third)])
    with compressed_context(ctx, attach_tool=False):
        other.kickoff()
    assert named(sent(second, 1))
    assert not named(sent(third, 1))


@pytest.mark.parametrize("native", [False, True])
def test_an_agent_looks_up_what_its_view_left_out(
    native: bool, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    key_of_the_view: list[str] = []
    first = make_agent("searcher", orders)
    second = make_agent("clerk", {}, "Order 5042 went by dhl.", tools=[retrieve_tool(ctx)])
    second.llm.native = native  # type: ignore[union-attr]
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Report the refunds")])

    def script_the_call(entry: Any) -> None:
        key_of_the_view.append(entry.key)
        second.llm.script[0] = {"key": entry.key, "place": "rows 43"}  # type: ignore[union-attr]

    with compressed_context(ctx, on_compress=script_the_call, max_tokens=200):
        result = crew.kickoff()
    assert key_of_the_view[0] in sent(second)
    row = json.dumps(json.loads(orders)[42], separators=(",", ":"))
    assert row not in sent(second, 0)
    assert row in sent(second, 1)
    assert result.raw == "Order 5042 went by dhl."


def test_it_survives_kickoff_for_each(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", tools=[retrieve_tool(ctx)])
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Look at {what}")])
    with compressed_context(ctx):
        crew.kickoff_for_each([{"what": "refunds"}])
    # A copied model shares the list of what it was sent.
    assert named(sent(second))
