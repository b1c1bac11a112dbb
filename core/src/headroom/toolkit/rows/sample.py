"""Which units of a value go into a view that does not show all of them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial
from heapq import nsmallest
from itertools import islice
from operator import itemgetter

from headroom.forking import cached_property
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.identifiers import identifiers, naming
from headroom.toolkit.rows.alerts import alerts_in_texts
from headroom.toolkit.rows.below import odd_below
from headroom.toolkit.rows.by_row import rank_by_row
from headroom.toolkit.rows.failed import failed_objects, failed_rows
from headroom.toolkit.rows.identity import extra_for_names, room_for_names
from headroom.toolkit.rows.leads import find_leads, led_by
from headroom.toolkit.rows.raised import RAISED, roles
from headroom.toolkit.rows.rank import (
    ANSWERS,
    FAILED_CHARS,
    FILL,
    FILLING,
    LINE_DEPTH,
    SHOWS,
    Rank,
    Ranks,
    has_most,
    named,
    rank_line,
    rank_rows,
    relevance,
)
from headroom.toolkit.rows.render import Gone, Renderer
from headroom.toolkit.rows.series import far_series, is_series, side_by_side
from headroom.toolkit.rows.units import SMALL_TABLE, WHOLE, LineUnit, Units
from headroom.view import View

__all__ = ["Selection"]

#: A unit that takes more of the limit than this share goes last: it would be shown alone. Chosen.
_TOO_LARGE = 0.9
#: Below this many tokens, rows are worth more than words about the rows left out. Chosen.
_TERSE = 200
#: Tokens beside the one unit that is seen whatever it costs, and the share of the payload's tokens
#: that this view has at most. Chosen.
_AROUND_ONE, _MOST_OF_IT = 200, 0.6
#: The share of a view that odd cells of left-out rows may have, and about the tokens of one.
_ODD_CELLS, _ODD_CELL = 0.4, 12
#: So far, in tiers, are lines that name a row of which parts are shown before its other lines.
_NAME = 0.1
#: By so much a level of depth in the document makes a row come later, in tiers.
_DEPTH = 0.1
#: The rows that the query asks for are ahead of all others by this factor of their tier.
_ASKED = 0.1
#: So far, in tiers, is what is odd below before rows that show what others are like.
_BEFORE_ROWS = 0.4
#: The share of a view that lines around rows may have before what answers the query less than best.
_AROUND = 0.1
#: What failed goes so far behind the best answer, and so many odd units behind a poor one.
_BEHIND, _ODD_BELOW = 1e-6, 3
#: Of so many lists within rows, so many rows that failed are brought in all.
_MOST_INNER, _FEW_INNER = 50, 3
#: Where lines go that stand beside what the query names, or below it: after what answers it.
_KIN = ANSWERS + 0.5
#: So many lines that the query asks for bring those beside them, if these are no more than so many.
#: Chosen.
_WITH_KIN, _MOST_KIN = 6, 8
#: How well what stands right below a heading answers what that does, in shares of it. Chosen.
_BELOW_HEADING = 0.9
_HEADING = re.compile(r"#{1,6} \S")
#: So many lines say whose a series is. Chosen.
_HEADS = 2
#: So many rows that the query asks for are shown by themselves at the most. Chosen.
_ALONE = 20


class Selection:
    """The order of the units of a value, and the views with some of them.

    Args:
        units: The units.
        by_row: Whether the parts of the row that the query asks for go before those of others.

    """

    def __init__(self, units: Units, *, by_row: bool = False) -> None:
        self._units = units
        self._by_row = by_row
        self._request = units.request
        self._renderer = Renderer(units)
        self.costs = units.costs
        #: Whether the last view has all units that are worth showing.
        self.is_complete = False
        #: Whether the last view lacks the unit that the query asks for.
        self.misses_asked = False
        self.row_tokens = sum(
            units.cost(table) for table in units.tables if len(table.table.lines) >= SMALL_TABLE
        )
        #: See `Units`.
        self.may_ask_apart = units.may_ask_apart
        #: The tokens of lines that are but addresses among many.
        self.link_tokens = units.link_tokens
        #: The tokens of the rows that the query names, of tables that are shown in parts.
        self.asked_tokens = sum(sum(units.costs[first:end]) for first, end in units.asked)

    def view(self, limit: int) -> View | None:
        """The view with the most important units that has at most ``limit`` tokens, if any fits."""
        request = self._request
        terse = limit < _TERSE
        names, cost = self._units.nameable(
            0 if terse else room_for_names(limit, request), by_row=self._by_row and not terse
        )
        ranks = self._ranks
        order = self._order(ranks, limit, names)
        if request.max_tokens is None:
            limit += extra_for_names(cost, limit)
        odd = 0 if terse else int(_ODD_CELLS * limit / _ODD_CELL)
        if request.max_tokens is None and order:
            # One unit must be seen whatever it costs, if it is not most of the payload.
            first = self.costs[order[0]] + _AROUND_ONE
            limit = max(limit, min(first, int(_MOST_OF_IT * request.original_tokens)))
        render = _Rendering(
            partial(
                self._renderer.render,
                terse=terse,
                named=names,
                odd_cells=odd,
                outlined=self._by_row and not terse,
            ),
            self._with_leads,
        )
        kept = largest_fitting(order, self.costs, render, request, limit)
        asked = self._asked(ranks)
        if request.max_tokens is not None and not terse and asked and asked[0] not in (kept or ()):
            # What is asked for is worth more than what markers say of the rest.
            briefly = _Rendering(partial(self._renderer.render, terse=True), self._with_leads)
            brief = largest_fitting(order, self.costs, briefly, request, limit)
            if brief and asked[0] in brief:
                kept, render = brief, briefly
        self.is_complete = kept is not None and len(kept) == len(order)
        self.misses_asked = bool(asked) and not (kept and asked[0] in kept)
        if request.max_tokens is not None and self.misses_asked:
            # The row that is asked for is worth more than what the table says of all its rows.
            alone = self._alone(asked, limit)
            if alone:
                kept, render = alone, self._as_objects()
                self.is_complete, self.misses_asked = True, False
        if not kept:
            return None
        return render.view(kept)

    def is_answered(self) -> bool:
        """Whether the query names a unit, or one answers it."""
        return bool(self._request.query) and any(tier <= ANSWERS for tier in self._ranks.tiers)

    def _asked(self, ranks: Ranks) -> list[int]:
        """The units that the query names or that answer it, the best first."""
        asked = [unit for unit, tier in enumerate(ranks.tiers) if tier <= ANSWERS]
        return sorted(asked, key=lambda unit: (ranks[unit], unit))

    def _alone(self, asked: Sequence[int], limit: int) -> frozenset[int] | None:
        """The rows that the query asks for, the best of them at least, where they alone fit."""
        objects = self._units.as_objects(asked[:_ALONE])
        if asked[0] not in objects:
            return None
        costs = [0] * len(self.costs)
        counted = self._request.counter.count_many(list(objects.values()))
        for unit, cost in zip(objects, counted):
            costs[unit] = cost + 1
        kept = largest_fitting(list(objects), costs, self._as_objects(), self._request, limit)
        # Others in the place of the best would be taken for the answer.
        return kept if kept and asked[0] in kept else None

    def _as_objects(self) -> _Rendering:
        return _Rendering(
            partial(self._renderer.render, terse=True, as_objects=True), self._with_leads
        )

    def _with_leads(self, kept: frozenset[int]) -> list[int]:
        """Some units, and the rows that name the groups of those among them, as they stand.

        Below the name of another group, a row would be taken for one of that. Of series side by
        side, the same places of all.
        """
        shown = sorted(kept)
        more: set[int] = set()
        for first, end, leads in self._leads:
            units = shown[bisect_left(shown, first) : bisect_left(shown, end)]
            more.update(first + row for row in led_by(leads, [unit - first for unit in units]))
        for firsts, count in self._beside:
            rows = [
                unit - first
                for first in firsts
                for unit in shown[bisect_left(shown, first) : bisect_left(shown, first + count)]
            ]
            more.update(first + row for first in firsts for row in rows)
        return sorted(more | kept) if more else shown

    @cached_property
    def _beside(self) -> list[tuple[list[int], int]]:
        """Of series side by side, the first unit of each, and how many each has."""
        found = side_by_side(self._units.tree)
        return [
            ([self._units.start(one.node) for one in some], len(some[0].values)) for some in found
        ]

    @cached_property
    def _leads(self) -> list[tuple[int, int, list[Sequence[int]]]]:
        """Of each table that names groups, its units and the rows that name them."""
        check = self._request.deadline.check
        found = (
            (self._units.range(one), find_leads(one.table, check)) for one in self._units.tables
        )
        return [(*units, leads) for units, leads in found if leads]

    def _order(self, ranks: Ranks, limit: int, named: Container[int]) -> Sequence[int]:
        """The units, the most important first; those too large for the limit last.

        Without a budget, rows that would only fill one are not among them.
        """
        # By row, markers have the names of other rows: a line of each would bring its outline.
        names = () if self._by_row else list(self._units.name_lines(named))
        around = self._around(ranks, limit) if self._request.query else []
        if names or around:
            ranks = ranks.copy()
        if around:
            tier, place = min(zip(ranks.tiers, ranks.places))
            for unit in around:
                ranks[unit] = min(ranks[unit], (tier, place + 2 * _BEHIND))
        for unit, depth in names:
            ranks[unit] = min(ranks[unit], (SHOWS + depth * LINE_DEPTH - _NAME, unit))
        # All ranks as tuples would be many times as large as the units.
        by_tier: defaultdict[tuple[bool, float], array[int]] = defaultdict(partial(array, "I"))
        fills, most = self._request.max_tokens is not None, _TOO_LARGE * limit
        for unit, (tier, cost) in enumerate(zip(ranks.tiers, self.costs)):
            if fills or tier < FILL:
                by_tier[cost > most, tier].append(unit)
        order = array("I")
        for group in sorted(by_tier):
            order.extend(sorted(by_tier[group], key=ranks.places.__getitem__))
        return order

    def _around(self, ranks: Ranks, limit: int) -> list[int]:
        """The lines around all rows, if they take little room: what they say holds for all."""
        row_of, tiers = self._units.row_of, ranks.tiers
        lines = [one for one in self._units.lines() if not one.is_link and tiers[one.unit] < FILL]
        if self._units.row_sections:
            lines = [one for one in lines if row_of(one.line.node) is None]
        units = [one.unit for one in lines]
        return units if sum(self.costs[unit] for unit in units) <= _AROUND * limit else []

    def _kin(self, ranks: Ranks) -> Iterator[int]:
        """Lines of what the query names: below a key that it names, or beside what answers it.

        Who asks for a member of something says what it is a member of.
        """
        if not self._request.query:
            return
        units, within = array("I"), array("I")
        tree = self._units.tree
        for one in self._units.lines():
            if one.sentence in (WHOLE, 0):
                units.append(one.unit)
                within.append(tree.holders[one.line.node])
        paths = {node: tree.path(node) for node in set(within)}
        holders = [paths[node] for node in within]
        below = naming(holders, identifiers(self._request.query))
        tiers, places = ranks.tiers, ranks.places
        asked = nsmallest(
            _WITH_KIN, ((tiers[unit], places[unit], place) for place, unit in enumerate(units))
        )
        beside = {holders[place] for tier, _, place in asked if tier <= ANSWERS} - {""}
        beside = {holder for holder in beside if holders.count(holder) <= _MOST_KIN}
        for place, (unit, holder) in enumerate(zip(units, holders)):
            if place in below or holder in beside:
                yield unit

    @property
    def asks_rows(self) -> bool:
        """Whether the query asks for one of the rows that are shown in parts."""
        return bool(self._row_ranks)

    @cached_property
    def _row_ranks(self) -> dict[int, Rank]:
        query = self._request.query
        return rank_by_row(self._units, query, self._scores) if self._by_row and query else {}

    @cached_property
    def _scores(self) -> Sequence[float]:
        found = relevance(self._units.texts, self._request.query, self._request.deadline)
        return self._below_headings(found) if any(found) else found

    def _below_headings(self, found: Sequence[float]) -> Sequence[float]:
        """The same where what a heading answers is said below it: it has no answer itself."""
        scores = array("d", found)
        heading: LineUnit | None = None
        for one in self._request.deadline.over(self._units.lines()):
            if heading is not None and one.line.node == heading.line.node:
                scores[one.unit] = max(scores[one.unit], _BELOW_HEADING * scores[heading.unit])
            is_heading = one.sentence != WHOLE and _HEADING.match(self._units.texts[one.unit])
            heading = one if is_heading else None
        return scores

    def _of_tables(
        self, told: Sequence[float], scores: Sequence[float]
    ) -> Iterator[tuple[int, list[Rank]]]:
        """The ranks of the rows of each table, and which unit is the first of them."""
        series = self._series
        far = {one.node for one in far_series(self._units.tree)} if series else set()
        for table in self._units.tables:
            first, end = self._units.range(table)
            ranked = rank_rows(
                table.table,
                told[first:end],
                scores[first:end],
                self._request,
                series=len(series) if table.node in series else 0,
                is_far=table.node in far,
            )
            # The deeper in the document, the later, other things being equal.
            depth = table.level * _DEPTH
            if depth:
                ranked = [
                    one if one is FILLING or one[0] <= 1 else (one[0] + depth, one[1])
                    for one in ranked
                ]
            yield first, ranked

    def _heads_of_odd(self, ranks: Ranks) -> Iterator[tuple[int, Rank]]:
        """The lines that say whose series it is that has a point which no other is like."""
        lines = {one.unit for one in self._units.lines()} if self._series else set()
        for node in self._series:
            first = self._units.start(node)
            odd = min(ranks[unit] for unit in range(first, self._units.start(node + 1)))
            row = self._units.row_of(node)
            if odd[0] < SHOWS and row is not None:
                heads = (unit for unit in range(*row) if unit in lines)
                yield from ((unit, (odd[0], -1)) for unit in islice(heads, _HEADS))

    @cached_property
    def _series(self) -> set[int]:
        """The tables, by number, that are one series among others."""
        found = {one.node for one in self._units.tables if is_series(one.values)}
        return found if len(found) > 1 else set()

    @cached_property
    def _ranks(self) -> Ranks:
        query = self._request.query
        texts = self._units.texts
        told, scores = named(texts, query, self._request.deadline), self._scores
        best = max(scores, default=0.0)
        # First of all, since it takes the most memory.
        of_tables = list(self._of_tables(told, scores))
        ranks = Ranks(len(texts))
        of_traces = roles(self._units.tree, self._units.start, self._request.deadline)
        unlike, alerts = alerts_in_texts(
            self._units.tree, self._units.start, self._request.deadline
        )
        for unit in (*unlike, *alerts):
            of_traces.setdefault(unit, RAISED)
        for one in self._request.deadline.over(self._units.lines()):
            unit, sentence = one.unit, None if one.sentence == WHOLE else one.sentence
            ranks.tiers[unit], ranks.places[unit] = rank_line(
                one.line,
                one.place,
                told[unit],
                scores[unit],
                best,
                level=one.level,
                sentence=sentence,
                is_link=one.is_link,
                is_source=one.is_source,
                role=of_traces.get(unit),
            )
        for unit in self._kin(ranks):
            ranks[unit] = min(ranks[unit], (_KIN, -scores[unit]))
        for first, end in self._units.asked:
            # All of it goes before the rest, in the same order.
            for unit in range(first, end):
                ranks.tiers[unit] = min(ranks.tiers[unit], _ASKED * ranks.tiers[unit])
        for first, ranked in of_tables:
            ranks.put(first, ranked)
        for unit, of_point in self._heads_of_odd(ranks):
            ranks[unit] = min(ranks[unit], of_point)
        # Of rows that hold many things, few fit: those with what is odd below.
        below = odd_below(self._units.tree, self._units.start, self._request.deadline)
        for place, unit in enumerate(below):
            ranks[unit] = min(ranks[unit], (SHOWS - _BEFORE_ROWS, place))
        for unit, of_row in self._row_ranks.items():
            # Without a budget, of rows that answer less well only their names are worth showing.
            is_more = self._request.max_tokens is None and of_row[0] >= ANSWERS
            ranks[unit] = (FILL, unit) if is_more else of_row
        self._bring(ranks, [*self._failed(), *unlike], below)
        return ranks

    def _bring(self, ranks: Ranks, failed: Sequence[int], odd: Sequence[int]) -> None:
        """Puts what failed right behind what answers best, and what is odd if that is poor.

        What was not found because of a failure is part of each answer.
        """
        query = self._request.query
        if not failed and not (query and odd):
            return
        best, (tier, at) = min(enumerate(zip(ranks.tiers, ranks.places)), key=itemgetter(1))
        is_answered = tier <= ANSWERS
        rank: Rank = (ANSWERS + _BEHIND if query else SHOWS - _BEFORE_ROWS, 0.0)
        if is_answered:
            rank = (tier, at + _BEHIND)
        for unit in failed:
            ranks[unit] = min(ranks[unit], rank)
        if query and is_answered and not self._row_ranks:
            is_poor = not has_most(self._units.texts[best], query)
            for unit in odd[: _ODD_BELOW * is_poor]:
                ranks[unit] = min(ranks[unit], (tier, at + 2 * _BEHIND))

    def _failed(self) -> Iterator[int]:
        """What the rows say that are shown in parts and that failed, as few others did."""
        texts = self._units.texts
        for section in self._units.row_sections:
            members = section.members
            for row in failed_objects(section.rows.values) if members else ():
                room = FAILED_CHARS
                for unit in range(*self._units.range(members[row])):
                    room -= len(texts[unit])
                    if room < 0:
                        break
                    yield unit
        if self._row_ranks:
            # What is asked for in rows hides what failed in lists within them.
            inner = [one for one in self._units.tables if self._units.row_of(one.node)]
            found = [
                self._units.start(one.node) + row
                for one in (inner if len(inner) <= _MOST_INNER else ())
                for row in failed_rows(one.table)
            ]
            if len(found) <= _FEW_INNER and sum(len(texts[n]) for n in found) <= FAILED_CHARS:
                yield from found


class _Rendering:
    """Writes views, and remembers the last that may be the one that is wanted.

    Where a larger one is looked at after it, it fits; where a smaller one is, it does not.
    """

    def __init__(
        self,
        render: Callable[[list[int]], tuple[str, Gone]],
        complete: Callable[[frozenset[int]], list[int]],
    ) -> None:
        self._render = render
        self._complete = complete
        self._last: list[tuple[array[int], tuple[str, Gone]]] = []

    def __call__(self, kept: frozenset[int]) -> str:
        return self._rendered(kept)[0]

    def view(self, kept: frozenset[int]) -> View:
        """The view with some units."""
        text, gone = self._rendered(kept)
        return View(text, lossless=False, omissions=tuple(gone.omissions()))

    def _rendered(self, kept: frozenset[int]) -> tuple[str, Gone]:
        shown = self._complete(kept)
        units = array("I", shown)
        for known, rendered in self._last:
            if known == units:
                return rendered
        self._last = [one for one in self._last if len(one[0]) < len(units)][-1:]
        rendered = self._render(shown)
        self._last.append((units, rendered))
        return rendered
