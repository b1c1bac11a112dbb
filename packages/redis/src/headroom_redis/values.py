"""Between records and the bytes on the server."""

from __future__ import annotations

import json
import secrets
import struct
from dataclasses import dataclass

from headroom import Codec, Header, IntegrityError, Record
from headroom_redis.keys import as_bytes, as_text, true_key

__all__ = ["Packed", "Values", "as_reference"]

# What the client writes of an entry: version, size, time, token, reference, view reference.
_HEAD = struct.Struct(">ddd8s32s32s")
# What the script puts in front of it: when it expires, and the number of its write.
_FRONT_BYTES = 16
# A larger version is no longer exact as one of Lua's numbers.
_LARGEST_VERSION = 2**53


@dataclass(frozen=True)
class Packed:
    """A record, ready to be sent."""

    entry: bytes
    original: bytes
    #: Empty where it is the original.
    view: bytes


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


class Values:
    """Packs and unpacks what the scripts take and give."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def pack(self, namespace: str, record: Record) -> Packed:
        """A record as it is sent.

        Raises:
            ValueError: Its header is none: a reference is no SHA-256, or the version is no number
                that a store gives out.

        """
        header = record.header
        reference = as_reference(header.reference)
        view_reference = as_reference(header.view_reference)
        if reference is None or view_reference is None:
            raise ValueError("the references of a record are SHA-256 in hex")
        if not 0 <= header.version <= _LARGEST_VERSION:
            raise ValueError("the version of a record comes from next_version")
        head = _HEAD.pack(
            header.version, len(record.original), header.created, secrets.token_bytes(8),
            reference, view_reference,
        )  # fmt: skip
        meta = json.dumps(dict(header.meta), separators=(",", ":")).encode()
        pack = self.codec.pack
        view = b""
        if reference != view_reference:
            view = pack(record.view, _place(namespace, "view", header.view_reference))
        return Packed(
            entry=head + pack(meta, self._meta_place(namespace, header.key, head)),
            original=pack(record.original, _place(namespace, "original", header.reference)),
            view=view,
        )

    def header(self, namespace: str, key: str, entry: bytes) -> Header:
        """The header of an entry.

        Raises:
            IntegrityError: It was cut or changed.

        """
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
        header, size = self._head(namespace, key, entry)
        unpack = self.codec.unpack
        is_own_view = header.reference == header.view_reference
        content = b""
        if original is not None:
            content = unpack(original, _place(namespace, "original", header.reference))
            if len(content) != size:
                raise IntegrityError("a stored original has another size than what was put")
        elif with_original or is_own_view:
            raise IntegrityError("a stored entry has lost its original")
        if is_own_view:
            return Record(header, content, content)
        if view is None:
            raise IntegrityError("a stored entry has lost its view")
        place = _place(namespace, "view", header.view_reference)
        return Record(header, content, unpack(view, place))

    def sealed_anew(self, namespace: str, field: bytes, value: bytes) -> bytes | None:
        """A value as the codec's first key seals it; ``None`` if it is that already.

        Args:
            namespace: Where it belongs.
            field: ``b"o"`` and a reference for an original, ``b"e"`` and a key for an entry.
            value: What stands there.

        """
        if field[:1] == b"o":
            return self._anew(value, _place(namespace, "original", field[1:].hex()))
        start = _FRONT_BYTES + _HEAD.size
        head = value[_FRONT_BYTES:start]
        key = as_text(true_key(field[1:]))
        meta = self._anew(value[start:], self._meta_place(namespace, key, head))
        return None if meta is None else value[:start] + meta

    def view_sealed_anew(self, namespace: str, entry: bytes, view: bytes) -> bytes | None:
        """The view of an entry, likewise."""
        reference = entry[_FRONT_BYTES + _HEAD.size - 32 : _FRONT_BYTES + _HEAD.size].hex()
        return self._anew(view, _place(namespace, "view", reference))

    def _anew(self, value: bytes, place: bytes) -> bytes | None:
        if self.codec.is_current(value):
            return None
        return self.codec.pack(self.codec.unpack(value, place), place)

    def _head(self, namespace: str, key: str, entry: bytes) -> tuple[Header, int]:
        start = _FRONT_BYTES + _HEAD.size
        if len(entry) <= start:
            raise IntegrityError("a stored entry is too short: it was cut")
        head = entry[_FRONT_BYTES:start]
        version, size, created, _, reference, view_reference = _HEAD.unpack(head)
        meta = self.codec.unpack(entry[start:], self._meta_place(namespace, key, head))
        try:
            values = json.loads(meta)
            if not isinstance(values, dict):
                raise ValueError("no object")
            header = Header(
                key, reference.hex(), view_reference.hex(), int(version), created, values
            )
            return header, int(size)
        except (ValueError, OverflowError) as error:
            raise IntegrityError("stored metadata cannot be read: it was cut or changed") from error

    def _meta_place(self, namespace: str, key: str, head: bytes) -> bytes:
        # With the head: where values are sealed, it cannot be changed unnoticed either.
        return _place(namespace, "meta", f"{head.hex()} {key}") if self.codec.sealing else b""
