"""Bytes written as characters: base64, hex, data URIs, PEM, tokens."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from headroom.kinds.opaque.media import LOOKED_AT, media_type
from headroom.kinds.opaque.stretch import LEAST, Stretch
from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["bytes_in_hex", "described", "find_data_uris", "find_unbroken", "find_wrapped"]

#: Where no encoding is known, so many characters in a row without a blank are no word.
_NO_WORD = 2000
#: So many characters tell how a long run is made.
_SAMPLE = 400

# With what JSON, PHP and forms make of a slash, a plus and a line break.
_RUN = regex(r"(?:[A-Za-z0-9+/_-]+|\\{1,8}[/nr]|%2[BF])+(?:={1,3}|(?:%3D){1,3})?")
_NO_RUN = regex(r"[^A-Za-z0-9+/_-]")
_ESCAPED = regex(r"\\{1,8}[nr]")
_HEX = regex(r"(?:0[xX])?[0-9a-fA-F]+")
_TOKEN = regex(r"eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){2,4}")
_TOKEN_PARTS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")
_CASES = regex(r"[A-Z]+|[a-z]+|[0-9]+|[^A-Za-z0-9]+")
_ENDS_URL = regex(r"[\s\"'<>()`]")
#: How far back an address is looked for that a run is part of.
_URL_CHARS = 4000

_DATA = regex("data:")
_DATA_URI = regex(
    r"data:(?P<type>[\w.+-]{1,60}/[\w.+-]{1,60})?(?:;[\w.+-]{1,40}=[\w.+-]{1,60}){0,4}"
    r"(?P<base64>;base64)?,"
)
_DATA_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_=-]+|\\{1,8}[/nr]|%2[BFbf]|%3[Dd])*")
_DATA_OTHER = regex(r"[^\s\"'()<>\\]*")

_WRAPPED = regex(r"[ \t>]*([A-Za-z0-9+/_-]{40,200}={0,2})[ \t\r]*")
_LAST = regex(r"[ \t>]*([A-Za-z0-9+/_-]{1,200}={0,2})[ \t\r]*")
_BEGIN = regex(r"[ \t>]*-----BEGIN ([A-Z0-9 ]{1,60})-----[ \t\r]*")
_END = regex(r"[ \t>]*-----END [A-Z0-9 ]{1,60}-----[ \t\r]*")
#: The longest line of an encoding that is broken into lines, with what stands before it.
_LINE_CHARS = 260
_FEWEST_LINES = 4
#: Lines between two looks at the clock.
_CHECKED_EVERY = 500


def described(text: str) -> tuple[str, str]:
    """What some base64 or hex is, in full and in short.

    >>> described("R0lGODlhCgAUAIAA" * 20)
    ('image/gif 10x20 240 bytes in base64', 'image/gif in base64')

    """
    is_hex = _HEX.fullmatch(text) is not None
    found = media_type(_first_bytes(text, is_hex=is_hex))
    digits = len(text) - (2 if text[:2] in ("0x", "0X") else 0)
    size = digits // 2 if is_hex else len(text.rstrip("=")) * 3 // 4
    encoding = "hex" if is_hex else "base64"
    what = f"{found} {size} bytes in {encoding}".strip()
    return what, f"{found.partition(' ')[0]} in {encoding}" if "/" in found else encoding


def bytes_in_hex(digits: str) -> tuple[str, str]:
    """What bytes are that are spelled out one by one, in full and in short."""
    digits = digits[: len(digits) // 2 * 2]
    found = media_type(bytes.fromhex(digits[: LOOKED_AT * 2]))
    return f"{found} {len(digits) // 2} bytes in hex".strip(), "bytes in hex"


def _first_bytes(text: str, *, is_hex: bool) -> bytes:
    try:
        if is_hex:
            digits = text.removeprefix("0x").removeprefix("0X")[: LOOKED_AT * 2]
            return bytes.fromhex(digits[: len(digits) // 2 * 2])
        some = text.rstrip("=")[: LOOKED_AT // 3 * 4]
        # Half an image, and padding that is wrong or missing, say as much.
        return base64.b64decode(some[: len(some) // 4 * 4], altchars=_altchars(some))
    except (ValueError, binascii.Error):
        return b""


def _altchars(text: str) -> bytes:
    return b"-_" if "-" in text or "_" in text else b"+/"


def _plain(text: str) -> str:
    """An encoded text without what was done to it for its surroundings."""
    if "%" in text:
        text = text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    return _ESCAPED.sub("", text).replace("\\", "") if "\\" in text else text


def find_data_uris(text: str, deadline: Deadline) -> Iterator[Stretch]:
    """The long data URIs of a text, their media types included."""
    end = 0
    for begin in deadline.over(_DATA.finditer(text)):
        at = begin.start()
        if at < end:
            continue
        head = _DATA_URI.match(text, at)
        end = begin.end()
        if head is not None:
            pattern = _DATA_BASE64 if head["base64"] else _DATA_OTHER
            body = pattern.match(text, head.end())
            assert body is not None
            end = body.end()
            if end - at >= LEAST:
                yield Stretch(at, end, *_described_uri(head["type"] or "", head, body[0]))


def _described_uri(declared: str, head: re.Match[str], body: str) -> tuple[str, str]:
    if not head["base64"]:
        return f"{declared or 'text/plain'} {len(body)} characters", declared or "data URI"
    plain = _plain(body)
    found = media_type(_first_bytes(plain, is_hex=False))
    name = found if "/" in found else declared
    return f"{name} {len(plain.rstrip('=')) * 3 // 4} bytes in base64".strip(), name or "base64"


def find_unbroken(text: str, at: int, low: int, _deadline: Deadline) -> tuple[int, Stretch | None]:
    """The run of characters without a blank around a place: where it ends, and what it is.

    Args:
        text: The text.
        at: The place.
        low: It begins no earlier.

    """
    start = at
    while start > low and not _NO_RUN.match(text, start - 1):
        start -= 1
    match = _RUN.match(text, start)
    if match is None:
        return at, None
    end = match.end()
    start, end, what = _token(text, start, end, low)
    if what is not None:
        return end, Stretch(start, end, what, "JSON Web Token")
    if end - start < LEAST or _in_url(text, start):
        return end, None
    plain = _plain(text[start:end])
    if _looks_encoded(plain):
        return end, Stretch(start, end, *described(plain))
    if end - start >= _NO_WORD and "\\" not in match[0] and _is_no_word(plain):
        return end, Stretch(start, end, f"{end - start} characters without a blank", "characters")
    return end, None


def _token(text: str, start: int, end: int, low: int) -> tuple[int, int, str | None]:
    """A JSON Web Token around a run, which has parts with dots between them."""
    if "." not in (text[start - 1 : start], text[end : end + 1]):
        return start, end, None
    first = start
    while first > max(low, start - _URL_CHARS) and text[first - 1] in _TOKEN_PARTS:
        first -= 1
    match = _TOKEN.match(text, text.find("eyJ", first, end) if "eyJ" in text[first:end] else first)
    if match is None or match.end() < end or _in_url(text, match.start()):
        return start, end, None
    return match.start(), match.end(), f"JSON Web Token {len(match[0])} characters"


def _in_url(text: str, start: int) -> bool:
    before = text[max(0, start - _URL_CHARS) : start]
    return "://" in before and "://" in _ENDS_URL.split(before)[-1]


def _looks_encoded(text: str) -> bool:
    """Whether characters follow each other as they do in what no one wrote."""
    if _HEX.fullmatch(text):
        return len(set(text[: _SAMPLE * 4])) > 4 and not text.isdecimal()
    middle = len(text) // 2
    return any(
        _is_mixed(text[at : at + _SAMPLE]) for at in (0, middle, max(0, len(text) - _SAMPLE))
    )


def _is_mixed(sample: str) -> bool:
    size = len(sample)
    upper = sum(map(str.isupper, sample)) / size
    lower = sum(map(str.islower, sample)) / size
    digits = sum(map(str.isdecimal, sample)) / size
    switches = len(_CASES.findall(sample)) / size
    if min(upper, lower) > 0.12:
        # Of random base64, 65 % of the characters are of another sort than the one before.
        return digits > 0.03 and switches > 0.42
    others = 1 - upper - lower - digits
    return digits > 0.1 and max(upper, lower) > 0.5 and others < 0.03 and switches > 0.2


def _is_no_word(text: str) -> bool:
    """Whether a long run is no list of names: it has hardly anything between its letters."""
    between = sum(text.count(char) for char in "/_-+")
    return between * 50 < len(text) and not text.isdecimal()


def find_wrapped(text: str, at: int, low: int, deadline: Deadline) -> tuple[int, Stretch | None]:
    """The encoded lines around a place, each of the same length but the last."""
    start = _line_start(text, at, low)
    line = None if start is None else _line(text, start, _WRAPPED)
    if start is None or line is None:
        return at, None
    width, indent = len(line[1]), line.start(1) - start
    first, end, parts = start, line.end(), [line[1]]
    while first > low:
        before = _line_start(text, first - 1, low)
        above = None if before is None else _line(text, before, _WRAPPED)
        if before is None or above is None or len(above[1]) != width:
            break
        first = before
        parts.insert(0, above[1])
    while end < len(text):
        below = _line(text, end + 1, _WRAPPED)
        if below is None or len(below[1]) != width:
            break
        end = below.end()
        parts.append(below[1])
        if not len(parts) % _CHECKED_EVERY:
            deadline.check()
    count = len(parts)
    last = _line(text, end + 1, _LAST) if end < len(text) else None
    if last is not None and len(last[1]) < width and _is_last(last[1]):
        end = last.end()
        parts.append(last[1])
    whole = "".join(parts)
    if count < _FEWEST_LINES or len(whole) < LEAST or not _looks_encoded(whole):
        return end, None
    return _in_armor(text, first, end, low) or (
        end,
        Stretch(first + indent, end, *described(whole)),
    )


def _in_armor(text: str, first: int, end: int, low: int) -> tuple[int, Stretch] | None:
    """The stretch of encoded lines with the lines around them that name it (RFC 7468)."""
    before = _line_start(text, first - 1, max(0, low - _LINE_CHARS)) if first else None
    begin = None if before is None else _line(text, before, _BEGIN)
    if begin is None:
        return None
    closing = _line(text, end + 1, _END) if end < len(text) else None
    end = end if closing is None else closing.end()
    name = begin[1].strip()
    return end, Stretch(begin.start(), end, f"{name} {end - first} characters", name)


def _line_start(text: str, at: int, low: int) -> int | None:
    """Where the line of a place begins; ``None`` where that is before ``low``, or far away."""
    least = max(low, at - _LINE_CHARS)
    start = text.rfind("\n", least, at) + 1
    return start if start or least == 0 else None


def _line(text: str, start: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The line that begins somewhere, where it is of a pattern."""
    match = pattern.match(text, start, start + _LINE_CHARS)
    if match is None or (match.end() < len(text) and text[match.end()] != "\n"):
        return None
    return match


def _is_last(line: str) -> bool:
    if line.endswith("="):
        return True
    return len(line) % 4 == 0 and len(line) > 7 and len(_CASES.findall(line)) * 4 > len(line)
