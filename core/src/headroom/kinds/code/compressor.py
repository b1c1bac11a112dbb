"""The compressor of source code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.errors import WrongKind
from headroom.kinds.code.outline import Outline
from headroom.kinds.code.parse import readings
from headroom.kinds.code.rank import rank
from headroom.kinds.code.recognise import is_program, looks_like_code, without_numbers
from headroom.kinds.code.render import Renderer
from headroom.kinds.code.symbols import CodeSymbols
from headroom.source import Source
from headroom.toolkit.fitting import nearly_largest
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.numbering import unnumbered
from headroom.toolkit.relevance import only_names
from headroom.view import Piece, Request, View

__all__ = ["CodeCompressor"]

#: The share of the tokens that a view without a budget has, if what it must keep allows it;
#: measured with ``python -m benchmarks``.
_SHARE = {"balanced": 0.4, "compact": 0.25}

#: The share that it may have so that fields, constants and imports are in it, too; measured.
_MOST = 0.5


_DEFINED = re.compile(
    r"^[ \t]*(?:[\w@]+[ \t]+){0,4}?(?:def|class|func|function|fn|interface|struct|trait|enum|impl)"
    r"[ \t]+(?:\([^()\n]{0,80}\)[ \t]*)?(\w+)",
    re.MULTILINE,
)

#: Where more of a budget is left over than this share, smaller things than the next are put in;
#: chosen.
_SPARE = 0.04

#: A text that defines nothing must have so many parts for a view to leave one out.
_FEWEST_UNITS = 2


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
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        bare = source.once(without_numbers)
        found = False
        for outline, is_sound in readings(bare):
            found = True
            if not outline.symbols and len(outline.units) < _FEWEST_UNITS:
                continue
            renderer, size = self._choice(outline, request, source, is_numbered=bare is not source)
            view = renderer.view(size)
            if view.lossless:
                continue
            if bare is source and outline.is_exact and renderer.is_whole(size):
                return view
            text = view.text if bare is source else unnumbered(view.text, gaps=True)
            if is_sound(text or ""):
                return view
        if not found:
            raise WrongKind("this is no source code that can be parsed")
        return None

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its lines; those of a function together, below what it stands in."""
        scopes = source.once(CodeSymbols).scopes(source.lines)
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
        symbols = source.once(CodeSymbols)
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
        return source.once(CodeSymbols)

    def gist(self, view: str) -> str:
        """The names that it defines."""
        return ", ".join(dict.fromkeys(_DEFINED.findall(view)))

    def _choice(
        self, outline: Outline, request: Request, source: Source, *, is_numbered: bool
    ) -> tuple[Renderer, int]:
        """What renders the view, and of how many units."""
        if is_numbered:
            outline.lines = source.lines[: len(outline.lines)]
        renderer = Renderer(outline, request.counter, source.first_line)
        order = rank(outline, renderer.costs, request)
        request.deadline.check()
        renderer.arrange(order.units)
        # Without a budget, a view has no more than what is wanted.
        size = order.wanted if request.max_tokens is None else len(order.units)
        estimates = renderer.estimates(size)

        def count(size: int) -> int:
            request.deadline.check()
            return renderer.count(size)

        if request.max_tokens is not None:
            found = nearly_largest(estimates, count, request.max_tokens)
            if found is None or found < order.named:
                # What is asked for goes before the names of what is not.
                renderer.name_none()
                found = nearly_largest(estimates, count, request.max_tokens)
            size = found or 0
            left = request.max_tokens - count(size)
            more = _smaller(outline, order.units, size, renderer.costs, left)
            if more and left > _SPARE * request.max_tokens:
                chosen = set(more)
                rest = [index for index in order.units[size:] if index not in chosen]
                renderer.arrange([*order.units[:size], *more, *rest])
                estimates = renderer.estimates(size + len(more))
                size = nearly_largest(estimates, count, request.max_tokens) or 0
            return renderer, size
        share = _SHARE["compact" if order.settled else request.fidelity]
        limits = ((share, order.wanted), (_MOST, order.basic))
        kept = order.required
        for share, size in limits:
            limit = int(request.original_tokens * share)
            found = nearly_largest(estimates[: size + 1], count, limit)
            kept = max(kept, found or 0)
            if kept >= order.basic:
                break
        return renderer, kept


def _smaller(
    outline: Outline, order: Sequence[int], size: int, costs: Sequence[int], left: int
) -> list[int]:
    """The units after the first ones of an order that fit into what they leave of a budget."""
    kept = set(order[:size])
    found: list[int] = []
    for index in order[size:]:
        needs = outline.units.needs[index]
        if costs[index] <= left and (needs < 0 or needs in kept):
            left -= costs[index]
            kept.add(index)
            found.append(index)
    return found
