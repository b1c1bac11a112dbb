"""Who wants to know of writes, and the connection by which the server tells of them."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

import redis

from headroom.forking import lock, on_fork
from headroom_redis.connecting import ClusterClient, pause
from headroom_redis.keys import as_bytes, names_of

__all__ = ["Watching"]

logger = logging.getLogger("headroom_redis")

# Seconds after which the thread looks around also where the server is silent.
_PATIENCE = 1.0
# Channels that nobody waits for are kept for the next one, up to this many.
_IDLE_CHANNELS = 32
# The pauses between attempts to connect grow with the failures, up to this many.
_MOST_FAILURES = 10


class Watching:
    """Functions to call after the writes of a key. One thread, one connection, from the first on.

    The thread alone uses the connection; others wake it by a channel of its own.
    """

    def __init__(
        self,
        client: redis.Redis | redis.RedisCluster | ClusterClient,
        prefix: str,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._own_channel = as_bytes(f"{prefix}:watching:{secrets.token_hex(8)}")
        self._lock = lock()
        # By channel, then by key; each with an object of its own: one function may watch twice.
        self._waking: dict[bytes, dict[bytes, dict[object, Callable[[], None]]]] = {}
        self._subscribed: set[bytes] = set()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        on_fork(self._begin_anew)

    def add(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Calls ``wake`` at each write from now on; the result ends that."""
        channel, name = names_of(self._prefix, namespace).channel, as_bytes(key)
        watch = object()
        with self._lock:
            self._waking.setdefault(channel, {}).setdefault(name, {})[watch] = wake
            is_new = channel not in self._subscribed
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._listen, name="headroom-redis-watch", daemon=True
                )
                self._thread.start()
            elif is_new:
                self._nudge()

        def end() -> None:
            with self._lock:
                waiting = self._waking.get(channel, {})
                functions = waiting.get(name, {})
                functions.pop(watch, None)
                if not functions:
                    waiting.pop(name, None)
                if not waiting:
                    self._waking.pop(channel, None)

        return end

    def written(self, namespace: str, key: str) -> None:
        """Tells those who wait here: at once, and whatever becomes of the server's notice."""
        if self._waking:
            self._tell(names_of(self._prefix, namespace).channel, as_bytes(key))

    def close(self) -> None:
        """Ends the thread and the connection."""
        self._closed.set()
        thread = self._thread
        if thread is None:
            return
        self._nudge()
        if thread is not threading.current_thread():
            thread.join(2 * _PATIENCE)

    def _begin_anew(self) -> None:
        # On the other side of a fork, where neither the thread is nor whoever waits.
        self._waking, self._subscribed, self._thread = {}, set(), None

    def _nudge(self) -> None:
        try:
            self._client.publish(self._own_channel, b"")
        except (redis.RedisError, redis.exceptions.RedisClusterException, OSError) as error:
            # The thread looks around by itself soon enough.
            logger.debug("could not wake the thread that watches (%s)", type(error).__name__)

    # All below: in the thread, but for the telling.

    def _listen(self) -> None:
        failures = 0
        client: Any = self._client
        while not self._closed.is_set():
            try:
                with client.pubsub(ignore_subscribe_messages=True) as connection:
                    connection.subscribe(self._own_channel)
                    self._forget_subscriptions()
                    while not self._closed.is_set():
                        self._subscribe(connection)
                        message = connection.get_message(timeout=_PATIENCE)
                        failures = 0
                        if message is not None:
                            self._tell(message["channel"], message["data"])
            except (redis.RedisError, redis.exceptions.RedisClusterException, OSError) as error:
                failures += 1
                if failures == 1:
                    logger.warning(
                        "no notices of writes for now (%s); whoever waits looks by itself",
                        type(error).__name__,
                    )
                self._closed.wait(pause(min(failures, _MOST_FAILURES)))
            except Exception:
                # A thread that dies would leave all who wait to their own looking, unsaid.
                logger.exception("no notices of writes any more")
                return
            else:
                return
            # Whatever was written meanwhile went unnoticed.
            self._wake_all()

    def _forget_subscriptions(self) -> None:
        with self._lock:
            self._subscribed.clear()

    def _subscribe(self, connection: Any) -> None:
        with self._lock:
            wanted = set(self._waking)
            new = wanted - self._subscribed
            idle = self._subscribed - wanted
            self._subscribed |= new
            if len(idle) > _IDLE_CHANNELS:
                self._subscribed -= idle
            else:
                idle = set()
        if idle:
            connection.unsubscribe(*idle)
        if new:
            connection.subscribe(*new)

    def _tell(self, channel: bytes, key: bytes) -> None:
        with self._lock:
            functions = tuple(self._waking.get(channel, {}).get(key, {}).values())
        for wake in functions:
            wake()

    def _wake_all(self) -> None:
        with self._lock:
            functions = [
                wake
                for keys in self._waking.values()
                for some in keys.values()
                for wake in some.values()
            ]
        for wake in functions:
            wake()
