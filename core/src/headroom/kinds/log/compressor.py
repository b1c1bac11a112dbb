"""The compressor for logs, and for what builds and test runs print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from headroom.kinds.log.asides import asides_of
from headroom.kinds.log.names import names_of
from headroom.kinds.log.parse import Log, parts_within, read_log
from headroom.kinds.log.rank import order_of, scores_of
from headroom.kinds.log.recognise import looks_like_log, looks_like_output
from headroom.kinds.log.render import render, render_briefly
from headroom.kinds.log.subjects import subjects_of
from headroom.source import Source
from headroom.tokens import count_each
from headroom.toolkit.fitting import nearly_largest
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.relevance import Asked
from headroom.toolkit.titles import titles_above
from headroom.toolkit.traces import what_failed_first
from headroom.toolkit.turns import take_turns
from headroom.view import Piece, Request, View

__all__ = ["LogCompressor"]

#: Characters of a line that tell which others are like it, to a query. Chosen.
_SHAPE_CHARS = 200
_NUMBERS = re.compile(r"\d+|[0-9a-f]{8,}", re.IGNORECASE)
#: So many events say what a line is about at the most. Chosen.
_MOST_HEADS = 8
#: So many events that are too long make room for shorter ones that come later. Chosen.
_SKIPS = 3
#: The share of a balanced view that a compact one takes, and tokens that it may have in any case.
#: Chosen: less than that says what lines are like, and nothing of the one that is unlike.
_COMPACT_SHARE, _COMPACT_LEAST = 0.5, 120


class LogCompressor(BaseKind):
    """Every distinct template and every alert stays; repeats are counted.

    Kept events are verbatim and in their order. After the first event of a template, a marker says
    how many more there are, between which lines, and in which range their numbers lie.
    """

    name = "log"
    compressor = "log_compressor"
    stands_in_text = False
    may_be_mixed = True
    takes_in_lines = True

    def recognise(self, source: Source) -> bool:
        """Whether most of its first lines are those of a log, a build or a test run."""
        return source.once(looks_like_log)

    def may_be(self, source: Source) -> bool:
        """Whether most of its first lines are of a few shapes that come again and again."""
        return looks_like_output(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view of a log; ``None`` where it has nothing that repeats."""
        limit = request.max_tokens
        if request.fidelity == "lossless" and limit is None:
            return None
        log = source.once(read_log) if limit is None else parts_within(source, limit)
        if len(log.events) < 2:
            return None
        scores = scores_of(log, request.query)
        must, order = order_of(log, scores, is_limited=limit is not None)
        asides = _asides(log, request.query)
        names: Mapping[int, str] = {}
        if limit is None and request.fidelity == "balanced" and not source.once(looks_like_log):
            names = names_of(log, request.counter)

        def tokens(size: int) -> int:
            request.deadline.check()
            kept = frozenset(order[:size])
            return request.counter.count(render(log, kept, asides=asides, names=names)[0])

        size: int | None = must
        if limit is None and request.fidelity == "compact":
            usual = tokens(must)
            limit = max(min(usual, _COMPACT_LEAST), int(usual * _COMPACT_SHARE))
        if limit is not None:
            costs = count_each(request.counter, request.deadline.over(log.texts))
            # One that has more tokens than the view by itself stands in no other's way.
            order = [index for index in order if costs[index] <= limit]
            estimates = list(accumulate((costs[index] for index in order), initial=0))
            size = nearly_largest(estimates, tokens, limit)
            says_nothing = not any(log.texts[index].strip() for index in order[: size or 0])
            if says_nothing and request.max_tokens is not None:
                return _brief(log, order, costs, request)
        if size is None or (size == len(log.events) and not asides):
            return None
        kept = frozenset(order[:size])
        text, omissions = render(log, kept, ranges=limit is None, asides=asides, names=names)
        return View(text, False, omissions, first_line=log.first_line)

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its lines; those of an event of several together, below its first one and the titles.

        And below those that say what it is about, where it does not say so itself.
        """
        titles = titles_above(source.lines)
        log = source.once(read_log)
        for group, event in enumerate(log.events):
            is_one = event.end - event.start == 1
            about = (
                line + 1
                for one in subjects_of(log, group)[:_MOST_HEADS]
                for line in range(log.events[one].start, log.events[one].end)
            )
            above = dict.fromkeys([*about, *(title + 1 for title in titles[event.start])])
            heads = tuple(above if is_one else (event.start + 1, *above))
            for index in range(event.start, event.end):
                yield Piece(
                    source.lines[index],
                    "lines",
                    index + 1,
                    group=-1 if is_one else group,
                    heads=heads,
                )

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """Lines of one shape take turns with others, behind what traces say of a failure."""
        shapes = source.once(_shapes)
        order = take_turns(order, lambda number: shapes[pieces[number].number - 1])
        return what_failed_first(source, query, order, pieces)


def _brief(log: Log, order: list[int], costs: Sequence[int], request: Request) -> View | None:
    """A view of a log whose markers have no room beside any event, with as many as have."""
    limit = request.max_tokens or 0
    order = [index for index in order if log.texts[index].strip()]

    def tokens(size: int) -> int:
        request.deadline.check()
        return request.counter.count(render_briefly(log, frozenset(order[:size]))[0])

    for _ in range(_SKIPS):
        estimates = list(accumulate((costs[index] for index in order), initial=0))
        size = nearly_largest(estimates, tokens, limit)
        if size is None:
            return None
        if size:
            text, omissions = render_briefly(log, frozenset(order[:size]))
            return View(text, False, omissions, first_line=log.first_line)
        # What comes next may be shorter.
        most = costs[order[0]] if order else 0
        order = [index for index in order if costs[index] < most]
    text, omissions = render(log, frozenset(), asides={}, names={})
    if request.counter.count(text) > limit:
        text, omissions = render_briefly(log, frozenset())
    return View(text, False, omissions, first_line=log.first_line)


def _asides(log: Log, query: str | None) -> dict[int, list[int]]:
    """The lines of each event that are beside the point, but what the query asks for."""
    asked = Asked(query)
    found = {}
    for index, (start, end) in enumerate(log.deadline.over(pairwise(log.events.edges))):
        if end - start > 1:
            lines = log.lines[start:end]
            places = [
                place
                for place in asides_of(lines)
                if not (asked and asked.look(lines[place]).counts)
            ]
            if places:
                found[index] = places
    return found


def _shapes(source: Source) -> list[str]:
    """What lines that are alike have in common: their text without its numbers."""
    lines = source.deadline.over(source.lines)
    return [_NUMBERS.sub("0", line[:_SHAPE_CHARS]) for line in lines]
