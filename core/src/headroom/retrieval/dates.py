"""Dates and times as people and tools write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from headroom.regexes import regex

__all__ = [
    "MONTHS",
    "ORDERS",
    "Day",
    "Moment",
    "Order",
    "order_of_moments",
    "read_day",
    "since_1970",
    "span_of",
]

#: Which number of "01/02/2024" is the month; empty where it is no date at all.
Order = Literal["month", "day", ""]
ORDERS: tuple[Order, ...] = ("month", "day")
_1970, _SECONDS_OF_DAY = date(1970, 1, 1).toordinal(), 24 * 60**2
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
    r"(.{3,40}?)(?:[t:]|,?\s(?:at\s)?)\s?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s?([ap])\.?m\.?)?"
    r"(?:\s?(?:([a-z]{1,4})|([-+\u2212])(\d\d):?(\d\d)?(?:\s(?:utc|gmt|z))?))?(?:\s(\d{4})(?:\s([-+])(\d\d)(\d\d))?)?"
)
_WEEKDAY = regex(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}(?:,\s?|\s\s?)(?=\w)")
# "2024-02-05T10:00:00.5Z"
_ISO = regex(
    r"(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"(?:z|([-+])(\d\d):?(\d\d)?)?)?"
)
# The same without signs: "20240205T100000Z".
_BASIC = regex(
    r"(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?(?:z|([-+])(\d\d):?(\d\d)?)?"
)
# "...+01:00[Europe/Paris]"
_IN_BRACKETS = regex(r"\[[\w/+-]{1,40}\]$")
# "2024-02", "2024/02", "2024-02-05", "2024/2/5", "2024.02.05".
_BY_YEAR = regex(r"(\d{4})(?:[-/](\d\d)|([-/.])(\d\d?)\3(\d\d?))")
# "02/2024"
_BY_MONTHS = regex(r"(\d\d?)[-/](\d{4})")
# "2024-Q1", "Q1 2024", "2024-W05", "H2/2024".
_BY_PART = regex(r"(?:(\d{4})[-/ ]?([qhw])(\d\d?)|([qhw])(\d\d?)[-/ ]?(\d{4}))")
# "01/15/2024", "15.01.2024"; "1.2.24" is a version.
_BY_NUMBERS = regex(r"(\d\d?)(?:([-/])(\d\d?)\2(\d{4}|\d\d)|\.(\d\d?)\.(\d{4}))")
# "05.01.24" may be a date, and "1Q24", "Q1'24", "FY24" are of years that nobody can say.
_SHORT = regex(r"(\d\d)\.(\d\d)\.(\d\d)")
_SHORT_PART = regex(r"(?:[1-4]q|q[1-4]|[12]h|h[12])?[-/ ]?(?:fy)?[- ]?['\u2019]?(\d\d|\d{4})")
# "15 Jan 2024", "15/Jan/2024", and "Jan 15, 2024", "Jan 2024".
_BY_DAY = regex(
    r"(\d\d?)(?:st|nd|rd|th|\.)?[-/\s]([a-z]{3,9})\.?(?:,?[-/\s]\s?(?:(\d{4})|\u2019?\d\d))?"
)
_BY_MONTH = regex(r"([a-z]{3,9})\.?(?:\s\s?(\d\d?)(?:st|nd|rd|th)?)?(?:,?\s\s?(\d{4}))?")
# "Jan-2024", "2024 Jan", "2024-Jan-05", and "Jan-24", "05-JAN-24 10.00.00": of no sure year.
_BY_WORD = regex(r"([a-z]{3,9})\.?[-/]?(\d{4})|(\d{4})[-/ ]?([a-z]{3,9})\.?(?:[-/ ](\d\d?))?")
_OF_NO_YEAR = regex(
    r"(?:\d\d?[-/ ]?)?([a-z]{3,9})\.?[-/ ]?['\u2019]?\d\d(?:\s[\d.:,]+(?:\s?[ap]m)?)?"
)


#: The ordinals of the first day and the last of a day, a week, a month, a quarter, a half, a year.
Span = tuple[int, int]


class Moment(NamedTuple):
    """A date, and where it has a time, that."""

    #: The days that it may be, as they are written.
    span: Span
    #: Seconds and their billionths; a time without a zone is one of UTC.
    instant: tuple[int, int] | None = None

    @property
    def key(self) -> tuple[str, object]:
        """What those that are equal to it have in common, if they say as much."""
        return ("date", self.span) if self.instant is None else ("instant", self.instant)

    @property
    def around(self) -> Iterator[Span]:
        """The dates that it is a part of: the year of a month, the day of a time."""
        first, last = self.span
        if self.instant is not None:
            yield self.span
        start = date.fromordinal(first)
        year, month = start.year, start.month
        spans = {
            _months(year, 1, 12), _months(year, (month - 1) // 6 * 6 + 1, 6),
            _months(year, (month - 1) // 3 * 3 + 1, 3), _months(year, month, 1),
        }  # fmt: skip
        monday = first - start.weekday()
        spans.add((monday, monday + 6))
        yield from (span for span in spans if span != self.span and span[1] >= last)


@lru_cache(maxsize=4096)
def _months(year: int, first: int, count: int) -> Span:
    """So many months, the last of a year or before."""
    start = date(year, first, 1).toordinal()
    if first + count > 12:
        return start, date(year, 12, 31).toordinal()
    return start, date(year, first + count, 1).toordinal() - 1


def since_1970(seconds: int, thousandths: int) -> Moment:
    """The time that is so much later than the first of 1970."""
    seconds += _1970 * _SECONDS_OF_DAY
    day = seconds // _SECONDS_OF_DAY
    return Moment((day, day), (seconds, thousandths * 10**6))


def order_of_moments(one: Moment, other: Moment) -> int:
    """-1, 0 or 1, as one is before another, a part of it or the same, or after it."""
    if one.instant is not None and other.instant is not None:
        return (one.instant > other.instant) - (one.instant < other.instant)
    (first, last), (begin, end) = one.span, other.span
    if (first >= begin and last <= end) or (first <= begin and last >= end):
        return 0
    # Of a week in two months, by where they begin.
    return 1 if first > begin else -1


class Day(NamedTuple):
    """A date as it is written."""

    #: The days that it may be, for each order that its numbers may be in.
    readings: dict[Order, Span]
    #: Seconds from the beginning of the day on, in UTC, and their billionths.
    time: tuple[int, int] | None = None
    #: Whether nobody can say when it is: it has no year of four digits, or a zone of several.
    is_unclear: bool = False
    #: What stands between its numbers, where their order does not say itself which is the month.
    sign: str = ""

    def moment(self, order: Order) -> Moment | None:
        """What it says in an order; ``None`` where it fits none."""
        span = self.readings.get(order if self.sign else "")
        if span is None or self.is_unclear:
            return None
        if self.time is None:
            return Moment(span)
        seconds, part = self.time
        return Moment(span, (span[0] * _SECONDS_OF_DAY + seconds, part))


def read_day(text: str) -> Day | None:
    """Reads a text in small letters; ``None`` where it is no date.

    >>> read_day("jan 15, 2024").moment("") == read_day("2024-01-15").moment("")
    True
    >>> len(read_day("05/02/2024").readings), read_day("2024-q1").readings
    (2, {'': (738886, 738976)})

    """
    if len(text) > _LONGEST:
        return None
    match = _ISO.fullmatch(text) or _BASIC.fullmatch(text)
    if match is not None:
        return _iso(match)
    text = _IN_BRACKETS.sub("", text.strip())
    if not text[:1].isdecimal():
        weekday = _WEEKDAY.match(text)
        text = text if weekday is None else text[weekday.end() :]
        if not (
            text[:1].isdecimal() or text[:3] in MONTHS or text[1:2].isdecimal() or text[:2] == "fy"
        ):
            return None
    timed = _TIMED.fullmatch(text) if ":" in text else None
    if timed is None:
        return _day(text)
    written = f"{timed[1]} {timed[11]}" if timed[11] else timed[1]
    found, time, zone = _day(written), _time(timed), timed[7]
    if found is None or time is None or any(last > day for day, last in found.readings.values()):
        return None
    is_unclear = found.is_unclear or (zone is not None and zone not in _ZONES)
    return found._replace(time=time, is_unclear=is_unclear)


def _iso(match: re.Match[str]) -> Day | None:
    """What most dates are written as."""
    year, month, day, hour, minute, second, part, zone, past, off = match.groups()
    found = _of({"": (int(year), int(month), int(day))})
    if hour is None or found is None:
        return found
    time = _seconds(int(hour), int(minute), int(second or 0))
    if time is None or int(past or 0) > 23 or int(off or 0) > 59:
        return None
    if past:
        time -= (int(past) * 60 + int(off or 0)) * (60 if zone == "+" else -60)
    return found._replace(time=(time, int(part.ljust(9, "0")) if part else 0))


def _day(text: str) -> Day | None:
    match = _BY_YEAR.fullmatch(text)
    if match is not None:
        year, month, day = int(match[1]), int(match[2] or match[4]), match[5]
        return _of({"": (year, month, int(day)) if day else (year, month)})
    match = _BY_MONTHS.fullmatch(text)
    if match is not None:
        return _of({"": (int(match[2]), int(match[1]))})
    match = _BY_PART.fullmatch(text)
    if match is not None:
        year, sort, number = int(match[1] or match[6]), match[2] or match[4], match[3] or match[5]
        return _part_of(year, sort, int(number))
    match = _SHORT.fullmatch(text)
    if match is not None:
        one, other, year = map(int, match.groups())
        is_day = span_of(2000 + year, one, other) or span_of(2000 + year, other, one)
        return Day({}, is_unclear=True) if is_day else None
    may_be_part = text[:1] in ("q", "h", "f") or text[1:2] in ("q", "h")
    if may_be_part and _SHORT_PART.fullmatch(text):
        return Day({}, is_unclear=True)
    match = _BY_NUMBERS.fullmatch(text)
    if match is None:
        return _day_by_name(text)
    one, other, written = int(match[1]), int(match[3] or match[5]), match[4] or match[6]
    # With two digits, it is one of a year that has all days.
    is_unclear = len(written) == 2
    year = 2000 if is_unclear else int(written)
    found = _of({"month": (year, one, other), "day": (year, other, one)})
    return found and found._replace(is_unclear=is_unclear, sign=match[2] or ".")


def _part_of(year: int, sort: str, number: int) -> Day | None:
    """A quarter, a half or a week of a year."""
    if sort == "w":
        try:
            monday = date.fromisocalendar(year, number, 1).toordinal()
        except ValueError:
            return None
        return Day({"": (monday, monday + 6)})
    count = 3 if sort == "q" else 6
    is_there = year and 1 <= number <= 12 // count
    return Day({"": _months(year, (number - 1) * count + 1, count)}) if is_there else None


def _day_by_name(text: str) -> Day | None:
    match = _BY_DAY.fullmatch(text)
    if match is not None:
        day, name, year = match.groups()
    else:
        match = _BY_MONTH.fullmatch(text)
        if match is None:
            return _day_by_word(text)
        name, day, year = match.groups()
    month = MONTHS.get(name)
    if month is None or not (day or year):
        return None
    if not year:
        return Day({}, is_unclear=True)
    return _of({"": (int(year), month, int(day)) if day else (int(year), month)})


def _day_by_word(text: str) -> Day | None:
    match = _BY_WORD.fullmatch(text)
    if match is not None:
        month, year = MONTHS.get(match[1] or match[4]), int(match[2] or match[3])
        day = [int(match[5])] if match[5] else []
        return _of({"": (year, month, *day)}) if month else None
    match = _OF_NO_YEAR.fullmatch(text)
    return Day({}, is_unclear=True) if match is not None and match[1] in MONTHS else None


def _of(readings: dict[Order, tuple[int, ...]]) -> Day | None:
    """A date in the orders that it fits: there is no month 00, and no such day."""
    fitting = {
        order: span for order, day in readings.items() if all(day) and (span := span_of(*day))
    }
    return Day(fitting) if fitting else None


def span_of(year: int, month: int = 0, day: int = 0) -> Span | None:
    """The days of a date; ``None`` where there is no such."""
    try:
        if day:
            ordinal = date(year, month, day).toordinal()
            return ordinal, ordinal
        return _months(year, month, 1) if month else _months(year, 1, 12)
    except ValueError:
        return None


def _seconds(hour: int, minute: int, second: int) -> int | None:
    if hour > 24 or minute > 59 or second > 60:
        return None
    return (hour * 60 + minute) * 60 + second


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
    found = _seconds(hour, minute, second)
    if found is None:
        return None
    return found - ahead * 60, int(part.ljust(9, "0")) if part else 0
