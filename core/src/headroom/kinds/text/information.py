"""How much each sentence tells, when nobody says what is looked for.

Concept coverage (Gillick and Favre, "A Scalable Global Model for Summarization", 2009): a text
is the set of its concepts, here names, numbers and content words, and each is worth most the
first time that it is told. Such a gain is submodular, so going greedily by gain for the cost is
near the best (Lin and Bilmes, "A Class of Submodular Functions for Document Summarization",
2011); one pass in the order of the first gains stands in for the full greedy choice, so that it
takes n log n steps. To this comes what the place of a sentence is worth.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import LONGEST_WORD, STOP_WORDS, word_terms
from headroom.scanning.wordforms import STEMMED, stem
from headroom.toolkit.sentences import Sentences
from headroom.view import Deadline

__all__ = ["Told", "concepts", "information"]

# Where nothing else is said, these were measured with `python -m benchmarks`, on texts without a
# query.
#: What a concept of each sort is worth, in content words; the first one is none.
_NAME, _NUMBER, _PLAIN = 1, 2, 3
_SORTS = (0.0, 1.5, 1.6, 1.0)
#: What a sentence is worth for being one: most say one thing, however long they are.
_STATEMENT = 5.0
#: What the first sentence of a paragraph is worth beside that (Baxendale, "Machine-Made Index for
#: Technical Literature", 1958, found the topic of a paragraph there in most cases), and the first
#: ones of the text (Edmundson, "New Methods in Automatic Extracting", 1969).
_OPENS_PARAGRAPH, _OPENS_TEXT = 14.0, 6.0
#: How many sentences open a text. Chosen.
_FIRST_SENTENCES = 3
#: How much of that the next sentence of the paragraph gets, and so on: each paragraph has its say.
_NEXT = 0.65
#: What a sentence with a figure is worth beside what it says, where so few have one: it is what
#: nobody can guess. Chosen.
_FIGURE, _FEW_FIGURES = 12.0, 0.15
#: What it costs to begin with a word that points to a sentence before, which may be left out.
_POINTS_BACK = 3.0
#: What a concept is worth when it is told again.
_AGAIN = 0.4
#: How much more a concept is worth that is told more often (per power of e), and from which
#: share of the sentences on it is worth less: where their number by that of its sentences is so
#: many powers of e.
_OFTEN, _EVERYWHERE = 0.25, 2
#: A sentence of fewer concepts states nothing: a page number, a scrap. Chosen.
_STATES = 5
#: Tokens that any sentence costs beside its own: a share of a marker. Chosen.
_TOLL = 4
#: Sentences between two looks at the clock, and those whose words are weighed at a time. Chosen.
_CHECKED_EVERY, _TOGETHER = 500, 100
#: Of a text with more different words, half of what is remembered, their forms are not. Chosen.
_REMEMBERED = 4096

# The first letter is looked at ahead: most words begin with another.
_POINTER = re.compile(
    r"\s*(?=[ihstabm])(?:it|he|she|they|this|these|those|such|here|however|also|thus|therefore|but"
    r"|moreover)\b",
    re.IGNORECASE,
)


def information(
    sentences: Sentences,
    told: Told,
    costs: Sequence[int],
    deadline: Deadline,
    *,
    beside: Collection[int] | None = (),
) -> Sequence[float]:
    """The gain of each sentence, given those that tell more for their cost.

    Args:
        sentences: The sentences of a text.
        told: The concepts of each.
        costs: Tokens of each.
        deadline: Checked now and then.
        beside: Units whose figures are those of what stands around: headers, references. ``None``
            where no figure is worth more than other words.

    """
    size = len(sentences)
    weight = _weights(told, size)
    gains = array("d")
    places = _places(sentences)
    figures = bytearray(size) if beside is None else told.with_number(deadline, beside)
    is_rare = sum(figures) <= _FEW_FIGURES * (size - len(beside or ()))
    figure = _FIGURE if is_rare else 0.0
    for number in range(0, size, _TOGETHER):
        deadline.check()
        bounds = told.starts[number : number + _TOGETHER + 1]
        begin = bounds[0]
        some = slice(begin, bounds[-1])
        own = zip(told.sorts[some], told.concepts[some])
        own_worth = [_SORTS[sort] * weight[concept] for sort, concept in own]
        for (first, end), place in zip(pairwise(bounds), places):
            stated = 1.0 if end - first >= _STATES else (end - first) / _STATES
            place += figure * figures[len(gains)]
            gains.append(sum(own_worth[first - begin : end - begin]) + place * stated)
    seen = bytearray(len(weight))
    density = array("d", (-gain / (cost + _TOLL) for gain, cost in zip(gains, costs)))
    # Of those that are alike, the first one comes first: sorting keeps their order.
    order = array("q", sorted(range(size), key=density.__getitem__))
    for index in deadline.over(order, every=_CHECKED_EVERY):
        own_span = slice(told.starts[index], told.starts[index + 1])
        there = told.concepts[own_span].tolist()
        again = [
            _SORTS[sort] * weight[concept]
            for concept, sort in zip(there, told.sorts[own_span])
            if seen[concept]
        ]
        if again:
            # The exact sum.
            gains[index] -= (1 - _AGAIN) * math.fsum(again)
        for concept in there:
            seen[concept] = 1
    return gains


def _weights(told: Told, size: int) -> list[float]:
    """What each concept is worth, by its number, in a text of so many sentences."""
    frequency = Counter(told.concepts)
    # Told in more than one sentence: what the text is about. Told everywhere: furniture.
    by_frequency = {
        n: (1 + _OFTEN * math.log(n)) * min(1.0, math.log(1 + size / n) / _EVERYWHERE)
        for n in set(frequency.values())
    }
    # What is told nowhere weighs nothing.
    by_frequency[0] = 0.0
    return [by_frequency[frequency[concept]] for concept in range(max(frequency, default=0) + 1)]


def _places(sentences: Sentences) -> Iterator[float]:
    """What the place of each sentence is worth."""
    last, opens = -1, 0.0
    for index, (block, text) in enumerate(zip(sentences.blocks, sentences.texts())):
        if block != last:
            last, opens = block, _OPENS_PARAGRAPH
        worth = _STATEMENT + opens
        opens *= _NEXT
        if _POINTER.match(text):
            worth -= _POINTS_BACK
        if index < _FIRST_SENTENCES:
            worth += _OPENS_TEXT
        yield worth


class Told(NamedTuple):
    """The concepts of sentences, one after another: as objects they would be ten times the text."""

    #: Where those of each sentence begin; behind the last, where they end.
    starts: array[int]
    #: Each by its number, and of what sort it is there.
    concepts: array[int]
    sorts: bytearray

    def with_number(self, deadline: Deadline, beside: Collection[int]) -> bytearray:
        """For each sentence, 1 where it has a number, but for those ``beside``."""
        ends = deadline.over(pairwise(self.starts))
        found = bytearray(self.sorts.find(_NUMBER, first, end) >= 0 for first, end in ends)
        for index in beside:
            found[index] = 0
        return found


def concepts(words: Words, deadline: Deadline) -> Told:
    """The concepts of sentences.

    Args:
        words: The words of each; their numbers are lost, since what is told takes their place.
        deadline: Checked now and then.

    """
    concept_of, sort_of = _concepts_of(words.distinct, deadline)
    # Any word may have a capital at the beginning of a sentence: there it is one of a second set.
    size = len(concept_of)
    concept_of += concept_of
    sort_of += bytes((_PLAIN,)) * size
    numbers = words.numbers
    told = Told(array("q", [0]), numbers, bytearray())
    for first in range(0, len(words), _TOGETHER):
        deadline.check()
        bounds = words.starts[first : first + _TOGETHER + 1]
        own = numbers[bounds[0] : bounds[-1]].tolist()
        ends = [bound - bounds[0] for bound in bounds]
        found: list[int] = []
        found_as: list[int] = []
        begin = told.starts[-1]
        for start, end in pairwise(ends):
            if start < end and sort_of[own[start]] == _NAME:
                own[start] += size
            # Of a concept that is told twice, the last time counts.
            there = {concept_of[word]: sort for word in own[start:end] if (sort := sort_of[word])}
            found += there
            found_as += there.values()
            told.starts.append(begin + len(found))
        # There are no more of them than of the words.
        numbers[begin : begin + len(found)] = array("i", found)
        told.sorts.extend(found_as)
    del numbers[told.starts[-1] :]
    return told


def _concepts_of(words: Sequence[str], deadline: Deadline) -> tuple[array[int], bytearray]:
    """The number of what each word stands for, and its sort: -1 and 0 for one that only binds."""
    # What is found out of so many would push out all else that is remembered.
    own_stem = stem if len(words) <= _REMEMBERED else stem.__wrapped__
    numbers: dict[str, int] = {}
    concepts = array("i")
    sorts = bytearray()
    for word in deadline.over(words):
        concept: str | None
        if word in STOP_WORDS:
            concept, sort = None, 0
        elif not (word.isalpha() and word.isascii() and 1 < len(word) <= LONGEST_WORD):
            concept, sort = _concept(word)
        # Nearly every other word: at once what is found out below.
        elif word.islower():
            concept, sort = own_stem(word) if word[-1] in STEMMED else word, _PLAIN
        elif word.istitle() or word.isupper():
            lower = word.lower()
            concept, sort = (None, 0) if lower in STOP_WORDS else (own_stem(lower), _NAME)
        else:
            concept, sort = _concept(word)
        concepts.append(-1 if concept is None else numbers.setdefault(concept, len(numbers)))
        sorts.append(sort)
    return concepts, sorts


def _concept(word: str) -> tuple[str | None, int]:
    """What a word stands for, and its sort; no sort for a word that only binds."""
    if word[0].isdigit():
        return word[:LONGEST_WORD], _NUMBER
    if len(word) < 2 or word.lower() in STOP_WORDS:
        return None, 0
    terms = word_terms(word)
    if not terms:
        # A sign that only makes other words longer, in Arabic.
        return None, 0
    return terms[0], _PLAIN if word.islower() else _NAME
