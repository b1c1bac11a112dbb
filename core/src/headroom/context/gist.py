"""One line that says what an entry is about."""

from __future__ import annotations

import re

from headroom.toolkit.kind import BaseKind
from headroom.toolkit.markers import MARKER, SMALLEST

__all__ = ["gist", "shortened"]

# Characters of a line; by eye, not measured.
_CHARS = 120
# One in so many of them stands before what the line is about.
_BEFORE = 3
# Characters that are taken for each that is shown: runs of white space shrink to one.
_SLACK = 4
# Characters of a view that are looked at.
_LOOKED_AT = 4000
# Blanks, and what moves a terminal's cursor or turns the direction of writing.
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def gist(view: str, kind: BaseKind | None) -> str:
    r"""What a view is about in one line: what its kind says of it, or its beginning.

    >>> gist("Dear all,\n[lines 2-9 left out]\nYours.", None)
    'Dear all, Yours.'

    """
    head = view[:_LOOKED_AT]
    found = kind and kind.gist(head)
    if not found and ("left out" in head or SMALLEST in head):
        found = MARKER.sub(" ", head)
    return shortened(found or head)


def shortened(text: str, around: int = 0) -> str:
    """At most so many characters of a text on one line, from near a position on."""
    start = max(0, around - _CHARS // _BEFORE)
    line = " ".join(text[start : start + _SLACK * _CHARS].split())
    if not line.isprintable():
        # Much slower, and seldom needed.
        line = _SPACE.sub(" ", line).strip()
    before = "\u2026" if start else ""
    room = _CHARS - len(before)
    return before + (line if len(line) <= room else line[: room - 1].rstrip() + "\u2026")
