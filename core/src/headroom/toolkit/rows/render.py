"""Writes a view of some units of a value, with a marker where others are left out."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from headroom.toolkit.markers import marker, plural
from headroom.toolkit.rows.blocks import heading_lines, shared
from headroom.toolkit.rows.notation import segment
from headroom.toolkit.rows.outline import key_of, outline
from headroom.toolkit.rows.summary import Summary
from headroom.toolkit.rows.tree import Block, Line, Section, TableBlock
from headroom.toolkit.rows.units import Units
from headroom.view import Omission, Unit, spelled_path

__all__ = ["Gone", "Renderer"]

#: Tokens of an ordinary marker: a gap that costs less is shown instead.
_MARKER_TOKENS = 8
#: Tokens of what a marker says of the rows left out; characters of a token; and more rows than
#: these are worth a marker in any case.
_SUMMARY_TOKENS, _CHARS, _FEW_ROWS = 20, 4, 8
#: Tokens of a marker that names what it stands for: so many of plain lines are shown instead. Where
#: they may be more, up to so many, they are counted.
_GAP_TOKENS, _LARGE_GAP = 12, 60
#: So many names stand in a marker.
_NAMES_IN_MARKER = 8
#: Entries of larger collections are not named where they are left out. Chosen.
_NAMED_ENTRIES = 40
#: Where there are as many gaps, markers say no more than where they are. Chosen.
_MANY_GAPS = 8
#: Lines that are put together. Chosen.
_TOGETHER = 1000
#: Longer strings, in characters, are texts rather than values.
_LONGEST_VALUE = 60
_UNNAMED: Mapping[int, Sequence[str]] = {}


class Renderer:
    """Writes views of one value.

    Args:
        units: What a view shows or leaves out.

    """

    def __init__(self, units: Units) -> None:
        self._units = units
        self._speller = units.speller
        self._request = units.request
        self._terse = self._as_objects = self._outlined = False
        self._named: Mapping[int, Sequence[str]] = _UNNAMED
        self._odd_cells = 0
        # So many of the lines that are being written are those above, or many put together.
        self._joined = 1
        self._summaries: dict[int, Summary] = {}

    def render(
        self,
        shown: list[int],
        *,
        terse: bool = False,
        named: Mapping[int, Sequence[str]] = _UNNAMED,
        odd_cells: int = 0,
        as_objects: bool = False,
        outlined: bool = False,
    ) -> tuple[str, Gone]:
        """The view with some units, and what it leaves out.

        Args:
            shown: The units, as they stand.
            terse: Whether markers say only where something is left out, not what it held.
            named: What rows are called where they are left out, by the number of the collection.
            odd_cells: How many odd cells of left-out rows of a table are said.
            as_objects: Whether rows are written as JSON, without what a table says of all its rows.
            outlined: Whether markers say the keys within the objects that they stand for.

        """
        self._terse = terse
        self._as_objects = as_objects
        self._outlined = outlined
        self._named = named
        self._odd_cells = odd_cells
        self._request.deadline.check()
        lines: list[str] = []
        gone = Gone(self._units)
        self._joined = 1
        root = self._units.tree.root
        if isinstance(root, Section):
            lines.append(root.heading or self._units.tree.document)
            self._section(root, shown, lines, gone)
        else:
            assert isinstance(root, TableBlock)
            self._table(root, shown, lines, gone)
        lines[1:1] = [
            line
            for index, line in enumerate(self._speller.definitions(), 1)
            if any(f"${index}" in text for text in lines)
        ]
        return "\n".join(lines), gone

    def _kept(self, block: Block, shown: list[int]) -> list[int]:
        first, end = self._units.range(block)
        return shown[bisect_left(shown, first) : bisect_left(shown, end)]

    def _is_visible(self, block: Block, shown: list[int]) -> bool:
        first, end = self._units.range(block)
        place = bisect_left(shown, first)
        return place < len(shown) and shown[place] < end

    # Sections

    def _section(self, section: Section, shown: list[int], lines: list[str], gone: Gone) -> None:
        gap: list[Block] = []
        members, same = section.members, self._units.tree.same
        visible = {one.node for one in members if self._is_visible(one, shown)}
        for member in shared(members, visible):
            if isinstance(member, str):
                self._gap(section, gap, lines, gone)
                gap = []
                lines.append(" " * section.depth + member)
                continue
            # "The same as" something says nothing where that is not all there.
            is_same = member.node in same
            if member.node not in visible or (is_same and not gone.has_what_is_same(member)):
                gap.append(member)
                gone.touch(member)
                continue
            self._gap(section, gap, lines, gone)
            gap = []
            if isinstance(member, Line):
                self._line(member, " " * section.depth, shown, lines, gone)
            elif isinstance(member, Section):
                lines.extend(heading_lines(member))
                self._section(member, self._kept(member, shown), lines, gone)
            else:
                self._table(member, self._kept(member, shown), lines, gone)
        self._gap(section, gap, lines, gone)
        if len(lines) - self._joined > _TOGETHER:
            # Many lines are several times as large as their text.
            lines[self._joined :] = ["\n".join(lines[self._joined :])]
            self._joined += 1

    def _gap(self, section: Section, gap: Sequence[Block], lines: list[str], gone: Gone) -> None:
        """What stands for members of a section, one after the other, that are left out."""
        if not gap:
            return
        indent = " " * section.depth
        if section.of_rows:
            ranges = ((int(gap[0].key), int(gap[-1].key)),)
            names = self._names(section, ranges[0][0] - 1, ranges[0][1])
            lines.append(indent + marker(Omission("rows", ranges).where, names))
            gone.add(section, "rows", ranges)
            return
        cost = sum(map(self._units.cost, gap))
        said = self._gap_marker(section, gap)
        is_small = cost <= _GAP_TOKENS or (
            cost <= _LARGE_GAP and cost <= self._request.counter.count(said) + 1
        )
        if is_small and all(map(_is_plain_line, gap)):
            lines.extend(indent + block.text for block in gap if isinstance(block, Line))
            return
        lines.append(indent + said)
        for block in gap:
            gone.add(block)

    def _line(
        self, line: Line, indent: str, shown: list[int], lines: list[str], gone: Gone
    ) -> None:
        first, end = self._units.range(line)
        gaps = [
            (start - first, stop - first)
            for start, stop in _gaps(first, end, self._kept(line, shown))
            if sum(self._units.costs[start:stop]) > _MARKER_TOKENS
        ]
        if not gaps:
            lines.append(indent + line.text)
            return
        count = end - first
        left_out = sum(stop - start for start, stop in gaps)
        lines.append(
            f"{indent}{segment(line.key)}: text of {count} sentences, "
            f"{count - left_out} of them shown:"
        )
        texts = self._units.texts[first:end]
        position = 0
        for start, stop in gaps:
            lines.extend(f"{indent} {text}" for text in texts[position:start])
            where = Omission("sentences", ((start + 1, stop),)).where
            lines.append(f"{indent} {marker(where)}")
            position = stop
        lines.extend(f"{indent} {text}" for text in texts[position:])
        ranges = tuple((start + 1, stop) for start, stop in gaps)
        gone.add(line, "sentences", ranges)

    # Tables

    def _table(self, block: TableBlock, shown: list[int], lines: list[str], gone: Gone) -> None:
        first, end = self._units.range(block)
        if self._as_objects:
            self._objects(block, [unit - first for unit in shown], lines, gone)
            return
        costs = self._units.costs
        gaps = [(start - first, stop - first) for start, stop in _gaps(first, end, shown)]
        about = 0 if self._terse or len(gaps) > 1 else _SUMMARY_TOKENS
        gaps = [
            (start, stop)
            for start, stop in gaps
            if stop - start > _FEW_ROWS
            or sum(costs[first + start : first + stop])
            > _MARKER_TOKENS + about + len(self._names(block, start, stop)) // _CHARS
        ]
        count = end - first
        left_out = sum(stop - start for start, stop in gaps)
        summary = self._summary(block, gaps, count)
        indent = " " * block.depth
        lines.extend(heading_lines(block, count - left_out))
        position = 0
        texts = block.table.lines
        for start, stop in gaps:
            lines.extend([indent + text for text in texts[position:start]])
            notes = self._notes(block, start, stop, many=len(gaps) >= _MANY_GAPS)
            if len(gaps) == 1 and summary:
                notes.append(summary)
            where = Omission("rows", ((start + 1, stop),)).where
            if stop - start == 1:
                where = where.replace("rows", "row", 1)
            lines.append(indent + marker(where, "; ".join(notes)))
            position = stop
        lines.extend([indent + text for text in texts[position:]])
        if len(gaps) > 1 and summary:
            lines.append(indent + marker(f"in all {left_out} of {count} rows", summary))
        odd = self._misspelt(block, gaps)
        if odd:
            lines.append(indent + marker("odd cells of rows", odd))
        if gaps:
            ranges = tuple((start + 1, stop) for start, stop in gaps)
            gone.add(block, "rows", ranges)

    def _objects(self, block: TableBlock, rows: list[int], lines: list[str], gone: Gone) -> None:
        """Some rows of a table, each by itself, and one marker for all others."""
        count = len(block.table.lines)
        indent = " " * block.depth
        noun = "rows" if block.table.keys is None else "entries"
        label = f"{block.label}: " if block.label else ""
        lines.append(f"{indent}{label}{count} {noun}, {len(rows)} of them shown.")
        lines.extend(indent + self._units.as_object(block, row) for row in rows)
        gaps = tuple((start + 1, stop) for start, stop in _gaps(0, count, rows))
        if gaps:
            lines.append(indent + marker(Omission("rows", gaps).where))
            gone.add(block, "rows", gaps)

    def _notes(self, block: TableBlock, start: int, stop: int, *, many: bool) -> list[str]:
        """What the marker for some rows says of them: how many, and their names."""
        notes: list[str] = []
        if self._terse:
            return notes
        if stop - start > 1 and not many:
            notes.append(plural(stop - start, "row"))
        names = self._names(block, start, stop)
        keys = block.table.keys
        if names:
            notes = [": ".join([*notes, names])]
        elif keys is not None and len(keys) <= _NAMED_ENTRIES and not many:
            notes.append(_listed(keys[start:stop]))
        return notes

    def _names(self, block: Block, start: int, stop: int) -> str:
        """The names of some rows of a collection, where they can be said."""
        names = self._named.get(block.node, ())
        return "; ".join(dict.fromkeys(filter(None, names[start:stop])))

    def _gap_marker(self, section: Section, gap: Sequence[Block]) -> str:
        if len(gap) == 1:
            return marker(spelled_path(gap[0].path), "" if self._terse else self._held(gap[0]))
        names = [key_of(block) for block in gap]
        listed = outline(gap) if self._outlined else _listed(names)
        if len(names) > _NAMES_IN_MARKER and not self._outlined:
            listed += f", to {names[-1]}"
        place = f" of {spelled_path(section.path)}" if section.path else ""
        return marker(f"{len(gap)} values{place}", "" if self._terse else listed)

    def _held(self, block: Block) -> str:
        """What a left-out block holds, in a few words."""
        if isinstance(block, TableBlock):
            count = len(block.table.lines)
            names = self._names(block, 0, count)
            return plural(count, "row") + (f": {names}" if names else "")
        if isinstance(block, Line):
            if block.same:
                return f"same as {block.tree.path(block.same)}"
            value = block.value
            if isinstance(value, str):
                return f"text of {len(value)} characters" if len(value) > _LONGEST_VALUE else ""
            return f"{len(value)} values" if isinstance(value, (Sequence, dict)) else ""
        if block.of_rows:
            count = len(block.members)
            names = self._names(block, 0, count)
            return plural(count, "row") + (f": {names}" if names else "")
        if self._outlined:
            return outline(block.members)
        return f"{len(block.members)} values: {_listed([key_of(one) for one in block.members])}"

    def _misspelt(self, block: TableBlock, gaps: Sequence[tuple[int, int]]) -> str:
        """The cells in the gaps that are nearly what others of their column are."""
        if self._terse or not gaps:
            return ""
        by_column: dict[str, list[str]] = {}
        for row, name, cell in self._units.misspelt(block)[: self._odd_cells]:
            if any(start <= row < stop for start, stop in gaps):
                by_column.setdefault(name, []).append(f"{cell} (row {row + 1})")
        return "; ".join(f"{name}: {', '.join(cells)}" for name, cells in by_column.items())

    def _summary(self, block: TableBlock, gaps: Sequence[tuple[int, int]], count: int) -> str:
        """What the rows in the gaps hold."""
        if not gaps or self._terse or self._outlined:
            return ""
        summary = self._summaries.get(block.node)
        if summary is None:
            summary = self._summaries[block.node] = Summary(block.table)
        edges = [0, *(row for gap in gaps for row in gap), count]
        kept = [row for start, stop in zip(edges[::2], edges[1::2]) for row in range(start, stop)]
        return summary.of_all_but(kept)


def _gaps(first: int, end: int, shown: list[int]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    expected = first
    for unit in [*shown, end]:
        if unit > expected:
            gaps.append((expected, unit))
        expected = unit + 1
    return gaps


def _is_plain_line(block: Block) -> bool:
    return isinstance(block, Line) and not block.same


class Gone:
    """What a view leaves out, and what it therefore shows only in part.

    Args:
        units: What it consists of.

    """

    def __init__(self, units: Units) -> None:
        self._units = units
        # Blocks that are left out, or some parts of which are: those of the latter, by place.
        self._blocks = array("I")
        self._parts: dict[int, tuple[Unit, tuple[tuple[int, int], ...]]] = {}
        # By unit, whether it is one of a block that is not all there.
        self._touched = bytearray(len(units.texts) if units.tree.same else 0)

    def add(
        self, block: Block, unit: Unit | None = None, ranges: tuple[tuple[int, int], ...] = ()
    ) -> None:
        """Notes that a block is left out, or some parts of it."""
        if unit is not None:
            self._parts[len(self._blocks)] = unit, ranges
        self._blocks.append(block.node)
        self.touch(block)

    def touch(self, block: Block) -> None:
        """Notes that not all of a block is shown."""
        if self._touched:
            first, end = self._units.range(block)
            self._touched[first:end] = b"\1" * (end - first)

    def has_what_is_same(self, block: Block) -> bool:
        """Whether all is shown of what a block is said to be the same as."""
        tree = self._units.tree
        first, end = self._units.range(tree.block(tree.same[block.node]))
        return self._touched.find(1, first, end) < 0

    def omissions(self) -> Iterator[Omission]:
        """All that is left out, in the order in which it stands."""
        for place, node in enumerate(self._blocks):
            unit, ranges = self._parts.get(place, ("values", ()))
            yield Omission(unit, ranges, self._units.tree.path(node))


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(names[:_NAMES_IN_MARKER])
    more = len(names) - _NAMES_IN_MARKER
    return f"{listed} and {more} more" if more > 0 else listed
