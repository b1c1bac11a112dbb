"""Events whose values nobody could guess from the others of their template."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate

from headroom.toolkit.outliers import far_out, rare_values
from headroom.view import Deadline

__all__ = ["outlying_events"]

# All of these were measured with `python -m benchmarks`.
#: Among fewer events, none is odd.
_LEAST = 12
#: So many numbers of an event are looked at, in so many characters.
_NUMBERS, _CHARS = 10, 600
#: So many events of a template are odd, beside one for each status code.
_MOST = 3
#: Beyond this share of the events, it is usual to be far out.
_USUAL = 50
#: A value is rare where a column has so many times more events than values.
_REPEATED = 4
#: Digits of a status code.
_STATUS_DIGITS = 3
# A number by itself, or with a unit: no part of an address, a date, a version or an identifier.
_NUMBER = re.compile(
    r"[-\d](?<![\w.,/+-][-\d])(?:(?<=\d)\d{0,14}|(?<=-)\d{1,15})(?:\.\d{1,9})?"
    r"(?=(?:[a-zA-Z\u00b5%]{1,3})?(?:[\s,;)\]}\"']|$))"
)


def outlying_events(texts: Iterable[str], count: int, deadline: Deadline) -> list[int]:
    """The indices of events with a number far out, a rare one, or another status code.

    Args:
        texts: The events of one template.
        count: How many they are.
        deadline: Checked now and then.

    >>> texts = [f"served /a in {n % 9} ms" for n in range(40)]
    >>> outlying_events([*texts, "served /a in 48213 ms"], 41, Deadline(None))
    [40]

    """
    if count < _LEAST:
        return []
    # Those of all events, one after another: as lists they would be several times the texts.
    known: dict[str, str] = {}
    numbers: list[str] = []
    sizes = bytearray()
    for text in deadline.over(texts):
        own = _NUMBER.findall(text, 0, _CHARS)[:_NUMBERS]
        numbers.extend(map(known.setdefault, own, own))
        sizes.append(len(own))
    del known
    width = Counter(sizes).most_common(1)[0][0]
    odd: dict[int, None] = {}
    codes: dict[int, None] = {}
    for place in deadline.over(range(width), every=1):
        column = [
            numbers[start + place] if size == width else ""
            for start, size in zip(accumulate(sizes, initial=0), sizes)
        ]
        first: dict[str, int] = {}
        for index, number in enumerate(column):
            if number:
                first.setdefault(number, index)
        if len(first) < 2:
            continue
        if len(first) <= _LEAST and all(_is_status(number) for number in first):
            codes.update(dict.fromkeys(first.values()))
            continue
        different = len(first)
        # As large as the numbers themselves.
        del first
        far = far_out(array("d", (float(number) if number else math.nan for number in column)))
        if len(far) * _USUAL <= max(count, 2 * _USUAL):
            odd.update(dict.fromkeys(far))
        if different * _REPEATED <= count:
            odd.update(dict.fromkeys(rare_values(column)[:1]))
    return sorted({*codes, *list(odd)[:_MOST]})


def _is_status(number: str) -> bool:
    """Whether it may be a status code, as those of HTTP are."""
    return len(number) == _STATUS_DIGITS and number.isdecimal() and "1" <= number[0] <= "5"
