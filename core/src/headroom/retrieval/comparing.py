"""How two values compare: as dates, as numbers, as amounts with a unit, or as texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple, TypeVar
from unicodedata import normalize

from headroom.regexes import regex
from headroom.toolkit.rows.pieces import spell
from headroom.toolkit.rows.values import Duplicates

__all__ = ["Comparable", "Moment", "Quantity", "is_assumed", "is_scaled", "order", "text_of"]

#: Longer texts, in characters, are no numbers; their order is that of their beginnings first.
_LONGEST = 400
# "5,000", "$5,000.50", "\u22125" and "37 ms", as people write amounts.
_QUANTITY = regex(
    r"\s*([-+\u2212\u2013]?)[$\u20ac\u00a3\u00a5]?\s?"
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*(?:e[-+]?\d{1,3})?|\.\d+)"
    r"\s*([^\W\d_]{1,12}|%)?\s*"
)
# "2024-02", "2024-02-05", "2024/2/5", "2024-02-05 10:00", "2024-02-05T10:00:00.5+02:00".
_MOMENT = regex(
    r"\s*(\d{4})(?:-(\d\d)|([-/])(\d\d?)\3(\d\d?)"
    r"(?:(?:t|\s)\s?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(?:(z|utc|gmt)|([-+\u2212])(\d\d):?(\d\d)?)?)?)\s*"
)
_YEAR = re.compile(r"\s*(\d{4})\s*")
_MINUS = ("-", "\u2212", "\u2013")
_VERSION = re.compile(r"[\w.:/+-]+")
_RUNS = re.compile(r"\d+|\D+")
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
    ("s", Decimal(7 * 24 * 60**2), "week weeks"),
    ("b", Decimal(1), "b byte bytes"),
    *(("b", Decimal(1000**power), f"{sign}b") for power, sign in enumerate("kmgt", 1)),
    *(("b", Decimal(1024**power), f"{sign}ib {sign}i") for power, sign in enumerate("kmgt", 1)),
    # What tools for files write: "12K". Beside times, "m" is a minute.
    *(("b", Decimal(1024**power), sign) for power, sign in enumerate("kmgt", 1)),
):
    for _name in _names.split():
        _UNITS.setdefault(_name, {})[_base] = _factor
# More digits than a number has here, times those of a unit.
_EXACT = Context(prec=2 * _LONGEST)

_Runs = tuple[tuple[int, int, str], ...]
T = TypeVar("T", Decimal, tuple[int, ...], _Runs, str)


class Quantity(NamedTuple):
    """A number, and what it counts."""

    number: Decimal
    unit: str = ""

    @property
    def amounts(self) -> dict[str, Decimal]:
        """By the units that others are so many of, the number of these."""
        factors = _UNITS.get(self.unit)
        if factors is None:
            return {self.unit: self.number}
        return {base: _EXACT.multiply(self.number, factor) for base, factor in factors.items()}


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


class Comparable:
    """A value as it is compared. What it may be read as is found out once, when that is asked.

    >>> Comparable("$5,000").quantity == Comparable(5000).quantity, Comparable("12_34").quantity
    (True, None)
    >>> Comparable("37 ms").quantity
    Quantity(number=Decimal('37'), unit='ms')

    """

    __slots__ = ("_moment", "_quantity", "is_ordered", "text", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        text = text_of(value)
        #: Without case; what looks alike is alike, however accents and blanks are encoded.
        self.text = (text if text.isascii() else normalize("NFKC", text)).casefold()
        #: Whether anything is more or less than it.
        self.is_ordered = isinstance(value, str) or not (
            value is None or isinstance(value, (dict, list, Duplicates))
        )
        self._quantity: Quantity | bool | None = False
        self._moment: Moment | bool | None = False

    @property
    def quantity(self) -> Quantity | None:
        """The number that it is, with its unit; ``None`` for any other value."""
        if isinstance(self._quantity, bool):
            self._quantity = _quantity(self.text) if len(self.text) <= _LONGEST else None
        return self._quantity

    @property
    def moment(self) -> Moment | None:
        """The date or the time that it is; ``None`` for any other value."""
        if isinstance(self._moment, bool):
            self._moment = (
                _moment(self.text) if self.is_digit and len(self.text) <= _LONGEST else None
            )
        return self._moment

    @property
    def is_amount(self) -> bool:
        """Whether it is a number, a date or a version."""
        return self.is_digit or self.quantity is not None

    @property
    def unit(self) -> str:
        """The unit of a number; empty where it has none, and for any other value."""
        quantity = self.quantity
        return "" if quantity is None else quantity.unit

    def said(self) -> Iterator[tuple[str, object]]:
        """What those look for, each with its sort, that are equal to it and written otherwise."""
        quantity, moment, runs = self.quantity, self.moment, self.runs
        if quantity is not None:
            yield "number", quantity.number
            yield from (("amount", amount) for amount in quantity.amounts.items())
            if not quantity.unit:
                yield "bare number", quantity.number
        if runs is not None:
            if quantity is not None:
                yield "runs of a number", runs
            elif moment is not None:
                yield "runs of a date", runs
            else:
                yield "runs", runs
                if self.is_like_version:
                    yield "runs like a number", runs
                if self.is_like_date:
                    yield "runs like a date", runs
        moment = moment or self.year
        if moment is not None:
            yield moment.key
            yield from (("in date", day) for day in moment.around)

    def looks(self, sorts: Set[str]) -> Iterator[tuple[str, object]]:
        """What it looks for among the keys of others, which are of these sorts."""
        quantity, moment = self.quantity, self.moment
        if quantity is not None:
            if quantity.unit:
                yield "bare number", quantity.number
                yield from (("amount", amount) for amount in quantity.amounts.items())
            else:
                yield "number", quantity.number
            of_runs: tuple[str, ...] = ("runs like a number",)
        elif moment is not None:
            of_runs = ("runs like a date",)
        else:
            of_runs = (
                "runs",
                "runs of a number",
                *(("runs of a date",) if self.is_like_date else ()),
            )
        yield from ((sort, self.runs) for sort in of_runs if sort in sorts)
        if "date" in sorts or "instant" in sorts:
            moment = moment or self.year
            if moment is not None:
                yield moment.key
                if moment.instant is None:
                    yield "in date", moment.day
                yield from (("date", day) for day in moment.around)

    @property
    def runs(self) -> _Runs | None:
        """Its numbers and what is between, so that 10 comes after 9; ``None`` for other texts."""
        return _runs(self.text) if self.is_digit and len(self.text) <= _LONGEST else None

    @property
    def is_digit(self) -> bool:
        """Whether it begins with a digit."""
        return self.text[:1].isdecimal()

    @property
    def is_like_version(self) -> bool:
        """Whether it may be a version or a time of the day, and is no phrase."""
        return _VERSION.fullmatch(self.text) is not None

    @property
    def is_like_date(self) -> bool:
        """Whether it begins like a date: then it may come before or after one."""
        return self.text[:4].isdecimal() and not self.text[4:5].isdecimal()

    @property
    def year(self) -> Moment | None:
        """The year that four digits are beside a date."""
        match = _YEAR.fullmatch(self.text)
        return None if match is None else Moment((int(match[1]),))


def order(one: Comparable, other: Comparable) -> int | None:
    """-1, 0 or 1, as a value is less, as much or more; ``None`` where that has no meaning.

    >>> def compare(one, other): return order(Comparable(one), Comparable(other))
    >>> compare("10 ms", "9 ms"), compare("1 s", "900 ms"), compare("1.10.2", "1.9")
    (1, 1, 1)
    >>> compare("ok", 5), compare("5 ms", 5), compare("2024-02-05T10:00Z", "2024-02-05")
    (None, 0, 0)

    """
    if not (one.is_ordered and other.is_ordered):
        return None
    left, right = one.quantity, other.quantity
    if left is not None and right is not None:
        if left.unit == right.unit or not left.unit or not right.unit:
            return _sign(left.number, right.number)
        others = right.amounts
        signs = (_sign(n, others[base]) for base, n in left.amounts.items() if base in others)
        return next(signs, None)
    if one.moment is not None or other.moment is not None:
        return _order_of_moments(one, other)
    if (left is not None or right is not None) and not (one.is_digit and other.is_digit):
        # A version may be compared with a number; a word is neither.
        return None
    if left is not None and not other.is_like_version:
        return None
    return _order_of_texts(one, other)


def _order_of_moments(one: Comparable, other: Comparable) -> int | None:
    """The same where one at the least is a date."""
    left, right = one.moment or one.year, other.moment or other.year
    if left is None or right is None:
        is_like = one.is_like_date and other.is_like_date and not (one.quantity or other.quantity)
        return _order_of_texts(one, other) if is_like else None
    if left.instant is not None and right.instant is not None:
        return _sign(left.instant, right.instant)
    # By what both of them say.
    length = min(len(left.day), len(right.day))
    return _sign(left.day[:length], right.day[:length])


def _order_of_texts(one: Comparable, other: Comparable) -> int:
    if one.is_digit and other.is_digit:
        found = _sign(_runs(one.text), _runs(other.text))
        if found or max(len(one.text), len(other.text)) <= _LONGEST:
            return found
    return _sign(one.text, other.text)


def _sign(one: T, other: T) -> int:
    return (one > other) - (one < other)


def is_scaled(unit: str) -> bool:
    """Whether there are other units of the same: a number without one may mean any of them."""
    return unit in _UNITS


def is_assumed(unit: str) -> bool:
    """Whether a number without a unit may be taken for one of these."""
    return unit == "%" or (unit in _UNITS and unit not in ("k", "m", "g", "t"))


def _quantity(text: str) -> Quantity | None:
    if text.isdecimal():
        return Quantity(Decimal(text))
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number = Decimal(("-" if match[1] in _MINUS else "") + match[2].replace(",", ""))
    return Quantity(number, (match[3] or "").replace("\u03bc", "u"))


def _moment(text: str) -> Moment | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or match[4])
    try:
        days = date(year, month, int(match[5] or 1)).toordinal()
    except ValueError:
        return None
    if match[2]:
        return Moment((year, month))
    day = year, month, int(match[5])
    if match[6] is None:
        return Moment(day)
    hour, minute, second, past, off = (int(match[n] or 0) for n in (6, 7, 8, 12, 13))
    if hour > 24 or minute > 59 or second > 60 or past > 23 or off > 59:
        return None
    ahead = (past * 60 + off) * (1 if match[11] == "+" else -1)
    seconds = ((days * 24 + hour) * 60 + minute - ahead) * 60 + second
    return Moment(day, (seconds, int((match[9] or "").ljust(9, "0"))))


def _runs(text: str) -> _Runs:
    return tuple(
        (0, int(run), "") if run[0].isdecimal() else (1, 0, run)
        for run in _RUNS.findall(text[:_LONGEST])
    )


def text_of(value: object) -> str:
    """A value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return spell(value)
