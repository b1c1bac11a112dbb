"""Spans and measurements, as the SDK of OpenTelemetry gets them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from headroom import Handoff, Header, KeyNotFound, MemoryStore, Payload, Reader, SharedContext
from headroom.otel import instrument, measure_store

ROWS = [{"id": n, "name": f"secret user {n}", "state": "ok"} for n in range(200)]


class Collected:
    """What was exported."""

    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(), MeterProvider([self.reader])
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> list[Any]:
        return list(self.exporter.get_finished_spans())

    @property
    def metrics(self) -> dict[str, list[Any]]:
        data = self.reader.get_metrics_data()
        found = {} if data is None else data.resource_metrics[0].scope_metrics[0].metrics
        return {metric.name: list(metric.data.data_points) for metric in found}


@pytest.fixture
def collected() -> Iterator[Collected]:
    collected = Collected()
    stop = instrument(tracer_provider=collected.tracers, meter_provider=collected.meters)
    yield collected
    stop()


def test_spans_stand_in_each_other(collected: Collected) -> None:
    with collected.tracers.get_tracer("app").start_as_current_span("run"):
        SharedContext().put("orders", ROWS, agent="searcher")
    compress, put, run = collected.spans
    assert [one.name for one in (compress, put, run)] == [
        "headroom.compress",
        "headroom.put",
        "run",
    ]
    assert compress.parent.span_id == put.context.span_id
    assert put.parent.span_id == run.context.span_id
    assert put.attributes["gen_ai.agent.name"] == "searcher"
    assert put.attributes["headroom.tokens.before"] > put.attributes["headroom.tokens.after"]


def test_spans_stand_in_each_other_in_an_event_loop(collected: Collected) -> None:
    async def put() -> None:
        with collected.tracers.get_tracer("app").start_as_current_span("run"):
            await SharedContext().aput("orders", ROWS * 20)

    asyncio.run(put())
    compress, put_, run = collected.spans
    assert compress.parent.span_id == put_.context.span_id
    assert put_.parent.span_id == run.context.span_id


def test_a_handoff_has_an_event_for_each_payload(collected: Collected) -> None:
    handoff = Handoff(SharedContext())
    payloads = [Payload(json.dumps(ROWS), "search"), Payload("A short note.", "note")]
    handoff.decide(payloads, Reader("writer", tool_tokens=140))
    (span,) = (one for one in collected.spans if one.name == "headroom.handoff")
    assert [event.attributes["headroom.source"] for event in span.events] == ["search", "note"]
    points = collected.metrics
    assert points["headroom.handoff.tokens.saved"][0].value == handoff.stats().saved
    seen = [point.attributes["headroom.is_view"] for point in points["headroom.handoff.payloads"]]
    assert sorted(seen) == [False, True]


def test_no_payload_and_no_text_of_an_exception_is_exported(collected: Collected) -> None:
    ctx = SharedContext()
    ctx.put("orders", ROWS, query="secret user 7")
    ctx.retrieve("orders", query="secret user 7")
    Handoff(ctx).decide([Payload(json.dumps(ROWS), "search")], Reader("writer", query="secret"))
    with pytest.raises(KeyNotFound):
        ctx.require("secret")
    assert "secret" not in "".join(span.to_json() for span in collected.spans)
    failed = collected.spans[-1]
    assert failed.attributes["error.type"] == "KeyNotFound"
    assert not failed.status.is_ok


def test_measurements(collected: Collected) -> None:
    ctx = SharedContext()
    entry = ctx.put("orders", ROWS)
    ctx.get("orders")
    ctx.get("nothing")
    excerpt = ctx.retrieve("orders", query="secret user 7")
    points = collected.metrics
    put = {
        point.attributes["headroom.operation"]: point for point in points["headroom.tokens.before"]
    }
    assert put["put"].value == entry.original_tokens
    hits = {
        point.attributes["headroom.found"]: point.count
        for point in points["headroom.operation.duration"]
        if point.attributes["headroom.operation"] == "get"
    }
    assert hits == {True: 1, False: 1}
    assert points["headroom.retrieved.tokens"][0].value == excerpt.tokens
    # Keys may be without number.
    assert not any("headroom.key" in one.attributes for all_ in points.values() for one in all_)


def test_a_store_is_measured_as_long_as_its_context_lives() -> None:
    collected = Collected()
    ctx = SharedContext(max_entries=2)
    for number in range(3):
        ctx.put(f"note {number}", "A short note.")
    measure_store(ctx, meter_provider=collected.meters)
    found = collected.metrics
    assert found["headroom.store.entries"][0].value == 2
    assert found["headroom.store.evicted"][0].value == 1
    assert found["headroom.store.entries"][0].attributes == {"headroom.namespace": "default"}
    del ctx
    assert not any(collected.metrics.values())


def test_leases_are_measured() -> None:
    collected, ctx = Collected(), SharedContext()
    measure_store(ctx, meter_provider=collected.meters)
    with ctx.lease():
        ctx.put("note", "A short note.")
        assert collected.metrics["headroom.store.leased"][0].value == 1


def test_deadlines_are_measured_while_the_store_does_not_answer() -> None:
    class Hung(MemoryStore):
        def headers(self, namespace: str) -> list[Header]:
            answer.wait(20)
            return super().headers(namespace)

    answer, collected = threading.Event(), Collected()
    ctx = SharedContext(store=Hung(), store_timeout=0.05, on_error="passthrough")
    measure_store(ctx, meter_provider=collected.meters)
    found = collected.metrics
    assert found["headroom.store.timeouts"][0].value == 1
    assert found["headroom.store.errors"][0].value >= 1
    # It is not empty: nothing is known of what it holds.
    assert not found.get("headroom.store.entries")
    answer.set()


def test_a_store_is_asked_once_for_all_that_is_measured_of_it() -> None:
    collected, asked = Collected(), []

    class Watched(SharedContext):
        def stats(self, **options: Any) -> Any:
            asked.append(options)
            return super().stats(**options)

    ctx = Watched()
    measure_store(ctx, meter_provider=collected.meters)
    assert len(collected.metrics) == 7
    assert len(asked) == 1
