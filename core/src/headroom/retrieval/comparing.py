"""How two values compare: as dates, as numbers, as amounts with a unit, or as texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from decimal import Decimal
from typing import NamedTuple, TypeVar
from unicodedata import normalize

from headroom.retrieval.amounts import LONGEST, Quantity, read
from headroom.retrieval.dates import Day, Moment, Order, read_day
from headroom.toolkit.rows.pieces import spell
from headroom.toolkit.rows.values import Duplicates

__all__ = ["PLAIN", "Comparable", "Notation", "order", "text_of"]

_YEAR = re.compile(r"\s*(\d{4})\s*")
_VERSION = re.compile(r"[\w.:/+-]+")
_PLAIN = re.compile(r"\d+(?:\.\d*)?")
_HALF_DAY = re.compile(r"(\d\d?)((?::\d\d){0,2})\s?([ap])m")
_RUNS = re.compile(r"\d+|\D+")
_Runs = tuple[tuple[int, int, str], ...]
T = TypeVar("T", Decimal, tuple[int, ...], _Runs, str)


class Notation(NamedTuple):
    """How the values of a field are to be read, as far as they do not say so themselves."""

    #: The unit of a number without one.
    lacking: str = ""
    #: Which number of "01/02/2024" is the month.
    order: Order = "month"
    #: Whether they are what others are compared with.
    is_wanted: bool = False


#: As they stand.
PLAIN = Notation()


class Comparable:
    """A value as it is compared. What it may be read as is found out once, when that is asked.

    Args:
        value: The value.
        notation: How it is read where it does not say so itself.

    >>> Comparable("5,000").quantity == Comparable(5000).quantity, Comparable("12_34").quantity
    (True, None)
    >>> Comparable("37 ms").quantity
    Quantity(number=Decimal('37'), unit='ms')

    """

    __slots__ = (
        "_day",
        "_notation",
        "_quantity",
        "has_comma",
        "is_ordered",
        "text",
        "units",
        "value",
    )

    def __init__(self, value: object, notation: Notation = PLAIN) -> None:
        self.value = value
        text = text_of(value)
        #: Without case; what looks alike is alike, however accents and blanks are encoded.
        self.text = (text if text.isascii() else normalize("NFKC", text)).casefold()
        #: Whether anything is more or less than it.
        self.is_ordered = isinstance(value, str) or not (
            value is None or isinstance(value, (dict, list, Duplicates))
        )
        self._notation = notation
        #: Of a number that was read the units, as they are written; an empty one where it has none.
        self.units: tuple[str, ...] = ()
        #: Whether a comma surely stands before the decimals of such a number.
        self.has_comma = False
        self._quantity: Quantity | bool | None = False
        self._day: Day | bool | None = False

    @property
    def quantity(self) -> Quantity | None:
        """The number that it is, with its unit; ``None`` for any other value."""
        if isinstance(self._quantity, bool):
            # Of "3 (5h ago)", what it says beside the number counts where it is asked for.
            text = self.text if self._notation.is_wanted else _without_note(self.text)
            found = read(text) if len(text) <= LONGEST else None
            self._quantity = None
            if found is not None:
                self._quantity, self.units, self.has_comma = found
                if self._notation.lacking and not self._quantity.unit:
                    self._quantity = Quantity(self._quantity.number, self._notation.lacking)
        return self._quantity

    @property
    def day(self) -> Day | None:
        """The date that it is, as it is written; ``None`` for any other value."""
        if isinstance(self._day, bool):
            is_text = isinstance(self.value, str)
            self._day = read_day(_without_note(self.text)) if is_text else None
        return self._day

    @property
    def moment(self) -> Moment | None:
        """The date or the time that it is; ``None`` for any other value."""
        return None if self.day is None else self.day.moment(self._notation.order)

    @property
    def is_amount(self) -> bool:
        """Whether it is a number, a date or a version."""
        return self.is_digit or self.quantity is not None or self.day is not None

    @property
    def is_plain(self) -> bool:
        """Whether it is a number of nothing but digits and a point: versions compare with it."""
        return _PLAIN.fullmatch(self.text) is not None and self.quantity is not None

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
                if self.is_plain:
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
            of_runs: tuple[str, ...] = ("runs like a number",) if self.is_plain else ()
        elif moment is not None:
            of_runs = ("runs like a date",)
        else:
            of_runs = (
                "runs",
                *(("runs of a number",) if self.is_like_version else ()),
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
        return _runs(self.text) if self.is_digit and len(self.text) <= LONGEST else None

    @property
    def is_digit(self) -> bool:
        """Whether it begins with a digit."""
        return self.text[:1].isdecimal()

    @property
    def is_dotted(self) -> bool:
        """Whether it is nothing but numbers with points between."""
        return self.text.replace(".", "").isdecimal()

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
    if one.text == other.text:
        return 0
    left, right = one.quantity, other.quantity
    if left is not None and right is not None:
        if left.unit == right.unit or not left.unit or not right.unit:
            return _sign(left.number, right.number)
        others = right.amounts
        signs = (_sign(n, others[base]) for base, n in left.amounts.items() if base in others)
        return next(signs, None)
    if one.moment is not None or other.moment is not None:
        return _order_of_moments(one, other)
    if left is not None or right is not None:
        number, text = (one, other) if right is None else (other, one)
        # A version may be compared with a number; a word is neither.
        if not (number.is_plain and text.is_digit and text.is_like_version):
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
        if found or max(len(one.text), len(other.text)) <= LONGEST:
            return found
    return _sign(one.text, other.text)


def _sign(one: T, other: T) -> int:
    return (one > other) - (one < other)


def _without_note(text: str) -> str:
    """A text without what stands in parentheses after it."""
    return text.partition(" (")[0] if text[-1:] == ")" else text


def _runs(text: str) -> _Runs:
    half = _HALF_DAY.fullmatch(text) if text[-1:] == "m" else None
    if half is not None:
        # "2:05 pm" is "14:05".
        text = f"{int(half[1]) % 12 + (12 if half[3] == 'p' else 0)}{half[2] or ':00'}"
    return tuple(
        (0, int(run), "") if run[0].isdecimal() else (1, 0, run)
        for run in _RUNS.findall(text[:LONGEST])
    )


def text_of(value: object) -> str:
    """A value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return spell(value)
