"""Between records and the columns of the tables."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import NoneType
from typing import Literal

from headroom.errors import IntegrityError, StoreError
from headroom.stores.base import Header, Record
from headroom.stores.codec import Codec

__all__ = [
    "COLUMNS",
    "HASH_BYTES",
    "KEPT",
    "Packed",
    "Values",
    "as_bytes",
    "as_text",
    "check_row",
    "entry_place",
    "kept_key",
    "origin_place",
    "original_place",
    "readable",
    "true_key",
]

#: What ``Values`` reads of an entry ``e`` and its content ``c``; ``{data}`` is the original.
COLUMNS = (
    "e.key, c.reference, e.view_reference, e.version, e.created, e.meta, e.expires, e.view, "
    "c.size, {data}"
)
_TYPES: tuple[type | tuple[type, ...], ...] = (
    bytes, bytes, bytes, int, float, bytes, (float, NoneType), (bytes, NoneType),
    int, (bytes, NoneType),
)  # fmt: skip

#: Bytes of the metadata of an entry; more are not made of what is stored.
MOST_META = 64 * 1024 * 1024
#: Lists, objects and texts in it: each takes far more memory than the two signs that it may be.
#: That many bytes of ranges, of which the longest metadata consist, are 4.3 million lists.
MOST_PARTS = 5_000_000
# The bytes of the view stand in front of the metadata.
_VIEW_SIZE = struct.Struct(">Q")
_MOST_PACKED = MOST_META + _VIEW_SIZE.size
HASH_BYTES = 32


def as_bytes(text: str) -> bytes:
    """A key or a namespace as it is stored: lone surrogates are no problem."""
    return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """A key or a namespace as it was.

    Raises:
        IntegrityError: Nobody has put it so.

    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise IntegrityError("a stored key or namespace cannot be read: it was changed") from error


def readable(name: bytes) -> str:
    """A key or a namespace for people, whatever stands there."""
    return name.decode("utf-8", "backslashreplace")


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


def original_place(namespace: str, reference: bytes) -> bytes:
    """Where an original belongs. Several entries may share it: they are bound to its reference."""
    return place(namespace, "original", reference.hex())


def origin_place(namespace: str, view_reference: bytes) -> bytes:
    """Where the origin of a view belongs."""
    return place(namespace, "origin", view_reference.hex())


def entry_place(
    namespace: str,
    part: Literal["meta", "view"],
    key: bytes,
    hashes: tuple[bytes, bytes],
    numbers: tuple[int, int],
    times: tuple[float, float | None],
) -> bytes:
    """Where a part of an entry belongs: to all else that its row says.

    Args:
        namespace: That of the entry.
        part: Which.
        key: The key that it was put under.
        hashes: The references of the original and of the view.
        numbers: The bytes of the original, and the version.
        times: When it was put, and when it expires.

    """
    told = (*(found.hex() for found in hashes), *numbers, *times)
    # The key comes last: nothing runs together with it.
    return place(namespace, part, f"{' '.join(map(repr, told))} {as_text(key)}")


@dataclass(frozen=True)
class Packed:
    """A record, ready to be written but for its seals, which know when it expires."""

    header: Header
    key: bytes
    reference: bytes
    view_reference: bytes
    #: Bytes of the original.
    size: int
    #: The original as it is stored; asked for only where it is to be written.
    original: Callable[[], bytes]
    #: Whether the content was found there, as it should be.
    is_known: bool
    #: What the table of views has of it.
    origin: bytes
    #: The view, where it is not the original, and the metadata, for an entry that expires then.
    sealed: Callable[[float | None], tuple[bytes | None, bytes]]


class Values:
    """Packs records, and unpacks rows."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def pack(self, namespace: str, record: Record, *, is_known: bool) -> Packed:
        """A record as it is written.

        Args:
            namespace: Where it belongs.
            record: The record.
            is_known: Whether the content was found there, as it should be.

        """
        header, codec = record.header, self.codec
        hashes = bytes.fromhex(header.reference), bytes.fromhex(header.view_reference)
        numbers, created = (len(record.original), header.version), float(header.created)
        key = as_bytes(header.key)
        view = None if hashes[0] == hashes[1] else codec.shrink(record.view)
        json_text = json.dumps(dict(header.meta), separators=(",", ":")).encode()
        if len(json_text) > MOST_META or _parts(json_text) > MOST_PARTS:
            raise StoreError(
                f"the metadata of an entry has more than {MOST_META} bytes or {MOST_PARTS} parts"
            )
        meta = codec.shrink(_VIEW_SIZE.pack(len(record.view)) + json_text)

        def sealed(expires: float | None) -> tuple[bytes | None, bytes]:
            bound = key, hashes, numbers, (created, expires)
            return (
                None if view is None else codec.seal(view, entry_place(namespace, "view", *bound)),
                codec.seal(meta, entry_place(namespace, "meta", *bound), checked=True),
            )

        def pack_original() -> bytes:
            return codec.pack(record.original, original_place(namespace, hashes[0]))

        original = None if is_known else pack_original()
        return Packed(
            header, key, *hashes, len(record.original),
            original=pack_original if original is None else lambda: original,
            is_known=is_known,
            origin=self.origin(namespace, hashes[1], hashes[0]),
            sealed=sealed,
        )  # fmt: skip

    def origin(self, namespace: str, view_reference: bytes, reference: bytes) -> bytes:
        """What is stored of a view: the reference of its original."""
        return self.codec.pack(reference, origin_place(namespace, view_reference), checked=True)

    def origin_of(self, namespace: str, view_reference: bytes, stored: object) -> bytes:
        """The reference of the original of a view.

        Raises:
            IntegrityError: What is stored of it was cut or changed.

        """
        if not isinstance(stored, bytes):
            raise IntegrityError("what is stored of a view was changed")
        where = origin_place(namespace, view_reference)
        return self.codec.unpack(stored, where, most=HASH_BYTES, checked=True)

    def header(self, namespace: str, row: sqlite3.Row) -> Header:
        """The header in a row.

        Raises:
            IntegrityError: It was cut or changed.

        """
        with _named(row):
            return self._head(namespace, row)[0]

    def record(self, namespace: str, row: sqlite3.Row, *, with_original: bool = True) -> Record:
        """The record in a row; its original is empty where it is not wanted and not its view.

        Raises:
            IntegrityError: It was cut or changed.

        """
        with _named(row):
            header, view_size = self._head(namespace, row)
            view, size, data = row[7:10]
            unpack = self.codec.unpack
            original = b""
            if data is not None:
                original = unpack(data, original_place(namespace, row[1]), size=size)
            elif with_original or view is None:
                raise IntegrityError("a stored entry has lost its original")
            if view is None:
                return Record(header, original, original)
            where = entry_place(namespace, "view", *_bound(row))
            return Record(header, original, unpack(view, where, size=view_size))

    def holds(self, namespace: str, reference: bytes, stored: bytes, original: bytes) -> bool:
        """Whether this original can be had of what is stored of it."""
        try:
            where = original_place(namespace, reference)
            return self.codec.unpack(stored, where, most=len(original)) == original
        except StoreError:
            return False

    def anew(
        self,
        stored: object,
        where: bytes,
        *,
        most: int | None = None,
        size: int | None = None,
        checked: bool = False,
    ) -> bytes | None:
        """A value as the codec seals it now; ``None`` if it is sealed so already."""
        if not isinstance(stored, bytes):
            raise IntegrityError("a stored value is none that was put: it was changed")
        if self.codec.is_current(stored):
            return None
        data = self.codec.unpack(
            stored, where, most=most, size=size, checked=checked, unsealed=True
        )
        return self.codec.pack(data, where, checked=checked)

    def entry_anew(self, namespace: str, row: sqlite3.Row) -> tuple[bytes | None, bytes | None]:
        """The view and the metadata in a row, likewise."""
        _, view_size = self._head(namespace, row, unsealed=True)
        bound = _bound(row)
        meta = self.anew(
            row[5], entry_place(namespace, "meta", *bound), most=_MOST_PACKED, checked=True
        )
        if row[7] is None:
            return None, meta
        return self.anew(row[7], entry_place(namespace, "view", *bound), size=view_size), meta

    def _head(
        self, namespace: str, row: sqlite3.Row, *, unsealed: bool = False
    ) -> tuple[Header, int]:
        """The header in a row, and the bytes of the view."""
        check_row(row)
        where = entry_place(namespace, "meta", *_bound(row))
        meta = self.codec.unpack(row[5], where, most=_MOST_PACKED, checked=True, unsealed=unsealed)
        try:
            key = as_text(true_key(row[0]))
            (view_size,) = _VIEW_SIZE.unpack_from(meta)
            if _parts(meta) > MOST_PARTS:
                raise ValueError("too many parts")
            values = json.loads(meta[_VIEW_SIZE.size :])
            if not isinstance(values, dict):
                raise ValueError("no object")
        except (ValueError, RecursionError, struct.error) as error:
            raise IntegrityError("stored metadata cannot be read: it was cut or changed") from error
        return Header(key, row[1].hex(), row[2].hex(), row[3], row[4], values), view_size


@contextmanager
def _named(row: sqlite3.Row) -> Iterator[None]:
    """Has an error say which entry it is: others, or all of a namespace, were asked for as well."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(row[0], bytes):
            raise
        raise IntegrityError(f"{error} (key {readable(true_key(row[0]))!r})") from error


def _parts(json_text: bytes) -> int:
    """How many lists, objects and texts a JSON text has, or a few more."""
    return json_text.count(b"[") + json_text.count(b"{") + json_text.count(b'"') // 2


def check_row(row: sqlite3.Row) -> None:
    """Refuses a row whose columns are of other types than were written, or do not fit together.

    Raises:
        IntegrityError: They are, or do not.

    """
    fits = all(isinstance(value, types) for value, types in zip(row, _TYPES))
    if not fits or (row[7] is None) != (row[1] == row[2]):
        raise IntegrityError("a stored entry cannot be read: some of it is missing or was changed")


def _bound(
    row: sqlite3.Row,
) -> tuple[bytes, tuple[bytes, bytes], tuple[int, int], tuple[float, float | None]]:
    """What the parts of an entry are bound to."""
    return true_key(row[0]), (row[1], row[2]), (row[8], row[3]), (row[4], row[6])
