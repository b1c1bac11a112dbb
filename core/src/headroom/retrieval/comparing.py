"""How two values compare: as numbers, as amounts with a unit, as dates, or as texts."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from headroom.regexes import regex
from headroom.toolkit.rows.pieces import spell

__all__ = ["Quantity", "equal", "is_scaled", "order", "quantity", "text_of", "unit_of"]

#: Longer texts, in characters, are no numbers that anyone compares.
_LONGEST_NUMBER = 40
#: The order of longer texts is that of their beginnings.
_LONGEST_TEXT = 400
# "5,000", "$5,000.50" and "37 ms", as people write amounts.
_QUANTITY = regex(
    r"\s*([-+]?)[$\u20ac\u00a3\u00a5]?\s?"
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*(?:[eE][-+]?\d{1,3})?|\.\d+)"
    r"\s*([^\W\d_]{1,6}|%)?\s*"
)
_RUNS = re.compile(r"\d+|\D+")
#: Units that are so many of another one.
_UNITS = {
    **{unit: ("s", Decimal(10) ** power) for unit, power in (("ns", -9), ("us", -6), ("ms", -3))},
    **{unit: ("s", Decimal(1)) for unit in ("s", "sec", "secs")},
    **{"min": ("s", Decimal(60)), "mins": ("s", Decimal(60)), "h": ("s", Decimal(3600))},
    "b": ("b", Decimal(1)),
    **{f"{sign}b": ("b", Decimal(1000) ** power) for power, sign in enumerate("kmgt", 1)},
    **{f"{sign}ib": ("b", Decimal(1024) ** power) for power, sign in enumerate("kmgt", 1)},
}


class Quantity(NamedTuple):
    """A number, and what it counts."""

    number: Decimal
    unit: str = ""


def quantity(value: object) -> Quantity | None:
    """The number that a value is, with its unit; ``None`` for any other value.

    >>> quantity("$5,000") == quantity(5000), quantity("12_34"), quantity("nan")
    (True, None, None)
    >>> quantity("37 ms")
    Quantity(number=Decimal('37'), unit='ms')

    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = value if isinstance(value, str) else repr(value)
    return _read(str(text)) if len(text) <= _LONGEST_NUMBER else None


@lru_cache(maxsize=10_000)
def _read(text: str) -> Quantity | None:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number = Decimal(match[1] + match[2].replace(",", ""))
    return Quantity(number, (match[3] or "").casefold().replace("\u03bc", "u"))


def equal(value: object, wanted: object) -> bool:
    """Whether two values are the same, as numbers or as texts, without case.

    >>> equal("5,000", "5000"), equal("Failed", "failed"), equal("9 ms", "9")
    (True, True, False)

    """
    left, right = text_of(value).casefold(), text_of(wanted).casefold()
    if left == right:
        return True
    one, other = quantity(value), quantity(wanted)
    return one is not None and one == other


def order(value: object, wanted: object) -> int | None:
    """-1, 0 or 1, as a value is less, as much or more; ``None`` where that has no meaning.

    >>> order("10 ms", "9 ms"), order("1 s", "900 ms"), order("1.10.2", "1.9"), order("ok", 5)
    (1, 1, 1, None)

    """
    if value is None or isinstance(value, (dict, list)):
        return None
    one, other = quantity(value), quantity(wanted)
    left, right = text_of(value).casefold(), text_of(wanted).casefold()
    if one is not None and other is not None:
        numbers = _in_one_unit(one, other)
        if numbers is not None:
            return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    elif one is not None or (other is not None and not left[:1].isdecimal()):
        # A date or a version may be compared with a year or a number; a word is neither.
        return None
    if left[:1].isdecimal() and right[:1].isdecimal():
        runs = _runs(left), _runs(right)
        return (runs[0] > runs[1]) - (runs[0] < runs[1])
    return (left > right) - (left < right)


def _in_one_unit(one: Quantity, other: Quantity) -> tuple[Decimal, Decimal] | None:
    if one.unit == other.unit or not one.unit or not other.unit:
        return one.number, other.number
    of_one, of_other = _UNITS.get(one.unit), _UNITS.get(other.unit)
    if of_one is None or of_other is None or of_one[0] != of_other[0]:
        return None
    return one.number * of_one[1], other.number * of_other[1]


def unit_of(value: object) -> str:
    """The unit of a number; empty where it has none, and for any other value."""
    found = quantity(value)
    return "" if found is None else found.unit


def is_scaled(unit: str) -> bool:
    """Whether there are other units of the same: a number without one may mean any of them."""
    return unit in _UNITS


def _runs(text: str) -> list[tuple[int, Decimal, str]]:
    """A text by its numbers and what is between, so that 10 comes after 9."""
    return [
        (0, Decimal(run), "") if run[0].isdecimal() else (1, Decimal(0), run)
        for run in _RUNS.findall(text[:_LONGEST_TEXT])
    ]


def text_of(value: object) -> str:
    """A value as a text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return value if isinstance(value, str) else spell(value)
