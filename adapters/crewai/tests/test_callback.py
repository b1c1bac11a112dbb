"""``task_callback`` and ``make_task_callback`` on real crews."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import pytest
from crewai import Agent, Crew, Process, Task
from crewai.hooks import clear_all_hooks
from crewai.tasks.task_output import TaskOutput
from pydantic import BaseModel

from headroom import ContextEntry, MemoryStore, SharedContext
from headroom_crewai import (
    callback_context,
    compressed_context,
    make_task_callback,
    task_callback,
    use_context,
)

MakeAgent = Callable[..., Agent]


def sent(agent: Agent, call: int = 0) -> str:
    """What the model of an agent was sent."""
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


def test_the_next_model_sees_the_view_and_the_last_task_stays_original(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    entries: list[ContextEntry] = []
    use_context(ctx, on_compress=entries.append)
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    result = crew.kickoff()
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)
    assert ctx.is_view(result.tasks_output[0].raw)
    assert result.raw == flights
    assert result.tasks_output[1].raw == flights
    assert [(entry.agent, entry.original) for entry in entries] == [("searcher", orders)]


def test_three_agents_each_output_once(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third = make_agent("writer")
    use_context(ctx)
    crew = Crew(
        agents=[first, second, third],
        # The task's own and the crew's are the same function: CrewAI calls it once. With another
        # callable it calls both, and a view stays a view.
        tasks=[task(first, callback=task_callback), task(second), task(third)],
        task_callback=task_callback,
    )
    crew.kickoff()
    for fact in ("refund_failed", "diverted"):
        assert fact in sent(third)
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}


def test_the_last_task_where_that_is_asked_for(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("searcher", orders)
    use_context(ctx, last_task=True)
    result = Crew(agents=[agent], tasks=[task(agent)], task_callback=task_callback).kickoff()
    assert ctx.is_view(result.raw)
    assert "refund_failed" in result.raw


def test_an_output_that_no_task_reads_is_left_alone(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third = make_agent("writer")
    find = task(first)
    crew = Crew(
        agents=[first, second, third],
        tasks=[find, task(second), task(third, context=[find])],
        task_callback=task_callback,
    )
    use_context(ctx)
    result = crew.kickoff()
    assert ctx.is_view(result.tasks_output[0].raw)
    assert result.tasks_output[1].raw == flights


def test_an_asynchronous_task_without_a_context_reads_nothing(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(
        agents=[first, second],
        tasks=[task(first), task(second, async_execution=True)],
        task_callback=task_callback,
    )
    use_context(ctx)
    result = crew.kickoff()
    assert "refund_failed" not in sent(second)
    assert result.tasks_output[0].raw == orders


def test_the_query_is_what_the_reading_tasks_are_asked(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    third = make_agent("auditor")
    crew = Crew(
        agents=[first, second, third],
        tasks=[
            task(first),
            task(second, "What about order 5077?"),
            task(third, "What about order 5155?"),
        ],
        task_callback=task_callback,
    )
    use_context(ctx, max_tokens=400)
    result = crew.kickoff()
    assert "5077" in result.tasks_output[0].raw
    assert "5155" in result.tasks_output[0].raw


class Orders(BaseModel):
    orders: list[dict[str, Any]]


def test_typed_outputs_stay_typed(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, tmp_path: Any
) -> None:
    first, second = make_agent("searcher", f'{{"orders": {orders}}}'), make_agent("clerk")
    use_context(ctx)
    crew = Crew(
        agents=[first, second],
        tasks=[task(first, output_pydantic=Orders, output_file="orders.json"), task(second)],
        task_callback=task_callback,
    )
    result = crew.kickoff()
    typed = result.tasks_output[0].pydantic
    assert isinstance(typed, Orders)
    assert len(typed.orders) == 200
    assert ctx.is_view(result.tasks_output[0].raw)
    assert "refund_failed" in sent(second)
    # CrewAI writes typed outputs to their file from the typed value.
    assert Orders.model_validate_json((tmp_path / "orders.json").read_text()) == typed


def test_asynchronous_tasks_call_back_on_other_threads(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third = make_agent("writer")
    crew = Crew(
        agents=[first, second, third],
        tasks=[task(first, async_execution=True), task(second, async_execution=True), task(third)],
        task_callback=task_callback,
    )
    with callback_context(ctx):
        crew.kickoff()
    for fact in ("refund_failed", "diverted"):
        assert fact in sent(third)
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}


def test_hierarchical_crews(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    manager = make_agent("manager", orders, "The report.")
    crew = Crew(
        agents=[make_agent("worker")],
        tasks=[task(None, "Find orders"), task(None, "Report")],
        process=Process.hierarchical,
        manager_agent=manager,
        task_callback=task_callback,
    )
    use_context(ctx)
    result = crew.kickoff()
    assert "refund_failed" in sent(manager, 1)
    assert orders not in sent(manager, 1)
    assert result.raw == "The report."


@pytest.mark.parametrize("kickoff", ["akickoff", "kickoff_async"])
async def test_asynchronous_kickoffs(
    kickoff: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", orders)
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    with callback_context(ctx):
        result = await getattr(crew, kickoff)()
    assert orders not in sent(second)
    assert ctx.is_view(result.tasks_output[0].raw)
    assert result.raw == orders


def test_kickoff_for_each(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(
        agents=[first, second],
        tasks=[task(first), task(second, "Look at {what}")],
        task_callback=task_callback,
    )
    use_context(ctx)
    results = crew.kickoff_for_each([{"what": "refunds"}, {"what": "carriers"}])
    assert all(ctx.is_view(result.tasks_output[0].raw) for result in results)
    assert [result.raw for result in results] == ["Done.", "Done."]


def test_replay_goes_on_from_views(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(
        agents=[first, second],
        tasks=[task(first, "Find orders"), task(second)],
        task_callback=task_callback,
    )
    use_context(ctx)
    crew.kickoff()
    crew.replay(str(crew.tasks[1].id))
    assert "refund_failed" in sent(second, 1)
    assert orders not in sent(second, 1)


def test_crews_at_once_on_threads_keep_their_contexts_apart(
    make_agent: MakeAgent, orders: str, flights: str
) -> None:
    both_inside = threading.Barrier(2, timeout=30)
    contexts, for_others = [SharedContext(), SharedContext()], SharedContext()
    use_context(for_others)
    agents = [make_agent("clerk"), make_agent("clerk")]

    def run(number: int, payload: str) -> None:
        first = make_agent("searcher", payload)
        crew = Crew(
            agents=[first, agents[number]],
            tasks=[task(first), task(agents[number])],
            task_callback=task_callback,
        )
        with callback_context(contexts[number]):
            both_inside.wait()
            crew.kickoff()
            both_inside.wait()

    threads = [
        threading.Thread(target=run, args=(number, payload))
        for number, payload in enumerate([orders, flights])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own, agent, payload in zip(contexts, agents, [orders, flights]):
        assert [own.get(key, full=True) for key in own] == [payload]
        assert payload not in sent(agent)
    assert not list(for_others)


def test_use_context_reaches_threads_that_know_nothing_of_it(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    use_context(ctx)
    thread = threading.Thread(target=crew.kickoff)
    thread.start()
    thread.join()
    assert len(ctx) == 1
    assert orders not in sent(second)


def test_a_callback_with_its_own_context(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", orders)
    with pytest.warns(UserWarning, match="checkpointing"):
        crew = Crew(
            agents=[first, second],
            tasks=[task(first), task(second)],
            task_callback=make_task_callback(ctx),
        )
    result = crew.kickoff()
    assert orders not in sent(second)
    assert result.raw == orders


def test_both_roads_together_compress_once(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    with callback_context(ctx), compressed_context(ctx):
        result = crew.kickoff()
    assert result.tasks_output[0].raw in sent(second)
    assert [ctx.get(key, full=True) for key in ctx] == [orders]


def output_of(raw: str, **options: Any) -> TaskOutput:
    return TaskOutput(description="List the orders", agent="searcher", raw=raw, **options)


def test_called_by_hand_it_replaces_and_is_idempotent(ctx: SharedContext, orders: str) -> None:
    output = output_of(orders)
    with callback_context(ctx):
        task_callback(output)
        view = output.raw
        task_callback(output)
    assert view != orders
    assert output.raw == view


def test_excluded_tasks_and_short_outputs_stay(ctx: SharedContext, orders: str) -> None:
    named, of_agent = output_of(orders, name="orders"), output_of(orders)
    make_task_callback(ctx, exclude=["orders"])(named)
    make_task_callback(ctx, exclude=["searcher"])(of_agent)
    short = output_of("Nothing was found.")
    make_task_callback(ctx)(short)
    assert (named.raw, of_agent.raw, short.raw) == (orders, orders, "Nothing was found.")
    make_task_callback(ctx, exclude=["searcher"])(output_of(orders, name="orders"))
    assert not list(ctx)


def test_keys_begin_with_the_name_of_the_task(ctx: SharedContext, orders: str) -> None:
    make_task_callback(ctx)(output_of(orders, name="find orders"))
    assert [key.rpartition("-")[0] for key in ctx] == ["find-orders"]


def test_without_a_context_it_warns_and_leaves_the_output(
    make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    with caplog.at_level(logging.WARNING, "headroom"):
        crew.kickoff()
    assert orders in sent(second)
    assert "use_context" in caplog.text


class BrokenStore(MemoryStore):
    def put(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")

    def view_origin(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")


def test_a_store_that_fails_does_not_fail_the_crew(
    make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    use_context(SharedContext(store=BrokenStore()))
    with caplog.at_level(logging.WARNING, "headroom"):
        result = crew.kickoff()
    assert result.raw == "Done."
    assert orders in sent(second)
    assert "handed on as it is" in caplog.text
    assert "98713" not in caplog.text


def test_an_on_compress_that_fails_does_not_fail_the_crew(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    def broken(entry: ContextEntry) -> None:
        raise RuntimeError("no metrics today")

    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    use_context(ctx, on_compress=broken)
    assert crew.kickoff().raw == "Done."
    assert orders not in sent(second)


seen: list[str] = []


def own_callback(output: TaskOutput) -> None:
    seen.append(output.raw)
    task_callback(output)


def test_inside_a_callback_of_your_own(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    seen.clear()
    first, second = make_agent("searcher", orders), make_agent("clerk", orders)
    crew = Crew(
        agents=[first, second],
        # The crew's is called after the task's: it meets a view.
        tasks=[task(first, callback=task_callback), task(second)],
        task_callback=own_callback,
    )
    use_context(ctx)
    result = crew.kickoff()
    assert orders not in sent(second)
    assert seen == [result.tasks_output[0].raw, orders]
    assert result.raw == orders


@pytest.mark.parametrize("place", ["guardrail", "callback"])
def test_a_crew_that_runs_inside_of_a_task_does_not_hide_it(
    place: str, ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    inner_first, inner_second = make_agent("tracker", flights), make_agent("auditor")
    inner = Crew(agents=[inner_first, inner_second], tasks=[task(inner_first), task(inner_second)])

    # Without annotations: CrewAI does not understand those that are strings.
    def ask_others(output):  # type: ignore[no-untyped-def]
        inner.kickoff()
        return True, output.raw

    agent = make_agent("searcher", orders)
    last = task(agent, guardrail=ask_others if place == "guardrail" else None)
    crew = Crew(agents=[agent], tasks=[last], task_callback=task_callback)
    if place == "callback":
        # Set late: CrewAI warns of callbacks that it cannot write to a checkpoint.
        last.callback = ask_others
    use_context(ctx)
    assert crew.kickoff().raw == orders
    assert "diverted" in sent(inner_second)


def test_a_block_that_ends_in_another_context_than_it_began(ctx: SharedContext) -> None:
    def stream() -> Iterator[str]:
        with callback_context(ctx):
            yield "a chunk"

    chunks = stream()
    for _ in range(2):
        # A web server reads a generator so, each time on another thread.
        copy_context().run(next, chunks, None)


def test_something_that_is_no_output_does_not_raise(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "headroom"):
        make_task_callback(ctx)("not an output")  # type: ignore[arg-type]
    assert "handed on as it is" in caplog.text


def test_after_somebody_cleared_all_hooks_the_last_task_is_known_again(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", orders)
    crew = Crew(
        agents=[first, second], tasks=[task(first), task(second)], task_callback=task_callback
    )
    use_context(ctx)
    clear_all_hooks()
    result = crew.kickoff()
    assert orders not in sent(second)
    assert result.raw == orders
