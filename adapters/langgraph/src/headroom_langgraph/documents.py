"""How entries stand in a graph's store: as documents of JSON, in namespaces of our own.

Under ``("headroom", <namespace>, ...)``:

- ``"entries"``: for each key a header, without view and original, so that reading all is cheap;
- ``"views"``: for each key its view, where that is not the original;
- ``"originals"``: for each reference an original, however many keys point at it;
- ``"gone"``: for each key that went, why, and the version that it had;
- ``"known"``: for each hash of a view, what it is a view of;
- ``"state"``: counts, and the version up to which the namespace was cleared.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast
from urllib.parse import quote_from_bytes

from headroom import Codec, Header, IntegrityError, Missing

__all__ = ["Document", "Documents", "Place", "Values", "missing_of", "name_of", "place_of"]

# Characters. An index of PostgreSQL takes 2,700 bytes for all labels and the key together.
_LONGEST_NAME = 300
# Bytes of the metadata of an entry; more are not made of what is stored.
_MOST_META = 64 * 1024 * 1024
# The bytes of the view stand in front of the metadata.
_VIEW_SIZE = struct.Struct(">Q")
_HASH_CHARS = 64

#: The labels of a namespace of the graph's store.
Place = tuple[str, ...]
#: A document of the graph's store.
Values = Mapping[str, object]


@dataclass(frozen=True)
class Document:
    """A header, and what a store must know beside it."""

    header: Header
    #: When it ends, in seconds since the epoch.
    expires: float | None
    #: Its age: higher is newer.
    at: int
    #: Bytes of the original.
    size: int
    #: Bytes of the view.
    view_size: int

    def is_live(self, now: float) -> bool:
        """Whether it has not expired."""
        return self.expires is None or now <= self.expires


def place_of(namespace: str, part: str) -> Place:
    """Where the documents of a part of a namespace are."""
    return ("headroom", name_of(namespace), part)


def name_of(text: str) -> str:
    """A text as a label or a key that every graph store takes: without dots, NULs, surrogates."""
    quoted = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=" /:#")
    if len(quoted) > _LONGEST_NAME:
        # Databases bound what they index. No other text has this hash.
        quoted = f"{quoted[:_LONGEST_NAME]}%{hashlib.sha256(quoted.encode()).hexdigest()}"
    # A label may not be empty, and "%" stands for no text but the empty one.
    return quoted.replace(".", "%2E") or "%"


class Documents:
    """Between records and documents.

    Args:
        codec: Packs what has been said by agents.

    """

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def entry(self, namespace: str, document: Document) -> dict[str, object]:
        """A header as it is written."""
        header = document.header
        meta = json.dumps(dict(header.meta), separators=(",", ":")).encode()
        packed = self._codec.pack(
            _VIEW_SIZE.pack(document.view_size) + meta,
            _seal(namespace, "meta", _bound(document)),
            checked=True,
        )
        return {
            "key": base64.b64encode(_encoded(header.key)).decode(),
            "reference": header.reference,
            "view_reference": header.view_reference,
            "version": header.version,
            "created": header.created,
            "expires": document.expires,
            "at": document.at,
            "bytes": document.size,
            "meta": base64.b64encode(packed).decode(),
        }

    def document(self, namespace: str, values: Values) -> Document:
        """A header as it was.

        Raises:
            IntegrityError: It was cut or changed.

        """
        try:
            if not all(isinstance(values[name], types) for name, types in _TYPES.items()):
                raise _changed()
            header = Header(
                key=base64.b64decode(str(values["key"])).decode("utf-8", "surrogatepass"),
                reference=cast("str", values["reference"]),
                view_reference=cast("str", values["view_reference"]),
                version=cast("int", values["version"]),
                created=float(cast("float", values["created"])),
            )
            expires, at, size = values["expires"], values["at"], values["bytes"]
            expires = None if expires is None else float(cast("float", expires))
            found = Document(header, expires, cast("int", at), cast("int", size), 0)
            where = _seal(namespace, "meta", _bound(found))
            most = _MOST_META + _VIEW_SIZE.size
            meta = self._codec.unpack(_decoded(values["meta"]), where, most=most, checked=True)
            (view_size,) = _VIEW_SIZE.unpack_from(meta)
            read = json.loads(meta[_VIEW_SIZE.size :])
            return replace(found, header=replace(header, meta=read), view_size=view_size)
        except (KeyError, ValueError, OverflowError, struct.error) as error:
            raise _changed() from error

    def original(self, namespace: str, reference: str, data: bytes) -> dict[str, object]:
        """An original as it is written: for all entries that point at it."""
        packed = self._codec.pack(data, _seal(namespace, "original", reference))
        return {"data": base64.b64encode(packed).decode()}

    def original_of(self, namespace: str, document: Document, values: Values) -> bytes:
        """The original of an entry.

        Raises:
            IntegrityError: It was cut or changed.

        """
        where = _seal(namespace, "original", document.header.reference)
        data = self._codec.unpack(_decoded(values.get("data")), where, most=document.size)
        if len(data) != document.size:
            raise _changed()
        return data

    def view(self, namespace: str, document: Document, data: bytes) -> dict[str, object]:
        """A view as it is written; it says to which write it belongs."""
        packed = self._codec.pack(data, _seal(namespace, "view", _bound(document)))
        return {
            "of": document.header.view_reference,
            "version": document.header.version,
            "data": base64.b64encode(packed).decode(),
        }

    def view_of(self, namespace: str, document: Document, values: Values | None) -> bytes | None:
        """The view of an entry; ``None`` where it is that of another write.

        Raises:
            IntegrityError: It was cut or changed.

        """
        header = document.header
        if values is None or (values.get("of"), values.get("version")) != (
            header.view_reference,
            header.version,
        ):
            return None
        where = _seal(namespace, "view", _bound(document))
        return self._codec.unpack(_decoded(values.get("data")), where, most=document.view_size)

    def origin(
        self, namespace: str, view_reference: str, reference: str, at: int
    ) -> dict[str, object]:
        """What a view is of, as it is written."""
        where = _seal(namespace, "origin", view_reference)
        packed = self._codec.pack(reference.encode(), where, checked=True)
        return {"origin": base64.b64encode(packed).decode(), "at": at}

    def origin_of(self, namespace: str, view_reference: str, values: Values) -> str:
        """What a view is of.

        Raises:
            IntegrityError: It was cut or changed.

        """
        where, stored = _seal(namespace, "origin", view_reference), _decoded(values.get("origin"))
        return self._codec.unpack(stored, where, most=_HASH_CHARS, checked=True).decode()


#: What the columns of a header are, beside its metadata.
_TYPES: dict[str, type | tuple[type, ...]] = {
    "key": str,
    "reference": str,
    "view_reference": str,
    "version": int,
    "created": (int, float),
    "expires": (int, float, type(None)),
    "at": int,
    "bytes": int,
}


def _bound(document: Document) -> str:
    """What the parts of an entry are bound to: all else that its document says but its age."""
    header, expires = document.header, document.expires
    times = float(header.created), None if expires is None else float(expires)
    told = (header.reference, header.view_reference, document.size, header.version, *times)
    # The key comes last: nothing runs together with it.
    return f"{' '.join(map(repr, told))} {header.key}"


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(cast("str", text), validate=True)
    except (TypeError, ValueError) as error:
        raise _changed() from error


def missing_of(values: Values | None) -> Missing:
    """Why there is nothing under a key, from its document in ``"gone"``."""
    if values is None:
        return Missing("absent")
    # "absent" stands for a key that was deleted before it was ever written.
    return Missing(values["reason"], values["when"])  # type: ignore[arg-type]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _seal(namespace: str, part: Literal["meta", "view", "original", "origin"], name: str) -> bytes:
    # The length in front: no two places run together.
    return _encoded(f"{len(namespace)} {namespace} {part} {name}")


def _changed() -> IntegrityError:
    return IntegrityError("a document in the graph's store cannot be read: it was cut or changed")
