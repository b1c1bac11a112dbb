"""Parses Python without letting hostile input take the process down."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from headroom.lines import joined
from headroom.source import Source
from headroom.tokens.base import encodable
from headroom.view import Deadline

__all__ = [
    "MAX_CHARS",
    "Piece",
    "defines",
    "parses",
    "python_module",
    "python_pieces",
    "python_ways",
]

#: Longer texts are not parsed.
MAX_CHARS = 4_000_000

#: The parser builds objects of a hundred times the size of the text: of so many characters at a
#: time, or of the longest statement. Chosen.
_PIECE = 8_000

#: How a statement begins; most of them.
_BEGINS = re.compile(r"(?!(?:elif|else|except|finally)\b)[A-Za-z_@]")

_DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

#: CPython 3.10 overflows the C stack on chains of tens of thousands of operators.
_MAX_CHAIN = 2_000

#: What the parser says where it stopped at a sign that it had read, as none that follows can mend.
#: Whatever else it says, it may be what it misses at the end.
_LASTING = ("unterminated string literal", "invalid character")

_NOTEBOOK = re.compile(r"^([ \t]*)(?:[!%]|\?\w)[^\n]*$", re.MULTILINE)
# How such a line begins: the first one, and one below a line feed, which is found sooner than where
# a line begins.
_OF_NOTEBOOK = re.compile(r"[ \t]*(?:[!%]|\?\w)")
_OF_NOTEBOOK_BELOW = re.compile(rf"\n{_OF_NOTEBOOK.pattern}")

_TOKEN = re.compile(
    r"\"\"\"|'''|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|#[^\n]*"
    r"|[()\[\]{}]|[-+*/%@&|^.,\n;]",
    re.DOTALL,
)


class Piece(NamedTuple):
    """Some statements of the top level, one after another, and the comments around them."""

    #: How many lines stand before it.
    before: int
    lines: Sequence[str]
    #: The line numbers of the nodes count within the piece.
    body: list[ast.stmt]


def python_pieces(
    lines: Sequence[str], *, is_notebook: bool = False, deadline: Deadline | None = None
) -> Iterator[Piece]:
    r"""A module in pieces, so that the syntax tree of one alone is there at a time.

    Each is Python by itself, so that all of them together are the module: what is open at the end
    of a piece is an error in it, and so is what is indented at the beginning of the next.

    Args:
        lines: Those of the module; only line feeds end a line.
        is_notebook: Whether lines may be for the shell, and for the notebook itself.
        deadline: Checked before each try, where there is one.

    Raises:
        SyntaxError: It is no Python, or nested too deeply. Pieces before that may have come.
        TimeBudgetExceeded: The time is up.

    >>> [(piece.before, len(piece.body)) for piece in python_pieces(["import os", "", "x = 1"])]
    [(0, 2)]

    """
    begin = 0
    while begin < len(lines):
        chars = _PIECE
        while True:
            if deadline is not None:
                deadline.check()
            end = _cut(lines, begin, chars)
            is_last = end == len(lines)
            try:
                some = joined(lines, begin, end)
                body = _parse(_plain(some, is_first=not begin, is_notebook=is_notebook))
            except SyntaxError as error:
                if deadline is not None:
                    deadline.check()
                if is_last or _is_lasting(error, some):
                    raise
            else:
                if is_last or body:
                    break
            # In the middle of a statement, or nothing but comments.
            chars += chars // 2
        yield Piece(begin, lines[begin:end], body)
        # The comments after the last statement go with the next one.
        begin = end if is_last else begin + (body[-1].end_lineno or end - begin)


def _is_lasting(error: SyntaxError, text: str) -> bool:
    r"""Whether some lines are no beginning of any Python, by what the parser said of them.

    A backslash at the end would take the next line along.
    """
    goes_on = text.removesuffix("\r").endswith("\\")
    is_before_the_end = (error.lineno or 0) <= text.count("\n") and not goes_on
    return is_before_the_end and (error.msg == "invalid syntax" or error.msg.startswith(_LASTING))


def _cut(lines: Sequence[str], begin: int, chars: int) -> int:
    """Where a statement seems to begin, at least so many characters on; else the end."""
    left = chars
    for index in range(begin, len(lines)):
        line = lines[index]
        if left <= 0 and _BEGINS.match(line):
            return index
        left -= len(line) + 1
    return len(lines)


def _plain(text: str, *, is_first: bool, is_notebook: bool) -> str:
    """Some lines as a text that the parser counts as many lines in."""
    text += "\n"
    # A lone carriage return would count as a line break, and a lone surrogate has no UTF-8.
    text = text.replace("\r\n", "\n").replace("\r", " ")
    text = text.removeprefix("\ufeff") if is_first else text
    text = encodable(text)
    return _NOTEBOOK.sub(r"\1pass", text) if is_notebook else text


def python_ways(content: str) -> Iterator[bool]:
    """Whether a text may be a notebook, as which it is read where it is no Python otherwise.

    Nothing where it is too long to be parsed.
    """
    if len(content) <= MAX_CHARS:
        yield False
        # Asked for only where it is no Python otherwise.
        if _OF_NOTEBOOK.match(content) or _OF_NOTEBOOK_BELOW.search(content):
            yield True


def _parse(text: str) -> list[ast.stmt]:
    if sys.version_info < (3, 11) and longest_chain(text) > _MAX_CHAIN:
        raise SyntaxError("nested too deeply")
    try:
        with warnings.catch_warnings():
            # Invalid escapes in somebody else's strings are no business of this process.
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"cannot be parsed: {type(error).__name__}") from None


def parses(content: str, deadline: Deadline | None = None) -> bool:
    """Whether a text is Python.

    Args:
        content: The text.
        deadline: Checked now and then, where there is one.

    >>> parses("def f(): ..."), parses("def f(:")
    (True, False)

    """
    lines = Source(content).lines
    return any(_reads(lines, way, deadline) is not None for way in python_ways(content))


def defines(source: Source) -> bool:
    """Whether a text is Python that imports or defines something."""
    ways = (_reads(source.lines, way, source.deadline) for way in python_ways(source.text))
    return bool(next((found for found in ways if found is not None), False))


def _reads(
    lines: Sequence[str], is_notebook: bool, deadline: Deadline | None = None
) -> bool | None:
    """Whether Python imports or defines something; ``None`` where it is none."""
    found = False
    try:
        for piece in python_pieces(lines, is_notebook=is_notebook, deadline=deadline):
            found = found or any(isinstance(node, _DEFINING) for node in piece.body)
    except SyntaxError:
        return None
    return found


def python_module(
    lines: Sequence[str], *, is_notebook: bool, has_exports: bool, deadline: Deadline
) -> tuple[frozenset[str], Iterator[Piece]]:
    """The names in ``__all__``, where it is a plain list of them, and the pieces of a module.

    See ``python_pieces``, which also says what may be wrong while the pieces are gone through.

    Args:
        lines: Those of the module; only line feeds end a line.
        is_notebook: Whether lines may be for the shell, and for the notebook itself.
        has_exports: Whether that name stands anywhere in them.
        deadline: Checked before each try.

    Raises:
        SyntaxError: It is no Python, or nested too deeply.

    """
    pieces = python_pieces(lines, is_notebook=is_notebook, deadline=deadline)
    if not has_exports:
        return frozenset(), pieces
    # They may be said below what they are about. Most say them in the first piece.
    first = next(pieces)
    names = _exports(first.body)
    if names is not None:
        return names, _begun(first, pieces)
    del first
    found = (_exports(piece.body) for piece in pieces)
    names = next((names for names in found if names is not None), frozenset())
    return names, python_pieces(lines, is_notebook=is_notebook, deadline=deadline)


def _begun(first: Piece, rest: Iterator[Piece]) -> Iterator[Piece]:
    yield first
    # Its tree takes a hundred times the memory of its text.
    del first
    yield from rest


def _exports(statements: Sequence[ast.stmt]) -> frozenset[str] | None:
    """The same of some statements; ``None`` where they have none."""
    for node in statements:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.List | ast.Tuple):
            continue
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            names = [e.value for e in node.value.elts if isinstance(e, ast.Constant)]
            return frozenset(name for name in names if isinstance(name, str))
    return None


def longest_chain(text: str) -> int:
    r"""At least how deep the longest chain of operators, calls and attributes nests.

    >>> longest_chain("a + b.c(d)\ne") , longest_chain("x = [1, 2, 3]")
    (3, 1)
    """
    longest, counts, position = 0, [0], 0
    total = 0
    while match := _TOKEN.search(text, position):
        found, position = match.group(), match.end()
        if found in ('"""', "'''"):
            end = text.find(found, position)
            position = len(text) if end < 0 else end + 3
        elif found in "([{":
            counts[-1] += 1
            total += 1
            counts.append(0)
        elif found in ")]}":
            if len(counts) > 1:
                total -= counts.pop()
        elif found in ",;" or (found == "\n" and len(counts) == 1):
            total -= counts[-1]
            counts[-1] = 0
        elif found in "-+*/%@&|^.":
            counts[-1] += 1
            total += 1
        longest = max(longest, total)
    return longest
