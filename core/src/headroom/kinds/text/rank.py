"""What each sentence is worth to a reader: for what it tells, and for what the query asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from headroom.kinds.text.information import information
from headroom.kinds.text.outline import read_outline
from headroom.kinds.text.parse import read_said, read_units, read_words
from headroom.kinds.text.question import likelihood
from headroom.source import Source
from headroom.toolkit.failures import says_failure, says_outcome
from headroom.view import Request

__all__ = ["Ranking", "rank"]

#: What a text tells beside what the query asks for, as a share of that. Measured with
#: `python -m benchmarks`.
_UNASKED = 0.05
#: Sentences with more tokens are no names: not of a failure, not of a section. Chosen.
_NAME_TOKENS = 160


class Ranking(NamedTuple):
    """What each sentence of a text is worth."""

    #: The worth of each, 0 or more.
    values: list[float]
    #: How likely each answers the query; ``None`` where there is none, or it says nothing.
    likely: list[float] | None
    #: Those that stay whatever the others are worth, the most important first.
    pins: list[int]


def rank(source: Source, costs: Sequence[int], request: Request) -> Ranking:
    """The worth of each sentence.

    Args:
        source: The text.
        costs: Tokens of each sentence.
        request: Whose query is asked.

    """
    sentences, words = source.once(read_units).parts, source.once(read_words)
    outline = source.once(read_outline)
    told = information(sentences, source.once(read_said), costs, request.deadline)
    likely = None
    if request.query:
        likely = likelihood(sentences, words, outline, request.query, request.deadline)
    pins = [index for index in _title(source) if costs[index] <= _NAME_TOKENS]
    pins += [index for index in source.once(_verdicts) if costs[index] <= _NAME_TOKENS]
    if likely is None:
        by_level = sorted(zip(outline.levels, outline.headings))
        pins += [index for _, index in by_level if costs[index] <= _NAME_TOKENS]
        return Ranking(told, None, list(dict.fromkeys(pins)))
    # Where the query decides nothing, what a sentence tells does.
    total, least = sum(told) or 1.0, min(likely)
    values = [one - least + _UNASKED * other / total for one, other in zip(likely, told)]
    return Ranking(values, likely, list(dict.fromkeys(pins)))


def _title(source: Source) -> list[int]:
    """The name of a text, if it begins with one."""
    sentences = source.once(read_units).parts
    return [0] if sentences and sentences[0].heading else []


def _verdicts(source: Source) -> list[int]:
    """The units that say what failed, or how a run came out."""
    return [
        index
        for index, sentence in enumerate(source.once(read_units).parts)
        if any(says_failure(line) or says_outcome(line) for line in sentence.text.split("\n"))
    ]
