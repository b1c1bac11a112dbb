"""Blocks in braces that hold nothing but names with values, as configurations have them."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["END", "are_in_braces", "is_end", "opening_of"]

# All of these are chosen.

#: The name of a line that ends a block, and of one that begins one without a word before what the
#: block is called.
END, _BLOCK = "}", "block"
#: The share of the lines that open a block and that close one; and of the others that give a name
#: its value: a program has statements.
_BRACED, _SETTINGS = 0.08, 0.9
#: After so many lines, half of that share of them must open one.
_SOON = 60

# Maybe a word by which it is known, and what it is called: resource "a" "b" {, tags = {, .card {.
_OPENING = re.compile(r"(?:([A-Za-z_@][\w-]*) +(?=[^\s{=]))?([^{}]{0,200}?) *=? *\{")
_END = re.compile(r"[}\])]+[;,]?")


def opening_of(text: str) -> tuple[str, str] | None:
    """The name of a line that opens a block, and what the block is called; ``None`` for others.

    >>> opening_of('resource "aws_s3_bucket" "logs" {'), opening_of(".card {"), opening_of("a = 1")
    (('resource', '"aws_s3_bucket" "logs"'), ('block', '.card'), None)
    """
    opening = _OPENING.fullmatch(text) if text[-1:] == "{" else None
    return (opening[1] or _BLOCK, opening[2]) if opening else None


def is_end(text: str) -> bool:
    """Whether a line does nothing but end a block."""
    return _END.fullmatch(text) is not None


def are_in_braces(lines: Sequence[str], pair: re.Pattern[str]) -> bool:
    """Whether lines are of such blocks.

    Args:
        lines: All of them.
        pair: What a line begins with that gives a name its value.

    """
    # Most texts show soon that they are none.
    few = lines[:_SOON]
    if sum(line.rstrip()[-1:] == "{" for line in few) <= _BRACED * len(few) / 2:
        return False
    opening = closing = pairs = rest = 0
    for line in map(str.strip, lines):
        if line[-1:] == "{":
            opening += 1
        elif line and is_end(line):
            closing += 1
        elif line:
            rest += 1
            pairs += pair.match(line) is not None
    of_all = opening + closing + rest
    # Blocks with nothing in them say nothing.
    return min(opening, closing, pairs) > _BRACED * of_all and pairs >= _SETTINGS * rest
