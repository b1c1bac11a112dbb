"""Whether a text is JSON, and where documents stand within other text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from headroom.errors import WrongKind
from headroom.kinds.json.parse import decode_python, read
from headroom.kinds.json.python import may_be_python
from headroom.lines import starts_of
from headroom.source import Source
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import Duplicates

__all__ = ["find_document", "looks_like_json", "may_have_document"]

_OPENING = ("{", "[")
#: How often a line that begins like a document is read as one, in one text. It bounds the time.
_ATTEMPTS = 30


def looks_like_json(source: Source) -> bool:
    """Whether a text is an object, an array, or JSON Lines.

    >>> looks_like_json(Source('{"a": 1}')), looks_like_json(Source("[see below]"))
    (True, False)
    """
    text = source.text.lstrip("\ufeff \t\r\n")
    if text[:1] not in _OPENING and not may_be_python(text):
        return False
    try:
        return isinstance(source.once(read), (dict, list, Lazy, Duplicates))
    except WrongKind:
        return False


def may_have_document(source: Source) -> bool:
    """Whether any line of a text begins like a document."""
    text = source.text
    return text.startswith(_OPENING) or any(f"\n{sign}" in text for sign in _OPENING)


def find_document(source: Source, line: int) -> tuple[int, int] | None:
    r"""The lines of the document, or of JSON Lines, that begin at a line of a text.

    >>> find_document(Source('They are:\n{"a":\n1}\nThat is all.'), 1)
    (1, 3)
    """
    if source.lines[line][:1] not in _OPENING:
        return None
    documents = source.once(_Documents)
    if documents.attempts == _ATTEMPTS:
        return None
    documents.attempts += 1
    end = documents.end(line)
    if end is None and _is_python(source.lines[line]):
        end = line + 1
    if end == line + 1:
        end = _end_of_lines(source.lines, line)
    return None if end is None else (line, end)


def _is_python(line: str) -> bool:
    try:
        decode_python(line.strip())
    except ValueError:
        return False
    return True


class _Documents:
    """Reads documents that begin somewhere in a text."""

    def __init__(self, source: Source) -> None:
        self._text = source.text
        self._starts = starts_of(source.lines)
        self._decoder = json.JSONDecoder()
        self.attempts = 0

    def end(self, line: int) -> int | None:
        """The line after the document that begins at a line; ``None`` if none does."""
        starts = self._starts
        try:
            _, end = self._decoder.raw_decode(self._text, starts[line])
        except (ValueError, RecursionError):
            return None
        last = line
        while starts[last + 1] <= end:
            last += 1
        rest = self._text[end : starts[last + 1] - 1]
        return None if rest.strip() else last + 1


def _end_of_lines(lines: Sequence[str], first: int) -> int:
    """The line after the last of those that look like documents, from one that is a document."""
    end = first + 1
    pair = ("{", "}") if lines[first].startswith("{") else ("[", "]")
    while (
        end < len(lines) and lines[end].startswith(pair[0]) and lines[end].rstrip()[-1:] == pair[1]
    ):
        end += 1
    return end
