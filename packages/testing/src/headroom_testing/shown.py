"""What a view shows of a payload, and where it says that something is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from headroom import MARKER

__all__ = ["Shown", "is_marker", "lines_shown", "units_shown"]

_NAMED = re.compile(r"\b(line|row|sentence)s? (\d+(?:-\d+)?(?:, ?\d+(?:-\d+)?)*)")


def is_marker(line: str) -> bool:
    """Whether a line of a view is a marker, and nothing beside it.

    >>> is_marker("  [lines 3-9 left out]"), is_marker("see [lines 3-9 left out]")
    (True, False)
    """
    return MARKER.search(line) is not None and not MARKER.sub("", line).strip()


@dataclass
class Shown:
    """The units that a view must show, in order, and the markers between them."""

    #: The numbers of the units that are not left out, from 1; blank ones do not count.
    kept: list[int]
    #: The numbers of those that are left out, before each of them and after the last.
    gaps: list[list[int]]
    #: The markers before each of them, and after the last.
    markers: list[list[str]] = field(default_factory=list)

    def check_markers(self, unit: str) -> None:
        """A marker stands wherever something is left out, and nowhere between what is not.

        One above everything or below it may sum up.

        Raises:
            AssertionError: One does not.

        """
        end = len(self.gaps) - 1
        for place, (gap, markers) in enumerate(zip(self.gaps, self.markers)):
            where = f"{unit} {gap[0]}-{gap[-1]}" if gap else ""
            assert markers or not gap, (
                f"no unmarked loss: {where} are left out, and no marker stands there"
            )
            if gap:
                assert any(_agrees(marker, unit, gap) for marker in markers), (
                    f"no unmarked loss: the marker in place of {where} names others: {markers[0]}"
                )
            elif markers and 0 < place < end:
                raise AssertionError(
                    f"no unmarked loss: nothing is left out after {unit} {self.kept[place - 1]},"
                    f" where a marker stands: {markers[0]}"
                )


def _agrees(marker: str, unit: str, gap: Sequence[int]) -> bool:
    """Whether a marker names no units, or some that are left out in its place."""
    named = [ranges for noun, ranges in _NAMED.findall(marker) if f"{noun}s" == unit]
    if not named:
        return True
    for one in ",".join(named).split(","):
        first, _, last = one.strip().partition("-")
        if int(first) <= gap[-1] and int(last or first) >= gap[0]:
            return True
    return False


def _expected(units: Sequence[str], gone: Collection[int]) -> Shown:
    shown = Shown([], [[]])
    for number, unit in enumerate(units, 1):
        if not unit.strip():
            continue
        if number in gone:
            shown.gaps[-1].append(number)
        else:
            shown.kept.append(number)
            shown.gaps.append([])
    shown.markers = [[] for _ in shown.gaps]
    return shown


def lines_shown(
    lines: Sequence[str], gone: Collection[int], view: str, *, markers_first: bool = False
) -> Shown:
    """Finds the lines of a payload, and whole lines that are markers, in a view.

    Args:
        lines: All of them.
        gone: The numbers of those that are left out, from 1.
        view: The text of the view.
        markers_first: Whether a line that may be the next one of the payload, or a marker that is
            awaited where it stands, is taken for the marker.

    Raises:
        AssertionError: One is missing, or stands where it did not.

    """
    shown = _expected(lines, gone)
    place = 0
    for line in map(str.strip, view.split("\n")):
        if not line:
            continue
        is_next = place < len(shown.kept) and line == lines[shown.kept[place] - 1].strip()
        awaited = markers_first and shown.gaps[place] and not shown.markers[place]
        if is_next and not (awaited and is_marker(line)):
            place += 1
        elif is_marker(line):
            shown.markers[place].append(line)
        else:
            raise AssertionError(
                f"nothing invented: this line is left out, or stands elsewhere: {line!r}"
            )
    if place < len(shown.kept):
        number = shown.kept[place]
        raise AssertionError(
            f"no unmarked loss: line {number} is neither shown nor left out: {lines[number - 1]!r}"
        )
    return shown


def units_shown(units: Sequence[str], unit: str, gone: Collection[int], view: str) -> Shown:
    """Finds the units of a payload, and the markers between them, in a view.

    Args:
        units: All of them.
        unit: What they are called.
        gone: The numbers of those that are left out, from 1.
        view: The text of the view.

    Raises:
        AssertionError: One is missing, or stands where it did not.

    """
    shown = _expected(units, gone)
    ends = [0]
    starts = []
    for number in shown.kept:
        text = units[number - 1].strip()
        start = view.find(text, ends[-1])
        assert start >= 0, (
            f"no unmarked loss: {unit} {number} is neither shown nor left out: {text!r}"
        )
        starts.append(start)
        ends.append(start + len(text))
    starts.append(len(view))
    for place, (first, end) in enumerate(zip(ends, starts)):
        shown.markers[place] = [found[0] for found in MARKER.finditer(view, first, end)]
    return shown
