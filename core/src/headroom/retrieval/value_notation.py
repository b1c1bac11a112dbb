"""How values of data are said in an excerpt: as they are written, or shortly, by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from headroom.retrieval.render import called, holding, place_of, spelt
from headroom.toolkit.pointers import is_index, unescape
from headroom.toolkit.ranges import spans
from headroom.toolkit.rows.notation import Speller, name
from headroom.view import Piece, Within

__all__ = ["Cells", "Holder", "Keys", "as_written", "shortly"]

Holder = tuple[str, "Within | None"]
#: The numbers of the members of what stands at a path, by their keys; ``None`` for an array:
#: a key of digits may be the name of a member as well.
Keys = Callable[[str, "Within | None"], "Mapping[str, int] | None"]
#: So many rows with values of the same names are a table.
_TABLE_ROWS = 3
#: So many values stand in a line at the most: few enough to count. Chosen.
_IN_A_LINE = 10
#: With more characters than this in each value, a line for each costs little. Chosen.
_SHORT_CELL = 40
# A value by its number in an array, as the text of a piece has it.
_ROW = re.compile(r'"\d+":')
# An index, and what may end a list of values.
_NUMBER, _BRACKET = re.compile(r"0|[1-9]\d{0,8}", re.ASCII), re.compile(r"[\[\]]")
_DECODER = json.JSONDecoder(strict=False)


class Cells(dict[str, tuple[str, str]]):
    """The key and the cell of each value, by its text: they are said at each attempt to fill."""

    def __init__(self) -> None:
        super().__init__()
        self._speller = Speller()

    def __missing__(self, text: str) -> tuple[str, str]:
        key, end = _DECODER.raw_decode(text)
        value = text[end + 1 :]
        is_text = value.startswith('"')
        cell = self._speller.cell(json.loads(value, strict=False)) if is_text else value
        self[text] = key, cell
        return key, cell


def as_written(leaves: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """The values below the place of what holds them, as JSON; with each place."""
    by_holder: dict[Holder, list[Piece]] = {}
    for leaf in leaves:
        by_holder.setdefault((leaf.path, leaf.within), []).append(leaf)
    for (path, within), members in by_holder.items():
        members.sort(key=lambda leaf: leaf.number)
        place = _holding(path, within, [leaf.number for leaf in members])
        yield place, f"[{place}]\n" + ", ".join(leaf.text for leaf in members)


def shortly(cells: Cells, keys: Keys, leaves: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """The values in the notation of views: those of one row of an array in a line, by name."""
    arrays: dict[Holder, dict[int, list[Piece]]] = {}
    objects: dict[Holder, list[Piece]] = {}
    for leaf in leaves:
        array, row = _row_of(leaf, keys)
        if row:
            arrays.setdefault((array, leaf.within), {}).setdefault(row, []).append(leaf)
        else:
            objects.setdefault((leaf.path, leaf.within), []).append(leaf)
    yield from _under_one(arrays, objects, cells)
    for (path, within), rows in arrays.items():
        yield from _rows(path, within, rows, cells)
    for (path, within), members in objects.items():
        members.sort(key=_in_order)
        place = _holding(path, within, [leaf.number for leaf in members])
        values = ", ".join("=".join(_named(leaf, path, cells)) for leaf in members)
        yield place, f"[{place}] {values}"


def _under_one(
    arrays: dict[Holder, dict[int, list[Piece]]],
    objects: dict[Holder, list[Piece]],
    cells: Cells,
) -> Iterator[tuple[str, str]]:
    """Some values of several objects in one, taken from those: a line for each, by name."""
    together: dict[Holder, list[Holder]] = {}
    small = (holder for holder, rows in arrays.items() if len(rows) < _TABLE_ROWS)
    for path, within in dict.fromkeys((*small, *objects)):
        together.setdefault((path.rpartition("/")[0], within), []).append((path, within))
    for (above, within), holders in together.items():
        if len(holders) < _TABLE_ROWS:
            continue
        lines, places = [], []
        for holder in holders:
            rows, own = arrays.pop(holder, {}), objects.pop(holder, [])
            places.append(_holding(*holder, {*rows, *(leaf.number for leaf in own)}))
            members = [*own, *(leaf for row in rows.values() for leaf in row)]
            members.sort(key=_in_order)
            lines.append(", ".join(_members(members, above, cells)))
        heading = place_of(Piece("", "rows", 0, above, within=within))
        yield "; ".join(places), "\n".join([f"[{heading}, in part]", *lines])


def _holding(path: str, within: Within | None, numbers: Iterable[int]) -> str:
    """The place of some rows of one array or object."""
    return holding("rows", path, within, spelt(spans(sorted(numbers))))


def _rows(
    path: str, within: Within | None, rows: dict[int, list[Piece]], cells: Cells
) -> Iterator[tuple[str, str]]:
    """Some values of some rows: a table of those with the same names, the others by name."""
    by_names: dict[tuple[str, ...], dict[int, list[str]]] = {}
    for number in sorted(rows):
        row = f"{path}/{number - 1}"
        rows[number].sort(key=_in_order)
        named = [_named(leaf, row, cells) for leaf in rows[number]]
        names = tuple(label for label, _ in named)
        by_names.setdefault(names, {})[number] = [cell for _, cell in named]
    others: dict[int, str] = {}
    for names, of_rows in by_names.items():
        if len(of_rows) < _TABLE_ROWS:
            for number in of_rows:
                others[number] = ", ".join(_members(rows[number], f"{path}/{number - 1}", cells))
            continue
        place, heading = called("rows", path, within, spans(sorted(of_rows)))
        if len(names) == 1 and _are_short([cell for (cell,) in of_rows.values()]):
            said = f"[{heading}, in part: {names[0]}, each line after the number of its first row]"
            yield place, "\n".join([said, *_in_runs({n: row[0] for n, row in of_rows.items()})])
            continue
        lines = [f"{number},{','.join(row)}" for number, row in of_rows.items()]
        header = f"number,{','.join(names)}"
        yield place, "\n".join([f"[{heading}, in part]", header, *lines])
    if others:
        place, heading = called("rows", path, within, spans(sorted(others)))
        lines = [f"{number}: {others[number]}" for number in sorted(others)]
        yield place, "\n".join([f"[{heading}, in part, each after its number]", *lines])


def _are_short(cells: Sequence[str]) -> bool:
    return sum(map(len, cells)) <= _SHORT_CELL * len(cells)


def _in_runs(cells: dict[int, str]) -> Iterator[str]:
    """One value of each row; of rows that follow each other several in a line."""
    for first, last in spans(list(cells)):
        for start in range(first, last + 1, _IN_A_LINE):
            numbers = range(start, min(start + _IN_A_LINE, last + 1))
            yield f"{start}: {', '.join(cells[number] for number in numbers)}"


def _members(leaves: Sequence[Piece], base: str, cells: Cells) -> Iterator[str]:
    """Values by name; what several of one object or of one array have in common is said once."""
    numbered: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[int, str]] = {}
    for path, group in groupby(leaves, key=lambda leaf: leaf.path):
        members = list(group)
        holder = _names_below(path, base)
        if len(members) > 1 and holder and not any(map(_ROW.match, (one.text for one in members))):
            yield f"{name(holder)}={{{','.join(leaf.text for leaf in members)}}}"
            continue
        for leaf in members:
            key, cell = cells[leaf.text]
            names = (*holder, key)
            place = max((n for n, one in enumerate(names) if is_index(one)), default=0)
            if place and _NUMBER.fullmatch(names[place]) and not _BRACKET.search(cell):
                around = names[:place], names[place + 1 :]
                numbered.setdefault(around, {})[int(names[place])] = cell
            else:
                yield f"{name(names)}={cell}"
    for (before, after), of_rows in numbered.items():
        numbers = sorted(of_rows)
        if len(numbers) < _TABLE_ROWS:
            for number in numbers:
                yield f"{name((*before, str(number), *after))}={of_rows[number]}"
            continue
        values = ", ".join(of_rows[number] for number in numbers)
        rest = f".{name(after)}" if after else ""
        yield f"{name(before)}.{{{spelt(spans(numbers))}}}{rest}=[{values}]"


def _in_order(leaf: Piece) -> tuple[str, int]:
    return leaf.path, leaf.number


def _row_of(leaf: Piece, keys: Keys) -> tuple[str, int]:
    """The outermost array that a value is in, and the number of the row; 0 where there is none."""
    tokens = leaf.path.split("/")
    for place, token in enumerate(tokens):
        if is_index(token):
            array = "/".join(tokens[:place])
            if keys(array, leaf.within) is None:
                return array, int(token) + 1
    return "", 0


def _named(leaf: Piece, base: str, cells: Cells) -> tuple[str, str]:
    """The name of a value below a place, and its cell."""
    key, cell = cells[leaf.text]
    return name((*_names_below(leaf.path, base), key)), cell


def _names_below(path: str, base: str) -> tuple[str, ...]:
    return tuple(map(unescape, path[len(base) :].split("/")[1:]))
