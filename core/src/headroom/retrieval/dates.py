"""Dates and times as people and tools write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from headroom.regexes import regex

__all__ = ["MONTHS", "ORDERS", "Day", "Moment", "Order", "read_day"]

#: Which number of "01/02/2024" is the month; empty where it is no date at all.
Order = Literal["month", "day", ""]
ORDERS: tuple[Order, ...] = ("month", "day")
#: Longer texts, in characters, are no dates.
_LONGEST = 60
_WHOLE_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
#: By their names, whole or of three letters, the numbers of months.
MONTHS = {name: n for n, whole in enumerate(_WHOLE_MONTHS, 1) for name in (whole, whole[:3])}
MONTHS["sept"] = 9
# Hours; what mail does not know may be several.
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
          "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # fmt: skip
# A text before a time, and after it the zone; some write the year last.
_TIMED = regex(
    r"(.{3,40}?)(?:[t:]|,?\s)\s?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s?([ap])m)?"
    r"(?:\s?(?:([a-z]{1,4})|([-+\u2212])(\d\d):?(\d\d)?))?(?:\s(\d{4})(?:\s([-+])(\d\d)(\d\d))?)?"
)
_WEEKDAY = regex(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}(?:,\s?|\s\s?)(?=\w)")
# "2024-02", "2024-02-05", "2024/2/5".
_BY_YEAR = regex(r"(\d{4})(?:-(\d\d)|([-/])(\d\d?)\3(\d\d?))")
# "01/15/2024", "15.01.2024"; "1.2.24" is a version.
_BY_NUMBERS = regex(r"(\d\d?)(?:([-/])(\d\d?)\2(\d{4}|\d\d)|\.(\d\d?)\.(\d{4}))")
# "15 Jan 2024", "15/Jan/2024", and "Jan 15, 2024", "Jan 2024".
_BY_DAY = regex(
    r"(\d\d?)(?:st|nd|rd|th|\.)?[-/\s]([a-z]{3,9})\.?(?:,?[-/\s]\s?(?:(\d{4})|\u2019?\d\d))?"
)
_BY_MONTH = regex(r"([a-z]{3,9})\.?(?:\s\s?(\d\d?)(?:st|nd|rd|th)?)?(?:,?\s\s?(\d{4}))?")


class Moment(NamedTuple):
    """A date, and where it has a time, that."""

    #: Year, month and day as they are written, or the first of these.
    day: tuple[int, ...]
    #: Seconds and their billionths; a time without a zone is one of UTC.
    instant: tuple[int, int] | None = None

    @property
    def key(self) -> tuple[str, object]:
        """What those that are equal to it have in common, if they say as much."""
        return ("date", self.day) if self.instant is None else ("instant", self.instant)

    @property
    def around(self) -> Iterator[tuple[int, ...]]:
        """The dates that it is a part of: the year of a month, the day of a time."""
        for length in range(1, len(self.day) + (self.instant is not None)):
            yield self.day[:length]


class Day(NamedTuple):
    """A date as it is written."""

    #: Year, month and day, or the first of these, for each order that they may be in.
    readings: dict[Order, tuple[int, ...]]
    #: Seconds from the beginning of the day on, in UTC, and their billionths.
    time: tuple[int, int] | None = None
    #: Whether nobody can say when it is: it has no year of four digits, or a zone of several.
    is_unclear: bool = False
    #: What stands between its numbers, where their order does not say itself which is the month.
    sign: str = ""

    def moment(self, order: Order) -> Moment | None:
        """What it says in an order; ``None`` where it fits none."""
        day = self.readings.get(order if self.sign else "")
        if day is None or self.is_unclear:
            return None
        if self.time is None:
            return Moment(day)
        seconds, part = self.time
        return Moment(day, (date(*day).toordinal() * 24 * 60**2 + seconds, part))


def read_day(text: str) -> Day | None:
    """Reads a text in small letters; ``None`` where it is no date.

    >>> read_day("jan 15, 2024").moment("")
    Moment(day=(2024, 1, 15), instant=None)
    >>> read_day("05/02/2024").readings
    {'month': (2024, 5, 2), 'day': (2024, 2, 5)}

    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    if not text[:1].isdecimal():
        weekday = _WEEKDAY.match(text)
        text = text if weekday is None else text[weekday.end() :]
        if not (text[:1].isdecimal() or text[:3] in MONTHS):
            return None
    timed = _TIMED.fullmatch(text) if ":" in text else None
    if timed is None:
        return _day(text)
    written = f"{timed[1]} {timed[11]}" if timed[11] else timed[1]
    found, time, zone = _day(written), _time(timed), timed[7]
    if found is None or time is None or any(len(day) == 2 for day in found.readings.values()):
        return None
    is_unclear = found.is_unclear or (zone is not None and zone not in _ZONES)
    return found._replace(time=time, is_unclear=is_unclear)


def _day(text: str) -> Day | None:
    match = _BY_YEAR.fullmatch(text)
    if match is not None:
        year, month, day = int(match[1]), int(match[2] or match[4]), match[5]
        return _of({"": (year, month, int(day)) if day else (year, month)})
    match = _BY_NUMBERS.fullmatch(text)
    if match is None:
        return _day_by_name(text)
    one, other, written = int(match[1]), int(match[3] or match[5]), match[4] or match[6]
    # With two digits, it is one of a year that has all days.
    is_unclear = len(written) == 2
    year = 2000 if is_unclear else int(written)
    found = _of({"month": (year, one, other), "day": (year, other, one)})
    return found and found._replace(is_unclear=is_unclear, sign=match[2] or ".")


def _day_by_name(text: str) -> Day | None:
    match = _BY_DAY.fullmatch(text)
    if match is not None:
        day, name, year = match.groups()
    else:
        match = _BY_MONTH.fullmatch(text)
        if match is None:
            return None
        name, day, year = match.groups()
    month = MONTHS.get(name)
    if month is None or not (day or year):
        return None
    if not year:
        return Day({"": ()}, is_unclear=True)
    return _of({"": (int(year), month, int(day)) if day else (int(year), month)})


def _of(readings: dict[Order, tuple[int, ...]]) -> Day | None:
    """A date in the orders that it fits."""
    fitting = {order: day for order, day in readings.items() if _is_there(*day)}
    return Day(fitting) if fitting else None


def _is_there(year: int, month: int, day: int = 1) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _time(timed: re.Match[str]) -> tuple[int, int] | None:
    """Seconds of the day, and their billionths; ``None`` where there is no such time."""
    _, hours, minutes, seconds, part, half, zone, *offsets = timed.groups()
    hour, minute, second = int(hours), int(minutes), int(seconds or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    ahead = 60 * _ZONES.get(zone, 0) if zone else 0
    sign, past, off = offsets[:3] if offsets[0] else offsets[4:]
    if sign:
        if int(past) > 23 or int(off or 0) > 59:
            return None
        ahead = (int(past) * 60 + int(off or 0)) * (1 if sign == "+" else -1)
    if hour > 24 or minute > 59 or second > 60:
        return None
    return ((hour * 60 + minute - ahead) * 60 + second, int(part.ljust(9, "0")) if part else 0)
