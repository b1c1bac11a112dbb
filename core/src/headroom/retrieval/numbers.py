"""What the values of a field have in common, and what can be compared with them."""

from __future__ import annotations

from headroom.regexes import regex
from headroom.retrieval.amounts import CURRENCIES, factors, is_scaled
from headroom.retrieval.comparing import Comparable
from headroom.retrieval.dates import ORDERS, Order

__all__ = ["SWITCHES", "Dates", "Numbers", "Switches", "is_size"]

#: A field with so many units has texts, and as many of them are said.
_MOST_UNITS = 20
#: "5.000" and "5,000": the sign may be that of thousands, and that before decimals.
_DOUBTFUL = regex(r"[^\d.,]{0,4}[1-9]\d{0,2}[.,]\d{3}(?:[^\d.,].*)?")

#: What is on or off, each with the words of its sort.
SWITCHES = {word: pair for pair in map(
    str.split, ("true false", "yes no", "on off", "y n", "t f", "1 0")
) for word in pair}  # fmt: skip


class Numbers:
    """The numbers of a field: their units, and which sign stands before decimals.

    Args:
        name: That of the field, as errors say it.

    >>> numbers = Numbers('"took"')
    >>> for value in ("3 ms", "12"):
    ...     numbers.add(Comparable(value))
    >>> numbers.why_not("s", is_equal=False)
    'some values of "took" have no unit, and others ms: write the number in ms'

    """

    def __init__(self, name: str) -> None:
        self._name = name
        #: As they are written; an empty one where there is none.
        self._units: dict[str, None] = {}
        #: One with a comma before decimals, and one with a sign that may be that of thousands.
        self._with_comma = self._doubtful = ""

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account; nothing is nothing in any unit."""
        quantity = value.quantity
        if quantity is None or not quantity.number:
            return
        for unit in value.units:
            if unit not in self._units and len(self._units) < _MOST_UNITS:
                self._units[unit] = None
        text = value.text
        if value.has_comma:
            self._with_comma = text
        elif not self._doubtful and ("," in text or "." in text):
            # A number of JSON is text of another type.
            is_doubtful = type(value.value) is str and _DOUBTFUL.fullmatch(text) is not None
            self._doubtful = text if is_doubtful else ""

    def why_not(self, unit: str, *, is_equal: bool) -> str:
        """Why they cannot be compared with a number; empty if they can.

        Args:
            unit: That of the number; empty where it has none.
            is_equal: Whether it is asked what is equal to it, and it may be meant as it stands.

        """
        if self._with_comma and self._doubtful and not is_equal:
            return (
                f"some values of {self._name} have a comma before decimals, as "
                f"{self._with_comma.strip()}, and whether {self._doubtful.strip()} has, nobody can "
                "say: ask by query"
            )
        others = sorted(filter(None, self._units))
        has_sizes = any("b" in factors(other) for other in others)
        if not unit:
            return self._why_not_bare(others, has_sizes, is_equal)
        if "" not in self._units or (has_sizes and is_size(unit)):
            return ""
        like = [other for other in others if factors(unit).keys() & factors(other).keys()]
        if not like:
            if unit in CURRENCIES and not others:
                return ""
            return f'no value of {self._name} has a unit "{unit}": write the number alone'
        others = like if is_equal else others
        if all(_are_same(other, unit) for other in others) and len(factors(unit)) == 1:
            return ""
        if others == ["m"]:
            return self._why_not_beside_m()
        if all(_are_same(other, others[0]) for other in others):
            advice = f"write the number in {others[0]}"
        else:
            advice = "which of these they are in, nobody can say: ask by query"
        said = f"have no unit, and others {', '.join(others)}"
        return f"some values of {self._name} {said}: {advice}"

    def _why_not_bare(self, others: list[str], has_sizes: bool, is_equal: bool) -> str:
        is_bytes = has_sizes and "" in self._units
        several = sorted({*filter(is_scaled, others), *(("b",) if is_bytes else ())})
        if "" in self._units and is_equal and not is_bytes:
            # A value without one may be meant.
            return ""
        if is_bytes and others == ["m"]:
            return self._why_not_beside_m()
        if all(_are_same(other, several[0]) for other in several):
            return ""
        said = f"have several units, {', '.join(several)}"
        return f"the values of {self._name} {said}: write one, as in 5 {several[0]}"

    def _why_not_beside_m(self) -> str:
        return (
            f"some values of {self._name} have no unit, and others m: write the number in min or "
            "mb if that is meant; of a thousandth, as of processors, ask by query"
        )


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
        #: Whether others say their order, and whether some are versions.
        self._has_sure = self._has_version = False

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account."""
        day, text = value.day, str(value.value).strip()
        if day is None:
            self._has_version = self._has_version or (text.count(".") > 1 and value.is_dotted)
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
        if self._has_version and self._open.keys() == {"."}:
            return ""
        return next((order for _, order in self._told), ORDERS[0])

    def why_not(self, wanted: Comparable, *, is_equal: bool) -> str:
        """Why they cannot be compared with a value; empty if they can.

        Args:
            wanted: The value.
            is_equal: Whether it is asked what is equal to it, and it may be meant as it stands.

        """
        day = wanted.day
        if day is None and wanted.year is None:
            return ""
        if self._unclear and not (is_equal and wanted.moment is None):
            return (
                f"when {self._unclear} is, nobody can say: dates of {self._name} have no "
                "year of four digits or an unknown zone; ~ finds parts of them"
            )
        if not (self._open and self.order):
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


def is_size(unit: str) -> bool:
    """Whether it is one of sizes and of nothing else: beside these, what has none is bytes."""
    return factors(unit).keys() == {"b"}


def _are_same(one: str, other: str) -> bool:
    """Whether two units are names of one."""
    return bool(factors(one).items() & factors(other).items())
