"""The terms that a text has, and which of them are near one that it does not have.

A query says "Verträge" where the text says "Vertrag", and "Vertragslaufzeit" where it says
"Laufzeit des Vertrags". Endings differ from language to language; long beginnings that are the
same hardly ever lie, in any (compare the truncation of words by Frakes, "Stemming Algorithms", in
Frakes and Baeza-Yates, "Information Retrieval", 1992).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from math import ceil

from headroom.forking import cached_property
from headroom.scanning.wordforms import LONG_WORD

__all__ = ["SHORTEST_PART", "Vocabulary"]

#: So many letters begin a word in all of its forms, and such a share of the longer one's.
_BEGINNING, _SHARE = 5, 0.75
#: A word with such an ending on it is a form of it as well: "govern" and "government".
_LONGEST_ENDING = 5
#: A part of a compound has so many letters, and so many may join it to the next.
SHORTEST_PART, _JOINT = 4, 2
#: Forms of a word that are worth looking for.
_MOST = 12
#: Terms with the beginning of a word that are looked at.
_LOOKED_AT = 200


class Vocabulary:
    """The terms of a text.

    >>> known = Vocabulary(["vertrag", "laufzeit", "gall", "bladder", "verband"])
    >>> known.near("vertrage"), known.near("gallbladder"), known.near("vertragslaufzeit")
    (['vertrag'], ['bladder', 'gall'], ['laufzeit', 'vertrag'])
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)

    def __contains__(self, term: str) -> bool:
        return term in self._terms

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_order)

    def near(self, term: str) -> list[str]:
        """The forms of a term, or the parts that it is put together from; none if it is there."""
        if term in self._terms or not _BEGINNING <= len(term) <= LONG_WORD or not term.isalpha():
            return []
        return sorted(self._forms(term) or self._parts(term))[:_MOST]

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self._terms)

    def _forms(self, term: str) -> set[str]:
        beginning = term[: max(_BEGINNING, ceil(_SHARE * len(term)))]
        first = bisect_left(self._in_order, beginning)
        return {
            other
            for other in self._in_order[first : first + _LOOKED_AT]
            if other.startswith(beginning)
            and other.isalpha()
            and (
                _common(term, other) >= _SHARE * len(other)
                or (other.startswith(term) and len(other) - len(term) <= _LONGEST_ENDING)
            )
        }

    def _parts(self, term: str) -> set[str]:
        found: set[str] = set()
        for end in range(SHORTEST_PART, len(term) - SHORTEST_PART + 1):
            if term[:end] not in self._terms:
                continue
            for start in range(end, min(end + _JOINT, len(term) - SHORTEST_PART) + 1):
                if term[start:] in self._terms:
                    found |= {term[:end], term[start:]}
        return found


def _common(one: str, other: str) -> int:
    """How many letters two terms begin with alike."""
    both = zip(one, other)
    return next((n for n, (a, b) in enumerate(both) if a != b), min(len(one), len(other)))
