"""The names of what a namespace has on the server."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

__all__ = ["Names", "as_bytes", "as_text", "check_prefix", "names_of", "true_key"]

# Namespaces whose names are kept for the next call.
_NAMESPACES = 1024
_PARTS = (
    "data", "age", "expiry", "references", "gone", "gone_age", "seen", "seen_age",
    "held_age", "holds", "leases", "leased",
)  # fmt: skip


def as_bytes(text: str) -> bytes:
    """A key or a namespace as it is stored: lone surrogates are no problem."""
    return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """A key or a namespace as it was."""
    return data.decode("utf-8", "surrogatepass")


def true_key(stored: bytes) -> bytes:
    """The key that an entry was put under, which may have lost it to another since."""
    # A byte with which no text begins, and the number of the write.
    return stored[9:] if stored[:1] == b"\xff" else stored


def check_prefix(prefix: str) -> str:
    """The prefix, if it can be one.

    Raises:
        ValueError: It cannot.

    """
    if not isinstance(prefix, str) or not prefix or set(prefix) & set("{}"):
        raise ValueError(f"prefix must be a text without braces that is not empty, not {prefix!r}")
    return prefix


class Names:
    """The keys and the channel of a namespace.

    The braces make a Redis Cluster keep all keys of a namespace on one server. What the namespace
    is called is escaped between them, so that no two namespaces run together, and none of them
    breaks out.
    """

    __slots__ = ("channel", "data", "keys", "reading", "seen")

    def __init__(self, prefix: str, namespace: str) -> None:
        tag = f"{{{prefix}:{quote(as_bytes(namespace), safe='')}}}"
        #: As the scripts expect them.
        self.keys = tuple(as_bytes(f"{tag}:{part}") for part in _PARTS)
        self.data, self.seen = self.keys[0], self.keys[6]
        #: Those that a get looks at.
        self.reading = tuple(
            self.keys[_PARTS.index(part)] for part in ("data", "gone", "holds", "age", "held_age")
        )
        #: Where writes are told.
        self.channel = as_bytes(f"{tag}:written")


@lru_cache(maxsize=_NAMESPACES)
def names_of(prefix: str, namespace: str) -> Names:
    """The names of a namespace."""
    return Names(prefix, namespace)
