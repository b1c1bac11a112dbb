"""OpenTelemetry: spans and metrics of what contexts and handoffs do (``headroom-core[otel]``).

Nothing is measured until ``instrument`` is called: frameworks bring the API along and set providers
of their own, and nobody should find our spans where they did not ask for them.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.context import attach, detach
from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, TracerProvider

from headroom._version import __version__
from headroom.context import ContextStats, SharedContext
from headroom.observing import Attribute, Operation, observe

__all__ = ["instrument", "measure_store"]

_NAME = "headroom"
# What tells operations apart in metrics. Keys, namespaces and sources may be without number: these
# are on spans alone.
_FEW = ("headroom.kind", "headroom.found", "headroom.failed")
# Seconds within which measurements are of one collection. Chosen: no exporter collects as often.
_MOMENT = 0.1
_STORE: tuple[tuple[str, str, str, Callable[[ContextStats], int]], ...] = (
    ("entries", "{entry}", "Entries that are stored.", lambda stats: stats.entries),
    ("bytes", "By", "Bytes of originals.", lambda stats: stats.total_bytes),
    ("leased", "{entry}", "Entries that leases hold.", lambda stats: stats.leased),
    ("evicted", "{entry}", "Entries gone to make room.", lambda stats: stats.evicted),
    ("expired", "{entry}", "Entries gone with their time.", lambda stats: stats.expired),
    (
        "errors",
        "{call}",
        "Calls that failed, and originals went on.",
        lambda stats: stats.store_errors,
    ),
    ("timeouts", "{call}", "Calls not answered in time.", lambda stats: stats.store_timeouts),
)
# What a context knows itself, and says just where its store says nothing.
_OWN = ("errors", "timeouts")


def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> Callable[[], None]:
    """Makes a span and measurements of every operation of this process, until told to stop.

    A span for each put, get, retrieve, search, delete, clear, compress and handoff, as a child of
    the span that is current, and an event for each payload of a handoff with what was decided and
    why. No payload, view or query, or part of one, is in them; keys and the names of agents,
    readers and sources are.

    Args:
        tracer_provider: Where spans go; ``None`` for the global one.
        meter_provider: Where measurements go; ``None`` for the global one.

    Returns:
        What stops it.

    >>> stop = instrument()
    >>> _ = SharedContext().put("note", "A short note.")
    >>> stop()

    """
    tracer = trace.get_tracer(_NAME, __version__, tracer_provider)
    meter = metrics.get_meter(_NAME, __version__, meter_provider)
    return observe(_Telemetry(tracer, meter))


def measure_store(ctx: SharedContext, *, meter_provider: MeterProvider | None = None) -> None:
    """Measures what the store of a context holds, whenever measurements are collected.

    The store is asked for its statistics then. Where it does not answer, failures and timeouts
    alone are measured. It ends with the context.

    Args:
        ctx: The context.
        meter_provider: Where measurements go; ``None`` for the global one.

    >>> from headroom import SharedContext
    >>> ctx = SharedContext()
    >>> measure_store(ctx)

    """
    meter = metrics.get_meter(_NAME, __version__, meter_provider)
    held = _Held(weakref.ref(ctx))
    attributes = {"headroom.namespace": ctx.namespace}

    def measured(
        name: str, value: Callable[[ContextStats], int]
    ) -> Callable[..., Iterator[Observation]]:
        def observations(_: CallbackOptions) -> Iterator[Observation]:
            stats = held.stats()
            if stats is not None and (stats.unread is None or name in _OWN):
                yield Observation(value(stats), attributes)

        return observations

    for name, unit, description, value in _STORE:
        meter.create_observable_gauge(
            f"headroom.store.{name}", [measured(name, value)], unit=unit, description=description
        )


class _Held:
    """The statistics of a context, asked for once by all that measure it at one time."""

    def __init__(self, ctx: weakref.ref[SharedContext]) -> None:
        self._ctx = ctx
        self._known: ContextStats | None = None
        self._until = 0.0

    def stats(self) -> ContextStats | None:
        """Not older than a moment; ``None`` after the end of the context."""
        ctx, now = self._ctx(), time.monotonic()
        if ctx is None:
            self._known = None
        elif self._known is None or now > self._until:
            self._known, self._until = ctx.stats(), now + _MOMENT
        return self._known


class _Telemetry:
    """Turns operations into spans and measurements."""

    def __init__(self, tracer: Tracer, meter: Meter) -> None:
        self._tracer = tracer
        self._duration = meter.create_histogram(
            "headroom.operation.duration", "s", "How long an operation took."
        )
        self._before = meter.create_counter(
            "headroom.tokens.before", "{token}", "Tokens of originals that were put or compressed."
        )
        self._after = meter.create_counter(
            "headroom.tokens.after", "{token}", "Tokens of their views."
        )
        self._payloads = meter.create_counter(
            "headroom.handoff.payloads", "{payload}", "Payloads that readers got."
        )
        self._saved = meter.create_up_down_counter(
            "headroom.handoff.tokens.saved",
            "{token}",
            "Tokens that readers were not sent, net of the schema of the retrieval tool.",
        )
        self._retrieved = meter.create_counter(
            "headroom.retrieved.tokens", "{token}", "Tokens of excerpts."
        )

    @contextmanager
    def __call__(self, operation: Operation) -> Iterator[None]:
        start, begun = time.perf_counter(), operation.attributes.copy()
        # Not start_as_current_span: it takes twice as long, and notes the text of an exception,
        # which may say more than its name.
        span = self._tracer.start_span(
            f"headroom.{operation.name}", kind=SpanKind.INTERNAL, attributes=begun
        )
        token = attach(trace.set_span_in_context(span))
        error: str | None = None
        try:
            yield
        except BaseException as raised:
            error = type(raised).__name__
            span.set_status(Status(StatusCode.ERROR, error))
            span.set_attribute("error.type", error)
            raise
        finally:
            try:
                known = operation.attributes
                # What it began with is not looked through again.
                span.set_attributes({n: known[n] for n in known if known[n] != begun.get(n)})
                for decision in operation.decisions:
                    span.add_event("headroom.decision", decision)
                self._measure(operation, time.perf_counter() - start, error)
            finally:
                detach(token)
                span.end()

    def _measure(self, operation: Operation, seconds: float, error: str | None) -> None:
        known = operation.attributes
        about: dict[str, Attribute] = {"headroom.operation": operation.name}
        about.update({name: known[name] for name in _FEW if name in known})
        self._duration.record(seconds, {**about, "error.type": error} if error else about)
        if operation.name in ("put", "compress") and "headroom.tokens.before" in known:
            # With few attributes: the SDK sorts and hashes them for each measurement.
            of = {name: about[name] for name in ("headroom.operation", "headroom.kind")}
            self._before.add(int(known["headroom.tokens.before"]), of)
            self._after.add(int(known["headroom.tokens.after"]), of)
        if "headroom.tokens.retrieved" in known:
            kind = {"headroom.kind": known["headroom.kind"]}
            self._retrieved.add(int(known["headroom.tokens.retrieved"]), kind)
        for one in operation.decisions:
            reader = {"headroom.reader": one["headroom.reader"]}
            before, after, tool = (
                int(one[f"headroom.tokens.{name}"]) for name in ("before", "after", "tool")
            )
            self._saved.add(before - after - tool, reader)
            kept = ("headroom.is_view", "headroom.failed")
            self._payloads.add(1, {**reader, **{name: one[name] for name in kept}})
