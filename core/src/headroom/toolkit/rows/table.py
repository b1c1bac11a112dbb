"""A collection of values as rows of cells under one header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from headroom.toolkit.rows.columns import Row, Rows
from headroom.toolkit.rows.fill import Filling, column_of
from headroom.toolkit.rows.layout import Layout, find_layout
from headroom.toolkit.rows.notation import OTHERWISE, Speller, flow, name
from headroom.toolkit.rows.packed import Packed, TextRows
from headroom.toolkit.rows.shape import Column, Plan, Tree, find_plan, find_width, sample
from headroom.toolkit.rows.values import Json
from headroom.view import Deadline, Request

__all__ = ["Table", "build_table"]

#: Rows whose cells are filled at a time. Chosen.
_TOGETHER = 200
#: A row with more keys than this that no column has may be shorter as an object.
_MANY_EXTRAS = 2
#: Characters around a key and a value that follow the cells of a row.
_AROUND_EXTRA = 3


@dataclass
class Table:
    """A table, ready to be written."""

    rows: Rows
    layout: Layout
    #: One line for each row.
    lines: Sequence[str]
    #: The spelled keys of the rows, where they are the members of an object.
    keys: list[str] | None = None
    of_text: bool = False
    #: How many values each row has, where rows are arrays; columns are then numbered from 1.
    width: int | None = None
    #: Whether the data holds the columns, each by itself, rather than rows.
    by_columns: bool = False

    @property
    def names(self) -> list[str]:
        """All columns, by their names, also those that only the heading says."""
        return self.layout.names

    @property
    def constants(self) -> list[tuple[str, str]]:
        """Names and cells that hold for every row that does not say otherwise."""
        return [
            (self.layout.headings[index], cell)
            for index, cell in self.layout.constants.items()
            if cell or self.of_text
        ]

    def in_full(self, number: int, speller: Speller) -> str:
        """The line of a row with its addresses written out.

        Args:
            number: The row, from 0.
            speller: The one that spelled the table.

        """
        row = self.rows[number]
        cells = [speller.in_full(cell) for cell in row.cells]
        extras = [(label, speller.in_full(cell)) for label, cell in row.extras]
        constants = self.layout.constants
        for index, constant in constants.items():
            if row.cells[index] == constant:
                cells[index] = constant
        key = None if self.keys is None else self.keys[number]
        return self.layout.line(Row(tuple(cells), tuple(extras), row.whole), key)

    def write(self, number: int, line: str) -> None:
        """Puts another line in the place of that of a row."""
        if not isinstance(self.lines, list):
            self.lines = list(self.lines)
        self.lines[number] = line

    def heading(self, label: str = "", shown: int | None = None) -> str:
        """The first line: what the table is."""
        count = len(self.rows)
        noun = "rows" if self.keys is None else "entries"
        if count == 1:
            noun = "row" if self.keys is None else "entry"
        text = f"{label}: " if label else ""
        text += f"{count} {noun}{' of text' if self.of_text else ''}"
        text += "" if self.width is None else f" of {self.width} values"
        text += " by columns" if self.by_columns else ""
        text += "." if shown is None or shown == count else f", {shown} of them shown."
        if self.constants:
            text += OTHERWISE + ", ".join(f"{key}={cell}" for key, cell in self.constants)
        return text


def build_table(
    values: Sequence[Json],
    speller: Speller,
    request: Request,
    *,
    keys: Sequence[str] | None = None,
) -> Table:
    """The values as a table; where they are no like objects, as one column of values.

    Args:
        values: The rows.
        speller: Spells the cells.
        request: Counts tokens, watches the time.
        keys: The keys of the values, where they are those of an object.

    """
    if isinstance(values, TextRows):
        return _of_text(values, speller, request)
    width = find_width(values)
    members: Sequence[Json] = values
    if width is None:
        plan = find_plan(values)
    else:
        plan = find_plan([_numbered(value, width) for value in sample(values)])
        if plan is None:
            width = None
        else:
            members = [_numbered(value, width) for value in values]
    rows = _rows(values, members, plan, speller, request.deadline)
    spelled_keys = None if keys is None else list(map(speller.cell, request.deadline.over(keys)))
    if plan is None:
        header = "(value)" if keys is None else "(key),(value)"
        layout = Layout(["(value)"], ["(value)"], header, [0], {}, [])
    else:
        layout = find_layout(rows, plan, request, keyed=keys is not None, of_text=False)
    lines = layout.lines(rows, spelled_keys, request.deadline)
    return Table(rows, layout, lines, spelled_keys, width=width)


def _of_text(values: TextRows, speller: Speller, request: Request) -> Table:
    """The rows of a table every cell of which is a string."""
    plan = Plan([Column((label,)) for label in values.header])
    wholes = {row: flow(record) for row, record in values.irregular()}
    columns = map(speller.text_cells, request.deadline.over(values.columns(), every=1))
    rows = Rows(columns, {}, wholes)
    layout = find_layout(rows, plan, request, keyed=False, of_text=True)
    return Table(rows, layout, layout.lines(rows, None, request.deadline), of_text=True)


def _rows(
    values: Sequence[Json],
    members: Sequence[Json],
    plan: Plan | None,
    speller: Speller,
    deadline: Deadline,
) -> Rows:
    """The rows of a table, each of them the member of a value."""
    if plan is None:
        return Rows([column_of(values, speller)], {}, {})
    # Cells that are made for this are many times as large as their text; others are there already.
    is_made = not isinstance(members, list)
    columns: list[list[str] | Packed] = [Packed() if is_made else [] for _ in plan.columns]
    extras: dict[int, tuple[tuple[str, str], ...]] = {}
    wholes: dict[int, str] = {}
    # Members may be made when they are asked for: of some at a time, each is asked for once.
    rest = iter(members)
    while part := list(islice(rest, _TOGETHER)):
        start = len(columns[0])
        odd = {row for row, member in enumerate(part) if type(member) is not dict}
        some = [{} if row in odd else member for row, member in enumerate(part)] if odd else part
        filling = Filling(some, plan, speller, deadline)
        for place in sorted(odd | filling.odd):
            if part[place] is None:
                # It may be an object, and none of the columns' shape, among arrays.
                row = Row(("",) * len(plan.columns), whole=flow(values[start + place]))
            else:
                row = _row(part[place], plan, speller)
            for cells, cell in zip(filling.columns, row.cells):
                cells[place] = cell
            if row.extras:
                extras[start + place] = row.extras
            if row.whole is not None:
                wholes[start + place] = row.whole
        for column, cells in zip(columns, filling.columns):
            column.extend(cells)
    return Rows(columns, extras, wholes)


def _numbered(value: Json, width: int) -> dict[str, Json] | None:
    """An array of a length as an object with its places for keys; ``None`` for anything else."""
    if isinstance(value, list) and len(value) == width:
        return {str(number): member for number, member in enumerate(value, 1)}
    return None


def _row(member: Json, plan: Plan, speller: Speller) -> Row:
    """A row that is not as the columns are."""
    if not isinstance(member, dict):
        return Row(("",) * len(plan.columns), whole=flow(member))
    cells = [""] * len(plan.columns)
    extras = _fill(member, plan.tree, plan.columns, cells, (), speller)
    if len(extras) > _MANY_EXTRAS:
        whole = flow(member)
        said = sum(len(key) + len(cell) + _AROUND_EXTRA for key, cell in extras)
        if len(whole) <= said + sum(map(len, cells)):
            return Row(("",) * len(plan.columns), whole=whole)
    return Row(tuple(cells), tuple(extras))


def _fill(
    value: dict[str, Json],
    tree: Tree,
    columns: list[Column],
    cells: list[str],
    path: tuple[str, ...],
    speller: Speller,
) -> list[tuple[str, str]]:
    """Puts members into the cells of a row; what has no column comes back, with its name."""
    extras: list[tuple[str, str]] = []
    for key, member in value.items():
        slot = tree.get(key)
        if isinstance(slot, int):
            column = columns[slot]
            if column.inner is None:
                cells[slot] = speller.cell(member)
                continue
            cell = _inner_cell(member, column, speller)
            if cell is not None:
                cells[slot] = cell
                continue
        elif slot is not None and isinstance(member, dict) and member:
            extras += _fill(member, slot, columns, cells, (*path, key), speller)
            continue
        extras.append((name((*path, key)), speller.cell(member)))
    return extras


def _inner_cell(value: Json, column: Column, speller: Speller) -> str | None:
    """A list or map of like objects as one cell; ``None`` where it has another shape."""
    inner = column.inner
    assert inner is not None
    if column.form == "list":
        if not isinstance(value, list):
            return None
        records = [_inner_record(item, inner, speller) for item in value]
        if None in records or (len(inner.columns) == 1 and "" in records):
            return None
        return "[" + ";".join(record for record in records if record is not None) + "]"
    if not isinstance(value, dict):
        return None
    entries: list[str] = []
    for key, item in value.items():
        record = _inner_record(item, inner, speller)
        if record is None:
            return None
        entries.append(f"{speller.cell(key)},{record}")
    return "{" + ";".join(entries) + "}"


def _inner_record(value: Json, plan: Plan, speller: Speller) -> str | None:
    if not isinstance(value, dict):
        return None
    cells = [""] * len(plan.columns)
    extras = _fill(value, plan.tree, plan.columns, cells, (), speller)
    return None if extras else ",".join(cells)
