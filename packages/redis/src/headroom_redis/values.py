"""Between records and the bytes on the server."""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from headroom import Codec, Header, IntegrityError, Record, StoreError
from headroom_redis.keys import as_bytes, as_text, true_key

__all__ = ["Packed", "Values", "as_reference", "reference_in"]

# What the client writes of an entry: version, size, time, token, reference, view reference.
_HEAD = struct.Struct(">ddd8s32s32s")
# What the script puts in front of it: when it expires, and the number of its write.
_FRONT_BYTES, _EXPIRY = 16, struct.Struct(">d")
_NEVER = _EXPIRY.pack(-1)
# A larger version is no longer exact as one of Lua's numbers.
_LARGEST_VERSION = 2**53
# The bytes of the view stand in front of the metadata.
_VIEW_SIZE = struct.Struct(">Q")
#: Bytes of the metadata of an entry; more are not made of what is stored.
MOST_META = 64 * 1024 * 1024
#: Lists, objects and texts in it, as in ``SQLiteStore``: each takes more than its two signs.
MOST_PARTS = 5_000_000
_MOST_PACKED = MOST_META + _VIEW_SIZE.size
_HASH_BYTES = 32
_JSON = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True)
class Packed:
    """A record, ready to be sent."""

    entry: bytes
    original: bytes
    #: Empty where it is the original.
    view: bytes
    #: What is stored of the view for when the entry has gone; empty where it is the original.
    origin: bytes


def as_reference(text: str) -> bytes | None:
    """A SHA-256 as it is stored; ``None`` for what is none."""
    if len(text) != 64:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if found.hex() == text else None


def _place(namespace: str, part: str, name: str) -> bytes:
    """Where a value belongs: what is sealed for one place does not open at another."""
    # The length in front: no two places run together.
    return as_bytes(f"{len(namespace)} {namespace} {part} {name}")


def _original_place(namespace: str, reference: bytes) -> bytes:
    """Where an original belongs. Several entries may share it: they are bound to its reference."""
    return _place(namespace, "original", reference.hex())


def _origin_place(namespace: str, view_reference: bytes) -> bytes:
    return _place(namespace, "origin", view_reference.hex())


def _entry_place(namespace: str, part: Literal["meta", "view"], key: str, bound: bytes) -> bytes:
    """Where a part of an entry belongs: to its key, and to what stands in front of its metadata."""
    # The key comes last: nothing runs together with it.
    return _place(namespace, part, f"{bound.hex()} {key}")


class Values:
    """Packs and unpacks what the scripts take and give."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def pack(
        self, namespace: str, record: Record, version: int, expires: int | None = None
    ) -> Packed:
        """A record as it is sent.

        Args:
            namespace: Where it belongs.
            record: The record.
            version: The version that it is written with.
            expires: The millisecond in which it expires; of importance where it is sealed.

        Raises:
            ValueError: Its header is none: a reference is no SHA-256, or the version is no number
                that a store gives out.
            StoreError: Its metadata are too large.

        """
        header = record.header
        reference = as_reference(header.reference)
        is_own_view = header.reference == header.view_reference
        view_reference = reference if is_own_view else as_reference(header.view_reference)
        if reference is None or view_reference is None:
            raise ValueError("the references of a record are SHA-256 in hex")
        if not 0 <= version <= _LARGEST_VERSION:
            raise ValueError("the version of a record comes from next_version")
        head = _HEAD.pack(
            version, len(record.original), header.created, secrets.token_bytes(8),
            reference, view_reference,
        )  # fmt: skip
        json_text = _JSON.encode(dict(header.meta)).encode()
        if len(json_text) > MOST_META or _parts(json_text) > MOST_PARTS:
            raise StoreError(
                f"the metadata of an entry has more than {MOST_META} bytes or {MOST_PARTS} parts"
            )
        meta = _VIEW_SIZE.pack(len(record.view)) + json_text
        ends = _NEVER if expires is None else _EXPIRY.pack(expires)
        bound = ends + head if self.codec.sealing else head
        pack = self.codec.pack
        view = origin = b""
        if not is_own_view:
            view = pack(record.view, _entry_place(namespace, "view", header.key, bound))
            origin = self.origin(namespace, view_reference, reference)
        return Packed(
            entry=head
            + pack(meta, _entry_place(namespace, "meta", header.key, bound), checked=True),
            original=pack(record.original, _original_place(namespace, reference)),
            view=view,
            origin=origin,
        )

    def origin(self, namespace: str, view_reference: bytes, reference: bytes) -> bytes:
        """What is stored of a view: the reference of its original, then that sealed."""
        place = _origin_place(namespace, view_reference)
        return reference + self.codec.pack(reference, place, checked=True)

    def origin_of(self, namespace: str, view_reference: bytes, stored: bytes) -> bytes:
        """The reference of the original of a view.

        Raises:
            IntegrityError: What is stored of it was cut or changed.

        """
        place = _origin_place(namespace, view_reference)
        reference, seal = stored[:_HASH_BYTES], stored[_HASH_BYTES:]
        if self.codec.unpack(seal, place, most=_HASH_BYTES, checked=True) != reference:
            raise IntegrityError("what is stored of a view was changed")
        return reference

    def header(self, namespace: str, key: str, entry: bytes) -> Header:
        """The header of an entry.

        Raises:
            IntegrityError: It was cut or changed.

        """
        with _named(key):
            return self._head(namespace, key, entry)[0]

    def record(
        self,
        namespace: str,
        key: str,
        entry: bytes,
        view: bytes | None,
        original: bytes | None,
        *,
        with_original: bool = True,
    ) -> Record:
        """A record; its original is empty where it was not asked for and is not its view.

        Raises:
            IntegrityError: It was cut or changed, or some of it is missing.

        """
        with _named(key):
            header, size, view_size = self._head(namespace, key, entry)
            unpack = self.codec.unpack
            is_own_view = header.reference == header.view_reference
            content = b""
            if original is not None:
                place = _original_place(namespace, bytes.fromhex(header.reference))
                content = unpack(original, place, size=size)
            elif with_original or is_own_view:
                raise IntegrityError("a stored entry has lost its original")
            if is_own_view:
                return Record(header, content, content)
            if view is None:
                raise IntegrityError("a stored entry has lost its view")
            place = _entry_place(namespace, "view", key, _bound(entry, view))
            return Record(header, content, unpack(view, place, size=view_size))

    def sealed_anew(
        self, namespace: str, name: bytes, entry: bytes, view: bytes | None, original: bytes | None
    ) -> dict[bytes, tuple[bytes, bytes]]:
        """The fields of an entry that are not sealed by the codec's first key.

        Args:
            namespace: Where it belongs.
            name: Its name, which is its key or has that in it.
            entry: What stands there.
            view: Its view, if any.
            original: Its original, if any.

        Returns:
            What each field holds, and what it should.

        Raises:
            IntegrityError: Something was cut or changed.

        """
        key, start = as_text(true_key(name)), _FRONT_BYTES + _HEAD.size
        header, size, view_size = self._head(namespace, key, entry, unsealed=True)
        # What is sealed is bound to its expiry as well.
        bound = entry[: _EXPIRY.size] + entry[_FRONT_BYTES:start]

        def anew(
            part: Literal["meta", "view"],
            value: bytes,
            *,
            most: int | None = None,
            size: int | None = None,
            checked: bool = False,
        ) -> bytes | None:
            before = _entry_place(namespace, part, key, _bound(entry, value))
            after = _entry_place(namespace, part, key, bound)
            return self._anew(value, before, after, most=most, size=size, checked=checked)

        changes: dict[bytes, tuple[bytes, bytes]] = {}
        meta = anew("meta", entry[start:], most=_MOST_PACKED, checked=True)
        if meta is not None:
            changes[b"e" + name] = (entry, entry[:start] + meta)
        if view is not None:
            other = anew("view", view, size=view_size)
            if other is not None:
                changes[b"v" + name] = (view, other)
        if original is not None:
            reference = bytes.fromhex(header.reference)
            place = _original_place(namespace, reference)
            other = self._anew(original, place, place, size=size)
            if other is not None:
                changes[b"o" + reference] = (original, other)
        return changes

    def origin_sealed_anew(
        self, namespace: str, view_reference: bytes, stored: bytes
    ) -> bytes | None:
        """What is stored of a view as the codec's first key seals it; ``None`` if it is that."""
        place = _origin_place(namespace, view_reference)
        seal = self._anew(stored[_HASH_BYTES:], place, place, most=_HASH_BYTES, checked=True)
        return None if seal is None else stored[:_HASH_BYTES] + seal

    def _anew(
        self,
        value: bytes,
        before: bytes,
        after: bytes,
        *,
        most: int | None = None,
        size: int | None = None,
        checked: bool = False,
    ) -> bytes | None:
        if self.codec.is_current(value):
            return None
        data = self.codec.unpack(
            value, before, most=most, size=size, checked=checked, unsealed=True
        )
        return self.codec.pack(data, after, checked=checked)

    def _head(
        self, namespace: str, key: str, entry: bytes, *, unsealed: bool = False
    ) -> tuple[Header, int, int]:
        """The header of an entry, and the bytes of its original and of its view."""
        start = _FRONT_BYTES + _HEAD.size
        if len(entry) <= start:
            raise IntegrityError("a stored entry is too short: it was cut")
        packed = entry[start:]
        place = _entry_place(namespace, "meta", key, _bound(entry, packed))
        meta = self.codec.unpack(packed, place, most=_MOST_PACKED, checked=True, unsealed=unsealed)
        version, size, created, _, reference, view_reference = _HEAD.unpack(
            entry[_FRONT_BYTES:start]
        )
        try:
            (view_size,) = _VIEW_SIZE.unpack_from(meta)
            if _parts(meta) > MOST_PARTS:
                raise ValueError("too many parts")
            values = json.loads(meta[_VIEW_SIZE.size :])
            if not isinstance(values, dict):
                raise ValueError("no object")
            header = Header(
                key, reference.hex(), view_reference.hex(), int(version), created, values
            )
            return header, int(size), view_size
        except (ValueError, OverflowError, RecursionError, struct.error) as error:
            raise IntegrityError("stored metadata cannot be read: it was cut or changed") from error


@contextmanager
def _named(key: str) -> Iterator[None]:
    """Has an error say which entry it is: others, or all of a namespace, were asked for as well."""
    try:
        yield
    except IntegrityError as error:
        raise IntegrityError(f"{error} (key {key!r})") from error


def _parts(json_text: bytes) -> int:
    """How many lists, objects and texts a JSON text has, or a few more."""
    return json_text.count(b"[") + json_text.count(b"{") + json_text.count(b'"') // 2


def _bound(entry: bytes, value: bytes) -> bytes:
    """What a part of an entry is bound to: its head, and where the part is sealed its expiry.

    When an entry expires the server says; who seals must have asked it before.
    """
    head = entry[_FRONT_BYTES : _FRONT_BYTES + _HEAD.size]
    return entry[: _EXPIRY.size] + head if Codec.is_sealed(value) else head


def reference_in(entry: bytes) -> bytes:
    """The reference of the original that an entry names; some bytes, where it was cut."""
    start = _FRONT_BYTES + _HEAD.size
    return entry[start - 2 * _HASH_BYTES : start - _HASH_BYTES]
