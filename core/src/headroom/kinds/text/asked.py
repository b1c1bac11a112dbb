"""Which of a query's words a text has, in any of their forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import word_terms, words_of
from headroom.toolkit import relevance
from headroom.toolkit.vocabulary import Vocabulary

__all__ = ["Asked"]

#: So many letters of a word are the same in its term.
_BEGINNING = 3
#: What nearly all sentences have. Nobody may change it.
_NOTHING: Counter[str] = Counter()


class Asked:
    """The terms of a query, and how often parts of a text have them.

    Args:
        query: What is asked.
        words: Those of the text.

    """

    def __init__(self, query: str, words: Words) -> None:
        asked = relevance.Asked(query)
        self._terms, self._wanted = asked.terms, asked.forms
        self._distinct = words.distinct
        self._pairs = frozenset(pairwise(word.lower() for word in words_of(query)))
        firsts = {first for first, _ in self._pairs}
        self._firsts = {n for n, word in enumerate(self._distinct) if word.lower() in firsts}
        self._found = self._look()

    def _look(self) -> dict[int, tuple[str, ...]]:
        """The words that have terms of it, by number: hardly any."""
        wanted = self._wanted
        starts = {term[:_BEGINNING] for term in wanted}
        found: dict[int, tuple[str, ...]] = {}
        for number, word in enumerate(self._distinct):
            is_simple = word.islower() and word.isalpha() and word.isascii()
            if is_simple and word[:_BEGINNING] not in starts:
                # Nearly every word: it has one term, which begins as it does.
                continue
            terms = word_terms(word)
            if not wanted.isdisjoint(terms):
                found[number] = tuple(term for term in terms if term in wanted)
        return found

    def widen(self) -> bool:
        """Looks for forms of the words that the text does not have; whether there are any."""
        told = {term for found in self._found.values() for term in found}
        if self._terms <= told:
            return False
        there = Vocabulary(term for word in self._distinct for term in word_terms(word))
        near = {form for term in self._terms for form in there.near(term)}
        if near:
            self._wanted |= near
            self._found = self._look()
        return bool(near)

    def count(self, numbers: Sequence[int]) -> Counter[str]:
        """The terms, and the pairs of words that follow each other in the query.

        Args:
            numbers: Words that follow each other, by their numbers.

        """
        found = self._found
        if found.keys().isdisjoint(numbers):
            return _NOTHING
        terms = [term for number in numbers if number in found for term in found[number]]
        if not self._firsts.isdisjoint(numbers):
            lower = [self._distinct[number].lower() for number in numbers]
            terms += [" ".join(pair) for pair in pairwise(lower) if pair in self._pairs]
        return Counter(terms)
