"""Events whose values nobody could guess from the others of their template."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
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
#: So many events of more show which of their words may be odd at all. Chosen.
_SPLIT = 256
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
_MINUTES = re.compile(r"[0-5]\d")
_PART_OF_TIME = re.compile(r"[0-5]\d(?:\.\d+)?Z?")

# How odd an event is: the only one that differs, one far out, one that differs among several.
_ALL, _FAR, _SOME = range(3)


def outlying_events(
    text_of: Callable[[int], str],
    events: Sequence[int],
    deadline: Deadline,
    *,
    among_names: bool = False,
) -> list[int]:
    """The events with a value far out, a rare one, or another status code.

    Args:
        text_of: What an event says.
        events: Those of one template.
        deadline: Checked now and then.
        among_names: Whether they differ in what they name, so that rare words are usual.

    >>> texts = [f"served /a in {n % 9} ms" for n in range(40)] + ["served /a in 48213 ms"]
    >>> outlying_events(texts.__getitem__, range(41), Deadline(None))
    [40]
    >>> texts = [f'{{"id":{n},"state":"up"}}' for n in range(40)] + ['{"id":40,"state":"down"}']
    >>> outlying_events(texts.__getitem__, range(41), Deadline(None))
    [40]

    """
    if len(events) < LEAST:
        return []
    odd: list[tuple[int, int]] = []
    codes: dict[int, None] = {}
    sizes, columns = _columns(text_of, events, deadline)
    if len(set(sizes)) > 1:
        odd += _first_rare([chr(size) for size in sizes], _ALL)
    for column, are_parts in deadline.over(columns, every=1):
        frequency = Counter(column)
        frequency.pop("", None)
        if len(frequency) < 2:
            continue
        if are_parts:
            odd += _odd_parts(column, frequency)
        elif len(frequency) <= LEAST and all(map(_is_status, frequency)):
            codes.update((column.index(word), None) for word in frequency)
        else:
            odd += _odd_in(column, frequency)
    least = _FAR if among_names else _SOME
    found = dict.fromkeys(index for rank, index in sorted(odd) if rank <= least)
    return [events[index] for index in sorted({*codes, *list(found)[:_MOST]})]


def _columns(
    text_of: Callable[[int], str], events: Sequence[int], deadline: Deadline
) -> tuple[bytearray, Iterator[tuple[list[str], bool]]]:
    """Of how many words each event is; and their words at each place that may show an odd one.

    Those of an event of another size than most are empty. With a column goes whether it has what
    its words are within, rather than these: where each of many is another one.
    """
    count = len(events)
    few = min(count, _SPLIT)
    sample = [_words_in(text_of(events[n * count // few])) for n in range(few)]
    width = Counter(map(len, sample)).most_common(1)[0][0]
    places, within = list(range(width)), []
    each: Iterable[list[str]] = sample
    if few < count:
        whole = [words for words in sample if len(words) == width]
        tried = [[words[place] for words in whole] for place in places]
        names = [place for place in places if _are_names(tried[place], tried[place - 1])]
        within = [place for place in names if _have_parts(tried[place])]
        places = [place for place in places if place not in names]
        each = map(_words_in, map(text_of, events))
    # One after another: as lists they would be several times the texts.
    known: dict[str, str] = {}
    words: list[str] = []
    sizes = bytearray()
    for own in deadline.over(each):
        sizes.append(len(own))
        if len(own) == width:
            some = [own[place] for place in places]
            if within:
                some += [_outer_part(own[place]) for place in within]
            words.extend(map(known.setdefault, some, some))
    step = len(places) + len(within)

    def columns() -> Iterator[tuple[list[str], bool]]:
        for first in range(step):
            column = islice(words, first, None, step)
            cells = [next(column) if size == width else "" for size in sizes]
            yield cells, first >= len(places)

    return sizes, columns()


def _are_names(column: Sequence[str], before: Sequence[str]) -> bool:
    """Whether most words at a place are other ones, and no amounts: none of them is odd.

    Seconds behind minutes, which stand in the column before, are no amounts.
    """
    if len(set(column)) * 2 <= len(column):
        return False
    are_times = all(map(_PART_OF_TIME.fullmatch, column)) and all(map(_MINUTES.fullmatch, before))
    return are_times or not _are_numbers(column)


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
    if _are_numbers(column):
        if all(map(_PART_OF_TIME.fullmatch, frequency)):
            return []
        odd += _odd_numbers(column, frequency)
    if repeats:
        odd += _first_rare(column, _ALL if len(frequency) == 2 else _SOME)
    elif not odd and _have_parts(column):
        # Where each is another one, they may still be in the same directory, network or domain.
        parts = [_outer_part(word) for word in column]
        odd += _odd_parts(parts, Counter(parts))
    return odd


def _odd_parts(parts: Sequence[str], frequency: Mapping[str, int]) -> list[tuple[int, int]]:
    return _first_rare(parts, _SOME) if len(frequency) * _REPEATED <= len(parts) else []


def _have_parts(column: Sequence[str]) -> bool:
    """Whether its first words do: paths, addresses, names of hosts."""
    return all(map(_HAS_PARTS, filter(None, column[:_SAMPLE])))


def _outer_part(word: str) -> str:
    """What a path, an address or the name of a host is within."""
    if "/" in word:
        return word.rpartition("/")[0]
    if "@" in word:
        return word.rpartition("@")[2]
    return word.rpartition(".")[0] if _ADDRESS.fullmatch(word) else word.partition(".")[2]


def _are_numbers(column: Sequence[str]) -> bool:
    """Whether most of its first words are."""
    sample = [word for word in column[:_SAMPLE] if word]
    return sum(map(bool, map(_NUMBER.fullmatch, sample))) * 2 > len(sample)


def _odd_numbers(column: Sequence[str], frequency: Mapping[str, int]) -> list[tuple[int, int]]:
    """Those far out, and few that are none, or have another sign or unit than all others."""
    values: dict[str, float] = {}
    units: dict[str, str] = {}
    known: dict[str, str] = {}
    for word in frequency:
        found = _NUMBER.fullmatch(word)
        if found:
            is_below = found[1] in _MINUS or found[2] in _MINUS
            values[word] = -float(found[3]) if is_below else float(found[3])
            units[word] = known.setdefault(found[4], found[4])
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
