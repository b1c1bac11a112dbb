"""Cuts a text into blocks: paragraphs, headings, list items, tables, fenced code.

A block is what a sentence never crosses. Blocks are made of whole lines, so this module looks
at each line once, and at its first characters only.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from headroom.lines import Lines, starts_of
from headroom.regexes import regex

__all__ = ["TextBlock", "blocks"]

#: A table or a fenced block beyond this many characters is no longer one unit: keeping all of
#: it or nothing of it would be too coarse a choice. Chosen.
LARGEST_WHOLE = 4000
#: Then it goes in runs of lines of about this many characters. Chosen.
_PART = 480

_FENCE = re.compile(r"[ \t]{0,8}(`{3,}|~{3,})")
_HEADING = re.compile(r"[ \t]{0,3}(?:#{1,6}[ \t]|={2,6}[ \t])")
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_UNDERLINE_SIGNS = frozenset("=-~^\"'`#*+.:_")
_BULLET = re.compile(
    r"[ \t]*(?:[-*+\u2022\u2023\u25e6\u2043\u2013\u2014\u00b7\u25aa\u25cf][ \t]"
    r"|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)][ \t]|\[[\w^-]{1,8}\][ \t:])"
)
_STARTS = regex("|".join(part.pattern for part in (_BULLET, _HEADING, _FENCE)))
_HEADING_SIGNS = frozenset("#= \t")
# Two letters begin none of these, but where the first is one of the number of an item.
_NUMERALS = frozenset("ivxIVX")
# "Chapter one ....... 12", "Chapter one . . . . 12": a leader, then a short end.
_LEADER = re.compile(r"(?:\.{4}|(?:\. ){4}|\u2026{2}|_{4})[. \u2026_]*[ \t]*\S{0,8}[ \t\r]*$")
_SENTENCE_END = regex(
    r"[.!?:;\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]\u00bb*_\u300d\u300f]{0,4}[ \t\r]*$"
)

# "Name: value", or "name() -- what it does", one to a line.
_FIELD = re.compile(r"[ \t]*\w[\w ()./,*-]{0,40}?(?::| --?| =| \u2013| \u2014)[ \t]")

#: Lines that are longer were not wrapped by hand or by an editor: each is a paragraph. Chosen.
_WIDEST_WRAP = 160
#: A block whose longest line is shorter holds no wrapped prose, but a list, a poem, a menu. Chosen.
_NARROWEST_WRAP = 40
#: Characters of a heading: by its sign, underlined, and as a short line by itself. Chosen.
_HEADING_CHARS, _TITLE_CHARS, _SHORT_CHARS = 200, 120, 80
#: Characters at the end of a line that show whether a sentence, or a leader, ends there. Chosen.
_END_CHARS, _LEADER_CHARS = 12, 40
#: Which of the lengths of the lines is taken for the width: of many not the very longest, for a
#: link may stick out of the column. Chosen.
_WIDTH_QUANTILE = 0.85
#: The share of the width that a line and the first word of the next fill where the writer did not
#: want a new line; and where the next line goes on in lower case. Chosen.
_FULL, _FULL_BEFORE_SMALL = 0.8, 0.65
#: Of so many lines or more, with such a share of ends that are meant as ends, all are. Chosen.
_LISTED, _MOSTLY = 4, 0.6
#: Lines, and blocks, that are there at a time. Chosen.
_AT_ONCE = 100


class TextBlock(NamedTuple):
    """Some whole lines of a text, by the offsets of their characters."""

    start: int
    end: int
    #: Whether it may be cut into sentences; if not, it is one unit, such as a table.
    prose: bool = True
    #: Whether it names what follows it.
    heading: bool = False
    #: Counts the groups of blocks that blank lines and headings set apart: a sentence is judged
    #: with the others of its passage.
    passage: int = 0


def blocks(text: str) -> Iterator[TextBlock]:
    r"""The blocks of a text, in order; together they are the whole of it.

    Each is made when it is asked for: all of them, or all lines, take more memory than the text.

    >>> [(block.start, block.end, block.heading) for block in blocks("# A\n\nb\n- c")]
    [(0, 5, True), (5, 7, False), (7, 10, False)]
    """
    return _Cutter(text).cut()


class _Cutter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._count = len(self._lines)
        self._offsets = array("q", starts_of(self._lines))
        self._offsets[-1] -= 1  # nothing ends the last line
        # Some lines, and which is the first of them.
        self._some: list[str] = []
        self._first = 0
        #: The lines that may underline those above them.
        self._rules = frozenset(
            index
            for index, line in enumerate(self._lines)
            if line[:1] in _UNDERLINE_SIGNS and _UNDERLINE.match(line)
        )
        #: The blocks that were made last; the next line may still belong to the last of them.
        self._found: list[TextBlock] = []
        self._passage = 0

    def cut(self) -> Iterator[TextBlock]:
        index = 0
        closing = self._closing_fences()
        while index < self._count:
            line = self._line(index)
            if not line or line.isspace():
                index = self._blank(index)
            elif index in closing:
                index = self._whole(index, closing[index] + 1)
            elif line.lstrip()[:1] == "|":
                last = index
                while last < self._count and self._line(last).lstrip()[:1] == "|":
                    last += 1
                index = self._whole(index, last)
            elif self._is_heading(index, line):
                self._passage += 1
                last = index + (2 if self._underlined(index) else 1)
                self._add(index, last, heading=True)
                index = last
            else:
                index = self._paragraph(index)
            if len(self._found) > _AT_ONCE:
                yield from self._found[:-1]
                del self._found[:-1]
        if not self._found and self._text:
            self._found.append(TextBlock(0, len(self._text), prose=False))
        yield from self._found

    def _line(self, index: int) -> str:
        """A line; those that are looked at one after the other are cut out of the text at once."""
        place = index - self._first
        if not 0 <= place < len(self._some):
            self._first, place = index, 0
            self._some = self._lines[index : index + _AT_ONCE]
        return self._some[place]

    def _add(self, first: int, last: int, *, prose: bool = True, heading: bool = False) -> None:
        start = self._offsets[first] if self._found else 0
        end = self._offsets[last]
        if end > start:
            self._found.append(TextBlock(start, end, prose, heading, self._passage))

    def _blank(self, index: int) -> int:
        """Hands blank lines to the block before them, or to the first block after them."""
        last = index + 1
        while last < self._count and not self._line(last).strip():
            last += 1
        end = self._offsets[last]
        if self._found:
            before = self._found[-1]
            self._found[-1] = TextBlock(
                before.start, end, before.prose, before.heading, before.passage
            )
            if not before.heading:
                self._passage += 1
        return last

    def _closing_fences(self) -> dict[int, int]:
        """Each line that opens a fenced block, with the line that closes it."""
        closing: dict[int, int] = {}
        opened: tuple[int, str] | None = None
        if "```" not in self._text and "~~~" not in self._text:
            return closing
        for index, line in enumerate(self._lines):
            found = _FENCE.match(line)
            if not found:
                continue
            fence = found.group(1)
            if opened is None:
                opened = (index, fence)
            elif fence[0] == opened[1][0] and not line[found.end() :].strip():
                if len(fence) >= len(opened[1]):
                    closing[opened[0]] = index
                    opened = None
            elif line[found.end() :].strip() and fence[0] == opened[1][0]:
                # An info string only stands at an opening: the one before was never closed.
                opened = (index, fence)
        return closing

    def _whole(self, first: int, last: int) -> int:
        if self._offsets[last] - self._offsets[first] <= LARGEST_WHOLE:
            self._add(first, last, prose=False)
            return last
        start = first
        for index in range(first, last):
            if self._offsets[index + 1] - self._offsets[start] > _PART:
                self._add(start, max(index, start + 1), prose=False)
                start = max(index, start + 1)
        self._add(start, last, prose=False)
        return last

    def _underlined(self, index: int) -> bool:
        return index + 1 in self._rules and len(self._line(index).rstrip()) <= _TITLE_CHARS

    def _is_heading(self, index: int, line: str) -> bool:
        if (line[:1] in _HEADING_SIGNS and _HEADING.match(line)) or self._underlined(index):
            return len(line) <= _HEADING_CHARS
        # A short line by itself that no sentence ends, with a text below it.
        return (
            len(line) <= _SHORT_CHARS
            and (line[:1].isupper() or line[:1].isdigit())
            and not (index and self._line(index - 1).strip())
            and index + 2 < self._count
            and not self._line(index + 1).strip()
            and bool(self._line(index + 2).strip())
            and not _ends_sentence(line)
        )

    def _starts_block(self, index: int) -> bool:
        line = self._line(index)
        text = line.lstrip()
        if not text or text[0] == "|":
            return True
        if text[0].isalpha() and text[1:2].isalpha() and text[0] not in _NUMERALS:
            return False
        return _STARTS.match(line) is not None

    def _paragraph(self, index: int) -> int:
        """Reads lines that belong together, and cuts where a line end is meant as one."""
        last = index + 1
        while last < self._count and not self._starts_block(last):
            if self._underlined(last):
                break
            last += 1
        if last == index + 1:
            self._add(index, last)
            return last
        lines = [line.rstrip() for line in self._lines[index:last]]
        width = sorted(map(len, lines))[math.ceil(_WIDTH_QUANTILE * (len(lines) - 1))]
        breaks = [self._breaks(one, other, width) for one, other in pairwise(lines)]
        if (
            len(breaks) >= _LISTED
            and sum(breaks) >= _MOSTLY * len(breaks)
            and len(set(map(_indent, lines))) == 1
        ):
            # A list of one-line entries: one that fills the line is no more wrapped than others.
            breaks = [True] * len(breaks)
        first = index
        for number, is_break in enumerate(breaks, index):
            if is_break:
                self._add(first, number + 1)
                first = number + 1
        self._add(first, last)
        return last

    def _breaks(self, line: str, following: str, width: int) -> bool:
        """Whether the end of a line ends a sentence too, or is just where the page was full."""
        if len(line) > _WIDEST_WRAP or width > _WIDEST_WRAP:
            return True
        words = following.split(None, 1)
        word = words[0] if words else ""
        small = word[:1].islower()
        if small and _BULLET.match(line) and _indent(following) > _indent(line):
            return False
        # The next word would have had room: so the writer wanted a new line.
        full = _FULL_BEFORE_SMALL if small else _FULL
        if width < _NARROWEST_WRAP or len(line) + 1 + len(word) < width * full:
            return True
        if _ends_sentence(line) or _has_leader(line[-_LEADER_CHARS:]):
            return True
        return _FIELD.match(line) is not None and _FIELD.match(following) is not None


def _ends_sentence(line: str) -> bool:
    # Nearly always a letter, and it is not that.
    return not line[-1:].isalnum() and _SENTENCE_END.search(line[-_END_CHARS:]) is not None


def _has_leader(end: str) -> bool:
    # What each has is looked for first.
    has_signs = ".." in end or ". ." in end or "\u2026" in end or "__" in end
    return has_signs and _LEADER.search(end) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
