"""From the errors of redis-py and of the server to ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from redis import exceptions

from headroom import StoreError

__all__ = ["LOST", "address", "explained", "is_full"]

#: Errors after which the same may be tried again: the way to the server was cut, or a cluster moves
#: slots from node to node, or has just lost one. What went round it in vain is a ClusterError.
LOST = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ClusterError,
    exceptions.TryAgainError,
    exceptions.SlotNotCoveredError,
)

# Characters of what the server says.
_WORDS_CHARS = 200


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
    for is_it, sentence in _SENTENCES:
        if is_it(error):
            return StoreError(f"{where} {sentence.format(prefix=prefix)}")
    # The words of the server: they tell of commands, and not of payloads.
    return StoreError(f"{where} failed: {type(error).__name__}: {str(error)[:_WORDS_CHARS]}")


def _says(error: Exception, *symptoms: str) -> bool:
    text = str(error)
    return any(symptom in text for symptom in symptoms)


def _is(*types: type[Exception]) -> Callable[[Exception], bool]:
    return lambda error: isinstance(error, types)


def _saying(*symptoms: str) -> Callable[[Exception], bool]:
    return lambda error: _says(error, *symptoms)


def _is_or_says(kind: type[Exception], *symptoms: str) -> Callable[[Exception], bool]:
    # Scripts, proxies and older clients wrap errors in others of the same words.
    return lambda error: isinstance(error, kind) or _says(error, *symptoms)


#: How an error is known, and what is said of it; the first that fits.
_SENTENCES: tuple[tuple[Callable[[Exception], bool], str], ...] = (
    (
        _is_or_says(
            exceptions.AuthenticationError,
            "WRONGPASS", "NOAUTH", "Authentication required", "invalid password",
        ),
        "refuses the user or the password; check those in the URL",
    ),
    (
        _is_or_says(exceptions.NoPermissionError, "NOPERM", "ACL failure in script"),
        "does not let this user do what the store needs; the README of headroom-redis says which "
        "permissions that are",
    ),
    (
        _is_or_says(exceptions.ReadOnlyError, "READONLY"),
        "is a replica that takes no writes; give the store the address of the primary",
    ),
    (is_full, "has no memory left; raise its maxmemory, or give the context less max_bytes"),
    (
        _saying("MISCONF"),
        "takes no writes because it cannot save to its disk; see its log",
    ),
    (
        _is_or_says(exceptions.BusyLoadingError, "LOADING"),
        "is still loading its data; try again soon",
    ),
    (
        _saying("WRONGTYPE", "wrong kind of value", "HEADROOM FOREIGN"),
        "has keys of another program that begin with {prefix!r}; give the store another prefix",
    ),
    (
        _saying("HEADROOM NEWER"),
        "was written to by a newer Headroom; upgrade headroom-redis",
    ),
    (
        _saying("HEADROOM OLDER"),
        "was written to by a Headroom from before its first release, which cannot be read any "
        "more; give the store another prefix than {prefix!r}, or delete its keys",
    ),
    (
        _saying("HEADROOM SEALED"),
        "has this namespace encrypted, and no key was given; give the store a codec with the keys",
    ),
    (
        _saying("HEADROOM OTHER KEY"),
        "has this namespace encrypted, and none of the keys given opens it; give the store a codec "
        "with the key that sealed it, after the newest one",
    ),
    (
        _saying("DB index is out of range"),
        "has no database of that number; check the one in the URL",
    ),
    (
        _is_or_says(exceptions.ClusterDownError, "CLUSTERDOWN"),
        "is a cluster that is down; see its nodes",
    ),
    (
        _is(exceptions.MovedError, exceptions.AskError),
        "is a node of a cluster; write ?cluster=yes behind its URL, or use "
        "RedisStore.from_client(redis.RedisCluster(...))",
    ),
    (
        _is(exceptions.ClusterError, exceptions.TryAgainError),
        "is a cluster that moves this namespace to another node; try again soon",
    ),
    (
        _is(exceptions.SlotNotCoveredError),
        "is a cluster that has lost the node of this namespace; see its nodes",
    ),
    (
        _saying("Cluster mode is not enabled"),
        # So says redis-py too where the user may not ask.
        "is no cluster, or does not let this user ask for CLUSTER SLOTS; leave cluster=yes out of "
        "its URL, or see the README of headroom-redis for the permissions",
    ),
    (
        # That one could not be reached is said by this type alone.
        _saying("Redis Cluster cannot be connected"),
        "cannot be reached; see whether it runs, and whether the address is right",
    ),
    (
        _saying("max number of clients"),
        "has too many clients; raise its maxclients, or set max_connections in the URL",
    ),
    (
        _is(exceptions.TimeoutError),
        "did not answer in time; see whether it is overloaded, or raise timeout",
    ),
    (
        lambda error: (
            isinstance(error, exceptions.ConnectionError) and _says(error, "SSL", "certificate")
        ),
        "cannot be talked to by TLS; check its certificate, and whether it speaks TLS at all",
    ),
    (
        _is(exceptions.ConnectionError),
        "cannot be reached; see whether it runs, and whether the address is right",
    ),
)  # fmt: skip
