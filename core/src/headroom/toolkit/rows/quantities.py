"""What the cells of a column measure: numbers, numbers with a unit, times, and their shape."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from headroom.regexes import regex
from headroom.scanning import plain_numbers
from headroom.scanning.cells import LONGEST
from headroom.toolkit.rows.notation import BARE_NUMBER

__all__ = [
    "TIME",
    "inner_numbers",
    "numbers_of",
    "times_of",
]

#: A date, or a date and time, of ISO 8601.
TIME = regex(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?)?"
    r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
# A number between the same signs, as currencies and units are; a quoted one for its commas. Letters
# right before a number make an identifier.
_WITH_UNIT = regex(
    r'"?([^\w"]{0,3}|[A-Z]{3} )(-?\d{1,3}(?:,\d{3})+(?:\.\d{1,9})?|-?\d{1,15}(?:\.\d{1,9})?)'
    r'( ?[^\W\d]{1,6}| ?%| ?[^\w"]{1,3}|)"?',
)
#: Characters of a date, any date, and dates and times that are remembered. Chosen.
_DATE, _ANY_DATE, _REMEMBERED = 10, "2000-01-01", 1000
#: Cells whose numbers are read at a time. Chosen.
_TOGETHER = 500
#: Cells that have no value.
_NOTHING = frozenset({"", '""', "null"})
_NUMBERS = regex(r"(?<![\d.])\d{1,15}(?:\.\d{1,9})?(?![\d.])", re.ASCII)
#: What may be no number for being too long, or several.
_LONG_NUMBER = regex(r"\d{16}|\.\d{10}", re.ASCII)
#: So many numbers within a cell are looked at.
_INNER = 4
#: Cells that are looked at to see whether a column may be one of numbers.
_PROBED = 20
#: A column is one of numbers where so many cells are, and this share of those that say something.
_LEAST_NUMBERS, _MOSTLY = 4, 0.9
#: The share of the rows that have such cells at the least. Chosen.
_LEAST_FILLED = 0.25


def numbers_of(
    cells: Sequence[str], plain: Callable[[], Sequence[float] | None] | None = None
) -> Sequence[float] | None:
    """A column's numbers, NaN where there is none; ``None`` if it is no column of numbers.

    Args:
        cells: Those of the column.
        plain: What ``plain_numbers`` gives for them.

    """
    # Where none of some cells is a number, they are not most of all.
    some = [cell for cell in cells[:: max(1, len(cells) // _PROBED)] if cell not in _NOTHING]
    if any(map(BARE_NUMBER.fullmatch, some)):
        numbers = plain_numbers(cells) if plain is None else plain()
        if numbers:
            # All other cells are empty.
            valid, present = sum(map(math.isfinite, numbers)), len(cells) - cells.count("")
            return numbers if valid >= max(_LEAST_NUMBERS, _MOSTLY * present) else None
        numbers = array(
            "d", (float(cell) if BARE_NUMBER.fullmatch(cell) else math.nan for cell in cells)
        )
        if _are_most(numbers, cells):
            return numbers
    # Numbers with a unit or a currency, the same in nearly all cells: "37 ms", "$1,234.00".
    if not any(map(_WITH_UNIT.fullmatch, some)):
        return None
    parts = map(_WITH_UNIT.fullmatch, cells)
    units = Counter((part[1], part[3]) for part in parts if part)
    if not units:
        return None
    unit = max(units.items(), key=lambda item: (item[1], item[0]))[0]
    numbers = array(
        "d",
        (
            float(part[2].replace(",", "")) if part and (part[1], part[3]) == unit else math.nan
            for part in map(_WITH_UNIT.fullmatch, cells)
        ),
    )
    return numbers if _are_most(numbers, cells) else None


def _are_most(numbers: Sequence[float], cells: Sequence[str]) -> bool:
    """Whether nearly all cells that say something are numbers."""
    present = len(cells) - sum(map(_NOTHING.__contains__, cells))
    valid = sum(map(math.isfinite, numbers))
    return valid >= _LEAST_NUMBERS and valid >= _MOSTLY * present


def inner_numbers(cells: Sequence[str], shapes: Sequence[str]) -> Iterator[Sequence[float]]:
    """The numbers within cells that are alike but for them, one place after the other."""
    if len(shapes) < 2:
        return
    counts = Counter(shapes)
    # Rows of another sort have no such cell.
    filled = len(shapes) - counts.pop("", 0)
    usual, count = counts.most_common(1)[0] if counts else ("", 0)
    if "9" not in usual or count < _MOSTLY * filled or filled < _LEAST_FILLED * len(shapes):
        return
    # Cells of one length, as identifiers are, have no number far out.
    if len({len(cell) for cell in cells if cell}) < 2:
        return
    places: list[array[float]] = []
    for start in range(0, len(cells), _TOGETHER):
        part = cells[start : start + _TOGETHER]
        found = _by_place(part, shapes[start : start + _TOGETHER], usual)
        for place, numbers in enumerate(found):
            if place == len(places):
                places.append(array("d", [math.nan]) * start)
            places[place].extend(numbers)
        for known in places[len(found) :]:
            known.extend([math.nan] * len(part))
    yield from places


def _by_place(cells: Sequence[str], shapes: Sequence[str], usual: str) -> list[list[float]]:
    """The first numbers of cells of the usual shape, then the second, and so on."""
    lines = "\n".join(cells)
    is_plain = lines.isascii() and not _LONG_NUMBER.search(lines)
    if is_plain and shapes.count(usual) == len(cells) and max(map(len, cells)) <= LONGEST:
        # All have as many numbers as their shape says.
        every = _NUMBERS.findall(lines)
        width = len(every) // len(cells)
        return [list(map(float, every[place::width])) for place in range(min(width, _INNER))]
    found = [
        _NUMBERS.findall(cell)[:_INNER] if shape == usual else ()
        for cell, shape in zip(cells, shapes)
    ]
    return [
        [float(one[place]) if place < len(one) else math.nan for one in found]
        for place in range(max(map(len, found)))
    ]


def times_of(cells: Sequence[str]) -> Sequence[float] | None:
    """A column's dates and times in seconds, NaN where there is none; ``None`` if it has few."""
    first = next((cell for cell in cells if cell), "")
    if not TIME.fullmatch(first[:LONGEST]):
        return None
    days, seconds = _Remembered(_seconds_of_date), _Remembered(_seconds_of_time)
    whole = _Remembered(lambda cell: days[cell[:_DATE]] + seconds[cell[_DATE:]])
    times = array("d", map(whole.__getitem__, cells))
    return times if _are_most(times, cells) else None


class _Remembered(dict[str, float]):
    """What some texts come to, of which the same come again: so many of them."""

    def __init__(self, make: Callable[[str], float]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> float:
        found = self._make(text)
        if len(self) < _REMEMBERED:
            self[text] = found
        return found


def _seconds_of_date(text: str) -> float:
    """The seconds of the days until a date of ISO 8601; NaN if it is none."""
    match = TIME.fullmatch(text)
    if match is None:
        return math.nan
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).toordinal() * 86400.0
    except ValueError:
        return math.nan


def _seconds_of_time(text: str) -> float:
    """The seconds of a day until a time, as it stands behind a date; NaN if it is none.

    Without its offset: days are what counts.
    """
    match = TIME.fullmatch(f"{_ANY_DATE}{text[:LONGEST]}")
    if match is None:
        return math.nan
    hour, minute, second = (int(part or 0) for part in match.groups()[3:])
    return (hour * 60 + minute) * 60.0 + second
