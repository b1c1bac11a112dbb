"""The store, to be awaited: a client for each event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from typing import Literal, TypeVar

from headroom import Header, Limits, Missing, Record, Usage
from headroom.forking import lock, on_fork
from headroom.steps import run, run_async
from headroom_redis.calls import ServerSteps
from headroom_redis.connecting import LEFT_BEHIND, Settings
from headroom_redis.operations import Operations
from headroom_redis.server import AwaitedServer, Server

__all__ = ["AsyncRedisStore", "Loops"]

T = TypeVar("T")


class Loops:
    """The awaitable stores of a store, one for each event loop that uses it.

    Args:
        operations: What they do.
        settings: How to connect; ``None`` where only a client that blocks knows.
        blocking: For where there is no client to await: it is used from threads.
        closed: Set when the store is closed.

    """

    def __init__(
        self,
        operations: Operations,
        settings: Settings | None,
        blocking: Server,
        closed: threading.Event,
    ) -> None:
        self._operations = operations
        self._settings = settings if settings is not None and settings.can_await else None
        self._blocking = blocking
        self._closed = closed
        self._lock = lock()
        # A connection keeps its loop alive, so weak references would not help: loops that are
        # closed are looked for instead.
        self._stores: dict[asyncio.AbstractEventLoop, AsyncRedisStore] = {}
        on_fork(self._leave_behind)

    def store(self) -> AsyncRedisStore:
        """The one of the running event loop."""
        loop = asyncio.get_running_loop()
        store = self._stores.get(loop)
        if store is None:
            with self._lock:
                for other in [other for other in self._stores if other.is_closed()]:
                    del self._stores[other]
                server = (
                    None
                    if self._settings is None
                    else AwaitedServer(self._settings, self._closed, self._forget)
                )
                store = AsyncRedisStore(self._operations, server, self._blocking)
                self._stores[loop] = store
        return store

    def close(self) -> None:
        """Ends all connections, those of other threads' loops soon."""
        with self._lock:
            stores, self._stores = self._stores, {}
        for loop, store in stores.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(store.end)

    def _leave_behind(self) -> None:
        """Those of the parent's loops, with which the child shares what its loops wait by."""
        LEFT_BEHIND.append(self._stores)
        self._stores = {}

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop is about to end."""
        with self._lock:
            self._stores.pop(loop, None)


class AsyncRedisStore:
    """What ``RedisStore`` does, to be awaited. Comes from ``RedisStore.asynchronous()``.

    Its connections end with the event loop, by ``aclose()``, or when the store is closed.
    """

    def __init__(
        self, operations: Operations, server: AwaitedServer | None, blocking: Server
    ) -> None:
        self._operations = operations
        self._server = server
        #: Asked from a thread where there is no server to be awaited.
        self._blocking = blocking
        self._ending: asyncio.Task[None] | None = None

    async def next_version(self, namespace: str) -> int:
        return await self._run(self._operations.next_version(namespace))

    async def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        return await self._run(
            self._operations.put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        )

    async def put_now(
        self,
        namespace: str,
        record: Record,
        *,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> int | Literal["view"]:
        """See ``Store``."""
        return await self._run(
            self._operations.put_now(
                namespace, record, began=began, ttl=ttl, limits=limits, expected=expected
            )
        )

    async def get(
        self, namespace: str, key: str, *, with_original: bool = True
    ) -> Record | Missing:
        return await self._run(self._operations.get(namespace, key, with_original=with_original))

    async def find(self, namespace: str, reference: str) -> Record | None:
        return await self._run(self._operations.find(namespace, reference))

    async def delete(self, namespace: str, key: str) -> bool:
        return await self._run(self._operations.delete(namespace, key))

    async def clear(self, namespace: str) -> int:
        return await self._run(self._operations.clear(namespace))

    async def headers(self, namespace: str) -> list[Header]:
        return await self._run(self._operations.headers(namespace))

    async def usage(self, namespace: str) -> Usage:
        return await self._run(self._operations.usage(namespace))

    async def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        await self._run(self._operations.remember_view(namespace, view_reference, reference))

    async def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return await self._run(self._operations.view_origin(namespace, view_reference))

    async def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return await self._run(
            self._operations.lease(namespace, holder, references, seconds=seconds)
        )

    async def release(self, namespace: str, holder: str) -> None:
        await self._run(self._operations.release(namespace, holder))

    async def rotate(self, namespace: str) -> int:
        """See ``RedisStore.rotate``."""
        return await self._run(self._operations.rotate(namespace))

    async def aclose(self) -> None:
        """Ends the connections of this event loop; the next operation opens new ones."""
        if self._server is not None:
            await self._server.aclose()

    def end(self) -> None:
        """Called within the event loop: ends the connections soon."""
        self._ending = asyncio.get_running_loop().create_task(self.aclose())

    async def _run(self, steps: ServerSteps[T]) -> T:
        """Does the steps without blocking the event loop."""
        if self._server is None:
            return await asyncio.to_thread(run, steps, self._blocking)
        return await run_async(steps, self._server)
