"""Cuts a text into sentences that are, one after another, exactly the text."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from headroom.scanning import sentence_starts
from headroom.scanning.sentences import Over
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.paragraphs import LARGEST_WHOLE, TextBlock, blocks
from headroom.view import Deadline

__all__ = ["Sentence", "Sentences", "segment", "sentences"]

#: Beyond this many characters a sentence is cut: at line ends, else behind items, else between
#: words, into parts of about so many, and not in their first quarter. Chosen.
LONGEST = 1200
_CHUNK, _LEAST_PART = 480, 120
#: Stops between two looks at the clock.
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
        self._starts, self._ends = array("q"), array("q")
        self._passages, self._blocks = array("q"), array("q")
        self._headings, self._proses = bytearray(), bytearray()

    def add(
        self,
        start: int,
        end: int,
        *,
        passage: int,
        block: int,
        heading: bool = False,
        prose: bool = True,
    ) -> None:
        """Adds one, behind those that are there; see ``Sentence``."""
        self._starts.append(start)
        self._ends.append(end)
        self._passages.append(passage)
        self._blocks.append(block)
        self._headings.append(heading)
        self._proses.append(prose)

    def __len__(self) -> int:
        return len(self._starts)

    def _at(self, index: int) -> Sentence:
        start, end = self._starts[index], self._ends[index]
        return Sentence(
            start,
            end,
            self._text[start:end],
            self._passages[index],
            self._blocks[index],
            bool(self._headings[index]),
            bool(self._proses[index]),
        )

    def __iter__(self) -> Iterator[Sentence]:
        # What ``self[index]`` gives for each, without a step of Python for each part of it.
        return map(
            Sentence,
            self._starts,
            self._ends,
            map(self._text.__getitem__, map(slice, self._starts, self._ends)),
            self._passages,
            self._blocks,
            map(bool, self._headings),
            map(bool, self._proses),
        )


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with the white space after it: joined, they are the text.

    Their numbers, from 1, are those that the markers and omissions of a view speak of.

    >>> sentences("Dr. Wu paid $3.50. Then she left.")
    ['Dr. Wu paid $3.50. ', 'Then she left.']
    >>> "".join(sentences("No stop here")), sentences("")
    ('No stop here', [])
    """
    return [sentence.text for sentence in segment(text)]


def segment(text: str, deadline: Deadline | None = None) -> Sentences:
    """The sentences of a text, with where they stand.

    Args:
        text: The text.
        deadline: Checked now and then.

    """
    over = iter if deadline is None else partial(deadline.over, every=_CHECKED_EVERY)
    found = Sentences(text)
    for number, block in enumerate(blocks(text)):
        for start, end in _pieces(text, block, over):
            found.add(
                start,
                end,
                passage=block.passage,
                block=number,
                heading=block.heading,
                prose=block.prose,
            )
    return found


def _pieces(text: str, block: TextBlock, over: Over) -> Iterator[tuple[int, int]]:
    if not block.prose and block.end - block.start <= LARGEST_WHOLE:
        yield block.start, block.end
        return
    if not block.prose or block.heading:
        yield from _bounded(text, block.start, block.end)
        return
    start = block.start
    for cut in sentence_starts(text, block.start, block.end, over):
        yield from _bounded(text, start, cut)
        start = cut
    yield from _bounded(text, start, block.end)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cuts what is too long to be chosen as a whole."""
    while end - start > LONGEST:
        line = text.rfind("\n", start, start + LONGEST)
        if line > start and not text[start:line].isspace():
            cut = line + 1
        else:
            cut = start + _last_break(text[start : start + _CHUNK])
        yield start, cut
        start = cut
    if end > start:
        yield start, end


def _last_break(window: str) -> int:
    """Where data, or a sentence without an end, is cut: behind a whole item, so that no value is
    parted from its name, else between words.
    """
    for signs in (("}, ", "), ", "], "), (", ", "; "), (" ", "\t")):
        at, size = max((window.rfind(sign), len(sign)) for sign in signs)
        if at > _LEAST_PART:
            return at + size
    return len(window)
