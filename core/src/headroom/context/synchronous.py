"""The verbs of a context, each in its blocking form."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

from headroom.compression import CompressResult, Fidelity, Pipeline
from headroom.compression.model import savings_percent
from headroom.compression.pipeline import check_options
from headroom.context.access import OnError, StoreAccess
from headroom.context.arguments import as_store, check_key, check_whole, range_text, seconds
from headroom.context.entry import ContextEntry, ContextStats, Excerpt
from headroom.context.records import (
    content_hash,
    describe,
    encode,
    entry_of,
    missing_error,
    number_of,
    original_of,
    view_of,
)
from headroom.context.retrieval import Selection, find
from headroom.context.views import ViewMaker, ViewOptions
from headroom.errors import PayloadTooLarge
from headroom.payload import to_text
from headroom.stores import Header, Limits, Missing, Record, Store
from headroom.tokens import EstimateCounter, TokenCounter, as_counter, get_counter

__all__ = ["SynchronousContext"]

logger = logging.getLogger("headroom.context")


class SynchronousContext:
    """What ``SharedContext`` is, but for the async twins. Use that one."""

    def __init__(
        self,
        model: str = "gpt-4o",
        ttl: float | None = 3600,
        max_entries: int | None = 100,
        *,
        max_bytes: int | None = None,
        max_payload_bytes: int = 64 * 1024 * 1024,
        store: Store | str | None = None,
        namespace: str = "default",
        fidelity: Fidelity = "balanced",
        pipeline: Pipeline | None = None,
        counter: TokenCounter | Callable[[str], int] | None = None,
        on_error: OnError = "raise",
    ) -> None:
        check_whole("max_entries", max_entries)
        check_whole("max_bytes", max_bytes)
        check_whole("max_payload_bytes", max_payload_bytes)
        check_options(None, None, fidelity)
        if not isinstance(namespace, str) or not namespace:
            raise ValueError("namespace must be a text that is not empty")
        if on_error not in ("raise", "passthrough"):
            raise ValueError(f'on_error must be "raise" or "passthrough", not {on_error!r}')
        if not isinstance(model, str):
            raise TypeError(f"model must be a name such as 'gpt-4o', not {type(model).__name__}")
        self._ttl = seconds(ttl)
        self._limits = Limits(max_entries, max_bytes)
        self._max_payload_bytes = (
            max_payload_bytes if max_bytes is None else min(max_payload_bytes, max_bytes)
        )
        self._store = StoreAccess(as_store(store), namespace, on_error)
        self._fidelity: Fidelity = fidelity
        self._model = model
        self._given_counter = None if counter is None else as_counter(counter)
        self._found_counter: TokenCounter | None = None
        self._views = ViewMaker(pipeline or Pipeline(), self._counter)

    # Writing

    def put(
        self,
        key: str,
        data: object,
        *,
        agent: str | None = None,
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        ttl: float | None = None,
        kind: str | None = None,
        tool: str | None = None,
    ) -> ContextEntry:
        """Stores a payload and makes its view. The original is written before the view is out.

        Args:
            key: Where to find it again. What stood there before is replaced.
            data: Text, or a value that is JSON at heart.
            agent: Who puts it.
            query: What the reader wants to know, in words.
            max_tokens: The most tokens that the view may have, markers included.
            fidelity: Instead of the context's.
            ttl: Seconds, instead of the context's; ``math.inf`` for ever.
            kind: What the payload is, where detection is not wanted.
            tool: The name of the retrieval tool that the reader has: where the view leaves
                something out, it says how to call it.

        Returns:
            The entry. Where a later ``put`` of the key with other content finished first, that one
            stays, and the view in the entry returned here is the original.

        Raises:
            TypeError: The key is no text, or an option has the wrong type.
            ValueError: The key is empty, or an option makes no sense.
            UnsupportedPayload: The payload is neither text nor JSON at heart.
            PayloadTooLarge: It is larger than ``max_payload_bytes`` or ``max_bytes``.
            StoreError: The store failed and ``on_error`` is ``"raise"``.

        """
        check_key(key)
        options = self._options(key, query, max_tokens, fidelity, kind, tool)
        lifetime = self._ttl if ttl is None else seconds(ttl)
        text = to_text(data)
        original = encode(text)
        if len(original) > self._max_payload_bytes:
            raise PayloadTooLarge(
                f"this payload has {len(original)} bytes, and at most {self._max_payload_bytes} "
                "are taken; split it, or raise max_payload_bytes and max_bytes"
            )
        reference = content_hash(original)
        version = self._store.next_version()
        if version is None:
            return self._passed_through(key, text, reference, agent)
        result = self._view(reference, text, options)
        view = encode(result.text)
        header = Header(
            key=key,
            reference=reference,
            view_reference=content_hash(view),
            version=version,
            created=time.time(),
            meta=describe(result, agent),
        )
        record = Record(header, original, view)
        written = self._store.put(record, lifetime, self._limits)
        if written is None:
            return self._passed_through(key, text, reference, agent)
        if not written and not self._holds(key, reference):
            # A newer put is there. A view of this content would lead nowhere.
            return self._passed_through(key, text, reference, agent, failure=None)
        return entry_of(record)

    def delete(self, key: str) -> bool:
        """Removes an entry; ``False`` if there was none."""
        check_key(key)
        self._views.forget()
        return self._store.delete(key)

    def clear(self) -> None:
        """Removes all entries of this namespace."""
        self._views.forget()
        self._store.clear()

    # Reading

    def get(
        self,
        key: str,
        *,
        full: bool = False,
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        tool: str | None = None,
    ) -> str | None:
        """The view under a key; ``None`` where nothing is (any more).

        Args:
            key: What ``put`` was given.
            full: The original instead, byte for byte.
            query: A view made for this question, instead of the one that ``put`` made.
            max_tokens: A view of at most this many tokens.
            fidelity: A view of this fidelity.
            tool: A view that names this retrieval tool where it leaves something out.

        """
        record = self._record(key)
        if isinstance(record, Missing):
            return None
        if full:
            return original_of(record)
        if query is None and max_tokens is None and fidelity is None and tool is None:
            return view_of(record)
        options = self._options(key, query, max_tokens, fidelity, None, tool)
        reference = record.header.reference
        result = self._view(reference, original_of(record), options)
        if result.transforms:
            self._store.remember_view(content_hash(encode(result.text)), reference)
        return result.text

    def get_entry(self, key: str) -> ContextEntry | None:
        """The entry under a key; ``None`` where nothing is (any more)."""
        record = self._record(key)
        return None if isinstance(record, Missing) else entry_of(record)

    def require(self, key: str) -> ContextEntry:
        """The entry under a key, or an error that says why there is none.

        Raises:
            KeyExpired: It was there, and its time was up.
            KeyEvicted: It was there, and had to make room.
            KeyNotFound: It was never there, or was deleted.

        """
        record = self._record(key)
        if isinstance(record, Missing):
            raise missing_error(key, record)
        return entry_of(record)

    def retrieve(
        self,
        key: str,
        *,
        query: str | None = None,
        rows: str | int | None = None,
        lines: str | int | None = None,
        sentences: str | int | None = None,
        path: str | None = None,
        within: str | None = None,
        max_tokens: int = 1000,
    ) -> Excerpt:
        r"""A bounded part of an original: what a view left out, or what a query asks for.

        Args:
            key: A key, or the reference of an entry.
            query: Words to look for.
            rows: Rows of a JSON array or object, as ``"3-111"``, counted from 1.
            lines: Lines, likewise.
            sentences: Sentences, likewise, as the markers of a view number them.
            path: JSON pointer of the value that is asked for, or that holds the rows.
            within: The lines of the part in which rows, lines or sentences are counted, for a text
                of several kinds, as ``"12-80"``.
            max_tokens: The most tokens that the excerpt has.

        Raises:
            KeyNotFound: Nothing is there; ``KeyExpired`` and ``KeyEvicted`` are kinds of it.
            ValueError: A range is misspelt, or the content has no such part.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> _ = ctx.put("log", "started\nfailed: disk full\nstopped", kind="log")
        >>> print(ctx.retrieve("log", query="failed").text)
        [lines 2]
        failed: disk full

        """
        check_key(key)
        check_options(query, max_tokens, self._fidelity)
        selection = Selection(
            query=query,
            lines=range_text("lines", lines),
            rows=range_text("rows", rows),
            sentences=range_text("sentences", sentences),
            path=path,
            within=within,
        )
        record = self._record(key)
        if isinstance(record, Missing):
            by_reference = self._store.find(key)
            if by_reference is None:
                raise missing_error(key, record)
            record = by_reference
        kind = str(record.header.meta.get("kind", "text"))
        counter = self._counter()
        found = find(original_of(record), kind, selection, max_tokens, counter)
        return Excerpt(
            text=found.text,
            tokens=counter.count(found.text),
            key=record.header.key,
            reference=record.header.reference,
            kind=kind,
            where=found.where,
            truncated=found.truncated,
        )

    def count_tokens(self, text: str) -> int:
        """How many tokens a text costs, by the counter of this context."""
        return self._counter().count(text)

    def is_view(self, text: str) -> bool:
        """Whether a text is a view that this context handed out. Known by its hash.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> view = ctx.put("rows", [{"id": n, "status": "ok"} for n in range(40)]).compressed
        >>> ctx.is_view(view), ctx.is_view("something else")
        (True, False)
        """
        return self._store.is_view(content_hash(encode(text)))

    def keys(self) -> list[str]:
        """The keys of all live entries, the oldest first."""
        return [header.key for header in self._store.headers()]

    def stats(self) -> ContextStats:
        """What the context holds and saves."""
        headers = self._store.headers()
        usage = self._store.usage()
        before = sum(number_of(header, "original_tokens") for header in headers)
        after = sum(number_of(header, "compressed_tokens") for header in headers)
        counter = self._counter()
        return ContextStats(
            entries=len(headers),
            total_original_tokens=before,
            total_compressed_tokens=after,
            total_tokens_saved=before - after,
            savings_percent=savings_percent(before, after),
            total_bytes=usage.bytes,
            expired=usage.expired,
            evicted=usage.evicted,
            failures=self._views.failures,
            store_errors=self._store.errors,
            tokenizer=counter.name,
            tokenizer_exact=counter.exact,
        )

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and bool(key) and not isinstance(self._record(key), Missing)

    def __len__(self) -> int:
        return len(self._store.headers())

    def __bool__(self) -> bool:
        # An empty context is still a context: "ctx or SharedContext()" must not make another one.
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(model={self._model!r}, namespace={self._store.namespace!r}, "
            f"store={type(self._store.store).__name__})"
        )

    # Inside

    def _counter(self) -> TokenCounter:
        """Decided once per context, at the first payload."""
        if self._given_counter is not None:
            return self._given_counter
        if self._found_counter is None:
            counter = get_counter(self._model)
            if isinstance(counter, EstimateCounter):
                logger.warning("token counts are estimates: %s", counter.reason)
            else:
                logger.info("tokens are counted by %s", counter.name)
            self._found_counter = counter
        return self._found_counter

    def _options(
        self,
        key: str,
        query: str | None,
        max_tokens: int | None,
        fidelity: Fidelity | None,
        kind: str | None,
        tool: str | None,
    ) -> ViewOptions:
        chosen = self._fidelity if fidelity is None else fidelity
        check_options(query, max_tokens, chosen, kind)
        named = None if tool is None else key
        return ViewOptions(query, max_tokens, chosen, kind, tool, named)

    def _view(self, reference: str, text: str, options: ViewOptions) -> CompressResult:
        if self._store.is_view(reference):
            # It is a view of ours already: never compressed again.
            tokens = self._counter().count(text)
            return CompressResult(text, tokens, tokens, (), options.kind or "text", lossless=True)
        return self._views.make(reference, text, options)

    def _record(self, key: str) -> Record | Missing:
        check_key(key)
        return self._store.get(key)

    def _holds(self, key: str, reference: str) -> bool:
        record = self._record(key)
        return isinstance(record, Record) and record.header.reference == reference

    def _passed_through(
        self,
        key: str,
        text: str,
        reference: str,
        agent: str | None,
        failure: str | None = "the store failed",
    ) -> ContextEntry:
        tokens = self._counter().count(text)
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
