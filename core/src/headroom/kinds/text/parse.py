"""Reads a text once: its sentences or its lines."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, compress, pairwise, repeat
from operator import and_
from typing import NamedTuple

from headroom.source import Source
from headroom.toolkit.sentences import Sentences, read_sentences

__all__ = ["Units", "read_units"]

#: The share of the characters of a text that stand in sentences of whole lines, from which on its
#: lines are what a reader finds again: notes, listings, output, talk. Chosen: two in three.
_WHOLE_LINES = 0.66
#: Of what a program printed, a few long lines say several sentences: half of the characters will do
#: where so large a share of the lines are a sentence each. Chosen.
_HALF, _SINGLE_LINES = 0.5, 0.7
#: Where so many lines begin with a name and a colon, as in YAML, what stands in sentences between
#: them is found again by its lines. Chosen: two in five. Longer ones are what somebody says.
_KEYED = 0.4
#: Of more lines than this, with fewer characters each, some that stand together are one unit: each
#: of them says next to nothing, and all of them would take long to weigh. Chosen.
_MOST_LINES, _CRUMB = 20_000, 16
_KEY = re.compile(r"[ \t]*(?:- )?[\w.$\"'/-]{1,60}:(?:[ \t].{0,60}|[ \t\r]*)$")


class Units(NamedTuple):
    """What a view of a text shows or leaves out, one after another the text."""

    #: Sentences; in a text that is counted by lines, those that share a line are one.
    parts: Sentences
    #: The first line of each, from 1, and that after the last; ``None`` where sentences count.
    lines: Sequence[int] | None
    #: By which number markers call the first line: that of the whole text.
    first_line: int = 1

    def ranges(self, first: int, last: int) -> tuple[int, int]:
        """What some of them are called in markers, by number: lines or sentences.

        Args:
            first: Index of the first.
            last: Index of the last.

        """
        if self.lines is None:
            return first + 1, last + 1
        before = self.first_line - 1
        return before + self.lines[first], before + self.lines[last + 1] - 1

    @property
    def noun(self) -> str:
        """What they are counted in, as ``Omission.unit`` says it."""
        return "sentences" if self.lines is None else "lines"


def read_units(source: Source) -> Units:
    r"""The units of a text: ``source.once(read_units)``.

    >>> read_units(Source("Rain fell. It was cold.\n")).lines is None
    True
    >>> list(read_units(Source("Ada: Rain fell.\nBob: It was very cold.\n\nAda: No. Yes.")).lines)
    [1, 2, 4, 5]

    """
    text = source.text
    if len(source.lines) > max(_MOST_LINES, len(text) / _CRUMB):
        return _in_runs(source)
    sentences = source.once(read_sentences)
    # Whether a line ends with each; at the end of the text one does.
    closes = [text[end - 1] == "\n" for end in sentences.ends]
    closes[-1:] = [True]

    def whole() -> Iterator[tuple[int, int]]:
        """Where those stand that are whole lines."""
        opens = chain((True,), closes)
        edges = zip(sentences.starts, sentences.ends)
        return compress(edges, map(and_, opens, closes))

    in_lines = sum(end - start for start, end in whole())
    if in_lines < _WHOLE_LINES * len(text):
        said = sum(map(bool, map(str.strip, source.lines)))
        single = sum("\n" not in text[start:end].strip() for start, end in whole())
        is_even = in_lines >= _HALF * len(text) and single >= _SINGLE_LINES * said
        keyed = sum(":" in line and _KEY.match(line) is not None for line in source.lines)
        if not is_even and keyed < _KEYED * said:
            return Units(sentences, None)
    # Those that share a line are one.
    firsts = compress(range(len(sentences)), chain((True,), closes))
    parts = sentences.merged(array("q", firsts))
    lines = array(
        "q", accumulate(map(text.count, repeat("\n"), parts.starts, parts.ends), initial=1)
    )
    if not text.endswith("\n"):
        lines[-1] += 1
    return Units(parts, lines, source.first_line)


def _in_runs(source: Source) -> Units:
    """Lines in runs of one length, as many as are weighed at the most."""
    lines = source.lines
    # Nothing stands behind the last line feed.
    count = len(lines) - (lines[-1] == "")
    run = -(-count // _MOST_LINES)
    parts = Sentences(source.text)
    starts = [*range(0, count, run), count]
    begin = 0
    for number, (first, stop) in enumerate(pairwise(starts)):
        # Behind each line a line feed, but for the last.
        end = begin + sum(map(len, lines[first:stop])) + stop - first - (stop == len(lines))
        parts.add(begin, end, passage=number, block=number)
        begin = end
    return Units(parts, [start + 1 for start in starts], source.first_line)
