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
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from headroom.kinds.text.words import LONGEST_WORD, STOP_WORDS, word_terms
from headroom.toolkit.sentences import Sentence
from headroom.view import Deadline

__all__ = ["information"]

# Where nothing else is said, these were measured with `python -m benchmarks`, on texts without a
# query.
#: What a concept of each sort is worth, in content words.
_NAME, _NUMBER, _PLAIN = 1.5, 1.6, 1.0
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
#: Sentences between two looks at the clock. Chosen.
_CHECKED_EVERY = 500

_UNKNOWN: tuple[str, float] = ("", 0.0)

_POINTER = re.compile(
    r"\s*(?:it|he|she|they|this|these|those|such|here|however|also|thus|therefore|but|moreover)\b",
    re.IGNORECASE,
)


def information(
    sentences: Sequence[Sentence],
    words: Sequence[Sequence[str]],
    costs: Sequence[int],
    deadline: Deadline,
) -> list[float]:
    """The gain of each sentence, given those that tell more for their cost.

    Args:
        sentences: The sentences of a text.
        words: The words of each.
        costs: Tokens of each.
        deadline: Checked now and then.

    """
    told = _concepts(words, deadline)
    frequency = Counter(chain.from_iterable(told))
    count = len(sentences)
    # Told in more than one sentence: what the text is about. Told everywhere: furniture.
    by_frequency = {
        n: (1 + _OFTEN * math.log(n)) * min(1.0, math.log(1 + count / n) / _EVERYWHERE)
        for n in set(frequency.values())
    }
    weight = {concept: by_frequency[n] for concept, n in frequency.items()}
    place = _place(sentences)
    gains: list[float] = []
    for index, concepts in enumerate(told):
        if index % _CHECKED_EVERY == 0:
            deadline.check()
        for concept, kind in concepts.items():
            concepts[concept] = kind * weight[concept]
        place[index] *= min(1.0, len(concepts) / _STATES)
        gains.append(sum(concepts.values()) + place[index])
    seen: set[str] = set()
    order = sorted(range(count), key=lambda index: (-gains[index] / (costs[index] + _TOLL), index))
    for turn, index in enumerate(order):
        if turn % _CHECKED_EVERY == 0:
            deadline.check()
        concepts = told[index]
        again = seen.intersection(concepts)
        # The exact sum: a set gives its members in any order.
        gains[index] -= (1 - _AGAIN) * math.fsum([concepts[concept] for concept in again])
        seen.update(concepts)
    return gains


def _place(sentences: Sequence[Sentence]) -> list[float]:
    """What the place of a sentence is worth."""
    place: list[float] = []
    block, opens = -1, 0.0
    for index, sentence in enumerate(sentences):
        if sentence.block != block:
            block, opens = sentence.block, _OPENS_PARAGRAPH
        worth = _STATEMENT + opens
        opens *= _NEXT
        if _POINTER.match(sentence.text):
            worth -= _POINTS_BACK
        if index < _FIRST_SENTENCES:
            worth += _OPENS_TEXT
        place.append(worth)
    return place


def _concepts(words: Sequence[Sequence[str]], deadline: Deadline) -> list[dict[str, float]]:
    known: dict[str, tuple[str, float] | None] = {}
    told: list[dict[str, float]] = []
    for number, sentence in enumerate(words):
        if number % _CHECKED_EVERY == 0:
            deadline.check()
        concepts: dict[str, float] = {}
        first = True
        for word in sentence:
            concept = known.get(word, _UNKNOWN)
            if concept is _UNKNOWN:
                concept = known[word] = _concept(word)
            if concept is not None:
                name, kind = concept
                # Any word may have a capital at the beginning of a sentence.
                concepts[name] = _PLAIN if first and kind == _NAME else kind
            first = False
        told.append(concepts)
    return told


def _concept(word: str) -> tuple[str, float] | None:
    """What a word stands for and what that is worth; ``None`` for a word that only binds."""
    if word[0].isdigit():
        return word[:LONGEST_WORD], _NUMBER
    if len(word) < 2 or word.lower() in STOP_WORDS:
        return None
    return word_terms(word)[0], _PLAIN if word.islower() else _NAME
