"""Between what a store keeps and what a context hands out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence

from headroom.context.entry import ContextEntry
from headroom.context.gist import gist
from headroom.errors import IntegrityError, KeyEvicted, KeyExpired, KeyNotFound, clock_time
from headroom.stores import Header, Missing, Record
from headroom.toolkit.kind import BaseKind
from headroom.view import CompressResult, Omission

__all__ = [
    "MUCH",
    "content_hash",
    "describe",
    "encode",
    "entry_as",
    "entry_of",
    "kind_of",
    "missing_error",
    "number_of",
    "omissions_of",
    "original_of",
    "record_of",
    "text_of",
    "view_of",
]

#: From this many bytes on, hashing and decoding would hold up an event loop: a millisecond's worth.
MUCH = 256 * 1024

# Of more bytes than these, ``hashlib`` lets other threads on while it hashes. On an event loop that
# costs more than it gives: the wait for the next turn, 5 ms behind each thread that compresses.
_AT_ONCE = 2047

# Lone surrogates come with real payloads (cut JSON escapes); they go to bytes and back unharmed.


def encode(text: str) -> bytes:
    """A text as it is stored."""
    return text.encode("utf-8", "surrogatepass")


def content_hash(data: bytes) -> str:
    """The reference of a content: its SHA-256 in hex."""
    if len(data) >= MUCH or len(data) <= _AT_ONCE:
        return hashlib.sha256(data).hexdigest()
    digest = hashlib.sha256()
    for start in range(0, len(data), _AT_ONCE):
        digest.update(data[start : start + _AT_ONCE])
    return digest.hexdigest()


def _text(data: bytes, reference: str, key: str) -> str:
    if content_hash(data) != reference:
        raise IntegrityError(
            f"what the store gave back is not what was put: its hash differs (key {key!r})"
        )
    return data.decode("utf-8", "surrogatepass")


def original_of(record: Record) -> str:
    """The original of a record.

    Raises:
        IntegrityError: The store gave back something else.

    """
    return _text(record.original, record.header.reference, record.header.key)


def view_of(record: Record) -> str:
    """The view of a record.

    Raises:
        IntegrityError: The store gave back something else.

    """
    return _text(record.view, record.header.view_reference, record.header.key)


def missing_error(key: str, missing: Missing) -> KeyNotFound:
    """The error that says why nothing is under a key."""
    if missing.when is None:
        return KeyNotFound(f"nothing is stored under {key!r} here", key=key)
    at = clock_time(missing.when)
    if missing.reason == "expired":
        return KeyExpired(f"{key!r} expired at {at}", key=key, when=missing.when)
    if missing.reason == "evicted":
        message = f"{key!r} was evicted at {at}: its store made room for newer entries, or lost it"
        return KeyEvicted(message, key=key, when=missing.when)
    return KeyNotFound(f"{key!r} was deleted at {at}", key=key, when=missing.when)


def describe(result: CompressResult, agent: str | None, kind: BaseKind | None) -> dict[str, object]:
    """What a context wants back from the store, as JSON values."""
    return {
        "agent": agent,
        "original_tokens": result.tokens_before,
        "compressed_tokens": result.tokens_after,
        "transforms": list(result.transforms),
        "kind": result.kind,
        "lossless": result.lossless,
        "failure": result.failure,
        "gist": gist(result.text, kind),
        "omissions": [
            [o.unit, o.path, o.ranges, o.within, o.chars, o.in_part] for o in result.omissions
        ],
    }


def record_of(
    key: str,
    reference: str,
    version: int,
    text: str,
    original: bytes,
    view: str,
    meta: Mapping[str, object],
) -> Record:
    """What is written of an entry that is put now; ``text`` is its original."""
    # Most small ones are their own view: not to be hashed twice.
    shown = original if view == text else encode(view)
    shown_reference = reference if shown is original else content_hash(shown)
    header = Header(key, reference, shown_reference, version, time.time(), meta)
    return Record(header, original, shown)


def entry_of(record: Record) -> ContextEntry:
    """A record as the caller sees it.

    Raises:
        IntegrityError: The store gave back something else than what was put.

    """
    header = record.header
    return entry_as(header, header.version, original_of(record), view_of(record))


def entry_as(header: Header, version: int, original: str, view: str) -> ContextEntry:
    """An entry as the caller sees it."""
    return ContextEntry(
        key=header.key,
        original=original,
        compressed=view,
        original_tokens=number_of(header, "original_tokens"),
        compressed_tokens=number_of(header, "compressed_tokens"),
        agent=text_of(header, "agent"),
        timestamp=header.created,
        transforms=tuple(map(str, _items_of(header, "transforms"))),
        reference=header.reference,
        kind=kind_of(header),
        lossless=header.meta.get("lossless") is True,
        omissions=omissions_of(header),
        failure=text_of(header, "failure"),
        version=version,
    )


def omissions_of(header: Header) -> tuple[Omission, ...]:
    """What the view of an entry leaves out."""
    return tuple(map(_omission, _items_of(header, "omissions")))


def text_of(header: Header, name: str) -> str | None:
    """A text out of a header's metadata, which may have been through a store's serialization."""
    value = header.meta.get(name)
    return value if isinstance(value, str) else None


def kind_of(header: Header) -> str:
    """What the content of an entry is."""
    return text_of(header, "kind") or "text"


def number_of(header: Header, name: str) -> int:
    """A number out of a header's metadata."""
    value = header.meta.get(name)
    return value if isinstance(value, int) else 0


def _items_of(header: Header, name: str) -> Sequence[object]:
    value = header.meta.get(name)
    return value if isinstance(value, (list, tuple)) else ()


def _omission(part: object) -> Omission:
    assert isinstance(part, (list, tuple))
    # What was put by an older version has less.
    unit, path, ranges, within, chars, in_part = [*part, None, None][:6]
    return Omission(
        str(unit),
        tuple((int(first), int(last)) for first, last in ranges),
        str(path),
        within if within is None or isinstance(within, str) else (int(within[0]), int(within[1])),
        None if chars is None else (int(chars[0]), int(chars[1])),
        in_part is True,
    )
