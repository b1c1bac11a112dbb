"""From a URL to clients of the server, blocking ones and ones to be awaited."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.retry import Retry

from headroom import Codec
from headroom.forking import lock
from headroom_redis.explaining import address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "LEFT_BEHIND", "ClusterClient", "Settings", "check_client", "pause", "settings_of", "split_url",
]  # fmt: skip

# What connections that block and such to be awaited are made with alike.
_SHARED = frozenset(
    {"credential_provider", "client_name", "db", "health_check_interval", "host", "password",
     "path", "port", "protocol", "username"}
)  # fmt: skip
_SHARED_BEGIN = ("socket_", "ssl_", "lib_")
# Connections of one event loop: more operations than these wait for each other.
_ASYNC_CONNECTIONS = 32
# Seconds of rest after which a connection is tried before it is used.
_HEALTH_CHECK = 30
# Seconds between attempts: the first, and the most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

#: What the child of a fork has of its parent's connections, and never touches, not even to free it:
#: their locks may be held by threads that are not there, and their event loops are the parent's.
LEFT_BEHIND: list[object] = []

_BACKOFF = EqualJitterBackoff(cap=_LONGEST_PAUSE, base=_FIRST_PAUSE / 2)

_ASYNC_CLASSES: Mapping[type, type] = {
    redis.Connection: redis.asyncio.Connection,
    redis.SSLConnection: redis.asyncio.SSLConnection,
    redis.UnixDomainSocketConnection: redis.asyncio.UnixDomainSocketConnection,
}


def pause(failures: int) -> float:
    """Seconds to wait before the next attempt: more each time, and not the same for all clients."""
    return float(_BACKOFF.compute(failures))


class ClusterClient:
    """A ``redis.RedisCluster`` that is made when it is first used: making one connects."""

    def __init__(self, make: Callable[[], redis.RedisCluster]) -> None:
        self._make = make
        self._lock = lock()
        self._made: redis.RedisCluster | None = None

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return getattr(self._made, name)

    def leave_behind(self) -> None:
        """For the child of a fork: the next call makes another."""
        LEFT_BEHIND.append(self._made)
        self._made = None

    def close(self) -> None:
        """Ends the connections, if there are any."""
        if self._made is not None:
            self._made.close()  # type: ignore[no-untyped-call, unused-ignore]


@dataclass(frozen=True)
class Settings:
    """How to connect."""

    #: As redis-py's connections take them; without a retry of their own.
    options: Mapping[str, Any]
    connection_class: type
    max_connections: int | None = None
    #: Whether the address is that of one node of a cluster.
    is_cluster: bool = False

    @property
    def where(self) -> str:
        """The address, without what is secret."""
        return address(self.options)

    def client(self) -> redis.Redis | ClusterClient:
        """A client that blocks."""
        if self.is_cluster:
            return ClusterClient(self._cluster)
        return redis.Redis(connection_pool=self.pool())

    def pool(self) -> redis.ConnectionPool:
        """Connections for a client that blocks."""
        # Tried again by us alone: attempts of ours and of redis-py would multiply.
        return redis.ConnectionPool(
            connection_class=self.connection_class,
            max_connections=self.max_connections,
            retry=Retry(NoBackoff(), 0),
            **self.options,
        )

    def _cluster(self) -> redis.RedisCluster:
        options: dict[str, Any] = {**self.options, "retry": Retry(NoBackoff(), 1)}
        if self.max_connections is not None:
            options["max_connections"] = self.max_connections
        return redis.RedisCluster(
            ssl=issubclass(self.connection_class, redis.SSLConnection), **options
        )

    @property
    def can_await(self) -> bool:
        """Whether there is an ``async_client``."""
        return self.connection_class in _ASYNC_CLASSES and not self.is_cluster

    def async_client(self) -> redis.asyncio.Redis:
        """A client for the running event loop."""
        pool: redis.asyncio.BlockingConnectionPool = redis.asyncio.BlockingConnectionPool(
            connection_class=_ASYNC_CLASSES[self.connection_class],
            max_connections=self.max_connections or _ASYNC_CONNECTIONS,
            timeout=None,
            retry=AsyncRetry(NoBackoff(), 0),
            **self.options,
        )
        return redis.asyncio.Redis(connection_pool=pool)


#: Options of a URL that are ours, and not those of redis-py.
_OURS = ("prefix", "timeout", "retries", "compression", "key_env", "cluster")


def settings_of(url: str, timeout: float, *, cluster: bool = False) -> Settings:
    """How to connect to a URL; ``cluster`` says that it is that of a node of a cluster.

    Raises:
        ValueError: The URL or the timeout makes no sense; the message says what to write.

    """
    if not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ValueError(f"timeout must be more than 0 seconds, not {timeout!r}")
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "socket_keepalive": True,
        "health_check_interval": _HEALTH_CHECK,
    }
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(
            "a Redis URL is redis://localhost:6379/0, rediss://host:6380/0 for TLS, or "
            "unix:///run/redis.sock?db=0"
        )
    try:
        parse: Callable[[str], dict[str, Any]] = redis.connection.parse_url
        options.update(parse(url))
    except ValueError as error:
        # Only what tells of an option: a part of a misspelt URL may be a part of the password.
        text = str(error) if str(error).startswith("Invalid value for") else ""
        raise ValueError(
            f"this Redis URL cannot be read. {text} It is redis://user:password@host:6379/0, with "
            "signs such as / ? # @ in the password written as %2F %3F %23 %40"
        ) from None
    _refuse_what_is_ignored(url, parts)
    return _of_cluster(_checked(options)) if cluster else _checked(options)


def _refuse_what_is_ignored(url: str, parts: SplitResult) -> None:
    """Refuses what neither urllib nor redis-py reads, and drops without a word."""
    if any(sign in url for sign in "#\t\r\n"):
        raise ValueError(
            "a Redis URL has no # and no line breaks: write %23 for #, %09 for a tab, %0A and %0D "
            "for line breaks"
        )
    if parts.scheme == "unix":
        if parts.netloc.rpartition("@")[2]:
            raise ValueError("a Redis URL for a socket has three slashes: unix:///run/redis.sock")
    elif not re.fullmatch("/?[0-9]*", parts.path):
        raise ValueError("behind its host a Redis URL has the number of a database, or nothing")
    _refuse_twice(parse_qsl(parts.query, keep_blank_values=True))


def _refuse_twice(options: list[tuple[str, str]]) -> None:
    """Refuses an option that is there twice: one of them would be ignored."""
    if len(dict(options)) < len(options):
        raise ValueError("a Redis URL has an option twice; leave one of them out")


def _of_cluster(settings: Settings) -> Settings:
    options = dict(settings.options)
    if "path" in options:
        raise ValueError("a cluster has no socket: its URL is redis://host:7000?cluster=yes")
    if options.pop("db", 0) != 0:
        raise ValueError("a cluster has database 0 alone: leave the number out of the URL")
    return replace(settings, options=options, is_cluster=True)


def _checked(options: dict[str, Any]) -> Settings:
    if options.pop("decode_responses", False) not in (False, "False", "false", "0", ""):
        raise ValueError("a store needs bytes: leave decode_responses out of the URL")
    connection_class = options.pop("connection_class", redis.Connection)
    most = options.pop("max_connections", None)
    if connection_class is redis.UnixDomainSocketConnection:
        if not options.get("path"):
            raise ValueError("a Redis URL for a socket is unix:///run/redis.sock?db=0")
        options.pop("socket_keepalive")
    settings = Settings(options, connection_class, most)
    try:
        # Makes no connection, but finds options that there are none of.
        connection_class(**options)
    except TypeError as error:
        name = str(error).rpartition("argument ")[2].strip("'\"")
        if name in _OURS:
            raise ValueError(
                f"{name} in a URL is read by SharedContext and open_store; RedisStore itself takes "
                "prefix=, timeout=, retries=, cluster= and codec="
            ) from None
        shown = repr(name) if name.isidentifier() else "of that name"
        raise ValueError(
            f"a Redis URL has no option {shown}; it takes those of redis-py, and prefix, timeout, "
            "retries, cluster, compression and key_env"
        ) from None
    return settings


def check_client(client: object) -> Settings | None:
    """How a client connects; ``None`` where only that client knows.

    Raises:
        TypeError: It is none that blocks.
        ValueError: It decodes what it reads.

    """
    if not isinstance(client, (redis.Redis, redis.RedisCluster)):
        raise TypeError(
            f"from_client takes a redis.Redis or a redis.RedisCluster, not {type(client).__name__}"
        )
    if client.get_encoder().decode_responses:
        raise ValueError("a store needs bytes: make the client without decode_responses")
    if isinstance(client, redis.RedisCluster):
        return None
    pool = client.connection_pool
    if type(pool) not in (redis.ConnectionPool, redis.BlockingConnectionPool):
        return None
    options = {
        name: value
        for name, value in pool.connection_kwargs.items()
        if name in _SHARED or name.startswith(_SHARED_BEGIN)
    }
    return Settings(options, pool.connection_class)


def split_url(url: str) -> tuple[str, dict[str, Any]]:
    """A URL without the parameters that are ours, and those as ``RedisStore`` takes them.

    Raises:
        ValueError: One of them makes no sense.

    """
    # Not put together by urllib, which loses the slashes of unix:///.
    base, _, query = url.partition("?")
    given = parse_qsl(query, keep_blank_values=True)
    _refuse_twice(given)
    ours: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for name, value in given:
        if name in _OURS:
            ours[name] = value
        else:
            others.append((name, value))
    options: dict[str, Any] = {}
    if "prefix" in ours:
        options["prefix"] = ours["prefix"]
    for name, kind, what in (("timeout", float, "seconds"), ("retries", int, "a whole number")):
        if name in ours:
            try:
                options[name] = kind(ours[name])
            except ValueError:
                raise ValueError(f"{name} must be {what}, not {ours[name]!r}") from None
    if "cluster" in ours:
        if ours["cluster"] not in ("yes", "no"):
            raise ValueError(f"cluster must be yes or no, not {ours['cluster']!r}")
        options["cluster"] = ours["cluster"] == "yes"
    if "compression" in ours or "key_env" in ours:
        compression: Any = ours.get("compression", "zlib")
        compression = None if compression == "none" else compression
        options["codec"] = (
            Codec.from_environment(ours["key_env"], compression=compression)
            if "key_env" in ours
            else Codec(compression=compression)
        )
    rest = urlencode(others, quote_via=quote)
    return f"{base}?{rest}" if rest else base, options
