"""The context that agents share: every verb, blocking and async."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from headroom.context.arguments import check_namespace
from headroom.context.decisions import Decision, Reader
from headroom.context.entry import ContextEntry, ContextStats, Excerpt, SearchHit
from headroom.context.explaining import explained
from headroom.context.observing import run_told_async
from headroom.context.savings import Prices
from headroom.context.store_namespace import StoreSteps
from headroom.context.synchronous import SynchronousContext
from headroom.context.waiting import Waiting
from headroom.retrieval import select
from headroom.view import Fidelity

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SharedContext"]

T = TypeVar("T")


class SharedContext(SynchronousContext):
    """Stores what agents hand each other, and gives the next one a view of it.

    Args:
        model: Whose tokens are counted.
        ttl: Seconds that an entry lives; ``0`` until time has passed at all, ``None`` for ever.
        max_entries: When there are more, the oldest go; ``None`` is without limit.
        max_bytes: When originals take more, the oldest entries go; equal originals count once.
        max_payload_bytes: A larger payload is refused with ``PayloadTooLarge``.
        store: A ``Store``, or the URL of one; ``None`` keeps everything in this process.
        namespace: No key, reference or search reaches from one namespace into another.
        fidelity: How much a view may leave out where there is no ``max_tokens``: ``"lossless"``,
            ``"balanced"`` or ``"compact"``.
        pipeline: Makes the views; ``None`` is the core's with all installed compressors.
        counter: Counts tokens instead of the tokenizer of ``model``.
        on_error: What happens when the store fails: ``"raise"`` a ``StoreError``, or
            ``"passthrough"``: ``put`` hands the original back, reads find nothing, with a warning.
        store_timeout: Seconds that a call of the store may take; one that takes longer has failed.
            ``None`` is without limit.
        workers: So many processes compress payloads of more than 256 KB, so that this one goes on
            meanwhile. They are started when they are needed, by "spawn": the main module must be
            guarded by ``if __name__ == "__main__":``.

    Raises:
        ValueError: An argument makes no sense; the message says what to write instead.
        TypeError: An argument has the wrong type.

    Each verb has an async twin whose name begins with ``a`` (``await_for`` is that of
    ``wait_for``): it takes the same arguments and leaves the event loop free. It awaits a store
    that can be awaited, and uses any other from a thread.

    >>> ctx = SharedContext(ttl=1800)
    >>> entry = ctx.put("answer", {"flight": "HAT112", "status": "diverted"}, agent="searcher")
    >>> ctx.get("answer", full=True)
    '{"flight": "HAT112", "status": "diverted"}'

    """

    @property
    def namespace(self) -> str:
        """The namespace of the store that this context is in."""
        return self._namespace.name

    def in_namespace(self, namespace: str) -> Self:
        """A context in another namespace of the same store, with the same settings.

        For tenants, users or threads that share a store: no key, reference or search reaches from
        one into another. It is the same object each time, as long as it is used, and costs next to
        nothing. It counts its own ``stats()``, and is closed with the context it comes from.

        Args:
            namespace: Any text that is not empty.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> _ = ctx.in_namespace("tenant 7").put("plan", "Fly on Monday.")
        >>> ctx.in_namespace("tenant 7").get("plan"), ctx.in_namespace("tenant 8").get("plan")
        ('Fly on Monday.', None)

        """
        check_namespace(namespace)
        return cast("Self", self._namespaces.get(namespace, lambda: self._within(namespace)))

    def _within(self, namespace: str) -> Self:
        other = copy(self)
        other._verbs = self._verbs.within(namespace)
        other._namespace = other._verbs.store
        other._owns_store = other._owns_namespaces = False
        return other

    async def aput(
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
        """``put``, without blocking the event loop."""
        return await self._run_async(
            self._verbs.put(
                key, data, agent=agent, query=query, max_tokens=max_tokens, fidelity=fidelity,
                ttl=ttl, kind=kind, tool=tool, expected_version=expected_version,
            ),
            "put",
        )  # fmt: skip

    async def aget(
        self,
        key: str,
        *,
        full: bool = False,
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        tool: str | None = None,
    ) -> str | None:
        """``get``, without blocking the event loop."""
        return await self._run_async(
            self._verbs.get(
                key, full=full, query=query, max_tokens=max_tokens, fidelity=fidelity, tool=tool
            ),
            "get",
        )

    async def aget_entry(self, key: str) -> ContextEntry | None:
        """``get_entry``, without blocking the event loop."""
        return await self._run_async(self._verbs.get_entry(key), "get")

    async def arequire(self, key: str) -> ContextEntry:
        """``require``, without blocking the event loop."""
        return await self._run_async(self._verbs.require(key), "get")

    async def await_for(
        self, key: str, timeout: float | None = 60, *, after: int = 0
    ) -> ContextEntry:
        """``wait_for``, without blocking the event loop or a thread while it waits."""
        # Whoever awaits has it.
        import asyncio

        waiting = Waiting(key, timeout, after)
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake() -> None:
            # The loop may be gone by the time that somebody writes.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(woken.set)

        end = await asyncio.to_thread(self._namespace.watch, key, wake)
        try:
            while True:
                woken.clear()
                entry = await self._run_async(self._verbs.newer(key, after))
                if entry is not None:
                    return entry
                # Not within the block below, which would swallow the end of the wait.
                pause = waiting.pause()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(woken.wait(), pause)
        finally:
            end()

    async def aretrieve(
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
        """``retrieve``, without blocking the event loop."""
        selection = select(
            query=query, place=place, rows=rows, lines=lines, sentences=sentences, path=path,
            where=where, pattern=pattern, within=within,
        )  # fmt: skip
        return await self._run_async(
            self._verbs.retrieve(key, selection, max_tokens=max_tokens), "retrieve"
        )

    async def asearch(
        self, query: str, *, agent: str | None = None, limit: int = 10
    ) -> list[SearchHit]:
        """``search``, without blocking the event loop."""
        return await self._run_async(self._verbs.search(query, agent=agent, limit=limit), "search")

    async def amanifest(self, *, max_tokens: int = 500) -> str:
        """``manifest``, without blocking the event loop."""
        return await self._run_async(self._verbs.manifest(max_tokens=max_tokens))

    def explain(
        self,
        payload: object,
        *,
        source: str = "payload",
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        reader: Reader | str | None = None,
    ) -> Decision:
        r"""What an adapter would make of a payload, and why: nothing is stored or counted.

        ``Handoff.explain`` does the same for an adapter's options.

        Args:
            payload: Text, a value that is JSON at heart, or a ``Payload``.
            source: The task, node or tool that it would come from.
            query: What the reader wants to know: all that it is told.
            max_tokens: The most tokens that the view may have, markers included.
            fidelity: Instead of the context's.
            reader: Who would read it; of a name, a reader is meant to which the retrieval tool
                would have to be attached.

        Raises:
            TypeError: The payload or an option has the wrong type.
            ValueError: An option makes no sense.
            UnsupportedPayload: The payload is neither text nor JSON at heart.
            PayloadTooLarge: It is larger than what is stored.
            StoreError: The store failed.

        >>> ctx = SharedContext()
        >>> ctx.explain("A short note.").reason
        'kept: 4 tokens, fewer than 200'
        >>> decision = ctx.explain("\n".join(f"INFO {n} took {n % 71} ms" for n in range(300)))
        >>> decision.is_view, decision.needs_tool, len(ctx)
        (True, True, 0)

        """
        return self._run(
            explained(
                self, payload, source, reader, query=query, max_tokens=max_tokens, fidelity=fidelity
            )
        )

    async def aexplain(
        self,
        payload: object,
        *,
        source: str = "payload",
        query: str | None = None,
        max_tokens: int | None = None,
        fidelity: Fidelity | None = None,
        reader: Reader | str | None = None,
    ) -> Decision:
        """``explain``, without blocking the event loop."""
        return await self._run_async(
            explained(
                self, payload, source, reader, query=query, max_tokens=max_tokens, fidelity=fidelity
            )
        )

    async def adelete(self, key: str) -> bool:
        """``delete``, without blocking the event loop."""
        return await self._run_async(self._verbs.delete(key), "delete")

    async def aclear(self) -> None:
        """``clear``, without blocking the event loop."""
        await self._run_async(self._verbs.clear(), "clear")

    async def ais_view(self, text: str) -> bool:
        """``is_view``, without blocking the event loop."""
        return await self._run_async(self._verbs.is_view(text))

    async def aoriginal_of(self, view: str) -> str | None:
        """``original_of``, without blocking the event loop."""
        return await self._run_async(self._verbs.original_of(view))

    async def akeys(self) -> list[str]:
        """``keys``, without blocking the event loop."""
        return await self._run_async(self._verbs.keys())

    async def astats(self, *, prices: Prices | None = None) -> ContextStats:
        """``stats``, without blocking the event loop."""
        return replace(await self._run_async(self._verbs.stats()), prices=prices)

    async def aclose(self) -> None:
        """``close``, without blocking the event loop; so does leaving an ``async with`` block."""
        # Whoever awaits has it.
        import asyncio

        await asyncio.to_thread(self.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _run_async(self, steps: StoreSteps[T], operation: str | None = None) -> T:
        return await run_told_async(self._namespace, steps, operation)
