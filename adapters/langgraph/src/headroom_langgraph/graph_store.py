"""Originals in the graph's own store, so that a durable deployment needs no other."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import cast

from langgraph.config import get_store
from langgraph.store.base import BaseStore, PutOp

from headroom import (
    Codec,
    Header,
    IntegrityError,
    Limits,
    Missing,
    Record,
    Store,
    StoreError,
    Usage,
    Watchers,
)
from headroom_langgraph.documents import (
    Document,
    Documents,
    Values,
    missing_of,
    name_of,
    place_of,
)
from headroom_langgraph.graph_access import batch, check_loop, everything, held, read, remove, tick
from headroom_langgraph.snapshot import Snapshot, version_of

__all__ = ["LangGraphStore"]

# How often a read looks again where another process writes at the same moment.
_ATTEMPTS = 4
# How many keys that went, and how many views, a namespace remembers; and after how many writes of
# a process the oldest are forgotten, and expired entries removed, where no write looks at all.
_REMEMBERED = 10_000
_LOOKED_AFTER_EVERY = 1000


class LangGraphStore(Store):
    """Keeps the originals in a store of LangGraph, such as the one that a graph is compiled with.

    For ``SharedContext(store=LangGraphStore(store))``. Where the graph's store is durable, views in
    a durable checkpoint can be looked up after a restart, and nothing else has to be set up. Its
    documents are in namespaces that begin with ``"headroom"``, and are never indexed for search.

    Safe to use from several threads, whose writes are compared by their versions. Between
    processes, a read never takes half of a write for an entry; but LangGraph's stores have no
    compare-and-put, so where two processes write one key at the same moment, the later write stays
    whatever its version, and limits and counts are near, not exact. Versions are times: the clocks
    of machines that share a store must agree. In a context with ``max_entries``, each write reads
    the headers of all entries: where many thousands are to stay, let it be ``None``.

    An asynchronous store, such as ``AsyncPostgresStore``, is used from other threads than that of
    its event loop: the awaited verbs of the context and all nodes do so.

    Args:
        store: A store of LangGraph; ``None`` is the one that the running graph was compiled with,
            which is there inside of nodes only.
        codec: Compresses what is stored, and encrypts it if it is given keys.
        clock: Seconds since the epoch, for expiry.

    >>> from langgraph.store.memory import InMemoryStore
    >>> from headroom import SharedContext
    >>> ctx = SharedContext(store=LangGraphStore(InMemoryStore()))
    >>> _ = ctx.put("answer", {"flight": "HAT112"})
    >>> ctx.get("answer", full=True)
    '{"flight": "HAT112"}'

    """

    def __init__(
        self,
        store: BaseStore | None = None,
        *,
        codec: Codec | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if store is not None and not isinstance(store, BaseStore):
            raise TypeError(
                f"LangGraphStore takes a store of LangGraph, not {type(store).__name__}"
            )
        self._store = store
        self._documents = Documents(codec or Codec())
        self._clock = clock
        self._watchers = Watchers()
        self._writes = 0

    @property
    def graph_store(self) -> BaseStore:
        """The store of LangGraph that holds the entries.

        Raises:
            StoreError: It is that of the running graph, and no graph runs or it has none.

        """
        if self._store is not None:
            return self._store
        try:
            found = cast("BaseStore | None", get_store())
        except (RuntimeError, KeyError) as error:
            raise StoreError(
                "no graph is running here: pass its store, LangGraphStore(store)"
            ) from error
        if found is None:
            raise StoreError("this graph has no store: builder.compile(store=...)")
        return found

    def check_thread(self) -> None:
        """Says whether the entries can be waited for in this thread.

        Raises:
            StoreError: The graph's store is asynchronous, and this is the thread of its event loop,
                or that has ended.

        """
        check_loop(self.graph_store)

    def next_version(self, namespace: str) -> int:  # noqa: ARG002 - one series serves all
        return tick()

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        header = record.header
        with self._held() as store:
            now = self._clock()
            snapshot, (gone, cleared) = self._of_write(
                store, namespace, record, now, limits, ends=ttl is not None
            )
            last = max(snapshot.last_version(header.key, gone), version_of(cleared))
            written = header.version >= last and (
                expected is None or expected == snapshot.live_version(header.key)
            )
            if written:
                snapshot.put(record, tick(), None if ttl is None else now + ttl)
                snapshot.evict(limits)
            self._commit(store, snapshot)
            if written:
                self._prune(store, namespace)
        if written:
            self._watchers.notify(namespace, header.key)
        return written

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        with self._held() as store:
            for _ in range(_ATTEMPTS):
                entry, view, gone = read(
                    store, namespace, ("entries", key), ("views", key), ("gone", key)
                )
                if entry is None:
                    return missing_of(gone)
                document = self._documents.document(namespace, entry)
                if not document.is_live(self._clock()):
                    return Missing("expired", document.expires)
                record = self._record(store, namespace, document, view, with_original=with_original)
                if record is not None:
                    return record
        raise IntegrityError("an entry in the graph's store has lost its content")

    def find(self, namespace: str, reference: str) -> Record | None:
        with self._held() as store:
            for _ in range(_ATTEMPTS):
                if read(store, namespace, ("originals", reference)) == [None]:
                    return None
                document = next(
                    (
                        one
                        for one in reversed(self._live(store, namespace))
                        if one.header.reference == reference
                    ),
                    None,
                )
                if document is None:
                    return None
                (view,) = read(store, namespace, ("views", document.header.key))
                record = self._record(store, namespace, document, view, with_original=True)
                if record is not None:
                    return record
        raise IntegrityError("an entry in the graph's store has lost its content")

    def delete(self, namespace: str, key: str) -> bool:
        with self._held() as store:
            now = self._clock()
            snapshot, (gone,) = self._snapshot(store, namespace, now, ("gone", key))
            existed = key in snapshot.entries
            # Also where nothing is stored yet: a write under way is older than this call.
            version = tick()
            if existed:
                snapshot.drop(key, "deleted", version, now)
            else:
                was = snapshot.gone[key][0] if key in snapshot.gone else missing_of(gone)
                snapshot.tombstone(key, was, version)
            self._commit(store, snapshot)
            return existed

    def clear(self, namespace: str) -> int:
        with self._held() as store:
            snapshot, _ = self._snapshot(store, namespace, self._clock())
            count = len(snapshot.entries)
            counts = {"expired": snapshot.expired, "evicted": snapshot.evicted}
            place = place_of(namespace, "state")
            # The mark first: a write under way in another process sees it.
            batch(
                store,
                [
                    PutOp(place, "cleared", {"version": tick()}, index=False),
                    PutOp(place, "counts", counts, index=False),
                ],
            )
            for part in ("entries", "views", "originals", "gone", "known"):
                remove(store, everything(store, namespace, part))
            return count

    def headers(self, namespace: str) -> list[Header]:
        with self._held() as store:
            return [one.header for one in self._live(store, namespace)]

    def usage(self, namespace: str) -> Usage:
        with self._held() as store:
            snapshot, _ = self._snapshot(store, namespace, self._clock())
            return Usage(len(snapshot.entries), snapshot.size(), snapshot.expired, snapshot.evicted)

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        with self._held() as store:
            values = self._documents.origin(namespace, view_reference, reference, tick())
            place = place_of(namespace, "known")
            batch(store, [PutOp(place, name_of(view_reference), values, index=False)])

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        with self._held() as store:
            (known,) = read(store, namespace, ("known", view_reference))
        if known is None:
            return None
        return self._documents.origin_of(namespace, view_reference, known)

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(namespace, key, wake)

    def close(self) -> None:
        """Does nothing: the graph's store is its owner's to close."""

    @contextlib.contextmanager
    def _held(self) -> Iterator[BaseStore]:
        store = self.graph_store
        with held(store):
            yield store

    def _live(self, store: BaseStore, namespace: str) -> list[Document]:
        """All headers that have not expired, the oldest first."""
        now = self._clock()
        found = (
            self._documents.document(namespace, one.value)
            for one in everything(store, namespace, "entries")
        )
        return sorted((one for one in found if one.is_live(now)), key=lambda one: one.at)

    def _snapshot(
        self, store: BaseStore, namespace: str, now: float, *names: tuple[str, str]
    ) -> tuple[Snapshot, list[Values | None]]:
        """All headers, and some documents beside them."""
        counts, *others = read(store, namespace, ("state", "counts"), *names)
        return self._of_all(store, namespace, counts, now), others

    def _of_all(
        self, store: BaseStore, namespace: str, counts: Values | None, now: float
    ) -> Snapshot:
        entries = [
            self._documents.document(namespace, one.value)
            for one in everything(store, namespace, "entries")
        ]
        # The clock may have been set back, or another machine's be ahead.
        tick(after=max((max(one.at, one.header.version) for one in entries), default=0))
        forgets = store.supports_ttl
        return Snapshot(namespace, self._documents, entries, counts, now, forgets=forgets)

    def _of_write(
        self,
        store: BaseStore,
        namespace: str,
        record: Record,
        now: float,
        limits: Limits,
        *,
        ends: bool,
    ) -> tuple[Snapshot, list[Values | None]]:
        """The headers that a write has to do with: often the one under its key alone."""
        key = record.header.key
        counts, entry, *others = read(
            store,
            namespace,
            ("state", "counts"),
            ("entries", key),
            ("gone", key),
            ("state", "cleared"),
        )
        there = None if entry is None else self._documents.document(namespace, entry)
        self._writes += 1
        alone = (
            # Nothing is evicted, no original loses an entry that points at it,
            limits == Limits()
            and (
                there is None
                or (there.is_live(now) and there.header.reference == record.header.reference)
            )
            # an original that ends need not be kept for others,
            and not (store.supports_ttl and ends)
            # and it is not time to look after all of them.
            and self._writes % _LOOKED_AFTER_EVERY
        )
        if not alone:
            return self._of_all(store, namespace, counts, now), others
        entries = [] if there is None else [there]
        forgets = store.supports_ttl
        snapshot = Snapshot(namespace, self._documents, entries, counts, now, forgets=forgets)
        return snapshot, others

    @staticmethod
    def _commit(store: BaseStore, snapshot: Snapshot) -> None:
        ops = snapshot.ops()
        if ops:
            batch(store, ops)

    def _record(
        self,
        store: BaseStore,
        namespace: str,
        document: Document,
        view: Values | None,
        *,
        with_original: bool,
    ) -> Record | None:
        """A record of what is there; ``None`` where the store has changed in between."""
        header, documents = document.header, self._documents
        same = header.view_reference == header.reference
        original = b""
        if with_original or same:
            (found,) = read(store, namespace, ("originals", header.reference))
            if found is None:
                return None
            original = documents.original_of(namespace, document, found)
        seen = original if same else documents.view_of(namespace, document, view)
        return None if seen is None else Record(header, original, seen)

    def _prune(self, store: BaseStore, namespace: str) -> None:
        """Forgets the oldest of what a namespace remembers, now and then."""
        if self._writes % _LOOKED_AFTER_EVERY:
            return
        for part in ("gone", "known"):
            items = sorted(everything(store, namespace, part), key=lambda one: one.value["at"])
            remove(store, items[: max(0, len(items) - _REMEMBERED)])
