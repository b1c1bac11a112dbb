"""What the numbers of a field have in common, and which number they can be compared with."""

from __future__ import annotations

from headroom.regexes import regex
from headroom.retrieval.amounts import CURRENCIES, factors, is_scaled
from headroom.retrieval.comparing import Comparable

__all__ = ["Numbers", "is_size"]

#: A field with so many units has texts, and as many of them are said.
_MOST_UNITS = 20
#: "5.000" and "5,000": the sign may be that of thousands, and that before decimals.
_DOUBTFUL = regex(r"[^\d.,]{0,4}[1-9]\d{0,2}[.,]\d{3}(?:[^\d.,].*)?")


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
        if all(_are_same(other, others[0]) for other in others):
            # Beside a number without a unit, "m" may be a minute and mega.
            advice = f"write the number in {'min or mb' if others[0] == 'm' else others[0]}"
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
        if all(_are_same(other, several[0]) for other in several):
            return ""
        said = f"have several units, {', '.join(several)}"
        return f"the values of {self._name} {said}: write one, as in 5 {several[0]}"


def is_size(unit: str) -> bool:
    """Whether it is one of sizes and of nothing else: beside these, what has none is bytes."""
    return factors(unit).keys() == {"b"}


def _are_same(one: str, other: str) -> bool:
    """Whether two units are names of one."""
    return bool(factors(one).items() & factors(other).items())
