"""Writes a view: the kept units as they are, and a marker for each gap."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.text.parse import Units
from headroom.toolkit.markers import marker
from headroom.view import Omission

__all__ = ["gap_marker", "render"]


def gap_marker(unit: str, numbers: tuple[int, int], note: str = "") -> str:
    """The marker for some sentences or lines, by the first and the last number.

    >>> gap_marker("sentences", (4, 9)), gap_marker("lines", (2, 2))
    ('[sentences 4-9 left out]', '[line 2 left out]')
    """
    first, last = numbers
    where = Omission(unit, (numbers,)).where
    return marker(where if first != last else f"{unit[:-1]} {first}", note)


def render(units: Units, kept: Sequence[int]) -> str:
    """The view with the units of these indices, in ascending order."""
    parts: list[str] = []
    expected = 0
    for index in kept:
        if index > expected:
            _gap(parts, units, expected, index)
        parts.append(units.parts[index].text)
        expected = index + 1
    if expected < len(units.parts):
        _gap(parts, units, expected, len(units.parts))
    return "".join(parts)


def _gap(parts: list[str], units: Units, first: int, stop: int) -> None:
    """Puts a marker where a gap is: in the line if the gap is, else on a line of its own."""
    before, last = (units.parts[first - 1] if first else None), units.parts[stop - 1]
    inside = (
        before is not None
        and stop < len(units.parts)
        and before.block == units.parts[stop].block
        and not any("\n" in units.parts[index].text for index in range(first - 1, stop))
    )
    text = gap_marker(units.noun, units.ranges(first, stop - 1))
    if inside:
        parts.append(text if parts[-1][-1:].isspace() else " " + text)
        parts.append(" ")
        return
    if before is not None:
        body = parts[-1].rstrip()
        parts[-1] = body + _break(parts[-1][len(body) :])
    parts.append(text)
    if stop < len(units.parts):
        parts.append(_break(last.text[len(last.text.rstrip()) :]))


def _break(space: str) -> str:
    """The line break, or the paragraph break, that some white space is."""
    return "\n\n" if space.count("\n") > 1 else "\n"
