"""Records for tests, made and written in one line."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from headroom import Header, Limits, Record, Store

__all__ = ["digest", "make", "original", "put", "write"]

_NO_LIMITS = Limits()


def digest(content: str | bytes) -> str:
    """The reference of a content."""
    encoded = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(encoded).hexdigest()


def make(
    key: str,
    content: str,
    version: int,
    view: str | None = None,
    meta: dict[str, object] | None = None,
) -> Record:
    """A record; its view is its content where none is given."""
    shown = content if view is None else view
    header = Header(key, digest(content), digest(shown), version, 1.7e9 + version, meta or {})
    encoded = content.encode("utf-8", "surrogatepass"), shown.encode("utf-8", "surrogatepass")
    return Record(header, *encoded)


def make_of_bytes(key: str, content: bytes, version: int, view: bytes) -> Record:
    """A record of contents that need not be text."""
    record = make(key, "", version)
    header = replace(record.header, reference=digest(content), view_reference=digest(view))
    return Record(header, content, view)


def put(
    store: Store,
    record: Record,
    *,
    namespace: str = "space",
    ttl: float | None = None,
    limits: Limits = _NO_LIMITS,
    expected: int | None = None,
) -> bool:
    """Writes a record."""
    # An argument that says nothing is left out: older stores do not know it.
    if expected is None:
        return store.put(namespace, record, ttl=ttl, limits=limits)
    return store.put(namespace, record, ttl=ttl, limits=limits, expected=expected)


def write(
    store: Store,
    key: str,
    content: str,
    *,
    view: str | None = None,
    meta: dict[str, object] | None = None,
    namespace: str = "space",
    ttl: float | None = None,
    limits: Limits = _NO_LIMITS,
) -> Record:
    """Writes a new version of a key, and gives the record back."""
    record = make(key, content, store.next_version(namespace), view, meta)
    # A later write of another thread may have come first; that is no failure of the store.
    put(store, record, namespace=namespace, ttl=ttl, limits=limits)
    return record


def original(store: Store, key: str, *, namespace: str = "space") -> str:
    """The original under a key, which must be there."""
    record = store.get(namespace, key)
    assert isinstance(record, Record), f"{key!r} is not there: {record}"
    return record.original.decode("utf-8", "surrogatepass")
