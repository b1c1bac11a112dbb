"""Writes a view: the kept lines as they are, and a marker for each gap."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, groupby

from headroom.kinds.code.outline import Outline
from headroom.lines import joined
from headroom.tokens import TokenCounter, count_each
from headroom.toolkit.markers import SMALLEST, marker
from headroom.view import Omission, View

__all__ = ["Renderer"]

#: Gaps of up to so many lines are marked by one sign, which the first marker explains: what stands
#: around them says what they hold. Measured with ``python -m benchmarks``: markers with numbers are
#: a fifth of the tokens of a view.
_SHORT = 24

#: What can be said in a comment of any language.
_NAME = re.compile(r"[\w$#@?!=.:~-]{1,80}")

#: So many lines that begin alike are said to; and with what: some words of it.
_MANY_ALIKE, _WORDS = 8, re.compile(r"[^\W\d]\w*(?: \w+){1,8}(?= |\W)")

#: All views of no more lines are kept until one is chosen; chosen.
_FEW = 3000

#: A line that would look like that sign.
_LIKE_A_SIGN = re.compile(rf"\W*{SMALLEST}(?:\W.*)?")


#: A text, its gaps, and which segments are in it.
_Rendered = tuple[str, list[tuple[int, int, bool]], bytearray]


class Renderer:
    """Renders the starts of one order of the units of an outline.

    Args:
        outline: The source, taken apart.
        counter: Counts tokens.
        first_line: By which number markers call the first line.

    """

    def __init__(self, outline: Outline, counter: TokenCounter, first_line: int = 1) -> None:
        self._outline = outline
        self._before = first_line - 1
        self._counter = counter
        # With its line break, a line by itself costs at least what it costs in the text, so a
        # gap that is filled because it is cheaper than its marker never makes a view longer.
        costs = count_each(counter, (line + "\n" for line in outline.lines))
        self._sums = array("q", accumulate(costs, initial=0))
        del costs
        # Where the file has such lines itself, every marker says more.
        with_sign = [line for line in outline.lines if SMALLEST in line]
        self._short = 0 if any(map(_LIKE_A_SIGN.fullmatch, with_sign)) else _SHORT
        self._marker_cost = counter.count(
            _comment(marker(f"lines 1-{len(outline.lines)}"), "    ", outline.comment) + "\n"
        )
        self._sign_cost = counter.count(_comment(SMALLEST, "    ", outline.comment) + "\n")
        units = outline.units
        order = array("i", sorted(range(len(units.firsts)), key=units.firsts.__getitem__))
        #: Of each segment the first line, the last one, and the unit. Numbers side by side: there
        #: is a segment for nearly each line.
        self._starts, self._ends, self._unit_of = (
            array("i", map(column.__getitem__, order))
            for column in (units.firsts, units.lasts, units.owners)
        )
        del order
        #: Tokens of each unit by itself.
        self.costs = [0] * len(units)
        for first, last, index in zip(self._starts, self._ends, self._unit_of):
            self.costs[index] += self._sums[last] - self._sums[first - 1]
        self._ranks = array("i", bytes(4 * len(self._starts)))
        self._rank_of_unit = array("i")
        self._counted: dict[int, int] = {}
        #: What was rendered, by how many units; see ``_text``. Of many lines only what was last,
        #: which mostly is what is chosen.
        self._made: dict[int, _Rendered] = {}
        self._naming = True
        named = sorted(
            (symbol.first, index)
            for index, symbol in enumerate(outline.symbols)
            if not symbol.local and _NAME.fullmatch(symbol.name)
        )
        self._named_lines = [line for line, _ in named]
        self._names = [outline.symbols.names[index] for _, index in named]

    def arrange(self, order: Sequence[int]) -> None:
        """Says in which order units go into a view: ``view(n)`` has the first ``n`` of them."""
        self._rank_of_unit = array("i", bytes(4 * len(order)))
        for rank, index in enumerate(order):
            self._rank_of_unit[index] = rank
        self._ranks = array("i", map(self._rank_of_unit.__getitem__, self._unit_of))
        self._forget()

    def name_none(self) -> None:
        """From here on, markers do not name the functions and classes that they stand for."""
        self._naming = False
        self._forget()

    def _forget(self) -> None:
        self._counted.clear()
        self._made.clear()

    def estimates(self, size: int) -> array[int]:
        """What views of the first 0, 1, 2 ... units cost, about; ascending, up to so many units."""
        ranks, starts, ends, sums = self._ranks, self._starts, self._ends, self._sums
        places = [place for place, rank in enumerate(ranks) if rank < size]
        places.sort(key=ranks.__getitem__)
        # With a kept one at both ends, a segment always has neighbours.
        present = bytearray(len(ranks) + 2)
        present[0] = present[-1] = 1
        # An empty view is one gap.
        total, gaps, most = 0, 1, self._marker_cost
        # There are short ones and long ones.
        of_gap = (self._sign_cost + self._marker_cost) // 2 if self._short else self._marker_cost
        found = array("q", (most,))
        for _, of_unit in groupby(places, ranks.__getitem__):
            for place in of_unit:
                total += sums[ends[place]] - sums[starts[place] - 1]
                gaps += 1 - present[place] - present[place + 2]
                present[place + 1] = 1
            most = max(most, total + gaps * of_gap)
            found.append(most)
        return found

    def count(self, size: int) -> int:
        """The tokens of the view with the first units of the order."""
        if size not in self._counted:
            self._counted[size] = self._counter.count(self._rendered(size)[0])
        return self._counted[size]

    def view(self, size: int) -> View:
        """The view with the first units of the order, and what it leaves out.

        Gaps that are not worth a marker are in it as well.
        """
        text, gaps, _ = self._rendered(size)
        if not gaps:
            return View(text, lossless=True)
        before = self._before
        ranges = tuple((first + before, last + before) for first, last, _ in gaps)
        return View(text, False, (Omission("lines", ranges),), first_line=before + 1)

    def is_whole(self, size: int) -> bool:
        """Whether that view has no unit in part or without the one that it needs, no empty block.

        The first units of an order are so; what stands where a marker would cost more need not be.
        """
        ranks, units = self._rank_of_unit, self._outline.units
        present = self._rendered(size)[2]
        others = Counter(
            unit for unit, here in zip(self._unit_of, present) if here and ranks[unit] >= size
        )
        return others.keys().isdisjoint(self._outline.blocks.owners) and all(
            parts == len(units[unit].ranges)
            and (
                units.needs[unit] < 0
                or units.needs[unit] in others
                or ranks[units.needs[unit]] < size
            )
            for unit, parts in others.items()
        )

    def _rendered(self, size: int) -> _Rendered:
        made = self._made.get(size)
        if made is None:
            if len(self._outline.lines) > _FEW:
                # Both at once would take the most memory of all.
                self._made.clear()
            made = self._made[size] = self._text(size)
        return made

    def _text(self, size: int) -> _Rendered:
        """The text of a view, and its gaps; see ``_gaps``."""
        lines = self._outline.lines
        gaps, present = self._gaps(size)
        if not gaps:
            text = joined(lines, 0, len(lines)) if lines else ""
            return text + "\n" * self._outline.final_newline, gaps, present
        out: list[str] = []
        position = 1
        fillers = self._fillers(size, present, {gap[0]: number for number, gap in enumerate(gaps)})
        named = [self._names_in(first, last) for first, last, _ in gaps]
        signs = [number for number in range(1, len(gaps)) if self._is_short(gaps[number])]
        legend = f"{SMALLEST} below stands for up to {self._short} lines" if signs else ""
        if any(named[number] for number in signs):
            legend += " and names what is in them"
        for number, gap in enumerate(gaps):
            first, last, _ = gap
            if position < first:
                out.append(joined(lines, position - 1, first - 1))
            names = named[number]
            if number and self._is_short(gap):
                said = f"{SMALLEST} {names}" if names else SMALLEST
            else:
                notes = [names] if number else [legend, names]
                said = marker(self._where(first, last), "; ".join(filter(None, notes)))
            out.append(self._gap(gap, said, fillers.get(number)))
            position = last + 1
        if position <= len(lines):
            out.append(joined(lines, position - 1, len(lines)))
        if self._outline.final_newline:
            out.append("")
        return "\n".join(out), gaps, present

    def _names_in(self, first: int, last: int) -> str:
        """The functions and classes that begin there, by name."""
        if not self._naming:
            return ""
        start = bisect_left(self._named_lines, first)
        stop = bisect_right(self._named_lines, last, start)
        if start == stop:
            return self._alike(first, last)
        return ", ".join(dict.fromkeys(self._names[start:stop]))

    def _alike(self, first: int, last: int) -> str:
        """What many lines begin with, where all of them begin alike: the rows of a table in SQL."""
        lines = self._outline.lines
        match = _WORDS.match(lines[first - 1]) if last - first + 1 >= _MANY_ALIKE else None
        words = match[0].split(" ") if match else []
        for number in range(first, last):
            while words and lines[number] and not lines[number].startswith(" ".join(words)):
                words.pop()
            if not words:
                return ""
        return f"each {' '.join(words)} ..." if len(words) > 1 else ""

    def _gaps(self, size: int) -> tuple[list[tuple[int, int, bool]], bytearray]:
        """What is left out: first line, last line, whether it is inside a string.

        Also, for each segment, whether it is in the view: kept, or cheaper than its marker.
        """
        present = bytearray([rank < size for rank in self._ranks])
        gaps: list[tuple[int, int, bool]] = []
        start, end = present.find(0), len(present)
        while start >= 0:
            stop = present.find(1, start)
            stop = end if stop < 0 else stop
            first, last = self._starts[start], self._ends[stop - 1]
            if self._sums[last] - self._sums[first - 1] <= self._marker_cost:
                present[start:stop] = b"\x01" * (stop - start)
            else:
                # A string that is left out whole is left out with what surrounds it.
                inside = all(map(self._outline.units.in_string, self._unit_of[start:stop]))
                gaps.append((first, last, inside))
            start = present.find(0, stop)
        return gaps, present

    def _fillers(self, size: int, present: bytearray, gap_at: dict[int, int]) -> dict[int, str]:
        """The indentation of the statement that stands in, by gap, where a block runs empty."""
        outline = self._outline
        needed: dict[int, str] = {}
        if not (outline.filler or any(filler for _, _, filler in outline.styles)):
            return needed
        ranks, starts = self._rank_of_unit, self._starts
        for owner, first, last, indent in outline.blocks:
            if ranks[owner] >= size or not outline.style(first)[1]:
                continue
            gap: int | None = None
            position = bisect_left(starts, first)
            while position < len(present) and starts[position] <= last:
                if not present[position]:
                    if gap is None:
                        gap = gap_at[starts[position]]
                elif outline.units.is_statement(self._unit_of[position]):
                    break
                position += 1
            else:
                if gap is not None:
                    needed[gap] = indent
        return needed

    def _where(self, first: int, last: int) -> str:
        first, last = first + self._before, last + self._before
        return f"lines {first}-{last}" if first != last else f"line {first}"

    def _is_short(self, gap: tuple[int, int, bool]) -> bool:
        return gap[1] - gap[0] < self._short

    def _gap(self, gap: tuple[int, int, bool], said: str, filler: str | None) -> str:
        """The line that stands for a gap; ``filler`` is the indentation of what stands in."""
        first, last, in_string = gap
        comment, filling = self._outline.style(first)
        if filler is not None:
            return f"{filler}{filling}  {_comment(said, '', comment)}"
        indent = ""
        for number in range(first - 1, last):
            line = self._outline.lines[number]
            if line.strip():
                indent = line[: len(line) - len(line.lstrip(" \t"))]
                break
        return indent + said if in_string else _comment(said, indent, comment)


def _comment(said: str, indent: str, comment: tuple[str, str]) -> str:
    opening, closing = comment
    return f"{indent}{opening}{said}{closing}"
