"""Which symbols a query names."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.code.outline import Symbol
from headroom.regexes import regex
from headroom.scanning.wordforms import parts
from headroom.toolkit.relevance import query_terms, terms

__all__ = ["are_identified", "are_meant", "described_functions", "named_symbols"]

_NAME = regex(r"[^\W\d]\w*")
_QUOTED = regex(r"[`'\"]([^\W\d]\w*)(?:\(\))?[`'\"]|\b([^\W\d]\w*)\(|(?:::|\.|->)([^\W\d]\w*)")


def named_symbols(symbols: Sequence[Symbol], query: str | None) -> frozenset[int]:
    """The symbols that a query names, by index.

    A word that looks like an identifier counts before a plain one, and a plain one before one
    that English needs anyway: "how does get_user list its roles" names ``get_user`` and not
    ``list``. Where a class is named beside something inside it, only that is meant.

    >>> get_user = Symbol("get_user", 1, 2, False, True, -1)
    >>> roles = Symbol("list", 3, 4, False, True, -1)
    >>> sorted(named_symbols([get_user, roles], "how does get_user list its roles"))
    [0]
    >>> sorted(named_symbols([get_user, roles], "how does list work"))
    [1]
    >>> prune = [Symbol("Prune", 1, 2, False, True, -1, scope=of) for of in ("LRUCache", "Shards")]
    >>> sorted(named_symbols(prune, "what does LRUCache::Prune do"))
    [0]

    """
    if not query:
        return frozenset()
    sure, plain, weak = _tiers(symbols, query)
    strong = sure | plain
    classes = {index for index in strong if symbols[index].is_class}
    scopes = set(_NAME.findall(query))
    inside = {
        index
        for index in strong
        if _stands_in(symbols, index, classes) or symbols[index].scope in scopes
    }
    if not inside:
        return frozenset(sure or plain or weak)
    around = {c for c in classes if any(_stands_in(symbols, index, {c}) for index in inside)}
    around |= {c for c in classes if any(symbols[i].scope == symbols[c].name for i in inside)}
    meant = {symbols[index].name for index in inside}
    others = {i for i in (sure or plain) - around if symbols[i].name not in meant}
    return frozenset(inside | others)


def are_meant(symbols: Sequence[Symbol], query: str | None) -> bool:
    """Whether the names of some make up so much of a query that it asks for little else.

    >>> wait = Symbol("wait", 1, 2, False, True, -1)
    >>> are_meant([wait], "how does wait work"), are_meant([wait], "wait until all jobs have ended")
    (True, False)
    """
    wanted = query_terms(query)
    named = {term for symbol in symbols for term in terms(symbol.name)}
    return bool(named) and len(named & wanted) >= _SHARE_NAMED * len(wanted)


def are_identified(symbols: Sequence[Symbol], query: str | None) -> bool:
    """Whether a query writes the name of one as no English word is written, or marks it as a name.

    >>> get_user = Symbol("get_user", 1, 2, False, True, -1)
    >>> are_identified([get_user], "what does get_user do"), are_identified([get_user], "users")
    (True, False)
    """
    return query is not None and bool(_tiers(symbols, query)[0])


def _tiers(symbols: Sequence[Symbol], query: str) -> tuple[set[int], set[int], set[int]]:
    """The symbols whose names a query has: as identifiers, as plain words, as words of English."""
    words = set(_NAME.findall(query))
    lowered = {word.lower() for word in words}
    marked = {name for match in _QUOTED.findall(query) for name in match if name}
    telling = {term for term in query_terms(query) if not term.isdigit()}
    sure: set[int] = set()
    plain: set[int] = set()
    weak: set[int] = set()
    for index, symbol in enumerate(symbols):
        if symbol.name not in words and (symbol.is_class or symbol.name.lower() not in lowered):
            continue
        written = symbol.name in words
        if written and (symbol.name in marked or _looks_like_identifier(symbol.name)):
            sure.add(index)
        elif not telling.isdisjoint(query_terms(symbol.name)):
            plain.add(index)
        else:
            weak.add(index)
    return sure, plain, weak


#: Names that are words of English are what a query asks for where they have this share of its
#: telling words: a word in a longer sentence is seldom a name; chosen.
_SHARE_NAMED = 0.3

#: Where so many functions have names that the words of a query spell, none of them is meant;
#: chosen.
_MOST_DESCRIBED = 3

#: The share of the telling words of a query that a name must hold, and the fewest words in it;
#: chosen.
_SHARE = 0.5
_FEWEST_WORDS = 2


def described_functions(symbols: Sequence[Symbol], query: str | None) -> frozenset[int]:
    """The functions whose names the words of a query spell, in any order and form, by index.

    >>> delay = Symbol("computeRetryDelay", 1, 2, False, True, -1)
    >>> retry = Symbol("retry", 3, 4, False, True, -1)
    >>> sorted(described_functions([delay, retry], "where is the retry delay computed"))
    [0]

    """
    wanted = query_terms(query)
    if len(wanted) < _FEWEST_WORDS:
        return frozenset()
    found: dict[int, float] = {}
    for index, symbol in enumerate(symbols):
        if symbol.is_class or symbol.local:
            continue
        words = parts(symbol.name)
        if len(words) >= _FEWEST_WORDS and words <= wanted and len(words) >= _SHARE * len(wanted):
            found[index] = len(words)
    best = max(found.values(), default=0)
    meant = frozenset(index for index, words in found.items() if words == best)
    return meant if len(meant) <= _MOST_DESCRIBED else frozenset()


def _looks_like_identifier(name: str) -> bool:
    """Whether no English word is written like this."""
    return "_" in name or any(c.isdigit() for c in name) or name[1:] != name[1:].lower()


def _stands_in(symbols: Sequence[Symbol], index: int, classes: set[int]) -> bool:
    parent = symbols[index].parent
    while parent >= 0:
        if parent in classes:
            return True
        parent = symbols[parent].parent
    return False
