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
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote_from_bytes

from headroom import Codec, Header, IntegrityError, Missing

__all__ = ["Document", "Documents", "Place", "Values", "missing_of", "name_of", "place_of"]

# Characters. An index of PostgreSQL takes 2,700 bytes for all labels and the key together.
_LONGEST_NAME = 300

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
        return {
            "key": base64.b64encode(_encoded(header.key)).decode(),
            "reference": header.reference,
            "view_reference": header.view_reference,
            "version": header.version,
            "created": header.created,
            "expires": document.expires,
            "at": document.at,
            "bytes": document.size,
            "meta": self.packed(meta, namespace, "meta", header.key),
        }

    def document(self, namespace: str, values: Values) -> Document:
        """A header as it was.

        Raises:
            IntegrityError: It was cut or changed.

        """
        try:
            key = base64.b64decode(str(values["key"])).decode("utf-8", "surrogatepass")
            meta = self.unpacked(values["meta"], namespace, "meta", key)
            header = Header(
                key=key,
                reference=cast("str", values["reference"]),
                view_reference=cast("str", values["view_reference"]),
                version=cast("int", values["version"]),
                created=cast("float", values["created"]),
                meta=json.loads(meta),
            )
            expires = cast("float | None", values["expires"])
            return Document(
                header, expires, cast("int", values["at"]), cast("int", values["bytes"])
            )
        except (KeyError, ValueError) as error:
            raise _changed() from error

    def packed(self, data: bytes, namespace: str, part: str, name: str) -> str:
        """Data as text, compressed, and sealed if the codec seals."""
        return base64.b64encode(self._codec.pack(data, _seal(namespace, part, name))).decode()

    def unpacked(self, text: object, namespace: str, part: str, name: str) -> bytes:
        """Data as it was packed for this place.

        Raises:
            IntegrityError: It was cut or changed.

        """
        try:
            data = base64.b64decode(cast("str", text), validate=True)
        except (TypeError, binascii.Error) as error:
            raise _changed() from error
        return self._codec.unpack(data, _seal(namespace, part, name))


def missing_of(values: Values | None) -> Missing:
    """Why there is nothing under a key, from its document in ``"gone"``."""
    if values is None:
        return Missing("absent")
    # "absent" stands for a key that was deleted before it was ever written.
    return Missing(values["reason"], values["when"])  # type: ignore[arg-type]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _seal(namespace: str, part: str, name: str) -> bytes:
    # The length in front: no two places run together.
    return _encoded(f"{len(namespace)} {namespace} {part} {name}")


def _changed() -> IntegrityError:
    return IntegrityError("a document in the graph's store cannot be read: it was cut or changed")
