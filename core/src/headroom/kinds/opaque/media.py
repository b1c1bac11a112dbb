"""What bytes are, by the first of them; how large an image is, by its header alone."""

from __future__ import annotations

import struct
from collections.abc import Callable

__all__ = ["LOOKED_AT", "media_type"]

#: So many bytes are looked at: the size of a JPEG stands behind what the camera says of itself.
LOOKED_AT = 49_152

# Media types as IANA has them, and as file(1) prints them where IANA has none.
_BY_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x00asm", "application/wasm"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\x00\x01\x00\x00\x00", "font/ttf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x00\x00\x00\x07ssh-", "SSH public key"),
    (b"\x00\x00\x00\x13ecdsa-", "SSH public key"),
    (b"\x00\x00\x00\x0bssh-", "SSH public key"),
    (b"openssh-key-v1\x00", "SSH private key"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {9, 10, 13}


def media_type(start: bytes) -> str:
    r"""What some bytes are, with the size of an image; empty where nobody knows.

    Args:
        start: The first bytes; half an image is enough.

    >>> media_type(b"GIF89a\x0a\x00\x14\x00")
    'image/gif 10x20'

    """
    found = next((name for magic, name in _BY_FIRST_BYTES if start.startswith(magic)), "")
    if start[:4] == b"RIFF":
        found = _RIFF.get(start[8:12], "")
    elif start[:2] == b"BM" and start[6:10] == b"\x00\x00\x00\x00":
        found = "image/bmp"
    elif start[4:8] == b"ftyp":
        brand = start[8:11]
        found = {b"avi": "image/avif", b"hei": "image/heic", b"mif": "image/heif"}.get(
            brand, "video/mp4"
        )
    elif start[257:262] == b"ustar":
        found = "application/x-tar"
    elif start[:2] == b"\x30\x82" and not found:
        found = "DER structure"
    if not found and len(start) >= 24 and all(byte in _PRINTABLE for byte in start[:512]):
        found = "ASCII text"
    size = _SIZES.get(found)
    dimensions = None
    if size is not None:
        try:
            dimensions = size(start)
        except (struct.error, IndexError):
            # The header is cut off: what it is, is known all the same.
            dimensions = None
    return f"{found} {dimensions[0]}x{dimensions[1]}" if dimensions else found


def _png(start: bytes) -> tuple[int, int]:
    return struct.unpack(">II", start[16:24])


def _gif(start: bytes) -> tuple[int, int]:
    return struct.unpack("<HH", start[6:10])


def _bmp(start: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<ii", start[18:26])
    return width, abs(height)


def _webp(start: bytes) -> tuple[int, int] | None:
    form = start[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(start[at : at + 3], "little") for at in (24, 27))
        return width + 1, height + 1
    if form == b"VP8L":
        (bits,) = struct.unpack("<I", start[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", start[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(start: bytes) -> tuple[int, int] | None:
    """The size in the first frame header (ITU-T T.81, B.2.2); segments say how long they are."""
    at = 2
    while at + 9 <= len(start):
        if start[at] != 0xFF:
            return None
        code = start[at + 1]
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", start[at + 5 : at + 9])
            return width, height
        (length,) = struct.unpack(">H", start[at + 2 : at + 4])
        if length < 2:
            return None
        at += 2 + length
    return None


_SIZES: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/bmp": _bmp,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
