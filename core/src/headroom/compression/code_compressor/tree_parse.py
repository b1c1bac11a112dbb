"""Parses languages other than Python, with tree-sitter."""

from __future__ import annotations

from dataclasses import dataclass

from headroom.compression.code_compressor.languages import Language, likely_languages, parser
from headroom.compression.code_compressor.syntax import Tree
from headroom.compression.model import Deadline, TimeBudgetExceeded

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

#: The text of a node is read anew through pieces of this size: large ones are copied for nothing.
_CHUNK = 1 << 10

#: The share of the lines that a parser may fail on, in a text that is taken for its language.
_MAX_ERRORS = 0.15


@dataclass(frozen=True)
class Parsed:
    """A syntax tree, and how much of it the parser failed on."""

    tree: Tree
    language: Language
    #: Nodes that are wrong or missing.
    errors: int
    #: Lines inside wrong nodes.
    error_lines: int


def parse_tree(content: str, deadline: Deadline) -> Parsed | None:
    """The syntax tree in the language that fits best; ``None`` if none fits.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    if len(content) > MAX_CHARS or max(map(len, content.split("\n"))) > _MAX_LINE:
        return None
    best: Parsed | None = None
    for language in likely_languages(content):
        parsed = reparse(content, language, deadline)
        if parsed is None:
            continue
        if best is None or parsed.error_lines < best.error_lines:
            best = parsed
        if not parsed.errors:
            break
    if best is None or best.error_lines > _MAX_ERRORS * (content.count("\n") + 1):
        return None
    return best


def reparse(content: str, language: Language, deadline: Deadline) -> Parsed | None:
    """The syntax tree in one language.

    ``None`` without the ``code`` extra, and where the parser gets lost.

    Raises:
        TimeBudgetExceeded: The time is up.

    """
    found = parser(language)
    if found is None:
        return None
    source = content.encode("utf-8", "replace")
    left = _MIN_STEPS + len(source) // _BYTES_PER_STEP

    def stop(_offset: int, _failed: bool) -> bool:
        # Steps are counted rather than seconds, so that the same text always gets the same view.
        nonlocal left
        left -= 1
        try:
            deadline.check()
        except TimeBudgetExceeded:
            return True
        return left < 0

    try:
        tree = found.parse(
            lambda offset, _point: source[offset : offset + _CHUNK], progress_callback=stop
        )
    except ValueError:
        deadline.check()
        return None
    errors = lines = 0
    stack = [tree.root_node] if tree.root_node.has_error else []
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            errors += 1
            if node.is_error:
                lines += node.end_point[0] - node.start_point[0] + 1
        stack.extend(child for child in node.children if child.has_error or child.is_missing)
    return Parsed(tree, language, errors, lines)
