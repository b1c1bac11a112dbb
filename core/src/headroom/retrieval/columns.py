"""How the values of a field are to be read: all of them together say it, and each by itself not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from headroom.retrieval.comparing import PLAIN, Comparable, Notation
from headroom.retrieval.numbers import SWITCHES, Dates, Numbers, Switches
from headroom.retrieval.texts import LADDERS, WHOLE, steps_of
from headroom.retrieval.units import is_known
from headroom.retrieval.versions import Doubtful, is_surely_version, read_version

__all__ = ["Column"]

#: A day, though there may be none such, and a year.
_DAY, _YEAR = re.compile(r"(?:19|20)\d\d([-/.])\d\d?\1\d\d?"), re.compile(r"(?:19|20)\d\d")
#: "3:45" and "1:02:03": of what a part is says the other.
_CLOCK = re.compile(r"\d{1,3}(?::\d\d){1,2}(?:[.,]\d+)?")
#: Of so many words, each of which stands so often, one is no name to look up in an alphabet.
_FEW, _OFTEN = 12, 3
#: What says that there is no word.
_NOTHING = frozenset(("", "n/a", "na", "-", "--", "?", "unknown", "tbd", "null"))
_WITH_ZERO = re.compile(r"0\d+")
_MOST = {"min": "max", "Min": "Max", "MIN": "MAX"}
#: Last words of names of fields that have such.
_VERSIONS = frozenset(("version", "versions", "ver", "release"))


class Column:
    """A field: whether it has versions, dates, amounts or switches, and how they are written.

    Args:
        field: Its name.
        name: The same as errors say it.
        wanted: What it is compared with.
        is_order: Whether more or less than that is asked for.

    >>> column = Column("python", '"python"', [Comparable("3.9")])
    >>> column.add(Comparable("3.12.1"))
    >>> column.notation.is_version
    True

    """

    def __init__(
        self, field: str, name: str, wanted: Iterable[Comparable], *, is_order: bool = False
    ) -> None:
        wanted = list(wanted)
        self._numbers, self._dates = Numbers(field, name), Dates(name)
        #: The name of the most, where it may be the least; a "min" is a minute, too.
        self.most = f"{field[:-3]}{_MOST[field[-3:]]}" if field[-3:] in _MOST else ""
        self._switches = Switches(name)
        self._name = name
        #: Whether more or less is asked for.
        self._is_order = is_order
        #: Where all numbers so far may be seconds since 1970, the last of them.
        self._epochs: str | None = ""
        #: What of it is asked for.
        self._has_numbers = any(one.reading is not None for one in wanted)
        self._has_dates = any(one.day or one.number_as_date for one in wanted)
        self._has_switches = any(one.text in SWITCHES for one in wanted)
        words = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field).casefold())
        #: Whether its name says that it has versions, and whether its values say it, or that it has
        #: others.
        self._is_named = words[-1] in _VERSIONS
        self._has_versions = self._has_others = False
        #: Whether values begin with a zero, as ids do.
        self.has_zeros = False
        self._may_be_versions = any(
            read_version(one.text) for one in wanted if one.day is None or one.text[:1].isdecimal()
        )
        #: Its numbers that may be versions.
        self._doubtful = Doubtful()
        #: Of its times with two numbers and of those with three, the first.
        self._clocks: dict[int, str] = {}
        #: How many of its words are steps, by what they are steps of, and of how many words.
        self._steps: Counter[str] = Counter()
        self._words = 0
        #: The same of what is asked for.
        self._wanted_steps: Counter[str] = Counter()
        for one in wanted:
            self._numbers.want(one)
            self._dates.add(one)
            self._look(one)
            self._wanted_steps.update(steps_of(one.text).keys())

    def have_most(self) -> None:
        """Takes into account that a row has the most, too."""
        self.most = ""
        self._numbers.have_most()

    def add(self, value: Comparable) -> None:
        """Takes one of the values into account."""
        if value.is_known:
            return
        value.is_known = True
        self.has_zeros = self.has_zeros or _WITH_ZERO.fullmatch(value.text) is not None
        if self._has_numbers:
            self._numbers.add(value)
        if self._has_dates:
            self._dates.add(value)
        if self._has_switches:
            self._switches.add(value)
        if self._may_be_versions or self._is_order:
            self._look(value)
        if self._is_order:
            self._step(value)
            if type(value.value) is str:
                self._doubtful.add(value.text)
                if ":" in value.text and _CLOCK.fullmatch(value.text) is not None:
                    self._clocks.setdefault(value.text.count(":"), value.text)
        if self._epochs is not None and value.reading is not None:
            is_epoch = value.reading.quantity.number == 0 or value.number_as_date is not None
            self._epochs = (value.text if is_epoch and len(value.text) > 9 else "") or None

    def _step(self, value: Comparable) -> None:
        """Whether a word is a step of some that have an order of their own."""
        if value.is_ordered and value.text not in _NOTHING:
            self._words += 1
            self._steps.update(steps_of(value.text).keys())

    def _look(self, value: Comparable) -> None:
        """Whether a value says that there are versions; "1.234.567" is a number, too."""
        text = value.text
        if text.count(".") > 1 or text[:1] == "v":
            is_short_date = value.day is not None and value.day.is_unclear
            is_version = value.day is None or (is_short_date and text[:1] != "0")
            is_version = is_version and value.reading is None and is_surely_version(text)
            # "05.01.24" is none, and "20.11.10" where others are.
            self._has_versions = self._has_versions or (is_version and not is_short_date)
            self._has_others = self._has_others or (is_short_date and not is_version)
        elif text[:1].isalpha():
            # "Jan 2024"
            self._has_others = self._has_others or (self._is_named and value.day is not None)
        elif self._has_others:
            return
        elif value.day is not None:
            # One with points is a version beside others.
            self._has_others = self._is_named and (value.day.sign == "." or "." not in text)
        elif value.reading is not None and value.reading.quantity.unit:
            # "5 kg" and "$5", and not "1.0b"; "3.9 LTS" is one, where they are called so.
            is_said = " " in text and not (self._is_named and not is_known(value.reading.units[0]))
            self._has_others = not text[:1].isdecimal() or is_said or not text[-1:].isalpha()

    @property
    def notation(self) -> Notation:
        """How its values are to be read."""
        has_versions = self._has_versions or (self._is_named and self._may_be_versions)
        if has_versions and not self._has_others:
            return Notation(is_version=True)
        return Notation(
            self._numbers.lacking, self._numbers.beside, self._dates.order, ladder=self._ladder
        )

    @property
    def _ladder(self) -> str:
        """What most of its words are steps of, where more or less is asked for."""
        with_wanted = self._steps + self._wanted_steps
        name = max(LADDERS, key=lambda one: with_wanted[one])
        count = self._steps[name]
        is_most = count == self._words if name == WHOLE else 2 * count > self._words
        return name if self._is_order and with_wanted[name] > 1 and is_most else ""

    def count_of_words(self, values: int) -> int:
        """How many words it has, where these are few, stand in it again and again and are no steps.

        Args:
            values: How many values it has.

        """
        is_few = 1 < self._words <= _FEW and values >= _OFTEN * self._words
        return self._words if is_few and self.notation == PLAIN else 0

    def why_not(self, wanted: Comparable, *, is_equal: bool, is_order: bool) -> str:
        """Why its values cannot be compared with one; empty if they can.

        Args:
            wanted: The one, read as they are.
            is_equal: Whether it is asked what is equal to it, and it may be meant as it stands.
            is_order: Whether more or less is asked for.

        """
        if self.notation.is_version:
            return ""
        if wanted.day is None and wanted.reading is None and _DAY.fullmatch(wanted.text):
            return f"there is no day {wanted.text}"
        if self._epochs and is_order and _YEAR.fullmatch(wanted.text):
            return (
                f"{self._epochs} in {self._name} may be seconds since 1970: write {wanted.text}-01 "
                f"if {wanted.text} is a year, or {wanted.text}.0"
            )
        if is_order and len(self._clocks) > 1 and _CLOCK.fullmatch(wanted.text) is not None:
            return (
                f"whether {self._clocks[1]} of {self._name} is in hours or, beside "
                f"{self._clocks[2]}, in minutes, nobody can say: ask by query"
            )
        doubtful = self._doubtful.beside(wanted.text) if is_order else None
        if doubtful is not None:
            return (
                f"whether {doubtful} of {self._name} is more than {wanted.text}, as a version, or "
                f"less, as a number, nobody can say: write v{wanted.text} for versions, or ask by "
                "query"
            )
        said = self._dates.why_not(wanted, is_equal=not is_order)
        if not said and not is_order and wanted.text in SWITCHES:
            said = self._switches.why_not(wanted.text)
        if not said and wanted.quantity is not None:
            said = self._numbers.why_not(wanted, is_equal=is_equal)
        return said
