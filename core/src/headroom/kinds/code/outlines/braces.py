"""Takes languages that look like C apart by their brackets, where there is no parser for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headroom.kinds.code.outline import Outline, Role, Symbol, own_lines
from headroom.kinds.code.outlines.brace_scan import Line, scan
from headroom.kinds.code.outlines.node_types import scope_in
from headroom.regexes import regex
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["brace_outline"]

_CONTAINER = regex(
    r"\b(?:class|interface|struct|enum|union|namespace|trait|impl|mod|module|object|protocol|"
    r"extension|record|extern)\b[^(=;]*"
)
_END = regex(r"end\b[,;)\]]*$")
# Comments of shells, and lines of languages that have them: Perl, R.
_HASHED = regex(
    r"#(?!\s*(?:include|define|if|ifn?def|el(?:se|if)|end|undef|pragma|region|line|error)\b|!?\[|\d)"
    r"|sub\s+\w+\s*\{|my\s+[$@%(]|[\w.]+\s*<-\s*function\b"
)
# Words that name things as well, and stand in front of a block at the beginning of a line alone.
_OTHER_CONTAINER = regex(
    r"^[ \t]*(?:export\s+|abstract\s+)?"
    r"(?:service|message|contract|library|actor|mixin|type|input)\s+(?P<name>[A-Za-z_]\w*)\b[^(=;{]*$",
    re.MULTILINE,
)
_CONTROL = regex(r"(?:[}\s]*)(?:if|else|for|while|do|switch|try|catch|return|match|select)\b")
_IMPORT = regex(r"\s*(?:import|use|using|package|#\s*include|from|open)\b")
_NAME_BEFORE_BRACKET = regex(r"\b([A-Za-z_$][\w$]*) ?(?:<[^<>()]{0,200}>)? ?(?:= ?(?:async ?)?)?\(")
# What a function is bound to, or called, without anything in brackets after it.
_BOUND = regex(r"([A-Za-z_.][\w.]*) *(?:<-|=) *function *\(|\bsub +([A-Za-z_]\w*)")
# What a method of Go belongs to stands before its name.
_RECEIVER = regex(r"(?<=\bfunc )\([^()\n]{0,200}\) ?")
_PROTOTYPE = regex(r"\s*[A-Za-z_][\w:<>,*& \t]{0,200}[\s*&]([A-Za-z_]\w*) ?\(")
_NAME_OF_CONTAINER = regex(
    r"\b(?:class|interface|struct|enum|union|namespace|trait|impl|mod|module|object|protocol|"
    r"extension|record)\s+([A-Za-z_]\w*)"
)
# What the header of a class goes on with on a line of its own.
_HEADER_GOES_ON = regex(
    r"[ \t]*(?:@\w|:(?!:)|(?:(?:private|internal|protected)[ \t]+)?constructor\b"
    r"|(?:extends|implements|permits|where)\b)"
)
_HIDDEN = regex(r"\b(?:private|fileprivate)\b")

#: The share of the lines that must open, close or end something.
_SHARE = 0.3

_DEPTH = 40

#: So many characters before a bracket are looked at.
_HEADER = 1000


@dataclass(frozen=True)
class _Scope:
    """Where lines stand."""

    role: Role
    owner: int = -1
    symbol: int = -1
    public: bool = True
    depth: int = 0


def brace_outline(source: Source) -> Outline | None:
    """The outline of a source file; ``None`` where its brackets do not tell enough.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    lines, deadline = source.lines, source.deadline
    if _ends_by_words(lines):
        return None
    comment = _comment(lines)
    shape = scan(source.text, deadline)
    if shape is None and comment[0] == "# ":
        # Quotes in comments, such as that of "don't", are no quotes.
        shape = scan(source.text, deadline, hashes=True)
    if shape is None or len(shape) != len(lines):
        return None
    lines, final_newline = own_lines(lines)
    code = [line for line in shape if line.first]
    if sum(line.last in "{}();," for line in code) < _SHARE * max(1, len(code)):
        return None
    outline = Outline(lines, comment=comment, final_newline=final_newline)
    builder = _Builder(outline, shape, deadline)
    builder.region(1, len(lines), _Scope(Role.STATEMENT))
    return outline if outline.symbols else None


def _ends_by_words(lines: Sequence[str]) -> bool:
    """Whether blocks end with a word, as in Lua, Ruby and Elixir, rather than with a brace."""
    closing = [text for line in lines if (text := line.strip())[:1] in ("}", "e")]
    words = sum(bool(_END.match(text)) for text in closing)
    return words > sum(text[0] == "}" for text in closing)


def _comment(lines: Sequence[str]) -> tuple[str, str]:
    """How this language writes a comment: as shells do, or as C does.

    >>> _comment(["# Sends it.", "sub send {", "}"]), _comment(["// Sends it.", "fn send() {", "}"])
    (('# ', ''), ('/* ', ' */'))
    """
    hashes = slashes = 0
    for line in lines:
        text = line.lstrip()
        hashes += bool(_HASHED.match(text))
        slashes += text.startswith(("//", "/*"))
    return ("# ", "") if hashes > slashes else ("/* ", " */")


class _Builder:
    """Walks the lines from top to bottom and gives each to a unit."""

    def __init__(self, outline: Outline, shape: list[Line], deadline: Deadline) -> None:
        self._outline = outline
        self._lines = outline.lines
        self._shape = shape
        self._deadline = deadline

    def region(self, first: int, last: int, scope: _Scope) -> None:
        """The lines inside a pair of brackets, in runs with as many open after as before."""
        base = self._shape[first - 2].depth if first > 1 else 0
        number = first
        while number <= last:
            self._deadline.check()
            end = self._end(number, last, base)
            self._run(number, end, base, scope)
            number = end + 1

    def _end(self, number: int, last: int, base: int) -> int:
        """The last line of the run that starts on a line."""
        end = number
        while end < last and not self._shape[end - 1].first:
            if self._shape[end - 1].depth == base and self._lines[end - 1].strip():
                return end  # A comment.
            end += 1
        if _NAME_OF_CONTAINER.search(self._lines[end - 1]):
            while end < last and self._is_open(end, base) and self._header_goes_on(end):
                end += 1
        while end < last and self._shape[end - 1].depth != base:
            end += 1
        # A bracket on a line of its own belongs to what comes before it.
        following = end
        while following < last and following - end < 4 and self._is_open(following, base):
            following += 1
            if self._shape[following - 1].first == "{":
                end = following
                while end < last and self._shape[end - 1].depth != base:
                    end += 1
                break
        return end

    def _header_goes_on(self, number: int) -> bool:
        return _HEADER_GOES_ON.match(self._lines[number]) is not None

    def _is_open(self, number: int, base: int) -> bool:
        """Whether a line may be the start of a declaration that goes on."""
        line = self._shape[number - 1]
        text = self._lines[number - 1].lstrip()
        return line.depth == base and line.last not in ("", ";", "}") and not text.startswith("#")

    def _run(self, first: int, end: int, base: int, scope: _Scope) -> None:
        block = self._block(first, end, base) if scope.depth < _DEPTH else None
        header = "\n".join(self._lines[first - 1 : (block or end)])[-_HEADER:]
        if not any(self._shape[number - 1].first for number in range(first, end + 1)):
            role: Role = scope.role if scope.role is Role.BODY else Role.COMMENT
            self._add(((first, end),), role, scope, statement=False)
            return
        if block is None:
            role = scope.role
            if role is Role.STATEMENT and _IMPORT.match(header):
                role = Role.IMPORT
            elif role is not Role.BODY and (prototype := _PROTOTYPE.match(header)):
                role = Role.SIGNATURE
                scope = self._symbol(prototype.group(1), header, first, end, scope)
            self._add(((first, end),), role, scope)
            return
        inner_role, inner = self._inside(header, first, end, scope)
        role = scope.role
        if role in (Role.STATEMENT, Role.FIELD) and inner is not scope:
            role = Role.SIGNATURE
        owner = self._add(((first, block), (end, end)), role, inner)
        self.region(
            block + 1,
            end - 1,
            replace(inner, role=inner_role, owner=owner, depth=scope.depth + 1),
        )

    def _block(self, first: int, end: int, base: int) -> int | None:
        """The line that opens the one pair of braces that a run is about."""
        shape = self._shape
        for number in range(first, end - 1):
            line = shape[number - 1]
            if line.last == "{" and line.depth > base:
                inside = range(number + 1, end)
                closed = shape[end - 1].first in ("}", ")")
                whole = all(shape[inner - 1].least >= line.depth for inner in inside)
                ends = shape[end - 2].depth == line.depth
                return number if closed and whole and ends else None
        return None

    def _inside(self, header: str, first: int, end: int, scope: _Scope) -> tuple[Role, _Scope]:
        """What a block holds, and where it stands: in a symbol of its own if it is one."""
        if scope.role is Role.BODY:
            return Role.BODY, scope
        head = header.partition("{")[0].partition("(")[0]
        container = _CONTAINER.search(head)
        named = _NAME_OF_CONTAINER.search(header) if container else None
        if container is None:
            container = named = _OTHER_CONTAINER.search(head)
        if container is None:
            named = _BOUND.search(header)
            named = named or _NAME_BEFORE_BRACKET.search(_RECEIVER.sub("", header))
            if named is None or _CONTROL.match(header):
                return (Role.DATA if scope.role is Role.STATEMENT else scope.role), scope
        name = next(filter(None, named.groups()), "") if named else ""
        inner = self._symbol(name, header, first, end, scope, is_class=container is not None)
        return (Role.BODY if container is None else Role.FIELD), inner

    def _symbol(
        self,
        name: str,
        header: str,
        first: int,
        end: int,
        scope: _Scope,
        *,
        is_class: bool = False,
    ) -> _Scope:
        public = (
            scope.public
            and not name.startswith("_")
            and not _HIDDEN.search(header.partition("(")[0])
        )
        of = "" if is_class else scope_in(header, name)
        self._outline.symbols.append(
            Symbol(name, first, end, is_class, public, scope.symbol, scope=of)
        )
        return replace(scope, symbol=len(self._outline.symbols) - 1, public=public)

    def _add(
        self,
        ranges: tuple[tuple[int, int], ...],
        role: Role,
        scope: _Scope,
        *,
        statement: bool = True,
    ) -> int:
        return self._outline.units.add(
            ranges, role, scope.owner, scope.symbol, scope.public, statement
        )
