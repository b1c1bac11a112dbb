"""The view of a log: each kind of line once, verbatim, with how often it comes and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from headroom.kinds.log.events import (
    Event,
    alerts,
    identity,
    names_a_place,
    split_events,
)
from headroom.kinds.log.outliers import outlying_events
from headroom.kinds.log.recognise import looks_like_log, looks_like_output
from headroom.kinds.log.templates import Template, mask, mine
from headroom.source import Source
from headroom.toolkit.fitting import nearly_largest
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.markers import marker, plural
from headroom.toolkit.ranges import spans
from headroom.toolkit.relevance import Asked, bm25, holders
from headroom.toolkit.turns import take_turns
from headroom.view import Omission, Piece, Request, View

__all__ = ["LogCompressor"]

# How many events a query brings in, and from which share of the best one's score.
_ANSWERS = 12
_GOOD_ANSWER = 0.6
# Alerts of one template are shown apart while they differ in more than their values, up to so many.
_ALERT_VARIANTS = 16
# Findings of a compiler or a linter, and tests that failed, are each a thing to mend.
_FINDINGS = 200
# What follows the first line of an event, such as a stack trace, is shown once, unless saying that
# it comes again would be about as long.
_SHORT_TRACE = 3
_SHORT_TRACE_CHARS = 160

_NUMBER = re.compile(r"(?<![\w.-])(-?\d{1,15}(?:\.\d{1,9})?)(?![\w.-]*\d)")
_NAME = re.compile(r"(?<![\w-])([A-Za-z_-]{2,24})[=: ]{1,2}$")
_SAYS = re.compile(r"\w")
_RANGES = 3
#: So much of a line tells which others are like it, to a query.
_SHAPE_CHARS = 200
_NUMBERS = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)


@dataclass(frozen=True)
class _Log:
    lines: list[str]
    events: list[Event]
    texts: list[str]
    templates: list[Template]
    #: The template of each event, by index.
    of_event: list[int]
    alert: list[bool]
    masked: list[str]
    #: The ranges of the numbers in a template's events but the first, found when first shown.
    ranges: dict[int, list[str]] = field(default_factory=dict)


class LogCompressor(BaseKind):
    """Every distinct template and every alert stays; repeats are counted.

    Kept events are verbatim and in their order. After the first event of a template, a marker says
    how many more there are, between which lines, and in which range their numbers lie.
    """

    name = "log"
    compressor = "log_compressor"
    stands_in_text = False
    may_be_mixed = True

    def recognise(self, source: Source) -> bool:
        """Whether most of its first lines are those of a log, a build or a test run."""
        return looks_like_log(source)

    def may_be(self, source: Source) -> bool:
        """Whether most of its first lines are of a few shapes that come again and again."""
        return looks_like_output(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view of a log; ``None`` where it has nothing that repeats."""
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        log = _read(source, request)
        if len(log.events) < 2:
            return None
        scores = _scores(log, request)
        must, order = _order(log, scores)

        def render(kept: frozenset[int]) -> str:
            return _render(log, kept)[0]

        limit = request.max_tokens
        kept: frozenset[int] | None = frozenset(order[:must])
        if limit is None and request.fidelity == "compact":
            limit = request.counter.count(render(frozenset(order[:must]))) // 2
        if limit is not None:
            costs = request.counter.count_many(log.texts)
            estimates = list(accumulate((costs[index] for index in order), initial=0))

            def count(size: int) -> int:
                request.deadline.check()
                return request.counter.count(render(frozenset(order[:size])))

            size = nearly_largest(estimates, count, limit)
            kept = None if size is None else frozenset(order[:size])
        if kept is None or len(kept) == len(log.events):
            return None
        text, omissions = _render(log, kept, ranges=limit is None)
        return View(text, lossless=False, omissions=omissions)

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """Lines of one shape take turns with others."""
        shapes = source.once(_shapes)
        return take_turns(order, lambda number: shapes[pieces[number].number - 1])


def _shapes(source: Source) -> list[str]:
    """What lines that are alike have in common: their text without its numbers."""
    return [_NUMBERS.sub("0", line[:_SHAPE_CHARS]) for line in source.lines]


def _read(source: Source, request: Request) -> _Log:
    lines = source.lines
    events = split_events(lines)
    if request.max_tokens is not None:
        # About a quarter of the budget: an event that takes more is shown in part.
        events = [part for event in events for part in _parts(event, lines, request.max_tokens)]
    texts = ["\n".join(lines[event.start : event.end]) for event in events]
    masked = []
    for index, event in enumerate(events):
        if index % 500 == 0:
            request.deadline.check()
        # A stack trace belongs to what an event says: another trace is another event.
        masked.append("\n".join(mask(line) for line in lines[event.start : event.end]))
    templates = mine(masked)
    of_event = [0] * len(events)
    for number, template in enumerate(templates):
        for index in template.events:
            of_event[index] = number
    return _Log(lines, events, texts, templates, of_event, alerts(texts, masked), masked)


def _parts(event: Event, lines: list[str], most: int) -> list[Event]:
    """An event, or its lines where it has more characters."""
    numbers = range(event.start, event.end)
    if sum(len(lines[number]) for number in numbers) <= most:
        return [event]
    return [Event(number, number + 1) for number in numbers]


def _scores(log: _Log, request: Request) -> dict[int, float]:
    """How well events answer the query; those that share no word with it are not there."""
    asked = Asked(request.query)
    if not asked:
        return {}
    found = sorted(set().union(*holders(log.texts, asked)))
    scores = bm25([log.texts[index][:4000] for index in found], request.query)
    return {index: score for index, score in zip(found, scores) if score > 0}


def _order(log: _Log, scores: dict[int, float]) -> tuple[int, list[int]]:
    """All events, the most important first, and how many of them a view without budget keeps."""
    size = {index: len(template.events) for index, template in enumerate(log.templates)}
    best = max(scores.values(), default=0.0)
    answers = sorted(
        (index for index, score in scores.items() if score >= _GOOD_ANSWER * best),
        key=lambda index: (-scores[index], index),
    )[:_ANSWERS]
    examples: list[int] = []
    for template in log.templates:
        shown = set(template.examples())
        # An alert that says something else is another alert, however alike they are.
        different: dict[str, int] = {}
        for index in template.events:
            if log.alert[index]:
                different.setdefault(identity(log.texts[index]), index)
        texts = [log.texts[index] for index in template.events]
        shown.update(template.events[place] for place in outlying_events(texts))
        first = texts[0]
        most = _FINDINGS if names_a_place(first) else _ALERT_VARIANTS
        shown.update(list(different.values())[:most])
        examples.extend(sorted(shown))
    firsts = {template.events[0] for template in log.templates}

    def rank(index: int) -> tuple[int, int, int, int, int]:
        # Alerts before the rest, and first those that name on one line what is to be mended; of
        # each, what is rare before what is common, and the first event of a template before others.
        event = log.events[index]
        return (
            0 if log.alert[index] else 1,
            0 if event.end - event.start == 1 and names_a_place(log.texts[index]) else 1,
            0 if index in firsts else 1,
            size[log.of_event[index]],
            index,
        )

    # The end says how it came out: the last line that is none of dashes or blanks.
    said = (i for i in range(len(log.events) - 1, -1, -1) if _SAYS.search(log.texts[i]))
    end = [next(said, len(log.events) - 1), len(log.events) - 1]
    # Of answers that say the same thing, one comes before all else.
    best_of = {log.of_event[index]: index for index in reversed(answers)}
    leading = [index for index in answers if best_of[log.of_event[index]] == index]
    must = list(dict.fromkeys([*leading, end[0], *sorted(examples, key=rank), end[1], *answers]))
    chosen = set(must)
    rest = [index for index in range(len(log.events)) if index not in chosen]
    seen: dict[int, int] = {}
    turn: dict[int, int] = {}
    for index in reversed(rest):
        turn[index] = seen[log.of_event[index]] = seen.get(log.of_event[index], 0) + 1
    # With room left: what the query asks for, then by turns another event of each template, the
    # latest first.
    rest.sort(
        key=lambda index: (-scores.get(index, 0.0), turn[index], size[log.of_event[index]], index)
    )
    return len(must), must + rest


def _render(
    log: _Log, kept: frozenset[int], *, ranges: bool = False
) -> tuple[str, tuple[Omission, ...]]:
    """The view with some events, and what it leaves out.

    Args:
        log: The log.
        kept: The events.
        ranges: Whether markers say the ranges of numbers also where more than one event of a
            template is shown; finding them anew for each choice would take too long.

    """
    first_kept: dict[int, int] = {}
    for index in sorted(kept):
        first_kept.setdefault(log.of_event[index], index)
    view: list[str] = []
    omissions: list[Omission] = []
    traces: dict[str, int] = {}
    for index in sorted(kept):
        again = _shown_again(log, index, traces)
        if again is None:
            view.append(log.texts[index])
        else:
            text, omission = again
            view.append(text)
            omissions.append(omission)
        number = log.of_event[index]
        if first_kept[number] == index:
            gone = [other for other in log.templates[number].events if other not in kept]
            if gone:
                omission = _omission(log, gone)
                omissions.append(omission)
                view.append(_more_like_this(log, gone, omission, ranges=ranges))
    strangers = [index for index in range(len(log.events)) if log.of_event[index] not in first_kept]
    if strangers:
        omission = _omission(log, strangers)
        omissions.append(omission)
        kinds = plural(len({log.of_event[index] for index in strangers}), "other kind")
        what = f"{kinds} of line, {plural(omission.count, 'line')} in all,"
        view.append(marker(what, _span(omission)))
    return "\n".join(view), tuple(omissions)


def _shown_again(log: _Log, index: int, traces: dict[str, int]) -> tuple[str, Omission] | None:
    """An event whose further lines another one has shown, without them; ``None`` for any other.

    Args:
        log: The log.
        index: The event.
        traces: The further lines of events, and the number of the line that they begin at; grows.

    """
    event = log.events[index]
    if event.end - event.start <= _SHORT_TRACE:
        return None
    first, rest = log.texts[index].split("\n", 1)
    if len(rest) < _SHORT_TRACE_CHARS:
        return None
    omission = Omission("lines", ((event.start + 2, event.end),))
    shown = traces.setdefault(rest, event.start + 2)
    if shown == event.start + 2:
        return None
    what = f"the same {event.end - event.start - 1} lines as from line {shown} on"
    return f"{first}\n{marker(what, _span(omission))}", omission


def _omission(log: _Log, gone: list[int]) -> Omission:
    numbers = [
        line + 1 for index in gone for line in range(log.events[index].start, log.events[index].end)
    ]
    return Omission("lines", tuple(spans(numbers)))


def _span(omission: Omission) -> str:
    first, last = omission.ranges[0][0], omission.ranges[-1][1]
    if first == last:
        return f"line {first}"
    if len(omission.ranges) == 1:
        return f"lines {first}-{last}"
    return f"within lines {first}-{last}"


def _more_like_this(log: _Log, gone: list[int], omission: Omission, *, ranges: bool) -> str:
    number = log.of_event[gone[0]]
    said: list[str] = []
    if ranges:
        said = _number_ranges([log.texts[index] for index in gone])
    elif len(gone) == len(log.templates[number].events) - 1:
        if number not in log.ranges:
            log.ranges[number] = _number_ranges([log.texts[index] for index in gone])
        said = log.ranges[number]
    return marker(f"{len(gone)} more like this", "; ".join([_span(omission), *said]))


def _number_ranges(texts: list[str]) -> list[str]:
    """The ranges of the numbers that follow a name at the same place of each text."""
    if len(texts) > 500:
        # Not of a sample: the range would be wrong, and of all of them it takes too long.
        return []
    names: dict[int, str] = {}
    for place, found in enumerate(_NUMBER.finditer(texts[0], 0, 1000)):
        name = _NAME.search(texts[0], max(0, found.start() - 30), found.start())
        if name:
            names[place] = name[1]
    values: dict[tuple[int, str], list[float]] = {}
    shown: dict[float, str] = {}
    for text in texts if names else ():
        for place, found in enumerate(_NUMBER.finditer(text, 0, 1000)):
            label = names.get(place)
            if label and text[max(0, found.start() - 30) : found.start()].rstrip("=: ").endswith(
                label
            ):
                value = float(found[1])
                shown[value] = found[1]
                values.setdefault((place, label), []).append(value)
    ranges = []
    for (_, label), numbers in values.items():
        if len(numbers) == len(texts):
            low, high = min(numbers), max(numbers)
            if high > low:
                ranges.append(f"{label} {shown[low]}-{shown[high]}")
    return ranges[:_RANGES]
