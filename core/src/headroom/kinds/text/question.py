"""How likely each sentence holds what a query asks for.

A sentence is judged by its own words, by its neighbours, and by its passage: an answer often
says "it" for what the passage named before. The parts are BM25 scores at two grains, mixed as
in passage-based retrieval (Callan, "Passage-Level Evidence in Document Retrieval", 1994), with
the first words of a passage counted as a field of their own. Where word vectors are installed,
nearness in meaning is mixed in. The mixture is a conditional logit (McFadden, "Conditional Logit
Analysis of Qualitative Choice Behavior", 1974): one sentence is the one asked for, and the weights
say which.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from headroom.kinds.text.asked import Asked
from headroom.kinds.text.expectation import expectation
from headroom.kinds.text.meaning import Nearness, nearness
from headroom.kinds.text.outline import Outline
from headroom.kinds.text.vectors import WordVectors, installed
from headroom.kinds.text.wordlist import Words
from headroom.kinds.text.words import words_of
from headroom.scanning import scores
from headroom.scanning.bm25 import Counted, rarities
from headroom.toolkit.sentences import Sentences
from headroom.view import Deadline

__all__ = ["likelihood"]

# All of these were measured with `python -m benchmarks`, but where something else is said.
#: How far the length of a sentence or a passage counts against it, in BM25.
_LENGTH = 0.5
#: Words at the beginning of a passage that stand for its title, in so many of its sentences; and
#: how many times more than others they count.
_LEAD, _LEAD_SENTENCES, _LEAD_MORE = 14, 2, 2
#: Sentences in a row that make a passage at the most.
_LONGEST_PASSAGE = 12
#: Passages from which on it is those that show how rare a word is. Chosen.
_FEW_PASSAGES = 4
#: What a pair of words counts, in words.
_PAIR = 0.5
#: Weights of the parts: passage, sentence, neighbours, and headings that have all of the query's
#: words. Then those of nearness, where there are vectors: sentence, passage, words.
_WEIGHTS = (3.5, 5.0, 3.0, 9.0)
_MEANT_WEIGHTS = (1.8, 2.2, 2.5)
#: Words and nearness say in part the same, so that both are no surer than one.
_TOGETHER = 0.8
#: What it is worth to have what the question word asks for: a date, a number, a name, a place.
_EXPECTED = 0.5
#: What code or a table has at least of the score of the sentence before it, which says what it is.
_SHOWN = 0.9
#: How much of a neighbour's score is left one sentence farther on.
_FADE = 0.6
#: How much of what a heading is worth is left one level farther down; headings with a part of the
#: query's words get the square of that part.
_LEVEL_FADE, _TITLE_POWER = 0.8, 2
#: Sentences between two looks at the clock. Chosen.
_CHECKED_EVERY = 500


def likelihood(
    sentences: Sentences,
    words: Words,
    outline: Outline,
    query: str,
    deadline: Deadline,
    vectors: Callable[[], WordVectors | None] = installed,
) -> list[float] | None:
    """The relative likelihood that each sentence is the one asked for; the sum is 1.

    Args:
        sentences: The sentences of a text.
        words: The words of each.
        outline: The headings that they stand under.
        query: What the reader wants to know.
        deadline: Checked now and then.
        vectors: Gives what words mean, if that is known.

    Returns:
        ``None`` where the text has no word of the query, nor one that means the same: then nothing
        can be said.

    """
    groups = _passages(sentences)
    lexical = _lexical(sentences, words, groups, outline, query, deadline)
    deadline.check()
    known = vectors()
    near = None if known is None else nearness(words, groups, words_of(query), known, deadline)
    if lexical is None and (near is None or not near.is_telling):
        return None
    logits = [0.0] * len(words) if lexical is None else _by_words(lexical)
    if near is not None:
        logits = [_TOGETHER * (a + b) for a, b in zip(logits, _by_meaning(near))]
    expected = expectation(query, words.distinct)
    if expected is not None:
        for index, text in enumerate(deadline.over(sentences.texts(), every=_CHECKED_EVERY)):
            if expected.is_met(text, words.of(index) if expected.asks_words else ()):
                logits[index] += _EXPECTED
    top = max(logits)
    values = [math.exp(logit - top) for logit in logits]
    total = sum(values)
    return [value / total for value in values]


class _Lexical(NamedTuple):
    """How well each sentence has the words of a query, each 0 to about 1."""

    passage: list[float]
    sentence: list[float]
    around: list[float]
    titled: list[float]


def _lexical(
    sentences: Sentences,
    words: Words,
    groups: Sequence[Sequence[int]],
    outline: Outline,
    query: str,
    deadline: Deadline,
) -> _Lexical | None:
    """Its own words, those of its passage, of its neighbours, and of the headings above it."""
    asked = Asked(query, words, deadline)
    asked.widen()
    counted = list(asked.count_each())
    passages = [_merge([counted[index] for index in group]) for group in deadline.over(groups)]
    for group, passage in zip(groups, passages):
        if not passage.counts:
            continue
        first = group[:_LEAD_SENTENCES]
        lead = [number for index in first for number in words.of(index)[:_LEAD]][:_LEAD]
        # The first words name what the passage is about.
        for term, n in asked.count(lead).items():
            passage.counts[term] += _LEAD_MORE * n
    weights = _weights(passages if len(passages) > _FEW_PASSAGES else counted)
    if not weights:
        return None
    deadline.check()
    by_passage = _normal(scores(passages, weights, _LENGTH))
    deadline.check()
    own = _normal(scores(counted, weights, _LENGTH))
    deadline.check()
    for index, (before, prose) in enumerate(pairwise(sentences.proses), 1):
        if before and not prose:
            own[index] = max(own[index], _SHOWN * own[index - 1])
    return _Lexical(
        [score for group, score in zip(groups, by_passage) for _ in group],
        # A heading answers nothing: what stands below it does.
        [0.0 if heading else score for heading, score in zip(sentences.headings, own)],
        _around(own),
        _titled(outline, counted),
    )


def _by_words(lexical: _Lexical) -> list[float]:
    return [sum(map(mul, _WEIGHTS, scores)) for scores in zip(*lexical)]


def _by_meaning(near: Nearness) -> list[float]:
    return [
        sum(map(mul, _MEANT_WEIGHTS, parts))
        for parts in zip(near.sentence, near.passage, near.words)
    ]


def _titled(outline: Outline, counted: Sequence[Counted]) -> list[float]:
    """How much of the query the headings say under which each sentence stands, 0 to 1."""
    own = [counted[index] for index in outline.headings]
    weights = _weights(own if len(own) > _FEW_PASSAGES else counted)
    whole = sum(weight for term, weight in weights.items() if " " not in term) or 1.0
    said = {
        index: sum(weights.get(term, 0.0) for term in one.counts if " " not in term) / whole
        for index, one in zip(outline.headings, own)
    }
    titled: list[float] = []
    for index, above in enumerate(outline.above):
        # What a line belongs to may stand below it.
        around = titled[above] * _LEVEL_FADE if 0 <= above < index else 0.0
        titled.append(max(said.get(index, 0.0) ** _TITLE_POWER, around))
    return titled


def _merge(parts: Sequence[Counted]) -> Counted:
    counts: Counter[str] = Counter()
    for part in parts:
        for term, count in part.counts.items():
            counts[term] = counts.get(term, 0) + count
    return Counted(counts, sum(part.length for part in parts))


def _passages(sentences: Sentences) -> list[list[int]]:
    groups: list[list[int]] = []
    last, follows_prose = -1, 0
    for index, (passage, prose) in enumerate(zip(sentences.passages, sentences.proses)):
        # Code and tables belong to what says what they are.
        is_shown = follows_prose and not prose
        if (passage != last and not is_shown) or len(groups[-1]) >= _LONGEST_PASSAGE:
            groups.append([])
        last, follows_prose = passage, prose
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
