"""Numbers as people and tools write them, and what they count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from headroom.regexes import regex
from headroom.retrieval.dates import MONTHS

__all__ = ["CURRENCIES", "LONGEST", "Quantity", "factors", "is_scaled", "read", "unit_in_name"]

#: Longer texts, in characters, are no numbers.
LONGEST = 400
# "1 200" and "1'200": signs between thousands that are nothing else.
_GROUPED = "(?!0)\\d{1,3}(?:(?: \\d{3})+|(?:['\u2019]\\d{3})+)"
# "5,000", "$5,000.50", "12,34,567", "5.000,50 \u20ac", "12,50", "\u22125"; "9 km/h", "3/s".
_QUANTITY = regex(
    r"\s*([-+\u2212\u2013]?)([$\u20ac\u00a3\u00a5]?)\s?(?:"
    rf"((?:(?!0)\d{{1,3}}(?:,\d{{3}})+|(?!0)\d\d?(?:,\d\d)+,\d{{3}}|{_GROUPED})(?:\.\d+)?"
    r"|\d+(?:\.\d*)?(?:e[-+]?\d{1,3})?|\.\d+)"
    rf"|((?:(?!0)\d{{1,3}}(?:\.\d{{3}})+|{_GROUPED}|\d+),\d+))"
    r"\s*([^\W\d_]{0,12}/[^\W\d_]{1,12}|\u00b0?[^\W\d_]{1,12}|[%\u2030\u00b0$\u20ac\u00a3\u00a5])?\s*"
)
# Some write thousands with a zero before them.
_EITHER = regex(r"0\d{0,2},\d{3}")
# "$1.2B": beside a currency, how many of it.
_OF_MONEY = {sign: Decimal(1000) ** n for n, sign in enumerate(("k", "m", "b", "t"), 1)}
_OF_MONEY["bn"] = _OF_MONEY["b"]
_HEX = regex(r"\s*0x([\da-f]+)\s*")
_MINUS = ("-", "\u2212", "\u2013")
_WITH_POINT = str.maketrans("", "", ", '\u2019")
_WITH_COMMA = str.maketrans({",": ".", ".": None, " ": None, "'": None, "\u2019": None})
# "PT5M", "P1DT2H", as ISO 8601 has durations; months and years are of no fixed length.
_DURATION = regex(
    r"\s*p(?=[\dt])(?:\d+w)?(?:\d+d)?(?:t(?=\d)(?:\d+h)?(?:\d+m)?(?:\d+(?:[.,]\d+)?s)?)?\s*"
)
# "1h30m", "2 days, 3 hours"; "m" is a minute in both.
_SEVERAL = regex(r"\s*\d+\s?[^\W\d_]{1,12}(?:,?\s?\d+(?:\.\d+)?\s?[^\W\d_]{1,12})+\s*")
_PART = regex(r"(\d+(?:[.,]\d+)?)\s?([^\W\d_]+)")
#: Words after numbers of days and hours.
_NO_UNITS = frozenset((*MONTHS, "am", "pm"))
#: What stands for each as well. A number with such a sign may be one that has no unit elsewhere.
CURRENCIES = {"$": "usd", "\u20ac": "eur", "\u00a3": "gbp", "\u00a5": "jpy"}
_WEEK = Decimal(7 * 24 * 60**2)
#: Units that are so many of another one.
_UNITS: dict[str, dict[str, Decimal]] = {}
for _base, _factor, _names in (
    ("s", Decimal("1e-9"), "ns nsec nanosecond nanoseconds"),
    ("s", Decimal("1e-6"), "us usec microsecond microseconds"),
    ("s", Decimal("1e-3"), "ms msec msecs millisecond milliseconds"),
    ("s", Decimal(1), "s sec secs second seconds"),
    ("s", Decimal(60), "m min mins minute minutes"),
    ("s", Decimal(60**2), "h hr hrs hour hours"),
    ("s", Decimal(24 * 60**2), "d day days"),
    ("s", _WEEK, "week weeks"),
    ("b", Decimal(1), "b byte bytes"),
    *(("b", Decimal(1000**power), f"{sign}b") for power, sign in enumerate("kmgt", 1)),
    *(("b", Decimal(1024**power), f"{sign}ib {sign}i") for power, sign in enumerate("kmgt", 1)),
    # What tools for files write: "12K". Beside times, "m" is a minute.
    *(("b", Decimal(1024**power), sign) for power, sign in enumerate("kmgt", 1)),
    *((sign, Decimal(1), f"{sign} {code}") for sign, code in CURRENCIES.items()),
):
    for _name in _names.split():
        _UNITS.setdefault(_name, {})[_base] = _factor
# Of "latency_ms", "sizeBytes", "Share (%)", the end. A "min" may be the least.
_END_OF_NAME = re.compile(r"(?:(?<![a-zA-Z])|(?<=[a-z])(?=[A-Z]))([A-Z]?[a-z]+|[A-Z]+|%)[)\]]?$")
_IN_NAMES = {name: name for name in (
    "ns ms msec msecs s sec secs mins hrs nanoseconds microseconds milliseconds seconds minutes "
    "hours days weeks bytes kb mb gb tb kib mib gib tib %"
).split()}  # fmt: skip
_IN_NAMES.update(pct="%", percent="%")
_LONGEST_END = 20
# More digits than a number has here, times those of a unit.
_EXACT = Context(prec=2 * LONGEST)


class Quantity(NamedTuple):
    """A number, and what it counts."""

    number: Decimal
    unit: str = ""

    @property
    def amounts(self) -> dict[str, Decimal]:
        """By the units that others are so many of, the number of these."""
        parts = factors(self.unit).items()
        return {base: _EXACT.multiply(self.number, factor) for base, factor in parts}


@lru_cache(maxsize=1024)
def factors(unit: str) -> Mapping[str, Decimal]:
    """What one of a unit is: so many seconds or bytes, either of them (``m``), or just that.

    >>> factors("req/min")["req/s"] * 60 == factors("req/s")["req/s"]
    True

    """
    of, sign, per = unit.partition("/")
    found = _UNITS.get(of, {of: Decimal(1)})
    if not sign:
        return found
    # Of a metre and a minute, it is the metre here.
    found = found if len(found) == 1 else {of: Decimal(1)}
    seconds = _UNITS.get(per, {}).get("s")
    if seconds is None:
        return {f"{base}/{per}": factor for base, factor in found.items()}
    # So many in a week, which has a whole number of each other unit of time.
    return {f"{base}/s": factor * _WEEK / seconds for base, factor in found.items()}


def is_scaled(unit: str) -> bool:
    """Whether there are other units of the same: a number without one may mean any of them."""
    return unit in _UNITS or "/" in unit


def unit_in_name(name: str, unit: str) -> str:
    """The unit that the numbers of a field have by its name; empty where it is none like another.

    >>> unit_in_name("stats.latency_ms", "s"), unit_in_name("sizeBytes", "kb")
    ('ms', 'bytes')
    >>> unit_in_name("latency_ms", "kb"), unit_in_name("items", "s")
    ('', '')

    """
    match = _END_OF_NAME.search(name[-_LONGEST_END:])
    found = "" if match is None else _IN_NAMES.get(match[1].casefold(), "")
    return found if found and factors(found).keys() & factors(unit).keys() else ""


class Reading(NamedTuple):
    """What a text amounts to, and how that is written."""

    quantity: Quantity
    #: All units in it, as they are written; an empty one where there is none.
    units: tuple[str, ...] = ("",)
    #: Whether a comma surely stands before its decimals.
    has_comma: bool = False


def read(text: str) -> Reading | None:
    """Reads a text in small letters; ``None`` where it is no number.

    >>> read("5,000.5").quantity, read("37 ms").quantity
    (Quantity(number=Decimal('5000.5'), unit=''), Quantity(number=Decimal('37'), unit='ms'))
    >>> read("1h30m")
    Reading(quantity=Quantity(number=Decimal('5400'), unit='s'), units=('h', 'm'), has_comma=False)

    """
    if text.isdecimal():
        return Reading(Quantity(Decimal(text)))
    match = _HEX.fullmatch(text)
    if match is not None:
        return Reading(Quantity(Decimal(int(match[1], 16))))
    match = _QUANTITY.fullmatch(text)
    if match is not None:
        sign, currency, with_point, with_comma, unit = match.groups()
        if unit in _NO_UNITS:
            return None
        number = (
            with_point.translate(_WITH_POINT) if with_point else with_comma.translate(_WITH_COMMA)
        )
        number = Decimal(f"-{number}" if sign in _MINUS else number)
        if currency and unit in _OF_MONEY:
            number, unit = _EXACT.multiply(number, _OF_MONEY[unit]), ""
        unit = _named(unit, currency) if unit else currency
        has_comma = bool(with_comma) and _EITHER.fullmatch(with_comma) is None
        return Reading(Quantity(number, unit), (unit,), has_comma)
    return _duration(text) if text.rstrip()[-1:].isalpha() else None


def _named(unit: str, currency: str = "") -> str:
    """A unit by the name that it has here: "files" are so many times a "file"."""
    if unit in _UNITS:
        return unit
    of, sign, per = unit.partition("/")
    if sign:
        return f"{_named(of or currency)}/{_named(per)}"
    unit = unit.replace("\u03bc", "u")
    return unit[:-1] if len(unit) > 3 and unit[-1] == "s" != unit[-2] else unit


def _duration(text: str) -> Reading | None:
    """An amount of time in several units, the largest of them first."""
    if _DURATION.fullmatch(text) is not None:
        text, names = text.replace("t", " "), {"w": "week", "m": "min"}
    elif _SEVERAL.fullmatch(text) is not None:
        names = {}
    else:
        return None
    parts = [(number, names.get(unit, unit)) for number, unit in _PART.findall(text)]
    seconds = [factors(unit).get("s", Decimal(0)) for _, unit in parts]
    if not all(one > other for one, other in pairwise([*seconds, Decimal(0)])):
        return None
    numbers = (Decimal(number.replace(",", ".")) for number, _ in parts)
    if len(parts) == 1:
        return Reading(Quantity(next(numbers), parts[0][1]), (parts[0][1],))
    total = sum(map(_EXACT.multiply, numbers, seconds), Decimal(0))
    return Reading(Quantity(total, "s"), tuple(unit for _, unit in parts))
