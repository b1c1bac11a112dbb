"""An original, taken apart into the pieces that can be found and shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from headroom.errors import WrongKind
from headroom.pipeline.detection import candidates
from headroom.retrieval.conditions import Condition
from headroom.retrieval.paths import escape, locate, resolve, walk
from headroom.retrieval.selection import Unit
from headroom.retrieval.symbols import Symbols
from headroom.view import Within

if TYPE_CHECKING:
    from headroom.pipeline.embedded import Embedded

__all__ = ["Document", "Piece"]

# A text within a document, or some of its lines.
_IN_TEXT = re.compile(r"(?:lines (\d+)(?:-(\d+))? of )?(.*)", re.DOTALL)
# A part of a JSON document that has at most this many characters is shown whole.
_WHOLE_CHARS = 2000
# Beyond so many scalar values, a document is searched by its rows alone.
_MOST_LEAVES = 200_000


@dataclass(frozen=True)
class Piece:
    """A part of the original that is shown whole, where there is room."""

    text: str
    unit: Unit = "lines"
    #: 1-based, within ``path`` and ``within``; 0 where the piece is the value at ``path``.
    number: int = 0
    #: JSON pointer of what the number counts in, or of the value.
    path: str = ""
    #: The part of the original in which all else is counted; ``None`` for the whole.
    within: Within | None = None
    #: Which pieces stand together: sentences of a passage.
    group: int = -1
    #: Which characters of the whole piece these are, 1-based and inclusive.
    chars: tuple[int, int] | None = None

    def part(self, chars: tuple[int, int | None] | None) -> Piece | None:
        """Some characters of the piece; ``None`` where it is shorter."""
        if chars is None:
            return self
        first, last = chars
        end = len(self.text) if last is None else min(last, len(self.text))
        if first > end:
            return None
        return replace(self, text=self.text[first - 1 : end], chars=(first, end))


class Document:
    """One original, or one part of a text of several kinds, or one text within a document."""

    def __init__(self, content: str, kind: str, within: Within | None = None) -> None:
        self.content = content
        self.kind = kind
        self.within = within

    @cached_property
    def lines(self) -> list[str]:
        """As views and markers count them."""
        return self.content.split("\n")

    @cached_property
    def value(self) -> object:
        """The data in it.

        Raises:
            ValueError: There is none.

        """
        # Like the compressors: imported when first needed.
        from headroom.kinds.json.parse import parse
        from headroom.kinds.table.parse import parse_table

        try:
            return parse_table(self.content) if self.kind == "table" else parse(self.content)[0]
        except WrongKind:
            raise ValueError(
                "this original has no rows and no paths: ask for lines, or by query"
            ) from None

    @cached_property
    def pieces(self) -> list[Piece]:
        """What a query looks through: rows, sentences or lines, whichever the kind has."""
        if self.kind == "mixed":
            return [piece for part in self.parts for piece in part.pieces]
        if self.kind == "text":
            return self._placed(self._sentences())
        if self.kind == "records":
            return self._placed(self._record_lines())
        if self.kind in ("json", "table"):
            try:
                own = self._placed(_parts(self._rest, ""))
            except ValueError:
                pass
            else:
                return [*own, *(piece for text in self.embedded for piece in text.pieces)]
        return self.line_pieces()

    @cached_property
    def leaves(self) -> list[Piece]:
        """Every scalar value of a JSON document, by its pointer; none where there are too many."""
        if self.kind == "mixed":
            return [piece for part in self.parts for piece in part.leaves]
        if self.kind != "json":
            return []
        try:
            value = self._rest
        except ValueError:
            return []
        found: list[Piece] = []
        for piece in self._placed(_leaves(value)):
            found.append(piece)
            if len(found) > _MOST_LEAVES:
                return []
        return [*found, *(piece for text in self.embedded for piece in text.leaves)]

    @cached_property
    def parts(self) -> list[Document]:
        """The parts of a text of several kinds."""
        from headroom.pipeline.segments import split

        parts = split(self.content, lambda text: next(candidates(text))) or []
        return [
            Document(
                "\n".join(self.lines[part.first : part.end]), part.kind, (part.first + 1, part.end)
            )
            for part in parts
        ] or [Document(self.content, "text", (1, len(self.lines)))]

    @cached_property
    def embedded(self) -> list[Document]:
        """The payloads in the strings of a JSON document."""
        return [Document(one.text, one.kind, one.within) for one in self._split[1]]

    @property
    def _rest(self) -> object:
        """The data without what is embedded in it."""
        return self._split[0] if self.embedded else self.value

    @cached_property
    def _split(self) -> tuple[object, list[Embedded]]:
        from headroom.pipeline.embedded import find_embedded

        try:
            split = None if self.kind != "json" or self.within else find_embedded(self.content)
        except WrongKind:
            split = None
        return split or (None, [])

    @cached_property
    def symbols(self) -> Symbols:
        """The functions and classes of a piece of code; none of anything else."""
        return Symbols(self.content if self.kind == "code" else "")

    def is_symbol(self, path: str) -> bool:
        """Whether a path is the name of a function or class, and no place in data."""
        return self.kind == "code" and not path.startswith(("/", "$"))

    def part(self, within: Within) -> Document:
        """Some lines, or a text in the data, as a document of its own.

        Raises:
            ValueError: There is no text.

        """
        for part in self.parts if self.kind == "mixed" else self.embedded:
            if part.within == within:
                return part
        if isinstance(within, str):
            first, last, path = _IN_TEXT.fullmatch(within).groups()  # type: ignore[union-attr]
            content = resolve(self.value, path)
            # A number is text, too, as it was written.
            if type(content) is not str:
                raise ValueError(f"there is no text at {path}")
            if first:
                content = "\n".join(content.split("\n")[int(first) - 1 : int(last or first)])
        else:
            content = "\n".join(self.lines[within[0] - 1 : within[1]])
        return Document(content, next(candidates(content)), within)

    def line_pieces(self) -> list[Piece]:
        """All lines."""
        return self._placed(Piece(text, "lines", n) for n, text in enumerate(self.lines, 1))

    def sentence_pieces(self, path: str | None) -> list[Piece]:
        """The sentences of a text, or those of one value of a document."""
        if not path:
            return self._placed(self._sentences())
        from headroom.toolkit.rows.texts import sentences

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
            found += _children(value, pointer)
        return self._placed(found)

    def records(self, path: str | None, conditions: Sequence[Condition]) -> list[Piece]:
        """The rows that meet all conditions: those at a path, or of all arrays of objects."""
        holders = walk(self.value) if path is None else locate(self.value, path)
        own = self._placed(
            Piece(_dump(row), "rows", number, pointer)
            for pointer, value in holders
            if (rows := value if isinstance(value, list) else _rows_by_columns(value)) is not None
            for number, row in enumerate(rows, 1)
            if isinstance(row, dict) and all(condition.holds(row) for condition in conditions)
        )
        data = [text for text in self.embedded if text.kind == "json" and path is None]
        return [*own, *(piece for text in data for piece in text.records(None, conditions))]

    def meets(self, piece: Piece, conditions: Sequence[Condition]) -> bool:
        """Whether a row meets all conditions."""
        rows = resolve(self.value, piece.path)
        rows = _rows_by_columns(rows) or rows
        row = rows[piece.number - 1] if isinstance(rows, list) and piece.number else None
        return isinstance(row, dict) and all(condition.holds(row) for condition in conditions)

    def value_pieces(self, path: str) -> list[Piece]:
        """The values at a path, or the symbols of that name in a piece of code."""
        if self.is_symbol(path):
            return self._placed(
                Piece(self.lines[n - 1], "lines", n) for n in self.symbols.lines_of(path)
            )
        return self._placed(
            Piece(_dump(value), "rows", 0, pointer) for pointer, value in locate(self.value, path)
        )

    def part_pieces(self, path: str) -> list[Piece]:
        """What a query looks through below a path."""
        return self._placed(
            piece for pointer, value in locate(self.value, path) for piece in _parts(value, pointer)
        )

    def _sentences(self) -> Iterator[Piece]:
        from headroom.toolkit.sentences import segment

        for number, sentence in enumerate(segment(self.content), 1):
            yield Piece(sentence.text, "sentences", number, group=sentence.passage)

    def _record_lines(self) -> Iterator[Piece]:
        from headroom.kinds.records import find_records

        records = find_records(self.content, lambda: None)
        group_of = {
            line: group
            for group, (first, end) in enumerate(records.spans if records else ())
            for line in range(first, end)
        }
        for number, text in enumerate(self.lines):
            yield Piece(text, "lines", number + 1, group=group_of.get(number, -1))

    def _placed(self, pieces: Sequence[Piece] | Iterator[Piece]) -> list[Piece]:
        if self.within is None:
            return list(pieces)
        return [replace(piece, within=self.within) for piece in pieces]


def _rows_by_columns(value: object) -> list[object] | None:
    """The rows of a table that the data holds by columns; ``None`` for anything else."""
    from headroom.toolkit.rows.shape import find_columns

    found = find_columns(value)  # type: ignore[arg-type]
    return None if found is None else list(found[1])


def _children(value: list[object] | dict[str, object], path: str) -> Iterator[Piece]:
    by_columns = _rows_by_columns(value)
    if by_columns is not None:
        for number, row in enumerate(by_columns, 1):
            yield Piece(_dump(row), "rows", number, path)
    elif isinstance(value, dict):
        for number, (name, child) in enumerate(value.items(), 1):
            yield Piece(_dump({name: child}), "rows", number, path)
    else:
        for number, child in enumerate(value, 1):
            yield Piece(_dump(child), "rows", number, path)


def _parts(value: object, path: str) -> Iterator[Piece]:
    """A document in pieces of a size to show: rows, or the small members of an object together."""
    if not isinstance(value, (list, dict)):
        yield Piece(_dump(value), "rows", 0, path)
        return
    if _rows_by_columns(value) is not None:
        yield from _children(value, path)
        return
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for (name, child), piece in zip(members, _children(value, path)):
        if isinstance(child, (list, dict)) and len(piece.text) > _WHOLE_CHARS:
            yield from _parts(child, f"{path}/{escape(name)}")
        else:
            yield piece


def _leaves(document: object) -> Iterator[Piece]:
    """Scalars and empty containers, each as a member of what holds it, in document order."""
    waiting: list[tuple[str, object, object, int]] = [("", "", document, 0)]
    while waiting:
        holder, name, value, number = waiting.pop()
        if isinstance(value, (list, dict)) and value:
            path = f"{holder}/{escape(name)}" if number else ""
            members = value.items() if isinstance(value, dict) else enumerate(value)
            inside = [(path, key, child, n) for n, (key, child) in enumerate(members, 1)]
            waiting.extend(reversed(inside))
        else:
            yield Piece(f"{_dump(str(name))}:{_dump(value)}", "rows", number, holder)


def _dump(value: object) -> str:
    from headroom.toolkit.rows.notation import flow

    return flow(value)  # type: ignore[arg-type]
