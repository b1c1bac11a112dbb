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

#: What ends an element together with its line.
_BREAKS = re.compile(rb",[ \t\r\f]*(?:#.*)?")

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
    #: Whether it is surely sound whichever of its elements are left out.
    is_exact: bool = True


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
    is_exact = _opens(lines, value, opening)
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
        rest = _behind(lines, tail).lstrip(b" \t)")
        following = elements[position + 1][0].lineno if position + 1 < len(elements) else 0
        if following and not rest.startswith(b","):
            return None
        if following != final and not _BREAKS.fullmatch(rest):
            is_exact = is_exact and not following and _closes(lines, value, tail)
        previous = parts[-1].last
    is_exact = is_exact and all(part.is_exact for part in parts)
    return Part(opening, last, parts[-1].last + 1, parts, is_exact)


def _opens(lines: Sequence[str], value: ast.expr, opening: int) -> bool:
    """Whether a line ends with the bracket of a value, one that may stand around any elements."""
    if isinstance(value, ast.Call):
        return opening == value.func.end_lineno and _behind(lines, value.func).strip() == b"("
    if isinstance(value, ast.Tuple) and any(isinstance(e, ast.Starred) for e in value.elts):
        # ``(*some)`` is none.
        return False
    line = lines[opening - 1].encode("utf-8", "replace").rstrip()
    return opening == value.lineno and len(line) == value.col_offset + 1


def _closes(lines: Sequence[str], value: ast.expr, tail: ast.expr) -> bool:
    """Whether what comes behind the last expression of a value is the bracket of that.

    One around the expression alone could stand between them.
    """
    end, last = tail.end_lineno or 0, value.end_lineno or 0
    below = [line.encode("utf-8", "replace") for line in lines[end:last]]
    below[-1] = below[-1][: (value.end_col_offset or 0) - 1]
    between = [text.strip() for text in (_behind(lines, tail), *below)]
    return all(not text or text.startswith(b"#") for text in between)


def _behind(lines: Sequence[str], node: ast.expr) -> bytes:
    """What follows an expression on its last line."""
    line = lines[(node.end_lineno or 1) - 1]
    return line.encode("utf-8", "replace")[node.end_col_offset or 0 :]


def _elements(value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The elements of a literal or a call: the first and the last expression of each."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return [(element, element) for element in value.elts]
    if isinstance(value, ast.Dict):
        return [(key or item, item) for key, item in zip(value.keys, value.values)]
    if isinstance(value, ast.Call):
        return [(argument, argument) for argument in value.args]
    return []
