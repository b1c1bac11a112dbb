"""Writes a view: the kept units as they are, and a marker for each gap."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.text.carriers import tables_among
from headroom.kinds.text.parse import Units
from headroom.toolkit.markers import marker, plural
from headroom.toolkit.ranges import spans

__all__ = ["gap_marker", "render"]


def gap_marker(unit: str, numbers: tuple[int, int], note: str = "") -> str:
    """The marker for some sentences or lines, by the first and the last number.

    >>> gap_marker("sentences", (4, 9)), gap_marker("lines", (2, 2))
    ('[sentences 4-9 left out]', '[line 2 left out]')
    """
    first, last = numbers
    return marker(f"{unit} {first}-{last}" if first != last else f"{unit[:-1]} {first}", note)


def render(units: Units, kept: Sequence[int]) -> str:
    """The view with the units of these indices, in ascending order."""
    parts: list[str] = []
    expected = 0
    for first, last in spans(kept):
        if first > expected:
            _gap(parts, units, expected, first)
        if first < last:
            parts.append(units.parts.text(first, last))
        # By itself: what stands at its end is changed at a gap.
        parts.append(units.parts.text(last, last + 1))
        expected = last + 1
    if expected < len(units.parts):
        _gap(parts, units, expected, len(units.parts))
    return "".join(parts)


def _gap(parts: list[str], units: Units, first: int, stop: int) -> None:
    """Puts a marker where a gap is: in the line if the gap is, else on a line of its own."""
    blocks = units.parts.blocks
    inside = (
        first > 0
        and stop < len(units.parts)
        and blocks[first - 1] == blocks[stop]
        and "\n" not in units.parts.text(first - 1, stop)
    )
    tables = sum(1 for _ in tables_among(units.parts, first, stop))
    note = f"with {plural(tables, 'table')}" if tables else ""
    text = gap_marker(units.noun, units.ranges(first, stop - 1), note)
    if inside:
        parts.append(text if parts[-1][-1:].isspace() else " " + text)
        parts.append(" ")
        return
    if first:
        body = parts[-1].rstrip()
        parts[-1] = body + _break(parts[-1], len(body))
    parts.append(text)
    if stop < len(units.parts):
        last = units.parts.text(stop - 1, stop)
        parts.append(_break(last, len(last.rstrip())))


def _break(text: str, start: int) -> str:
    """The line break, or the paragraph break, that the white space at the end of a text is."""
    return "\n\n" if text.count("\n", start) > 1 else "\n"
