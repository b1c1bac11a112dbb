"""Between records and the columns of the tables."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from headroom.errors import IntegrityError
from headroom.stores.base import Header, Record
from headroom.stores.codec import Codec

__all__ = [
    "COLUMNS",
    "KEPT",
    "Packed",
    "Values",
    "as_bytes",
    "as_text",
    "kept_key",
    "place",
    "true_key",
]

#: What ``Values`` reads of an entry ``e`` and its content ``c``; ``{data}`` is the original.
COLUMNS = (
    "e.key, c.reference, e.view_reference, e.version, e.created, e.meta, e.expires, e.view, {data}"
)


def as_bytes(text: str) -> bytes:
    """A key or a namespace as it is stored: lone surrogates are no problem."""
    return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """A key or a namespace as it was."""
    return data.decode("utf-8", "surrogatepass")


#: What the key of an entry begins with that was overwritten while its content was held. In UTF-8 no
#: text begins so, and all keys come before it.
KEPT = b"\xff"
_KEPT_BYTES = 9


def kept_key(entry: int, key: bytes) -> bytes:
    """The key of an entry that has lost its own to another."""
    return KEPT + entry.to_bytes(_KEPT_BYTES - 1, "big") + key


def true_key(stored: bytes) -> bytes:
    """The key that an entry was put under."""
    return stored[_KEPT_BYTES:] if stored.startswith(KEPT) else stored


def place(namespace: str, part: str, name: str) -> bytes:
    """Where a value belongs: what is sealed for one place does not open at another."""
    # The length in front: no two places run together.
    return as_bytes(f"{len(namespace)} {namespace} {part} {name}")


@dataclass(frozen=True)
class Packed:
    """A record, ready to be written."""

    header: Header
    key: bytes
    reference: bytes
    view_reference: bytes
    #: Bytes of the original.
    size: int
    #: ``None`` where the content is there already.
    original: bytes | None
    #: ``None`` where it is the original.
    view: bytes | None
    meta: bytes


class Values:
    """Packs records, and unpacks rows."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def pack(self, namespace: str, record: Record, *, with_original: bool) -> Packed:
        """A record as it is written."""
        header = record.header
        pack = self.codec.pack
        view = None
        if header.view_reference != header.reference:
            view = pack(record.view, place(namespace, "view", header.view_reference))
        meta = json.dumps(dict(header.meta), separators=(",", ":")).encode()
        return Packed(
            header=header,
            key=as_bytes(header.key),
            reference=bytes.fromhex(header.reference),
            view_reference=bytes.fromhex(header.view_reference),
            size=len(record.original),
            original=self.pack_original(namespace, record) if with_original else None,
            view=view,
            meta=pack(meta, place(namespace, "meta", header.key)),
        )

    def pack_original(self, namespace: str, record: Record) -> bytes:
        """The original of a record as it is written."""
        return self.codec.pack(
            record.original, place(namespace, "original", record.header.reference)
        )

    def header(self, namespace: str, row: sqlite3.Row) -> Header:
        """The header in a row.

        Raises:
            IntegrityError: It was cut or changed.

        """
        key = as_text(true_key(row[0]))
        meta = self.codec.unpack(row[5], place(namespace, "meta", key))
        try:
            values = json.loads(meta)
        except ValueError as error:
            raise IntegrityError("stored metadata cannot be read: it was cut or changed") from error
        return Header(key, row[1].hex(), row[2].hex(), row[3], row[4], values)

    def record(self, namespace: str, row: sqlite3.Row) -> Record:
        """The record in a row; its original is empty where the row has none.

        Raises:
            IntegrityError: It was cut or changed.

        """
        header = self.header(namespace, row)
        view, data = row[7], row[8]
        unpack = self.codec.unpack
        original = b""
        if data is not None:
            original = unpack(data, place(namespace, "original", header.reference))
        if view is None:
            return Record(header, original, original)
        return Record(
            header, original, unpack(view, place(namespace, "view", header.view_reference))
        )
