"""Okapi BM25: how much the words that a unit of text shares with a query say.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the
inverse document frequency as Lucene has it, which is never negative.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["LENGTH", "SATURATION", "Counted", "mean", "rarities", "rarity", "score", "scores"]

#: ``k1``: how soon a word that comes again and again stops to count. The paper's own default.
SATURATION = 1.2
#: ``b``: how far a unit's length counts against it, from 0 to 1. The paper's own default.
LENGTH = 0.75


class Counted(NamedTuple):
    """What there is to know of one unit."""

    #: The terms of the query in it, and how often each comes.
    counts: Counter[str]
    #: In terms, or whatever else units are long in.
    length: int


def rarity(units: int, having: int) -> float:
    """What a term tells that so many of the units have: its inverse document frequency.

    >>> rarity(100, 1) > rarity(100, 99) > 0
    True
    """
    return math.log(1 + (units - having + 0.5) / (having + 0.5))


def mean(lengths: Sequence[int]) -> float:
    """The average length of units; 1 where there is none, or nothing in them."""
    return sum(lengths) / max(1, len(lengths)) or 1.0


def rarities(units: Sequence[Iterable[str]]) -> dict[str, float]:
    """What each term tells, by the distinct terms of each unit."""
    frequency = Counter(term for terms in units if terms for term in terms)
    return {term: rarity(len(units), having) for term, having in sorted(frequency.items())}


def score(weight: float, count: int, length: float, average: float, b: float = LENGTH) -> float:
    """What one term adds to a unit.

    Args:
        weight: What the term tells: its rarity.
        count: How often the unit has it.
        length: Of the unit.
        average: Of the lengths of all units.
        b: How far the length counts against the unit.

    """
    return weight * count * (SATURATION + 1) / (count + SATURATION * (1 - b + b * length / average))


def scores(
    units: Sequence[tuple[Counter[str], int]], weights: dict[str, float], b: float = LENGTH
) -> list[float]:
    """The score of each unit, as ``Counted``; a term without a weight adds nothing.

    >>> both = [Counted(Counter(refund=1), 3), Counted(Counter(), 3)]
    >>> scores(both, rarities([unit.counts for unit in both]))[1]
    0.0
    """
    average = mean([length for _, length in units])
    return [
        sum(
            score(weights.get(term, 0.0), n, length, average, b)
            for term, n in sorted(counts.items())
        )
        if counts
        else 0.0
        for counts, length in units
    ]
