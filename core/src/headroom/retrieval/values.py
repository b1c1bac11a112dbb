"""Excerpts of data: the values that answer, said shortly where they do not fit as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from itertools import compress, groupby

from headroom.retrieval.onward import onward
from headroom.retrieval.render import (
    Found,
    Parts,
    called,
    fill,
    holding,
    largest,
    largest_with_how,
    place_of,
    rendered,
    spelt,
)
from headroom.tokens import TokenCounter
from headroom.toolkit.pointers import is_index, unescape
from headroom.toolkit.ranges import spans
from headroom.toolkit.rows.notation import Speller, name
from headroom.view import Piece, Within

__all__ = ["fill_with_leaves", "with_leaves"]

_Holder = tuple[str, "Within | None"]
#: So many rows with values of the same names are a table.
_TABLE_ROWS = 3
#: So many values stand in a line at the most: few enough to count. Chosen.
_IN_A_LINE = 10
#: With more characters than this in each value, a line for each costs little. Chosen.
_SHORT_CELL = 40
#: Characters of a token, about.
_CHARS_OF_TOKEN = 4
#: A value with more characters for each token that there is room for leaves none to others.
_TOO_LONG = 2.5
#: If there is room for no more than so many of its length, it is a long one. Chosen.
_SEVERAL = 8
#: Characters of a row that is like a line. Chosen.
_SHORT_ROW = 300
_Say = Callable[[Sequence[Piece]], "Iterator[tuple[str, str]]"]
#: The numbers of the members of what stands at a path, by their keys; ``None`` for an array:
#: a key of digits may be the name of a member as well.
_Keys = Callable[[str, "Within | None"], "Mapping[str, int] | None"]
#: The numbers of rows by what holds them; 0 for all of it.
_Rows = dict[_Holder, set[int]]
_Pointer = tuple[str, int, "Within | None"]
# A value by its number in an array, as the text of a piece has it.
_ROW = re.compile(r'"\d+":')
# An index, and what may end a list of values.
_NUMBER, _BRACKET = re.compile(r"0|[1-9]\d{0,8}", re.ASCII), re.compile(r"[\[\]]")
_DECODER = json.JSONDecoder(strict=False)


class _Cells(dict[str, tuple[str, str]]):
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


def _as_written(leaves: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """The values below the place of what holds them, as JSON; with each place."""
    by_holder: dict[_Holder, list[Piece]] = {}
    for leaf in leaves:
        by_holder.setdefault((leaf.path, leaf.within), []).append(leaf)
    for (path, within), members in by_holder.items():
        members.sort(key=lambda leaf: leaf.number)
        place = _holding(path, within, [leaf.number for leaf in members])
        yield place, f"[{place}]\n" + ", ".join(leaf.text for leaf in members)


def _shortly(cells: _Cells, keys: _Keys, leaves: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """The values in the notation of views: those of one row of an array in a line, by name."""
    arrays: dict[_Holder, dict[int, list[Piece]]] = {}
    objects: dict[_Holder, list[Piece]] = {}
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
    arrays: dict[_Holder, dict[int, list[Piece]]],
    objects: dict[_Holder, list[Piece]],
    cells: _Cells,
) -> Iterator[tuple[str, str]]:
    """Some values of several objects in one, taken from those: a line for each, by name."""
    together: dict[_Holder, list[_Holder]] = {}
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
    path: str, within: Within | None, rows: dict[int, list[Piece]], cells: _Cells
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


def _members(leaves: Sequence[Piece], base: str, cells: _Cells) -> Iterator[str]:
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


def _row_of(leaf: Piece, keys: _Keys) -> tuple[str, int]:
    """The outermost array that a value is in, and the number of the row; 0 where there is none."""
    tokens = leaf.path.split("/")
    for place, token in enumerate(tokens):
        if is_index(token):
            array = "/".join(tokens[:place])
            if keys(array, leaf.within) is None:
                return array, int(token) + 1
    return "", 0


def _named(leaf: Piece, base: str, cells: _Cells) -> tuple[str, str]:
    """The name of a value below a place, and its cell."""
    key, cell = cells[leaf.text]
    return name((*_names_below(leaf.path, base), key)), cell


def _names_below(path: str, base: str) -> tuple[str, ...]:
    return tuple(map(unescape, path[len(base) :].split("/")[1:]))


def _pointer(piece: Piece) -> _Pointer:
    return piece.path, piece.number, piece.within


def _rows_of(pieces: Iterable[Piece]) -> _Rows:
    found: _Rows = {}
    for piece in pieces:
        found.setdefault((piece.path, piece.within), set()).add(piece.number)
    return found


def _row_with(leaf: Piece, rows: _Rows, keys: _Keys) -> _Pointer | None:
    """The one of some rows that a value is part of."""
    path, number = leaf.path, leaf.number
    while True:
        numbers = rows.get((path, leaf.within))
        if numbers and (number in numbers or 0 in numbers):
            return path, number if number in numbers else 0, leaf.within
        if not path:
            return None
        path, _, key = path.rpartition("/")
        number = _number(key, keys(path, leaf.within)) if (path, leaf.within) in rows else 0


def _long_ones_last(numbers: list[int], leaves: Sequence[Piece], room: float) -> list[int]:
    """Some values, those last that take all of the room, and of the longer ones all but half."""
    taken, last = 0, set[int]()
    for number in numbers:
        size = len(leaves[number].text)
        if size * _SEVERAL < room:
            continue
        if size > room or (taken and taken + size > room / 2):
            last.add(number)
        else:
            taken += size
    return [*(n for n in numbers if n not in last), *(n for n in numbers if n in last)]


def _whole_at(
    numbers: Sequence[int],
    row_of: Mapping[int, _Pointer | None],
    row_with: Callable[[int], _Pointer | None],
    count: int,
) -> dict[_Pointer, int]:
    """Behind which of some values all those of a row are shown, by row; not where some are none.

    Args:
        numbers: The values, in the order in which they are shown.
        row_of: The rows that they are part of.
        row_with: That of any value.
        count: How many values there are: those of a row follow each other.

    """
    shown: dict[_Pointer, tuple[int, list[int]]] = {}
    for place, number in enumerate(numbers):
        row = row_of[number]
        if row is not None:
            shown.setdefault(row, (place, []))[1].append(number)
            shown[row] = place, shown[row][1]
    found = {}
    for row, (place, own) in shown.items():
        first, last = min(own), max(own)
        is_whole = last - first + 1 == len(own)
        ends = [n for n in (first - 1, last + 1) if 0 <= n < count]
        if is_whole and not any(row_with(n) == row for n in ends):
            found[row] = place
    return found


def _number(key: str, keys: Mapping[str, int] | None) -> int:
    """Which row of what holds it a member is, by its key in a path; 0 for none."""
    if keys is None:
        return int(key) + 1 if is_index(key) else 0
    return keys.get(unescape(key), 0)


def _is_text(piece: Piece, of_data: set[Within | None]) -> bool:
    """Whether a piece is shown as it stands, and not by its values.

    A table in a text has rows, and no values of their own; and a short row in a text of several
    kinds is a line like others.
    """
    if piece.unit != "rows" or piece.within not in of_data:
        return True
    return isinstance(piece.within, tuple) and len(piece.text) <= _SHORT_ROW


def _has_room(best: Piece, max_tokens: int, counter: TokenCounter) -> bool:
    length = len(best.text)
    if length <= max_tokens or length > max_tokens * _CHARS_OF_TOKEN:
        return length <= max_tokens
    return counter.count(_as_one(best)) <= max_tokens


def _as_one(leaf: Piece) -> str:
    return next(text for _, text in _as_written([leaf]))


def with_leaves(
    excerpt: Found,
    pieces: Sequence[Piece],
    leaves: Iterable[Piece],
    keys: _Keys,
    max_tokens: int,
    counter: TokenCounter,
) -> Found:
    """An excerpt that has all of some pieces, with those values beside them that have room."""
    shown, whole = _rows_of(pieces), rendered(pieces)
    apart = [leaf for leaf in leaves if leaf.number and _row_with(leaf, shown, keys) is None]
    if not apart:
        return excerpt

    def render(size: int, how: str, say: _Say = _as_written) -> Found:
        said = list(say(apart[:size]))
        blocks = [whole.text, *(text for _, text in said)]
        if how:
            blocks.append(f"[{len(apart) - size} more found, left out here: {how}]")
        return Found("\n".join(blocks), "; ".join([whole.where, *(place for place, _ in said)]))

    for say in (_as_written, partial(_shortly, _Cells(), keys)):
        size, how = largest_with_how(
            len(apart),
            lambda size, how: render(size, how, say),  # noqa: B023
            lambda size: apart[size:],
            max_tokens,
            counter,
        )
        if size == len(apart):
            break
    found = render(size, how, say)
    if counter.count(found.text) > max_tokens:
        # There is no room for any, or the pieces are said shortly.
        size, found = 0, excerpt
    left = apart[size:]
    return replace(found, truncated=bool(left), next=onward(left))


def fill_with_leaves(
    pieces: Sequence[Piece],
    order: Sequence[int],
    leaves: Sequence[Piece],
    leaf_order: Sequence[int],
    beyond: Set[int],
    keys: _Keys,
    max_tokens: int,
    counter: TokenCounter,
    parts_of: Callable[[Piece], Parts],
) -> Found:
    """Where not all that was found fits: of texts the best parts, and of data the best values.

    Values stand as they are written while there is room; else those of a row stand in one line.
    They are those of the pieces that were found, and those ``beyond`` these.
    """
    of_data = {leaf.within for leaf in leaves}
    texts = [n for n in order if _is_text(pieces[n], of_data)]
    rows = sorted({*order}.difference(texts))
    found = _rows_of(pieces[number] for number in order if pieces[number].unit == "rows")
    row_of: dict[int, _Pointer | None] = {}
    for number in leaf_order:
        row = _row_with(leaves[number], found, keys)
        if leaves[number].number and (row is not None or number in beyond):
            row_of[number] = row
    numbers = list(row_of)
    in_part = {_pointer(pieces[number]) for number in rows}
    alone = [leaves[number] for number in numbers if row_of[number] is None]
    if numbers and not texts and not _has_room(leaves[numbers[0]], max_tokens, counter):
        # What answers best is larger than the room: a part of it.
        return fill(pieces, order, max_tokens, counter, parts_of, alone)
    numbers = _long_ones_last(numbers, leaves, max_tokens * _TOO_LONG)
    values = [leaves[number] for number in numbers]
    beside = [row_of[number] not in in_part for number in numbers]
    whole_at = _whole_at(numbers, row_of, lambda n: _row_with(leaves[n], found, keys), len(leaves))

    def left_by(of_texts: int, of_values: int) -> list[Piece]:
        # Of a row that is shown in part, the rest is left.
        some = (pieces[number] for number in (*sorted(texts[of_texts:]), *rows))
        left = [one for one in some if whole_at.get(_pointer(one), of_values) >= of_values]
        whole = _rows_of(pieces[number] for number in texts[:of_texts])
        apart = compress(values[of_values:], beside[of_values:])
        return [*left, *(n for n in apart if _row_with(n, whole, keys) is None)]

    def render(of_texts: int, of_values: int, how: str, say: _Say = _as_written) -> Found:
        whole = rendered([pieces[number] for number in sorted(texts[:of_texts])])
        said = list(say(values[:of_values]))
        blocks = [whole.text, *(text for _, text in said)]
        if how:
            more = len(texts) - of_texts + len(values) - of_values
            blocks.append(f"[{f'{more} more found' if more else 'the rest'}, left out here: {how}]")
        places = [whole.where, *(place for place, _ in said)]
        return Found("\n".join(filter(None, blocks)), "; ".join(filter(None, places)), bool(how))

    def most(of: int, shown: Callable[[int], tuple[int, int]], say: _Say) -> tuple[int, str]:
        return largest_with_how(
            of,
            lambda size, how: render(*shown(size), how, say),
            lambda size: left_by(*shown(size)),
            max_tokens,
            counter,
        )

    # Each has half of the room, and what the other leaves of its own.
    shown = largest(len(texts), lambda n: counter.count(render(n, 0, "").text) * 2 <= max_tokens)
    for say in (_as_written, partial(_shortly, _Cells(), keys)):
        said, how = most(len(values), lambda size: (shown, size), say)
        if said == len(values):
            break
    if said == len(values) and texts:
        shown, how = most(len(texts), lambda size: (size, said), say)
    excerpt = render(shown, said, how, say)
    if not (said or shown) or counter.count(excerpt.text) > max_tokens:
        return fill(pieces, order, max_tokens, counter, parts_of, alone)
    return replace(excerpt, next=onward(left_by(shown, said)))
