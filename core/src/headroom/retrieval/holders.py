"""What of a document has rows that conditions are asked of, wherever it stands in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from headroom.errors import WrongKind
from headroom.forking import cached_property
from headroom.pipeline.embedded import find_embedded
from headroom.retrieval import apart, uneven
from headroom.retrieval.paths import locate, walk
from headroom.retrieval.rows import Rows
from headroom.source import Source
from headroom.toolkit.rows.pieces import records
from headroom.toolkit.rows.values import HOLDERS
from headroom.view import Piece, Within

if TYPE_CHECKING:
    from headroom.retrieval.document import Document

__all__ = ["Holders"]

_LINES = re.compile(r"lines (\d+)(?:-(\d+))? of (.*)", re.DOTALL)
#: A place in a list, in a path.
_INDEX = re.compile(r"/\d+(?=/|$)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
#: A paragraph that has rows has so many lines: those of a table, and its header.
_LEAST_LINES = 3


class Holders:
    """The data of a document, the tables in its text, and the data in the texts of its data.

    Args:
        document: The document.

    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def records(self, path: str | None, wanted: Rows) -> list[Piece]:
        """The rows that meet all conditions: those at a path, or all that there are."""
        document = self._document
        if path is None and self._apart:
            apart.check_places(part.within for part in self._apart)
            found = [piece for part in self._apart for piece in part.records(None, wanted)]
            found += self._in_lines(wanted)
            return found if document.is_mixed else found + self._short_tables(wanted)
        if path is None and not self._has_rows:
            count = wanted.count
            found = self._in_lines(wanted)
            if found or wanted.count > count:
                return found
        value = document.value
        holders = walk(value, of=HOLDERS) if path is None else locate(value, path)
        is_of_text = document.is_of_text
        names = document.names if is_of_text else ()
        own: list[Piece] = []
        for pointer, value in holders:
            if isinstance(value, (list, dict)):
                met = [
                    Piece(text(), "rows", number, pointer)
                    for number, (row, text) in enumerate(records(value), 1)
                    if wanted.holds(apart.by_names(row, names), is_of_text=is_of_text)
                ]
                own += wanted.end_table(document.placed(met))
        data = self._texts if path is None else ()
        own += (piece for text in data for piece in text.holders.of_text(wanted))
        return own + self._each_a_row(wanted) if path is None else own

    def _each_a_row(self, wanted: Rows) -> list[Piece]:
        """The texts that meet all conditions of those each of which is an object: they are rows."""
        alike: dict[str, list[Document]] = {}
        for text in self._texts:
            if isinstance(text.within, str) and text.has_data and apart.is_a_row(text.value):
                alike.setdefault(_INDEX.sub("/0", text.within), []).append(text)
        found: list[Piece] = []
        for texts in alike.values():
            rows = [text.value for text in texts]
            if apart.have_a_name_in_common(rows) and wanted.stand_in(rows):
                met = (text.line_pieces() for text in texts if wanted.holds(text.value))
                found += wanted.end_table([piece for lines in met for piece in lines])
        return found

    def of_text(self, wanted: Rows) -> list[Piece]:
        """The same of a text in data, which may have none."""
        return self.records(None, wanted) if self._has_any else self._in_lines(wanted)

    @property
    def _has_any(self) -> bool:
        return bool(self._has_rows or self._apart)

    @cached_property
    def _texts(self) -> list[Document]:
        """The texts in data that have rows, each part of them once."""
        parts = (part for text in self._small for part in text.holders._apart or [text])
        read: dict[str, list[tuple[int, int]]] = {}
        for part in parts:
            if part.holders._has_any:
                path, lines = _part_of(part.within)
                read.setdefault(path, []).append(lines)

        def is_read(text: Document) -> bool:
            path, (first, last) = _part_of(text.within)
            return any(first <= end and last >= one for one, end in read.get(path, ()))

        return [*(text for text in self._with_rows if not is_read(text)), *self._small]

    @cached_property
    def _with_rows(self) -> list[Document]:
        """The payloads in the strings of data that have rows, whatever their names are."""
        document = self._document
        found, kinds = document.embedded, document.kinds
        if document.within is None and not document.is_mixed:
            try:
                told = find_embedded(document.searched, document.kind, kinds, of_any_name=True)
            except WrongKind:
                told = None
            if told is not None and len(told[1]) > len(found):
                found = [document.inner(one.source, one.kind.name, one.within) for one in told[1]]
        return [text for text in found if text.has_data]

    @cached_property
    def _small(self) -> list[Document]:
        """The short texts in data that have rows, of JSON or in tables."""
        document = self._document
        if document.within is not None or document.is_mixed:
            return []
        deadline = document.searched.deadline
        known = {text.within for text in self._with_rows}
        found: list[Document] = []
        for path, text, is_json in apart.texts_with_rows(document.value, deadline):
            if path in known:
                continue
            one = self._rows_of(text, path) if is_json else None
            if one is None:
                source = Source(text, deadline)
                one = document.inner(source, document.kinds.kind_of(source).name, path)
            found.append(one)
        return found

    def _rows_of(self, text: str, within: Within) -> Document | None:
        """Data in a text, if they have rows."""
        source = Source(text, self._document.searched.deadline)
        kind = self._document.kinds.kind_of(source)
        inner = self._document.inner(source, kind.name, within)
        return inner if kind.unit == "rows" and kind.recognise(source) and inner.has_data else None

    def _in_lines(self, wanted: Rows) -> list[Piece]:
        """The lines that meet all conditions: of tables with faults, or of objects of JSON."""
        found = [piece for rows in self._uneven_tables for piece in self._lines(rows, wanted)]
        if (found or self._has_any or self._uneven_tables) and not wanted.stand_in(
            row for _, _, row in self._objects
        ):
            return found
        lines = self._document.source.lines
        apart.check_lines((first, last) for first, last, _ in self._objects)
        met = (
            Piece(lines[number - 1], "lines", number)
            for first, last, row in self._objects
            if wanted.holds(row)
            for number in range(first, last + 1)
        )
        return found + wanted.end_table(self._document.placed(met))

    @cached_property
    def _uneven_tables(self) -> list[list[tuple[int, object]]]:
        """The rows of tables some of which have too many cells, or too few, and their lines."""
        read = ((*self._lines_of(part.within), part.is_of_text) for part in self._whole)
        return [*apart.uneven_tables(self._document.searched, read, self._rows_in)]

    @cached_property
    def _objects(self) -> list[tuple[int, int, object]]:
        """The objects of a text in no other rows, with their first lines and their last."""
        searched = self._document.searched
        found = apart.objects_in(searched.text, searched.deadline)
        read = [(rows[0][0] + 1, rows[-1][0] + 1, False) for rows in self._uneven_tables]
        read += (
            (*self._lines_of(part.within), isinstance(part.value, dict)) for part in self._apart
        )
        read.sort()
        starts = [first for first, _, _ in read]

        def is_read(first: int, last: int) -> bool:
            some = read[max(bisect_right(starts, last) - 2, 0) : bisect_right(starts, last)]
            return any(
                end >= first and not (is_object and (one, end) == (first, last))
                for one, end, is_object in some
            )

        found = [(text, one, last) for text, one, last in found if not is_read(one, last)]
        rows = self._rows_in(f"[{','.join(text for text, _, _ in found)}]") if found else ()
        placed = zip(found, rows, strict=False)
        told = [(one, last, row) for (_, one, last), row in placed if apart.is_a_row(row)]
        return told if apart.have_a_name_in_common([row for _, _, row in told]) else []

    def _lines_of(self, within: Within | None) -> tuple[int, int]:
        """The first of its lines and the last in which a part of it stands."""
        if isinstance(within, tuple):
            return within[0] - self._document.before, within[1] - self._document.before
        if within == self._document.within:
            return 1, len(self._document.searched.lines)
        return _part_of(within)[1]

    def _is_in(self, text: Document, places: Sequence[tuple[int, int]]) -> bool:
        """Whether all its lines stand in one of some places."""
        first, last = self._lines_of(text.within)
        return any(one <= first and last <= end for one, end in places)

    def _rows_in(self, text: str) -> Sequence[object]:
        """The rows of a table in a text, if it is one."""
        found = self._rows_of(text, (1, 1))
        return found.value if found is not None and isinstance(found.value, list) else ()

    def _short_tables(self, wanted: Rows) -> list[Piece]:
        """The lines that meet all conditions in tables too short to be one by themselves."""
        kind = self._apart[0].kind
        names = {name for part in self._apart if part.kind is kind for name in part.names}
        read = {part.within for part in self._apart}
        tables = apart.short_tables(self._document.searched, kind, names)
        return [
            piece
            for (first, end), rows in tables
            if self._place(first + 1, end) not in read
            for piece in self._lines(rows, wanted)
        ]

    def _lines(self, rows: Iterable[tuple[int, object]], wanted: Rows) -> list[Piece]:
        """The lines of a table that meet all conditions."""
        lines = self._document.source.lines
        met = (
            Piece(lines[number], "lines", number + 1)
            for number, row in rows
            if wanted.holds(row, is_of_text=True)
        )
        return wanted.end_table(self._document.placed(met))

    @cached_property
    def _has_rows(self) -> bool:
        """Whether it has data, and no table of Markdown or objects that are read as other cells."""
        document = self._document
        if not document.has_data:
            return False
        names = document.names if document.is_of_text else ()
        if names and names[0].lstrip()[:1] == "{":
            # Objects with commas behind them are no row of names.
            return not apart.objects_in(document.searched.text, document.searched.deadline)
        if any(name.strip() == "|" for name in names):
            # Bars between the columns of a table are none of these.
            return False
        is_misread = not all(name and name == name.strip() for name in names)
        return not (is_misread and uneven.has_rules(document.searched.lines))

    @cached_property
    def _apart(self) -> list[Document]:
        """The parts that have rows of their own, and are no part of a table with faults."""
        uneven_in = [(rows[0][0] + 1, rows[-1][0] + 1) for rows in self._uneven_tables]

        def is_part(part: Document) -> bool:
            first, last = self._lines_of(part.within)
            return any(first <= end and last >= one for one, end in uneven_in)

        return [part for part in self._whole if not is_part(part)] if uneven_in else self._whole

    @cached_property
    def _whole(self) -> list[Document]:
        """The parts that have rows of their own: tables stand between paragraphs as they are."""
        document = self._document
        if document.is_mixed:
            parts = [one for part in document.parts for one in part.holders._whole or [part]]
            return [part for part in parts if part.holders._has_rows]
        has_rows, searched = self._has_rows, document.searched
        if has_rows and not (_BLANK_LINE.search(searched.text) and document.is_text):
            return []
        tables = [*self._each_table()]
        found = [table for table in tables if table is not None]
        if not has_rows:
            places = [self._lines_of(table.within) for table in found]
            more = (text for text in self.behind_words if not self._is_in(text, places))
            return [*found, *more]
        # It is several tables where all of it is, and they have other names.
        is_one = len(found) < len(tables) or len({table.names for table in found}) < 2
        return [] if is_one else found

    @cached_property
    def behind_words(self) -> list[Document]:
        """The data that begin in a line behind words, as in "The rows are: [...]"."""
        searched = self._document.searched
        places = apart.behind_words(searched.text, searched.deadline)
        told = (self._rows_of(text, self._place(one, last)) for text, one, last in places)
        return [*filter(None, told)]

    def _each_table(self) -> Iterator[Document | None]:
        """Each paragraph of a text, or what in it is like a table, if it is one."""
        lines = self._document.searched.lines
        for first, end in apart.paragraphs(lines):
            found = self._table_in(first, end)
            some = [] if found is not None else self._like_tables(first, end)
            yield from some or [found]

    def _like_tables(self, first: int, end: int) -> list[Document | None]:
        """What in a paragraph is a table among others; none where the whole may be one."""
        lines = self._document.searched.lines
        places = [one for one in uneven.runs(lines, first, end) if one != (first, end)]
        if not places or apart.uneven_table(lines, first, end, self._rows_in):
            return []
        return [table for place in places if (table := self._table_in(*place)) is not None]

    def _table_in(self, first: int, end: int) -> Document | None:
        """Some lines, or all but the first that leads over to them, if they are surely rows."""
        document = self._document
        kinds = document.kinds
        for start in (first, first + 1):
            if end - start < _LEAST_LINES:
                break
            part = document.searched.part(start, end)
            # What a text only may be it is no more likely among others.
            if not any(kind.recognise(part) for kind in kinds if kind.unit == "rows"):
                continue
            kind = kinds.kind_of(part)
            if kind.unit == "rows" and kind.recognise(part):
                found = document.inner(part, kind.name, self._place(start + 1, end))
                if found.holders._has_rows:
                    return found
        return None

    def _place(self, first: int, last: int) -> Within:
        """Where some of its lines stand, in a text of data or in the whole."""
        document = self._document
        if not isinstance(document.within, str):
            return document.before + first, document.before + last
        is_whole = last - first + 1 == len(document.searched.lines)
        return document.within if is_whole else f"lines {first}-{last} of {document.within}"


def _part_of(within: Within | None) -> tuple[str, tuple[int, int]]:
    """The path of a text in data that some of its lines are, the first and the last of these."""
    match = _LINES.fullmatch(str(within))
    if match is None:
        return str(within), (1, 10**9)
    return match[3], (int(match[1]), int(match[2] or match[1]))
