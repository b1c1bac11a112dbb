"""The store itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import redis

from headroom import Codec, Header, LeasingStore, Limits, Missing, Record, StoreError, Usage
from headroom.forking import on_fork
from headroom.steps import run
from headroom_redis.asynchronous import AsyncRedisStore, Loops
from headroom_redis.calls import Calls, ServerSteps
from headroom_redis.connecting import (
    ClusterClient,
    Settings,
    check_client,
    settings_of,
    split_url,
)
from headroom_redis.explaining import address
from headroom_redis.keys import check_prefix
from headroom_redis.operations import Operations
from headroom_redis.server import Server
from headroom_redis.watching import Watching

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["RedisStore", "open_redis"]

T = TypeVar("T")


class RedisStore(LeasingStore):
    """Keeps entries on a Redis or Valkey server, which many machines may share.

    Each operation is one script, which the server runs whole or not at all. Times are the server's
    own. Nothing connects before the first operation.

    Args:
        url: ``redis://user:password@host:6379/0``, ``rediss://`` for TLS, or
            ``unix:///run/redis.sock?db=0``; with the options of redis-py behind the ``?``.
        prefix: What all our keys on the server begin with, after a brace.
        codec: Compresses what is stored, and encrypts it where it has keys: originals, views and
            metadata. Keys, namespaces, hashes, sizes and times stay readable. With keys, what is
            not sealed is refused.
        timeout: The most seconds to wait for a connection, and for an answer.
        retries: How often an operation is tried again when the connection is lost, or a cluster
            moves what is asked for, after pauses that grow. None is done twice by that.
        cluster: Whether the URL is that of one node of a cluster; the others are found by it.
        clock: Seconds since the epoch instead of the server's time: for tests.

    Raises:
        ValueError: An argument makes no sense; the message says what to write.

    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "headroom",
        codec: Codec | None = None,
        timeout: float = 5.0,
        retries: int = 3,
        cluster: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> None:
        settings = settings_of(url, timeout, cluster=cluster)
        self._begin(settings.client(), settings, prefix, codec, retries, clock, owned=True)

    @classmethod
    def from_client(
        cls,
        client: redis.Redis | redis.RedisCluster,
        *,
        prefix: str = "headroom",
        codec: Codec | None = None,
        retries: int = 3,
        clock: Callable[[], float] | None = None,
    ) -> Self:
        """A store that uses a client of yours, and leaves it open.

        ``asynchronous()`` opens connections like those of the client. Where that cannot be told, as
        with Sentinel and with a cluster, it uses the client from threads.

        Raises:
            TypeError: The client is none of redis-py's that block.
            ValueError: It was made with ``decode_responses``, or an argument makes no sense.

        """
        settings = check_client(client)
        store = cls.__new__(cls)
        store._begin(client, settings, prefix, codec, retries, clock, owned=False)
        return store

    def _begin(
        self,
        client: redis.Redis | redis.RedisCluster | ClusterClient,
        settings: Settings | None,
        prefix: str,
        codec: Codec | None,
        retries: int,
        clock: Callable[[], float] | None,
        *,
        owned: bool,
    ) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            raise ValueError(f"retries must be a whole number from 0 on, not {retries!r}")
        self._prefix = check_prefix(prefix)
        self._client = client
        self._settings = settings
        self._owned = owned
        self._where = settings.where if settings else address(_first_node(client))
        self._watching = Watching(client, prefix)
        codec = codec or Codec()
        calls = Calls(self._where, prefix, retries, clock, b"".join(codec.key_ids))
        self._operations = Operations(calls, codec, clock, self._watching.written)
        self._closed = threading.Event()
        self._server = Server(client, self._closed, owned=owned)
        self._loops = Loops(self._operations, settings, self._server, self._closed)
        on_fork(self._connect_anew)

    def asynchronous(self) -> AsyncRedisStore:
        """The same store, to be awaited within the running event loop.

        Raises:
            RuntimeError: No event loop is running.

        """
        return self._loops.store()

    def next_version(self, namespace: str) -> int:
        return self._run(self._operations.next_version(namespace))

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        return self._run(
            self._operations.put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        )

    def put_now(
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
        return self._run(
            self._operations.put_now(
                namespace, record, began=began, ttl=ttl, limits=limits, expected=expected
            )
        )

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        return self._run(self._operations.get(namespace, key, with_original=with_original))

    def find(self, namespace: str, reference: str) -> Record | None:
        return self._run(self._operations.find(namespace, reference))

    def delete(self, namespace: str, key: str) -> bool:
        return self._run(self._operations.delete(namespace, key))

    def clear(self, namespace: str) -> int:
        return self._run(self._operations.clear(namespace))

    def headers(self, namespace: str) -> list[Header]:
        return self._run(self._operations.headers(namespace))

    def usage(self, namespace: str) -> Usage:
        return self._run(self._operations.usage(namespace))

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        self._run(self._operations.remember_view(namespace, view_reference, reference))

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return self._run(self._operations.view_origin(namespace, view_reference))

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return self._run(self._operations.lease(namespace, holder, references, seconds=seconds))

    def release(self, namespace: str, holder: str) -> None:
        self._run(self._operations.release(namespace, holder))

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """See ``Store.watch``. Writes of all clients of the server are told."""
        if self._closed.is_set():
            raise StoreError("this store is closed")
        return self._watching.add(namespace, key, wake)

    def rotate(self, namespace: str) -> int:
        """Seals anew, with the first key of the codec, all that is sealed otherwise or not at all.

        Others that have all the keys may use the namespace meanwhile. Afterwards the old keys are
        not needed any more, and who lacks the first one is refused. Here alone, what is not sealed
        passes for genuine.

        Returns:
            How many values were sealed anew.

        Raises:
            StoreError: The codec has no keys, or the server fails.
            IntegrityError: A value was cut or changed; those before it are sealed.

        """
        return self._run(self._operations.rotate(namespace))

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._watching.close()
        self._loops.close()
        if self._owned:
            self._client.close()
        if self._owned and isinstance(self._client, redis.Redis):
            self._client.connection_pool.disconnect()

    def _connect_anew(self) -> None:
        """The child of a fork shares no connection with its parent; nothing connects yet."""
        if isinstance(self._client, ClusterClient):
            self._client.leave_behind()
        elif self._owned and self._settings is not None:
            self._server.connect_anew(self._settings.pool())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._where!r}, prefix={self._prefix!r})"

    def _run(self, steps: ServerSteps[T]) -> T:
        return run(steps, self._server)


def open_redis(url: str) -> RedisStore:
    """The store for a URL, which may carry our options beside redis-py's.

    They are ``prefix``, ``timeout``, ``retries``, ``cluster`` (``yes`` where the host is a node of
    a cluster), ``compression`` (``zlib``, ``zstd`` or ``none``), and ``key_env``, the environment
    variable that holds the encryption keys.

    Raises:
        ValueError: The URL makes no sense; the message says what to write.

    >>> open_redis("redis://user:secret@localhost:6379/0?prefix=agents&timeout=2")
    RedisStore('Redis at localhost:6379', prefix='agents')

    """
    plain, options = split_url(url)
    return RedisStore(plain, **options)


def _first_node(client: redis.Redis | redis.RedisCluster | ClusterClient) -> dict[str, object]:
    if isinstance(client, redis.RedisCluster):
        nodes: Any = client
        node = next(iter(nodes.get_nodes()), None)
        return {} if node is None else {"host": node.host, "port": node.port}
    return dict(client.connection_pool.connection_kwargs)
