"""Blocks in braces that hold nothing but names with values, as configurations have them."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["END", "are_in_braces", "directive_of", "line_in_braces", "opening_of", "unsigned"]

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
# The sign of a plan before what it adds, takes away or changes.
_SIGN, _SIGNS = re.compile(r"(?:[-+~]|-/\+|\+/-|<=) +"), "-+~<"
# A directive, a name with its values: listen 443 ssl; file "zone.db"; allow { none; };
_DIRECTIVE = re.compile(
    r"(?!return\b|import\b|using?\b|throw\b)([A-Za-z_][\w-]*)[ \t]+([^=(){}]*(?:\{[^{}=(]*\})?);"
)
# How blocks of programs begin, which declare what looks like directives.
_PROGRAM = re.compile(
    r".*[()]|(?:class|const|enum|export|extern|fn|func|if|impl|import|interface|namespace|package"
    r"|private|protected|pub|public|static|struct|trait|typedef|union|using|void)\b"
)
#: What a comment begins with, as nothing that is set.
_COMMENT = ("#", "//")


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


def unsigned(text: str) -> tuple[str, str]:
    """The sign of a plan that a line begins with, or none, and what stands behind it.

    >>> unsigned('+ resource "disk" "a" {'), unsigned("size = 3")
    (('+', 'resource "disk" "a" {'), ('', 'size = 3'))
    """
    sign = _SIGN.match(text) if text[:1] in _SIGNS else None
    return (sign[0].strip(), text[sign.end() :]) if sign else ("", text)


def directive_of(text: str) -> tuple[str, str] | None:
    """The name of a directive and its values; ``None`` for other lines.

    >>> directive_of("listen 443 ssl;"), directive_of("x = 3;"), directive_of("return x;")
    (('listen', '443 ssl'), None, None)
    """
    found = _DIRECTIVE.fullmatch(text) if text[-1:] == ";" else None
    return (found[1], found[2].strip()) if found else None


def line_in_braces(text: str) -> tuple[str, str] | None:
    """The name of a line that opens a block, ends one, or is a directive, and what it says."""
    found = opening_of(text) or directive_of(text)
    return (END, "") if found is None and is_end(text) else found


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
    opening = closing = pairs = rest = directives = 0
    is_program = False
    for line in map(str.strip, lines):
        text = unsigned(line)[1]
        if text[-1:] == "{":
            opening += 1
            is_program = is_program or _PROGRAM.match(text) is not None
        elif text and is_end(text):
            closing += 1
        elif text and not text.startswith(_COMMENT):
            rest += 1
            if pair.match(text):
                pairs += 1
            else:
                directives += directive_of(text) is not None
    of_all = opening + closing + rest
    pairs += 0 if is_program else directives
    # Blocks with nothing in them say nothing.
    return min(opening, closing, pairs) > _BRACED * of_all and pairs >= _SETTINGS * rest
