"""What the values of a field have in common, and what can be compared with them."""

from __future__ import annotations

from headroom.regexes import regex
from headroom.retrieval.comparing import Comparable
from headroom.retrieval.dates import ORDERS, Order
from headroom.retrieval.units import (
    AGO,
    LETTERS,
    OWN,
    factors,
    is_currency,
    is_known,
    is_name_of_size,
    lettered,
    unit_of_name,
)

__all__ = ["SWITCHES", "Dates", "Numbers", "Switches"]

#: A field with so many units has texts, and as many of them are said.
_MOST_UNITS = 20
#: "5.000" and "5,000": the sign may be that of thousands, and that before decimals.
_DOUBTFUL = regex(r"[^\d.,]{0,4}[1-9]\d{0,2}[.,]\d{3}(?:[^\d.,].*)?")
# "1.200": where others have no decimals, these are thousands, or nobody can say.
_ENDS_IN_ZERO = regex(r"[^\d.,]{0,4}[1-9]\d{0,2}\.\d\d0(?:[^\d.,].*)?")
_OF_THREE = regex(r"[^\d.,]{0,4}[1-9]\d{0,2}(?:\.\d{3})+(?:[^\d.,].*)?")
# "1.2bn": an "m" beside it is a million.
_BILLIONS = regex(r".*\d\s?(?:bn|tn|mrd|mio|[bm]illion|trillion)\.?")

#: What has zeros of its own.
_WITH_ZEROS = {"\u00b0c", "s" + AGO}
#: "2024-13-45", "2024 Q5": no date, and no other thing.
_LIKE_DATE = regex(r"(?:19|20)\d\d[-/.]\d")
#: Characters of a value that are said.
_LONGEST_SAID = 60

#: What is on or off, each with the words of its sort.
SWITCHES = {word: pair for pair in map(
    str.split, ("true false", "yes no", "on off", "y n", "t f", "1 0")
) for word in pair}  # fmt: skip


class Numbers:
    """The numbers of a field: their units, and which sign stands before decimals.

    Args:
        field: Its name.
        name: The same as errors say it.

    >>> numbers = Numbers("took", '"took"')
    >>> for value in ("3 ms", "12"):
    ...     numbers.add(Comparable(value))
    >>> numbers.why_not(Comparable("5 s"), is_equal=False)
    'some values of "took" have no unit, and others ms: write the number in ms'

    """

    def __init__(self, field: str, name: str) -> None:
        self._field, self._name = field, name
        #: As they are written; an empty one where there is none.
        self._units: dict[str, None] = {}
        #: Those of what they are compared with.
        self._wanted: dict[str, None] = {}
        #: Whether there are parts of billions, as in "1.2B": there are none of bytes.
        self._has_billions = False
        #: One with a comma before decimals, and one with a sign that may be that of thousands.
        self._with_comma = self._doubtful = ""
        #: One whose point may be that of thousands, and whether others have none, or decimals.
        self._with_point = ""
        self._has_whole = self._has_decimals = False
        #: One of at most 1, without a unit.
        self._part = ""
        #: Whether a word says that a number is one of billions.
        self._has_words = False
        #: The unit that its name says.
        self._unit = unit_of_name(field)

    def have_most(self) -> None:
        """Takes into account that there is a most, too: a "min" is the least, and no minute."""
        self._unit = ""

    def want(self, value: Comparable) -> None:
        """Takes into account what they are compared with."""
        if value.reading is not None and value.reading.quantity.number:
            self._wanted.update(dict.fromkeys(filter(None, value.reading.units)))

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account; nothing is nothing in any unit."""
        reading = value.reading
        if reading is None or not reading.quantity.number:
            return
        for unit in reading.units:
            if unit not in self._units and len(self._units) < _MOST_UNITS:
                self._units[unit] = None
        text = value.text
        if not reading.quantity.unit and abs(reading.quantity.number) <= 1:
            self._part = self._part or text
        if type(value.value) is str:
            self._look_at_point(text)
        if reading.has_comma:
            self._with_comma = text
        elif "," in text or "." in text:
            self._has_billions = self._has_billions or reading.quantity.unit == "b"
            if not self._doubtful and type(value.value) is str and _DOUBTFUL.fullmatch(text):
                # A number of JSON is text of another type.
                self._doubtful = text

    def _look_at_point(self, text: str) -> None:
        self._has_words = self._has_words or (
            text[-1:].isalpha() and _BILLIONS.fullmatch(text) is not None
        )
        if "." not in text:
            self._has_whole = self._has_whole or "," not in text
        elif _ENDS_IN_ZERO.fullmatch(text) is not None:
            self._with_point = self._with_point or text
        elif _OF_THREE.fullmatch(text) is None:
            self._has_decimals = True

    @property
    def lacking(self) -> str:
        """The unit of a number without one, where it is compared with one that has one."""
        if not self._wanted:
            return ""
        is_bytes = "b" in self._bases or self.beside == "b"
        return self._unit or ("b" if is_bytes else "")

    @property
    def beside(self) -> str:
        """What letters count, as in "3M"; empty for thousands, millions and billions."""
        bases, letters = self._bases, self._letters
        small = {letter.casefold() for letter in letters}
        if "m" in bases and not {"mi", "Mi"}.isdisjoint((*self._units, *self._wanted)):
            return "m"
        if not letters or (self._has_words and bases.isdisjoint("bsmg")):
            return ""
        if small == {"k"} and "\u00b0c" in bases:
            return "\u00b0c"
        of_sizes = is_name_of_size(self._field)
        if letters == {"m"} or small <= {"g", "t"}:
            found = (base for base in ("b", "s", "m", "g") if base in bases)
            return next(found, "b" if of_sizes else OWN)
        if "b" in bases or "g" in small or of_sizes:
            return "b"
        if small == {"m"} and "s" in bases:
            return "s"
        return OWN if "b" in small and not self._has_billions else ""

    @property
    def _letters(self) -> set[str]:
        return {one for one in (*self._units, *self._wanted) if one.casefold() in LETTERS}

    @property
    def _bases(self) -> set[str]:
        """What their units are so many of, as far as they say so themselves."""
        units = (one for one in (*self._units, *self._wanted) if one.casefold() not in LETTERS)
        return {_base(one).partition("/")[0] for one in units}

    def why_not(self, wanted: Comparable, *, is_equal: bool) -> str:
        """Why they cannot be compared with a number; empty if they can.

        Args:
            wanted: The number, read as they are.
            is_equal: Whether it is asked what is equal to it, and it may be meant as it stands.

        """
        assert wanted.quantity is not None
        if not wanted.quantity.number and not self._bases & _WITH_ZEROS:
            # Nothing is nothing in any unit.
            return self._why_not_written(is_equal=is_equal)
        unit, beside = wanted.quantity.unit, self.beside
        there = {lettered(one.casefold(), beside) or "" for one in self._units}
        if "" in there and self._unit:
            # That of the name is theirs, and as they stand they compare with what has none.
            there = {*filter(None, there), self._unit}
        others = sorted(filter(None, there))
        return (
            self._why_not_written(is_equal=is_equal)
            or self._why_not_letter(wanted, beside, there, others)
            or self._why_not_ago(unit, others)
            or self._why_not_months(unit, others)
            or (
                self._why_not_of(unit, there, others, is_equal=is_equal)
                if unit
                else self._why_not_bare(there, others, is_equal=is_equal)
            )
        )

    def _why_not_written(self, *, is_equal: bool) -> str:
        if self._part and "%" in self._units and not is_equal:
            return (
                f"whether {self._part} of {self._name} is a part of 1 or, as others are, of 100, "
                "nobody can say: ask by query"
            )
        if self._with_point and self._has_whole and not self._has_decimals and not is_equal:
            return (
                f"whether the point in {self._with_point} of {self._name} is one of thousands, as "
                "others have no decimals, nobody can say: ask by query"
            )
        if not (self._with_comma and self._doubtful) or is_equal:
            return ""
        return (
            f"some values of {self._name} have a comma before decimals, as "
            f"{self._with_comma.strip()}, and whether {self._doubtful.strip()} has, nobody can "
            "say: ask by query"
        )

    def _why_not_letter(
        self, wanted: Comparable, beside: str, there: set[str], others: list[str]
    ) -> str:
        """Why nobody can say what a letter means."""
        assert wanted.reading is not None
        asked = wanted.reading.units[0].casefold()
        own = there & LETTERS.keys() if beside == OWN else set()
        if "m" in own and "" in there:
            return (
                f"some values of {self._name} have no unit, and others m: write the number in min "
                "or mb if that is meant; of a thousandth, as of processors, ask by query"
            )
        is_other = asked not in own and (asked in LETTERS or "b" in own)
        if own and (len(there) > 1 or is_other):
            return (
                f"what {', '.join(sorted(own))} is in {self._name}, nobody can say: 5 B may be "
                "bytes or billions, and 5 G so many bytes or grams; ask by query"
            )
        if "s" in self._bases and beside != "s" and any(one in ("m", "M") for one in self._letters):
            said = ", ".join(sorted(filter(None, self._units)))
            return f"whether m is a minute among units of {self._name}, {said}, nobody can say"
        is_told = others or any(one.casefold() in LETTERS for one in self._units)
        return self._no_unit(asked) if asked in LETTERS and there and not is_told else ""

    def _why_not_ago(self, unit: str, others: list[str]) -> str:
        if unit.endswith(AGO) or not any(other.endswith(AGO) for other in others):
            return ""
        return f"values of {self._name} say how long ago it was: write one, as in 3 days ago"

    def _why_not_months(self, unit: str, others: list[str]) -> str:
        if not {"s", "month"} <= {_base(one) for one in (unit, *others)}:
            return ""
        return f"how many days a month or a year of {self._name} has, nobody can say: ask by query"

    def _why_not_of(self, unit: str, there: set[str], others: list[str], *, is_equal: bool) -> str:
        like = [other for other in others if _base(other) == _base(unit)]
        if "" not in there or _base(unit) == "b" in map(_base, others):
            is_named = self._unit in others
            return "" if like or not is_named else self._no_unit(unit)
        if not like:
            is_sign = is_currency(unit) and not unit.isalpha()
            return "" if is_sign and not others else self._no_unit(unit)
        others = like if is_equal else others
        if all(_are_same(other, unit) for other in others):
            return ""
        if all(_are_same(other, others[0]) for other in others):
            advice = f"write the number in {others[0]}"
        else:
            advice = "which of these they are in, nobody can say: ask by query"
        said = f"have no unit, and others {', '.join(others)}"
        return f"some values of {self._name} {said}: {advice}"

    def _why_not_bare(self, there: set[str], others: list[str], *, is_equal: bool) -> str:
        is_bytes = "" in there and "b" in map(_base, others)
        if "" in there and is_equal and not is_bytes:
            # A value without one may be meant.
            return ""
        several = sorted({*filter(is_known, others), *(("b",) if is_bytes else ())})
        # "1 person" and "2 people" are of the same, and "44 BC" and "14 AD" are not.
        words = [other for other in others if not is_known(other) and len(other) > 1]
        if not is_equal and bool(several) + len({word[0] for word in words}) > 1:
            several += words
        if all(_are_same(other, several[0]) for other in several):
            return ""
        said = f"have several units, {', '.join(several)}"
        advice = "ask by query" if words else f"write one, as in 5 {several[0]}"
        return f"the values of {self._name} {said}: {advice}"

    def _no_unit(self, unit: str) -> str:
        return f'no value of {self._name} has a unit "{unit}": write the number alone'


class Dates:
    """The dates of a field: whether "01/02/2024" is in January or in February.

    Args:
        name: That of the field, as errors say it.

    >>> dates = Dates('"at"')
    >>> dates.add(Comparable("01/02/2024"))
    >>> dates.why_not(Comparable("01/02/2024"), is_equal=False)[:51]
    'which number of 01/02/2024 is the month, nothing in'
    >>> dates.add(Comparable("15/01/2024"))
    >>> dates.order, dates.why_not(Comparable("01/02/2024"), is_equal=False)
    ('day', '')

    """

    def __init__(self, name: str) -> None:
        self._name = name
        #: By the sign in them, the first of those that do not begin with the year, and the first
        #: that fits no other order.
        self._open: dict[str, str] = {}
        self._told: dict[tuple[str, Order], str] = {}
        #: One of which nobody can say when it is.
        self._unclear = ""
        #: One that begins as they do, and says something else.
        self._unread = ""
        #: Whether others say their order.
        self._has_sure = False

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account."""
        day, text = value.day, str(value.value).strip()
        if day is None:
            if not self._unread and _LIKE_DATE.match(text) and value.reading is None:
                self._unread = text
        elif day.is_unclear:
            self._unclear = self._unclear or text
        elif not day.sign:
            self._has_sure = True
        else:
            self._open.setdefault(day.sign, text)
            if len(day.readings) == 1:
                self._told.setdefault((day.sign, next(iter(day.readings))), text)

    @property
    def order(self) -> Order:
        """That which they are to be read in."""
        return next((order for _, order in self._told), ORDERS[0])

    def why_not(self, wanted: Comparable, *, is_equal: bool) -> str:
        """Why they cannot be compared with a value; empty if they can.

        Args:
            wanted: The value.
            is_equal: Whether it is asked what is equal to it, and it may be meant as it stands.

        """
        day = wanted.day
        if day is None and wanted.number_as_date is None:
            return ""
        if self._unread and day is not None and not is_equal:
            return (
                f"when {self._unread[:_LONGEST_SAID]} is, nobody can say, and other values of "
                f"{self._name} are dates: ~ finds parts of them"
            )
        if self._unclear and not (is_equal and wanted.moment is None):
            return (
                f"when {self._unclear} is, nobody can say: dates of {self._name} have no "
                "year of four digits or an unknown zone; ~ finds parts of them"
            )
        if not self._open:
            return ""
        advice = "2024-02-05 is sure, and ~ finds parts of dates"
        if len({order for _, order in self._told}) > 1:
            both = " and ".join(self._told.values())
            return f"no order of day and month fits {both} of {self._name}: {advice}"
        # Other people write other signs, and the month elsewhere.
        told = {sign for sign, _ in self._told}
        untold = next((one for sign, one in self._open.items() if sign not in told), "")
        # Those of one year, and those that are written alike, are so in either order.
        is_alike = is_equal and not self._has_sure and len(self._open) == 1
        if not untold or day is None or is_alike:
            return ""
        return f"which number of {untold} is the month, nothing in {self._name} says: {advice}"


class Switches:
    """Whether a field has nothing but true and false, or yes and no, or 1 and 0.

    Args:
        name: That of the field, as errors say it.

    >>> switches = Switches('"ok"')
    >>> switches.add(Comparable(True))
    >>> switches.why_not("yes"), switches.why_not("false")
    ('no value of "ok" is yes: each is true', '')

    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._texts: set[str] = set()
        self._has_others = False

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account; null and empty ones say nothing."""
        if value.text in SWITCHES:
            self._texts.add(value.text)
        elif value.is_ordered and value.text:
            self._has_others = True

    def why_not(self, wanted: str) -> str:
        """Why none can be equal to one of such; empty if one can."""
        if self._has_others or not self._texts or not self._texts.isdisjoint(SWITCHES[wanted]):
            return ""
        return f"no value of {self._name} is {wanted}: each is {' or '.join(sorted(self._texts))}"


def _base(unit: str) -> str:
    return factors(unit)[0]


def _are_same(one: str, other: str) -> bool:
    """Whether two units are names of one."""
    return factors(one) == factors(other)
