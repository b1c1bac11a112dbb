"""Views that show some units of a value, and say which ones they leave out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headroom.toolkit.markers import marker, plural
from headroom.toolkit.rows.blocks import (
    Block,
    Line,
    Section,
    TableBlock,
    expand,
    heading_lines,
)
from headroom.toolkit.rows.notation import DOCUMENT, Speller, segment
from headroom.toolkit.rows.rank import FILL, REST, Rank, named, rank_rows, relevance
from headroom.toolkit.rows.summary import Summary
from headroom.toolkit.rows.texts import is_mostly_text, sentence_line, sentences
from headroom.view import Omission, Request

__all__ = ["Selection"]

#: A gap that costs less than its marker is shown instead.
_MARKER_TOKENS = 8
#: Tables with fewer rows are part of a document rather than a sample of something.
SMALL_TABLE = 15
_NAMES_IN_MARKER = 8
#: Entries of larger collections are not named where they are left out.
_NAMED_ENTRIES = 40
#: The place of a line that is no sentence of a text.
_WHOLE = -1
#: Lines that together cost less than a marker for them are shown.
_GAP_TOKENS = 12
#: Rows with more characters each are documents, however few they are.
_LONG_ROW = 600


class Selection:
    """The units of a value, their order, and the views with some of them.

    A unit is a line of a document, or a row of a table. Units are numbered as they stand.

    Args:
        root: The value.
        speller: The one that spelled it.
        request: Counts tokens, knows the query, watches the time.
        longest_row: Tables whose rows all have more characters are shown in parts of rows.
        asked_apart: Whether a few long rows of which the query names one are shown in parts.

    """

    def __init__(
        self,
        root: Block,
        speller: Speller,
        request: Request,
        *,
        longest_row: int | None = None,
        asked_apart: bool = False,
    ) -> None:
        self._longest_row = longest_row
        self._asked_apart = asked_apart
        #: Whether markers say only where something is left out, not what it held.
        self.terse = False
        self._speller = speller
        self._request = request
        self.texts: list[str] = []
        #: The first unit of each table and section, and the one after its last.
        self._range: dict[int, tuple[int, int]] = {}
        self._tables: list[TableBlock] = []
        self._summaries: dict[int, Summary] = {}
        #: The rows that the query names, of tables that are shown in parts: first unit, last.
        self._asked: list[tuple[int, int]] = []
        #: Units that are lines, their places in their sections, and in the text of the line.
        self._lines: list[tuple[int, Line, int, int]] = []
        self._root = self._number(root)
        self.costs = [cost + 1 for cost in request.counter.count_many(self.texts)]
        self.row_tokens = sum(
            sum(self.costs[slice(*self._range[id(table)])])
            for table in self._tables
            if len(table.table.lines) >= SMALL_TABLE
        )
        #: The tokens of the rows that the query names, of tables that are shown in parts.
        self.asked_tokens = sum(sum(self.costs[first:last]) for first, last in self._asked)

    def _number(self, block: Block, place: int = 0) -> Block:
        """Gives the units of a block their numbers; the block as this view shows it."""
        if isinstance(block, TableBlock) and self._is_better_in_parts(block):
            block = expand(block, self._speller, self._request)
        start = len(self.texts)
        if isinstance(block, Line):
            pieces = [] if block.same else sentences(block.value)
            self.texts.extend(map(sentence_line, pieces) if pieces else [block.text])
            for index in range(len(pieces)) if pieces else (_WHOLE,):
                self._lines.append((start + max(0, index), block, place, index))
        elif isinstance(block, TableBlock):
            self._tables.append(block)
            self.texts.extend(block.table.lines)
        else:
            members = [self._number(member, index) for index, member in enumerate(block.members)]
            # A copy: other views of the same value have other parts.
            block = replace(block, members=members)
            if block.of_rows:
                self._asked.extend(self._asked_rows(block))
        self._range[id(block)] = (start, len(self.texts))
        return block

    def _asked_rows(self, section: Section) -> list[tuple[int, int]]:
        rows = [self._range[id(member)] for member in section.members]
        texts = ["\n".join(self.texts[first:last]) for first, last in rows]
        return [rows[index] for index in _few_named(texts, self._request.query)]

    def _is_better_in_parts(self, block: TableBlock) -> bool:
        """Whether parts of each row say more than the whole of a few rows, or of none."""
        if block.table.by_columns:
            # What a row consists of does not stand in one place.
            return False
        if self._longest_row is not None:
            return min(map(len, block.table.lines)) > self._longest_row
        lines = block.table.lines
        if self._asked_apart and len(lines) < SMALL_TABLE and min(map(len, lines)) > _LONG_ROW:
            return bool(_few_named(lines, self._request.query))
        if not is_mostly_text(block.values):
            return False
        # A row that the query names is wanted whole.
        return not any(named(block.table.lines, self._request.query, identifiers_only=True))

    def order(self, limit: int) -> list[int]:
        """The units, the most important first; those too large for the limit last.

        Without a budget, rows that would only fill one are not among them.
        """
        query = self._request.query
        naming, scores = named(self.texts, query), relevance(self.texts, query)
        best = max(scores, default=0.0)
        ranks: list[Rank] = [(REST, 0.0)] * len(self.texts)
        for unit, line, place, sentence in self._lines:
            ranks[unit] = _rank_line(line, place, naming[unit], scores[unit], best, sentence)
        for first, last in self._asked:
            # All of it goes before the rest, in the same order.
            ranks[first:last] = [(min(tier, tier / 10), rank) for tier, rank in ranks[first:last]]
        for table in self._tables:
            first, last = self._range[id(table)]
            ranked = rank_rows(
                table.table,
                naming[first:last],
                scores[first:last],
                self._request.deadline.check,
                self._request.fidelity,
            )
            # The deeper in the document, the later, other things being equal.
            depth = table.path.count("/") / 10
            ranks[first:last] = [(tier + (depth if tier > 1 else 0), rank) for tier, rank in ranked]
        units: Iterable[int] = range(len(ranks))
        if self._request.max_tokens is None:
            units = [unit for unit in units if ranks[unit][0] < FILL]
        return sorted(
            units, key=lambda unit: (self.costs[unit] * 10 > limit * 9, ranks[unit], unit)
        )

    def render(self, kept: frozenset[int], omissions: list[Omission] | None = None) -> str:
        """The view with some units.

        Args:
            kept: The units.
            omissions: Takes what the view leaves out.

        """
        self._request.deadline.check()
        lines: list[str] = []
        gone = _Gone(omissions)
        shown = sorted(kept)
        if isinstance(self._root, Section):
            lines.append(self._root.heading or DOCUMENT)
            self._section(self._root, shown, lines, gone)
        else:
            assert isinstance(self._root, TableBlock)
            self._table(self._root, shown, lines, gone)
        lines[1:1] = [
            line
            for index, line in enumerate(self._speller.definitions(), 1)
            if any(f"${index}" in text for text in lines)
        ]
        return "\n".join(lines)

    def _kept(self, block: Block, shown: list[int]) -> list[int]:
        first, last = self._range[id(block)]
        return shown[bisect_left(shown, first) : bisect_left(shown, last)]

    def _section(self, section: Section, shown: list[int], lines: list[str], gone: _Gone) -> None:
        indent = " " * section.depth
        gap: list[Block] = []
        for member in [*section.members, None]:
            if member is not None and not self._visible(member, shown, gone):
                gap.append(member)
                gone.touch(member.path)
                continue
            if gap:
                cheap = sum(sum(self.costs[slice(*self._range[id(block)])]) for block in gap)
                if section.of_rows:
                    numbers = [int(block.key) for block in gap if not isinstance(block, TableBlock)]
                    omission = Omission("rows", ((numbers[0], numbers[-1]),), section.path)
                    where = replace(omission, path="").where
                    lines.append(indent + marker(where))
                    gone.add(omission)
                elif cheap <= _GAP_TOKENS and all(_is_plain_line(block) for block in gap):
                    lines.extend(indent + block.text for block in gap if isinstance(block, Line))
                else:
                    lines.append(indent + _gap_marker(section, gap, terse=self.terse))
                    for block in gap:
                        gone.add(Omission("values", (), block.path))
                gap = []
            if isinstance(member, Line):
                self._line(member, indent, shown, lines, gone)
            elif isinstance(member, Section):
                lines.extend(heading_lines(member))
                self._section(member, self._kept(member, shown), lines, gone)
            elif member is not None:
                self._table(member, self._kept(member, shown), lines, gone)

    def _line(
        self, line: Line, indent: str, shown: list[int], lines: list[str], gone: _Gone
    ) -> None:
        first, last = self._range[id(line)]
        gaps = [
            (start - first, stop - first)
            for start, stop in _gaps(first, last, self._kept(line, shown))
            if sum(self.costs[start:stop]) > _MARKER_TOKENS
        ]
        if not gaps:
            lines.append(indent + line.text)
            return
        count = last - first
        left_out = sum(stop - start for start, stop in gaps)
        lines.append(
            f"{indent}{segment(line.key)}: text of {count} sentences, "
            f"{count - left_out} of them shown:"
        )
        texts = self.texts[first:last]
        position = 0
        for start, stop in gaps:
            lines.extend(f"{indent} {text}" for text in texts[position:start])
            where = Omission("sentences", ((start + 1, stop),)).where
            lines.append(f"{indent} {marker(where)}")
            position = stop
        lines.extend(f"{indent} {text}" for text in texts[position:])
        ranges = tuple((start + 1, stop) for start, stop in gaps)
        gone.add(Omission("sentences", ranges, line.path))

    def _visible(self, block: Block, shown: list[int], gone: _Gone) -> bool:
        # "The same as" something says nothing where that is not all there.
        if isinstance(block, Line) and block.same and not gone.is_complete(block.same):
            return False
        first, last = self._range[id(block)]
        place = bisect_left(shown, first)
        return place < len(shown) and shown[place] < last

    def _table(self, block: TableBlock, shown: list[int], lines: list[str], gone: _Gone) -> None:
        first, last = self._range[id(block)]
        gaps = [
            (start, stop)
            for start, stop in _gaps(first, last, shown)
            if stop - start > _MARKER_TOKENS or sum(self.costs[start:stop]) > _MARKER_TOKENS
        ]
        count = last - first
        parts = [(start - first, stop - first) for start, stop in gaps]
        left_out = sum(stop - start for start, stop in parts)
        summary = ""
        if gaps and not self.terse:
            edges = [0, *(row for part in parts for row in part), count]
            kept = [
                row for start, stop in zip(edges[::2], edges[1::2]) for row in range(start, stop)
            ]
            summary = self._summary(block).of_all_but(kept)
        indent = " " * block.depth
        lines.extend(heading_lines(block, count - left_out))
        position = 0
        texts = self.texts[first:last]
        for start, stop in parts:
            lines.extend(indent + text for text in texts[position:start])
            notes = []
            if len(parts) < 8 and not self.terse:
                if stop - start > 1:
                    notes.append(plural(stop - start, "row"))
                if block.table.keys is not None and count <= _NAMED_ENTRIES:
                    notes.append(_listed(block.table.keys[start:stop]))
            if len(parts) == 1 and summary:
                notes.append(summary)
            where = Omission("rows", ((start + 1, stop),)).where
            if stop - start == 1:
                where = where.replace("rows", "row", 1)
            lines.append(indent + marker(where, "; ".join(notes)))
            position = stop
        lines.extend(indent + text for text in texts[position:])
        if len(parts) > 1 and summary:
            lines.append(indent + marker(f"in all {left_out} of {count} rows", summary))
        if parts:
            ranges = tuple((start + 1, stop) for start, stop in parts)
            gone.add(Omission("rows", ranges, block.path))

    def _summary(self, block: TableBlock) -> Summary:
        summary = self._summaries.get(id(block))
        if summary is None:
            summary = self._summaries[id(block)] = Summary(block.table)
        return summary


def _gaps(first: int, last: int, shown: Sequence[int]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    expected = first
    for unit in [*shown, last]:
        if unit > expected:
            gaps.append((expected, unit))
        expected = unit + 1
    return gaps


def _few_named(rows: Sequence[str], query: str | None) -> list[int]:
    """The rows that a query names by an identifier, if it does not name most of them."""
    found = [index for index, sure in enumerate(named(rows, query, identifiers_only=True)) if sure]
    return found if len(found) * 3 <= len(rows) else []


def _is_plain_line(block: Block) -> bool:
    return isinstance(block, Line) and not block.same


class _Gone:
    """What a view leaves out, and what it therefore shows only in part."""

    def __init__(self, omissions: list[Omission] | None) -> None:
        self._omissions = omissions
        self._missing: set[str] = set()
        self._partial: set[str] = set()

    def add(self, omission: Omission) -> None:
        """Notes that something is left out."""
        if self._omissions is not None:
            self._omissions.append(omission)
        self.touch(omission.path)

    def touch(self, path: str) -> None:
        """Notes that not all of what stands at a path is shown."""
        if path in self._missing:
            return
        self._missing.add(path)
        while path and path not in self._partial:
            self._partial.add(path)
            path = path.rpartition("/")[0]

    def is_complete(self, path: str) -> bool:
        """Whether all of what stands at a path is shown."""
        if path in self._partial:
            return False
        while path:
            if path in self._missing:
                return False
            path = path.rpartition("/")[0]
        return True


def _rank_line(
    line: Line, place: int, naming: float, score: float, best: float, sentence: int
) -> Rank:
    if naming:
        return (0, -naming)
    if best and score >= best / 2:
        return (1, -score)
    depth = min(line.path.count("/") - 1, 8) / 4
    address = isinstance(line.value, str) and line.value.startswith(("http://", "https://"))
    if address and depth:
        # Below the top, an address rarely says what its neighbours do not.
        return (REST + 1, place)
    if sentence > 0:
        # Texts say first what they are about; beyond that, what comes near the question.
        near = score / best if best else 0.0
        return (3 + depth - near, sentence)
    long = sentence == _WHOLE and len(line.text) > 400
    return (2 + depth + (2 if long else 0), place)


def _gap_marker(section: Section, gap: Sequence[Block], *, terse: bool) -> str:
    if len(gap) == 1:
        return marker(gap[0].path, "" if terse else _held(gap[0]))
    names = [_key(block) for block in gap]
    listed = _listed(names)
    if len(names) > _NAMES_IN_MARKER:
        listed += f", to {names[-1]}"
    place = f" of {section.path}" if section.path else ""
    return marker(f"{len(gap)} values{place}", "" if terse else listed)


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(names[:_NAMES_IN_MARKER])
    more = len(names) - _NAMES_IN_MARKER
    return f"{listed} and {more} more" if more > 0 else listed


def _key(block: Block) -> str:
    key = block.path.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return key if len(key) <= 60 else key[:59] + "\u2026"


def _held(block: Block) -> str:
    """What a left-out block holds, in a few words."""
    if isinstance(block, TableBlock):
        return plural(len(block.table.lines), "row")
    if isinstance(block, Line):
        if block.same:
            return f"same as {block.same}"
        value = block.value
        if isinstance(value, str):
            return f"text of {len(value)} characters" if len(value) > 60 else ""
        return f"{len(value)} values" if isinstance(value, (list, dict)) else ""
    names = [_key(member) for member in block.members]
    return f"{len(names)} values: {_listed(names)}"
