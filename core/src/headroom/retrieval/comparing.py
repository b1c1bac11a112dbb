"""How two values compare: as versions, as dates, as amounts with a unit, or as texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from decimal import Decimal
from html import unescape
from typing import Literal, NamedTuple, TypeVar
from unicodedata import normalize

from headroom.forking import cached_property
from headroom.retrieval.amounts import LONGEST, Quantity, Reading, read
from headroom.retrieval.dates import (
    Day,
    Moment,
    Order,
    order_of_moments,
    read_day,
    since_1970,
    span_of,
)
from headroom.retrieval.texts import Runs, order_of_texts, runs_of, steps_of
from headroom.retrieval.units import factors, is_currency
from headroom.retrieval.versions import Version, read_version
from headroom.toolkit.rows.pieces import spell
from headroom.toolkit.rows.values import Duplicates

__all__ = ["PLAIN", "WANTED", "Comparable", "Notation", "order", "text_of", "without_around"]

# "2024", "20240205", and seconds or their thousandths since 1970: dates beside others.
_DAY = re.compile(r"\s*([12]\d{3})(?:(\d\d)(\d\d))?\s*")
_SINCE = re.compile(r"\s*([12]\d{9})(?:(\d{3})\d{0,6}|\.(\d{1,9}))?\s*")
# "10\u00b2" is not 102, and "12\u00bd" not 121/2.
_SMALL_DIGIT = re.compile("[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u215f]")
# What stands around a cell of a table in a text, and is not part of what it says.
_AROUND = re.compile(
    r"(?P<sign>\*\*\*|\*\*|\*|`|~~)(?=\S)(?P<a>[^*`~]+)(?<=\S)(?P=sign)"
    r"|'(?P<d>[^']+)'|\"(?P<e>[^\"]+)\""
    r"|\[(?P<b>[^\[\]]+)\]\([^()\s]*\)|<(?P<tag>[a-z]{1,8})\b[^<>]*>(?P<c>[^<>]*)</(?P=tag)>"
)
_MOST_AROUND = 4
#: Words that say numbers and times, as digits do.
_NUMERIC = re.compile(
    r"\d|(?:[-+]?(?:inf|infinity|nan)|today|yesterday|(?:just )?now|noon|midnight"
    r"|last (?:week|month|year))$"
)
_BEGINS_AROUND = ("*", "`", "~", "[", "<", "'", '"')
# "&amp;", as in HTML.
_ENTITY = re.compile(r"&#?\w{1,31};")
#: What those that are dates look for, and of numbers that may be, these alone.
_OF_DATES = {sort: {f"{sort}date", f"{sort}instant"} for sort in ("", "number ")}
T = TypeVar("T", int, Decimal, "tuple[object, ...]")


class Notation(NamedTuple):
    """How the values of a field are to be read, as far as they do not say so themselves."""

    #: The unit of a number without one.
    lacking: str = ""
    #: What a letter counts, as in "3M": the base of the units beside it.
    beside: str = ""
    #: Which number of "01/02/2024" is the month.
    order: Order = "month"
    #: Whether they are versions.
    is_version: bool = False
    #: What their words are steps of, as "low" and "high" are; empty for mere words.
    ladder: str = ""
    #: Whether they are what others are compared with.
    is_wanted: bool = False
    #: Whether what is equal to one must be written as it is.
    is_exact: bool = False


#: As they stand, and what they are compared with.
PLAIN, WANTED = Notation(), Notation(is_wanted=True)


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

    def __init__(self, value: object, notation: Notation = PLAIN) -> None:
        self.value = value
        text = text_of(value)
        if not text.isascii():
            form: Literal["NFC", "NFKC"] = "NFC" if _SMALL_DIGIT.search(text) else "NFKC"
            text = normalize(form, text)
        #: As it stands, without case. What looks alike is alike, however accents and blanks are
        #: encoded.
        self.put = text.casefold()
        #: What it says, without what stands around that.
        self.written = text.strip()
        if "&" in text and not notation.is_wanted and _ENTITY.search(text) is not None:
            self.written = normalize("NFKC", unescape(self.written)).strip()
        if self.written[:1] in _BEGINS_AROUND and not notation.is_wanted:
            self.written = without_around(self.written)
        #: The same without case.
        self.text = self.written.casefold()
        #: Whether anything is more or less than it.
        self.is_ordered = isinstance(value, str) or not (
            value is None or isinstance(value, (dict, list, Duplicates))
        )
        self._notation = notation
        #: Whether it is taken into account in what its column has.
        self.is_known = False
        self._looked: dict[Set[str], frozenset[tuple[str, object]]] = {}

    def again(self, notation: Notation) -> Comparable:
        """The same read otherwise: what it is as it stands need not be found out again."""
        found = Comparable(self.value, notation)
        for name in ("reading", "day"):
            if name in self.__dict__:
                found.__dict__[name] = self.__dict__[name]
        return found

    # As it stands

    @cached_property
    def reading(self) -> Reading | None:
        """The number that it is, as it is written; ``None`` for any other value."""
        if len(self.written) > LONGEST:
            return None
        # Of "3 (5h ago)", what it says beside the number counts where it is asked for.
        return read(self.written if self._notation.is_wanted else _without_note(self.written))

    @cached_property
    def day(self) -> Day | None:
        """The date that it is, as it is written; ``None`` for any other value."""
        return read_day(_without_note(self.text)) if isinstance(self.value, str) else None

    # As its field has it

    @cached_property
    def version(self) -> Version | None:
        """The version that it is among others."""
        return read_version(self.text) if self._notation.is_version else None

    @cached_property
    def quantity(self) -> Quantity | None:
        """The number that it is, with its unit; ``None`` for any other value."""
        if self.reading is None or self._notation.is_version:
            return None
        found = self.reading.quantity
        if not found.unit:
            return found._replace(unit=self._notation.lacking) if self._notation.lacking else found
        return found.beside(self._notation.beside)

    @property
    def sort(self) -> object:
        """What those have in common that are comparable with the same."""
        quantity = self.quantity
        of = self.version and self.version.name, quantity and factors(quantity.unit)[0]
        return *of, self.moment is None, self.number_as_date is None

    def is_hole(self, other: Comparable) -> bool:
        """Whether nobody can say if it is more or less than another, which its field is asked for.

        A word says no number; another currency, or the version of something else, is another thing.
        """
        if not self.is_ordered or _NUMERIC.search(self.text) is None:
            return False
        if order(self, other) is not None or (self.version and other.version):
            return False
        if self.quantity is None or other.quantity is None:
            return True
        units = (one.unit.partition("/")[0] for one in (self.quantity, other.quantity))
        return len({factors(unit)[0] for unit in units if is_currency(unit)}) < 2

    @cached_property
    def moment(self) -> Moment | None:
        """The date or the time that it is; ``None`` for any other value."""
        if self.day is None or self._notation.is_version:
            return None
        return self.day.moment(self._notation.order)

    @cached_property
    def number_as_date(self) -> Moment | None:
        """The year, the day or the time that a number is beside a date."""
        if self._notation.is_version or not self.text[:1].isdecimal():
            return None
        match = _SINCE.fullmatch(self.text)
        if match is not None:
            part = match[2] or (match[3] or "").ljust(3, "0")[:3]
            return since_1970(int(match[1]), int(part))
        match = _DAY.fullmatch(self.text)
        span = match and span_of(*(int(part or 0) for part in match.groups()))
        return Moment(span) if span else None

    @property
    def step(self) -> int | None:
        """Which step it is of those that its field has; ``None`` for any other value."""
        return steps_of(self.text).get(self._notation.ladder)

    @cached_property
    def is_text(self) -> bool:
        """Whether it is nothing but a text."""
        read = self.quantity, self.moment, self.version
        return read == (None, None, None) and not self.is_step

    @property
    def is_step(self) -> bool:
        """Whether its field has steps, one of which it may be."""
        return bool(self._notation.ladder)

    @property
    def is_amount(self) -> bool:
        """Whether it is a number, a date or a version."""
        is_read = self.quantity is not None or self.day is not None or self.version is not None
        return is_read or self.text[:1].isdecimal()

    @property
    def runs(self) -> Runs | None:
        """Its numbers and what is between, so that 10 comes after 9; ``None`` for other texts."""
        is_digit = self.text[:1].isdecimal()
        return runs_of(self.text) if is_digit and len(self.text) <= LONGEST else None

    def said(self) -> Iterator[tuple[str, object]]:
        """What those look for, each with its sort, that are equal to it and written otherwise."""
        moment = self.moment
        if self._notation.is_exact:
            return
        if self.version is not None:
            yield "version", self.version
        elif self.quantity is not None:
            yield "number", self.quantity.number
            yield "amount", self.quantity.amount
            if not self.quantity.unit:
                yield "bare number", self.quantity.number
        elif moment is None and self.runs is not None:
            yield "runs", self.runs
        # A number is a date beside dates, and no other number.
        sort = "" if moment is not None else "number "
        moment = moment or self.number_as_date
        if moment is not None:
            yield f"{sort}{moment.key[0]}", moment.key[1]
            yield from ((f"{sort}in date", span) for span in moment.around)

    def looked(self, sorts: frozenset[str]) -> frozenset[tuple[str, object]]:
        """The same as ``looks``, found once."""
        found = self._looked.get(sorts)
        if found is None:
            found = self._looked[sorts] = frozenset(self.looks(sorts))
        return found

    def looks(self, sorts: Set[str]) -> Iterator[tuple[str, object]]:
        """What it looks for among the keys of others, which are of these sorts."""
        moment = self.moment
        if self.version is not None:
            yield "version", self.version
        elif "number" in sorts and self.quantity is not None:
            if self.quantity.unit:
                yield "bare number", self.quantity.number
                yield "amount", self.quantity.amount
            else:
                yield "number", self.quantity.number
        elif "runs" in sorts and moment is None and self.quantity is None:
            yield "runs", self.runs
        of_dates = {"", *(("number ",) if moment is not None else ())}
        for before in (sort for sort in of_dates if not sorts.isdisjoint(_OF_DATES[sort])):
            found = moment or self.number_as_date
            if found is not None:
                yield f"{before}{found.key[0]}", found.key[1]
                if found.instant is None:
                    yield f"{before}in date", found.span
                yield from ((f"{before}date", span) for span in found.around)


def order(one: Comparable, other: Comparable) -> int | None:
    """-1, 0 or 1, as a value is less, as much or more; ``None`` where that has no meaning.

    >>> def compare(one, other): return order(Comparable(one), Comparable(other))
    >>> compare("10 ms", "9 ms"), compare("1 s", "900 ms"), compare("10:05", "9:05")
    (1, 1, 1)
    >>> compare("ok", 5), compare("5 ms", 5), compare("2024-02-05T10:00Z", "2024-02-05")
    (None, 0, 0)

    """
    if not (one.is_ordered and other.is_ordered):
        return None
    if one.text == other.text:
        return 0
    if one.is_text and other.is_text:
        return order_of_texts(one.text, other.text)
    if one.version is not None or other.version is not None:
        return _order_of_versions(one.version, other.version)
    if one.is_step and other.is_step:
        step, wanted_step = one.step, other.step
        return None if step is None or wanted_step is None else _sign(step, wanted_step)
    right = other.quantity
    left = one.quantity if right is not None else None
    if left is not None and right is not None:
        if left.unit == right.unit or not left.unit or not right.unit:
            return _sign(left.number, right.number)
        (base, number), (of, many) = left.amount, right.amount
        # Nothing is nothing, of each month or at all.
        is_nothing = not (number and many) and base.partition("/")[0] == of.partition("/")[0]
        return _sign(number, many) if base == of or is_nothing else None
    moment, wanted = one.moment, other.moment
    if moment is not None or wanted is not None:
        moment, wanted = moment or one.number_as_date, wanted or other.number_as_date
        return None if moment is None or wanted is None else order_of_moments(moment, wanted)
    return order_of_texts(one.text, other.text) if right is None and one.quantity is None else None


def _order_of_versions(one: Version | None, other: Version | None) -> int | None:
    if one is None or other is None or one.name != other.name:
        return None
    return _sign(one.key, other.key)


def _sign(one: T, other: T) -> int:
    return (one > other) - (one < other)


def _without_note(text: str) -> str:
    """A text without what stands in parentheses after it, or how far it may be off."""
    if "\u00b1" in text:
        text = text.partition("\u00b1")[0]
    return text.partition(" (")[0] if text[-1:] == ")" else text


def without_around(text: str) -> str:
    """What a text says without the signs of Markdown and HTML that stand around it."""
    for _ in range(_MOST_AROUND if text[:1] in _BEGINS_AROUND else 0):
        match = _AROUND.fullmatch(text)
        if match is None:
            break
        text = (next(filter(None, match.group(*"abcde")), "")).strip()
    return text


def text_of(value: object) -> str:
    """A value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return spell(value)
