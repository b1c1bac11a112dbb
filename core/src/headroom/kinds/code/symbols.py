"""The functions and classes of a piece of code, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom.errors import TimeBudgetExceeded, WrongKind
from headroom.kinds.code.named import described_functions, named_symbols
from headroom.kinds.code.outline import Symbol
from headroom.kinds.code.parse import readings
from headroom.kinds.code.recognise import without_numbers
from headroom.source import Source
from headroom.toolkit.relevance import query_terms, terms
from headroom.view import Deadline

__all__ = ["CodeSymbols"]

# Taking code apart may take this many seconds; without symbols its lines are found all the same.
_SECONDS = 5.0
# Characters of names that an error lists.
_LISTED = 300
#: An excerpt names so many of the symbols that it stands in; chosen.
_DEEPEST = 3


@dataclass(frozen=True)
class _Symbol:
    #: With the names of what it stands in: ``Cache.get``.
    name: str
    first: int
    last: int


class CodeSymbols:
    """What a piece of code defines, and where."""

    def __init__(self, source: Source) -> None:
        # The time that whoever made the source has is for all that is done with it.
        bare = Source(source.once(without_numbers).text, Deadline(_SECONDS))
        try:
            # One that finds none is of a language that only looks like it.
            found = (outline.symbols for outline, _ in readings(bare))
            self._outlined: Sequence[Symbol] = next(filter(None, found), [])
        except (WrongKind, TimeBudgetExceeded):
            self._outlined = []
        self._found: list[_Symbol] = []
        for symbol in self._outlined:
            around = self._found[symbol.parent].name if symbol.parent >= 0 else symbol.scope
            prefix = f"{around}." if around else ""
            self._found.append(_Symbol(prefix + symbol.name, symbol.first, symbol.last))
        self._by_term: dict[str, list[int]] = {}
        for index, symbol in enumerate(self._outlined):
            for term in {*terms(symbol.name)}:
                self._by_term.setdefault(term, []).append(index)

    def lines_of(self, name: str) -> list[int]:
        """The lines of all symbols of a name, ``get`` or ``Cache.get``.

        Raises:
            ValueError: There is none.

        """
        wanted = name.removesuffix("()").replace("::", ".").replace("#", ".")
        found = [
            symbol
            for symbol in self._found
            if symbol.name == wanted or symbol.name.endswith(f".{wanted}")
        ]
        if found:
            return _lines(found)
        if not self._found:
            raise ValueError("no function or class was found here: ask for lines, or by query")
        names = ", ".join(symbol.name for symbol in self._found)
        if len(names) > _LISTED:
            names = names[:_LISTED].rpartition(", ")[0] + ", \u2026"
        raise ValueError(f"there is no function or class of this name here; there are: {names}")

    def scopes(self, lines: Sequence[str]) -> list[tuple[int, tuple[int, ...]]]:
        """For each line what it stands together with: a number of the innermost symbol around it,
        or of its paragraph; and the first lines of the symbols around it, the nearest first.
        """
        found: list[tuple[int, tuple[int, ...]]] = []
        paragraph = len(self._outlined)
        for line in lines:
            paragraph += not line or line.isspace()
            found.append((paragraph, ()))
        heads: list[tuple[int, ...]] = []
        # Those around others come before them.
        for index, symbol in enumerate(self._outlined):
            around = heads[symbol.parent] if symbol.parent >= 0 else ()
            heads.append((symbol.first, *around[: _DEEPEST - 1]))
            end = min(symbol.last, len(lines))
            found[symbol.first - 1 : end] = [(index, heads[index])] * (end - symbol.first + 1)
        return found

    def first_lines(self) -> list[int]:
        """Where each of them begins."""
        return [symbol.first for symbol in self._found]

    def lines_in_query(self, query: str) -> list[int]:
        """The lines of the symbols that a query names or describes."""
        meant = named_symbols(self._outlined, query)
        if not meant:
            # Only those that share a word with the query can be described by it.
            near = sorted({i for term in query_terms(query) for i in self._by_term.get(term, ())})
            described = described_functions([self._outlined[index] for index in near], query)
            meant = frozenset(near[index] for index in described)
        return _lines([self._found[index] for index in meant])


def _lines(symbols: list[_Symbol]) -> list[int]:
    return sorted({n for symbol in symbols for n in range(symbol.first, symbol.last + 1)})
