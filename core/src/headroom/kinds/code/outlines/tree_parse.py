"""Parses languages other than Python, with tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from headroom.errors import TimeBudgetExceeded
from headroom.kinds.code.outlines.languages import (
    Language,
    languages_of_path,
    likely_languages,
    parser,
    without_conditions,
)
from headroom.kinds.code.outlines.node_types import is_declaration
from headroom.kinds.code.outlines.syntax import Extent, Node, Tree
from headroom.view import Deadline

__all__ = ["Parsed", "parse_tree", "reparse"]

#: Longer texts are not parsed.
MAX_CHARS = 2_000_000

#: Nor are texts with longer lines: no view of lines can be made of them, and some parsers take
#: quadratic time on them.
_MAX_LINE = 10_000

#: A parser that recovers from errors reports one step for 100 to 1000 bytes of real code, and
#: many more where it tries every reading of text that is none.
_BYTES_PER_STEP = 60
_MIN_STEPS = 500

#: So many steps, and one for so many bytes, may find a parser recovering from an error: in real
#: code hardly any do, and one of them takes up to 11 ms.
_LOST_STEPS, _BYTES_PER_LOST_STEP = 100, 4000

#: What is read at a time, in bytes. A parser that is lost may read on to the end from each place,
#: for a bracket that nobody closes, all in one step: so many times the text it may read, and so
#: many bytes more. Real code is read up to 20 times.
_CHUNK = 1 << 11
_READINGS, _MORE_READ = 64, 1 << 20

#: A longer text, in bytes, is parsed in pieces of this size where they have no errors, or of some
#: times this size: a tree takes thirty times the memory of the text.
_LONG, _PIECE, _LARGEST = 1 << 17, 1 << 15, 4
#: Where a statement may begin: below a blank line.
_CUT = re.compile(rb"\n[ \t]*\r?\n(?=[A-Za-z_@/])")

#: The share of the lines that a parser may fail on, in a text that is taken for its language.
_MAX_ERRORS = 0.3

#: With so few of them, no other language is tried.
_FEW_ERRORS = 0.01

#: So many characters of a long text tell which language fits best.
_SAMPLE = 8_000


@dataclass(frozen=True)
class Parsed:
    """A syntax tree, and how much of it the parser failed on."""

    #: What was parsed, in UTF-8.
    source: bytes
    #: It, or those of one piece of the text after another, parsed when they are asked for.
    trees: Callable[[], Iterator[Tree]]
    language: Language
    #: Nodes that are wrong or missing.
    errors: int
    #: Lines inside wrong nodes that are no part of a declaration.
    error_lines: int
    #: Whether nothing is wrong before its end, where it may have been cut.
    is_open: bool = False

    def read(self, node: Node) -> bytes:
        """The text of a node of it."""
        return self.source[node.start_byte : node.end_byte]


def parse_tree(content: str, deadline: Deadline, path: str = "") -> Parsed | None:
    """The syntax tree in the language that fits best; ``None`` if none fits.

    Args:
        content: The text.
        deadline: The time that this may take.
        path: Where the text stood, if that is known: its ending tells the language.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    if len(content) > MAX_CHARS or max(map(len, content.split("\n"))) > _MAX_LINE:
        return None
    languages: Iterable[Language] = languages_of_path(path) or likely_languages(content)
    if len(content) > 2 * _SAMPLE:
        languages = _by_sample(content, languages, deadline)
    best: Parsed | None = None
    for language in languages:
        parsed = reparse(content, language, deadline)
        if parsed is None:
            continue
        if best is None or parsed.error_lines < best.error_lines:
            best = parsed
        if parsed.error_lines <= _FEW_ERRORS * (content.count("\n") + 1):
            break
    if best is not None and best.errors and best.language.unknown is not None:
        # The parser knows conditional lines between statements, not within one.
        plain = reparse(content, without_conditions(best.language), deadline)
        if plain is not None and plain.errors < best.errors:
            best = plain
    if best is None or best.error_lines > _MAX_ERRORS * (content.count("\n") + 1):
        return None
    return best


def _by_sample(
    content: str, languages: Iterable[Language], deadline: Deadline
) -> Iterator[Language]:
    """The languages by how well they fit the start of a text, as parsing all of it takes long.

    One that fits without an error, or one but at the end of the start, comes before others are
    tried, which take longest.

    Those that fail all over it are left out: a parser that recovers from one error after another
    takes quadratic time and memory. Where a sample ends amid something, that is one error.
    """
    sample = content[: content.rfind("\n", 0, _SAMPLE) + 1]
    most = _MAX_ERRORS * (sample.count("\n") + 1)
    others: list[tuple[int, int, Language]] = []
    for place, language in enumerate(languages):
        parsed = reparse(sample, language, deadline)
        if parsed is None or parsed.errors > most:
            continue
        if parsed.error_lines and not parsed.is_open:
            others.append((parsed.error_lines, place, language))
        else:
            del parsed
            yield language
    yield from (language for _, _, language in sorted(others, key=lambda one: one[:2]))


def reparse(content: str, language: Language, deadline: Deadline) -> Parsed | None:
    """The syntax tree in one language.

    ``None`` without the ``code`` extra, and where the parser gets lost.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    if language.unknown is not None:
        content = language.unknown.sub(lambda match: " " * len(match[0]), content)
    source = content.encode("utf-8", "replace")
    if len(source) > _LONG and language.in_pieces:
        return _in_pieces(source, language, deadline)
    tree = _parse(source, language, deadline)
    if tree is None:
        return None
    errors = _errors(tree, deadline)
    is_open = not source[errors.first_end :].strip()
    return Parsed(source, partial(iter, (tree,)), language, errors.nodes, errors.lines, is_open)


class _Errors(NamedTuple):
    #: See ``Parsed.errors`` and ``Parsed.error_lines``.
    nodes: int
    lines: int
    #: Where the first wrong node ends.
    first_end: int


def _errors(tree: Tree, deadline: Deadline) -> _Errors:
    nodes = lines = 0
    first_end = tree.root_node.end_byte
    stack = [tree.root_node] if tree.root_node.has_error else []
    while stack:
        node = stack.pop()
        children = node.children
        if node.is_error or node.is_missing:
            nodes += 1
            first_end = min(first_end, node.end_byte)
            if node.is_error:
                lines += _lost_lines(node, deadline.over(children))
        stack.extend(
            child for child in deadline.over(children) if child.has_error or child.is_missing
        )
    return _Errors(nodes, lines, first_end)


def _in_pieces(source: bytes, language: Language, deadline: Deadline) -> Parsed | None:
    """The syntax trees of the pieces of a text.

    What is open at the end of a piece is an error in it: then the piece is longer. Other errors
    would be in a longer one, too.
    """
    found: list[Extent] = []
    first = row = nodes = lines = 0
    size = _PIECE
    while first < len(source):
        cut = _CUT.search(source, first + size)
        end = len(source) if cut is None else cut.end()
        piece = Extent(first, end, row, row + source.count(b"\n", first, end))
        tree = _parse(source, language, deadline, piece)
        errors = None if tree is None else _errors(tree, deadline)
        if errors is None or errors.nodes:
            is_open = errors is not None and not source[errors.first_end : end].strip()
            if end < len(source) and (size < _LARGEST * _PIECE or is_open):
                size *= 2
                continue
            if errors is None:
                return None
        nodes += errors.nodes
        lines += errors.lines
        found.append(piece)
        first, row, size = end, piece.end_row, _PIECE
    return Parsed(
        source, partial(_of_pieces, source, found, language, deadline), language, nodes, lines
    )


def _of_pieces(
    source: bytes, pieces: Sequence[Extent], language: Language, deadline: Deadline
) -> Iterator[Tree]:
    """The trees of some pieces, one after the other: all of them take thirty times the memory."""
    for piece in pieces:
        tree = _parse(source, language, deadline, piece)
        # It was parsed before, and the steps that this takes are the same.
        assert tree is not None
        yield tree


def _parse(
    source: bytes, language: Language, deadline: Deadline, part: Extent | None = None
) -> Tree | None:
    found = parser(language, part)
    if found is None:
        return None
    reading = _Reading(source, len(source) if part is None else part.end - part.first, deadline)
    try:
        return found.parse(reading.read, progress_callback=reading.stop)
    except ValueError:
        deadline.check()
        return None
    finally:
        reading.end()


class _Reading:
    """What a parser reads, and how much it may do yet.

    Steps and bytes are counted rather than seconds, so that the same text always gets the same
    view.
    """

    def __init__(self, source: bytes, size: int, deadline: Deadline) -> None:
        self._source = source
        self._deadline = deadline
        self._steps = _MIN_STEPS + size // _BYTES_PER_STEP
        self._lost_steps = _LOST_STEPS + size // _BYTES_PER_LOST_STEP
        self._bytes = _MORE_READ + size * _READINGS
        # The binding never lets go of what it was given: it is the same all the time, by its size.
        self._buffer = memoryview(bytearray(_CHUNK))
        self._given: dict[int, memoryview] = {}

    def read(self, offset: int, _point: object) -> memoryview:
        """What stands at an offset, up to the next time that it is called."""
        chunk = self._source[offset : offset + _CHUNK]
        size = len(chunk)
        self._bytes -= size
        self._buffer[:size] = chunk
        if size not in self._given:
            self._given[size] = self._buffer[:size]
        return self._given[size]

    def stop(self, _offset: int, is_lost: bool) -> bool:
        """Whether the parser has to stop, which it asks after each step."""
        self._steps -= 1
        self._lost_steps -= is_lost
        try:
            self._deadline.check()
        except TimeBudgetExceeded:
            return True
        return min(self._steps, self._lost_steps, self._bytes) < 0

    def end(self) -> None:
        """Lets go of what was given, for the binding does not."""
        for given in self._given.values():
            given.release()
        self._buffer.release()


def _lost_lines(node: Node, children: Iterable[Node]) -> int:
    """The lines inside a wrong node that stand in none of the declarations below it."""
    lost = node.end_point[0] - node.start_point[0] + 1
    for child in children:
        if child.is_error or is_declaration(child):
            lost -= child.end_point[0] - child.start_point[0] + 1
    return max(1, lost)
