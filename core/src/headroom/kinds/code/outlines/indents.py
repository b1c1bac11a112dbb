"""Takes code apart by its indentation, where no parser can read it: broken, cut off, unknown."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headroom.kinds.code.outline import Outline, Role, Symbol, own_lines
from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["indent_outline"]

_OPENS = regex(
    r"(?:(?:export|default|public|private|protected|static|async|pub|local|internal)\s+){0,4}"
    r"(?:(?P<kind>def|defp|defmacrop?|defmodule|defprotocol|defimpl|class|module|function|func|fun|"
    r"fn|sub|proc|struct|interface|trait|impl)\s+"
    r"(?:\([^()\n]{0,80}\)\s*)?(?:self\.|:{0,2}(?:\w+(?:\.|::?))*)(?P<name>[A-Za-z_]\w*[?!]?)"
    r"|(?:\w+[.:]){0,4}(?P<bound>[A-Za-z_]\w*)\s*=\s*function\b"
    r"|(?P<shell>[A-Za-z_][\w-]*)\s*\(\)\s*\{?\s*$"
    r"|(?!(?:if|for|while|switch|return|else|catch|new|throw|case|do|try|using|with|match)\b)"
    r"(?:[A-Za-z_][\w:<>,*&\[\]~]{0,80}[ \t]+){0,6}[*&]?(?P<typed>~?[A-Za-z_$][\w:$]*)\s*"
    r"\([^;={}\n]*(?:\)[^;={}\n]*\{|\)|,)\s*$)"
)
_CONTAINERS = frozenset(
    """
    class module struct interface trait impl defmodule defprotocol defimpl
    """.split()
)
#: What says by its first word that nothing outside may use it.
_HIDDEN = frozenset(("defp", "defmacrop"))
_IMPORT = regex(r"(?:import|from|use|using|require|require_relative|source|package|#include)\b")
_FIELD = regex(
    r"(?:(?:const|let|var|val|local|export|readonly)\s+)?[\w.$]+(?:\s*:[^=\n]+)?\s*=(?!=)"
)
_COMMENT = ("#", "//", "--", "/*", "*")
_CLOSING = regex(r"(?:end|fi|done)\b|[}\])]+[;,)]*$")

#: The header of a function has at most so many lines.
_HEADER = 30

_DEPTH = 20


@dataclass(frozen=True)
class _Scope:
    """Where lines stand."""

    in_body: bool = False
    in_class: bool = False
    owner: int = -1
    symbol: int = -1
    public: bool = True
    depth: int = 0


def indent_outline(source: Source) -> Outline | None:
    """The outline of a text by its indentation; ``None`` where that shows no definitions.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    own, final_newline = own_lines(source.lines)
    # A list takes more memory than the text, for as long as lines are looked up all over it.
    lines = list(own)
    slashes = sum(
        line.lstrip().startswith(("//", "/*")) or line.rstrip().endswith(";") for line in lines
    )
    hashes = sum(line.lstrip().startswith("#") or line.rstrip().endswith(":") for line in lines)
    dashes = sum(line.lstrip().startswith("--") for line in lines)
    comment = ("// ", "") if slashes > hashes else ("# ", "")
    if dashes > max(slashes, hashes):
        comment = ("-- ", "")
    outline = Outline(own, comment=comment, final_newline=final_newline)
    builder = _Builder(outline, lines, source.deadline)
    builder.region(1, len(lines), _Scope())
    return outline if outline.symbols else None


class _Builder:
    """Walks the lines from top to bottom and gives each to a unit."""

    def __init__(self, outline: Outline, lines: list[str], deadline: Deadline) -> None:
        self._outline = outline
        self._lines = lines
        self._deadline = deadline
        # How far each line is indented; what stands in a long string as far as what it begins on.
        self._indents = _indents(lines)
        self._next = 1

    def region(self, first: int, last: int, scope: _Scope) -> None:
        """Lines that stand in one block."""
        number = first
        while number <= last:
            self._deadline.check()
            text = self._lines[number - 1].strip()
            if not text:
                number += 1
                continue
            start = number
            while number < last and self._lines[number - 1].lstrip().startswith("@"):
                number += 1  # A decorator belongs to what follows it.
            opens = None if scope.in_body else _OPENS.match(self._lines[number - 1].lstrip())
            if opens is not None and opens["typed"] and not self._goes_on(number, last):
                opens = None
            if opens is not None and scope.depth < _DEPTH:
                number = self._definition(start, number, last, opens, scope) + 1
            else:
                end = self._end(start, number, last)
                self._add(((self._next, end),), self._role(text, scope), scope, end)
                number = end + 1
        if self._next <= last:
            role = Role.BODY if scope.in_body else Role.COMMENT
            self._add(((self._next, last),), role, scope, last)

    def _definition(
        self, start: int, line: int, last: int, opens: re.Match[str], scope: _Scope
    ) -> int:
        name = opens["name"] or opens["bound"] or opens["shell"] or opens["typed"]
        is_class = opens["kind"] in _CONTAINERS
        header = self._header(line, last)
        end = self._end(start, header, last)
        public = scope.public and not name.startswith("_") and opens["kind"] not in _HIDDEN
        public = public or (name.startswith("__") and name.endswith("__") and scope.public)
        symbols = self._outline.symbols
        symbols.append(Symbol(name, start, end, is_class, public, scope.symbol))
        inner = replace(scope, symbol=len(symbols) - 1, public=public)
        closes = end > header and _CLOSING.match(self._lines[end - 1].strip()) is not None
        frame = [(self._next, header)]
        if closes:
            frame.append((end, end))
        owner = self._outline.units.add(
            tuple(frame), Role.SIGNATURE, scope.owner, inner.symbol, public
        )
        self._next = header + 1
        inner = replace(
            inner, owner=owner, in_body=not is_class, in_class=is_class, depth=scope.depth + 1
        )
        if header < end - closes:
            self.region(header + 1, end - closes, inner)
        self._next = end + 1
        return end

    def _goes_on(self, line: int, last: int) -> bool:
        """Whether braces open at a line, so that it is no call."""
        header = self._header(line, last)
        text = self._lines[header - 1].rstrip()
        return text.endswith("{") or (header < last and self._lines[header].strip() == "{")

    def _header(self, line: int, last: int) -> int:
        """The last line of a signature: the one on which its brackets are closed."""
        depth = 0
        for number in range(line, min(last, line + _HEADER) + 1):
            text = self._lines[number - 1]
            depth += sum(map(text.count, "([")) - sum(map(text.count, ")]"))
            if depth <= 0:
                return number
        return line

    def _end(self, start: int, header: int, last: int) -> int:
        """The last line that is indented more than the first, with the one that closes it."""
        indent = self._indents[start - 1]
        end = number = header
        while number < last:
            number += 1
            if not self._lines[number - 1].strip():
                continue
            if self._indents[number - 1] > indent:
                end = number
                continue
            same = self._indents[number - 1] == indent
            text = self._lines[number - 1].strip()
            if same and text == "{" and end == header:
                end = number
                continue
            if same and _CLOSING.match(text):
                end = number
            break
        return end

    def _role(self, text: str, scope: _Scope) -> Role:
        if scope.in_body:
            return Role.BODY
        if text.startswith(_COMMENT) and not text.startswith("#include"):
            return Role.COMMENT
        if _IMPORT.match(text):
            return Role.IMPORT
        return Role.FIELD if _FIELD.match(text) else Role.STATEMENT

    def _add(
        self, ranges: tuple[tuple[int, int], ...], role: Role, scope: _Scope, end: int
    ) -> None:
        self._next = end + 1
        self._outline.units.add(ranges, role, scope.owner, scope.symbol, scope.public)


def _indents(lines: Sequence[str]) -> array[int]:
    """How far each line is indented; lines inside a long string count as far in."""
    found = array("i")
    quotes = ""
    for line in lines:
        text = line.lstrip(" \t")
        inside = quotes
        for mark in ('"""', "'''"):
            if mark in line and quotes in ("", mark) and line.count(mark) % 2:
                quotes = "" if quotes else mark
        if inside:
            found.append(1 << 20)
        else:
            indent = line[: len(line) - len(text)]
            found.append(len(indent.expandtabs(8)))
    if quotes:
        # One that is never closed would hide everything after it.
        bare = ((line, len(line.lstrip(" \t"))) for line in lines)
        return array("i", (len(line[: len(line) - size].expandtabs(8)) for line, size in bare))
    return found
