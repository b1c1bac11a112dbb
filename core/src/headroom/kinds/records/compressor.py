"""The compressor for texts of records: whole records, those that nobody could guess first."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf

from headroom.errors import WrongKind
from headroom.kinds.records.alarms import alarms
from headroom.kinds.records.files import said_by_directory, shared_directory
from headroom.kinds.records.headed import first_word
from headroom.kinds.records.parse import Records, read
from headroom.kinds.records.parts import is_left_out, telling_lines, view_of_parts
from headroom.kinds.records.recognise import looks_like_records
from headroom.kinds.records.spans import Spans, SpanTexts
from headroom.source import Source
from headroom.tokens.base import count_each
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.kind import BaseKind
from headroom.toolkit.markers import marker, plural
from headroom.toolkit.rows.identity import extra_for_names, names_for, room_for_names
from headroom.toolkit.rows.limits import natural_limit
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.rank import (
    ANSWERS,
    FILL,
    FILLING,
    SHOWS,
    Rank,
    named,
    rank_rows,
    relevance,
)
from headroom.toolkit.rows.summary import Summary
from headroom.toolkit.rows.table import build_table
from headroom.toolkit.titles import titles_above
from headroom.view import Omission, Piece, Request, View

__all__ = ["RecordCompressor"]

#: What stands around the records goes with the first of them.
_AROUND: Rank = (0.5, 0.0)
#: Directories and commits are told after the files that a query asks for.
_BETWEEN: Rank = (ANSWERS + 0.5, 0.0)
#: What says that something goes wrong is told before what is odd.
_ALARM: Rank = (SHOWS, -1.0)
#: What a turn is worth to the next one, and to so many on either side. Measured with
#: ``python -m benchmarks``.
_NEAR, _AROUND_TURN = 0.5, 2
#: Tokens of a marker without its names.
_MARKER = 12
#: Below this many tokens, records are worth more than words about those left out; so they are where
#: there are more gaps. Chosen.
_TERSE, _MANY_GAPS = 200, 8
#: Where there is no budget, the share of the tokens of a listing of files that its lines may have,
#: and the names of the others beside them. Chosen: the names are what such a listing is about.
_LISTED = {"balanced": 0.15, "compact": 0.08}
_OF_FILES = 0.4
#: A record that takes more of the limit than this share goes last: it would be shown alone. Chosen.
_TOO_LARGE = 0.9
#: A line of a group that is no row is told where so many groups have one like it, or one in so
#: many. Chosen.
_FEW, _ONE_IN = 3, 10


class RecordCompressor(BaseKind):
    r"""Shows whole records as they stand, and says between which lines others are left out.

    Which ones is decided as for the rows of a table: those that the query names, those that nobody
    could guess from the others, and some that show what records are like.

    >>> from headroom.view import Request
    >>> from headroom.tokens import get_counter
    >>> counter = get_counter()
    >>> hosts = "\n\n".join(f"[host{n}]\nport = {8000 + n}\nretries = 3" for n in range(200))
    >>> tokens = counter.count(hosts)
    >>> request = Request("records", counter, tokens, query="host77", max_tokens=60)
    >>> view = RecordCompressor().compress(Source(hosts), request)
    >>> "[host77]\nport = 8077\nretries = 3" in view.text
    True

    """

    name = "records"
    compressor = "record_compressor"
    # Data of many notations are blocks of fields, one of which stands on each line.
    is_alike = True
    stands_in_text = False

    def recognise(self, source: Source) -> bool:
        """Whether most of its beginning are records, or rows of a listing."""
        return looks_like_records(source)

    def compress(self, source: Source, request: Request) -> View | None:
        """A view of some records; ``None`` where all would be shown.

        Raises:
            WrongKind: The text has no records.

        """
        records = source.once(read)
        if records is None:
            raise WrongKind("no records")
        if records.is_talk and not request.query:
            raise WrongKind("a talk of which nothing is asked is a text")
        if request.fidelity == "lossless" and request.max_tokens is None:
            return None
        if records.whole is not None and (request.query or request.max_tokens is not None):
            records = records.whole
        limit = request.max_tokens
        if limit is None:
            limit = natural_limit(request.original_tokens, 1.0, request.fidelity)
            if records.files is not None:
                limit = int(_LISTED[request.fidelity] * request.original_tokens)
        # Without a budget there is room for what stands around files, and for their names.
        terse = limit < _TERSE and (records.files is None or request.max_tokens is not None)
        return _View(records, request, source, terse=terse).best(limit)

    def pieces(self, source: Source) -> Iterator[Piece]:
        """Its lines, below their titles; those of a record are of use only together."""
        records = source.once(read)
        whole = records and (records.whole or records)
        spans: Sequence[tuple[int, int]] = whole.spans if whole else ()
        if records is not None and records.heads:
            # A row says what it says of what names its group.
            spans = list(pairwise((*records.heads, len(source.lines))))
        group_of = {
            line: group for group, (first, end) in enumerate(spans) for line in range(first, end)
        }
        titles = titles_above(source.lines)
        head = -1
        for number, text in enumerate(source.lines):
            group = group_of.get(number, -1)
            heads = tuple(title + 1 for title in titles[number])
            if records and records.in_groups:
                if group < 0 and text.strip():
                    head = number
                elif head >= 0:
                    heads = tuple(dict.fromkeys((head + 1, *heads)))
            yield Piece(text, "lines", number + 1, group=group, is_inseparable=True, heads=heads)


class _View:
    """Units of a text, which are records and what stands between them, and views with some."""

    def __init__(self, records: Records, request: Request, source: Source, *, terse: bool) -> None:
        self._records = records
        self._source = source
        self._request = request
        self._terse = terse
        #: By which number markers call the first line.
        self._first_line = source.first_line
        #: The units, and which of them are records.
        self._units, self._rows = _units(records)
        self._texts = SpanTexts(records.lines, self._units)
        table = build_table(records.rows, Speller(), request)
        self._table = table
        self._summary = Summary(table)
        #: What the records are called, where that is said of those left out; of files, maybe only
        #: how many there are in each directory.
        self._names: list[str] = []
        self._directory, self._counted = "", False

    def best(self, limit: int) -> View | None:
        """The view with the most important units that has at most ``limit`` tokens."""
        texts_of_units = self._request.deadline.over(self._texts)
        of_each = count_each(self._request.counter, texts_of_units)
        costs = array("I", map((1).__add__, of_each))
        ranks: list[Rank] = [_AROUND] * len(self._units)
        texts = self._texts_of_rows()
        query = self._request.query
        deadline = self._request.deadline
        scores = relevance(texts, query, deadline)
        if self._records.is_talk:
            scores = _with_neighbours(scores)
        ranked = rank_rows(
            self._table,
            named(texts, query, deadline),
            scores,
            self._request,
        )
        alarming = alarms(self._records, deadline)
        for row in alarming:
            ranked[row] = min(ranked[row], _ALARM)
        for index, rank in zip(self._rows, ranked):
            ranks[index] = rank
        units = range(len(ranks))
        if self._records.is_headed:
            around = set(units).difference(self._rows)
            if self._request.max_tokens is None and not self._records.heads:
                headings = sum(costs[unit] + _MARKER for unit in around)
                # Headings that say what is below them are nearly enough.
                limit = limit + headings if self._records.whole is None else max(limit, headings)
            for unit, rank in self._headings(ranks).items():
                ranks[unit] = rank
        wanted = [unit for unit in units if self._request.max_tokens or ranks[unit][0] < FILL]
        wanted.sort(key=lambda unit: (costs[unit] > _TOO_LARGE * limit, ranks[unit], unit))
        limit += self._name(limit)
        kept = largest_fitting(wanted, costs, self._render, self._request, limit)
        kept = self._or_without_names(kept, wanted, costs, ranks, limit)
        of_parts = self._of_parts(kept or frozenset(), ranked, limit, alarming)
        if of_parts is not None:
            return of_parts
        if not kept or len(kept) == len(self._units):
            return None
        omissions: list[Omission] = []
        text = self._render(kept, omissions)
        return View(text, False, tuple(omissions), first_line=self._first_line)

    def _or_without_names(
        self,
        kept: frozenset[int] | None,
        wanted: Sequence[int],
        costs: Sequence[int],
        ranks: Sequence[Rank],
        limit: int,
    ) -> frozenset[int] | None:
        """The units of a view, or of one without names if that has room for more odd ones."""
        odd = {unit for unit in wanted if ranks[unit][0] <= SHOWS}
        if not self._names or not self._request.max_tokens or odd.issubset(kept or ()):
            return kept
        # What is odd is worth more than names, which may take more room than they should.
        names, self._names = self._names, []
        others = largest_fitting(wanted, costs, self._render, self._request, limit)
        if len(odd.intersection(others or ())) > len(odd.intersection(kept or ())):
            return others
        self._names = names
        return kept

    def _of_parts(
        self,
        kept: frozenset[int],
        ranks: Sequence[Rank],
        limit: int,
        alarming: Mapping[int, Sequence[int]],
    ) -> View | None:
        """Some lines of many records, where a budget leaves no room for all that are odd."""
        request = self._request
        if request.max_tokens is None or not self._records.named:
            return None
        telling = telling_lines(self._records, request.deadline)
        for row, lines in alarming.items():
            telling[row] = sorted({*lines, *telling.get(row, ())})
        if not is_left_out(kept, self._rows, ranks, telling):
            return None
        return view_of_parts(self._source, self._records, ranks, telling, request, limit)

    def _texts_of_rows(self) -> Sequence[str]:
        """What the rows say, with the directory or the day that they stand under."""
        if not self._records.is_headed and len(self._rows) == len(self._units):
            return self._texts
        texts = [self._texts[index] for index in self._rows]
        if not self._records.is_headed:
            return texts
        files = self._records.files
        heading = self._heading_of()
        for place, row in enumerate(self._rows):
            if row in heading:
                above = self._texts[heading[row]].lstrip("\n").partition("\n")[0]
                if files is not None:
                    above = f"{above.rstrip(':/')}/{files[place]}"
                texts[place] += f" {above}"
        return texts

    def _heading_of(self) -> dict[int, int]:
        """For each row the unit above it that is none."""
        found: dict[int, int] = {}
        heading = -1
        rows = set(self._rows)
        heads = frozenset(self._records.heads)
        for unit, (first, _) in enumerate(self._units):
            if first in heads or (unit not in rows and not heads):
                heading = unit
            elif heading >= 0:
                found[unit] = heading
        return found

    def _headings(self, ranks: Sequence[Rank]) -> dict[int, Rank]:
        """The ranks of what stands between rows: it goes with those below that are asked for."""
        if self._records.heads:
            return self._heads(ranks)
        # With a budget, rows with their heads are worth more than the heads of others.
        last = self._records.in_groups and self._request.max_tokens is not None
        usual = (inf, 0.0) if last else _BETWEEN
        found = dict.fromkeys(set(range(len(ranks))).difference(self._rows), usual)
        for row, heading in self._heading_of().items():
            own = ranks[row] if last else (ranks[row][0], -inf)
            found[heading] = min(found[heading], own)
        return found

    def _heads(self, ranks: Sequence[Rank]) -> dict[int, Rank]:
        """The same where some lines between rows name groups: each goes with the best of its own.

        Others are of a group as well: what hardly another group has says most of it.
        """
        rows = set(self._rows)
        headings = self._heading_of()
        heads = set(headings.values())
        others = [u for u in range(len(ranks)) if u not in rows and u not in heads]
        often = Counter(first_word(self._texts[unit]) for unit in others)
        few = max(_FEW, len(heads) // _ONE_IN)
        found = dict.fromkeys(others, _AROUND)
        for unit in others:
            if unit in headings and often[first_word(self._texts[unit])] > few:
                found[unit] = FILLING
        for unit, heading in headings.items():
            tier, place = found.get(unit, ranks[unit])
            found[heading] = min(found.get(heading, FILLING), (tier, place - 0.5))
        return found

    def _name(self, limit: int) -> int:
        """Names the records if there is room; the tokens by which that makes the view larger."""
        if self._terse:
            return 0
        files = self._records.files
        room = room_for_names(limit, self._request)
        if files is not None:
            return self._name_files(files, limit, room)
        if self._records.whole is not None:
            return 0  # The headings are shown.
        names = names_for(self._records.rows, self._request)
        cost = sum(self._request.counter.count_many(names)) + len(names)
        # Those of records that are shown need not be said.
        cost = int(cost * max(0.0, 1 - limit / self._request.original_tokens))
        if cost > room:
            return 0
        self._names = names
        return extra_for_names(cost, limit)

    def _name_files(self, files: Sequence[str], limit: int, room: int) -> int:
        """The same for files: what there is matters more than its size, and costs less."""
        request = self._request
        if request.max_tokens is None:
            room = max(room, int(_OF_FILES * request.original_tokens))
        self._directory = shared_directory(files)
        names = [name[len(self._directory) :] for name in files]
        for counted in (False, True):
            cost = request.counter.count(said_by_directory(names, counted=counted))
            if cost <= room:
                self._names, self._counted = names, counted
                return extra_for_names(cost, limit)
        return 0

    def _render(self, kept: frozenset[int], omissions: list[Omission] | None = None) -> str:
        self._request.deadline.check()
        shown = sorted(kept)
        gaps = _gaps(len(self._units), shown)
        summary = ""
        if gaps and not self._terse and self._records.named:
            summary = self._summary.of_all_but(
                [row for unit in shown for row in self._rows_within(unit, unit + 1)]
            )
        blocks: list[tuple[int, str]] = [(unit, self._texts[unit]) for unit in shown]
        ranges: list[tuple[int, int]] = []
        left_out = 0
        for start, stop in gaps:
            before = self._first_line - 1
            first, end = before + self._units[start][0] + 1, before + self._units[stop - 1][1]
            rows = self._rows_within(start, stop)
            count = len(rows)
            left_out += count
            ranges.append((first, end))
            is_told = self._names and self._records.files is not None
            is_short = (
                self._terse or self._records.whole is not None or len(gaps) > _MANY_GAPS or is_told
            )
            notes = [] if is_short else [plural(count, "record")]
            if len(gaps) == 1 and summary:
                notes.append(summary)
            if self._names:
                names = self._named(rows)
                notes = [": ".join(filter(None, [*notes, names]))]
            where = Omission("lines", ((first, end),)).where
            blocks.append((start, marker(where, "; ".join(filter(None, notes)))))
        blocks.sort()
        if self._directory and self._names and gaps:
            what = f"names of what is left out are below {self._directory}"
            blocks.insert(0, (-1, f"[{what}]"))
        if len(gaps) > 1 and summary:
            what = f"in all {left_out} of {len(self._rows)} records"
            blocks.append((len(self._units), marker(what, summary)))
        if omissions is not None and ranges:
            omissions.append(Omission("lines", tuple(ranges)))
        return "\n".join(text for _, text in blocks)

    def _rows_within(self, first: int, end: int) -> range:
        """The records among some units, by number."""
        return range(bisect_left(self._rows, first), bisect_left(self._rows, end))

    def _named(self, rows: Sequence[int]) -> str:
        """What some records are called."""
        names = [self._names[row] for row in rows if self._names[row]]
        if self._records.files is not None:
            return said_by_directory(names, counted=self._counted)
        return "; ".join(names)


def _with_neighbours(scores: Sequence[float]) -> list[float]:
    """How well turns of a talk answer, together with those around them: the nearer, the more."""
    return [
        sum(
            scores[other] * _NEAR ** abs(other - index)
            for other in range(max(0, index - _AROUND_TURN), index + _AROUND_TURN + 1)
            if other < len(scores)
        )
        for index in range(len(scores))
    ]


def _gaps(count: int, shown: Sequence[int]) -> list[tuple[int, int]]:
    """First and end of each run of units that are not shown."""
    edges = [-1, *shown, count]
    return [(one + 1, other) for one, other in pairwise(edges) if other - one > 1]


def _units(records: Records) -> tuple[Spans, array[int]]:
    """All that the text consists of, in order, and which of that are records.

    Blank lines after a record go with it.
    """
    units, rows = Spans(), array("I")
    position = 0
    heads = frozenset(records.heads)

    def add_others(end: int) -> None:
        """What stands between records, in parts that each begin with what names a group."""
        start = position
        for line in range(position + 1, end) if heads else ():
            if line in heads or line - 1 in heads:
                units.append(start, line)
                start = line
        units.append(start, end)

    for first, end in records.spans:
        if first > position:
            add_others(first)
        position = end
        while position < len(records.lines) and not records.lines[position].strip():
            position += 1
        rows.append(len(units))
        units.append(first, position)
    if position < len(records.lines):
        add_others(len(records.lines))
    return units, rows
