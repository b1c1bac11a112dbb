"""Decides what a heading says for all rows and what stands in the rows, and writes rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, islice, repeat

from headroom.toolkit.rows.columns import Row, Rows, mostly
from headroom.toolkit.rows.notation import BARE_NUMBER, name
from headroom.toolkit.rows.packed import Packed
from headroom.toolkit.rows.shape import Plan
from headroom.view import Deadline, Request

__all__ = ["Layout", "find_layout"]

#: A cell is said once for all rows where at least so many have it for one that has another.
_TO_OTHERS = 3
#: Fewer rows have none said for them where one has another.
_LEAST_ROWS = 3
#: Tokens of a comma between cells: mostly it is one token with what follows. Measured with
#: ``python -m benchmarks``.
_COMMA = 0.6
#: Rows that are written at a time. Chosen.
_TOGETHER = 2000


@dataclass
class Layout:
    """How the rows of one table are written."""

    #: All columns, by their names, also those that only the heading says.
    names: list[str]
    #: The same columns as a header names them, with the columns of nested tables.
    headings: list[str]
    header: str
    #: The columns that have cells.
    said: list[int]
    #: By column: the cell that holds for every row that does not say otherwise.
    constants: dict[int, str]
    #: Places among the cells of columns in which every cell is text.
    text_places: list[int]

    def line(self, row: Row, key: str | None = None) -> str:
        """A row as its line.

        Args:
            row: The row.
            key: The spelled key of the row, where rows have keys.

        """
        start = "" if key is None else key
        if key is not None and (self.said or row.whole is not None):
            start += ","
        if row.whole is not None:
            return f"{start}={row.whole}"
        cells = [row.cells[index] for index in self.said]
        extras = [
            (self.headings[index], row.cells[index])
            for index, constant in self.constants.items()
            if row.cells[index] != constant
        ]
        for place in self.text_places:
            kind = _kind(cells[place])
            if kind == "other":
                extras.append((self.names[self.said[place]], cells[place]))
                cells[place] = ""
            elif kind == "quoted":
                cells[place] = cells[place][1:-1]
        extras += row.extras
        line = start + ",".join(cells)
        return line + "".join(f"  {label}={cell}" for label, cell in extras) if extras else line

    def lines(self, rows: Rows, keys: Sequence[str] | None, deadline: Deadline) -> Sequence[str]:
        """All rows as their lines.

        Args:
            rows: The rows.
            keys: Their spelled keys, where they have any.
            deadline: Watches the time.

        """
        # What most rows are like is written all at once; the others each by itself.
        apart = {*rows.extras, *rows.wholes}
        for index, constant in self.constants.items():
            if not rows.columns[index].is_all(constant):
                apart.update(compress(range(len(rows)), map(constant.__ne__, rows.columns[index])))
        columns: list[Iterable[str]] = [] if keys is None else [keys]
        for place, index in enumerate(self.said):
            column = rows.columns[index]
            if place in self.text_places:
                shown, others = _unquoted(column.cells)
                apart.update(others)
            columns.append(shown if place in self.text_places else column)
        said = map(",".join, zip(*columns)) if columns else repeat("", len(rows))
        several = Packed()
        # Many of them are put together: as texts by themselves they would be twice as large.
        while some := list(islice(said, _TOGETHER)):
            deadline.check()
            first = len(several)
            for row in filter(apart.__contains__, range(first, first + len(some))) if apart else ():
                some[row - first] = self.line(rows[row], None if keys is None else keys[row])
            if len(rows) <= _TOGETHER:
                return some
            several.extend(some)
        return several


def _unquoted(cells: Sequence[str]) -> tuple[list[str], list[int]]:
    """Cells of a column of text as they stand in it, and the rows whose cell is no text."""
    kinds = {cell: _kind(cell) for cell in set(cells)}
    shown = [cell[1:-1] if kinds[cell] == "quoted" else cell for cell in cells]
    return shown, [row for row, cell in enumerate(cells) if kinds[cell] == "other"]


def find_layout(rows: Rows, plan: Plan, request: Request, *, keyed: bool, of_text: bool) -> Layout:
    """The layout that costs the fewest tokens, one column at a time."""
    names = [name(column.path) for column in plan.columns]
    headings = [column.heading for column in plan.columns]
    constants: dict[int, str] = {}
    text_columns: set[int] = set()
    for index, label in enumerate(headings):
        constant = _constant(label, rows, index, of_text, request)
        if constant is not None:
            constants[index] = constant
        elif not of_text and _is_text(label, rows, index, request):
            text_columns.add(index)
    if len(constants) == len(names) and not keyed:
        # A row needs something to stand on its line: keep the first column.
        del constants[0]
    said = [index for index in range(len(names)) if index not in constants]
    header = ",".join(
        headings[index] + (":text" if index in text_columns else "") for index in said
    )
    if keyed:
        header = f"(key),{header}" if header else "(key)"
    places = [place for place, index in enumerate(said) if index in text_columns]
    return Layout(names, headings, header, said, constants, places)


def _constant(label: str, rows: Rows, index: int, of_text: bool, request: Request) -> str | None:
    """The cell that is cheaper to say once for all rows; ``None`` where there is none."""
    total = len(rows) - len(rows.wholes)
    if not total:
        return None
    column = rows.columns[index]
    common: str | None
    if column.is_small and not rows.wholes:
        if (len(set(column.cells)) - 1) * (_TO_OTHERS + 1) > total:
            # Each of the others comes once at least.
            return None
        common, count = column.counts.most_common(1)[0]
    else:
        common = mostly(rows.regular(index))
        count = 0 if common is None else sum(map(common.__eq__, rows.regular(index)))
    if common is None:
        return None
    others = total - count
    if others * _TO_OTHERS > count or (count < _LEAST_ROWS and others):
        return None
    named = request.counter.count(f"  {label}=")
    spelled = request.counter.count(common) if common else 0
    saved = count * (spelled + _COMMA)
    price = (named + spelled if common or of_text else 0) + others * named
    return common if saved > price else None


def _kind(cell: str) -> str:
    """``"quoted"``: a string that looks like a number; ``"other"``: no string; or neither."""
    if not cell:
        return ""
    if cell[0] == '"':
        inside = cell[1:-1]
        looks = BARE_NUMBER.fullmatch(inside) or inside in ("true", "false", "null")
        return "quoted" if looks else ""
    if cell[0] in "[{" or BARE_NUMBER.fullmatch(cell):
        return "other"
    return "other" if cell in ("true", "false", "null", "NaN", "Infinity", "-Infinity") else ""


def _is_text(label: str, rows: Rows, index: int, request: Request) -> bool:
    """Whether it is cheaper to say once that a column is text than to quote its numbers."""
    column = rows.columns[index]
    if not column.holds('"') or not any(map(str.startswith, column, repeat('"'))):
        return False
    quoted = others = 0
    for cell in rows.regular(index):
        kind = _kind(cell)
        if kind == "quoted":
            quoted += 1
        elif kind:
            others += 1
    return quoted > 1 and quoted * 2 > 2 + others * (request.counter.count(label) + 2)
