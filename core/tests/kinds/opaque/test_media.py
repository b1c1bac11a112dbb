"""What bytes are, and how large an image is, by their beginning alone."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.kinds.opaque.media import media_type

JPEG = (
    b"\xff\xd8"
    + b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)
    + b"\xff\xc4" + struct.pack(">H", 40) + bytes(38)
    + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, 480, 640, 3) + bytes(9)
)  # fmt: skip
KNOWN = {
    "image/png 16x9": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 16, 9),
    "image/jpeg 640x480": JPEG,
    "image/gif 7x5": b"GIF89a" + struct.pack("<HH", 7, 5),
    "image/bmp 30x20": b"BM" + bytes(12) + struct.pack("<Iii", 40, 30, -20),
    "image/webp 300x200": b"RIFF....WEBPVP8X" + bytes(8) + b"\x2b\x01\x00\xc7\x00\x00",
    "image/webp 100x50": b"RIFF....WEBPVP8L"
    + bytes(4)
    + b"\x2f"
    + struct.pack("<I", 99 | 49 << 14),
    "image/webp 64x32": b"RIFF....WEBPVP8 " + bytes(10) + struct.pack("<HH", 64, 32),
    "image/avif": b"\x00\x00\x00\x1cftypavif",
    "video/mp4": b"\x00\x00\x00\x1cftypisom",
    "audio/wav": b"RIFF....WAVEfmt ",
    "application/pdf": b"%PDF-1.7",
    "application/zip": b"PK\x03\x04",
    "application/gzip": b"\x1f\x8b\x08\x00",
    "application/x-tar": bytes(257) + b"ustar",
    "font/woff2": b"wOF2",
    "DER structure": b"\x30\x82\x07\xd3",
    "ASCII text": b"apiVersion: v1\nkind: Secret\n",
    "": b"\x9c\x01\x02\x03",
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_known(name: str) -> None:
    assert media_type(KNOWN[name]) == name


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_cut_anywhere(name: str) -> None:
    for size in range(len(KNOWN[name])):
        found = media_type(KNOWN[name][:size])
        assert found in ("", "ASCII text") or "/" in found or found == "DER structure"


@given(st.binary(max_size=400), st.sampled_from(sorted(KNOWN)))
def test_any_bytes(data: bytes, name: str) -> None:
    media_type(data)
    media_type(KNOWN[name] + data)
