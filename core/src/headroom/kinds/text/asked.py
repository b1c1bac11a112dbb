"""Which of a query's words a text has, in any of their forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headroom.kinds.text.words import word_terms, words_of
from headroom.toolkit import relevance
from headroom.toolkit.vocabulary import Vocabulary

__all__ = ["Asked"]

#: What nearly all sentences have. Nobody may change it.
_NOTHING: Counter[str] = Counter()


class Asked:
    """The terms of a query, and how often a text has them."""

    def __init__(self, query: str) -> None:
        words = words_of(query)
        asked = relevance.Asked(query)
        self._terms, self._wanted = asked.terms, asked.forms
        lower = [word.lower() for word in words]
        self._pairs = frozenset(pairwise(lower))
        self._known: dict[str, tuple[str, ...]] = {}
        # The words that have none of the terms: nearly all.
        self._others: set[str] = set()

    def widen(self) -> bool:
        """Looks for forms of the words that no text had so far; whether there are any."""
        told = {term for found in self._known.values() for term in found}
        if self._terms <= told:
            return False
        there = Vocabulary(t for word in (*self._known, *self._others) for t in word_terms(word))
        near = {form for term in self._terms for form in there.near(term)}
        self._wanted |= near
        self._known.clear()
        self._others.clear()
        return bool(near)

    def count(self, words: Sequence[str]) -> Counter[str]:
        """The terms, and the pairs of words that follow each other in the query."""
        known = self._known
        if self._others.issuperset(words):
            return _NOTHING
        found: Counter[str] = Counter()
        for word in words:
            wanted = known.get(word)
            if wanted is None:
                wanted = tuple(term for term in word_terms(word) if term in self._wanted)
                known[word] = wanted
                if not wanted:
                    self._others.add(word)
            if wanted:
                found.update(wanted)
        if found and self._pairs:
            lower = [word.lower() for word in words]
            found.update(" ".join(pair) for pair in pairwise(lower) if pair in self._pairs)
        return found
