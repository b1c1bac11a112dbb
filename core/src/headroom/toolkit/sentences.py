"""Cuts a text into sentences that are, one after another, exactly the text."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, pairwise, repeat
from typing import NamedTuple

from headroom.lines import starts_of
from headroom.scanning import sentence_starts
from headroom.source import Source
from headroom.toolkit.groups import read_groups
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.nesting import read_nesting
from headroom.toolkit.paragraphs import LARGEST_WHOLE, blocks

__all__ = ["Sentence", "Sentences", "read_sentences", "sentences"]

#: Beyond this many characters a sentence is cut: at line ends, else behind items, else between
#: words, into parts of about so many, and not in their first quarter. Chosen.
LONGEST = 1200
_CHUNK, _LEAST_PART = 480, 120
#: Blocks between two looks at the clock.
_CHECKED_EVERY = 100


class Sentence(NamedTuple):
    """One unit of a text, with the white space that follows it."""

    start: int
    end: int
    text: str
    #: The passage that it belongs to: paragraphs that stand together.
    passage: int
    #: The block (paragraph, list item, heading) that it belongs to.
    block: int
    heading: bool = False
    #: Whether it is running text, and no table or code.
    prose: bool = True


class Sentences(Lazy[Sentence]):
    """Units of a text, each made when it is asked for.

    What is kept of each are a few numbers: objects would take several times the memory of the
    text.

    >>> found = Sentences("One. Two.")
    >>> found.add(0, 5, passage=0, block=0)
    >>> found.add(5, 9, passage=0, block=0)
    >>> len(found), found[-1].text, [one.text for one in found[:1]]
    (2, 'Two.', ['One. '])

    """

    def __init__(self, text: str) -> None:
        self._text = text
        #: Of each, as ``Sentence`` says: those that follow each other are the whole of the text.
        self.starts, self.ends = array("I"), array("I")
        self.passages, self.blocks = array("I"), array("I")
        self.headings, self.proses = bytearray(), bytearray()

    def add(
        self,
        start: int,
        end: int,
        passage: int,
        block: int,
        heading: bool = False,
        prose: bool = True,
    ) -> None:
        """Adds one, behind those that are there; see ``Sentence``."""
        self.starts.append(start)
        self.ends.append(end)
        self.passages.append(passage)
        self.blocks.append(block)
        self.headings.append(heading)
        self.proses.append(prose)

    def merged(self, firsts: Sequence[int]) -> Sentences:
        """Runs of them as one each, which is what its first one is.

        Args:
            firsts: With which of them runs begin, in order; with 0 the first.

        >>> [one.text for one in read_sentences(Source("One. Two. Three.")).merged([0, 2])]
        ['One. Two. ', 'Three.']

        """
        found = Sentences(self._text)
        found.starts = array("I", map(self.starts.__getitem__, firsts))
        found.ends = found.starts[1:] + self.ends[-1:]
        found.passages = array("I", map(self.passages.__getitem__, firsts))
        found.blocks = array("I", map(self.blocks.__getitem__, firsts))
        found.headings = bytearray(map(self.headings.__getitem__, firsts))
        found.proses = bytearray(map(self.proses.__getitem__, firsts))
        return found

    def __len__(self) -> int:
        return len(self.starts)

    def _at(self, index: int) -> Sentence:
        start, end = self.starts[index], self.ends[index]
        return Sentence(
            start,
            end,
            self._text[start:end],
            self.passages[index],
            self.blocks[index],
            bool(self.headings[index]),
            bool(self.proses[index]),
        )

    def holding(self, place: int) -> int:
        """The number of the one in which a character of the text stands, by its offset."""
        return bisect_right(self.starts, place) - 1

    def texts(self) -> Iterator[str]:
        """The text of each of them."""
        return map(self._text.__getitem__, map(slice, self.starts, self.ends))

    def text(self, first: int, end: int) -> str:
        """The text of some of them, one or more, that follow each other."""
        return self._text[self.starts[first] : self.ends[end - 1]]

    def __iter__(self) -> Iterator[Sentence]:
        # What ``self[index]`` gives for each, without a step of Python for each part of it.
        return map(
            Sentence,
            self.starts,
            self.ends,
            self.texts(),
            self.passages,
            self.blocks,
            map(bool, self.headings),
            map(bool, self.proses),
        )


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with the white space after it: joined, they are the text.

    Their numbers, from 1, are those that the markers and omissions of a view speak of.

    >>> sentences("Dr. Wu paid $3.50. Then she left.")
    ['Dr. Wu paid $3.50. ', 'Then she left.']
    >>> "".join(sentences("No stop here")), sentences("")
    ('No stop here', [])
    """
    return list(read_sentences(Source(text)).texts())


def read_sentences(source: Source) -> Sentences:
    r"""The sentences of a text, with where they stand: ``source.once(read_sentences)``.

    Whoever shows, names or brings sentences by number counts these. Some end at a line that says
    whose the lines below it are.

    >>> text = "".join(f"Host {c}\n  port {n}\n  user u{n}\n" for n, c in enumerate("abcdef"))
    >>> [one.text for one in read_sentences(Source(text))][:2]
    ['Host a\n', '  port 0\n']

    """
    found = _segment(source.text, source.deadline.check)
    groups = source.once(read_groups)
    nesting = source.once(read_nesting)
    if not groups and nesting is None:
        return found
    starts = starts_of(source.lines)
    edges = {line for group in groups for line in (group.start, group.first, group.last + 1)}
    if nesting is not None:
        edges |= nesting.begins
    # What stands behind a line with nothing in it goes with what is above.
    some = (line for line in edges if line < len(source.lines) and source.lines[line].strip())
    begins = found.starts
    cuts = sorted({start for start in map(starts.__getitem__, some) if not _is_in(start, begins)})
    return _cut(found, cuts, source) if cuts else found


def _cut(found: Sentences, cuts: Sequence[int], source: Source) -> Sentences:
    """Sentences, but in two those that have a place among some in order."""
    parts = Sentences(source.text)
    at = 0
    for one in source.deadline.over(found):
        start = one.start
        while at < len(cuts) and cuts[at] < one.end:
            # A heading and the signs below it are one.
            if not one.heading and source.text[start : cuts[at]].strip():
                parts.add(start, cuts[at], one.passage, one.block, one.heading, one.prose)
                start = cuts[at]
            at += 1
        parts.add(start, one.end, one.passage, one.block, one.heading, one.prose)
    return parts


def _is_in(number: int, some: Sequence[int]) -> bool:
    """Whether a number is among some, in order."""
    index = bisect_left(some, number)
    return index < len(some) and some[index] == number


def _segment(text: str, check: Callable[[], None]) -> Sentences:
    """The sentences of a text by its blocks and its signs; the clock is looked at by ``check``."""
    starts = array("I")
    # By block: its sentences, and what it says of each of them.
    counts, passages, headings, proses = array("I"), array("I"), bytearray(), bytearray()
    for number, (start, end, prose, heading, passage) in enumerate(blocks(text)):
        if not number % _CHECKED_EVERY:
            check()
        own = [start]
        if prose and not heading:
            own += sentence_starts(text, start, end, check)
        # How long the longest may be that is not cut.
        longest = LONGEST if prose else LARGEST_WHOLE
        if end - start > longest:
            own = [
                first
                for one, stop in pairwise((*own, end))
                for first in (_bounded(text, one, stop) if stop - one > longest else (one,))
            ]
        starts.extend(own)
        counts.append(len(own))
        passages.append(passage)
        headings.append(heading)
        proses.append(prose)

    def of_each(values: Iterable[int]) -> Iterator[int]:
        """What each sentence has from its block."""
        return chain.from_iterable(map(repeat, values, counts))

    found = Sentences(text)
    found.starts, found.ends = starts, starts[1:]
    if starts:
        found.ends.append(len(text))
    found.passages = array("I", of_each(passages))
    found.blocks = array("I", of_each(count()))
    found.headings = bytearray(of_each(headings))
    found.proses = bytearray(of_each(proses))
    return found


def _bounded(text: str, start: int, end: int) -> Iterator[int]:
    """Where the parts begin of what is too long to be chosen as a whole."""
    while end - start > LONGEST:
        line = text.rfind("\n", start, start + LONGEST)
        if line > start and not text[start:line].isspace():
            cut = line + 1
        else:
            cut = start + _last_break(text[start : start + _CHUNK])
        yield start
        start = cut
    if end > start:
        yield start


def _last_break(window: str) -> int:
    """Where data, or a sentence without an end, is cut: behind a whole item, so that no value is
    parted from its name, else between words.
    """
    for signs in (("}, ", "), ", "], "), (", ", "; "), (" ", "\t")):
        at, size = max((window.rfind(sign), len(sign)) for sign in signs)
        if at > _LEAST_PART:
            return at + size
    return len(window)
