"""Parses languages other than Python, with tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

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
_BYTES_PER_STEP = 30
_MIN_STEPS = 500

#: So many steps, and one for so many bytes, may find a parser recovering from an error: in real
#: code hardly any do, and the more there are the longer each takes.
_LOST_STEPS, _BYTES_PER_LOST_STEP = 200, 1000

#: A longer text, in bytes, is parsed in pieces of this size where it has no errors, or of some
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
    languages = languages_of_path(path) or likely_languages(content)
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


def _by_sample(content: str, languages: list[Language], deadline: Deadline) -> list[Language]:
    """The languages by how well they fit the start of a text, as parsing all of it takes long.

    Those that fail all over it are left out: a parser that recovers from one error after another
    takes quadratic time and memory. Where a sample ends amid something, that is one error.
    """
    sample = content[: content.rfind("\n", 0, _SAMPLE) + 1]
    most = _MAX_ERRORS * (sample.count("\n") + 1)
    errors = []
    for place, language in enumerate(languages):
        parsed = reparse(sample, language, deadline)
        if parsed is not None and parsed.errors <= most:
            errors.append((parsed.error_lines, place))
    return [languages[place] for _, place in sorted(errors)]


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
        pieces = _sound_pieces(source, language, deadline)
        if pieces is not None:
            return Parsed(
                source, partial(_of_pieces, source, pieces, language, deadline), language, 0, 0
            )
    tree = _parse(source, language, deadline)
    if tree is None:
        return None
    errors = lines = 0
    stack = [tree.root_node] if tree.root_node.has_error else []
    while stack:
        node = stack.pop()
        children = node.children
        if node.is_error or node.is_missing:
            errors += 1
            if node.is_error:
                lines += _lost_lines(node, children)
        stack.extend(child for child in children if child.has_error or child.is_missing)
    return Parsed(source, partial(iter, (tree,)), language, errors, lines)


def _sound_pieces(source: bytes, language: Language, deadline: Deadline) -> list[Extent] | None:
    """The pieces of a text that can be parsed one by one; ``None`` where it has errors.

    What is open at the end of a piece is an error in it: then the piece is longer.
    """
    found: list[Extent] = []
    first = row = 0
    size = _PIECE
    while first < len(source):
        cut = _CUT.search(source, first + size)
        end = len(source) if cut is None else cut.end()
        piece = Extent(first, end, row, row + source.count(b"\n", first, end))
        tree = _parse(source, language, deadline, piece)
        if tree is not None and not tree.root_node.has_error:
            found.append(piece)
            first, row, size = end, piece.end_row, _PIECE
        elif cut is None or size >= _LARGEST * _PIECE:
            return None
        else:
            size *= 2
    return found


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
    size = len(source) if part is None else part.end - part.first
    left = _MIN_STEPS + size // _BYTES_PER_STEP
    lost_left = _LOST_STEPS + size // _BYTES_PER_LOST_STEP

    def stop(_offset: int, is_lost: bool) -> bool:
        # Steps are counted rather than seconds, so that the same text always gets the same view.
        nonlocal left, lost_left
        left -= 1
        lost_left -= is_lost
        try:
            deadline.check()
        except TimeBudgetExceeded:
            return True
        return left < 0 or lost_left < 0

    whole = memoryview(source)
    given: dict[int, memoryview] = {}

    def read(offset: int, _point: object) -> memoryview:
        if offset not in given:
            given[offset] = whole[offset:]
        return given[offset]

    try:
        return found.parse(read, progress_callback=stop)
    except ValueError:
        deadline.check()
        return None
    finally:
        # The binding never lets go of what it was given, which would be a copy of the text.
        for view in given.values():
            view.release()


def _lost_lines(node: Node, children: Sequence[Node]) -> int:
    """The lines inside a wrong node that stand in none of the declarations below it."""
    lost = node.end_point[0] - node.start_point[0] + 1
    for child in children:
        if child.is_error or is_declaration(child):
            lost -= child.end_point[0] - child.start_point[0] + 1
    return max(1, lost)
