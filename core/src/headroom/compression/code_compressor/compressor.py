"""The compressor of source code."""

from __future__ import annotations

from collections.abc import Callable

from headroom.compression.code_compressor.brace_outline import brace_outline
from headroom.compression.code_compressor.brace_scan import is_balanced
from headroom.compression.code_compressor.choose import importance
from headroom.compression.code_compressor.outline import Outline
from headroom.compression.code_compressor.python_outline import python_outline
from headroom.compression.code_compressor.python_parse import parses
from headroom.compression.code_compressor.render import Renderer
from headroom.compression.code_compressor.tree_outline import tree_outline
from headroom.compression.code_compressor.tree_parse import parse_tree, reparse
from headroom.compression.fit import largest_fitting
from headroom.compression.model import Request, View, WrongKind

__all__ = ["CodeCompressor"]

#: The share of the tokens that a view without a budget has, if what it must keep allows it.
_SHARE = {"balanced": 0.4, "compact": 0.25}

#: The share that it may have so that fields, constants and imports are in it, too.
_MOST = 0.5


class CodeCompressor:
    r"""Keeps what a file offers and leaves out how it does it.

    Imports, signatures with their decorators and types, fields, constants and the first sentence
    of docstrings stay; bodies are left out, unless they matter to the query. A body that the query
    names stays whole. What is left still parses.

    >>> from headroom.compression.model import Request
    >>> from headroom.tokens import get_counter
    >>> source = "def double(x):" + "\n    x = x * 1" * 30 + "\n    return x * 2\n"
    >>> counter = get_counter()
    >>> request = Request("code", counter, counter.count(source))
    >>> print(CodeCompressor().compress(source, request).text)
    def double(x):
        ...  # [lines 2-32 left out]
    <BLANKLINE>

    """

    @property
    def name(self) -> str:
        """As it stands in ``transforms``."""
        return "code_compressor"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Source code."""
        return ("code",)

    def compress(self, content: str, request: Request) -> View | None:
        """A view of a source file.

        Raises:
            WrongKind: It is no source code of a language that is known here.
            TimeBudgetExceeded: The time is up.

        """
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        try:
            outline = python_outline(content, request.deadline)
        except SyntaxError:
            return self._other_language(content, request)
        return self._checked(outline, request, parses)

    def _other_language(self, content: str, request: Request) -> View | None:
        parsed = parse_tree(content, request.deadline)
        if parsed is None:
            outline = brace_outline(content, request.deadline)
            if outline is None:
                raise WrongKind("this is no source code that can be parsed")
            return self._checked(outline, request, is_balanced)
        language, errors = parsed.language, parsed.errors

        def still_parses(text: str) -> bool:
            again = reparse(text, language, request.deadline)
            return again is not None and again.errors <= errors

        # Where literals cannot be cut without breaking something, they stay whole.
        for cut_data in (True, False):
            outline = tree_outline(
                content, parsed.tree, language, request.deadline, cut_data=cut_data
            )
            view = self._checked(outline, request, still_parses)
            if view is not None:
                return view
        return None

    def _checked(
        self, outline: Outline, request: Request, still_parses: Callable[[str], bool]
    ) -> View | None:
        """A view that leaves something out and still parses."""
        if not outline.symbols and len(outline.units) < 2:
            return None
        view = self._view(outline, request)
        return None if view.lossless or not still_parses(view.text) else view

    def _view(self, outline: Outline, request: Request) -> View:
        renderer = Renderer(outline, request.counter)
        costs = [renderer.cost(index) for index in range(len(outline.units))]
        order = importance(outline, costs, request.query, request.fidelity)
        if request.max_tokens is not None:
            kept = largest_fitting(order.units, costs, renderer.text, request, request.max_tokens)
            return renderer.view(kept if kept is not None else frozenset())
        limits = ((_SHARE[request.fidelity], order.wanted), (_MOST, order.basic))
        kept = frozenset(order.units[: order.required])
        for share, size in limits:
            limit = int(request.original_tokens * share)
            found = largest_fitting(order.units[:size], costs, renderer.text, request, limit)
            if found is not None and len(found) > len(kept):
                kept = found
            if len(kept) >= order.basic:
                break
        return renderer.view(kept)
