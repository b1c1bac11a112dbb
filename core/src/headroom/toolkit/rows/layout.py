"""Decides what a heading says for all rows and what stands in the rows, and writes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from headroom.toolkit.rows.notation import BARE_NUMBER, name
from headroom.toolkit.rows.packed import Packed
from headroom.toolkit.rows.shape import Plan
from headroom.view import Request

__all__ = ["Layout", "Row", "Rows", "find_layout"]

#: A cell is said once for all rows where at least so many have it for one that has another.
_TO_OTHERS = 3
#: Fewer rows have none said for them where one has another.
_LEAST_ROWS = 3
#: Tokens of a comma between cells: mostly it is one token with what follows. Measured with
#: ``python -m benchmarks``.
_COMMA = 0.6


@dataclass
class Row:
    """One row before it is written: its cells, what follows them, or the whole of it."""

    cells: tuple[str, ...]
    extras: tuple[tuple[str, str], ...] = ()
    whole: str | None = None


class Rows(Sequence[Row]):
    """Rows of as many cells each, made when they are asked for.

    >>> rows = Rows(2)
    >>> rows.append(Row(("7", "Ada")))
    >>> rows.append(Row(("8", "Bob"), extras=(("age", "9"),)))
    >>> list(rows.column(1)), rows[1]
    (['Ada', 'Bob'], Row(cells=('8', 'Bob'), extras=(('age', '9'),), whole=None))

    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._count = 0
        self._cells = Packed()
        #: What most rows have not, by row.
        self._extras: dict[int, tuple[tuple[str, str], ...]] = {}
        self._wholes: dict[int, str] = {}

    def append(self, row: Row) -> None:
        """Adds one at the end."""
        self._cells.extend(row.cells)
        if row.extras:
            self._extras[self._count] = row.extras
        if row.whole is not None:
            self._wholes[self._count] = row.whole
        self._count += 1

    def column(self, index: int) -> Iterator[str]:
        """The cells of one column."""
        return self._cells.every(self._width, index)

    def regular(self, index: int) -> Iterator[str]:
        """The cells of one column, but those of rows that are written as a whole."""
        if not self._wholes:
            return self.column(index)
        cells = enumerate(self.column(index))
        return (cell for number, cell in cells if number not in self._wholes)

    def cell(self, row: int, column: int) -> str:
        """One cell."""
        return self._cells[row * self._width + column]

    def is_whole(self, row: int) -> bool:
        """Whether a row is written as a whole, without cells."""
        return row in self._wholes

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        rows = enumerate(zip(*[iter(self._cells)] * self._width))
        extras, wholes = self._extras, self._wholes
        return (Row(cells, extras.get(index, ()), wholes.get(index)) for index, cells in rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        index = index + self._count if index < 0 else index
        if not 0 <= index < self._count:
            raise IndexError("there is no such row")
        first = index * self._width
        cells = tuple(self._cells[first : first + self._width])
        return Row(cells, self._extras.get(index, ()), self._wholes.get(index))


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
        elif not of_text and _is_text(label, rows.regular(index), request):
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
    # If most rows have one, it is this (Boyer and Moore, "MJRTY", 1991): a count of all the
    # different cells may be larger than the payload.
    common, lead, total = "", 0, 0
    for cell in rows.regular(index):
        if lead == 0:
            common = cell
        lead += 1 if cell == common else -1
        total += 1
    if not total:
        return None
    count = sum(cell == common for cell in rows.regular(index))
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


def _is_text(label: str, cells: Iterable[str], request: Request) -> bool:
    """Whether it is cheaper to say once that a column is text than to quote its numbers."""
    quoted = others = 0
    for cell in cells:
        kind = _kind(cell)
        if kind == "quoted":
            quoted += 1
        elif kind:
            others += 1
    return quoted > 1 and quoted * 2 > 2 + others * (request.counter.count(label) + 2)
