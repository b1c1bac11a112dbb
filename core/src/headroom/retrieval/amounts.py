"""Numbers as people and tools write them, and what they count."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from itertools import pairwise
from typing import NamedTuple

from headroom.regexes import regex
from headroom.retrieval.dates import MONTHS
from headroom.retrieval.units import (
    AGO,
    CURRENCY,
    LETTERS,
    SYMBOLS,
    ZEROS,
    factors,
    is_currency,
    is_known,
    is_time,
    lettered,
    many,
    named,
)

__all__ = ["LONGEST", "Quantity", "Reading", "read"]

#: Longer texts, in characters, are no numbers.
LONGEST = 400
# "1 200", "1'200", "1_200": signs between thousands that are nothing else.
_GROUPED = "(?!0)\\d{1,3}(?:(?: \\d{3})+|(?:['\u2019]\\d{3})+|(?:_\\d{3})+)"
# "5,000", "$5,000.50", "12,34,567", "5.000,50 \u20ac", "1.234.567", "12,50", "\u22125"; "(5)".
_QUANTITY = regex(
    rf"(\()?([-+\u2212\u2013]?)\s?((?![\d.]){CURRENCY})?\s?([-\u2212]?)(?:"
    rf"((?:(?!0)\d{{1,3}}(?:,\d{{3}})+|(?!0)\d\d?(?:,\d\d)+,\d{{3}}|{_GROUPED})(?:\.\d+)?"
    r"|\d+(?:\.\d*)?(?:e[-+]?\d{1,3})?|\.\d+)"
    rf"|((?:(?!0)\d{{1,3}}(?:\.\d{{3}})+|{_GROUPED}|\d+),\d+|(?!0)\d{{1,3}}(?:\.\d{{3}}){{2,}}))"
    # What follows: "km/h", "\u00b0C", "million \u20ac", "Not Found".
    rf"(?![.,\d_])\s*([^\d_]{{0,40}}?)(\))?"
)
_UNIT = regex(
    r"[^\W\d_]{0,12}/[^\W\d_]{1,12}|\u00b0?[^\W\d_]{1,12}\.?"
    rf"|[%\u2030\u00b0{SYMBOLS}]|[a-z]{{1,2}}[{SYMBOLS}]"
)
# A digit behind a sign, a currency, or as in "HTTP/1.1 404" and "PT5M".
_NEAR = regex(r"\D{1,8}\d")
_PLAIN = regex(r"-?\d+(?:\.\d+)?")
# Some write thousands with a zero before them.
_EITHER = regex(r"0\d{0,2},\d{3}")
_HEX = regex(r"0x([\da-f]+)")
_MINUS = ("-", "\u2212", "\u2013")
_WITH_POINT = str.maketrans("", "", ", _'\u2019")
_WITH_COMMA = str.maketrans({",": ".", ".": None, " ": None, "'": None, "_": None, "\u2019": None})
# "PT5M", "P1DT2H", "P1Y6M", as ISO 8601 has durations: an "m" before the "T" is a month.
_DURATION = regex(
    r"p(?=[\dt])((?:\d+y)?(?:\d+m)?)(?:\d+w)?(?:\d+d)?(?:t(?=\d)(?:\d+h)?(?:\d+m)?(?:\d+(?:[.,]\d+)?s)?)?"
)
# "1.2\u00d710^5", "3 x 10\u2075"
_TIMES_TEN = regex(
    r"([-+\u2212]?\d+(?:\.\d+)?)\s?[x*\u00d7\u00b7\u22c5]\s?10"
    r"(?:(?:\^|\*\*)([-+\u2212]?\d{1,3})|([\u207b\u207a]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}))"
)
_RAISED = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a\u2212",
    "0123456789-+-",
)
# "1h30m", "2 days, 3 hours"; "m" is a minute in both.
_SEVERAL = regex(r"\d+\s?[^\W\d_]{1,12}(?:,?\s?(?:and\s)?\d+(?:\.\d+)?\s?[^\W\d_]{1,12})+")
_PART = regex(r"(\d+(?:[.,]\d+)?)\s?([^\W\d_]+)")
_YEAR = Decimal(365 * 24 * 60**2)
_IN_DURATION = {"w": "week", "m": "min"}
# "about an hour ago"
_SINCE = regex(r"(?:about|over|almost|some)?\s*(?:(an?)\s)?(.{1,30}?)\s+ago")
#: Words after numbers of days and hours, debts, and what stands for any digits, as in "5xx".
_NO_UNITS = frozenset((*MONTHS, "am", "pm", "dr", "xx"))
#: What a degree is of on a map: south and west are below zero.
_OF_MAPS = frozenset("nsew")
#: What follows a number in "1st".
_ORDINALS = ("st", "nd", "rd", "th")
_INFINITE = ("inf", "infinity", "\u221e")
#: "404 Not Found", as protocols say it.
_STATUS = regex(r"(?:http(?:/[\d.]+)?\s)?([1-5]\d\d)((?:\s[^\W\d]['\w-]*)*)")
#: Those of one word, which may else be a unit.
_STATUSES = frozenset((
    "100 continue,102 processing,200 ok,201 created,202 accepted,302 found,401 unauthorized,"
    "403 forbidden,409 conflict,410 gone,423 locked"
).split(","))  # fmt: skip
# More digits than a number has here, times those of a unit.
_EXACT = Context(prec=2 * LONGEST)


class Quantity(NamedTuple):
    """A number, and what it counts."""

    number: Decimal
    unit: str = ""

    @property
    def amount(self) -> tuple[str, Decimal]:
        """Of what it is so many, with units of the same, and the number of these."""
        base, factor = factors(self.unit)
        number = self.number - ZEROS[self.unit] if self.unit in ZEROS else self.number
        return base, _EXACT.multiply(number, factor)

    def beside(self, dimension: str) -> Quantity:
        """The same where its unit is a letter that stands for several."""
        unit = lettered(self.unit, dimension)
        if unit is not None:
            return self if unit == self.unit else Quantity(self.number, unit)
        letter, sign, per = self.unit.partition("/")
        return Quantity(_EXACT.multiply(self.number, many(letter) or Decimal(1)), sign + per)


class Reading(NamedTuple):
    """What a text amounts to, and how that is written."""

    quantity: Quantity
    #: All units in it, as they are written; an empty one where there is none.
    units: tuple[str, ...] = ("",)
    #: Whether a comma surely stands before its decimals.
    has_comma: bool = False


def read(text: str) -> Reading | None:
    """Reads a text; ``None`` where it is no number.

    >>> read("5,000.5").quantity, read("37 ms").quantity
    (Quantity(number=Decimal('5000.5'), unit=''), Quantity(number=Decimal('37'), unit='ms'))
    >>> read("1h30m")
    Reading(quantity=Quantity(number=Decimal('5400'), unit='s'), units=('h', 'm'), has_comma=False)
    >>> read("($1.2M)").quantity
    Quantity(number=Decimal('-1200000.0'), unit='$')

    """
    if _PLAIN.fullmatch(text) is not None:
        return Reading(Quantity(Decimal(text)))
    written = text.strip()
    text = written.casefold()
    if not _may_be(text):
        if text.removeprefix("-").removeprefix("+") not in _INFINITE:
            return None
        return Reading(Quantity(Decimal("-Infinity" if text[0] == "-" else "Infinity")))
    match = _HEX.fullmatch(text)
    if match is not None:
        return Reading(Quantity(Decimal(int(match[1], 16))))
    if text.endswith(AGO):
        return _since(written)
    if text in _STATUSES:
        return Reading(Quantity(Decimal(text[:3])))
    match = _QUANTITY.fullmatch(text)
    if match is not None:
        found = _read(match, written[match.start(7) : match.end(7)])
        if found is not None:
            return found
    match = _TIMES_TEN.fullmatch(text)
    if match is not None:
        power = (match[2] or match[3]).translate(_RAISED)
        return Reading(Quantity(Decimal(f"{match[1].translate(_RAISED)}e{power}")))
    match = _STATUS.fullmatch(text)
    if match is not None and (text[0] == "h" or " " in match[2][1:]):
        return Reading(Quantity(Decimal(match[1])))
    return _duration(text) if text[-1:].isalpha() else None


def _may_be(text: str) -> bool:
    """Whether it may be a number: most texts show at once that they are not."""
    if text[:4].isdecimal():
        # "2024-02-05"
        return text[4:5] not in ("-", "/") or not text[5:6].isdecimal()
    if text[:1].isdecimal() or _NEAR.match(text) is not None:
        return True
    return text.endswith(AGO)


def _read(match: re.Match[str], rest: str) -> Reading | None:
    opened, sign, currency, minus, with_point, with_comma, _, closed = match.groups()
    if with_point and with_point[-1] == "." and rest and rest[0].isalpha():
        # "1. Intro" is the first.
        return None
    if bool(opened) != bool(closed) or (opened and (sign or minus)) or (sign and minus):
        return None
    told = _unit(rest, currency or "")
    if told is None:
        return None
    times, unit, written = told
    text = with_point.translate(_WITH_POINT) if with_point else with_comma.translate(_WITH_COMMA)
    if with_comma and "," not in with_comma:
        text = with_comma.replace(".", "")
    number = Decimal(f"-{text}" if opened or sign in _MINUS or minus else text)
    has_comma = bool(with_comma) and _EITHER.fullmatch(with_comma) is None
    number = number if times is None else _EXACT.multiply(number, times)
    return Reading(Quantity(number, unit), (written,), has_comma)


def _unit(rest: str, currency: str) -> tuple[Decimal | None, str, str] | None:
    """What a number is multiplied by, its unit, and that as it is written; ``None`` for no unit."""
    if not (rest or currency):
        return None, "", ""
    words = rest.split()
    first = words[0].casefold().rstrip(".") if words else ""
    times = None
    if words and (many(first) is not None):
        after = named(words[1]) if len(words) == 2 else ""
        # "1.2M views", "12k req/s"; "5 m deep" are none of millions.
        is_many = words[0] in "kKMBT" and after and (not is_known(after) or "/" in after)
        if len(first) > 1 or currency or is_currency(after) or is_many:
            times, words = many(first), words[1:]
    elif "/" in first and currency and (many(first.partition("/")[0]) is not None):
        times, words = many(first.partition("/")[0]), [first[first.index("/") :]]
    if not words:
        return times, named(currency), named(currency)
    written = words[0]
    if words == [first] and first in _ORDINALS and not currency:
        return None, "", ""
    # "10\u00b2" and "12\u00bd" are other numbers.
    if (
        written[0].isnumeric()
        or _UNIT.fullmatch(written.casefold()) is None
        or written.casefold() in _NO_UNITS
    ):
        return None
    if currency and written[0] == "/":
        written = currency + written
    unit = named(written)
    if unit == "\u00b0" and words[1:] and words[1].casefold() in _OF_MAPS:
        return None
    # "3 days left" is so many days; other words than of units say something else.
    if len(words) > 1 and not (is_known(unit) and all(word.isalpha() for word in words[1:])):
        return None
    # An "M" is no minute, and no thousandth.
    return times, unit, written if unit in LETTERS else unit


def _since(text: str) -> Reading | None:
    """How long ago something was: the longer, the earlier."""
    match = _SINCE.fullmatch(text.casefold())
    found = None if match is None else read(f"1 {match[2]}" if match[1] else match[2])
    if found is None:
        return None
    number, unit = found.quantity
    unit = {"m": "min"}.get(unit, unit)
    if not is_time(unit):
        return None
    return Reading(Quantity(-number, unit + AGO), (unit + AGO,))


def _duration(text: str) -> Reading | None:
    """An amount of time in several units, the largest of them first."""
    match = _DURATION.fullmatch(text)
    if match is not None:
        text = match[1].replace("m", "mo") + text[1 + len(match[1]) :].replace("t", " ")
    elif _SEVERAL.fullmatch(text) is None:
        return None
    written = [(number, unit) for number, unit in _PART.findall(text)]
    parts = [(number, _IN_DURATION.get(unit, unit)) for number, unit in written]
    told = [factors(unit) for _, unit in parts]
    if told[0] == factors("year") and is_time(parts[-1][1]):
        # Beside days, years are so many of these: "2y45d".
        told[0], written = ("s", _YEAR), written[1:]
    bases = {base for base, _ in told}
    if len(bases) > 1 or not bases <= {"s", "month"}:
        return None
    seconds = [factor for _, factor in told]
    if not all(one > other for one, other in pairwise([*seconds, Decimal(0)])):
        return None
    numbers = (Decimal(number.replace(",", ".")) for number, _ in parts)
    if len(parts) == 1:
        return Reading(Quantity(next(numbers), parts[0][1]), (parts[0][1],))
    total = sum(map(_EXACT.multiply, numbers, seconds), Decimal(0))
    return Reading(Quantity(total, *bases), tuple(unit for _, unit in written))
