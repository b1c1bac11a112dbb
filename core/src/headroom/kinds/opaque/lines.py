"""Whole lines that nobody reads: hex dumps, minified code, what is no text at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from headroom.kinds.opaque.encoded import bytes_in_hex
from headroom.kinds.opaque.stretch import LEAST, Stretch
from headroom.lines import parts
from headroom.regexes import regex
from headroom.view import Deadline

__all__ = [
    "MINIFIED",
    "find_binary",
    "find_dumps",
    "find_escapes",
    "find_minified",
    "holds_binary",
    "holds_dump",
]

#: A dump of fewer lines is there to be read.
_FEWEST_LINES = 8
#: The share of its lines that have the usual number of bytes; instructions beside the bytes that
#: they are made of have as many as they need. Chosen: each dump has one short line, its last.
_EVEN = 0.8
_DUMP = regex(
    r"[ \t]*(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]{1,4}((?:[0-9a-fA-F]{2,8}[ \t]{1,3}){4,32})(.{0,40})"
)
# Nothing of an indentation is given back.
_DUMP_BEGINS = re.compile(
    r"(?=([ \t]*))\1(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]{1,4}(?:[0-9a-fA-F]{2,8}[ \t]{1,3}){4}"
)
#: A line feed is found sooner than the beginning of a line.
_DUMP_BELOW = regex(r"\n" + _DUMP_BEGINS.pattern)
#: Lines of a dump between two looks at the clock.
_CHECKED_EVERY = 500
_REPEATED = regex(r"[ \t]*\*[ \t\r]*")

#: A line of so many characters is read by nobody where it is code.
MINIFIED = 1000
_SAMPLE = 600
_SCRIPT = regex(
    r"function[ (*]|=>|\breturn\b|\bvar |\bconst |\blet |\bthis\.|&&|\|\||[!=]==|\.prototype\b|"
    r"\btypeof |\bvoid 0|[(,=?:&|!]![01]\b|\bnew [A-Za-z]|"
    r"\.(?:length|push|call|apply|exports)\b|\bnull\b"
)
_STYLE = regex(r"[{;][a-z-]{2,40}:[^{};\"]{1,200}(?=[;}])")
_TAG = regex(r"</?[a-zA-Z][^<>]{0,200}>")
#: With more of them, a line is part of a page.
_MOST_TAGS = 4
#: So often in a thousand characters, and so many different ones.
_OFTEN, _DIFFERENT = 8, 4
#: The share of blanks that is left in minified code; prose has 16 %, code that is laid out 20 %.
_BLANKS = 0.08

# What no text has: control characters but those of terminals, what could not be decoded.
_BAD = regex("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
#: What else there is in ASCII.
_GOOD = bytes((*range(0x09, 0x0E), 0x1B, *range(0x20, 0x7F)))
#: Such characters stand this close together, so many of them, of so many sorts, in such a share.
_CLOSE, _FEWEST, _SORTS, _DENSE = 24, 32, 5, 0.1

_ESCAPES = regex(r"(?:\\(?:x[0-9a-fA-F]{2}|[nrtabfv0'\"\\])[^\\\n]{0,6})+")


def holds_dump(text: str) -> bool:
    """Whether a line of a text is one of a hex dump."""
    return _first_dump(text) is not None and any(map(_DUMP.fullmatch, text.split("\n")))


def holds_binary(text: str) -> bool:
    """Whether there is anything in a text that no text has."""
    if text.isascii():
        # A tenth of the time that the pattern takes.
        return any(part.encode().translate(None, _GOOD) for part in parts(text))
    return _BAD.search(text) is not None


def find_dumps(text: str, deadline: Deadline) -> Iterator[Stretch]:
    """Hex dumps as ``xxd``, ``hexdump -C`` and ``od`` print them."""
    begin = _first_dump(text)
    while begin is not None:
        start = begin.start()
        start = end = start + (text[start] == "\n")
        count, digits = 0, list[str]()
        while True:
            if not count % _CHECKED_EVERY:
                deadline.check()
            stop = text.find("\n", end + 1 if count else end)
            line = text[end + 1 if count else end : len(text) if stop < 0 else stop]
            match = _DUMP.fullmatch(line)
            if match is None and not (count and _REPEATED.fullmatch(line)):
                break
            count += 1
            digits.append("" if match is None else "".join(match[1].split()))
            end = len(text) if stop < 0 else stop
            if stop < 0:
                break
        if count >= _FEWEST_LINES and _is_even(digits):
            what = bytes_in_hex("".join(digits))[0].removesuffix(" in hex")
            yield Stretch(start, end, f"hex dump of {what}", "hex dump")
        begin = _DUMP_BELOW.search(text, max(end, begin.end()))


def _first_dump(text: str) -> re.Match[str] | None:
    """Where the first line begins that may be one of a dump: at it, or at the line feed above."""
    return _DUMP_BEGINS.match(text) or _DUMP_BELOW.search(text)


def _is_even(digits: Sequence[str]) -> bool:
    sizes = Counter(map(len, filter(None, digits)))
    return max(sizes.values()) >= _EVEN * sizes.total()


def find_minified(
    text: str, within: Callable[[int, int], str], deadline: Deadline
) -> Iterator[Stretch]:
    """Lines of minified scripts and style sheets.

    Args:
        text: The text.
        within: The text between two places, less what else nobody reads.
        deadline: Checked now and then.

    """
    step = MINIFIED // 2
    after = 0
    for at in deadline.over(range(0, len(text) - step + 1, step), every=20):
        if at < after:
            continue
        # A long line holds at least one step as a whole.
        if text.find("\n", at, at + step) >= 0:
            continue
        start = text.rfind("\n", max(0, at - step), at) + 1 or max(0, at - step)
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end - start >= MINIFIED:
            rest = within(start, end)
            name = _minified(rest) if len(rest) >= MINIFIED else ""
            if name:
                what = f"minified {name} {end - start} characters"
                yield Stretch(start, end, what, f"minified {name}")
        after = end


def _minified(line: str) -> str:
    """What a long line is; empty where it is no minified code."""
    middle = max(0, len(line) // 2 - _SAMPLE // 2)
    samples = [line[:_SAMPLE], line[middle : middle + _SAMPLE], line[-_SAMPLE:]]
    if max(sample.count(" ") / len(sample) for sample in samples) >= _BLANKS:
        return ""
    if max(len(_TAG.findall(sample)) for sample in samples) > _MOST_TAGS:
        return ""
    for name, pattern in (("JavaScript", _SCRIPT), ("CSS", _STYLE)):
        found = [pattern.findall(sample) for sample in samples]
        often = sum(
            len(signs) * 1000 >= _OFTEN * len(sample) and len(set(signs)) >= _DIFFERENT
            for signs, sample in zip(found, samples)
        )
        if often >= 2:
            return name
    return ""


def find_binary(text: str, deadline: Deadline) -> Iterator[Stretch]:
    """Stretches of what was never text, or was read in the wrong encoding."""
    if not holds_binary(text):
        return
    first = last = -1
    count = 0
    sorts: set[str] = set()
    for match in deadline.over(_BAD.finditer(text)):
        at = match.start()
        if first >= 0 and at - last > _CLOSE:
            yield from _binary(first, last + 1, count, sorts)
            first, count = -1, 0
        if first < 0:
            first, sorts = at, set()
        last = at
        count += 1
        if len(sorts) < _SORTS:
            sorts.add(match[0])
    if first >= 0:
        yield from _binary(first, last + 1, count, sorts)


def _binary(first: int, end: int, count: int, sorts: set[str]) -> Iterator[Stretch]:
    size = end - first
    mixed = len(sorts) >= _SORTS or "\ufffd" in sorts
    if size >= LEAST and count >= _FEWEST and mixed and count >= _DENSE * size:
        yield Stretch(first, end, f"{size} characters of binary data", "binary data")


def find_escapes(text: str, deadline: Deadline) -> Iterator[Stretch]:
    """Bytes written with escapes, as Python and C print them."""
    if text.count("\\x") < _FEWEST:
        return
    for match in deadline.over(_ESCAPES.finditer(text)):
        count = match[0].count("\\x")
        if len(match[0]) >= LEAST and count >= _FEWEST:
            yield Stretch(
                match.start(),
                match.end(),
                f"{len(match[0])} characters of escaped bytes",
                "escaped bytes",
            )
