"""Bytes as they lie in a store: smaller where that pays, sealed where a key is given."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import sys
import zlib
from collections.abc import Iterable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from headroom.arguments import brief, check_text
from headroom.errors import IntegrityError, StoreError
from headroom.forking import undisturbed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Codec", "Compression", "new_encryption_key"]

Compression = Literal["zlib", "zstd"]

# The first byte of what is packed: how it is compressed, and whether it is sealed or has a check.
_PLAIN, _ZLIB, _ZSTD, _CHECKED, _SEALED = 0, 1, 2, 0x40, 0x80
_KEY_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 4, 12, 16
_CHECK_BYTES = 16

# Below this many bytes, compression saves nothing that matters.
_WORTH_COMPRESSING = 512
# What compresses to more than this share stays plain: it is not worth unpacking on every read.
_SMALLER = 0.9
# The fastest levels: JSON and logs shrink to a fifth at any level.
_ZLIB_LEVEL, _ZSTD_LEVEL = 1, 1
# No byte of zlib becomes more: 258 bytes take two bits at the least (RFC 1951).
_ZLIB_RATIO = 1032

_OTHER_SIZE = "a stored value has another size than what was put: it was cut or changed"


def new_encryption_key() -> str:
    """A new random key for ``Codec(keys=[...])``: 32 bytes, in URL-safe base64.

    >>> len(new_encryption_key())
    44

    """
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Codec:
    """Packs what a store writes, and unpacks what it reads.

    Sealed is AES-256-GCM (NIST SP 800-38D) with a random nonce for each value. What is sealed for
    one place does not open at another, so values cannot be swapped unnoticed. With keys, what is
    not sealed is refused.

    Args:
        compression: ``"zlib"``, ``"zstd"`` (faster and smaller; below Python 3.14 it needs
            ``headroom-core[zstd]``), or ``None``. Reading understands all of them.
        keys: Keys from ``new_encryption_key``: the first one seals, all of them open. None, and
            nothing is sealed. Needs ``headroom-core[encryption]``.

    Raises:
        TypeError: ``keys`` is no list.
        ValueError: The compression is unknown, or a key is none.
        StoreError: A package is missing; the message says what to install.

    >>> codec = Codec()
    >>> packed = codec.pack(b"to and fro, " * 100, b"place")
    >>> len(packed) < 100, codec.unpack(packed, b"place") == b"to and fro, " * 100
    (True, True)

    """

    def __init__(
        self, *, compression: Compression | None = "zlib", keys: Sequence[str] = ()
    ) -> None:
        if compression not in ("zlib", "zstd", None):
            raise ValueError(
                f'compression must be "zlib", "zstd" or None, not {brief(compression)}'
            )
        if isinstance(keys, (str, bytes)):
            raise ValueError("keys must be a list of keys, the newest first, not one text")
        if not isinstance(keys, Iterable):
            raise TypeError(f"keys must be a list of keys, not {type(keys).__name__}")
        self._compression = compression
        self._zstd = _zstd() if compression == "zstd" else None
        # Beside their ids, by which a sealed value says which key opens it.
        self._ciphers = {_key_id(key): _cipher(key) for key in map(_key_bytes, keys)}
        self._first = next(iter(self._ciphers), None)

    @classmethod
    def from_environment(cls, name: str, *, compression: Compression | None = "zlib") -> Codec:
        """A codec with the keys in an environment variable, commas between, the newest first.

        Raises:
            TypeError: ``name`` is no text.
            ValueError: The variable is not set, is empty, or holds something else.

        """
        check_text("name", name)
        keys = [key.strip() for key in os.environ.get(name, "").split(",") if key.strip()]
        if not keys:
            raise ValueError(f"the environment variable {name} must hold the encryption keys")
        return cls(compression=compression, keys=keys)

    @property
    def sealing(self) -> bool:
        """Whether what is packed is sealed."""
        return self._first is not None

    @property
    def key_ids(self) -> tuple[bytes, ...]:
        """What tells of each key in what it sealed, of the one that seals first."""
        return tuple(self._ciphers)

    def pack(self, data: bytes, place: bytes, *, checked: bool = False) -> bytes:
        """Data as it is stored.

        Args:
            data: What is to be stored.
            place: Where it belongs; ``unpack`` must be told the same.
            checked: Whether it carries a hash of itself and its place where it is not sealed, so
                that what was damaged is noticed. ``unpack`` must be told the same.

        """
        return self.seal(self.shrink(data), place, checked=checked)

    def shrink(self, data: bytes) -> bytes:
        """The first half of ``pack``, which takes longest and knows no place yet."""
        if self._compression is not None and len(data) >= _WORTH_COMPRESSING:
            if self._zstd is not None:
                method, smaller = _ZSTD, self._zstd.compress(data, level=_ZSTD_LEVEL)
            else:
                method, smaller = _ZLIB, zlib.compress(data, _ZLIB_LEVEL)
            if len(smaller) < _SMALLER * len(data):
                return bytes([method]) + bytes(smaller)
        return bytes([_PLAIN]) + data

    def seal(self, shrunk: bytes, place: bytes, *, checked: bool = False) -> bytes:
        """The second half of ``pack``."""
        if self._first is not None:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            sealed = self._ciphers[self._first].encrypt(nonce, shrunk, place)
            return b"".join((bytes([_SEALED]), self._first, nonce, sealed))
        if checked:
            return bytes([_CHECKED]) + _check(shrunk, place) + shrunk
        return shrunk

    def unpack(
        self,
        packed: bytes,
        place: bytes,
        *,
        most: int | None = None,
        size: int | None = None,
        checked: bool = False,
        unsealed: bool = False,
    ) -> bytes:
        """Data as it was packed.

        Args:
            packed: What is stored.
            place: As it was packed for.
            most: Bytes that it has at the most: no more are made of it. ``None`` is any number.
            size: Bytes that it has, where that is stated elsewhere: what cannot have so many is
                not unpacked. ``None`` is any number.
            checked: As it was packed.
            unsealed: Whether it is taken although there are keys and it is not sealed: only where
                it is sealed next.

        Raises:
            IntegrityError: This is not what was packed for this place.
            StoreError: No key opens it, or a package that it needs is missing.

        """
        if self.is_sealed(packed):
            packed = self._opened(packed, place)
        elif self.sealing and not unsealed:
            raise IntegrityError(
                "a stored value is not sealed although there are keys: it was changed, or put "
                "without them; where the store has rotate(), that seals what was put without"
            )
        elif checked:
            start = 1 + _CHECK_BYTES
            packed, check = packed[start:], packed[:start]
            if check != bytes([_CHECKED]) + _check(packed, place):
                raise IntegrityError("a stored value is not as it was put: it was cut or changed")
        return self._unshrunk(packed, most, size)

    @staticmethod
    def is_sealed(packed: bytes) -> bool:
        """Whether a value is sealed, by whatever key."""
        return packed[:1] == bytes([_SEALED])

    def has_key_of(self, packed: object) -> bool:
        """Whether a value is sealed by one of the keys, or would be if it were genuine."""
        return (
            isinstance(packed, bytes)
            and self.is_sealed(packed)
            and packed[1 : 1 + _KEY_ID_BYTES] in self._ciphers
        )

    def is_current(self, packed: bytes) -> bool:
        """Whether a value is sealed as ``pack`` would seal it now: if not, pack it again."""
        if self._first is None:
            return not self.is_sealed(packed)
        return packed[: 1 + _KEY_ID_BYTES] == bytes([_SEALED]) + self._first

    def _unshrunk(self, packed: bytes, most: int | None, size: int | None) -> bytes:
        if not packed:
            raise IntegrityError("a stored value is empty: it was cut")
        method, data = packed[0], packed[1:]
        if method not in (_PLAIN, _ZLIB, _ZSTD):
            raise IntegrityError("a stored value is of an unknown form: it was changed")
        whole = True
        try:
            if size is not None and not self._may_have(size, method, data):
                raise IntegrityError(_OTHER_SIZE)
            most = most if size is None else size
            # One byte more than there may be tells that there is more.
            if method == _ZLIB:
                stream = zlib.decompressobj()
                data = stream.decompress(data, 0 if most is None else most + 1)
                whole = stream.eof
            elif method == _ZSTD:
                frame = (self._zstd or _zstd()).ZstdDecompressor()
                data = frame.decompress(data, -1 if most is None else most + 1)
                whole = frame.eof
        except StoreError:
            raise
        except Exception as error:
            raise IntegrityError("a stored value cannot be read: it was cut or changed") from error
        if most is not None and len(data) > most:
            raise IntegrityError("a stored value is larger than what was put: it was changed")
        if not whole:
            raise IntegrityError("a stored value cannot be read: it was cut or changed")
        if size is not None and len(data) != size:
            raise IntegrityError(_OTHER_SIZE)
        return data

    def _may_have(self, size: int, method: int, data: bytes) -> bool:
        """Whether data have so many bytes when they are unpacked, as far as can be told before."""
        if method == _ZLIB:
            return 0 <= size <= _ZLIB_RATIO * len(data)
        if method == _ZSTD:
            # What ``shrink`` writes says how long it is.
            info = (self._zstd or _zstd()).get_frame_info(data)
            return bool(info.decompressed_size == size)
        return size == len(data)

    def _opened(self, packed: bytes, place: bytes) -> bytes:
        start = 1 + _KEY_ID_BYTES
        if len(packed) < start + _NONCE_BYTES + _TAG_BYTES:
            raise IntegrityError("a sealed value is too short: it was cut")
        cipher = self._ciphers.get(packed[1:start])
        if cipher is None:
            given = "none of the keys given opens it" if self._ciphers else "no key was given"
            raise StoreError(
                f"a stored value is encrypted, and {given}; pass the key that sealed it, after "
                "the newest one: keys=[...], or the variable that key_env=NAME in a URL names"
            )
        with undisturbed:
            from cryptography.exceptions import InvalidTag

        nonce, sealed = packed[start : start + _NONCE_BYTES], packed[start + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, place)
        except InvalidTag as error:
            raise IntegrityError("a sealed value does not open: it was cut or changed") from error


def _check(shrunk: bytes, place: bytes) -> bytes:
    """A hash of a value and its place."""
    found = hashlib.blake2b(len(place).to_bytes(8, "big"), digest_size=_CHECK_BYTES)
    found.update(place)
    found.update(shrunk)
    return found.digest()


def _key_bytes(key: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(key.encode("ascii"))
    except (AttributeError, UnicodeEncodeError, binascii.Error) as error:
        # Not the key itself: it is a secret, however misspelt.
        raise ValueError("an encryption key is text from new_encryption_key()") from error
    if len(found) != 32:
        raise ValueError(f"an encryption key has 32 bytes in base64, this one has {len(found)}")
    return found


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"headroom key id\0" + key).digest()[:_KEY_ID_BYTES]


def _cipher(key: bytes) -> AESGCM:
    try:
        with undisturbed:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as error:
        raise StoreError(
            'encryption needs a package: pip install "headroom-core[encryption]"'
        ) from error
    return AESGCM(key)


def _zstd() -> ModuleType:
    """The module of Python 3.14, or its backport."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        with undisturbed:
            return import_module(name)
    except ModuleNotFoundError as error:
        raise StoreError('zstd needs a package: pip install "headroom-core[zstd]"') from error
