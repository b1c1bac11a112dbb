"""Which of a query's words a text has, in any of their forms."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import word_terms, words_of
from headroom.scanning.bm25 import Counted
from headroom.toolkit import relevance
from headroom.toolkit.vocabulary import SHORTEST_PART, Vocabulary
from headroom.view import Deadline

__all__ = ["Asked"]

#: So many letters of a word are the same in its term.
_BEGINNING = 3
#: Units whose words are looked at at a time. Chosen.
_TOGETHER = 500
#: What nearly all sentences have. Nobody may change it.
_NOTHING: Counter[str] = Counter()


class Asked:
    """The terms of a query, and how often parts of a text have them.

    Args:
        query: What is asked.
        words: Those of the text.
        deadline: Checked now and then.

    """

    def __init__(self, query: str, words: Words, deadline: Deadline) -> None:
        asked = relevance.Asked(query)
        self._terms, self._wanted = asked.terms, asked.forms
        self._words = words
        self._deadline = deadline
        self._distinct = words.distinct
        self._pairs = frozenset(pairwise(word.lower() for word in words_of(query)))
        paired = {word for pair in self._pairs for word in pair}
        #: The words, by number, that may be any of these, or a form of one: few.
        beginnings = {*self._wanted, *paired, *_ends(self._terms)}
        self._some = array("i", _beginning_as(beginnings, deadline.over(words.distinct)))
        #: Those of the pairs, as they stand there.
        self._paired = {
            number: lower
            for number in self._some
            if (lower := self._distinct[number].lower()) in paired
        }
        self._found = self._look()

    def _look(self) -> dict[int, tuple[str, ...]]:
        """The words that have terms of it, by number: hardly any."""
        wanted = self._wanted
        found: dict[int, tuple[str, ...]] = {}
        for number in self._deadline.over(self._some):
            terms = word_terms(self._distinct[number])
            if not wanted.isdisjoint(terms):
                found[number] = tuple(term for term in terms if term in wanted)
        return found

    def widen(self) -> bool:
        """Looks for forms of the words that the text does not have; whether there are any."""
        told = {term for found in self._found.values() for term in found}
        missing = self._terms - told
        if not missing:
            return False
        some = self._deadline.over(self._some)
        there = Vocabulary(term for n in some for term in word_terms(self._distinct[n]))
        near = {form for term in missing for form in there.near(term)}
        if near:
            self._wanted |= near
            self._found = self._look()
        return bool(near)

    def count_each(self) -> Iterator[Counted]:
        """What ``count`` says of each unit of the text, and how many words the unit has."""
        has_none = self._found.keys().isdisjoint
        starts, numbers = self._words.starts, self._words.numbers
        for unit in range(0, len(self._words), _TOGETHER):
            self._deadline.check()
            bounds = starts[unit : unit + _TOGETHER + 1]
            begin = bounds[0]
            of_all = numbers[begin : bounds[-1]].tolist()
            for start, end in pairwise(bounds):
                own = of_all[start - begin : end - begin]
                yield Counted(_NOTHING if has_none(own) else self.count(own), end - start)

    def count(self, numbers: Sequence[int]) -> Counter[str]:
        """The terms, and the pairs of words that follow each other in the query.

        Args:
            numbers: Words that follow each other, by their numbers.

        """
        found = self._found
        if found.keys().isdisjoint(numbers):
            return _NOTHING
        terms = [term for number in numbers if number in found for term in found[number]]
        paired = self._paired
        for one, other in pairwise(numbers):
            if one in paired and other in paired:
                pair = paired[one], paired[other]
                if pair in self._pairs:
                    terms.append(" ".join(pair))
        return Counter(terms)


def _ends(terms: Iterable[str]) -> Iterator[str]:
    """What terms end with that are put together from two words."""
    for term in terms:
        for start in range(SHORTEST_PART, len(term) - SHORTEST_PART + 1):
            yield term[start:]


def _beginning_as(terms: Iterable[str], words: Iterable[str]) -> Iterator[int]:
    """The words, by number, that may have one of some terms, or begin as one does."""
    starts = {term[:_BEGINNING] for term in terms}
    for number, word in enumerate(words):
        is_simple = (
            word.isascii()
            and word.isalpha()
            and (word.islower() or word.istitle() or word.isupper())
        )
        # Nearly every word is: it has one term, which begins as it does.
        if not is_simple or word[:_BEGINNING].lower() in starts:
            yield number
