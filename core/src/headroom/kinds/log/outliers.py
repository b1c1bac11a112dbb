"""Events whose values nobody could guess from the others of their template."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, islice
from operator import ne

from headroom.toolkit.outliers import far_out, rare_among
from headroom.view import Deadline

__all__ = ["LEAST", "outlying_events"]

# Where nothing else is said, these were measured with `python -m benchmarks`.
#: Among fewer events, none is odd.
LEAST = 12
#: So many words of an event are looked at, in so many characters.
_WORDS, _CHARS = 40, 600
#: So many events of a template are odd, beside one for each status code.
_MOST = 3
#: Beyond this share of the events, it is usual to be odd.
_USUAL = 50
#: So many different words of a column are rare at the most: where more are, it is one of names.
_RARE = 3
#: A value is rare where a column has so many times more events than values.
_REPEATED = 4
#: Digits of a status code.
_STATUS_DIGITS = 3
#: So many words of a column show whether these are numbers. Chosen.
_SAMPLE = 12
#: Among numbers of one sign, a zero is odd that is so far from the next one, as a share of the
#: number in the middle. Chosen.
_APART = 0.1

# What stands between words, as blanks.
_BETWEEN = b"\"'=:,;|()[]{}<>"
_BLANKS = bytes.maketrans(_BETWEEN, b" " * len(_BETWEEN))
_WORD = re.compile(r"[^\s\"'=:,;|()\[\]{}<>]+")
# A number by itself, with a currency or with a unit: no address, date, version or identifier.
_NUMBER = re.compile(
    r"([-+\u2212]?)[^\w\s.+-]?([-\u2212]?)(\d{1,15}(?:\.\d{1,9})?)([a-zA-Z\u00b5%\u00b0]{0,4})"
)
_MINUS = ("-", "\u2212")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Paths, addresses and names of hosts have parts; numbers have none.
_HAS_PARTS = re.compile(r"(?!\W{0,3}\d+(?:\.\d+)?\w{0,4}$).*\w?[/@.]\w").match
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# How accounts write what is below zero.
_IN_BRACKETS = re.compile(r"(?<!\S)\((?=\d[\d.]*\))")
_PART_OF_TIME = re.compile(r"[0-5]\d(?:\.\d+)?")

# How odd an event is: the only one that differs, one far out, one that differs among several.
_ALL, _FAR, _SOME = range(3)


def outlying_events(
    texts: Iterable[str], count: int, deadline: Deadline, *, among_names: bool = False
) -> list[int]:
    """The indices of events with a value far out, a rare one, or another status code.

    Args:
        texts: The events of one template.
        count: How many they are.
        deadline: Checked now and then.
        among_names: Whether they differ in what they name, so that rare words are usual.

    >>> texts = [f"served /a in {n % 9} ms" for n in range(40)]
    >>> outlying_events([*texts, "served /a in 48213 ms"], 41, Deadline(None))
    [40]
    >>> texts = [f'{{"id":{n},"state":"up"}}' for n in range(40)]
    >>> outlying_events([*texts, '{"id":40,"state":"down"}'], 41, Deadline(None))
    [40]

    """
    if count < LEAST:
        return []
    # The words of all events, one after another: as lists they would be several times the texts.
    known: dict[str, str] = {}
    words: list[str] = []
    sizes = bytearray()
    for text in deadline.over(texts):
        own = _words_in(text)
        words.extend(map(known.setdefault, own, own))
        sizes.append(len(own))
    del known
    width = Counter(sizes).most_common(1)[0][0]
    odd: list[tuple[int, int]] = []
    if len(set(sizes)) > 1:
        odd += _first_rare([chr(size) for size in sizes], _ALL)
    codes: dict[int, None] = {}
    for place in deadline.over(range(width), every=1):
        column = [
            words[start + place] if size == width else ""
            for start, size in zip(accumulate(sizes, initial=0), sizes)
        ]
        frequency = Counter(column)
        frequency.pop("", None)
        if len(frequency) < 2:
            continue
        if len(frequency) <= LEAST and all(map(_is_status, frequency)):
            codes.update((column.index(word), None) for word in frequency)
        else:
            odd += _odd_in(column, frequency)
    least = _FAR if among_names else _SOME
    found = dict.fromkeys(index for rank, index in sorted(odd) if rank <= least)
    return sorted({*codes, *list(found)[:_MOST]})


def _words_in(text: str) -> list[str]:
    text = text[:_CHARS]
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "(" in text:
        text = _IN_BRACKETS.sub("-", text)
    if not text.isascii():
        return _WORD.findall(text)[:_WORDS]
    return text.encode().translate(_BLANKS).decode().split(None, _WORDS)[:_WORDS]


def _odd_in(column: Sequence[str], frequency: Mapping[str, int]) -> list[tuple[int, int]]:
    """The places in a column whose words are odd, each behind a number: less is odder."""
    repeats = len(frequency) * _REPEATED <= len(column)
    if repeats and _goes_on(column, frequency):
        return []
    odd: list[tuple[int, int]] = []
    sample = [word for word in column[:_SAMPLE] if word]
    if sum(map(bool, map(_NUMBER.fullmatch, sample))) * 2 > len(sample):
        if all(map(_PART_OF_TIME.fullmatch, frequency)):
            return []
        odd += _odd_numbers(column, frequency)
    if repeats:
        odd += _first_rare(column, _ALL if len(frequency) == 2 else _SOME)
    elif not odd and all(map(_HAS_PARTS, sample)):
        # Where each is another one, they may still be in the same directory, network or domain.
        parts = [_outer_part(word) for word in column]
        if len(set(parts)) * _REPEATED <= len(parts):
            odd += _first_rare(parts, _SOME)
    return odd


def _outer_part(word: str) -> str:
    """What a path, an address or the name of a host is within."""
    if "/" in word:
        return word.rpartition("/")[0]
    if "@" in word:
        return word.rpartition("@")[2]
    return word.rpartition(".")[0] if _ADDRESS.fullmatch(word) else word.partition(".")[2]


def _odd_numbers(column: Sequence[str], frequency: Mapping[str, int]) -> list[tuple[int, int]]:
    """Those far out, and few that are none, or have another sign or unit than all others."""
    values: dict[str, float] = {}
    units: dict[str, str] = {}
    for word in frequency:
        found = _NUMBER.fullmatch(word)
        if found:
            is_below = found[1] in _MINUS or found[2] in _MINUS
            values[word] = -float(found[3]) if is_below else float(found[3])
            units[word] = found[4]
    numbers = array("d", (values.get(word, math.nan) for word in column))
    ordered = sorted(filter(math.isfinite, numbers))
    apart = _APART * abs(ordered[len(ordered) // 2])
    is_apart = min(map(abs, filter(None, values.values())), default=0.0) >= apart
    signs = {word: _sign(value, is_apart=is_apart) for word, value in values.items()}
    odd: list[tuple[int, int]] = []
    for marks in (signs, units):
        if len(marks) < len(frequency) or len(set(marks.values())) > 1:
            odd += _first_rare([marks.get(word, word and "?") for word in column], _ALL)
    far = far_out(numbers, ordered)
    if len(far) * _USUAL <= max(len(column), 2 * _USUAL):
        odd += ((_FAR, index) for index in far)
    return odd


def _sign(value: float, *, is_apart: bool) -> str:
    if value == 0 and is_apart:
        return "0"
    return "-" if value < 0 else "+"


def _first_rare(cells: Sequence[str], rank: int) -> list[tuple[int, int]]:
    """The first place of each cell that is rare, unless it is usual for one to be rare."""
    frequency = Counter(cells)
    rare = rare_among(cells, frequency)
    first: dict[str, int] = {}
    for index in rare:
        first.setdefault(cells[index], index)
    first.pop("", None)
    if len(first) > _RARE or len(rare) * _USUAL > max(len(cells), 2 * _USUAL):
        return []
    return [(rank, index) for index in first.values()]


def _goes_on(column: Sequence[str], frequency: Mapping[str, int]) -> bool:
    """Whether no word with a digit comes again after another one, as of a date."""
    if not any(map(str.isdigit, column[0])):
        return False
    changes: int = sum(map(ne, column, islice(column, 1, None)))
    return changes < len(frequency)


def _is_status(word: str) -> bool:
    """Whether it may be a status code, as those of HTTP are."""
    return len(word) == _STATUS_DIGITS and word.isdecimal() and "1" <= word[0] <= "5"
