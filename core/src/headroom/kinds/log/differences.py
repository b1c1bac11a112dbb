"""What the events of a template that are left out differ in: words, and numbers in ranges."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from itertools import islice

from headroom.kinds.log.parse import Log
from headroom.kinds.log.templates import words_in
from headroom.scanning import masked
from headroom.scanning.masks import MASK

__all__ = ["number_ranges", "words_of"]

# All of these are chosen.

#: How many ranges of numbers a marker says.
_RANGES = 3
#: Of more events no ranges are told: of a sample they would be wrong, of all it takes too long.
_MOST_FOR_RANGES = 500
#: Characters of an event in which numbers are looked for, and of what may name one.
_NUMBERED_CHARS, _NAME_CHARS = 1000, 30
#: Numbers without a name are told of lines of so many characters that have no more than so many.
_SHORT, _FEW_NUMBERS = 40, 2
#: Of a place that has more words than these, they are not said: so many words, so many characters.
_FEW_WORDS, _WORDS_CHARS = 6, 60

# It begins with a sign, not with a look at what stands before it: most characters are passed by.
_NUMBER = re.compile(
    r"([-\d](?<![\w.-][-\d])(?:(?<=\d)\d{0,14}|(?<=-)\d{1,15})(?:\.\d{1,9})?)(?![\w.-]*\d)"
)
_NAME = re.compile(r"(?<![\w-])((?:[^\W\d]|-){2,24})[=: \t]{1,8}$")


def words_of(log: Log, number: int, kept: Set[int]) -> list[str]:
    """The words that the events of a template differ in that are not kept, place by place.

    Nothing where each of them is like one that is kept, but for values: where they differ in no
    more than one place, each of whose words is shown.
    """
    template = log.templates[number]
    if len(template.variants) == 1:
        return []
    shown: Counter[str] = Counter()
    for index in template.events:
        if index in kept:
            shown[_masked(log, index)] += 1
    gone = [text for text in template.variants if log.often[text] > shown[text]]
    if len(gone) > _MOST_FOR_RANGES:
        return []
    words = [words_in(text) for text in gone]
    seen = [words_in(text) for text in shown]
    differing: list[tuple[str, list[str], bool]] = []
    for place, first in enumerate(words_in(next(iter(template.variants)))):
        own = dict.fromkeys(one[place] for one in words if place < len(one))
        known = {one[place] for one in seen if place < len(one)}
        own_words = [word for word in own if MASK not in word]
        is_new = any(word not in known for word in own_words)
        if is_new or len(own_words) > 1:
            differing.append((first, own_words, is_new))
    if not any(is_new for _, _, is_new in differing) and len(differing) <= 1:
        return []
    return [_said(first, own_words) for first, own_words, _ in differing]


def _said(first: str, words: Sequence[str]) -> str:
    is_short = len(words) <= _FEW_WORDS and sum(map(len, words)) <= _WORDS_CHARS
    return ", ".join(words) if is_short else f"others in place of {first}"


def _masked(log: Log, index: int) -> str:
    return "\n".join(masked(log.lines[log.events.edges[index] : log.events.edges[index + 1]]))


def number_ranges(texts: Sequence[str], events: Sequence[int]) -> list[str]:
    """The ranges of the numbers that follow a name at the same place of each of some texts.

    And of those of short lines without a name.
    """
    if len(events) > _MOST_FOR_RANGES:
        return []
    first = texts[events[0]]
    names: dict[int, str] = {}
    for place, found in enumerate(_NUMBER.finditer(first, 0, _NUMBERED_CHARS)):
        name = _NAME.search(first, max(0, found.start() - _NAME_CHARS), found.start())
        if name:
            names[place] = name[1]
    if not names and len(first) <= _SHORT:
        # Of a short line, such as the only cell of a row, the number is what it says.
        names = dict.fromkeys(range(len(_NUMBER.findall(first)[:_FEW_NUMBERS])), "")
    values: dict[int, list[float]] = {place: [] for place in names}
    shown: dict[float, str] = {}
    # No number behind the last one that has a name is looked at.
    end = max(names, default=-1) + 1
    for count, text in enumerate(map(texts.__getitem__, events)):
        if all(len(numbers) < count for numbers in values.values()):
            # Each of them is lacking somewhere.
            return []
        numbers_here = islice(_NUMBER.finditer(text, 0, _NUMBERED_CHARS), end)
        for place, found in enumerate(numbers_here):
            label = names.get(place)
            if label is None:
                continue
            before = text[max(0, found.start() - _NAME_CHARS) : found.start()]
            if before.rstrip("=: \t").endswith(label):
                value = float(found[1])
                shown[value] = found[1]
                values[place].append(value)
    ranges = []
    for place, numbers in values.items():
        if len(numbers) < len(events):
            continue
        low, high = min(numbers), max(numbers)
        if high > low:
            ranges.append(f"{names[place] or 'numbers'} {shown[low]}-{shown[high]}")
    return ranges[:_RANGES]
