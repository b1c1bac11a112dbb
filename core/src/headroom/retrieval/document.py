"""An original, taken apart into the pieces that can be found and shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from headroom.compression import WrongKind
from headroom.compression.detect import candidates
from headroom.retrieval.conditions import Condition
from headroom.retrieval.paths import escape, locate, resolve, walk
from headroom.retrieval.selection import Unit
from headroom.retrieval.symbols import Symbols

__all__ = ["Document", "Piece"]

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
    #: First and last line of the part of a mixed text in which all else is counted.
    within: tuple[int, int] | None = None
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
    """One original, or one part of a text of several kinds."""

    def __init__(self, content: str, kind: str, within: tuple[int, int] | None = None) -> None:
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
        from headroom.compression.smart_crusher.delimited import parse_table
        from headroom.compression.smart_crusher.parse import parse

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
        if self.kind in ("json", "table"):
            try:
                return self._placed(_parts(self.value, ""))
            except ValueError:
                pass
        return self.line_pieces()

    @cached_property
    def leaves(self) -> list[Piece]:
        """Every scalar value of a JSON document, by its pointer; none where there are too many."""
        if self.kind == "mixed":
            return [piece for part in self.parts for piece in part.leaves]
        if self.kind != "json":
            return []
        try:
            value = self.value
        except ValueError:
            return []
        found: list[Piece] = []
        for piece in self._placed(_leaves(value)):
            found.append(piece)
            if len(found) > _MOST_LEAVES:
                return []
        return found

    @cached_property
    def parts(self) -> list[Document]:
        """The parts of a text of several kinds."""
        from headroom.compression.mixed import split

        parts = split(self.content, lambda text: next(candidates(text))) or []
        return [
            Document(
                "\n".join(self.lines[part.first : part.end]), part.kind, (part.first + 1, part.end)
            )
            for part in parts
        ] or [Document(self.content, "text", (1, len(self.lines)))]

    @cached_property
    def symbols(self) -> Symbols:
        """The functions and classes of a piece of code; none of anything else."""
        return Symbols(self.content if self.kind == "code" else "")

    def is_symbol(self, path: str) -> bool:
        """Whether a path is the name of a function or class, and no place in data."""
        return self.kind == "code" and not path.startswith(("/", "$"))

    def part(self, first: int, last: int) -> Document:
        """The lines of one part as a document of its own."""
        for part in self.parts if self.kind == "mixed" else ():
            if part.within == (first, last):
                return part
        content = "\n".join(self.lines[first - 1 : last])
        return Document(content, next(candidates(content)), (first, last))

    def line_pieces(self) -> list[Piece]:
        """All lines."""
        return self._placed(Piece(text, "lines", n) for n, text in enumerate(self.lines, 1))

    def sentence_pieces(self, path: str | None) -> list[Piece]:
        """The sentences of a text, or those of one value of a document."""
        if not path:
            return self._placed(self._sentences())
        from headroom.compression.smart_crusher.texts import sentences

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
        return self._placed(
            Piece(_dump(row), "rows", number, pointer)
            for pointer, value in holders
            if isinstance(value, list)
            for number, row in enumerate(value, 1)
            if isinstance(row, dict) and all(condition.holds(row) for condition in conditions)
        )

    def meets(self, piece: Piece, conditions: Sequence[Condition]) -> bool:
        """Whether a row meets all conditions."""
        rows = resolve(self.value, piece.path)
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
        from headroom.compression.kompress.segment import segment

        for number, sentence in enumerate(segment(self.content), 1):
            yield Piece(sentence.text, "sentences", number, group=sentence.passage)

    def _placed(self, pieces: Sequence[Piece] | Iterator[Piece]) -> list[Piece]:
        if self.within is None:
            return list(pieces)
        return [replace(piece, within=self.within) for piece in pieces]


def _children(value: list[object] | dict[str, object], path: str) -> Iterator[Piece]:
    if isinstance(value, dict):
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
    from headroom.compression.smart_crusher.notation import flow

    return flow(value)  # type: ignore[arg-type]
