"""The store, to be awaited: a client for each event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

import redis
import redis.asyncio

from headroom import Header, Limits, Missing, Record, StoreError, Usage
from headroom_redis.connecting import Settings, pause
from headroom_redis.explaining import LOST, explained, is_full
from headroom_redis.operations import Call, Fetch, Operations, Steps, Work

__all__ = ["AsyncRedisStore", "Loops"]

T = TypeVar("T")

Run = Callable[[Steps[Any]], Any]


class Loops:
    """The awaitable stores of a store, one for each event loop that uses it."""

    def __init__(
        self,
        operations: Operations,
        settings: Settings | None,
        where: str,
        prefix: str,
        retries: int,
        run: Run,
    ) -> None:
        self.operations = operations
        self.settings = settings if settings is not None and settings.can_await else None
        self.where = where
        self.prefix = prefix
        self.retries = retries
        #: Does the steps by blocking, for where there is no client to await.
        self.run = run
        self.closed = False
        self._lock = threading.Lock()
        # A connection keeps its loop alive, so weak references would not help: loops that are
        # closed are looked for instead.
        self._stores: dict[asyncio.AbstractEventLoop, AsyncRedisStore] = {}

    def store(self) -> AsyncRedisStore:
        """The one of the running event loop."""
        loop = asyncio.get_running_loop()
        store = self._stores.get(loop)
        if store is None:
            with self._lock:
                for other in [other for other in self._stores if other.is_closed()]:
                    del self._stores[other]
                store = self._stores[loop] = AsyncRedisStore(self)
        return store

    def forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop is about to end."""
        with self._lock:
            self._stores.pop(loop, None)

    def close(self) -> None:
        """Ends all connections, those of other threads' loops soon."""
        self.closed = True
        with self._lock:
            stores, self._stores = self._stores, {}
        for loop, store in stores.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(store.end)


class AsyncRedisStore:
    """What ``RedisStore`` does, to be awaited. Comes from ``RedisStore.asynchronous()``.

    Its connections end with the event loop, by ``aclose()``, or when the store is closed.
    """

    def __init__(self, loops: Loops) -> None:
        self._loops = loops
        self._operations = loops.operations
        self._client: redis.asyncio.Redis | None = None
        self._lifetime: AsyncGenerator[None, None] | None = None
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

    async def rotate(self, namespace: str) -> int:
        """See ``RedisStore.rotate``."""
        return await self._run(self._operations.rotate(namespace))

    async def aclose(self) -> None:
        """Ends the connections of this event loop; the next operation opens new ones."""
        client = self._client
        if client is not None:
            await _close(client)
            # Not before: where this is cancelled, the end of the loop finishes it.
            self._client = None

    def end(self) -> None:
        """Called within the event loop: ends the connections soon."""
        self._ending = asyncio.get_running_loop().create_task(self.aclose())

    async def _run(self, steps: Steps[T]) -> T:
        """Does the steps without blocking the event loop."""
        if self._loops.settings is None:
            blocking: T = await asyncio.to_thread(self._loops.run, steps)
            return blocking
        try:
            step = next(steps)
            while True:
                try:
                    result = await self._done(step)
                except StoreError as error:  # noqa: PERF203 - each step has its own outcome
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as end:
            answer: T = end.value
            return answer

    async def _done(self, step: Call | Fetch | Work) -> object:
        if not isinstance(step, Work):
            return await self._send(step)
        return await asyncio.to_thread(step.function) if step.is_long else step.function()

    async def _send(self, call: Call | Fetch) -> Any:
        loops = self._loops
        failures = 0
        while True:
            if loops.closed:
                raise StoreError("this store is closed")
            try:
                return await self._evaluate(await self._connected(), call)
            except LOST as error:
                failures += 1
                if failures > loops.retries or isinstance(error, redis.AuthenticationError):
                    raise explained(error, loops.where, loops.prefix) from error
                await asyncio.sleep(pause(failures))
            except (redis.RedisError, OSError) as error:
                raise explained(error, loops.where, loops.prefix) from error

    async def _evaluate(self, client: redis.asyncio.Redis, call: Call | Fetch) -> Any:
        if isinstance(call, Fetch):
            hget: Any = client.hget
            return await hget(call.key, call.field)
        script = call.script
        values: Any = (*call.keys, *call.arguments)
        # redis-py types what both of its clients do as either.
        evalsha: Any = client.evalsha
        evaluate: Any = client.eval
        try:
            try:
                return await evalsha(script.sha, len(call.keys), *values)
            except redis.exceptions.NoScriptError:
                return await evaluate(script.source, len(call.keys), *values)
        except redis.ResponseError as error:
            if not call.frees or not is_full(error):
                raise
            try:
                return await evaluate(script.freeing, len(call.keys), *values)
            except redis.ResponseError:
                # Redis 6 does not know such scripts.
                raise error from None

    async def _connected(self) -> redis.asyncio.Redis:
        if self._client is None:
            assert self._loops.settings is not None
            client = self._client = self._loops.settings.async_client()
            if self._lifetime is None:
                # An event loop that ends closes the asynchronous generators that it has begun:
                # the one way to hear of it.
                self._lifetime = self._until_the_loop_ends()
                await anext(self._lifetime)
            return client
        return self._client

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._loops.forget(asyncio.get_running_loop())
            await self.aclose()


async def _close(client: redis.asyncio.Redis) -> None:
    await client.aclose()
    await client.connection_pool.disconnect()
