"""What handoffs saved, on CrewAI's event bus."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.events import crewai_event_bus
from crewai.llms.base_llm import BaseLLM
from crewai.state.checkpoint_config import CheckpointConfig
from crewai.state.event_record import EventRecord

from headroom import Decision, SharedContext
from headroom_crewai import HandoffEvent, callback_context, compressed_context, task_callback

MakeAgent = Callable[..., Agent]


@pytest.fixture(autouse=True)
def own_listeners() -> Iterator[None]:
    with crewai_event_bus.scoped_handlers():
        yield
        crewai_event_bus.flush()


@pytest.fixture
def events() -> list[tuple[Any, HandoffEvent]]:
    heard: list[tuple[Any, HandoffEvent]] = []

    @crewai_event_bus.on(HandoffEvent)
    def hear(source: Any, event: HandoffEvent) -> None:
        heard.append((source, event))

    return heard


def crew_of_two(make_agent: MakeAgent, payload: str, **options: Any) -> Crew:
    agents = [make_agent("searcher", payload), make_agent("clerk", "Done.")]
    tasks = [
        Task(description=f"Step of {agent.role}", expected_output="A text", agent=agent)
        for agent in agents
    ]
    return Crew(agents=agents, tasks=tasks, **options)


def test_a_listener_is_told_what_each_handoff_saved(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, events: list[Any]
) -> None:
    decided: list[Decision] = []
    with compressed_context(ctx, on_handoff=decided.append):
        crew_of_two(make_agent, orders).kickoff()
    crewai_event_bus.flush()

    (source, event), (decision,) = *events, decided
    assert source is ctx
    assert (event.source, event.reader) == ("searcher", "clerk")
    assert event.is_view
    assert event.tokens == ctx.count_tokens(orders)
    assert 0 < event.sent_tokens < event.tokens / 2
    assert event.saved == decision.saved > 0
    assert event.reason == decision.reason
    assert ctx.get(event.key, full=True) == orders
    # It stands in order among CrewAI's own, and holds no payload.
    assert event.emission_sequence
    assert "refund_failed" not in event.model_dump_json()


def test_the_callback_tells_it_as_well(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, events: list[Any]
) -> None:
    with callback_context(ctx):
        crew_of_two(make_agent, orders, task_callback=task_callback).kickoff()
    crewai_event_bus.flush()
    ((_, event),) = events
    assert event.is_view
    assert event.tokens == ctx.count_tokens(orders)


def test_what_stays_is_told_with_the_reason(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, events: list[Any]
) -> None:
    with compressed_context(ctx, full_for=["clerk"]):
        crew_of_two(make_agent, orders).kickoff()
    crewai_event_bus.flush()
    ((_, event),) = events
    assert not event.is_view
    assert event.saved == 0
    assert event.reason.startswith("kept")


def test_a_listener_that_waits_and_fails_holds_up_no_handoff(
    ctx: SharedContext, make_agent: MakeAgent, orders: str
) -> None:
    called = threading.Event()
    waited: list[bool] = []

    @crewai_event_bus.on(HandoffEvent)
    def wait(_: Any, event: HandoffEvent) -> None:
        # Until the next model has been called: it could not be if the run waited for this.
        waited.append(called.wait(30))
        raise RuntimeError("a listener of the user's")

    crew = crew_of_two(make_agent, orders)
    answer = crew.agents[1].llm
    assert isinstance(answer, BaseLLM)

    class Noting(type(answer)):  # type: ignore[misc]
        def call(self, *args: Any, **kwargs: Any) -> Any:
            called.set()
            return super().call(*args, **kwargs)

    crew.agents[1].llm = Noting(model="scripted", script=["Done."])
    with compressed_context(ctx):
        result = crew.kickoff()
    crewai_event_bus.flush()
    assert waited == [True]
    assert result.raw == "Done."
    assert result.tasks_output[0].raw == orders


def test_a_bus_that_refuses_events_is_said_and_the_view_arrives(
    ctx: SharedContext,
    make_agent: MakeAgent,
    orders: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    emit = crewai_event_bus.emit

    def refuse(source: Any, event: Any) -> Any:
        if isinstance(event, HandoffEvent):
            raise RuntimeError("no room")
        return emit(source, event)

    monkeypatch.setattr(crewai_event_bus, "emit", refuse)
    crew = crew_of_two(make_agent, orders)
    with caplog.at_level(logging.WARNING, "headroom"), compressed_context(ctx):
        crew.kickoff()
    assert orders not in crew.agents[1].llm.sent[0]  # type: ignore[union-attr]
    assert "RuntimeError" in caplog.text


def test_they_go_through_a_checkpoint(
    ctx: SharedContext, make_agent: MakeAgent, orders: str, tmp_path: Path
) -> None:
    # CrewAI writes one after the other, from a thread of its own: none while more events
    # come in, and now and then none that is whole.
    for attempt in range(10):
        folder = tmp_path / str(attempt)
        crew = crew_of_two(make_agent, orders, checkpoint=CheckpointConfig(location=str(folder)))
        with compressed_context(ctx):
            crew.kickoff()
        crewai_event_bus.flush()
        states = [json.loads(file.read_text()) for file in folder.rglob("*.json")]
        records = [EventRecord.model_validate(state["event_record"]) for state in states]
        events = [node.event for record in records for node in record.nodes.values()]
        found = [event for event in events if isinstance(event, HandoffEvent)]
        if found:
            break
    event = found[0]
    assert (event.source, event.reader, event.is_view) == ("searcher", "clerk", True)
