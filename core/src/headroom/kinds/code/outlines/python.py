"""Takes Python apart, with the parser of the standard library."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from headroom.kinds.code.outline import Outline, Role, Symbol, own_lines
from headroom.kinds.code.outlines.python_parse import (
    Piece,
    python_module,
    python_ways,
)
from headroom.kinds.code.outlines.python_values import Part, docstring_parts, literal_parts
from headroom.source import Source
from headroom.view import Deadline

__all__ = ["python_outline"]

#: A compound statement in a function that has at most so many lines is kept or left out whole.
_SMALL = 6

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def python_outline(source: Source) -> Outline | None:
    """The outline of a Python source file; ``None`` where it is no Python that can be parsed.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    ways = (_outline(source, is_notebook=way) for way in python_ways(source.text))
    return next((outline for outline in ways if outline is not None), None)


def _outline(source: Source, *, is_notebook: bool) -> Outline | None:
    try:
        return _taken_apart(source, is_notebook=is_notebook)
    except SyntaxError:
        return None


def _taken_apart(source: Source, *, is_notebook: bool) -> Outline:
    lines, final_newline = own_lines(source.lines)
    # The lines of a notebook for the shell are none that a parser knows.
    outline = Outline(lines, filler="...", final_newline=final_newline, is_exact=not is_notebook)
    exports, pieces = python_module(
        lines,
        is_notebook=is_notebook,
        has_exports="__all__" in source.text,
        deadline=source.deadline,
    )
    for piece in pieces:
        builder = _Builder(outline, piece, source.deadline, exports)
        builder.suite(piece.body, _Scope(Role.STATEMENT))
        if piece.before + len(piece.lines) == len(lines):
            builder.finish()
    if outline.is_exact and ("\\\n" in source.text or "\\\r" in source.text):
        # A line may go on below the statement that it is of: with a semicolon, or a block.
        ends = (lines[last - 1].rstrip() for last in outline.units.lasts)
        outline.is_exact = not any(end.endswith("\\") for end in ends)
    return outline


class _Scope(NamedTuple):
    """Where statements stand."""

    #: What a statement is that is nothing special.
    role: Role
    owner: int = -1
    symbol: int = -1
    public: bool = True


class _Builder:
    """Walks the statements of a piece from top to bottom and gives each line to a unit.

    Line numbers are those of the piece, but for those that it writes.
    """

    def __init__(
        self, outline: Outline, piece: Piece, deadline: Deadline, exports: frozenset[str]
    ) -> None:
        self._outline = outline
        self._before = piece.before
        self._lines = piece.lines
        self._deadline = deadline
        # The first line that belongs to no unit yet.
        self._next = 1
        #: The names in ``__all__``.
        self._exports = exports

    def suite(self, statements: Sequence[ast.stmt], scope: _Scope) -> None:
        """The statements of one block."""
        docstring = scope.owner == -1 or scope.role is not Role.STATEMENT
        if scope.symbol < 0 and scope.owner < 0 and self._before:
            docstring = False
        is_body = scope.role is Role.BODY
        # Those of a body that are a unit each, one behind the other: added together.
        firsts: list[int] = []
        lasts: list[int] = []
        for position, (first, last, node) in enumerate(_lines_of(statements)):
            self._deadline.check()
            if (
                is_body
                and first == self._next
                and last - first < _SMALL
                and not isinstance(node, _DEFINITIONS)
                and not (position == 0 and node is not None and _is_text(node))
            ):
                firsts.append(first)
                lasts.append(last)
                self._next = last + 1
                continue
            self._add_each(firsts, lasts, scope)
            if first > self._next:
                self._leading(first, scope)
            if node is None:
                self._add(((self._next, last),), scope.role, scope, last)
            elif isinstance(node, _DEFINITIONS):
                self._definition(node, first, last, scope)
            elif "body" in node._fields or isinstance(node, ast.Match):
                self._compound(node, first, last, scope)
            elif position == 0 and docstring and _is_text(node):
                self._docstring(first, last, scope)
            else:
                self._simple(node, first, last, scope)
        self._add_each(firsts, lasts, scope)

    def finish(self) -> None:
        """The lines after the last statement."""
        self._leading(len(self._lines) + 1, _Scope(Role.STATEMENT))
        if self._next <= len(self._lines):
            self._add(
                ((self._next, len(self._lines)),),
                Role.COMMENT,
                _Scope(Role.COMMENT),
                len(self._lines),
                statement=False,
            )

    def _add(
        self,
        ranges: tuple[tuple[int, int], ...],
        role: Role,
        scope: _Scope,
        end: int,
        *,
        statement: bool = True,
    ) -> int:
        self._next = end + 1
        return self._unit(ranges, role, scope, statement=statement)

    def _unit(
        self,
        ranges: tuple[tuple[int, int], ...],
        role: Role,
        scope: _Scope,
        *,
        statement: bool = True,
        in_string: bool = False,
    ) -> int:
        return self._outline.units.add(
            ranges,
            role,
            scope.owner,
            scope.symbol,
            scope.public,
            statement,
            in_string,
            self._before,
        )

    def _add_each(self, firsts: list[int], lasts: list[int], scope: _Scope) -> None:
        """Adds statements that are a unit each, and forgets them."""
        if firsts:
            self._outline.units.add_each(
                firsts, lasts, scope.role, scope.owner, scope.symbol, scope.public, self._before
            )
            firsts.clear()
            lasts.clear()

    def _leading(self, stop: int, scope: _Scope) -> None:
        """The comments before a statement, one unit for each paragraph of them."""
        lines = self._lines
        last_comment = stop - 1
        while last_comment >= self._next and not lines[last_comment - 1].strip():
            last_comment -= 1
        if last_comment < self._next:
            return
        indent = _indent(lines[stop - 1]) if stop <= len(lines) else ""
        number = self._next
        while number <= last_comment:
            while number <= last_comment and not lines[number - 1].strip():
                number += 1
            deeper = len(_indent(lines[number - 1])) > len(indent)
            while number <= last_comment and lines[number - 1].strip():
                number += 1
            role = Role.BODY if scope.role is Role.BODY else Role.COMMENT
            home = scope
            if deeper and self._outline.units:
                # It ends the block before, it does not begin what comes after.
                before = self._outline.units[-1]
                role = Role.BODY if before.role is Role.BODY else Role.COMMENT
                home = _Scope(role, before.needs, before.symbol, before.public)
            self._add(((self._next, number - 1),), role, home, number - 1, statement=False)

    def _definition(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        first: int,
        last: int,
        scope: _Scope,
    ) -> None:
        outline = self._outline
        is_class = isinstance(node, ast.ClassDef)
        public = scope.public and _is_public(node.name)
        if scope.symbol < 0 and self._exports:
            public = node.name in self._exports
        local = scope.role is Role.BODY
        before = self._before
        outline.symbols.append(
            Symbol(node.name, first + before, last + before, is_class, public, scope.symbol, local)
        )
        symbol = len(outline.symbols) - 1
        role = Role.BODY if local else Role.SIGNATURE
        inner = _Scope(role, scope.owner, symbol, public)
        header = self._header(node.body[0])
        if header is None:
            self._add(((self._next, last),), role, inner, last)
            return
        owner = self._add(((self._next, header),), role, inner, header)
        self._block(owner, node.body)
        body = Role.STATEMENT if is_class and not local else Role.BODY
        self.suite(node.body, _Scope(body, owner, symbol, public))

    def _block(self, owner: int, body: Sequence[ast.stmt]) -> None:
        last = body[-1].end_lineno or body[-1].lineno
        indent = _indent(self._lines[_start(body[0]) - 1])
        before = self._before
        self._outline.blocks.add(owner, self._next + before, last + before, indent)

    def _header(self, body: ast.stmt) -> int | None:
        """The last line of what comes before a block; ``None`` if the block starts on it."""
        first = _start(body)
        if not _starts_line(self._lines[first - 1], body):
            return None
        number = first - 1
        while number >= self._next and _is_blank_or_comment(self._lines[number - 1]):
            number -= 1
        return number if number >= self._next else None

    def _docstring(self, first: int, last: int, scope: _Scope) -> None:
        start = self._next
        role = Role.DOC
        if scope.role is Role.BODY and scope.symbol >= 0:
            role = Role.BODY if self._outline.symbols[scope.symbol].local else Role.DOC
        parts = docstring_parts(self._lines, first, last)
        if parts is None:
            self._add(((start, last),), role, scope, last)
            return
        head, rest = parts
        owner = self._add(((start, head), (last, last)), role, scope, last)
        role = Role.BODY if role is Role.BODY else Role.DOC_REST
        self._unit((rest,), role, scope._replace(owner=owner), in_string=True)

    def _simple(self, node: ast.stmt, first: int, last: int, scope: _Scope) -> None:
        role, public = scope.role, scope.public
        if role is Role.STATEMENT:
            if isinstance(node, _IMPORTS):
                role = Role.IMPORT
            elif isinstance(node, _ASSIGNMENTS):
                role = Role.FIELD
                public = public and _assigns_public(node)
        inner = scope if public == scope.public else scope._replace(public=public)
        parts = literal_parts(self._lines, node) if last - first > _SMALL else None
        if parts is None:
            self._add(((self._next, last),), role, inner, last)
        else:
            self._literal(parts, role, inner)

    def _literal(self, part: Part, role: Role, scope: _Scope) -> None:
        """A long literal: its first and last line, and its elements, each kept or not."""
        self._outline.is_exact = self._outline.is_exact and part.is_exact
        frame = (self._next, part.opening)
        ranges = (frame, (part.closing, part.last)) if part.closing else (frame,)
        owner = self._add(ranges, role, scope, part.opening)
        role = Role.BODY if scope.role is Role.BODY else Role.DATA
        for element in part.elements:
            self._literal(element, role, scope._replace(owner=owner))
        self._next = part.last + 1

    def _compound(self, node: ast.stmt, first: int, last: int, scope: _Scope) -> None:
        """``if``, ``for``, ``try`` and the like: a frame of header lines around blocks."""
        clauses = None
        if scope.role is not Role.BODY or last - first >= _SMALL:
            clauses = _clauses(node, self._lines)
        start = self._next
        headers: list[tuple[int, int, Sequence[ast.stmt]]] = []
        for keyword, body in clauses or ():
            header = self._header(body[0])
            if header is None or (keyword or start) > header:
                headers = []
                break
            headers.append((keyword or start, header, body))
        if not headers:
            self._add(((start, last),), scope.role, scope, last)
            return
        # Clauses without which the first one does not parse belong to its unit.
        tied = len(headers) if isinstance(node, ast.Match) or _is_try(node) else 1
        if isinstance(node, ast.Match):
            headers[0] = (start, headers[0][1], headers[0][2])
            tied = 1
        frame = tuple((a, b) for a, b, _ in headers[:tied])
        owner = self._unit(frame, scope.role, scope)
        for number, (keyword, header, body) in enumerate(headers):
            opener = owner
            if number:
                self._leading(keyword, scope._replace(owner=owner))
                if number >= tied:
                    opener = self._add(
                        ((self._next, header),), scope.role, scope._replace(owner=owner), header
                    )
            self._next = header + 1
            self._block(opener, body)
            self.suite(body, scope._replace(owner=opener))


_Clause = tuple[int | None, Sequence[ast.stmt]]


def _clauses(node: ast.stmt, lines: Sequence[str]) -> list[_Clause] | None:
    """The blocks of a compound statement, each with the line of its keyword.

    The first one starts where the statement does: ``None``. Returns ``None`` for what has none.
    """
    found: list[_Clause] = []
    if isinstance(node, ast.Match):
        for case in node.cases:
            found.append((_keyword_line(lines, found, case.pattern.lineno), case.body))
        return [(None, found[0][1]), *found[1:]]
    while True:
        body: list[ast.stmt] = getattr(node, "body", [])
        if not body:
            return None
        if not found:
            found.append((None, body))
        handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
        found.extend((handler.lineno, handler.body) for handler in handlers)
        otherwise: list[ast.stmt] = getattr(node, "orelse", [])
        if not otherwise:
            break
        first = otherwise[0]
        if isinstance(first, ast.If) and lines[first.lineno - 1].lstrip().startswith("elif"):
            found.append((first.lineno, first.body))
            node = first
            continue
        found.append((_keyword_line(lines, found, _start(first)), otherwise))
        break
    final: list[ast.stmt] = getattr(node, "finalbody", [])
    if final:
        found.append((_keyword_line(lines, found, _start(final[0])), final))
    return found


def _keyword_line(lines: Sequence[str], clauses: Sequence[_Clause], stop: int) -> int:
    """The line of ``else`` and its like, after some clauses: only comments stand around it."""
    before = clauses[-1][1][-1].end_lineno or 0 if clauses else stop - 1
    for number in range(before + 1, stop):
        if not _is_blank_or_comment(lines[number - 1]):
            return number
    return stop


def _lines_of(statements: Sequence[ast.stmt]) -> list[tuple[int, int, ast.stmt | None]]:
    """Statements with their first and last line; those that share a line are one, no node."""
    groups: list[tuple[int, int, ast.stmt | None]] = []
    before = 0
    for node in statements:
        first = _start(node) if isinstance(node, _DEFINITIONS) else node.lineno
        last = node.end_lineno or first
        if before >= first:
            last = max(last, before)
            groups[-1] = (groups[-1][0], last, None)
        else:
            groups.append((first, last, node))
        before = last
    return groups


def _start(node: ast.stmt) -> int:
    decorators: list[ast.expr] | None = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _starts_line(line: str, node: ast.stmt) -> bool:
    if getattr(node, "decorator_list", []):
        return True
    return not line.encode("utf-8", "replace")[: node.col_offset].strip(b" \t\f\r\xef\xbb\xbf")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _is_blank_or_comment(line: str) -> bool:
    text = line.strip()
    return not text or text.startswith("#")


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_try(node: ast.stmt) -> bool:
    return hasattr(node, "handlers")


def _assigns_public(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return not names or any(_is_public(name) for name in names)
