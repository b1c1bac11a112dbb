"""How likely each sentence holds what a query asks for.

A sentence is judged by its own words, by its neighbours, and by its passage: an answer often
says "it" for what the passage named before. The parts are BM25 scores at two grains, mixed as
in passage-based retrieval (Callan, "Passage-Level Evidence in Document Retrieval", 1994), with
the first words of a passage counted as a field of their own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headroom.kinds.text.words import word_terms, words_of
from headroom.toolkit.bm25 import Counted, rarities, scores
from headroom.toolkit.relevance import Asked
from headroom.toolkit.sentences import Sentence
from headroom.view import Deadline

__all__ = ["likelihood"]

#: How far the length of a sentence or a passage counts against it, in BM25.
_LENGTH = 0.5
#: What a pair of words tells beside what its rarity says.
_PAIR = 0.5
#: Words at the beginning of a passage that stand for its title.
_LEAD = 14
#: Sentences in a row that make a passage at the most.
_LONGEST_PASSAGE = 12

# Weights of the parts, each part between 0 and about 1.
_PASSAGE, _SENTENCE, _NEIGHBOUR, _EXPECTED = 3.5, 5.0, 3.0, 0.5
# How much of a neighbour's score is left one sentence farther on.
_FADE = 0.6

_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d)\b|\b(?:jan|febr|march|april|may|june|july|august|sept|octo|novem|decem)"
    r"|\b(?:today|yesterday|century|monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
    re.IGNORECASE,
)
_DIGIT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|dozen|hundred|"
    r"thousand|million|billion)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_]\S* +[\"'(\u201c]?[A-Z\u00c0-\u00de][\w.'-]+")
# Cheap to look for before a name is.
_CAPITAL_LATER = re.compile(r" [\"'(\u201c]?[A-Z\u00c0-\u00de]")
_PLACE = re.compile(r"\b(?:in|at|near|from|of|on|to|inside|within|between) +(?:the +)?[\w-]+", re.I)
_EXPECTATIONS = tuple(
    (re.compile(rf"\b(?:{asks})\b", re.IGNORECASE), wants)
    for asks, wants in (
        ("when|what (?:year|date|day|time)|which year|how (?:old|recent)", _DATE),
        ("how (?:many|much|long|tall|far|big|large|often|high|old|fast)", _DIGIT),
        ("who|whom|whose|which|what", _NAME),
        ("where", _PLACE),
    )
)


def likelihood(
    sentences: Sequence[Sentence],
    words: Sequence[Sequence[str]],
    query: str,
    deadline: Deadline,
) -> list[float] | None:
    """The relative likelihood that each sentence is the one asked for; the sum is 1.

    Args:
        sentences: The sentences of a text.
        words: The words of each.
        query: What the reader wants to know.
        deadline: Checked now and then.

    Returns:
        ``None`` where the text has no word of the query: then nothing can be said.

    """
    asked = _Asked(query)
    counted: list[Counted] = []
    for number, one in enumerate(words):
        if number % 500 == 0:
            deadline.check()
        counted.append(Counted(asked.count(one), len(one)))
    groups = _passages(sentences)
    passages = [_merge([counted[index] for index in group]) for group in groups]
    for group, passage in zip(groups, passages):
        lead = [word for index in group[:2] for word in words[index][:_LEAD]][:_LEAD]
        # The first words name what the passage is about: they count three times.
        for term, n in asked.count(lead).items():
            passage.counts[term] += 2 * n
    weights = _weights(passages if len(passages) > 4 else counted)
    if not weights:
        return None
    by_passage = _normal(scores(passages, weights, _LENGTH))
    by_sentence = _normal(scores(counted, weights, _LENGTH))
    around = _around(by_sentence)
    passage_of = {index: number for number, group in enumerate(groups) for index in group}
    # The first expectation is the one that the question word speaks of.
    expected = next((wants for asks, wants in _EXPECTATIONS if asks.search(query)), None)
    expectation = None if expected is None else _Expectation(expected)
    values: list[float] = []
    for index, sentence in enumerate(sentences):
        if index % 500 == 0:
            deadline.check()
        met = expectation is not None and expectation.is_met(sentence.text, words[index])
        prior = _EXPECTED if met else 0.0
        values.append(
            math.exp(
                _PASSAGE * by_passage[passage_of[index]]
                + _SENTENCE * by_sentence[index]
                + _NEIGHBOUR * around[index]
                + prior
            )
        )
    total = sum(values)
    return [value / total for value in values]


class _Expectation:
    """What the answer to a question must have, looked for as cheaply as can be."""

    def __init__(self, wants: re.Pattern[str]) -> None:
        self._wants = wants
        self._known: dict[str, bool] = {}

    def is_met(self, text: str, words: Sequence[str]) -> bool:
        """Whether a text, of these words, has it."""
        if self._wants is _NAME and not _CAPITAL_LATER.search(text):
            return False
        if self._wants not in (_DATE, _DIGIT) or "_" in text:
            return self._wants.search(text) is not None
        # Dates and numbers are single words, and most words are not the first of their kind.
        known = self._known
        for word in words:
            met = known.get(word)
            if met is None:
                met = known[word] = self._wants.search(word) is not None
            if met:
                return True
        return False


class _Asked:
    """The terms of a query, and how often a text has them."""

    def __init__(self, query: str) -> None:
        words = words_of(query)
        self._wanted = Asked(query).forms
        lower = [word.lower() for word in words]
        self._pairs = frozenset(pairwise(lower))
        self._known: dict[str, tuple[str, ...]] = {}
        # The words that have none of the terms: nearly all.
        self._others: set[str] = set()

    def count(self, words: Sequence[str]) -> Counter[str]:
        """The terms, and the pairs of words that follow each other in the query."""
        known = self._known
        found: Counter[str] = Counter()
        if self._others.issuperset(words):
            return found
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


def _merge(parts: Sequence[Counted]) -> Counted:
    counts: Counter[str] = Counter()
    for part in parts:
        if part.counts:
            counts.update(part.counts)
    return Counted(counts, sum(part.length for part in parts))


def _passages(sentences: Sequence[Sentence]) -> list[list[int]]:
    groups: list[list[int]] = []
    last = -1
    for index, sentence in enumerate(sentences):
        if sentence.passage != last or len(groups[-1]) >= _LONGEST_PASSAGE:
            groups.append([])
            last = sentence.passage
        groups[-1].append(index)
    return groups


def _weights(units: Sequence[Counted]) -> dict[str, float]:
    return {
        term: weight * (_PAIR if " " in term else 1.0)
        for term, weight in rarities([unit.counts for unit in units]).items()
    }


def _around(scores: Sequence[float]) -> list[float]:
    """What stands near each sentence on either side, the less the farther away."""
    before = [0.0] * len(scores)
    after = [0.0] * len(scores)
    for index in range(1, len(scores)):
        before[index] = _FADE * (before[index - 1] + scores[index - 1])
        after[-1 - index] = _FADE * (after[-index] + scores[-index])
    return [one + two for one, two in zip(before, after)]


def _normal(scores: Sequence[float]) -> list[float]:
    top = max(scores, default=0.0) or 1.0
    return [score / top for score in scores]
