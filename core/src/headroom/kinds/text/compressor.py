"""The compressor for plain text."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from headroom.kinds.text.carriers import asks_for_sources, read_references, with_references
from headroom.kinds.text.outline import Outline, read_outline
from headroom.kinds.text.parse import Units, read_units
from headroom.kinds.text.pick import Choices
from headroom.kinds.text.rank import Ranked, Ranking
from headroom.kinds.text.recognise import comments_of, is_commented, is_listing
from headroom.kinds.text.render import gap_marker, render
from headroom.source import Source
from headroom.toolkit.gaps import view_of_lines
from headroom.toolkit.kind import BaseKind, LeftOut
from headroom.toolkit.markers import SMALLEST, plural
from headroom.toolkit.ranges import spans
from headroom.toolkit.traces import what_failed_first
from headroom.view import Omission, Piece, Request, View

__all__ = ["Kompress"]

#: Tokens below which a marker costs more than a sentence is worth. Chosen.
_SMALLEST_TEXT = 60
#: An excerpt names so many of the headings that it stands under. Chosen.
_HEADINGS = 2
#: The share of the tokens that is kept without a query, and the share of a balanced view that a
#: compact one has. Chosen.
_SHARE, _COMPACT_SHARE = 0.5, 0.5
#: The shares with a query: where it is sure at once what answers it, and where it is not. Between
#: them, so many times the tokens are kept of those that hold the answer that likely. Measured with
#: `python -m benchmarks`.
_SHARE_SURE, _SHARE_UNSURE, _SURE, _MARGIN = 0.13, 0.30, 0.95, 2.7
#: With a query, this many tokens are kept of a text that is short, if that is at most half of it.
#: Measured with `python -m benchmarks`.
_ENOUGH = 180
#: Settings and listings up to this many tokens stay whole if nothing is asked: each line is a fact.
#: Chosen.
_SMALL_LISTING = 1200
#: Comments of settings with no more tokens are not worth a marker; and the share of the tokens that
#: settings may have without the others. Chosen.
_COMMENT_TOKENS, _WORTH_IT = 12, 0.85
#: The share of a view that may go to what stays in any case. Chosen.
_PINNED = 0.5
#: Tokens of the longest heading that is brought by what stands under it. Chosen.
_HEADING_TOKENS = 100
#: Tokens of the longest line of a head that is brought by what stands under it; by how many
#: sentences it is shared that are shown; and how often a line of heads comes, as a share of the one
#: that comes most often, where it says something itself. Chosen.
_HEAD_TOKENS, _SHARED, _RARE_HEAD = 80, 2, 0.1
#: How often a choice is made anew that leaves too much over, or takes too much; how often at least
#: where one was found. Chosen: more of them gain less than a sentence.
_TURNS, _LEAST_TURNS = 6, 3
#: Of a text with more characters the lines are dropped before its sentences are ranked. Chosen.
_LARGE = 250_000
#: What may be left over: a share of the budget, and tokens. Where more than the second is, another
#: turn gains nothing: no sentence is that small. Chosen.
_SLACK, _SLACK_TOKENS = 1 / 200, 4
_WIDE, _WIDE_TOKENS = 1 / 8, 16
_DIGITS = re.compile(r"\d+")


class Kompress(BaseKind):
    """Keeps whole sentences of a text, in their order, and says which are left out.

    >>> from headroom.tokens import get_counter
    >>> text = " ".join(f"Sensor {n} reads {n * 7} degrees in room {n % 5}." for n in range(40))
    >>> request = Request("text", get_counter(), get_counter().count(text), query="sensor 31")
    >>> "Sensor 31 reads 217 degrees in room 1." in Kompress().compress(Source(text), request).text
    True
    """

    name = "text"
    compressor = "kompress"
    stands_in_text = False
    unit = "sentences"
    may_be_mixed = True
    has_headings = True

    def recognise(self, source: Source) -> bool:
        """Never: it is the last resort, what a text is that nothing else takes."""
        return False

    def compress(self, source: Source, request: Request) -> View | None:
        """A view that keeps the most telling sentences, or ``None`` for a text too short."""
        most = _most(request)
        if most is None or most >= request.original_tokens or _stays_whole(source, request):
            return None
        if _is_unasked(request) and source.once(comments_of) and not is_commented(source):
            settings = _without_comments(source, request)
            tokens = request.counter.count(settings.text)
            if tokens <= max(most, _SMALL_LISTING):
                return settings if tokens <= _WORTH_IT * request.original_tokens else None
        units = source.once(read_units)
        if len(units.parts) < 2:
            return None if request.max_tokens is None else _nothing(units, request)
        if len(source.text) > _LARGE:
            # All that is known of lines is known by now.
            source.forget_lines()
        costs, ranking = source.once(Ranked).of(source, request)
        if request.max_tokens is None and ranking.likely is not None:
            most = _asked(ranking.likely, costs, request)
        kept, text = _best(source, ranking, costs, most, request)
        if kept:
            return _view(text, kept, units)
        return None if request.max_tokens is None else _nothing(units, request)

    def arrange(
        self,
        source: Source,
        query: str,
        order: list[int],
        pieces: Sequence[Piece],
        left_out: LeftOut,
    ) -> list[int]:
        """What traces in it say of a failure comes first to whoever asks for that."""
        return what_failed_first(source, query, order, pieces)

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its sentences, or its lines where those are counted; those of a passage together."""
        units, outline = source.once(read_units), source.once(read_outline)
        places = range(1, len(units.parts) + 1) if units.lines is None else units.lines
        heads = (
            # A heading stands over what is below it in other parts, too: it names itself.
            tuple(
                places[heading]
                for heading in chain([index] if part.heading else [], _named(outline, index))
            )
            for index, part in enumerate(units.parts)
        )
        if units.lines is None:
            for number, (part, above) in enumerate(zip(units.parts, heads), 1):
                yield Piece(part.text, "sentences", number, group=part.passage, heads=above)
            return
        for part, above, first, end in zip(units.parts, heads, units.lines, units.lines[1:]):
            for number in range(first, end):
                line = source.lines[number - 1]
                yield Piece(line, "lines", number, group=part.passage, heads=above)


def _best(
    source: Source, ranking: Ranking, costs: Sequence[int], limit: int, request: Request
) -> tuple[list[int], str]:
    """The choice that uses ``limit`` up, and its view; nothing if no sentence fits.

    Counted by themselves, the parts do not quite add up to the whole: a few turns settle that.
    """
    units, outline = source.once(read_units), source.once(read_outline)
    count = len(units.parts)
    numbers = units.ranges(count // 2, count - 1)
    marker_cost = request.counter.count("\n" + gap_marker(units.noun, numbers))
    values = _with_pins(ranking, costs, limit, marker_cost)
    pinned = frozenset(ranking.pins)
    if outline.heads:
        values = _without_heads(values, units, outline, pinned)
    choices = Choices(values, _with_heads(costs, outline), marker_cost, request.deadline)
    best: list[int] = []
    text = ""
    aim = limit
    references = source.once(read_references) if asks_for_sources(request.query) else {}
    # Heads take more than they are thought to where each is shown for a single sentence.
    turns = 2 * _TURNS if outline.heads or outline.feet or references else _TURNS
    # The least that was too much.
    most = turns * limit
    for turn in range(turns):
        kept = choices.within(aim)
        # Where headings take too much, there are none.
        if kept and (best or turn < turns - 1):
            kept = _with_headings(_without_lone(kept, values, outline), outline, costs)
            kept = with_references(kept, references, units, costs, limit) if references else kept
        if not kept or len(kept) == count:
            break
        # There is one at a time.
        text = ""
        text = render(units, kept)
        spare = limit - request.counter.count(text)
        if spare >= 0 and sum(values[i] for i in kept) >= sum(values[i] for i in best):
            best = kept
        is_near = 0 <= spare <= int(limit * _SLACK) + _SLACK_TOKENS
        is_wide = spare > int(limit * _WIDE) + _WIDE_TOKENS
        if spare < 0:
            most = min(most, aim)
        # Much is left where headings took too much, and less was chosen for that, or where heads
        # took less than they were thought to.
        may_gain = is_wide and most - aim > _SLACK_TOKENS
        may_gain = may_gain and (bool(outline.heads or outline.feet) or most < turns * limit)
        if best and not may_gain and (turn >= _LEAST_TURNS or is_near or is_wide):
            break
        if turn == turns - 2 and not best:
            aim = limit
        elif spare > 0:
            aim = min(aim + spare, (aim + most) // 2)
        else:
            aim = max(aim + spare * (1 + turn), aim * 2 // 3)
    if best and best is not kept:
        text = render(units, best)
    return best, text


def _with_pins(
    ranking: Ranking, costs: Sequence[int], limit: int, marker_cost: int
) -> Sequence[float]:
    """What sentences are worth where some stay in any case, as far as there is room for them."""
    room = limit * _PINNED
    values = array("d", ranking.values)
    most = sum(values)
    pinned: set[int] = set()
    for index in ranking.pins:
        toll = 0 if index - 1 in pinned or index + 1 in pinned else marker_cost
        if costs[index] + toll <= room:
            room -= costs[index] + toll
            values[index] += most
            pinned.add(index)
    return values


def _named(outline: Outline, index: int) -> list[int]:
    """What says whose a sentence is, and the nearest of the headings above that."""
    path = outline.path(index)
    heads = [above for above in path if above in outline.heads]
    if index in outline.feet:
        heads.append(outline.feet[index])
    return heads + [above for above in path if above not in outline.heads][:_HEADINGS]


def _with_headings(kept: Sequence[int], outline: Outline, costs: Sequence[int]) -> list[int]:
    """The sentences, whose they are, and the names of the sections that they stand in."""
    feet = outline.feet
    if feet:
        # None without a sentence of its block, and no such sentence without it.
        lone = frozenset(feet.values())
        kept = [index for index in kept if index not in lone] or kept
    named = {*kept, *(feet[index] for index in kept if index in feet)}
    named.update([feet[index] for index in named if index in feet])
    for index in kept:
        for above in outline.path(index):
            most = _HEAD_TOKENS if above in outline.heads else _HEADING_TOKENS
            if costs[above] <= most:
                named.add(above)
    return sorted(named)


def _without_lone(kept: list[int], values: Sequence[float], outline: Outline) -> list[int]:
    """The sentences without heads that say nothing of use: those that are needed are brought."""
    if not outline.heads:
        return kept
    return [index for index in kept if values[index] or index not in outline.heads] or kept


def _without_heads(
    values: Sequence[float], units: Units, outline: Outline, pinned: frozenset[int]
) -> Sequence[float]:
    """What sentences are worth where a head is worth something for what stands below it alone.

    But for what it says itself, and hardly another one does: that a result is the one that failed.
    """
    lines = {
        index: _DIGITS.sub("0", units.parts.text(index, index + 1)).strip()
        for index in outline.heads - outline.spoken - pinned
    }
    often = Counter(lines.values())
    rare = max(1, int(_RARE_HEAD * max(often.values(), default=0)))
    found = array("d", values)
    for index, line in lines.items():
        if often[line] > rare:
            found[index] = 0.0
    return found


def _with_heads(costs: Sequence[int], outline: Outline) -> Sequence[int]:
    """What sentences cost with their share of the head that they bring."""
    if not (outline.heads or outline.feet):
        return costs
    found = array("q", costs)
    blocks = Counter(outline.feet.values())
    for index, foot in outline.feet.items():
        found[index] += costs[foot] // min(blocks[foot], _SHARED)
    below = Counter(above for above in outline.above if above in outline.heads)
    heads: dict[int, int] = {}
    for index, above in enumerate(outline.above):
        if above not in outline.heads or index in outline.heads:
            continue
        if above not in heads:
            path = [above, *(one for one in outline.path(above) if one in outline.heads)]
            heads[above] = sum(costs[one] for one in path if costs[one] <= _HEAD_TOKENS)
        found[index] += heads[above] // min(below[above], _SHARED)
    return found


def _most(request: Request) -> int | None:
    """The most tokens that a view may have; ``None`` where nothing may be left out."""
    if request.max_tokens is not None:
        return request.max_tokens
    total = request.original_tokens
    if request.fidelity == "lossless" or total < _SMALLEST_TEXT:
        return None
    limit = total * _SHARE
    return int(limit * _COMPACT_SHARE if request.fidelity == "compact" else limit)


def _asked(likely: Sequence[float], costs: Sequence[int], request: Request) -> int:
    """The tokens of a view for a query: the fewer, the surer it is where the answer stands."""
    total = request.original_tokens
    order = sorted(range(len(costs)), key=lambda index: (-likely[index] / costs[index], index))
    sure = needed = 0.0
    for index in order:
        sure += likely[index]
        needed += costs[index]
        if sure >= _SURE:
            break
    limit = max(total * _SHARE_SURE, min(needed * _MARGIN, total * _SHARE_UNSURE))
    limit = max(limit, min(total * _SHARE, _ENOUGH))
    return int(limit * _COMPACT_SHARE if request.fidelity == "compact" else limit)


def _is_unasked(request: Request) -> bool:
    """Whether nothing says what is wanted, nor how little."""
    return request.max_tokens is None and not request.query and request.fidelity != "compact"


def _stays_whole(source: Source, request: Request) -> bool:
    """Whether a text is a short listing, of which nothing is asked."""
    is_short = request.original_tokens <= _SMALL_LISTING
    return is_short and _is_unasked(request) and is_listing(source)


def _without_comments(source: Source, request: Request) -> View:
    """Settings without their longer comments: what is set are the facts."""
    comments = source.once(comments_of)
    kept = set(range(len(source.lines))) - comments
    for first, last in spans(sorted(comments)):
        run = range(first, last + 1)
        if request.counter.count("\n".join(source.lines[line] for line in run)) <= _COMMENT_TOKENS:
            kept.update(run)
    return view_of_lines(source.lines, kept, first_line=source.first_line)


def _view(text: str, kept: Sequence[int], units: Units) -> View:
    ends = chain(kept, (len(units.parts),))
    gone = ((before + 1, end - 1) for before, end in pairwise(chain((-1,), ends)))
    ranges = tuple(units.ranges(first, last) for first, last in gone if first <= last)
    omission = Omission(units.noun, ranges)
    return View(text, False, (omission,), first_line=units.first_line)


def _nothing(units: Units, request: Request) -> View:
    """The view for a budget in which nothing fits: the marker alone."""
    first, last = units.ranges(0, max(0, len(units.parts) - 1)) if units.parts else (1, 1)
    omission = Omission(units.noun, ((first, last),))
    count = plural(last - first + 1, units.noun[:-1])
    what = f"{count}, {plural(request.original_tokens, 'token')}"
    for note in (what, ""):
        text = gap_marker(units.noun, (first, last), note)
        if request.fits(text):
            return View(text, False, (omission,), first_line=units.first_line)
    if request.fits("[left out]"):
        return View("[left out]", False, (omission,), first_line=units.first_line)
    return View(SMALLEST, False, (omission,), first_line=units.first_line)
