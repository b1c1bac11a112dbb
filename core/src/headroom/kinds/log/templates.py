"""Which lines say the same thing with other values: templates, mined in one pass.

After Drain (He, Zhu, Zheng and Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree",
2017): lines of equal length whose first words agree are compared word by word, and one that is
similar enough joins a group. Values that show by their shape are masked first, so that most lines
meet their group in a dictionary, and only the few distinct masked lines are compared at all.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from operator import contains, eq

from headroom.scanning.masks import MASK
from headroom.view import Deadline

__all__ = ["Template", "may_be_alike", "mine", "words_in"]


_WORD = re.compile(r"[^\s=:,;|()\[\]{}<>]+")
# For ASCII: what stands between words, as blanks, which takes less long; least as bytes.
_BETWEEN = b"=:,;|()[]{}<>"
_BLANKS = bytes.maketrans(_BETWEEN, b" " * len(_BETWEEN))

# Where nothing else is said, these were measured with `python -m benchmarks`.
# A line joins a group if this share of its words is the same.
_SIMILAR = 0.6
# How many groups a line is compared with, and how many of its words count.
_COMPARED = 40
_WORDS = 60
#: Of so many texts all words take little memory. Chosen.
_FEW = 400
#: So many answers of a bucket are remembered. Chosen.
_REMEMBERED = 100
# A place in a template with at most so many different words tells events apart, as in "session
# opened", "session closed"; one with more holds names.
_FEW_WORDS = 10
# Fewer events than these do not show what is a name.
_NAMES_SHOW = 10

# What programs, and no sentences, call things: test_cart, shop.checks, a/b. A rare one is a value.
_NAME = re.compile(r"\w[._/]+\w")
_SIGNS_OF_NAMES = "._/"
# The first words of a line, among which is the one that tells what it is about; and in how many
# lines a word stands at the most that may be a name.
_HEAD = 6
_NAMED = 2
# A word is no name that stands in one of so many texts.
_NAMED_SHARE = 50


@dataclass
class Template:
    """Events that say the same thing with other values."""

    words: list[str]
    #: The events, by index, in order.
    events: list[int] = field(default_factory=list)
    #: The first event of each distinct masked text.
    variants: dict[str, int] = field(default_factory=dict)

    def examples(self, deadline: Deadline) -> list[int]:
        """The first event, and one for each word that tells events of this template apart."""
        shown = self._telling(_FEW_WORDS, deadline)
        if len(self.events) >= _NAMES_SHOW and len(shown) * 3 > 2 * len(self.events):
            # That would be most of them: what tells so many apart are names.
            shown = self._telling(max(2, len(self.events) // 3), deadline)
        return sorted(shown)

    def _telling(self, most: int, deadline: Deadline) -> set[int]:
        """The first event, and one for each word of the places that have at most so many."""
        shown = {self.events[0]}
        if len(self.variants) > 1:
            # By place: the first event of each word. All words of all texts would be several times
            # as large as these.
            found: list[dict[str, int]] = [{} for _ in self.words]
            few = list(enumerate(found))
            for text, first in deadline.over(self.variants.items()):
                words = words_in(text)
                has_many = False
                for position, by_word in few:
                    word = words[position]
                    # A word where others have a number, as in "loss: nan", tells most of all.
                    word = MASK if MASK in word else word
                    if word not in by_word:
                        by_word[word] = first
                        has_many = has_many or len(by_word) > most
                if has_many:
                    few = [one for one in few if len(one[1]) <= most]
            for _, by_word in few:
                if len(by_word) > 1:
                    shown.update(by_word.values())
        return shown


def mine(masked: Sequence[str], deadline: Deadline) -> list[Template]:
    """Groups events by what they say.

    Args:
        masked: The masked text of each event.
        deadline: Checked now and then.

    Returns:
        The templates in the order of their first events; each event is in exactly one.

    """
    texts = dict.fromkeys(masked)
    # All of their words are looked at twice; where they are few, they are kept meanwhile.
    split = {text: words_in(text) for text in texts} if len(texts) <= _FEW else {}
    common, names = _common_words(split.values() or map(words_in, deadline.over(texts)), len(texts))
    exact: dict[str, Template] = {}
    buckets: dict[tuple[int, str], _Bucket] = {}
    templates: list[Template] = []
    for index, text in enumerate(deadline.over(masked)):
        template = exact.get(text)
        if template is None:
            words = split.get(text) or words_in(text)
            words = list(map(names.get, words, words))
            key = (len(words), _first_word(words, common))
            bucket = buckets.get(key)
            if bucket is None:
                bucket = buckets[key] = _Bucket()
            template = bucket.most_similar(words)
            if template is None:
                template = Template(words)
                templates.append(template)
                bucket.add(template)
            template.variants[text] = index
            exact[text] = template
        template.events.append(index)
    return templates


def may_be_alike(masked: Sequence[str], together: int) -> Iterator[bool]:
    r"""Whether each event may share a template with others: sooner known than by mining.

    What joins a template has as many words as its first event, and at the same places at least a
    share of ``_SIMILAR`` of its own that are no values. So does the first event then: for each of
    its words that stands where the other has a value, one more must be the same. So one that shares
    fewer words with the events of its length, each at its place, stays alone.

    Args:
        masked: The masked text of each event.
        together: Templates with fewer events do not count.

    Yields:
        One after another, in no order: first those that surely do not.

    >>> events = ["it took \x00 ms", "it took \x00 s", "It rained", "Nobody came", "No"]
    >>> list(may_be_alike(events, 2))
    [False, True, True, False, False]

    """
    by_size: dict[int, list[tuple[str, list[str]]]] = defaultdict(list)
    for text in masked:
        words = words_in(text)
        by_size[len(words)].append((text, words))
    for several in sorted(by_size.values(), key=len):
        if len(several) < together:
            yield from repeat(False, len(several))
            continue
        columns = map(sorted, zip(*(words for _, words in several)))
        again = [set(compress(one, map(eq, one, one[1:]))) - {MASK} for one in columns]
        for text, words in several:
            shared = sum(map(contains, again, words))
            # A name that hardly any other has is a value, too: it has such a sign.
            values = words.count(MASK) + sum(map(text.count, _SIGNS_OF_NAMES))
            yield shared >= _SIMILAR * max(1, len(words) - values)


def words_in(text: str) -> list[str]:
    """The words of a text, as many as count."""
    if not text.isascii():
        return _WORD.findall(text)[:_WORDS]
    return text.encode().translate(_BLANKS).decode().split()[:_WORDS]


def _common_words(
    split: Iterable[Sequence[str]], total: int
) -> tuple[frozenset[str], dict[str, str]]:
    """The words in more than a few of some distinct texts, and a mask for each other that names.

    Args:
        split: The words of each.
        total: How many they are.

    """
    counts = Counter(chain.from_iterable(map(set, split)))
    least = max(_NAMED, total // _NAMED_SHARE)
    common = frozenset(word for word, count in counts.items() if count > least)
    names = dict.fromkeys((word for word in counts if _NAME.search(word)), MASK)
    for word in common:
        names.pop(word, None)
    return common, names


def _first_word(words: list[str], common: frozenset[str]) -> str:
    """The first common word that is no value: lines that differ there say different things.

    A word that hardly any other line has may be a name, such as that of a test; lines that begin
    with names are compared with one another.
    """
    for word in words[:_HEAD]:
        if MASK not in word and len(word) > 1 and word in common:
            return word
    return ""


class _Bucket:
    """Templates with as many words, and with the same first word."""

    def __init__(self) -> None:
        self._templates: list[Template] = []
        # By place: the numbers of the templates that have a word there.
        self._having: list[dict[str, list[int]]] = []
        # What was found since the last one came: where names are masked, many lines are the same.
        self._found: dict[tuple[str, ...], Template | None] = {}

    def add(self, template: Template) -> None:
        number = len(self._templates)
        self._found.clear()
        self._templates.append(template)
        if not self._having:
            self._having = [{} for _ in template.words]
        for having, word in zip(self._having, template.words):
            if word != MASK:
                having.setdefault(word, []).append(number)

    def most_similar(self, words: list[str]) -> Template | None:
        """The template that shares the most words with these, if it shares enough of them."""
        key = tuple(words)
        if key in self._found:
            return self._found[key]
        if len(self._found) == _REMEMBERED:
            self._found.clear()
        template = self._found[key] = self._most_similar(words)
        return template

    def _most_similar(self, words: list[str]) -> Template | None:
        # Places that hold values in both agree by nature: they must not make strangers alike.
        values = words.count(MASK)
        solid = len(words) - values
        least = _SIMILAR * max(1, solid)
        best, most = None, 0
        for number in self._candidates(words, solid - math.ceil(least) + 1):
            template = self._templates[number]
            same = sum(map(eq, template.words, words))
            if same > most:
                best, most = template, same
        return best if best is not None and most - values >= least else None

    def _candidates(self, words: list[str], most: int) -> list[int]:
        """The last templates that have one of some words at its place, ascending.

        Args:
            words: The words of a line.
            most: How many of them, but values, a template may lack that is similar enough, and one
                more. It has one of any so many, so those are looked up that the fewest have.

        """
        nowhere: list[int] = []
        found = [
            having.get(word, nowhere) for having, word in zip(self._having, words) if word != MASK
        ]
        found.sort(key=len)
        oldest = len(self._templates) - _COMPARED
        numbers: set[int] = set()
        for some in found[: max(0, most)]:
            if some:
                numbers.update(some[-_COMPARED:])
        return sorted(number for number in numbers if number >= oldest)
