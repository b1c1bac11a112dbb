"""Numbers that nobody reads: vectors, and bytes in lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from headroom.kinds.opaque.encoded import bytes_in_hex
from headroom.kinds.opaque.media import LOOKED_AT, media_type
from headroom.kinds.opaque.stretch import LEAST, Stretch
from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["LEAST_NUMBERS", "described_list", "find_bytes", "find_vectors"]

#: So many numbers make a vector; so many small ones bytes, and fewer where the first ones tell.
_VECTOR, _BYTES, _KNOWN_BYTES, _SPELLED = 64, 256, 64, 128
#: Fewer numbers tell something.
LEAST_NUMBERS = min(_VECTOR, _KNOWN_BYTES)
#: So many numbers tell how a long list goes on.
_LOOKED_AT = 512
#: The share of the numbers that have each sign, in a vector.
_SIGNS = 0.1
#: Digits after the point of a vector's components on the average: measurements have fewer.
_DIGITS = 4
#: How much a number tells of the one before it: as little as in noise, of which 64 numbers have
#: less than this in 98 of 100 cases. (The autocorrelation at lag 1.)
_TOLD = 0.3

#: Lines between two looks at the clock.
_CHECKED_EVERY = 500

_RUN = regex(r"[-+0-9.eE,\s]+")
_NO_RUN = regex(r"[^-+0-9.eE,\s]")
_NUMBER = regex(r"(?<![\w.+-])[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_ITEM = regex(r"[ \t]*((?:- )+)[ \t]*([-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?)[ \t\r]*")
_BRACKETS = {"[": "]", "(": ")", "{": "}"}

_BYTE_RUN = regex(r"[0-9a-fA-FxX:,;\s\\]+")
_NO_BYTE_RUN = regex(r"[^0-9a-fA-FxX:,;\s\\]")
_BYTE = regex(r"(?:0x|0X|\\x)?([0-9a-fA-F]{2})(?:[:,;\s]+|(?=\\x)|$)")


def described_list(values: Sequence[str]) -> tuple[str, str] | None:
    """What a list of numbers is, in full and in short; ``None`` for one that tells something.

    Args:
        values: The numbers as they were written.

    >>> described_list([str(n) for n in range(300)])
    >>> described_list([str(pow(3, n, 257) % 256) for n in range(300)])[0]
    '300 bytes in a list'

    """
    count = len(values)
    if count < LEAST_NUMBERS:
        return None
    try:
        numbers = [float(value) for value in values[:_LOOKED_AT]]
    except ValueError:
        return None
    if not any("." in value or "e" in value or "E" in value for value in values[:_LOOKED_AT]):
        return _whole_numbers(values, numbers)
    fractions = [len(value.partition(".")[2]) for value in values[:_LOOKED_AT]]
    if count < _VECTOR or sum(fractions) < _DIGITS * len(fractions):
        return None
    if not _has_both_signs(numbers) or not _is_noise(numbers):
        return None
    try:
        every = numbers if count <= _LOOKED_AT else [float(value) for value in values]
    except ValueError:
        return None
    return f"{count} numbers from {min(every):.4g} to {max(every):.4g}", f"{count} numbers"


def _whole_numbers(values: Sequence[str], numbers: list[float]) -> tuple[str, str] | None:
    count = len(values)
    low, high = min(numbers), max(numbers)
    if low >= 0 and high <= 255:
        start = bytes(
            int(value) for value in values[:LOOKED_AT] if value.isdecimal() and int(value) < 256
        )
        found = media_type(start)
        if found and "/" in found:
            return f"{found} {count} bytes in a list", f"{found.partition(' ')[0]} in a list"
        if count >= _BYTES and high > 127 and _is_noise(numbers):
            return f"{count} bytes in a list", "bytes in a list"
        return None
    small = low >= -128 and high <= 127
    if small and count >= _SPELLED and _has_both_signs(numbers) and _is_noise(numbers):
        return f"{count} numbers from {low:g} to {high:g}", f"{count} numbers"
    return None


def _has_both_signs(numbers: list[float]) -> bool:
    negative = sum(number < 0 for number in numbers) / len(numbers)
    return _SIGNS < negative < 1 - _SIGNS


def _is_noise(numbers: list[float]) -> bool:
    mean = sum(numbers) / len(numbers)
    apart = [number - mean for number in numbers]
    square = sum(one * one for one in apart)
    if not 0 < square < float("inf"):
        return False
    return abs(sum(one * other for one, other in pairwise(apart))) < _TOLD * square


def find_vectors(text: str, at: int, low: int, deadline: Deadline) -> tuple[int, list[Stretch]]:
    """The vectors in the run of numbers around a place, and where the run ends."""
    start = at
    while start > low and not _NO_RUN.match(text, start - 1):
        start -= 1
    match = _RUN.match(text, start)
    if match is None:
        return at, []
    end = match.end()
    if end - start < LEAST:
        return end, []
    if _NUMBER.search(text, start, end) is None:
        return end, []
    opening = text[start - 1 : start]
    closing = _BRACKETS.get(opening)
    if closing is not None and (end == len(text) or text[end] == closing):
        found = described_list(_NUMBER.findall(text, start, end))
        if found is None:
            return end, []
        if opening == "[":
            return end, [Stretch(start - 1, min(end + 1, len(text)), *found, is_array=True)]
        return end, [Stretch(start, end, *found, is_array=True)]
    return end, list(_by_lines(text, start, end, deadline))


def _by_lines(text: str, start: int, end: int, deadline: Deadline) -> Iterator[Stretch]:
    """Vectors that fill a line each, and lists with an item to a line."""
    items: list[re.Match[str]] = []
    turns = 0
    # Without the sign of any item no line is asked whether it is one.
    has_items = text.find("- ", start, end) >= 0
    while start < end:
        if not turns % _CHECKED_EVERY:
            deadline.check()
        turns += 1
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        item = _ITEM.fullmatch(text, start, stop) if has_items else None
        if item is not None and not (items and item[1] != "- "):
            items.append(item)
        elif items:
            yield from _listed(items)
            items = [] if item is None else [item]
        if stop - start >= LEAST:
            numbers = list(_NUMBER.finditer(text, start, stop))
            found = described_list([number[0] for number in numbers])
            if found is not None:
                yield Stretch(numbers[0].start(), numbers[-1].end(), *found)
        start = stop + 1
    yield from _listed(items)


def _listed(items: Sequence[re.Match[str]]) -> Iterator[Stretch]:
    found = described_list([item[2] for item in items])
    if found is not None:
        yield Stretch(items[0].start(2), items[-1].end(2), *found)


def find_bytes(text: str, at: int, low: int, deadline: Deadline) -> tuple[int, Stretch | None]:
    """Bytes that are spelled out one by one around a place: ``0x7f, 0x45``, ``7f:45``."""
    start = at
    while start > low and not _NO_BYTE_RUN.match(text, start - 1):
        start -= 1
    match = _BYTE_RUN.match(text, start)
    if match is None:
        return at, None
    end = match.end()
    first = _BYTE.search(text, start, end)
    if first is None or end - start < LEAST:
        return end, None
    digits: list[str] = []
    position = first.start()
    for found in deadline.over(_BYTE.finditer(text, position, end)):
        if found.start() != position:
            break
        digits.append(found[1])
        position = found.end()
    lettered = sum(not pair.isdecimal() for pair in digits)
    if len(digits) < _SPELLED or lettered * 10 < len(digits):
        return end, None
    body = text[first.start() : position].rstrip()
    return end, Stretch(first.start(), first.start() + len(body), *bytes_in_hex("".join(digits)))
