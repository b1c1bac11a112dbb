"""``compressed_context`` and ``install`` on real crews."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import pytest
from crewai import Agent, Crew, Process, Task
from crewai.flow.flow import Flow, listen, start
from crewai.hooks import InterceptionPoint, get_hooks, register_hook
from crewai.hooks.dispatch import register_scoped, scoped_hooks
from crewai.tasks.conditional_task import ConditionalTask
from pydantic import BaseModel

from headroom import ContextEntry, MemoryStore, Pipeline, Request, SharedContext, Source, View
from headroom_crewai import compressed_context, install, uninstall

MakeAgent = Callable[..., Agent]


def sent(agent: Agent, call: int = 0) -> str:
    """What the model of an agent was sent."""
    return agent.llm.sent[call]  # type: ignore[no-any-return, union-attr]


def task(agent: Agent | None, description: str = "Do the next step", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


def test_each_output_is_a_view_for_the_next_model_and_original_for_the_user(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third = make_agent("writer", "The report.")
    crew = Crew(
        agents=[first, second, third],
        tasks=[task(first, "Find orders"), task(second, "Find flights"), task(third, "Report")],
    )
    entries: list[ContextEntry] = []
    with compressed_context(ctx, on_compress=entries.append):
        result = crew.kickoff()

    assert orders not in sent(second)
    assert orders not in sent(third)
    assert flights not in sent(third)
    # What stands out is there, and it costs a fraction.
    for fact in ("refund_failed", "98713", "diverted", "1437"):
        assert fact in sent(third)
    assert ctx.count_tokens(sent(third)) < ctx.count_tokens(orders + flights) / 2
    # Each by itself, under a key that names who made it.
    assert [entry.agent for entry in entries] == ["searcher", "searcher", "tracker"]
    assert {entry.key.rpartition("-")[0] for entry in entries} == {"searcher", "tracker"}
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}
    # The crew's own outputs are what the agents said.
    assert result.raw == "The report."
    assert [output.raw for output in result.tasks_output] == [orders, flights, "The report."]


def test_a_large_final_output_stays_original(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str, tmp_path: Any
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    crew = Crew(
        agents=[first, second],
        tasks=[task(first, output_file="orders.json"), task(second)],
    )
    with compressed_context(ctx):
        result = crew.kickoff()
    assert orders not in sent(second)
    assert result.raw == flights
    assert (tmp_path / "orders.json").read_text() == orders


def test_the_query_is_the_next_task(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "What about order 5077?")])
    with compressed_context(ctx, max_tokens=300, attach_tool=False):
        crew.kickoff()
    assert "5077" in sent(second).partition("context you're working with")[2]
    asked = ctx.get(next(iter(ctx)), query="What about order 5077?", max_tokens=300)
    assert asked is not None
    assert asked in sent(second)


def test_a_query_of_the_options_goes_before_the_task(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Write a summary")])
    with compressed_context(ctx, max_tokens=300, query="order 5077"):
        crew.kickoff()
    assert "5077" in sent(second)


def test_excluded_tasks_and_roles_and_short_outputs_stay(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third, last = make_agent("caller", "Nobody answered the phone."), make_agent("writer")
    tasks = [task(first, name="orders"), task(second), task(third), task(last)]
    crew = Crew(agents=[first, second, third, last], tasks=tasks)
    with compressed_context(ctx, exclude=["orders", "tracker"]):
        crew.kickoff()
    for text in (orders, flights, "Nobody answered the phone."):
        assert text in sent(last)
    assert not list(ctx)


def test_explicit_context_and_asynchronous_tasks(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    third, last = make_agent("auditor", "All fine."), make_agent("writer")
    find_orders = task(first, async_execution=True)
    find_flights = task(second, async_execution=True)
    audit = task(third, context=[find_orders])
    write = task(last, context=[find_orders, find_flights, audit])
    crew = Crew(
        agents=[first, second, third, last], tasks=[find_orders, find_flights, audit, write]
    )
    with compressed_context(ctx):
        result = crew.kickoff()
    assert "refund_failed" in sent(third)
    assert "HAT" not in sent(third)
    assert orders not in sent(third)
    for fact in ("refund_failed", "diverted", "All fine."):
        assert fact in sent(last)
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}
    assert [output.raw for output in result.tasks_output][:2] == [orders, flights]


def test_an_asynchronous_reader_gets_views_on_its_own_thread(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    find = task(first)
    crew = Crew(
        agents=[first, second], tasks=[find, task(second, context=[find], async_execution=True)]
    )
    with compressed_context(ctx):
        crew.kickoff()
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)


class Orders(BaseModel):
    orders: list[dict[str, Any]]


def test_typed_outputs_stay_typed(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    answer = f'{{"orders": {orders}}}'
    first, second = make_agent("searcher", answer), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first, output_pydantic=Orders), task(second)])
    with compressed_context(ctx):
        result = crew.kickoff()
    typed = result.tasks_output[0].pydantic
    assert isinstance(typed, Orders)
    assert len(typed.orders) == 200
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)


def test_json_outputs_stay_whole(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    answer = f'{{"orders": {orders}}}'
    first, second = make_agent("searcher", answer), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first, output_json=Orders), task(second)])
    with compressed_context(ctx):
        result = crew.kickoff()
    assert result.tasks_output[0].json_dict == json.loads(answer)
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)


def test_guardrails_check_the_original(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", flights, orders), make_agent("clerk")
    seen: list[str] = []

    # Without annotations: CrewAI does not understand those that are strings.
    def must_be_orders(output):  # type: ignore[no-untyped-def]
        seen.append(output.raw)
        return (True, output.raw) if "currency" in output.raw else (False, "no orders")

    crew = Crew(agents=[first, second], tasks=[task(first, guardrail=must_be_orders), task(second)])
    with compressed_context(ctx):
        result = crew.kickoff()
    assert seen == [flights, orders]
    # What the guardrail sent back is the agent's own, and stays.
    assert flights in sent(first, 1)
    assert result.tasks_output[0].raw == orders
    assert "refund_failed" in sent(second)
    assert [ctx.get(key, full=True) for key in ctx] == [orders]


def test_replay_goes_on_from_originals(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    last = make_agent("writer", "The report.", "Another report.")
    tasks = [task(first, "Find orders"), task(second, "Find flights"), task(last, "Report")]
    crew = Crew(agents=[first, second, last], tasks=tasks)
    with compressed_context(ctx):
        crew.kickoff()
        again = crew.replay(str(tasks[1].id))
    assert again.raw == "Another report."
    assert [output.raw for output in again.tasks_output] == [orders, flights, "Another report."]
    # Each reader, in both runs, was sent views.
    for agent in (second, last):
        for call in (0, 1):
            assert "refund_failed" in sent(agent, call)
            assert orders not in sent(agent, call)
    assert flights not in sent(last, 1)
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}


def test_conditions_see_the_original_and_skipped_tasks_do_no_harm(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("skipped")
    third, last = make_agent("tracker", flights), make_agent("writer")
    seen: list[str] = []

    def never(output: Any) -> bool:
        seen.append(output.raw)
        return False

    conditional = ConditionalTask(
        description="Maybe", expected_output="A text", agent=second, condition=never
    )
    crew = Crew(
        agents=[first, second, third, last],
        tasks=[task(first), conditional, task(third), task(last)],
    )
    with compressed_context(ctx):
        crew.kickoff()
    assert seen == [orders]
    # Every part is still known by itself.
    assert {ctx.get(key, full=True) for key in ctx} == {orders, flights}
    assert {key.rpartition("-")[0] for key in ctx} == {"searcher", "tracker"}


def test_outputs_left_from_an_earlier_kickoff_are_not_taken_for_new_ones(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders, flights), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with compressed_context(ctx):
        crew.kickoff()
        crew.kickoff()
    assert "refund_failed" in sent(second, 0)
    assert "diverted" in sent(second, 1)
    assert "refund_failed" not in sent(second, 1)


def test_a_context_that_a_hook_rewrote_is_compressed_as_one(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])

    def rewrite(step: Any) -> str | None:
        return flights if step.payload else None

    register_hook(InterceptionPoint.PRE_STEP, rewrite)
    with compressed_context(ctx):
        crew.kickoff()
    assert "diverted" in sent(second)
    assert flights not in sent(second)
    assert [key.rpartition("-")[0] for key in ctx] == ["context"]
    assert ctx.get(next(iter(ctx)), full=True) == flights
    # It might hold what is excluded.
    with compressed_context(ctx, exclude=["searcher"]):
        crew.kickoff()
    assert flights in sent(second, 1)


def test_an_output_that_holds_the_divider_is_one_part(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    both = f"{orders}\n\n----------\n\n{flights}"
    first, second = make_agent("searcher", both), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with compressed_context(ctx):
        crew.kickoff()
    assert [ctx.get(key, full=True) for key in ctx] == [both]
    assert both not in sent(second)


def test_hierarchical_crews(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    manager = make_agent("manager", orders, "The report.")
    worker = make_agent("worker")
    crew = Crew(
        agents=[worker],
        tasks=[task(None, "Find orders"), task(None, "Report")],
        process=Process.hierarchical,
        manager_agent=manager,
    )
    with compressed_context(ctx):
        result = crew.kickoff()
    assert "refund_failed" in sent(manager, 1)
    assert orders not in sent(manager, 1)
    assert [output.raw for output in result.tasks_output] == [orders, "The report."]


def test_kickoff_for_each(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Look at {what}")])
    seen: list[str] = []

    def watch(step: Any) -> None:
        if step.payload:
            seen.append(step.payload)

    with compressed_context(ctx):
        # After ours, so it sees what we made of it.
        register_scoped(InterceptionPoint.PRE_STEP, watch)
        results = crew.kickoff_for_each([{"what": "refunds"}, {"what": "carriers"}])
    assert [result.tasks_output[0].raw for result in results] == [orders, orders]
    assert len(seen) == 2
    assert all(ctx.is_view(payload) for payload in seen)


@pytest.mark.parametrize("kickoff", ["akickoff", "kickoff_async"])
async def test_asynchronous_kickoffs(
    kickoff: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with compressed_context(ctx):
        result = await getattr(crew, kickoff)()
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)
    assert [output.raw for output in result.tasks_output] == [orders, "Done."]


@pytest.mark.parametrize("kickoff", ["akickoff_for_each", "kickoff_for_each_async"])
async def test_asynchronous_kickoffs_for_each(
    kickoff: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second, "Look at {what}")])
    with compressed_context(ctx):
        results = await getattr(crew, kickoff)([{"what": "refunds"}, {"what": "carriers"}])
    assert [result.tasks_output[0].raw for result in results] == [orders, orders]
    # The copies of a model share one list.
    prompts = second.llm.sent  # type: ignore[union-attr]
    assert len(prompts) == 2
    assert all("refund_failed" in prompt and orders not in prompt for prompt in prompts)


def test_a_crew_inside_a_flow(ctx: SharedContext, make_agent: MakeAgent, orders: str) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])

    class Shop(Flow[dict[str, Any]]):
        @start()
        def serve(self) -> str:
            return crew.kickoff().raw

        @listen(serve)
        def hand_on(self, raw: str) -> str:
            return raw

    with compressed_context(ctx):
        assert Shop().kickoff() == "Done."
    assert "refund_failed" in sent(second)
    assert orders not in sent(second)


async def test_crews_at_once_on_one_event_loop_keep_their_contexts_apart(
    make_agent: MakeAgent, orders: str, flights: str
) -> None:
    async def run(payload: str) -> tuple[SharedContext, str]:
        first, second = make_agent("searcher", payload), make_agent("clerk")
        own = SharedContext()
        with compressed_context(own):
            await Crew(agents=[first, second], tasks=[task(first), task(second)]).akickoff()
        return own, sent(second)

    (one, one_sent), (two, two_sent) = await asyncio.gather(run(orders), run(flights))
    assert [one.get(key, full=True) for key in one] == [orders]
    assert [two.get(key, full=True) for key in two] == [flights]
    assert orders not in one_sent
    assert flights not in two_sent


def test_crews_at_once_on_threads_keep_their_contexts_apart(
    make_agent: MakeAgent, orders: str, flights: str
) -> None:
    both_inside = threading.Barrier(2, timeout=30)
    contexts = [SharedContext(), SharedContext()]
    agents = [make_agent("clerk"), make_agent("clerk")]

    def run(number: int, payload: str) -> None:
        first = make_agent("searcher", payload)
        crew = Crew(
            agents=[first, agents[number]],
            tasks=[task(first), task(agents[number])],
        )
        with compressed_context(contexts[number]):
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


def test_outside_the_block_nothing_is_changed(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    with compressed_context(ctx):
        pass
    first, second = make_agent("searcher", orders), make_agent("clerk")
    Crew(agents=[first, second], tasks=[task(first), task(second)]).kickoff()
    assert orders in sent(second)
    assert not get_hooks(InterceptionPoint.PRE_STEP)


def test_the_inner_block_acts_alone(make_agent: MakeAgent, orders: str) -> None:
    outer, inner, installed = SharedContext(), SharedContext(), SharedContext()
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    install(installed)
    with compressed_context(outer), compressed_context(inner):
        crew.kickoff()
    assert not list(outer)
    assert not list(installed)
    assert [inner.get(key, full=True) for key in inner] == [orders]


def test_hooks_of_a_scope_around_it_go_on(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    seen: list[str] = []
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with scoped_hooks():
        register_scoped(InterceptionPoint.PRE_STEP, lambda step: seen.append(step.kind))
        with compressed_context(ctx):
            crew.kickoff()
        # Steps of other kinds come and go with versions of CrewAI.
        assert seen.count("task") == 2
        crew.kickoff()
    assert seen.count("task") == 4
    assert orders not in sent(second, 0)
    assert orders in sent(second, 1)


def test_install_reaches_every_thread_until_uninstall(make_agent: MakeAgent, orders: str) -> None:
    replaced, ctx = SharedContext(), SharedContext()
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    install(replaced)
    install(ctx)
    thread = threading.Thread(target=crew.kickoff)
    thread.start()
    thread.join()
    assert orders not in sent(second)
    assert not list(replaced)
    assert len(ctx) == 1
    uninstall()
    uninstall()
    crew.kickoff()
    assert orders in sent(second, 1)


class BrokenStore(MemoryStore):
    def put(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")


def test_a_store_that_fails_does_not_fail_the_crew(
    make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with (
        caplog.at_level(logging.WARNING, "headroom"),
        compressed_context(SharedContext(store=BrokenStore())),
    ):
        result = crew.kickoff()
    assert result.raw == "Done."
    assert orders in sent(second)
    assert "handed on as it is" in caplog.text
    assert "98713" not in caplog.text


class BrokenCompressor:
    name = "json"
    compressor = "broken"

    def recognise(self, source: Source) -> bool:
        return True

    def compress(self, source: Source, request: Request) -> View | None:
        raise RuntimeError(source.text)


def test_a_compressor_that_fails_does_not_fail_the_crew(
    make_agent: MakeAgent, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    ctx = SharedContext(pipeline=Pipeline([BrokenCompressor()]))
    with caplog.at_level(logging.WARNING, "headroom"), compressed_context(ctx):
        result = crew.kickoff()
    assert result.raw == "Done."
    assert orders in sent(second)
    assert "98713" not in caplog.text


def test_a_stream_that_is_read_inside_the_block(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk", "Done.")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)], stream=True)
    with compressed_context(ctx):
        streaming = crew.kickoff()
        for _ in streaming:
            pass
    assert streaming.result.raw == "Done."
    assert orders not in sent(second)
    assert "refund_failed" in sent(second)


def test_a_block_that_ends_in_another_context_than_it_began(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("clerk")
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])

    def stream() -> Iterator[str]:
        with compressed_context(ctx):
            crew.kickoff()
            yield "a chunk"

    chunks = stream()
    for _ in range(2):
        # A web server reads a generator so, each time on another thread.
        copy_context().run(next, chunks, None)
    assert orders not in sent(second)
    assert crew.tasks[1].tools == []
    crew.kickoff()
    assert orders in sent(second, 1)


def test_a_time_limit_moves_the_agent_to_another_thread(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    first = make_agent("searcher", orders, max_execution_time=60)
    second = make_agent("clerk", max_execution_time=60)
    crew = Crew(agents=[first, second], tasks=[task(first), task(second)])
    with compressed_context(ctx):
        crew.kickoff()
    assert orders not in sent(second)


def test_wrong_options_are_said_before_the_run(ctx: SharedContext) -> None:
    with pytest.raises(ValueError, match="fidelity"):
        install(ctx, fidelity="tiny")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="SharedContext"):
        install("redis://localhost")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="exclude"), compressed_context(ctx, exclude="orders"):
        pass
    assert not get_hooks(InterceptionPoint.PRE_STEP)
