"""The verbs of a context, each in its blocking form."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from headroom.context.arguments import check_holder, check_lease
from headroom.context.entry import ContextEntry, ContextStats, Excerpt, SearchHit
from headroom.context.leases import Lease
from headroom.context.namespaces import Namespaces
from headroom.context.observing import run_told
from headroom.context.savings import Prices, Savings
from headroom.context.store_namespace import OnError, StoreSteps
from headroom.context.verbs import ContextVerbs
from headroom.context.waiting import Waiting
from headroom.pipeline import Pipeline
from headroom.retrieval import select
from headroom.stores import Missing, Store
from headroom.tokens import TokenCounter
from headroom.view import Fidelity

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SynchronousContext"]

T = TypeVar("T")


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
        store_timeout: float | None = 2.0,
        workers: int = 0,
    ) -> None:
        self._verbs = ContextVerbs(
            model, ttl, max_entries, max_bytes, max_payload_bytes, store, namespace, fidelity,
            pipeline, counter, on_error, store_timeout, workers,
        )  # fmt: skip
        self._namespace = self._verbs.store
        # A store that was handed in may have other users.
        self._owns_store = store is None or isinstance(store, str)
        # Contexts in other namespaces share this, and are closed by the one that it begins with.
        self._namespaces: Namespaces[SynchronousContext] = Namespaces()
        self._namespaces.note(namespace, self)
        self._owns_namespaces = True

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
        expected_version: int | None = None,
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
            expected_version: Only where the key holds this version (``ContextEntry.version``), 0
                for nothing: for agents that read, change and put without losing each other's work.

        Returns:
            The entry. Where a later ``put`` of the key with other content finished first, that one
            stays, and the view in the entry returned here is the original.

        Raises:
            TypeError: The key is no text, or an option has the wrong type.
            ValueError: The key is empty, or an option makes no sense.
            UnsupportedPayload: The payload is neither text nor JSON at heart.
            VersionConflict: The key holds another version than ``expected_version``.
            PayloadTooLarge: It is larger than ``max_payload_bytes`` or ``max_bytes``.
            StoreError: The store failed and ``on_error`` is ``"raise"``.

        """
        return self._run(
            self._verbs.put(
                key, data, agent=agent, query=query, max_tokens=max_tokens, fidelity=fidelity,
                ttl=ttl, kind=kind, tool=tool, expected_version=expected_version,
            ),
            "put",
        )  # fmt: skip

    def delete(self, key: str) -> bool:
        """Removes an entry; ``False`` if there was none."""
        return self._run(self._verbs.delete(key), "delete")

    def clear(self) -> None:
        """Removes all entries of this namespace."""
        self._run(self._verbs.clear(), "clear")

    def lease(self, holder: str | None = None, *, seconds: float = 300) -> Lease:
        """Holds what a run shows or owes: neither limits nor a time to live take it meanwhile.

        In a ``with`` (or ``async with``) block of the lease everything that is put or read is held,
        until the block ends. It renews itself as long as it lives, and ends by itself where the
        process dies. What is overwritten meanwhile is still found by its reference and its view;
        what is deleted is gone.

        Args:
            holder: The run. Whoever says the same name shares the lease, in other processes as
                well: so a run that is taken up again elsewhere finds what it left.
                ``None`` is a name that nobody else has.
            seconds: How long it lasts where it is not renewed.

        Raises:
            ValueError: The holder is empty, or the seconds are none.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext(max_entries=2)
        >>> with ctx.lease("run 7"):
        ...     for number in range(5):
        ...         _ = ctx.put(f"result {number}", f"This is result {number}.")
        >>> len(ctx), ctx.stats().over_limits
        (5, 3)

        """
        return self._verbs.leases.lease(check_holder(holder), check_lease(seconds))

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
        return self._run(
            self._verbs.get(
                key, full=full, query=query, max_tokens=max_tokens, fidelity=fidelity, tool=tool
            ),
            "get",
        )

    def get_entry(self, key: str) -> ContextEntry | None:
        """The entry under a key; ``None`` where nothing is (any more)."""
        return self._run(self._verbs.get_entry(key), "get")

    def require(self, key: str) -> ContextEntry:
        """The entry under a key, or an error that says why there is none.

        Raises:
            KeyExpired: It was there, and its time was up.
            KeyEvicted: It was there, and had to make room.
            KeyNotFound: It was never there, or was deleted.

        """
        return self._run(self._verbs.require(key), "get")

    def wait_for(self, key: str, timeout: float | None = 60, *, after: int = 0) -> ContextEntry:
        """The entry under a key, as soon as there is one: for an agent that needs another's result.

        Args:
            key: What the other agent puts.
            timeout: The most seconds to wait; ``None`` is for ever.
            after: Only a version above this one (``ContextEntry.version``): the next put.

        Raises:
            WaitTimeout: Nothing was put in time.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> _ = ctx.put("plan", "Fly on Monday.")
        >>> ctx.wait_for("plan", timeout=5).original
        'Fly on Monday.'

        """
        waiting = Waiting(key, timeout, after)
        woken = threading.Event()
        end = self._namespace.watch(key, woken.set)
        try:
            while True:
                woken.clear()
                entry = self._run(self._verbs.newer(key, after))
                if entry is not None:
                    return entry
                woken.wait(waiting.pause())
        finally:
            end()

    def retrieve(
        self,
        key: str,
        *,
        query: str | None = None,
        place: str | int | None = None,
        rows: str | int | None = None,
        lines: str | int | None = None,
        sentences: str | int | None = None,
        path: str | None = None,
        where: Mapping[str, object] | str | None = None,
        pattern: str | None = None,
        within: str | None = None,
        max_tokens: int = 1000,
    ) -> Excerpt:
        """A bounded part of an original: what a view left out, or what is asked for.

        A query finds rows, functions, log lines or passages, whichever the content has, those that
        the view left out first among equals. All arguments may be combined: each narrows what the
        others find.

        Args:
            key: A key, or the reference of an entry.
            query: Words to look for.
            place: A place as a view or an excerpt names it: ``"rows 3-111 of /flights"``,
                ``"lines 7-9"``, ``"everything"``, or several with ``;`` between them. It says in
                one what the next four and ``path`` say apart.
            rows: Rows of a JSON array or object, or of a table, as ``"3-111"``, counted from 1.
                ``"7:2001-4000"`` is a part of the seventh, in characters.
            lines: Lines, likewise.
            sentences: Sentences, likewise, as the markers of a view number them.
            path: JSON pointer (``/data/0/name``) or JSONPath (``$.data[*].name``) of values, or of
                what holds the rows; in code the name of a function or class, as ``Cache.get``.
            where: Rows whose fields compare so: ``{"status": "failed", "delay": ">30"}``, or
                ``"status = failed and not (delay > 30 or city in (Oslo, Rome))"``.
            pattern: Rows, lines or sentences in which a regular expression (RE2) is found. Needs
                ``headroom-core[patterns]``.
            within: The part in which rows, lines or sentences are counted, as a view names it:
                ``"lines 12-80"``, or a text within a document, ``"/result/text"``.
            max_tokens: The most tokens that the excerpt has.

        Raises:
            KeyNotFound: Nothing is there; ``KeyExpired`` and ``KeyEvicted`` are kinds of it.
            ValueError: An argument is misspelt, or the content has no such part.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> jobs = [{"id": n, "state": "ok" if n % 9 else "failed"} for n in range(20)]
        >>> _ = ctx.put("jobs", jobs)
        >>> print(ctx.retrieve("jobs", where={"state": "failed", "id": ">5"}).text)
        [rows 10]
        {"id":9,"state":"failed"}
        [rows 19]
        {"id":18,"state":"failed"}

        """
        selection = select(
            query=query, place=place, rows=rows, lines=lines, sentences=sentences, path=path,
            where=where, pattern=pattern, within=within,
        )  # fmt: skip
        return self._run(self._verbs.retrieve(key, selection, max_tokens=max_tokens), "retrieve")

    def search(self, query: str, *, agent: str | None = None, limit: int = 10) -> list[SearchHit]:
        """Which entries hold something about this, the best first, with a line of each.

        Args:
            query: Words to look for.
            agent: Only what this agent put.
            limit: The most hits.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> _ = ctx.put("weather", "Oslo has rain. Rome has sun.")
        >>> _ = ctx.put("plan", "Fly to Rome on Monday.")
        >>> [hit.key for hit in ctx.search("rain in Oslo")]
        ['weather']

        """
        return self._run(self._verbs.search(query, agent=agent, limit=limit), "search")

    def manifest(self, *, max_tokens: int = 500) -> str:
        """What an agent should know is in the store: a line per entry, the newest first.

        Each line has the key, the kind, the size, who put it, how long ago, and what it is about.

        Args:
            max_tokens: The most tokens; older entries are left out, and how many is said.

        """
        return self._run(self._verbs.manifest(max_tokens=max_tokens))

    def count_tokens(self, text: str) -> int:
        """How many tokens a text costs, by the counter of this context."""
        return self._verbs.counter().count(text)

    def is_view(self, text: str) -> bool:
        """Whether a text is a view that this context handed out. Known by its hash.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> view = ctx.put("rows", [{"id": n, "status": "ok"} for n in range(40)]).compressed
        >>> ctx.is_view(view), ctx.is_view("something else")
        (True, False)
        """
        return self._run(self._verbs.is_view(text))

    def original_of(self, view: str) -> str | None:
        """The original that a view was made of; ``None`` for what is no view, or gone.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> entry = ctx.put("rows", [{"id": n, "status": "ok"} for n in range(40)])
        >>> ctx.original_of(entry.compressed) == entry.original
        True
        """
        return self._run(self._verbs.original_of(view))

    def keys(self) -> list[str]:
        """The keys of all live entries, the oldest first."""
        return self._run(self._verbs.keys())

    def stats(self, *, prices: Prices | None = None) -> ContextStats:
        """What the context holds and saves; where the store fails, what is known without it.

        Args:
            prices: Of the model that readers call; ``stats.worth`` is then in money, by estimate.

        """
        return replace(self._run(self._verbs.stats()), prices=prices)

    @property
    def store(self) -> Store:
        """The store that holds the originals."""
        return self._namespace.store

    @property
    def savings(self) -> Savings:
        """What handoffs on this context have saved, as ``stats().handoffs`` tells it."""
        return self._verbs.savings

    def close(self) -> None:
        """Releases the store, if this context opened it; leaving a ``with`` block does the same.

        A store that was handed in stays open. Closing twice does nothing.
        """
        self._verbs.close()
        if self._owns_namespaces:
            for other in self._namespaces.all():
                other._verbs.close()
        if self._owns_store:
            self._namespace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str) or not key:
            return False
        return not isinstance(self._run(self._verbs.record(key, with_original=False)), Missing)

    def __len__(self) -> int:
        return len(self.keys())

    def __bool__(self) -> bool:
        # An empty context is still a context: "ctx or SharedContext()" must not make another one.
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(model={self._verbs.counter.model!r}, "
            f"namespace={self._namespace.name!r}, store={type(self._namespace.store).__name__})"
        )

    def _run(self, steps: StoreSteps[T], operation: str | None = None) -> T:
        return run_told(self._namespace, steps, operation)
