"""Writes a view: the kept lines as they are, and a marker for each gap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from headroom.compression.code_compressor.outline import Outline
from headroom.compression.markers import marker
from headroom.compression.model import Omission, View
from headroom.tokens import TokenCounter

__all__ = ["Renderer"]


class Renderer:
    """Renders choices of units of one outline.

    Args:
        outline: The source, taken apart.
        counter: Counts tokens.

    """

    def __init__(self, outline: Outline, counter: TokenCounter) -> None:
        self._outline = outline
        # With its line break, a line by itself costs at least what it costs in the text, so a
        # gap that is filled because it is cheaper than its marker never makes a view longer.
        costs = counter.count_many([line + "\n" for line in outline.lines])
        self._sums = list(accumulate(costs, initial=0))
        self._marker_cost = counter.count(
            self._comment(f"lines 1-{len(outline.lines)}", "    ") + "\n"
        )
        segments = sorted(
            (first, last, index)
            for index, unit in enumerate(outline.units)
            for first, last in unit.ranges
        )
        self._segments = segments
        self._starts = [first for first, _, _ in segments]

    def cost(self, index: int) -> int:
        """Tokens of one unit by itself."""
        return sum(
            self._sums[last] - self._sums[first - 1]
            for first, last in self._outline.units[index].ranges
        )

    def text(self, kept: frozenset[int]) -> str:
        """The view with just these units, and with the gaps that are not worth a marker."""
        return self.view(kept).text

    def view(self, kept: frozenset[int]) -> View:
        """The view with just these units, and what it leaves out."""
        lines = self._outline.lines
        gaps, present = self._gaps(kept)
        out: list[str] = []
        position = 1
        fillers = self._fillers(kept, present, {gap[0]: number for number, gap in enumerate(gaps)})
        for number, (first, last, in_string) in enumerate(gaps):
            out.extend(lines[position - 1 : first - 1])
            out.append(self._gap(first, last, in_string, fillers.get(number)))
            position = last + 1
        out.extend(lines[position - 1 :])
        text = "\n".join(out) + ("\n" if self._outline.final_newline else "")
        if not gaps:
            return View(text, lossless=True)
        omission = Omission("lines", tuple((first, last) for first, last, _ in gaps))
        return View(text, lossless=False, omissions=(omission,))

    def _gaps(self, kept: frozenset[int]) -> tuple[list[tuple[int, int, bool]], list[bool]]:
        """What is left out: first line, last line, whether it is inside a string.

        Also, for each segment, whether it is in the view: kept, or cheaper than its marker.
        """
        units = self._outline.units
        present = [index in kept for _, _, index in self._segments]
        gaps: list[tuple[int, int, bool]] = []
        position, end = 0, len(present)
        while position < end:
            if present[position]:
                position += 1
                continue
            start = position
            while position < end and not present[position]:
                position += 1
            first, last = self._segments[start][0], self._segments[position - 1][1]
            if self._sums[last] - self._sums[first - 1] <= self._marker_cost:
                present[start:position] = [True] * (position - start)
            else:
                # A string that is left out whole is left out with what surrounds it.
                inside = all(units[self._segments[i][2]].in_string for i in range(start, position))
                gaps.append((first, last, inside))
        return gaps, present

    def _fillers(
        self, kept: frozenset[int], present: Sequence[bool], gap_at: dict[int, int]
    ) -> dict[int, str]:
        """The indentation of the statement that stands in, by gap, where a block runs empty."""
        outline = self._outline
        needed: dict[int, str] = {}
        if not outline.filler:
            return needed
        for block in outline.blocks:
            if block.owner not in kept:
                continue
            gap: int | None = None
            position = bisect_left(self._starts, block.first)
            while position < len(present) and self._starts[position] <= block.last:
                if not present[position] and gap is None:
                    gap = gap_at[self._starts[position]]
                if present[position] and outline.units[self._segments[position][2]].statement:
                    break
                position += 1
            else:
                if gap is not None:
                    needed[gap] = block.indent
        return needed

    def _gap(self, first: int, last: int, in_string: bool, filler: str | None) -> str:
        lines = self._outline.lines
        where = f"lines {first}-{last}" if first != last else f"line {first}"
        if filler is not None:
            return f"{filler}{self._outline.filler}  {self._comment(where, '')}"
        shown = next((line for line in lines[first - 1 : last] if line.strip()), "")
        indent = shown[: len(shown) - len(shown.lstrip(" \t"))]
        if in_string:
            return indent + marker(where)
        return self._comment(where, indent)

    def _comment(self, where: str, indent: str) -> str:
        opening, closing = self._outline.comment
        return f"{indent}{opening}{marker(where)}{closing}"
