"""Where long values of Python can be cut: docstrings, and literals over many lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Part", "docstring_parts", "literal_parts"]

_OPENING = re.compile(r"[rRuU]?(\"\"\"|''')")

#: A docstring of at most so many lines stays whole.
_SHORT_DOCSTRING = 3

#: The first sentence of a docstring has at most so many lines.
_SENTENCE = 3

#: Literals inside literals are taken apart to this depth.
_DEPTH = 8

#: An element of a literal of fewer lines stays whole.
_SMALL = 6


def docstring_parts(
    lines: Sequence[str], first: int, last: int
) -> tuple[int, tuple[int, int]] | None:
    """The last line of the first sentence, and the range between it and the last line.

    ``None`` where the docstring cannot be cut so that the last line still closes it, or where
    that is not worth it.
    """
    if last - first < _SHORT_DOCSTRING:
        return None
    text = lines[first - 1].lstrip()
    opening = _OPENING.match(text)
    closing = lines[last - 1].rstrip()
    if opening is None or not closing.endswith(opening.group(1)):
        return None
    quotes = opening.group(1)
    if any(quotes in line for line in lines[first : last - 1]) or closing.count(quotes) != 1:
        return None
    if text.count(quotes) != 1:
        return None
    head = first
    if not text[opening.end() :].strip(" \t\r\\"):
        head += 1
    for _ in range(_SENTENCE - 1):
        following = lines[head].strip() if head < last else ""
        if not following or lines[head - 1].rstrip().endswith((".", "!", "?", ":")):
            break
        head += 1
    head = min(head, last - 1)
    return (head, (head + 1, last - 1)) if head + 1 <= last - 1 else None


@dataclass
class Part:
    """A literal over many lines, or a run of lines inside one."""

    #: The last line of its opening. Its first is the one after what came before it.
    opening: int
    last: int
    #: The first line of its closing; 0 if it is not taken apart.
    closing: int = 0
    elements: list[Part] = field(default_factory=list)


def literal_parts(lines: Sequence[str], node: ast.stmt) -> Part | None:
    """How a statement that is mostly one literal, or one call, can be cut; else ``None``."""
    value = getattr(node, "value", None)
    last = node.end_lineno or node.lineno
    if not isinstance(value, ast.expr):
        return None
    return _cut(lines, value, last, _DEPTH)


def _cut(lines: Sequence[str], value: ast.expr, last: int, depth: int) -> Part | None:
    elements = _elements(value)
    if not elements or not depth:
        return None
    opening = elements[0][0].lineno - 1
    end = elements[-1][1].end_lineno or 0
    # The bracket opens on a line before the first element, and closes on one after the last.
    if opening < value.lineno or end >= (value.end_lineno or 0):
        return None
    while opening > value.lineno and lines[opening - 1].strip().startswith("#"):
        opening -= 1
    parts: list[Part] = []
    previous = opening
    for position, (head, tail) in enumerate(elements):
        final = tail.end_lineno or tail.lineno
        if head.lineno <= previous:
            if not parts:
                return None
            # It shares a line with the one before.
            parts[-1] = Part(max(final, parts[-1].last), max(final, parts[-1].last))
        else:
            inner = _cut(lines, tail, final, depth - 1) if final - head.lineno > _SMALL else None
            parts.append(inner or Part(final, final))
        if position + 1 < len(elements):
            rest = lines[final - 1].encode("utf-8", "replace")[tail.end_col_offset or 0 :]
            if not rest.lstrip(b" \t)").startswith(b","):
                return None
        previous = parts[-1].last
    return Part(opening, last, parts[-1].last + 1, parts)


def _elements(value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The elements of a literal or a call: the first and the last expression of each."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return [(element, element) for element in value.elts]
    if isinstance(value, ast.Dict):
        return [(key or item, item) for key, item in zip(value.keys, value.values)]
    if isinstance(value, ast.Call):
        return [(argument, argument) for argument in value.args]
    return []
