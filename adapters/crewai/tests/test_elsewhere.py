"""A run that is resumed elsewhere: another crew object, another context, CrewAI's own file."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.crews.crew_output import CrewOutput

from headroom import SharedContext
from headroom_crewai import callback_context, compressed_context, restore_output, task_callback

MakeAgent = Callable[..., Agent]


@pytest.fixture
def make_crew(make_agent: MakeAgent, orders: str) -> Callable[..., Crew]:
    """Each one as a new process builds it: CrewAI knows its tasks by what they say."""

    def make(**options: Any) -> Crew:
        answers = {"searcher": orders, "clerk": "Noted.", "writer": "The report."}
        agents = [make_agent(role, answer) for role, answer in answers.items()]
        tasks = [
            Task(description=f"Step of {each.role}", expected_output="A text", agent=each)
            for each in agents
        ]
        return Crew(agents=agents, tasks=tasks, **options)

    return make


def sent(crew: Crew) -> list[list[str]]:
    return [agent.llm.sent for agent in crew.agents]  # type: ignore[union-attr]


def resume(crew: Crew, first: Crew, block: Any) -> CrewOutput:
    with block:
        return crew.replay(str(first.tasks[1].id))


def test_under_hooks_it_goes_on_from_originals(
    make_crew: Callable[..., Crew], orders: str, ctx: SharedContext
) -> None:
    with compressed_context(ctx):
        (first := make_crew()).kickoff()
    plain = make_crew()
    resume(plain, first, contextlib.nullcontext())
    # CrewAI has filed the outputs anew, under the tasks of the crew that was resumed.
    resumed, elsewhere = make_crew(), SharedContext()
    result = resume(resumed, plain, compressed_context(elsewhere))

    searcher, (clerk,), (writer,) = sent(resumed)
    _, (clerk_alone,), (writer_alone,) = sent(plain)
    assert searcher == []
    assert elsewhere.count_tokens(clerk) < elsewhere.count_tokens(clerk_alone) / 2
    # Without the crew, nobody can be given a tool: a view that pays, or the original.
    assert "headroom_retrieve" not in clerk
    assert elsewhere.count_tokens(writer) <= elsewhere.count_tokens(writer_alone)
    assert "refund_failed" in clerk
    assert "refund_failed" in writer
    assert [each.raw for each in result.tasks_output] == [orders, "Noted.", "The report."]


def test_by_the_callback_views_go_on_where_the_store_is_another(
    make_crew: Callable[..., Crew],
    orders: str,
    ctx: SharedContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with callback_context(ctx):
        (first := make_crew(task_callback=task_callback)).kickoff()
    resumed = make_crew(task_callback=task_callback)
    elsewhere = SharedContext()
    with caplog.at_level(logging.WARNING, "headroom"):
        result = resume(resumed, first, callback_context(elsewhere))
        restore_output(result, ctx=elsewhere)
    assert result.raw == "The report."
    assert "refund_failed" in sent(resumed)[2][0]
    assert orders not in sent(resumed)[2][0]
    # The context that has it gives it back still.
    restore_output(result, ctx=ctx)
    assert result.tasks_output[0].raw == orders
