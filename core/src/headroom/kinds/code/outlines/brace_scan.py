"""Finds the brackets of languages that look like C, past their strings and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headroom.regexes import regex
from headroom.view import Deadline

__all__ = ["Line", "is_balanced", "scan"]

_TOKENS = (
    # The name of a lifetime in Rust has one quote before it.
    r"(?<=[<&])'[a-z_]\w{0,30}(?!['\w])|(?<=, )'[a-z]\w{0,30}(?=>)|"
    r"//[^\n]*|/\*|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.){0,200}'|`|\n|[(){}\[\]]|"
)
_REST = r"[^\n\"'`/(){}\[\]]+|/|'"
_TOKEN = regex(_TOKENS + _REST, re.DOTALL)
# Comments of shells; "#" may stand within words, as in "$#list" of Perl, and in colours.
_TOKEN_WITH_HASHES = regex(
    r"(?:^|(?<=[\s;{}]))#[^\n]*|" + _TOKENS + r"[^\n\"'`/(){}\[\]#]+|/|'|#",
    re.DOTALL | re.MULTILINE,
)

_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(slots=True)
class Line:
    """What the brackets on a line do."""

    #: Brackets that are open after it.
    depth: int = 0
    #: The least number of brackets that are open on it.
    least: int = 0
    #: Its first and its last sign that is no comment; ``""`` where it has none.
    first: str = ""
    last: str = ""


def scan(
    content: str, deadline: Deadline | None = None, *, hashes: bool = False
) -> list[Line] | None:
    """The lines of a text; ``None`` where the brackets do not add up.

    Args:
        content: The text.
        deadline: The time that this may take.
        hashes: Whether comments are written as shells do.

    """
    tokens = _TOKEN_WITH_HASHES if hashes else _TOKEN
    lines: list[Line] = []
    line = Line()
    stack: list[str] = []
    position = 0
    while match := tokens.search(content, position):
        found, position = match.group(), match.end()
        if found == "\n":
            line.depth = len(stack)
            lines.append(line)
            if deadline is not None and not len(lines) % 500:
                deadline.check()
            line = Line(least=len(stack))
            continue
        if hashes and found[0] == "#" and len(found) > 1:
            continue
        if found[:2] in ("//", "/*") or found == "`":
            if found[:2] == "//":
                continue
            end = content.find("*/" if found == "/*" else "`", position)
            if end < 0:
                return None
            # The lines inside are no place to cut.
            breaks = content.count("\n", position, end)
            for _ in range(breaks):
                line.depth = len(stack) + 1
                lines.append(line)
                line = Line(least=len(stack))
            position = end + (2 if found == "/*" else 1)
            if found == "/*":
                continue
        text = found.strip()
        if not text:
            continue
        line.first = line.first or text[0]
        line.last = text[-1]
        if found in ("(", "[", "{"):
            stack.append(found)
        elif found in _CLOSING:
            if not stack or stack.pop() != _CLOSING[found]:
                return None
            line.least = min(line.least, len(stack))
    line.depth = len(stack)
    lines.append(line)
    return None if stack else lines


def is_balanced(text: str, *, hashes: bool = False) -> bool:
    """Whether every bracket is closed.

    >>> is_balanced("f(a) { /* ) */ }"), is_balanced("f(a) {")
    (True, False)
    """
    return scan(text) is not None or (hashes and scan(text, hashes=True) is not None)
