"""The compressor of source code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from headroom.forking import undisturbed
from headroom.kinds.code.recognise import is_program, looks_like_code
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.relevance import only_names
from headroom.view import Piece, Request, View

if TYPE_CHECKING:
    from headroom.kinds.code.symbols import CodeSymbols

__all__ = ["CodeCompressor"]

_DEFINED = re.compile(
    r"^[ \t]*(?:[\w@]+[ \t]+){0,4}?(?:def|class|func|function|fn|interface|struct|trait|enum|impl)"
    r"[ \t]+(?:\([^()\n]{0,80}\)[ \t]*)?(\w+)",
    re.MULTILINE,
)


class CodeCompressor(BaseKind):
    r"""Keeps what a file offers and leaves out how it does it.

    Imports, signatures with their decorators and types, fields, constants and the first sentence
    of docstrings stay; bodies are left out, unless they matter to the query. A body that the query
    names stays whole. What is left still parses.

    >>> from headroom.view import Request
    >>> from headroom.tokens import get_counter
    >>> source = "def double(x):" + "\n    x = x * 1" * 30 + "\n    return x * 2\n"
    >>> counter = get_counter()
    >>> request = Request("code", counter, counter.count(source))
    >>> print(CodeCompressor().compress(Source(source), request).text)
    def double(x):
        ...  # [lines 2-32 left out]
    <BLANKLINE>

    """

    name = "code"
    compressor = "code_compressor"
    stands_in_text = False
    is_example = True

    def recognise(self, source: Source) -> bool:
        """Whether enough of its first lines have shapes that only code has."""
        return looks_like_code(source)

    def _proves(self, source: Source) -> bool:
        """Whether it is a program of which the parser of the standard library takes all."""
        return is_program(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view of a source file.

        Raises:
            WrongKind: It is no source code of a language that is known here.
            TimeBudgetExceeded: The time is up.

        """
        # Every text is asked whether it is code: what takes it apart is imported for the first that
        # is.
        with undisturbed:
            from headroom.kinds.code.choose import view_of

        return view_of(source, request)

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its lines; those of a function together, below what it stands in."""
        scopes = _symbols(source).scopes(source.lines)
        for number, (line, (group, heads)) in enumerate(zip(source.lines, scopes), 1):
            yield Piece(line, "lines", number, group=group, heads=heads)

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """The bodies that the query names, what answers it, then what else is defined here.

        Who asks for nothing but what is named has what else there is in the view.
        """
        symbols = _symbols(source)
        lines = set(symbols.lines_in_query(query))
        named = [number for number, piece in enumerate(pieces) if piece.number in lines]
        # What the reader lacks comes before what is there.
        named.sort(key=lambda number: not left_out(pieces[number]))
        if named and only_names(query):
            return list(dict.fromkeys([*named, *order]))
        heads = set(symbols.first_lines()) if named or order else set()
        outline = [number for number, piece in enumerate(pieces) if piece.number in heads]
        outline.sort(key=lambda number: not left_out(pieces[number]))
        return list(dict.fromkeys([*named, *order, *outline]))

    def symbols(self, source: Source) -> CodeSymbols:
        """Its functions and classes."""
        return _symbols(source)

    def gist(self, view: str) -> str:
        """The names that it defines."""
        return ", ".join(dict.fromkeys(_DEFINED.findall(view)))


def _symbols(source: Source) -> CodeSymbols:
    with undisturbed:
        from headroom.kinds.code.symbols import CodeSymbols

    return source.once(CodeSymbols)
