"""A context is taken apart where that is certain, and only there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from crewai import Agent, Crew, Task
from crewai.tasks.conditional_task import ConditionalTask
from crewai.tasks.task_output import TaskOutput
from crewai.utilities.formatter import aggregate_raw_outputs_from_task_outputs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_crewai.tasks import Part, join, parts_of

MakeAgent = Callable[..., Agent]


def output(raw: str) -> TaskOutput:
    return TaskOutput(description="Find", agent="searcher", raw=raw)


def always(_: TaskOutput) -> bool:
    return True


@pytest.fixture
def crew(make_agent: MakeAgent) -> Crew:
    """Three tasks, of which the second is conditional, and one that reads them."""
    agent = make_agent("searcher")
    plain = {"expected_output": "A text", "agent": agent}
    return Crew(
        agents=[agent],
        tasks=[
            Task(description="One", **plain),
            ConditionalTask(description="Two", condition=always, **plain),
            Task(description="Three", **plain),
            Task(description="Four", **plain),
        ],
    )


texts = st.lists(
    st.sampled_from(["", "a", "b\n", "\n\n----------\n\n", "\n\n", "----------"]), max_size=4
).map("".join)

several = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@several
@given(raws=st.tuples(texts, texts, texts))
def test_what_is_joined_comes_apart_again(crew: Crew, raws: tuple[str, str, str]) -> None:
    for task, raw in zip(crew.tasks, raws):
        task.output = output(raw)
    parts = parts_of(join(raws), crew.tasks[3], crew)
    assert parts is not None
    assert join([part.text for part in parts]) == join(raws)


@several
@given(raws=st.tuples(texts, texts, texts), payload=texts)
def test_another_context_is_never_taken_for_a_join(
    crew: Crew, raws: tuple[str, str, str], payload: str
) -> None:
    for task, raw in zip(crew.tasks, raws):
        task.output = output(raw)
    parts = parts_of(payload, crew.tasks[3], crew)
    assert parts is None or join([part.text for part in parts]) == payload


def test_a_skipped_task_may_hold_the_output_of_an_earlier_kickoff(crew: Crew) -> None:
    for task, raw in zip(crew.tasks, ["first", "from the last run", "third"]):
        task.output = output(raw)
    parts = parts_of(join(["first", "", "third"]), crew.tasks[3], crew)
    assert parts is not None
    assert [part.text for part in parts] == ["first", "", "third"]
    assert parts_of(join(["", "from the last run", "third"]), crew.tasks[3], crew) is None


def test_an_explicit_context_is_the_join_of_its_tasks(crew: Crew) -> None:
    one, _, three, four = crew.tasks
    four.context = [three, one]
    one.output, three.output = output("first"), output("third")
    parts = parts_of(join(["third", "first"]), four, None)
    assert parts is not None
    assert [part.text for part in parts] == ["third", "first"]
    assert parts_of(join(["first", "third"]), four, None) is None


def test_a_task_of_another_crew_is_not_guessed_at(crew: Crew) -> None:
    stranger = Task(description="Five", expected_output="A text", agent=crew.agents[0])
    assert parts_of("", stranger, crew) is None
    assert parts_of("", stranger, None) is None


def test_texts_are_joined_as_crewai_joins_them() -> None:
    raws = ["first", "", "third"]
    assert join(raws) == aggregate_raw_outputs_from_task_outputs([output(raw) for raw in raws])


def test_a_part_is_called_by_the_name_of_its_task_or_else_by_the_role() -> None:
    named = Part.of(TaskOutput(name="find", description="Find", agent="searcher\n", raw="x"))
    assert (named.source, named.agent) == ("find", "searcher")
    assert named.is_one_of(["find"])
    assert named.is_one_of(["searcher"])
    assert not named.is_one_of(["Search", ""])
    # CrewAI's name for a task without one is its description.
    unnamed = Part.of(TaskOutput(name="Find", description="Find", agent="searcher\n", raw="x"))
    assert unnamed.source == "searcher"
    long = Part.of(TaskOutput(description="Find", agent="role " * 50, raw="x"))
    assert len(long.source) < 50
