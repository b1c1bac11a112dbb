"""What each sentence is worth to a reader: for what it tells, and for what the query asks."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.text.information import information
from headroom.kinds.text.parse import read_sentences, read_words
from headroom.kinds.text.question import likelihood
from headroom.source import Source
from headroom.view import Request

__all__ = ["values_of"]

#: What a text tells beside what the query asks for, as a share of that. Measured with
#: `python -m benchmarks`.
_UNASKED = 0.05


def values_of(source: Source, costs: Sequence[int], request: Request) -> list[float]:
    """The worth of each sentence.

    Args:
        source: The text.
        costs: Tokens of each sentence.
        request: Whose query is asked.

    """
    sentences, words = source.once(read_sentences), source.once(read_words)
    told = information(sentences, words, costs, request.deadline)
    if not request.query:
        return told
    asked = likelihood(sentences, words, request.query, request.deadline)
    if asked is None:
        return told
    # Where the query decides nothing, what a sentence tells does.
    total, least = sum(told) or 1.0, min(asked)
    return [one - least + _UNASKED * other / total for one, other in zip(asked, told)]
