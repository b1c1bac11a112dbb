"""Cuts a text into blocks: paragraphs, headings, list items, tables, fenced code.

A block is what a sentence never crosses. Blocks are made of whole lines, so this module looks
at each line once, and at its first characters only.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
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
_FENCE_SIGNS, _SHORTEST_FENCE = "`~", 3
_UNDERLINE_SIGNS = frozenset("=-~^\"'`#*+.:_")
_BULLET = re.compile(
    r"[ \t]*(?:[-*+\u2022\u2023\u25e6\u2043\u2013\u2014\u00b7\u25aa\u25cf][ \t]"
    r"|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)][ \t]|\[[\w^-]{1,8}\][ \t:])"
)
_STARTS = regex("|".join(part.pattern for part in (_BULLET, _HEADING, _FENCE)))
# Two letters begin none of these, but where the first is one of the number of an item.
_NUMERALS = frozenset("ivxIVX")
#: How a line begins: as one that may go on with a paragraph; not at all; with a bar; as one that
#: begins a block.
_GOES_ON, _BLANK, _BAR, _BEGINS = range(4)
#: Whether such a line ends the paragraph above.
_STOPS = bytes((0, 1, 1, 1)) + bytes(252)
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
_HEADING_CHARS, _TITLE_CHARS, _SHORT_CHARS = 400, 120, 80
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

#: A text of so many characters is large. Chosen.
_LARGE = 1 << 17


def _is_fence(line: str, above: str) -> bool:
    """Whether a line of such signs is a fence: below a heading it is as long as that one."""
    return len(line) <= _SHORTEST_FENCE or len(line) < len(above.strip())


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
        # Of many, each is cut out where it is looked at; of few, a list is quicker.
        lines: Sequence[str] = text.split("\n") if len(text) < _LARGE else Lines(text)
        self._lines = lines
        self._offsets = array("q", starts_of(lines))
        self._offsets[-1] -= 1  # nothing ends the last line
        #: The lines that the next one underlines.
        self._underlined = frozenset(
            index - 1
            for index, line in enumerate(lines)
            if line[:1] in _UNDERLINE_SIGNS
            and _UNDERLINE.match(line)
            and index
            and len(lines[index - 1].rstrip()) <= _TITLE_CHARS
            and not (line[0] in _FENCE_SIGNS and _is_fence(line.rstrip(), lines[index - 1]))
        )
        #: By line how it begins, and whether it ends the paragraph above.
        self._begins = _beginnings(lines)
        self._stops = self._begins.translate(_STOPS)
        for index in self._underlined:
            self._stops[index] = 1
        # What is found, as ``TextBlock`` says; each ends where the next one begins.
        self._starts, self._passages = array("q"), array("I")
        self._proses, self._headings = bytearray(), bytearray()
        self._passage = 0

    def cut(self) -> Iterator[TextBlock]:
        index = 0
        begins = self._begins
        count = len(begins)
        closing = self._closing_fences()
        while index < count:
            beginning = begins[index]
            if beginning == _BLANK:
                # Blank lines are left to the block before them, or to the first block after them.
                index += 1
                if index == count or begins[index] != _BLANK:
                    self._passage += bool(self._headings) and not self._headings[-1]
            elif index in closing:
                index = self._whole(index, closing[index] + 1)
            elif beginning == _BAR:
                last = index
                while last < count and begins[last] == _BAR:
                    last += 1
                index = self._whole(index, last)
            elif self._is_heading(index):
                self._passage += 1
                last = index + (2 if index in self._underlined else 1)
                self._add(index, last, heading=True)
                index = last
            else:
                index = self._paragraph(index)
        if not self._starts and self._text:
            self._add(0, count, prose=False)
        return map(
            TextBlock,
            self._starts,
            chain(islice(self._starts, 1, None), (len(self._text),)),
            map(bool, self._proses),
            map(bool, self._headings),
            self._passages,
        )

    def _add(self, first: int, last: int, *, prose: bool = True, heading: bool = False) -> None:
        start = self._offsets[first] if self._starts else 0
        if self._offsets[last] > start:
            self._starts.append(start)
            self._proses.append(prose)
            self._headings.append(heading)
            self._passages.append(self._passage)

    def _closing_fences(self) -> dict[int, int]:
        """Each line that opens a fenced block, with the line that closes it."""
        closing: dict[int, int] = {}
        opened: tuple[int, str] | None = None
        if "```" not in self._text and "~~~" not in self._text:
            return closing
        for index, line in enumerate(self._lines):
            # Hardly any line has such a sign, which is sooner seen.
            found = _FENCE.match(line) if "```" in line or "~~~" in line else None
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

    def _is_heading(self, index: int) -> bool:
        line, begins = self._lines[index], self._begins
        # What goes on with a paragraph has no sign of a heading.
        has_sign = begins[index] == _BEGINS and _HEADING.match(line)
        if has_sign or index in self._underlined:
            return len(line) <= _HEADING_CHARS
        # A short line by itself that no sentence ends, with a text below it.
        return (
            (line[0].isupper() or line[0].isdigit())
            and len(line) <= _SHORT_CHARS
            and not (index and begins[index - 1] != _BLANK)
            and index + 2 < len(begins)
            and begins[index + 1] == _BLANK
            and begins[index + 2] != _BLANK
            and not _ends_sentence(line)
        )

    def _paragraph(self, index: int) -> int:
        """Reads lines that belong together, and cuts where a line end is meant as one."""
        last = self._stops.find(1, index + 1)
        last = last if last >= 0 else len(self._lines)
        if last > index + 1:
            first = index
            for number, is_break in enumerate(self._breaks(index, last), index):
                if is_break:
                    self._add(first, number + 1)
                    first = number + 1
            index = first
        self._add(index, last)
        return last

    def _breaks(self, first: int, end: int) -> Sequence[bool]:
        """Whether the end of each of some lines but the last is meant as one."""
        lines = list(map(str.rstrip, self._lines[first:end]))
        sizes = list(map(len, lines))
        width = sorted(sizes)[math.ceil(_WIDTH_QUANTILE * (len(lines) - 1))]
        # Most paragraphs have no sign of either, which is sooner seen than looked for line by line.
        text = self._text[self._offsets[first] : self._offsets[end]]
        has_leaders, has_fields = _may_have_leader(text), _may_have_field(text)
        all_break = width > _WIDEST_WRAP or width < _NARROWEST_WRAP
        breaks = [
            all_break
            or size > _WIDEST_WRAP
            # Nearly all lines are too full for any word.
            or (size + 2 < width * _FULL and _has_room(size, following, width))
            or _ends_sentence(line)
            or (has_leaders and _has_leader(line[-_LEADER_CHARS:]))
            or (has_fields and bool(_FIELD.match(line) and _FIELD.match(following)))
            for line, following, size in zip(lines, islice(lines, 1, None), sizes)
        ]
        # Only the first line can be an item: any other would begin a block.
        is_item = self._begins[first] == _BEGINS and max(sizes[0], width) <= _WIDEST_WRAP
        if is_item and _goes_on_below(lines[0], lines[1]):
            breaks[0] = False
        if (
            len(breaks) >= _LISTED
            and sum(breaks) >= _MOSTLY * len(breaks)
            and len(set(map(_indent, lines))) == 1
        ):
            # A list of one-line entries: one that fills the line is no more wrapped than others.
            return [True] * len(breaks)
        return breaks


def _has_room(size: int, following: str, width: int) -> bool:
    """Whether the first word of the next line would have had room behind one of such a size: so
    the writer wanted a new line.
    """
    word = following.split(None, 1)[0]
    full = _FULL_BEFORE_SMALL if word[0].islower() else _FULL
    return size + 1 + len(word) < width * full


def _goes_on_below(line: str, following: str) -> bool:
    """Whether a line begins an item that goes on in the next one, indented more."""
    return (
        following.lstrip()[0].islower()
        and _indent(following) > _indent(line)
        and _BULLET.match(line) is not None
    )


def _beginnings(lines: Iterable[str]) -> bytearray:
    """How each line begins."""
    found = bytearray()
    add = found.append
    for line in lines:
        start = line.lstrip()[:2]
        if start.isalpha() and start[0] not in _NUMERALS:
            add(_GOES_ON)
        elif not start:
            add(_BLANK)
        elif start[0] == "|":
            add(_BAR)
        else:
            add(_GOES_ON if _STARTS.match(line) is None else _BEGINS)
    return found


def _ends_sentence(line: str) -> bool:
    # Nearly always a letter, and it is not that.
    return not line[-1:].isalnum() and _SENTENCE_END.search(line[-_END_CHARS:]) is not None


def _has_leader(end: str) -> bool:
    return _may_have_leader(end) and _LEADER.search(end) is not None


def _may_have_leader(text: str) -> bool:
    """Whether a text has what each leader has."""
    return ".." in text or ". ." in text or "\u2026" in text or "__" in text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _may_have_field(text: str) -> bool:
    """Whether a text has what each field has."""
    return (
        ": " in text
        or "- " in text
        or "= " in text
        or "\t" in text
        or "\u2013 " in text
        or "\u2014 " in text
    )
