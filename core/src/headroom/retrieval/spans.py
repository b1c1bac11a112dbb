"""Where the omissions of a view stand in its original: for those who show the two side by side."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import TypeAlias

from headroom.errors import WrongKind
from headroom.forking import cached_property
from headroom.kinds.registry import Kinds, default_kinds
from headroom.pipeline.condense import condense
from headroom.pipeline.terminal import find_in_line, shown
from headroom.retrieval.json_spans import Holder, holders, raw_offsets
from headroom.retrieval.xml_spans import Tag, holder_of, tags_of
from headroom.source import Source
from headroom.toolkit.pointers import escape, unescape
from headroom.toolkit.rows.texts import sentences
from headroom.toolkit.sentences import read_sentences
from headroom.view import Omission, Within

__all__ = ["LeftOutSpans", "Span", "left_out_spans"]

_Spans: TypeAlias = "list[tuple[int, int]]"
_IN_TEXT = re.compile(r"(?:lines (\d{1,12})(?:-(\d{1,12}))? of )?(/.*)", re.DOTALL)


@dataclass(frozen=True)
class Span:
    """Characters of an original that its view leaves out."""

    #: Index of the first character, and after the last.
    start: int
    end: int
    #: Whether some of it is shown: the text of a page without tags.
    in_part: bool = False


@dataclass(frozen=True)
class LeftOutSpans:
    """What of an original a view leaves out."""

    #: Ascending and disjoint.
    spans: tuple[Span, ...]
    #: Omissions whose characters are not known.
    unplaced: tuple[Omission, ...] = ()


def left_out_spans(
    original: str, omissions: Iterable[Omission], *, kind: str, kinds: Kinds | None = None
) -> LeftOutSpans:
    r"""Where in an original the omissions of its view stand; one pass over the text for each part.

    Args:
        original: The text that the view is of.
        omissions: ``CompressResult.omissions`` or ``ContextEntry.omissions``.
        kind: ``CompressResult.kind`` or ``ContextEntry.kind``.
        kinds: What may be in it; ``None`` for what is installed.

    >>> from headroom.view import Omission
    >>> text = '[{"id": 1}, {"id": 2}, {"id": 3}]'
    >>> found = left_out_spans(text, [Omission("rows", ((2, 3),))], kind="json")
    >>> [text[span.start : span.end] for span in found.spans], found.unplaced
    (['{"id": 2}, {"id": 3}'], ())

    """
    kinds = default_kinds() if kinds is None else kinds
    text = _Text(original, kind, kinds, partial(_searched, kinds))
    found: list[Span] = []
    unplaced = []
    groups: dict[Within | None, list[Omission]] = {}
    for omission in omissions:
        groups.setdefault(omission.within, []).append(omission)
    for within, some in groups.items():
        for omission, spans in zip(some, text.placed(some, within)):
            if spans is None:
                unplaced.append(omission)
            else:
                found += [Span(start, end, omission.in_part) for start, end in spans]
    return LeftOutSpans(tuple(_disjoint(found)), tuple(unplaced))


def _disjoint(spans: list[Span]) -> list[Span]:
    """Spans without what others hold already."""
    ordered: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        start = max(span.start, ordered[-1].end if ordered else 0)
        if start < span.end:
            ordered.append(replace(span, start=start))
    return ordered


def _searched(kinds: Kinds, source: Source) -> Source:
    """A text with notes in place of what nobody reads, as a terminal shows it."""
    found = condense(source, kinds)
    return _shown(source if found is None else found[0].source)


def _shown(source: Source) -> Source:
    return source.once(shown) or source


class _Text:
    """A text in which places are looked for."""

    def __init__(
        self, text: str, kind: str, kinds: Kinds, read: Callable[[Source], Source] | None = None
    ) -> None:
        self._text = text
        # What is read of it: with as many lines, of which some are others.
        self._read = read
        self._kind = kind
        self._kinds = kinds
        # Where each line begins, and where one after the last would.
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def placed(self, omissions: Sequence[Omission], within: Within | None) -> list[_Spans | None]:
        """The characters of each omission; ``None`` where they are not known."""
        if within is None:
            return self._own(omissions)
        outer, raw = self, None
        lines: tuple[int, int] | None = None
        if isinstance(within, tuple):
            lines = within
        else:
            match = _IN_TEXT.fullmatch(within)
            raw = match and self._string(match[3])
            if match is None or raw is None:
                return [None] * len(omissions)
            lines = (int(match[1]), int(match[2] or match[1])) if match[1] else None
            value = json.loads(self._text[raw.start : raw.end])
            outer = _Text(value, "", self._kinds, _shown)
        start, end = (0, len(outer._text)) if lines is None else outer._of_lines(*lines)
        text = outer._text[start:end]
        read = partial(outer._lines_read, lines)
        inner = _Text(text, self._kinds.kind_of(Source(text)).name, self._kinds, read)
        found = [
            spans and [(start + a, start + b) for a, b in spans] for spans in inner._own(omissions)
        ]
        return found if raw is None else [spans and self._written(raw, spans) for spans in found]

    def _string(self, path: str) -> Holder | None:
        """The text at a pointer, as it is written; ``None`` where none is written as in JSON."""
        holder = holders(self._text, [path]).get(path)
        if holder is None:
            return None
        try:
            is_text = isinstance(json.loads(self._text[holder.start : holder.end]), str)
        except ValueError:
            return None
        return holder if is_text else None

    def _written(self, holder: Holder, spans: _Spans) -> _Spans:
        """Where characters of a text stand in how it is written."""
        ends = sorted({end for span in spans for end in span})
        at = dict(zip(ends, raw_offsets(self._text[holder.start : holder.end], ends)))
        return [(holder.start + at[start], holder.start + at[end]) for start, end in spans]

    def _of_lines(self, first: int, last: int) -> tuple[int, int]:
        count = len(self._lines) - 1
        start = self._lines[min(first, count) - 1]
        return start, max(start, self._lines[min(last, count)] - 1)

    @cached_property
    def _searched(self) -> Source:
        """The text as sentences are counted in it."""
        source = Source(self._text)
        return source if self._read is None else self._read(source)

    def _lines_read(self, lines: tuple[int, int] | None, _: Source) -> Source:
        """The same of some of its lines; ``None`` for all of them."""
        return self._searched if lines is None else self._searched.part(lines[0] - 1, lines[1])

    def _own(self, omissions: Sequence[Omission]) -> list[_Spans | None]:
        """The characters of omissions, whatever they are within."""
        pointers = {one.path for one in omissions if one.path or one.unit in ("rows", "values")}
        found = holders(self._text, pointers) if pointers else {}
        return [self._one(one, found) for one in omissions]

    def _one(self, one: Omission, found: dict[str, Holder]) -> _Spans | None:
        if not one.path and one.unit == "lines":
            spans = [self._of_lines(first, last) for first, last in one.ranges]
            if one.chars is None:
                return spans
            start = spans[0][0] + one.chars[0] - 1
            return [(start, min(spans[0][0] + one.chars[1], len(self._text)))]
        if not one.path and one.unit == "sentences":
            counted = _numbered(self._sentences, one)
            return None if counted is None else self._in_text(counted)
        if self._kind == "xml" and one.path and one.unit in ("rows", "values"):
            return self._tags(one)
        if self._kind not in ("json", "mixed"):
            return _numbered(self._rows, one) if one.unit == "rows" and not one.path else None
        holder = found.get(one.path)
        if holder is None:
            return None
        if one.unit == "values":
            return [(holder.start, holder.end)]
        if one.unit == "sentences":
            return self._sentences_of(holder, one)
        return _numbered(holder.rows, one) or self._by_columns(holder, one)

    def _tags(self, one: Omission) -> _Spans | None:
        if self._document is None:
            return None
        steps = list(map(unescape, one.path.split("/")[1:]))
        holder = holder_of(*self._document, steps)
        if holder is None:
            return None
        return [(holder.start, holder.end)] if one.unit == "values" else _numbered(holder.rows, one)

    @cached_property
    def _document(self) -> tuple[Tag, object] | None:
        """The tags of data in tags, and the data."""
        kind = self._kinds.named(self._kind)
        try:
            data = None if kind is None else kind.data(Source(self._text))
        except WrongKind:
            data = None
        return None if data is None else (tags_of(self._text), data)

    @cached_property
    def _sentences(self) -> _Spans:
        found = self._searched.once(read_sentences)
        return [*zip(found.starts, found.ends)]

    def _in_text(self, spans: _Spans) -> _Spans | None:
        """Places in what is read of the text, in the text; ``None`` where those are not known."""
        searched = self._searched
        if searched.text == self._text:
            return spans
        starts = [0, *accumulate(len(line) + 1 for line in searched.lines)]
        if len(starts) != len(self._lines):
            return None

        def place(at: int) -> int | None:
            line = bisect_right(starts, at) - 1
            column = at - starts[line]
            start, end = self._of_lines(line + 1, line + 1)
            if not column:
                return start
            read = searched.lines[line]
            found = find_in_line(self._text[start:end], lambda one: column if one == read else None)
            return found if found is None else start + found

        found = [(place(start), place(end)) for start, end in spans]
        known = [(start, end) for start, end in found if start is not None and end is not None]
        return known if len(known) == len(found) else None

    def _sentences_of(self, holder: Holder, one: Omission) -> _Spans | None:
        """Sentences of a text within the data."""
        try:
            text = json.loads(self._text[holder.start : holder.end])
        except ValueError:
            return None
        spans, position = [], 0
        for sentence in sentences(text):
            start = text.index(sentence, position)
            position = start + len(sentence)
            spans.append((start, position))
        numbered = _numbered(spans, one)
        return numbered and self._written(holder, numbered)

    def _by_columns(self, holder: Holder, one: Omission) -> _Spans | None:
        """Rows of a table that the data holds by columns: some of each column."""
        paths = [f"{one.path}/{escape(name)}" for name in holder.names]
        columns = holders(self._text, paths).values()
        found = [_numbered(column.rows, one) for column in columns]
        return [span for spans in found if spans for span in spans] if all(found) else None

    @cached_property
    def _rows(self) -> _Spans:
        """The rows of a table in lines: each the next line that has all of its cells."""
        kind = self._kinds.named(self._kind)
        try:
            rows = [] if kind is None else kind.data(Source(self._text))
        except WrongKind:
            rows = []
        if not isinstance(rows, list) or not rows:
            return []
        spans, end = [], 0
        # Cells may be parts of names: what is above the rows is none of them.
        if isinstance(rows[0], dict) and (header := self._next_with(rows[0], 0)) is not None:
            end = header[1]
        for row in rows:
            found = self._next_with(row.values() if isinstance(row, dict) else row, end)
            if found is None:
                # What follows is not known either.
                return []
            spans.append(self._of_lines(*found))
            end = found[1]
        return spans

    def _next_with(self, values: Iterable[object], line: int) -> tuple[int, int] | None:
        """The next lines after one that have all of these cells; as many as the cells say."""
        cells = [str(value).replace("\r\n", "\n") for value in values]
        breaks = sum(cell.count("\n") for cell in cells)
        for first in range(line + 1, len(self._lines) - breaks):
            start, end = self._of_lines(first, first + breaks)
            written = self._text[start:end].replace('""', '"').replace("\r\n", "\n")
            if all(cell in written for cell in cells):
                return first, first + breaks
        return None


def _numbered(units: _Spans, one: Omission) -> _Spans | None:
    """From the first to the last of each range; ``None`` where there are not so many."""
    if not one.ranges or one.ranges[-1][1] > len(units):
        return None
    return [(units[first - 1][0], units[last - 1][1]) for first, last in one.ranges]
