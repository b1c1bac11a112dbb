"""The words of the units of a text, each distinct one kept once and known by its number."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import count

from headroom.kinds.text.parse import read_units
from headroom.kinds.text.words import words_of
from headroom.regexes import regex
from headroom.scanning import numbered_words
from headroom.source import Source
from headroom.toolkit.lazy import Lazy

__all__ = ["Words", "read_said", "read_words"]

_ADDRESS = regex(r"[a-z][a-z+.-]{1,15}://[^\s)\]>\"']*", re.IGNORECASE)


class Words(Lazy[Sequence[str]]):
    """The words of each unit of a text.

    Kept as texts they would take ten times the payload: four bytes a word are kept, and each
    distinct one. What is known of a word is found out once for all of its places.

    >>> words = Words(["to be", "or", "to be"])
    >>> words[2], list(words.of(2)), words.distinct
    (['to', 'be'], [0, 1], ['to', 'be', 'or'])

    """

    def __init__(self, units: Iterable[str]) -> None:
        #: Where the words of each unit begin, and behind the last, where they end; the numbers of
        #: all words, one unit after another; and each word, by its number.
        self.starts, self.numbers, self.distinct = numbered_words(units)

    def of(self, index: int) -> array[int]:
        """The numbers of the words of one unit."""
        return self.numbers[self.starts[index] : self.starts[index + 1]]

    def length(self, index: int) -> int:
        """How many words one unit has."""
        return self.starts[index + 1] - self.starts[index]

    def drop_addresses(self, units: Iterable[str]) -> None:
        """Drops the words of addresses, which say nothing.

        Args:
            units: The same again.

        >>> units = ["See https://a.b/c now", "or then"]
        >>> words = Words(units)
        >>> words.drop_addresses(units)
        >>> list(words)
        [['See', 'now'], ['or', 'then']]

        """
        known = dict(zip(self.distinct, count()))
        starts, numbers = array("q", [0]), array("i")
        for index, unit in enumerate(units):
            if "://" in unit:
                rest = words_of(_ADDRESS.sub(" ", unit))
                numbers.extend(known.setdefault(word, len(known)) for word in rest)
            else:
                numbers += self.of(index)
            starts.append(len(numbers))
        self.starts, self.numbers, self.distinct = starts, numbers, list(known)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _at(self, index: int) -> Sequence[str]:
        return [self.distinct[number] for number in self.of(index)]


def read_words(source: Source) -> Words:
    """The words of each unit."""
    return Words(source.deadline.over(source.once(read_units).parts.texts()))


def read_said(source: Source) -> Words:
    """Its words without those of addresses, which say nothing."""
    if "://" not in source.text:
        return read_words(source)
    return Words(
        _ADDRESS.sub(" ", text) if "://" in text else text
        for text in source.deadline.over(source.once(read_units).parts.texts())
    )
