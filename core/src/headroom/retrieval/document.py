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
from headroom.retrieval.hidden import rows_in_part, sentences_in_part
from headroom.retrieval.holders import Holders
from headroom.retrieval.paths import locate, resolve
from headroom.retrieval.rows import Rows
from headroom.source import Source
from headroom.toolkit.kind import BaseKind, Symbols, line_pieces
from headroom.toolkit.markers import SMALLEST
from headroom.toolkit.rows.pieces import children, parts, rows_by_columns, spell
from headroom.toolkit.rows.texts import sentences
from headroom.toolkit.rows.values import whole
from headroom.toolkit.sentences import read_sentences
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
        self.kinds = kinds
        # By their unit and their part, the pieces of which a terminal hides some.
        self._hidden: dict[tuple[Unit, Within | None], frozenset[int]] = {}

    def plain(self) -> Document:
        """The same, as a text of no kind."""
        return Document(self._original, "", self.kinds, self.within, self.searched)

    @property
    def searched(self) -> Source:
        """The text with notes in place of what nobody reads: what a query looks through.

        Whoever names a place gets what stands there.
        """
        if self._searched is None:
            found = condense(self._original, self.kinds)
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
        own = self.placed(self.kind.pieces(self._rest))
        return [*own, *(piece for text in self.embedded for piece in text.pieces)]

    @cached_property
    def leaves(self) -> list[Piece]:
        """Every scalar value of data, by its pointer; none where there are too many."""
        if self.is_mixed:
            return [piece for part in self.parts for piece in part.leaves]
        try:
            found = self.placed(islice(self.kind.leaves(self._rest), _MOST_LEAVES + 1))
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
        return self.is_of_text and all(text.is_text for text in self.embedded)

    @cached_property
    def is_of_text(self) -> bool:
        """The same without the texts in it that are read by themselves."""
        try:
            return next(iter(self.kind.leaves(self._rest)), None) is None
        except WrongKind:
            return True

    @cached_property
    def parts(self) -> list[Document]:
        """The parts of a text of several kinds."""
        parts = split(self.searched, self.kinds) or []
        return [
            self.inner(
                self.searched.part(part.first, part.end), part.kind.name, (part.first + 1, part.end)
            )
            for part in parts
        ] or [self.inner(self.source, LAST_RESORT, (1, len(self.source.lines)))]

    @cached_property
    def embedded(self) -> list[Document]:
        """The payloads in the strings of data."""
        found = self._split
        return (
            []
            if found is None
            else [self.inner(one.source, one.kind.name, one.within) for one in found[1]]
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
            return find_embedded(self.searched, self.kind, self.kinds)
        except WrongKind:
            return None

    def inner(self, searched: Source, kind: str, within: Within) -> Document:
        """A part of it, or a text in it."""
        return Document(searched, kind, self.kinds, within, searched)

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
        part = self._inside.get(within)
        if part is not None:
            return Document(source, part.kind.name, self.kinds, within, part.searched)
        return Document(source, self.kinds.kind_of(source).name, self.kinds, within)

    def with_rows(self) -> Document:
        """The same by the first kind that finds rows in it.

        The view of a part is made by the first kind that takes it, which need not be the one that
        told it from the others.
        """
        if self.has_data or self.is_mixed:
            return self
        for kind in self.kinds.candidates(self.source):
            other = Document(self._original, kind.name, self.kinds, self.within, self._searched)
            if other.has_data:
                return other
        return (
            next(iter(self.holders.behind_words), self) if isinstance(self.within, tuple) else self
        )

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
        return self.placed(line_pieces(self._original))

    def sentence_pieces(self, path: str | None) -> list[Piece]:
        """The sentences of a text, or those of one value of a document."""
        if not path:
            return self.placed(
                Piece(text, "sentences", n)
                for n, text in enumerate(self.searched.once(read_sentences).texts(), 1)
            )
        found: list[Piece] = []
        for pointer, value in locate(self.value, path):
            if not isinstance(value, str):
                raise ValueError("there are no sentences at this path: it is no text")
            texts = sentences(value) or [value]
            found += [Piece(text, "sentences", n, pointer) for n, text in enumerate(texts, 1)]
        return self.placed(found)

    def row_pieces(self, path: str | None) -> list[Piece]:
        """The rows of the arrays and objects at a path."""
        found: list[Piece] = []
        for pointer, value in locate(self.value, path or ""):
            if not isinstance(value, (list, dict)):
                raise ValueError("there are no rows at this path: it is a single value")
            found += children(value, pointer)
        return self.placed(found)

    def records(self, path: str | None, wanted: Rows) -> list[Piece]:
        """The rows that meet all conditions: those at a path, or all that there are."""
        return self.holders.records(path, wanted)

    @cached_property
    def holders(self) -> Holders:
        """What in it has rows that conditions are asked of."""
        return Holders(self)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Those of the columns of a table."""
        rows = self.value if isinstance(self.value, list) else ()
        return tuple(next((row for row in rows if isinstance(row, dict)), ()))

    def counting(self, unit: Unit | None) -> list[Within]:
        """The parts of it, or the texts in it, in which units are counted by themselves.

        Args:
            unit: What is counted; ``None`` for what has a path.

        """
        parts = [part for part in self._inside.values() if part is not self]
        if unit == "sentences":
            found = [part for part in parts if part.counts_sentences]
        elif unit == "lines" and not self.is_mixed:
            found = parts
        elif unit == "lines":
            found = []
        else:
            found = [part for part in parts if part.kind.unit == "rows"]
            found = found or [part for part in parts if part.with_rows().has_data]
        return [part.within for part in found if part.within is not None]

    @property
    def naming(self) -> list[Within]:
        """The parts of it, or the texts in it, some lines of which have names."""
        parts = (part for part in self._inside.values() if part is not self)
        return [part.within for part in parts if part.within and part.symbols is not None]

    @property
    def counts_sentences(self) -> bool:
        """Whether it is a text in which sentences have numbers, and not lines."""
        return self.kind.unit == "sentences" and any(
            piece.unit == "sentences" for piece in self.pieces[:1]
        )

    @property
    def before(self) -> int:
        """How many lines stand before it."""
        return self.within[0] - 1 if isinstance(self.within, tuple) else 0

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
            return self.placed(Piece(self.source.lines[n - 1], "lines", n) for n in lines)
        return self.placed(
            Piece(spell(value), "rows", 0, pointer) for pointer, value in locate(self.value, path)
        )

    def part_pieces(self, path: str) -> list[Piece]:
        """What a query looks through below a path."""
        return self.placed(
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

    def placed(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Pieces of it, as those of the whole."""
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
