"""The words of the units of a text, each distinct one kept once and known by its number."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence

from headroom.kinds.text.parse import read_units
from headroom.kinds.text.words import words_of
from headroom.source import Source
from headroom.toolkit.lazy import Lazy

__all__ = ["Words", "read_said", "read_words"]

_ADDRESS = re.compile(r"[a-z][a-z+.-]{1,15}://[^\s)\]>\"']*", re.IGNORECASE)


class _Numbers(dict[str, int]):
    """A number for each word, in the order in which they are asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Words(Lazy[Sequence[str]]):
    """The words of each unit of a text.

    Kept as texts they would take ten times the payload: four bytes a word are kept, and each
    distinct one. What is known of a word is found out once for all of its places.

    >>> words = Words([["to", "be"], ["or"], ["to", "be"]])
    >>> words[2], list(words.of(2)), words.distinct
    (['to', 'be'], [0, 1], ['to', 'be', 'or'])

    """

    def __init__(self, units: Iterable[Sequence[str]]) -> None:
        numbers = _Numbers()
        #: The numbers of all words, one unit after another.
        self.numbers = array("i")
        #: Where those of each unit begin; behind the last, where they end.
        self.starts = array("q", [0])
        for words in units:
            self.numbers.extend(map(numbers.__getitem__, words))
            self.starts.append(len(self.numbers))
        #: Each word, by its number.
        self.distinct = list(numbers)

    def of(self, index: int) -> array[int]:
        """The numbers of the words of one unit."""
        return self.numbers[self.starts[index] : self.starts[index + 1]]

    def length(self, index: int) -> int:
        """How many words one unit has."""
        return self.starts[index + 1] - self.starts[index]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _at(self, index: int) -> Sequence[str]:
        return [self.distinct[number] for number in self.of(index)]


def read_words(source: Source) -> Words:
    """The words of each unit: ``source.once(read_words)``."""
    return Words(words_of(unit.text) for unit in source.once(read_units).parts)


def read_said(source: Source) -> Words:
    """Its words without those of addresses, which say nothing: ``source.once(read_said)``."""
    words = source.once(read_words)
    if "://" not in source.text:
        return words
    return Words(
        words_of(_ADDRESS.sub(" ", unit.text)) if "://" in unit.text else words[index]
        for index, unit in enumerate(source.once(read_units).parts)
    )
