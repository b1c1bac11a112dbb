"""What goes into a view first."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from headroom.kinds.code.answers import answer_scores
from headroom.kinds.code.named import are_identified, are_meant, described_functions, named_symbols
from headroom.kinds.code.outline import Outline, Role
from headroom.toolkit.relevance import bm25
from headroom.view import Deadline, Request

__all__ = ["Order", "rank"]

#: A function whose score for the query is at least this share of the best one's matters to it;
#: chosen.
_RELEVANT = 0.6

#: The function that answers a query best stays whole where it has no more than this share of the
#: tokens; measured with ``python -m benchmarks``.
_LARGE = 0.3
#: So do those after it with such a share of its score, up to so many with it, and as long as all of
#: them have no more than this share of the tokens; measured on functions that were asked for by the
#: first sentence of their documentation, which was taken away.
_MOST_ANSWERS, _NEARLY = 4, 0.4
_MORE = 0.2


@dataclass(frozen=True)
class Order:
    """Units by index, the most important first; none before the one that it needs."""

    units: array[int]
    #: How many of them are what the query asks for.
    named: int
    #: How many of them a view without a budget always has: the public signatures, what is named.
    required: int
    #: How many of them it has unless that is too much: fields, constants and imports as well.
    basic: int
    #: How many of them a view without a budget may have at the most.
    wanted: int
    #: Whether the query names what it asks for, so that the rest is of little use.
    settled: bool


class _Tier:
    """The order of importance. What is named comes first, what is private and long comes last."""

    NAMED, PUBLIC, METHOD, FIELD, IMPORT, RELEVANT, DOC, PRIVATE, COMMENT, STATEMENT = range(10)
    DATA, BODY, DOC_REST, LOCAL = range(10, 14)


_TIERS = {
    Role.IMPORT: _Tier.IMPORT,
    Role.COMMENT: _Tier.COMMENT,
    Role.STATEMENT: _Tier.STATEMENT,
    Role.DATA: _Tier.DATA,
    Role.DOC_REST: _Tier.DOC_REST,
}


#: A tier, and what orders a unit within it.
_Rank = tuple[int, float, float]


def rank(outline: Outline, costs: Sequence[int], request: Request) -> Order:
    """Ranks the units of an outline.

    Args:
        outline: The source, taken apart.
        costs: Tokens of each unit.
        request: What is asked, and which of the units a view without a budget has.

    """
    deadline = request.deadline
    deadline.check()
    ranker = _Ranker(outline, costs, request)
    brief = request.fidelity == "compact" or ranker.settled
    limit_wanted = _Tier.IMPORT if brief else _Tier.STATEMENT
    order = array("i")
    needs = outline.units.needs
    emitted = bytearray(len(needs))
    named = required = basic = wanted = 0
    # Among those of the same rank, the order of the text counts.
    for (tier, *_), units in sorted(ranker.ranks().items()):
        for index in deadline.over(units):
            if emitted[index]:
                continue
            node = needs[index]
            if node < 0 or emitted[node]:
                emitted[index] = 1
                order.append(index)
                continue
            chain = [index]
            while node >= 0 and not emitted[node]:
                chain.append(node)
                node = needs[node]
            for node in reversed(chain):
                emitted[node] = 1
                order.append(node)
        if tier <= _Tier.NAMED:
            named = len(order)
        if tier <= _Tier.METHOD:
            required = len(order)
        if tier <= _Tier.IMPORT:
            basic = len(order)
        if tier <= limit_wanted:
            wanted = len(order)
    return Order(order, named, required, basic, wanted, ranker.settled)


class _Ranker:
    """Knows what the query asks for, and how large functions are."""

    def __init__(self, outline: Outline, costs: Sequence[int], request: Request) -> None:
        query, deadline = request.query, request.deadline
        self._deadline = deadline
        self._outline = outline
        #: The outermost function of each symbol; the last one is that of what stands in none.
        self._functions = [_function(outline, index) for index in range(len(outline.symbols))]
        self._functions.append(-1)
        outermost = [n for n, function in enumerate(self._functions) if n == function]
        self._scores = answer_scores(outline, outermost, query, deadline)
        self._best = max(self._scores, default=0.0)
        self._sizes = [0] * len(self._functions)
        for symbol, cost in zip(outline.units.symbols, costs):
            self._sizes[self._functions[symbol]] += cost
        named = named_symbols(outline.symbols, query)
        symbols = [outline.symbols[index] for index in named]
        self.settled = are_identified(symbols, query)
        if not (self.settled or are_meant(symbols, query)):
            named |= described_functions(outline.symbols, query)
            named |= frozenset(_answers(self._scores, self._sizes))
        self._wanted = _within(outline, named)
        most = _LARGE * sum(self._sizes)
        self._large = {
            symbol
            for symbol in range(len(outline.symbols))
            if self._sizes[symbol] > most and self._scores[symbol]
        }
        self._inside: dict[int, float] = {}
        if self._large:
            self._inside = _unit_scores(outline, self._functions, self._large, query, deadline)
        self._best_inside = max(self._inside.values(), default=0.0)

    def ranks(self) -> dict[_Rank, array[int]]:
        """The units of each rank, in the order of the text: a tier, and what orders it."""
        found: dict[_Rank, array[int]] = {}
        of_sort: dict[tuple[int, int], array[int]] = {}
        for index, sort in enumerate(self._deadline.over(self._outline.units.sorts())):
            units = of_sort.get(sort)
            if units is None:
                units = found.setdefault(self._rank(index), array("i"))
                if self._is_of_its_sort(index):
                    of_sort[sort] = units
            units.append(index)
        return found

    def _is_of_its_sort(self, index: int) -> bool:
        """Whether all units of a sort have its rank: it does not depend on what they say."""
        units = self._outline.units
        within, role = units.symbols[index], units.role(index)
        if role is Role.BODY:
            return self._functions[within] not in self._large
        return within >= 0 or role is not Role.FIELD

    def _rank(self, index: int) -> _Rank:
        units = self._outline.units
        within, role = units.symbols[index], units.role(index)
        owner = self._functions[within]
        symbol = owner if owner >= 0 else within
        score = self._scores[symbol] if symbol >= 0 else 0.0
        if within in self._wanted:
            return (_Tier.NAMED, -score, 0)
        if role is Role.BODY and owner in self._large:
            told = self._inside.get(index, 0.0)
            if told > 0 and told >= self._best_inside * _RELEVANT:
                return (_Tier.RELEVANT, -told, symbol)
            return (_Tier.BODY, -told, self._sizes[owner])
        if role is Role.BODY and score > 0 and score >= self._best * _RELEVANT:
            return (_Tier.RELEVANT, -score, symbol)
        tier = _tier(self._outline, index, role)
        if tier in (_Tier.BODY, _Tier.LOCAL, _Tier.DOC_REST):
            return (tier, -score, self._sizes[owner] if owner >= 0 else 0)
        return (tier, -score, 0)


def _tier(outline: Outline, index: int, role: Role) -> int:
    if role in _TIERS:
        return _TIERS[role]
    public = outline.units.is_public(index)
    if role is Role.DOC:
        return _Tier.DOC if public else _Tier.COMMENT
    if role is Role.BODY:
        return _Tier.BODY if public else _Tier.LOCAL
    symbol = outline.units.symbols[index]
    if role is Role.SIGNATURE:
        if not public:
            return _Tier.PRIVATE
        is_outermost = symbol < 0 or outline.symbols.parents[symbol] < 0
        return _Tier.PUBLIC if is_outermost else _Tier.METHOD
    # What a module exports is no less public for being a value.
    if symbol < 0 and outline.lines[outline.units[index].ranges[0][1] - 1].startswith("export "):
        return _Tier.PUBLIC
    return _Tier.FIELD if public else _Tier.PRIVATE


def _function(outline: Outline, symbol: int) -> int:
    """The outermost function that a symbol is or stands in; -1 for none."""
    found = -1
    while symbol >= 0:
        if not outline.symbols.is_class(symbol):
            found = symbol
        symbol = outline.symbols.parents[symbol]
    return found


def _within(outline: Outline, named: frozenset[int]) -> frozenset[int]:
    """The symbols, and those that stand inside them. A symbol comes after the one it is in."""
    inside = set(named)
    for index, parent in enumerate(outline.symbols.parents):
        if parent in inside:
            inside.add(index)
    return frozenset(inside)


def _unit_scores(
    outline: Outline,
    functions: Sequence[int],
    large: set[int],
    query: str | None,
    deadline: Deadline,
) -> dict[int, float]:
    """How much each part of very long functions matters to the query."""
    units = [
        index
        for index, symbol in enumerate(outline.units.symbols)
        if functions[symbol] in large and outline.units.role(index) is Role.BODY
    ]
    texts = [
        "\n".join(
            "\n".join(outline.lines[first - 1 : last])
            for first, last in outline.units[index].ranges
        )
        for index in units
    ]
    return dict(zip(units, bm25(texts, query, deadline)))


def _answers(scores: Sequence[float], sizes: Sequence[int]) -> list[int]:
    """The functions that answer a query best, and are no large part of all, the best first."""
    order = sorted((i for i, score in enumerate(scores) if score), key=lambda i: (-scores[i], i))
    total = sum(sizes)
    found: list[int] = []
    left = _LARGE * total
    for index in order[:_MOST_ANSWERS]:
        if scores[index] < _NEARLY * scores[order[0]]:
            break
        if sizes[index] <= left:
            found.append(index)
            left = min(left, _MORE * total) - sizes[index]
    return found
