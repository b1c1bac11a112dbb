"""What each verb of a context does, as steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, TypeVar

from headroom.arguments import brief, check_text, check_whole, seconds
from headroom.context.arguments import (
    as_store,
    check_key,
    check_namespace,
    check_timeout,
    check_version,
    check_workers,
)
from headroom.context.counting import Counting
from headroom.context.entry import ContextEntry, ContextStats, Excerpt, SearchHit
from headroom.context.excerpts import Excerpts
from headroom.context.leases import Leases
from headroom.context.manifest import manifest
from headroom.context.records import (
    MUCH,
    content_hash,
    encode,
    entry_of,
    missing_error,
    original_of,
    view_of,
)
from headroom.context.room import Room
from headroom.context.savings import Savings
from headroom.context.stats import stats_of
from headroom.context.store_namespace import NOT_READ, OnError, StoreNamespace, StoreSteps
from headroom.context.views import ViewMaker, ViewRequest
from headroom.context.writing import Writing, as_it_is
from headroom.errors import IntegrityError, PayloadTooLarge, VersionConflict
from headroom.forking import undisturbed
from headroom.payload import to_text
from headroom.pipeline import Pipeline
from headroom.pipeline.pipeline import check_options, check_query
from headroom.retrieval import Selection
from headroom.steps import work
from headroom.stores import Limits, Missing, Record, Store
from headroom.tokens import TokenCounter
from headroom.view import CompressResult, Fidelity
from headroom.workers import THREADS

if TYPE_CHECKING:
    from headroom.context.processes import CompressionProcesses

__all__ = ["ContextVerbs"]

logger = logging.getLogger("headroom.context")

T = TypeVar("T")


class ContextVerbs:
    """A context without its face: ``SharedContext`` runs these steps, blocking or awaited."""

    def __init__(
        self,
        model: str,
        ttl: float | None,
        max_entries: int | None,
        max_bytes: int | None,
        max_payload_bytes: int,
        store: Store | str | None,
        namespace: str,
        fidelity: Fidelity,
        pipeline: Pipeline | None,
        counter: TokenCounter | Callable[[str], int] | None,
        on_error: OnError,
        store_timeout: float | None,
        workers: int,
    ) -> None:
        check_whole("max_entries", max_entries)
        check_whole("max_bytes", max_bytes)
        check_whole("max_payload_bytes", max_payload_bytes, optional=False)
        check_options(None, None, fidelity)
        check_namespace(namespace)
        if on_error not in ("raise", "passthrough"):
            raise ValueError(f'on_error must be "raise" or "passthrough", not {brief(on_error)}')
        self._ttl = seconds(ttl, "ttl")
        self._limits = Limits(max_entries, max_bytes)
        self._max_payload_bytes = (
            max_payload_bytes if max_bytes is None else min(max_payload_bytes, max_bytes)
        )
        timeout, workers = check_timeout(store_timeout), check_workers(workers)
        self.store = StoreNamespace(as_store(store, timeout), namespace, on_error, timeout)
        ends = self._ttl is not None or self._limits != Limits()
        self.leases = Leases(self.store, ends=ends)
        self._room = Room(self.store, self._limits)
        self.fidelity: Fidelity = fidelity
        self.counter = Counting(model, counter)
        if pipeline is not None and not isinstance(pipeline, Pipeline):
            raise TypeError(f"pipeline must be a Pipeline, not {type(pipeline).__name__}")
        self._pipeline = pipeline or Pipeline()
        self._processes: CompressionProcesses | None = None
        if workers:
            # Slow to import.
            with undisturbed:
                from headroom.context.processes import CompressionProcesses

            self._processes = CompressionProcesses(workers, pipeline, self.counter.given, model)
            # Threads that wait for these processes, beside those that work.
            self.store.use_threads(workers + THREADS)
        self._views = ViewMaker(self._pipeline, self.counter, self._processes)
        #: What handoffs save; they add it up themselves.
        self.savings = Savings()
        self._excerpts = Excerpts(self.store, self.counter, lambda: self._pipeline.kinds)

    def within(self, namespace: str) -> ContextVerbs:
        """The same in another namespace of the store."""
        check_namespace(namespace)
        other = copy(self)
        other.store = self.store.within(namespace)
        other.leases = self.leases.within(other.store)
        other._room = Room(other.store, self._limits)
        other._excerpts = self._excerpts.within(other.store)
        other._processes = None
        other.savings = Savings()
        return other

    def close(self) -> None:
        """Ends what runs beside the callers."""
        self.leases.close()
        if self._processes is not None:
            self._processes.close()

    # Writing

    def put(
        self,
        key: str,
        data: object,
        *,
        agent: str | None,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
        ttl: float | None,
        kind: str | None,
        tool: str | None,
        expected_version: int | None,
        result: CompressResult | None = None,
    ) -> StoreSteps[ContextEntry]:
        """Stores a payload with its view: ``result``, or one that is made now."""
        check_key(key)
        check_version(expected_version)
        if agent is not None:
            check_text("agent", agent)
        options = self._options(key, query, max_tokens, fidelity, kind, tool)
        lifetime = self._ttl if ttl is None else seconds(ttl, "ttl")
        text, original, reference = yield from work(
            lambda: self._taken(data), is_long=not isinstance(data, str) or len(data) >= MUCH
        )
        if expected_version is not None:
            # Before the work, which would be for nothing; the store compares again as it writes.
            yield from self._check_version(key, expected_version)
        # Before the write: what a run owes is held from its first moment on.
        if (yield from self.leases.hold_for_active(reference)) is None:
            return (yield from self._passed_through(key, text, reference, agent))
        yield from self._room.before_put()
        writing = Writing(
            self.store, self._pipeline, key, text, original, reference, agent, lifetime,
            self._limits, expected_version,
        )  # fmt: skip
        version = yield from writing.version()
        if version is None:
            return (yield from self._passed_through(key, text, reference, agent))
        if result is None:
            result = yield from self._view(reference, text, options, asks=writing.asks_first)
        written, entry = yield from writing.write(result, version, kind)
        if written is None:
            return (yield from self._passed_through(key, text, reference, agent))
        if written:
            yield from self._room.after_put(len(original))
            return entry
        if expected_version is not None:
            yield from self._check_version(key, expected_version)
            raise VersionConflict(
                f"{key!r} changed while this was put", key=key, expected=expected_version
            )
        # Where a newer put is there, a view of this content would lead nowhere.
        is_there = yield from self._holds(key, reference)
        through = self._passed_through(key, text, reference, agent, failure=None)
        return entry if is_there else (yield from through)

    def preview(
        self,
        key: str,
        text: str,
        *,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
        tool: str | None,
    ) -> StoreSteps[CompressResult]:
        """The view that ``put`` would make of a text; nothing is stored."""
        check_key(key)
        options = self._options(key, query, max_tokens, fidelity, None, tool)
        is_long = len(text) >= MUCH
        _, _, reference = yield from work(lambda: self._taken(text), is_long=is_long)
        return (yield from self._view(reference, text, options))

    def delete(self, key: str) -> StoreSteps[bool]:
        check_key(key)
        self._views.forget()
        try:
            record = yield from self.store.get(key, with_original=False)
        except IntegrityError:
            # It is what is to be got rid of, and nobody can tell of which original it was.
            self._excerpts.forget()
        else:
            if isinstance(record, Record):
                self._excerpts.forget(record.header.reference)
        return (yield from self.store.delete(key))

    def clear(self) -> StoreSteps[None]:
        self._views.forget()
        self._excerpts.forget()
        yield from self.store.clear()

    # Reading

    def get(
        self,
        key: str,
        *,
        full: bool,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
        tool: str | None,
    ) -> StoreSteps[str | None]:
        as_put = query is None and max_tokens is None and fidelity is None and tool is None
        record = yield from self._shown(key, with_original=full or not as_put)
        if isinstance(record, Missing):
            return None
        if as_put or full:
            read = original_of if full else view_of
            return read(record) if _is_small(record) else (yield from _read(read, record))
        options = self._options(key, query, max_tokens, fidelity, None, tool)
        reference = record.header.reference
        original = yield from _read(original_of, record)
        result = yield from self._view(reference, original, options)
        if result.transforms:
            yield from self.store.remember_view((yield from _hash_of(result.text)), reference)
        return result.text

    def get_entry(self, key: str) -> StoreSteps[ContextEntry | None]:
        record = yield from self._shown(key)
        return None if isinstance(record, Missing) else (yield from self._entry(record))

    def require(self, key: str) -> StoreSteps[ContextEntry]:
        record = yield from self._shown(key)
        if isinstance(record, Missing):
            raise missing_error(key, record)
        return (yield from self._entry(record))

    def newer(self, key: str, after: int) -> StoreSteps[ContextEntry | None]:
        """The entry under a key, if its version is above ``after``."""
        # First without the original: most looks find nothing new.
        record = yield from self.record(key, with_original=False)
        if isinstance(record, Missing) or record.header.version <= after:
            return None
        return (yield from self.get_entry(key))

    def retrieve(self, key: str, selection: Selection, *, max_tokens: int) -> StoreSteps[Excerpt]:
        check_key(key)
        check_whole("max_tokens", max_tokens, optional=False)
        if selection.query is not None:
            check_query(selection.query)
        excerpt = yield from self._excerpts.retrieve(key, selection, max_tokens)
        yield from self.leases.hold_for_active(excerpt.reference)
        return excerpt

    def search(self, query: str, *, agent: str | None, limit: int) -> StoreSteps[list[SearchHit]]:
        check_query(query)
        check_whole("limit", limit)
        return (yield from self._excerpts.search(query, agent, limit))

    def manifest(self, *, max_tokens: int) -> StoreSteps[str]:
        check_whole("max_tokens", max_tokens, optional=False)
        headers = yield from self.store.headers()
        return (yield from work(lambda: manifest(headers, max_tokens, self.counter())))

    def is_view(self, text: str) -> StoreSteps[bool]:
        check_text("text", text)
        origin = yield from self.store.view_origin((yield from _hash_of(text)))
        if origin is None:
            return False
        # Whoever asks that is about to show it, and owes its original.
        yield from self.leases.hold_for_active(origin)
        return True

    def original_of(self, view: str) -> StoreSteps[str | None]:
        check_text("view", view)
        reference = yield from self.store.view_origin((yield from _hash_of(view)))
        if reference is None:
            return None
        yield from self.leases.hold_for_active(reference)
        record = yield from self.store.find(reference)
        return None if record is None else (yield from _read(original_of, record))

    def keys(self) -> StoreSteps[list[str]]:
        headers = yield from self.store.headers()
        return [header.key for header in headers]

    def stats(self) -> StoreSteps[ContextStats]:
        return (yield from stats_of(self.store, self.savings, self.counter, self._views.failures))

    def record(self, key: str, *, with_original: bool = True) -> StoreSteps[Record | Missing]:
        check_key(key)
        return (yield from self.store.get(key, with_original=with_original))

    # Inside

    def _shown(self, key: str, *, with_original: bool = True) -> StoreSteps[Record | Missing]:
        """A record that somebody is about to see, held for the leases that are active."""
        while True:
            record = yield from self.record(key, with_original=with_original)
            if isinstance(record, Missing) or not self.leases.are_active():
                return record
            reference = record.header.reference
            if (
                not (yield from self.leases.hold_for_active(reference))
                or (yield from self._holds(key, reference))
                or (yield from self.store.find(reference)) is not None
            ):
                return record
            # It went just before it was held: what is there now is to be held as well.

    def _options(
        self,
        key: str,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
        kind: str | None,
        tool: str | None,
    ) -> ViewRequest:
        chosen = self.fidelity if fidelity is None else fidelity
        check_options(query, max_tokens, chosen, kind)
        if tool is not None:
            check_text("tool", tool)
        named = None if tool is None else key
        return ViewRequest(query, max_tokens, chosen, kind, tool, named)

    def _view(
        self, reference: str, text: str, options: ViewRequest, *, asks: bool = True
    ) -> StoreSteps[CompressResult]:
        if asks and (yield from self.store.view_origin(reference)) is not None:
            # It is a view of ours already: never compressed again.
            return as_it_is(text, self.counter().count(text), options.kind)
        return (yield from work(lambda: self._views.make(reference, text, options)))

    def _holds(self, key: str, reference: str) -> StoreSteps[bool]:
        record = yield from self.record(key, with_original=False)
        return isinstance(record, Record) and record.header.reference == reference

    def _check_version(self, key: str, expected: int) -> StoreSteps[None]:
        record = yield from self.record(key, with_original=False)
        if record is NOT_READ:
            # No reason to say that it changed; the store compares as it writes, if it can.
            return
        found = 0 if isinstance(record, Missing) else record.header.version
        if found != expected:
            there = f"version {found} is there" if found else "nothing is there"
            wanted = f"version {expected}" if expected else "nothing"
            raise VersionConflict(
                f"{key!r} was to be replaced where it has {wanted}, and {there}",
                key=key,
                expected=expected,
            )

    def _taken(self, data: object) -> tuple[str, bytes, str]:
        """A payload as text and as bytes, and its reference."""
        text = to_text(data)
        original = encode(text)
        if len(original) > self._max_payload_bytes:
            raise PayloadTooLarge(
                f"this payload has {len(original)} bytes, and at most {self._max_payload_bytes} "
                "are taken; split it, or raise max_payload_bytes and max_bytes"
            )
        return text, original, content_hash(original)

    def _entry(self, record: Record) -> StoreSteps[ContextEntry]:
        return (yield from _read(entry_of, record))

    def _passed_through(
        self,
        key: str,
        text: str,
        reference: str,
        agent: str | None,
        failure: str | None = "the store failed",
    ) -> StoreSteps[ContextEntry]:
        tokens = yield from work(lambda: self.counter().count(text))
        return ContextEntry(
            key=key,
            original=text,
            compressed=text,
            original_tokens=tokens,
            compressed_tokens=tokens,
            agent=agent,
            timestamp=time.time(),
            reference=reference,
            failure=failure,
        )


def _read(reading: Callable[[Record], T], record: Record) -> StoreSteps[T]:
    """What is read of a record, whose hashes are checked."""
    return (yield from work(lambda: reading(record), is_long=not _is_small(record)))


def _is_small(record: Record) -> bool:
    """Whether it is sooner read than a thread is changed."""
    return len(record.original) + len(record.view) < MUCH


def _hash_of(text: str) -> StoreSteps[str]:
    return (yield from work(lambda: content_hash(encode(text)), is_long=len(text) >= MUCH))
