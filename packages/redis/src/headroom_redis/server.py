"""What steps ask of the server: by a client that blocks, or by one to be awaited."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import redis
import redis.asyncio

from headroom import StoreError
from headroom_redis.commands import Argument, packed
from headroom_redis.connecting import LEFT_BEHIND, ClusterClient, Settings

__all__ = ["AwaitedServer", "Server"]


# Connections that are not given back to their pool, and for how many seconds after an answer one is
# used again without a look whether it still works.
_AT_HAND, _FRESH = 8, 1.0


class Server:
    """The server, by a client that blocks.

    Args:
        client: Of redis-py.
        closed: Set when the store is closed: nothing is asked any more.
        owned: Whether the client was made by us. Then scripts take the short way, straight to a
            connection of its pool: what a client does around a command takes as long as the way to
            the server, and a client of somebody else may do more.

    """

    def __init__(
        self,
        client: redis.Redis | redis.RedisCluster | ClusterClient,
        closed: threading.Event,
        *,
        owned: bool,
    ) -> None:
        # redis-py types what its clients do as to be awaited or not.
        self._client: Any = client
        self._closed = closed
        self._pool: Any = None
        # With when each answered last. A pool takes half as long to give and take one as a plain
        # command does.
        self._at_hand: list[tuple[Any, float]] = []
        if owned and isinstance(client, redis.Redis):
            self._pool = client.connection_pool
            # Before redis-py 5.3 a pool wants to know what for.
            wanted = inspect.signature(self._pool.get_connection).parameters["command_name"]
            self._what_for = ("EVALSHA",) if wanted.default is wanted.empty else ()

    def evalsha(self, sha: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...]) -> Any:
        """Runs a script that the server has seen."""
        client = self._connected()
        if self._pool is None:
            return client.evalsha(sha, len(keys), *keys, *arguments)
        # The child of a fork in between, by a signal say, has another list.
        at_hand = self._at_hand
        connection = self._connection()
        try:
            # A connection that fails at either closes itself.
            connection.send_packed_command(packed(sha, keys, arguments))
            answer = connection.read_response()
        except BaseException:
            self._pool.release(connection)
            raise
        self._let_go(connection, at_hand)
        return answer

    def connect_anew(self, pool: redis.ConnectionPool) -> None:
        """For the child of a fork, which shares no connection and no lock with its parent."""
        LEFT_BEHIND.append((self._client.connection_pool, self._at_hand))
        self._client.connection_pool = self._pool = pool
        self._at_hand = []

    def _connection(self) -> Any:
        """One that has just answered, or one of the pool, which looks whether it still works."""
        try:
            connection, last = self._at_hand.pop()
        except IndexError:
            return self._pool.get_connection(*self._what_for)
        if time.monotonic() - last < _FRESH:
            return connection
        self._pool.release(connection)
        return self._pool.get_connection(*self._what_for)

    def _let_go(self, connection: Any, at_hand: list[tuple[Any, float]]) -> None:
        if len(at_hand) < _AT_HAND and not self._closed.is_set():
            at_hand.append((connection, time.monotonic()))
        else:
            self._pool.release(connection)

    def eval(self, source: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...]) -> Any:
        """Runs a script."""
        return self._connected().eval(source, len(keys), *keys, *arguments)

    def hget(self, key: bytes, field: bytes) -> Any:
        """A field of a hash."""
        return self._connected().hget(key, field)

    def rest(self, seconds: float) -> None:
        """Leaves the server alone for a while."""
        time.sleep(seconds)

    def _connected(self) -> Any:
        if self._closed.is_set():
            raise StoreError("this store is closed")
        return self._client


class AwaitedServer:
    """The same, to be awaited within one event loop, by a client that connects when it is needed.

    Args:
        settings: How to connect.
        closed: Set when the store is closed: nothing is asked any more.
        ending: Called with the event loop before it ends; the connections end with it.

    """

    def __init__(
        self,
        settings: Settings,
        closed: threading.Event,
        ending: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        self._settings = settings
        self._closed = closed
        self._ending = ending
        self._client: redis.asyncio.Redis | None = None
        self._lifetime: AsyncGenerator[None, None] | None = None

    async def evalsha(
        self, sha: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...]
    ) -> Any:
        """See ``Server.evalsha``."""
        return await (await self._connected()).evalsha(sha, len(keys), *keys, *arguments)

    async def eval(
        self, source: str, keys: tuple[bytes, ...], arguments: tuple[Argument, ...]
    ) -> Any:
        """See ``Server.eval``."""
        return await (await self._connected()).eval(source, len(keys), *keys, *arguments)

    async def hget(self, key: bytes, field: bytes) -> Any:
        """See ``Server.hget``."""
        return await (await self._connected()).hget(key, field)

    async def rest(self, seconds: float) -> None:
        """See ``Server.rest``."""
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Ends the connections; what is asked next opens new ones."""
        client = self._client
        if client is not None:
            await client.aclose()
            await client.connection_pool.disconnect()
            # Not before: where this is cancelled, the end of the loop finishes it.
            self._client = None

    async def _connected(self) -> Any:
        if self._closed.is_set():
            raise StoreError("this store is closed")
        if self._client is None:
            self._client = self._settings.async_client()
            if self._lifetime is None:
                # An event loop that ends closes the asynchronous generators that it has begun:
                # the one way to hear of it.
                self._lifetime = self._until_the_loop_ends()
                await anext(self._lifetime)
        return self._client

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._ending(asyncio.get_running_loop())
            await self.aclose()
