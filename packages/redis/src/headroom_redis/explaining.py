"""From the errors of redis-py and of the server to ours."""

from __future__ import annotations

from collections.abc import Mapping

from redis import exceptions

from headroom import StoreError

__all__ = ["LOST", "address", "explained", "is_full"]

#: Errors after which the same may be tried again: the way to the server was cut.
LOST = (exceptions.ConnectionError, exceptions.TimeoutError)


def address(options: Mapping[str, object]) -> str:
    """Where a connection with these options leads, without what is secret."""
    if "path" in options:
        return f"Redis at {options['path']}"
    return f"Redis at {options.get('host', 'localhost')}:{options.get('port', 6379)}"


def is_full(error: Exception) -> bool:
    """Whether the server has no memory left."""
    return isinstance(error, exceptions.OutOfMemoryError) or _says(error, "OOM command")


def explained(error: Exception, where: str, prefix: str) -> StoreError:
    """An error in words that say what to do."""
    for found, sentence in (
        (
            isinstance(error, exceptions.AuthenticationError)
            or _says(error, "WRONGPASS", "NOAUTH", "Authentication required", "invalid password"),
            "refuses the user or the password; check those in the URL",
        ),
        (
            isinstance(error, exceptions.NoPermissionError) or _says(error, "NOPERM"),
            "does not let this user do what the store needs; the README of headroom-redis says "
            "which permissions that are",
        ),
        (
            isinstance(error, exceptions.ReadOnlyError) or _says(error, "READONLY"),
            "is a replica that takes no writes; give the store the address of the primary",
        ),
        (
            is_full(error),
            "has no memory left; raise its maxmemory, or give the context less max_bytes",
        ),
        (
            _says(error, "MISCONF"),
            "takes no writes because it cannot save to its disk; see its log",
        ),
        (
            isinstance(error, exceptions.BusyLoadingError) or _says(error, "LOADING"),
            "is still loading its data; try again soon",
        ),
        (
            _says(error, "WRONGTYPE", "wrong kind of value", "HEADROOM FOREIGN"),
            f"has keys of another program that begin with {prefix!r}; give the store "
            "another prefix",
        ),
        (
            _says(error, "HEADROOM NEWER"),
            "was written to by a newer Headroom; upgrade headroom-redis",
        ),
        (
            _says(error, "HEADROOM SEALED"),
            "has this namespace encrypted; give the store a codec with the keys",
        ),
        (
            _says(error, "DB index is out of range"),
            "has no database of that number; check the one in the URL",
        ),
        (
            isinstance(error, exceptions.ClusterDownError) or _says(error, "CLUSTERDOWN"),
            "is a cluster that is down; see its nodes",
        ),
        (
            isinstance(error, (exceptions.MovedError, exceptions.AskError)),
            "is a node of a cluster; use RedisStore.from_client(redis.RedisCluster(...))",
        ),
        (
            _says(error, "max number of clients"),
            "has too many clients; raise its maxclients, or set max_connections in the URL",
        ),
        (
            isinstance(error, exceptions.TimeoutError),
            "did not answer in time; see whether it is overloaded, or raise timeout",
        ),
        (
            isinstance(error, exceptions.ConnectionError) and _says(error, "SSL", "certificate"),
            "cannot be talked to by TLS; check its certificate, and whether it speaks TLS at all",
        ),
        (
            isinstance(error, exceptions.ConnectionError),
            "cannot be reached; see whether it runs, and whether the address is right",
        ),
    ):  # fmt: skip
        if found:
            return StoreError(f"{where} {sentence}")
    # The words of the server: they tell of commands, and not of payloads.
    return StoreError(f"{where} failed: {type(error).__name__}: {str(error)[:200]}")


def _says(error: Exception, *symptoms: str) -> bool:
    text = str(error)
    return any(symptom in text for symptom in symptoms)
