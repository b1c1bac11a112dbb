"""Whether a text is JSON, and where documents stand within other text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from headroom.errors import WrongKind
from headroom.kinds.json.parse import decode_python, read
from headroom.kinds.json.python import may_be_python
from headroom.lines import starts_of
from headroom.source import Source
from headroom.toolkit.documents import stands_apart
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import Duplicates

__all__ = ["find_document", "looks_like_json", "may_have_document"]

_OPENING = ("{", "[")
#: What is read in vain, of several lines that begin like a document and are none, has at most so
#: many times the characters of the text. It bounds the time, however many documents there are.
_IN_VAIN = 2
#: That an error tells its line costs as much as reading this share of what stands before it.
_SHARE_OF_COUNTING = 8
#: So often a line is read in vain as Python writes data, which takes much longer.
_AS_PYTHON = 30


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
    end = source.once(_Documents).end(line)
    if end == line + 1:
        end = _end_of_lines(source.lines, line)
    return None if end is None else (line, end)


class _Documents:
    """Reads documents that begin somewhere in a text."""

    def __init__(self, source: Source) -> None:
        self._text, self._lines = source.text, source.lines
        self._starts = starts_of(source.lines)
        self._decode = json.JSONDecoder().raw_decode
        #: Characters that were read of what is no document.
        self._in_vain = 0
        #: Lines that were read in vain as Python writes data.
        self._as_python = 0
        self._found = 0

    def end(self, line: int) -> int | None:
        """The line after the document that begins at a line; ``None`` if none does."""
        end = self._end(line)
        if end is None:
            return None
        self._found += 1
        return end if stands_apart(self._found, self._starts[end] - self._starts[line]) else None

    def _end(self, line: int) -> int | None:
        text = self._lines[line]
        try:
            _, length = self._decode(text)
        except json.JSONDecodeError as error:
            if error.pos < len(text.rstrip()):
                return line + 1 if self._is_python(text) else None
        except (ValueError, RecursionError):
            return None
        else:
            return None if text[length:].strip() else line + 1
        return self._end_below(line)

    def _end_below(self, line: int) -> int | None:
        """The line after the document of which all of a line is the beginning."""
        if self._in_vain > _IN_VAIN * len(self._text):
            return None
        starts = self._starts
        start = starts[line]
        try:
            _, end = self._decode(self._text, start)
        except json.JSONDecodeError as error:
            self._in_vain += error.pos - start + error.pos // _SHARE_OF_COUNTING
            return None
        except (ValueError, RecursionError):
            # How far it was read is not said.
            self._in_vain += len(self._text) - start
            return None
        last = line
        while starts[last + 1] <= end:
            last += 1
        if self._text[end : starts[last + 1] - 1].strip():
            self._in_vain += end - start
            return None
        return last + 1

    def _is_python(self, line: str) -> bool:
        if self._as_python == _AS_PYTHON:
            return False
        try:
            decode_python(line.strip())
        except ValueError:
            self._as_python += 1
            return False
        return True


def _end_of_lines(lines: Sequence[str], first: int) -> int:
    """The line after the last of those that look like documents, from one that is a document."""
    end = first + 1
    pair = ("{", "}") if lines[first].startswith("{") else ("[", "]")
    while (
        end < len(lines) and lines[end].startswith(pair[0]) and lines[end].rstrip()[-1:] == pair[1]
    ):
        end += 1
    return end
