"""An original, taken apart into the pieces that can be found and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from headroom.errors import WrongKind
from headroom.forking import cached_property
from headroom.kinds.registry import LAST_RESORT, Kinds
from headroom.pipeline.condense import condense
from headroom.pipeline.embedded import Embedded, find_embedded
from headroom.pipeline.pipeline import MIXED
from headroom.pipeline.segments import split
from headroom.pipeline.terminal import is_written_over, shown
from headroom.retrieval import apart
from headroom.retrieval.hidden import rows_in_part, sentences_in_part
from headroom.retrieval.paths import locate, resolve, walk
from headroom.retrieval.rows import Rows
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, Symbols, line_pieces
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.rows.pieces import children, parts, records, rows_by_columns, spell
from headroom.toolkit.rows.texts import sentences
from headroom.toolkit.rows.values import whole
from headroom.toolkit.sentences import segment
from headroom.view import Piece, Unit, Within, spelled_path

__all__ = ["Document"]

_NO_KIND = BaseKind()
# A text within a document, or some of its lines.
_IN_TEXT = re.compile(r"(?:lines (\d+)(?:-(\d+))? of )?(.*)", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
#: A paragraph that has rows has so many lines: those of a table, and its header.
_LEAST_LINES = 3
# Beyond so many scalar values, a document is searched by its rows alone.
_MOST_LEAVES = 200_000


class Document:
    """One original, or one part of a text of several kinds, or one text within a document."""

    def __init__(
        self,
        source: Source,
        kind: str,
        kinds: Kinds,
        within: Within | None = None,
        searched: Source | None = None,
    ) -> None:
        #: As it was put, and as a terminal shows it: views and queries go by that.
        self._original = source
        self.source = source.once(shown) or source
        self._searched = searched
        self.is_mixed = kind == MIXED
        # Of a kind that is no longer installed, there are lines.
        self.kind = kinds.named(kind) or _NO_KIND
        self.within = within
        self._kinds = kinds
        # By their unit and their part, the pieces of which a terminal hides some.
        self._hidden: dict[tuple[Unit, Within | None], frozenset[int]] = {}

    def plain(self) -> Document:
        """The same, as a text of no kind."""
        return Document(self._original, "", self._kinds, self.within, self.searched)

    @property
    def searched(self) -> Source:
        """The text with notes in place of what nobody reads: what a query looks through.

        Whoever names a place gets what stands there.
        """
        if self._searched is None:
            found = condense(self._original, self._kinds)
            rest = None if found is None else found[0].source
            self._searched = self.source if rest is None else rest.once(shown) or rest
        return self._searched

    @cached_property
    def _put(self) -> dict[Within | None, Sequence[str]]:
        """The lines as they were put, where pieces have them otherwise: its own, of texts in it."""
        found: dict[Within | None, Sequence[str]] = {}
        if self.searched.text != self._original.text:
            found[self.within] = self._original.lines
        for text in () if self.is_mixed or self._split is None else self._split[1]:
            place = _IN_TEXT.fullmatch(text.within)
            if text.lacks_codes and place is not None and place[3] not in found:
                found[place[3]] = self.part(place[3])._original.lines
        return found

    def put_lines(self) -> Iterator[Piece]:
        """The lines as they were put, where pieces have them without what nobody is shown."""
        for within, lines in self._put.items():
            for number, line in enumerate(lines, 1):
                yield Piece(line, "lines", number, within=within)

    @cached_property
    def value(self) -> object:
        """The data in it.

        Raises:
            ValueError: There is none.

        """
        try:
            return whole(self.kind.data(self.source))
        except WrongKind:
            pass
        try:
            # It may be data but for what nobody reads.
            return whole(self.kind.data(self.searched))
        except WrongKind:
            raise ValueError(
                "this original has no rows and no paths: ask for lines, or by query"
            ) from None

    @cached_property
    def pieces(self) -> list[Piece]:
        """What a query looks through: rows, sentences or lines, whichever the kind has."""
        if self.is_mixed:
            return [piece for part in self.parts for piece in part.pieces]
        own = self._placed(self.kind.pieces(self._rest))
        return [*own, *(piece for text in self.embedded for piece in text.pieces)]

    @cached_property
    def leaves(self) -> list[Piece]:
        """Every scalar value of data, by its pointer; none where there are too many."""
        if self.is_mixed:
            return [piece for part in self.parts for piece in part.leaves]
        try:
            found = self._placed(islice(self.kind.leaves(self._rest), _MOST_LEAVES + 1))
        except WrongKind:
            return []
        if len(found) > _MOST_LEAVES:
            return []
        return [*found, *(piece for text in self.embedded for piece in text.leaves)]

    @cached_property
    def is_text(self) -> bool:
        """Whether all values in it are text, as the cells of CSV are."""
        if self.is_mixed:
            return all(part.is_text for part in self.parts)
        return self._is_of_text and all(text.is_text for text in self.embedded)

    @cached_property
    def _is_of_text(self) -> bool:
        """The same without the texts in it that are read by themselves."""
        try:
            return next(iter(self.kind.leaves(self._rest)), None) is None
        except WrongKind:
            return True

    @cached_property
    def parts(self) -> list[Document]:
        """The parts of a text of several kinds."""
        parts = split(self.searched, self._kinds) or []
        return [
            self._inner(
                self.searched.part(part.first, part.end), part.kind.name, (part.first + 1, part.end)
            )
            for part in parts
        ] or [self._inner(self.source, LAST_RESORT, (1, len(self.source.lines)))]

    @cached_property
    def embedded(self) -> list[Document]:
        """The payloads in the strings of data."""
        found = self._split
        return (
            []
            if found is None
            else [self._inner(one.source, one.kind.name, one.within) for one in found[1]]
        )

    @property
    def _rest(self) -> Source:
        """The text without what is embedded in it."""
        return self.searched if self._split is None else self._split[0].source

    @cached_property
    def _split(self) -> tuple[Embedded, list[Embedded]] | None:
        if self.within is not None:
            return None
        try:
            return find_embedded(self.searched, self.kind, self._kinds)
        except WrongKind:
            return None

    def _inner(self, searched: Source, kind: str, within: Within) -> Document:
        return Document(searched, kind, self._kinds, within, searched)

    @cached_property
    def symbols(self) -> Symbols | None:
        """The names that stand for some of its lines, if it has such."""
        return self.kind.symbols(self.searched)

    def is_symbol(self, path: str) -> bool:
        """Whether a path is such a name, and no place in data."""
        return self.symbols is not None and not path.startswith(("/", "$"))

    def part(self, within: Within) -> Document:
        """Some lines, or a text in the data, as a document of its own.

        Raises:
            ValueError: There is no text.

        """
        if isinstance(within, str):
            first, last, path = _IN_TEXT.fullmatch(within).groups()  # type: ignore[union-attr]
            content = resolve(self.value, path)
            # A number is text, too, as it was written.
            if type(content) is not str:
                raise ValueError(f"there is no text at {spelled_path(path)}")
            if first:
                content = _lines_of(content.split("\n"), int(first), int(last or first))
        else:
            content = _lines_of(self.source.lines, *within)
        source = Source(content)
        for part in self.parts if self.is_mixed else self.embedded:
            if part.within == within:
                return Document(source, part.kind.name, self._kinds, within, part.searched)
        return Document(source, self._kinds.kind_of(source).name, self._kinds, within)

    def with_rows(self) -> Document:
        """The same by the first kind that finds rows in it.

        The view of a part is made by the first kind that takes it, which need not be the one that
        told it from the others.
        """
        if self.has_data or self.is_mixed:
            return self
        for kind in self._kinds.candidates(self.source):
            other = Document(self._original, kind.name, self._kinds, self.within, self._searched)
            if other.has_data:
                return other
        return next(iter(self._behind_words), self) if isinstance(self.within, tuple) else self

    def as_put(self, piece: Piece) -> Piece:
        """A piece with what a query does not look through in it: nobody reads it, or it is apart.

        A place that counts characters counts them in that.
        """
        if piece.chars is not None or piece.unit == "sentences":
            return piece
        try:
            if piece.within is not None and piece.within != self.within:
                return self.part(piece.within).as_put(piece)
            if piece.unit == "lines":
                lines = self._original.lines
                return replace(piece, text=lines[piece.number - 1]) if piece.number else piece
            value = resolve(self.with_rows().value, piece.path)
        except ValueError:
            return piece
        if piece.number == 0:
            return replace(piece, text=spell(value))
        rows = children(value, "") if isinstance(value, (list, dict)) else iter(())
        row = next(islice(rows, piece.number - 1, None), piece)
        return replace(piece, text=row.text)

    def marked(self, piece: Piece) -> Piece:
        """A piece, with a sign before it where nothing else says that some of it is not shown."""
        if not (self._put and piece.number) or piece.path or piece.chars:
            return piece
        if piece.unit == "lines":
            lines = self._put.get(piece.within)
            put = piece.text if lines is None else lines[piece.number - 1]
            is_hidden = put != piece.text and (is_written_over(put) or not piece.text)
        else:
            key = piece.unit, piece.within
            if key not in self._hidden:
                self._hidden[key] = frozenset(self._in_part(*key))
            is_hidden = piece.number in self._hidden[key]
        return replace(piece, text=SMALLEST + piece.text) if is_hidden else piece

    def _in_part(self, unit: Unit, within: Within | None) -> Iterable[int]:
        """The numbers of the sentences, or of the rows of a table, of which some is not shown."""
        start = Piece("", "lines", 1, within=within).in_whole()
        lines = self._put.get(start.within)
        if lines is None:
            return ()
        inner = self if within in (None, self.within) else self.part(within)
        put = lines[start.number - 1 :][: len(inner.searched.lines)]
        if unit == "sentences":
            return sentences_in_part(put, inner.searched)
        rows_of = inner.with_rows()
        return rows_in_part(put, inner.searched, rows_of.kind) if rows_of.is_text else ()

    def line_pieces(self) -> list[Piece]:
        """All lines, as they were put."""
        return self._placed(line_pieces(self._original))

    def sentence_pieces(self, path: str | None) -> list[Piece]:
        """The sentences of a text, or those of one value of a document."""
        if not path:
            return self._placed(
                Piece(sentence.text, "sentences", n)
                for n, sentence in enumerate(segment(self.searched.text), 1)
            )
        found: list[Piece] = []
        for pointer, value in locate(self.value, path):
            if not isinstance(value, str):
                raise ValueError("there are no sentences at this path: it is no text")
            texts = sentences(value) or [value]
            found += [Piece(text, "sentences", n, pointer) for n, text in enumerate(texts, 1)]
        return self._placed(found)

    def row_pieces(self, path: str | None) -> list[Piece]:
        """The rows of the arrays and objects at a path."""
        found: list[Piece] = []
        for pointer, value in locate(self.value, path or ""):
            if not isinstance(value, (list, dict)):
                raise ValueError("there are no rows at this path: it is a single value")
            found += children(value, pointer)
        return self._placed(found)

    def records(self, path: str | None, wanted: Rows) -> list[Piece]:
        """The rows that meet all conditions: those at a path, or all that there are."""
        if path is None and self._apart:
            apart.check_places(part.within for part in self._apart)
            found = [piece for part in self._apart for piece in part.records(None, wanted)]
            return found if self.is_mixed else found + self._short_tables(wanted)
        holders = walk(self.value) if path is None else locate(self.value, path)
        names = self._names if self._is_of_text else ()
        own = self._placed(
            Piece(text(), "rows", number, pointer)
            for pointer, value in holders
            for number, (row, text) in enumerate(records(value), 1)
            if wanted.holds(apart.by_names(row, names), is_of_text=self._is_of_text)
        )
        data = (*self._with_rows, *self._small) if path is None else ()
        return own + [piece for text in data for piece in text.records(None, wanted)]

    @cached_property
    def _with_rows(self) -> list[Document]:
        """The payloads in the strings of data that have rows, whatever their names are."""
        found = self.embedded
        if self.within is None and not self.is_mixed:
            try:
                told = find_embedded(self.searched, self.kind, self._kinds, of_any_name=True)
            except WrongKind:
                told = None
            if told is not None and len(told[1]) > len(found):
                found = [self._inner(one.source, one.kind.name, one.within) for one in told[1]]
        return [text for text in found if text.has_data]

    @cached_property
    def _small(self) -> list[Document]:
        """The short texts of JSON in data that have rows."""
        is_whole = self.within is None and not self.is_mixed
        known = {text.within for text in self._with_rows}
        texts = apart.short_texts(self.value, self.searched.deadline) if is_whole else ()
        told = (self._rows_of(text, path) for path, text in texts if path not in known)
        return [*filter(None, told)]

    def _rows_of(self, text: str, within: Within) -> Document | None:
        """Data in a text, if they have rows."""
        source = Source(text, self.searched.deadline)
        kind = self._kinds.kind_of(source)
        inner = self._inner(source, kind.name, within)
        return inner if kind.unit == "rows" and kind.recognise(source) and inner.has_data else None

    def _short_tables(self, wanted: Rows) -> list[Piece]:
        """The lines that meet all conditions in tables too short to be one by themselves."""
        kind = self._apart[0].kind
        names = {name for part in self._apart if part.kind is kind for name in part._names}
        before = self.within[0] - 1 if isinstance(self.within, tuple) else 0
        read = {part.within for part in self._apart}
        return self._placed(
            Piece(self.source.lines[number], "lines", number + 1)
            for (first, end), rows in apart.short_tables(self.searched, kind, names)
            if (before + first + 1, before + end) not in read
            for number, row in rows
            if wanted.holds(row, is_of_text=True)
        )

    @cached_property
    def _apart(self) -> list[Document]:
        """The parts that have rows of their own: tables stand between paragraphs as they are."""
        if self.is_mixed:
            return [one for part in self.parts for one in part._apart or [part] if one.has_data]
        if isinstance(self.within, str):
            return []
        if self.has_data and not (_BLANK_LINE.search(self.searched.text) and self.is_text):
            return []
        tables = [
            self._table_in(first, end) for first, end in apart.paragraphs(self.searched.lines)
        ]
        found = [table for table in tables if table is not None]
        if not self.has_data:
            return [*found, *self._behind_words]
        # It is several tables where all of it is, and they have other names.
        is_one = len(found) < len(tables) or len({table._names for table in found}) < 2
        return [] if is_one else found

    @cached_property
    def _behind_words(self) -> list[Document]:
        """The data that begin in a line behind words, as in "The rows are: [...]"."""
        before = self.within[0] - 1 if isinstance(self.within, tuple) else 0
        places = apart.behind_words(self.searched.text, self.searched.deadline)
        told = (self._rows_of(text, (before + one, before + last)) for text, one, last in places)
        return [*filter(None, told)]

    def _table_in(self, first: int, end: int) -> Document | None:
        """Some lines, or all but the first that leads over to them, if they are surely rows."""
        before = self.within[0] - 1 if isinstance(self.within, tuple) else 0
        for start in (first, first + 1):
            if end - start < _LEAST_LINES:
                break
            part = self.searched.part(start, end)
            # What a text only may be it is no more likely among others.
            if not any(kind.recognise(part) for kind in self._kinds if kind.unit == "rows"):
                continue
            kind = self._kinds.kind_of(part)
            if kind.unit == "rows" and kind.recognise(part):
                found = self._inner(part, kind.name, (before + start + 1, before + end))
                if found.has_data:
                    return found
        return None

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Those of the columns of a table."""
        rows = self.value if isinstance(self.value, list) else ()
        return tuple(next((row for row in rows if isinstance(row, dict)), ()))

    def everything(self) -> list[Piece]:
        """All that there is, as it was put: rows of data, and lines of a text."""
        if self.kind.unit != "rows" or not self.has_data:
            return self.line_pieces()
        is_single = not isinstance(self.value, (list, dict))
        return self.value_pieces("") if is_single else self.row_pieces(None)

    def value_pieces(self, path: str) -> list[Piece]:
        """The values at a path, or the symbols of that name in a piece of code."""
        if self.is_symbol(path):
            assert self.symbols is not None
            lines = self.symbols.lines_of(path)
            return self._placed(Piece(self.source.lines[n - 1], "lines", n) for n in lines)
        return self._placed(
            Piece(spell(value), "rows", 0, pointer) for pointer, value in locate(self.value, path)
        )

    def part_pieces(self, path: str) -> list[Piece]:
        """What a query looks through below a path."""
        return self._placed(
            piece for pointer, value in locate(self.value, path) for piece in parts(value, pointer)
        )

    def keys(self, path: str, within: Within | None) -> Mapping[str, int] | None:
        """The numbers of the members of what stands at a path of the data, or of a part of it.

        By their keys; ``None`` for an array, of which each element has its own.
        """
        try:
            value = resolve(self._inside[within].value, path)
        except ValueError:
            return {}
        if isinstance(value, list):
            return None
        # What holds a table by columns has other rows than its members.
        if not isinstance(value, dict) or rows_by_columns(value) is not None:
            return {}
        return {key: number for number, key in enumerate(value, 1)}

    @cached_property
    def _inside(self) -> dict[Within | None, Document]:
        """By their places, it and all that is in it."""
        inner = self.parts if self.is_mixed else self.embedded
        return {one.within: one for one in (self, *inner)}

    @cached_property
    def has_data(self) -> bool:
        """Whether it has rows and paths."""
        try:
            return self.value is not None
        except ValueError:
            return False

    def _placed(self, pieces: Iterable[Piece]) -> list[Piece]:
        if self.within is None:
            return list(pieces)
        return [replace(piece, within=self.within) for piece in pieces]


def _lines_of(lines: Sequence[str], first: int, last: int) -> str:
    if first > len(lines):
        raise ValueError(f"there are no lines of these numbers: this has {counted(len(lines))}")
    return "\n".join(lines[first - 1 : last])


def counted(count: int) -> str:
    """How many there are of something whose numbers are asked for."""
    return f"{count}, counted from 1" if count else "none"
