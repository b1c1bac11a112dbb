"""Originals come back after the kickoff."""

from __future__ import annotations

import copy
import gc
import json
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.crews.crew_output import CrewOutput
from crewai.tasks.task_output import TaskOutput

from headroom import MemoryStore, SharedContext
from headroom_crewai import make_task_callback, restore_output, task_callback, use_context

MakeAgent = Callable[..., Agent]


def task(agent: Agent, description: str = "Do the next step") -> Task:
    return Task(description=description, expected_output="A text", agent=agent)


def test_after_the_kickoff_every_raw_is_original(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, flights: str
) -> None:
    first, second = make_agent("searcher", orders), make_agent("tracker", flights)
    crew = Crew(
        agents=[first, second],
        tasks=[task(first), task(second)],
        task_callback=task_callback,
        after_kickoff_callbacks=[restore_output],
    )
    use_context(ctx, last_task=True)
    result = crew.kickoff()
    assert orders not in second.llm.sent[0]  # type: ignore[union-attr]
    assert len(ctx) == 2
    assert result.raw == flights
    assert [output.raw for output in result.tasks_output] == [orders, flights]


def test_by_hand_with_a_context_of_its_own(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    agent = make_agent("searcher", orders)
    with pytest.warns(UserWarning, match="checkpointing"):
        crew = Crew(
            agents=[agent],
            tasks=[task(agent)],
            task_callback=make_task_callback(ctx, last_task=True),
        )
    result = crew.kickoff()
    assert isinstance(result, CrewOutput)
    assert result.raw != orders
    assert restore_output(result, ctx=ctx) is result
    assert result.raw == orders


def test_one_task_output(ctx: SharedContext, orders: str) -> None:
    output = TaskOutput(description="Find", agent="searcher", raw=orders)
    make_task_callback(ctx)(output)
    assert output.raw != orders
    assert restore_output(output, ctx=ctx) is output
    assert output.raw == orders
    assert restore_output(output, ctx=ctx).raw == orders


def test_two_views_of_one_original(ctx: SharedContext, orders: str) -> None:
    outputs = [TaskOutput(description="Find", agent="searcher", raw=orders) for _ in range(2)]
    for output, query in zip(outputs, ["order 5077", "order 5155"]):
        make_task_callback(ctx, query=query, max_tokens=200)(output)
    assert outputs[0].raw != outputs[1].raw
    result = CrewOutput(raw=outputs[1].raw, tasks_output=outputs)
    restore_output(result, ctx=ctx)
    assert [result.raw, *(output.raw for output in result.tasks_output)] == [orders] * 3


def test_views_that_another_process_made(tmp_path: Any, orders: str) -> None:
    # Another context on the same store knows nothing but what is stored.
    store = MemoryStore()
    view = SharedContext(store=store).put("orders", orders).compressed
    result = CrewOutput(raw=view)
    assert view != orders
    assert restore_output(result, ctx=SharedContext(store=store)).raw == orders


def test_a_view_whose_original_is_gone_stays(
    ctx: SharedContext, orders: str, caplog: pytest.LogCaptureFixture
) -> None:
    view = ctx.put("orders", orders).compressed
    ctx.put("orders", "something else")
    assert view != orders
    result = CrewOutput(raw=view)
    with caplog.at_level(logging.WARNING, "headroom"):
        restore_output(result, ctx=ctx)
    assert result.raw == view


class BrokenStore(MemoryStore):
    def view_origin(self, *args: Any, **kwargs: Any) -> Any:
        raise OSError("the disk is gone")


def test_a_store_that_fails_leaves_the_result(caplog: pytest.LogCaptureFixture) -> None:
    result = CrewOutput(raw="The report.")
    with caplog.at_level(logging.WARNING, "headroom"):
        restore_output(result, ctx=SharedContext(store=BrokenStore()))
    assert result.raw == "The report."
    assert "stays" in caplog.text


def test_without_a_context_it_warns(caplog: pytest.LogCaptureFixture) -> None:
    result = CrewOutput(raw="The report.")
    with caplog.at_level(logging.WARNING, "headroom"):
        assert restore_output(result).raw == "The report."
    assert "use_context" in caplog.text


def lose(ctx: SharedContext, how: str) -> None:
    """Makes sure that a context gives nothing back any more."""
    ctx.close() if how == "closed" else ctx.clear()


LOSSES = pytest.mark.parametrize("how", ["closed", "cleared"])


def kicked_off(make_agent: MakeAgent, ctx: SharedContext, payload: str) -> tuple[Crew, CrewOutput]:
    use_context(ctx, last_task=True)
    agents = [make_agent("searcher", payload), make_agent("clerk", payload)]
    tasks = [task(each, f"Work as {each.role}") for each in agents]
    crew = Crew(agents=agents, tasks=tasks, task_callback=task_callback)
    result = crew.kickoff()
    assert isinstance(result, CrewOutput)
    assert payload not in [result.raw, *(each.raw for each in result.tasks_output)]
    return crew, result


@LOSSES
@pytest.mark.parametrize(
    "way", [lambda _: _, copy.deepcopy, lambda _: pickle.loads(pickle.dumps(_))]
)
def test_an_output_holds_its_original_whatever_the_store_lost(
    way: Callable[[CrewOutput], CrewOutput],
    how: str,
    ctx: SharedContext,
    make_agent: MakeAgent,
    orders: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    crew, result = kicked_off(make_agent, ctx, orders)
    result = way(result)
    # Neither the crew nor the choice has to live as long.
    use_context(None)
    del crew
    gc.collect()
    lose(ctx, how)
    restore_output(result)
    assert [result.raw, *(each.raw for each in result.tasks_output)] == [orders] * 3
    assert type(result.tasks_output[0].raw) is str
    assert not [each for each in caplog.records if each.name.startswith("headroom")]


@LOSSES
def test_after_a_replay_the_original_comes_back_too(
    how: str, ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    crew, _ = kicked_off(make_agent, ctx, orders)
    del _
    result = crew.replay(str(crew.tasks[1].id))
    # CrewAI has read the view from its file.
    assert type(result.tasks_output[0].raw) is str
    assert result.tasks_output[0].raw != orders
    lose(ctx, how)
    restore_output(result)
    assert [each.raw for each in result.tasks_output] == [orders] * 2


def test_a_view_that_is_written_as_json_is_its_text(ctx: SharedContext, orders: str) -> None:
    output = TaskOutput(description="Find", agent="searcher", raw=orders)
    make_task_callback(ctx)(output)
    assert TaskOutput.model_validate_json(output.model_dump_json()).raw == output.raw
    assert json.loads(json.dumps(output.model_dump(mode="json")))["raw"] == output.raw
    assert orders not in output.model_dump_json()
