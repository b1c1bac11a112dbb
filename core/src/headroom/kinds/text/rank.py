"""What each sentence is worth to a reader: for what it tells, and for what the query asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from headroom.kinds.text.carriers import read_references, tables_among
from headroom.kinds.text.heads import read_heads
from headroom.kinds.text.information import concepts, information
from headroom.kinds.text.outline import read_outline
from headroom.kinds.text.parse import read_units
from headroom.kinds.text.question import likelihood
from headroom.kinds.text.recognise import comments_of, is_comment, is_commented
from headroom.kinds.text.sources import read_sources
from headroom.kinds.text.wordlist import read_said, read_words
from headroom.lines import starts_of
from headroom.source import Source
from headroom.tokens import TokenCounter, count_each
from headroom.toolkit.alerts import alerting
from headroom.toolkit.failures import verdicts
from headroom.toolkit.traces import read_traces
from headroom.view import Request

__all__ = ["Ranked", "Ranking", "rank"]

#: What a text tells beside what the query asks for, as a share of that. Measured with
#: `python -m benchmarks`.
_UNASKED = 0.05
#: What a comment of settings tells, as a share of what its words do. Chosen.
_COMMENT = 0.3
#: Sentences with more tokens are no names: not of a failure, not of a section. Chosen.
_NAME_TOKENS = 160
#: So many lines that sum up a run, the last ones, come before what failed. Chosen.
_OUTCOMES = 12
#: So many of the frames of a trace that are nearest to the failure come with it. Chosen.
_OWN = 2
#: The share of a text that its tables may have which stay. Chosen: a quarter of a view.
_OF_TABLES = 0.125
#: What a reference tells by itself, as a share of what its words do; and the share of the sentences
#: that are references where they are not what the text is. Chosen.
_REFERENCE, _MOST_REFERENCES = 0.3, 0.5
#: The share of the units of a description that may say what is wrong, and how many characters of
#: each are looked at. Chosen.
_MOST_ALERTS, _ALERT_CHARS = 0.1, 400
#: A title in capitals has so many words, in one of the first units, in so many characters. Chosen.
_OPENING, _TITLE_CHARS = 4, 400
_DIGITS = re.compile(r"\d+")
_CAPITALS = re.compile(r"(?:\b[A-Z][A-Z&',.-]{2,30}[ \t]{1,3}(?:(?:OF|TO|AND|FOR)[ \t]+)?){3}")


class Ranking(NamedTuple):
    """What each sentence of a text is worth."""

    #: The worth of each, 0 or more.
    values: Sequence[float]
    #: How likely each answers the query; ``None`` where there is none, or it says nothing.
    likely: Sequence[float] | None
    #: Those that stay whatever the others are worth, the most important first.
    pins: list[int]


class Ranked:
    """What the sentences of a text cost, and are worth: ``source.once(Ranked)``.

    It is remembered for the query that was asked last: one budget is tried after another.
    """

    def __init__(self, _source: Source) -> None:
        self._counter: TokenCounter | None = None
        self._query: str | None = None
        self._found: tuple[list[int], Ranking] | None = None

    def of(self, source: Source, request: Request) -> tuple[list[int], Ranking]:
        """The tokens of each sentence, and the ranking."""
        is_same = self._counter is request.counter and self._query == request.query
        if self._found is None or not is_same:
            parts = source.once(read_units).parts
            costs = count_each(request.counter, request.deadline.over(parts.texts()))
            costs = [cost or 1 for cost in costs]
            self._found = costs, rank(source, costs, request)
            self._counter, self._query = request.counter, request.query
        return self._found


def rank(source: Source, costs: Sequence[int], request: Request) -> Ranking:
    """The worth of each sentence.

    Args:
        source: The text.
        costs: Tokens of each sentence.
        request: Whose query is asked.

    """
    sentences = source.once(read_units).parts
    outline = source.once(read_outline)
    likely = None
    if request.query:
        words = read_words(source)
        likely = likelihood(sentences, words, outline, request.query, request.deadline)
        if "://" in source.text:
            words.drop_addresses(request.deadline.over(sentences.texts()))
    else:
        words = read_said(source)
    told_of = concepts(words, request.deadline)
    # As large as the text, and not needed where it is weighed what they tell.
    del words
    references = _references(source) if likely is None else frozenset()
    beside = outline.heads | references if likely is None else None
    told = information(sentences, told_of, costs, request.deadline, beside=beside)
    del told_of
    pins = [index for index in _title(source) if costs[index] <= _NAME_TOKENS]
    pins += [index for index in source.once(_raised) if costs[index] <= _NAME_TOKENS]
    pins += [index for index in source.once(_verdicts) if costs[index] <= _NAME_TOKENS]
    pins += [index for index in source.once(_alerts) if costs[index] <= _NAME_TOKENS]
    if likely is None:
        comments = _comments(source)
        if comments:
            # What settings are said to be for is not what they are.
            told = [one * _COMMENT if index in comments else one for index, one in enumerate(told)]
            if is_commented(source):
                pins += range(len(sentences))
            return Ranking(told, None, list(dict.fromkeys(i for i in pins if i not in comments)))
        # What is cited is worth something to whoever reads what cites it.
        told = [one * _REFERENCE if index in references else one for index, one in enumerate(told)]
        pins += [index for index in source.once(read_sources) if costs[index] <= _NAME_TOKENS]
        pins += _tables(source, costs)
        by_level = sorted(zip(outline.levels, outline.headings))
        pins += [index for _, index in by_level if costs[index] <= _NAME_TOKENS]
        return Ranking(told, None, list(dict.fromkeys(pins)))
    # Where the query decides nothing, what a sentence tells does.
    total, least = sum(told) or 1.0, min(likely)
    values = [one - least + _UNASKED * other / total for one, other in zip(likely, told)]
    return Ranking(values, likely, list(dict.fromkeys(pins)))


def _comments(source: Source) -> frozenset[int]:
    """The units of settings that are comments."""
    if not source.once(comments_of):
        return frozenset()
    parts = source.once(read_units).parts
    return frozenset(
        index
        for index, part in enumerate(source.deadline.over(parts))
        if all(map(is_comment, filter(str.strip, part.text.split("\n"))))
    )


def _title(source: Source) -> list[int]:
    """The name of a text, if it begins with one: a heading, or words in capitals."""
    parts = source.once(read_units).parts
    if parts and parts[0].heading:
        return [0]
    opening = enumerate(parts[:_OPENING])
    return [index for index, part in opening if _CAPITALS.search(part.text, 0, _TITLE_CHARS)][:1]


def _raised(source: Source) -> list[int]:
    """The units that traces name a failure in, and then where it happened in the program."""
    traces = source.once(read_traces)
    if not traces.inner:
        return []
    starts = starts_of(source.lines)
    parts = source.once(read_units).parts
    places = (index for inner in traces.inner for span in inner[:_OWN] for index in span)
    return [parts.holding(starts[line]) for line in (*traces.said, *places)]


def _references(source: Source) -> frozenset[int]:
    """The units of references, where these are not what the text is."""
    found = frozenset(one for own in source.once(read_references).values() for one in own)
    is_list = len(found) > _MOST_REFERENCES * len(source.once(read_units).parts)
    return frozenset() if is_list else found


def _tables(source: Source, costs: Sequence[int]) -> list[int]:
    """The tables of a text that has a few among much else, the smallest first: what it counts."""
    parts = source.once(read_units).parts
    room = sum(costs) * _OF_TABLES
    pins: list[int] = []
    found = source.deadline.over(tables_among(parts, 0, len(parts)))
    for cost, first, stop in sorted(
        (sum(costs[i] for i in one), one[0], one[-1] + 1) for one in found
    ):
        room -= cost
        if room < 0:
            break
        pins.extend(range(first, stop))
    return pins


def _alerts(source: Source) -> list[int]:
    """Units of a description, as programs print them, that say what is wrong; rare ones first."""
    parts = source.once(read_units).parts
    if not source.once(read_heads).nested or any(parts.headings):
        return []
    texts = [text[:_ALERT_CHARS] for text in parts.texts()]
    found = sorted(alerting(texts, set()))
    alike = {index: _DIGITS.sub("0", texts[index]) for index in found}
    often = Counter(alike.values())
    found.sort(key=lambda index: often[alike[index]])
    return found[: int(_MOST_ALERTS * len(parts))]


def _verdicts(source: Source) -> list[int]:
    """The units that say how a run came out, and what failed."""
    parts = source.once(read_units).parts
    said = verdicts(lambda: source.deadline.over(parts.texts()))
    # How it all came out is little, and says of what failed how much there is.
    outcomes = [index for index, sums_up in said if sums_up][-_OUTCOMES:]
    return list(dict.fromkeys([*outcomes, *(index for index, _ in said)]))
