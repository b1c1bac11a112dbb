"""Excerpts of data: the values that answer, said shortly where they do not fit as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from itertools import compress

from headroom.retrieval.onward import onward
from headroom.retrieval.render import Found, Parts, fill, largest, largest_with_how, rendered
from headroom.retrieval.value_notation import Cells, Holder, Keys, as_written, shortly
from headroom.tokens import TokenCounter
from headroom.toolkit.pointers import is_index, unescape
from headroom.view import Piece, Within

__all__ = ["fill_with_leaves", "with_leaves"]

#: Characters of a token, about.
_CHARS_OF_TOKEN = 4
#: A value with more characters for each token that there is room for leaves none to others.
_TOO_LONG = 2.5
#: If there is room for no more than so many of its length, it is a long one. Chosen.
_SEVERAL = 8
#: Characters of a row that is like a line. Chosen.
_SHORT_ROW = 300
_Say = Callable[[Sequence[Piece]], "Iterator[tuple[str, str]]"]
#: The numbers of rows by what holds them; 0 for all of it.
_Rows = dict[Holder, set[int]]
_Pointer = tuple[str, int, "Within | None"]


def _pointer(piece: Piece) -> _Pointer:
    return piece.path, piece.number, piece.within


def _rows_of(pieces: Iterable[Piece]) -> _Rows:
    found: _Rows = {}
    for piece in pieces:
        found.setdefault((piece.path, piece.within), set()).add(piece.number)
    return found


def _row_with(leaf: Piece, rows: _Rows, keys: Keys) -> _Pointer | None:
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
    own: dict[_Pointer, list[int]] = {}
    place_of: dict[_Pointer, int] = {}
    for place, number in enumerate(numbers):
        row = row_of[number]
        if row is not None:
            own.setdefault(row, []).append(number)
            place_of[row] = place
    found = {}
    for row, some in own.items():
        first, last = min(some), max(some)
        beside = (n for n in (first - 1, last + 1) if 0 <= n < count)
        if last - first + 1 == len(some) and all(row_with(n) != row for n in beside):
            found[row] = place_of[row]
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
    return next(text for _, text in as_written([leaf]))


def with_leaves(
    excerpt: Found,
    pieces: Sequence[Piece],
    leaves: Iterable[Piece],
    keys: Keys,
    max_tokens: int,
    counter: TokenCounter,
) -> Found:
    """An excerpt that has all of some pieces, with those values beside them that have room."""
    shown, whole = _rows_of(pieces), rendered(pieces)
    apart = [leaf for leaf in leaves if leaf.number and _row_with(leaf, shown, keys) is None]
    if not apart:
        return excerpt

    def render(size: int, how: str, say: _Say = as_written) -> Found:
        said = list(say(apart[:size]))
        blocks = [whole.text, *(text for _, text in said)]
        if how:
            blocks.append(f"[{len(apart) - size} more found, left out here: {how}]")
        return Found("\n".join(blocks), "; ".join([whole.where, *(place for place, _ in said)]))

    for say in (as_written, partial(shortly, Cells(), keys)):
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


class _Asked:
    """What was found, in the order in which it is shown: texts, and values in place of rows.

    They are the values of the pieces that were found, and those ``beyond`` these.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        order: Sequence[int],
        leaves: Sequence[Piece],
        leaf_order: Iterable[int],
        beyond: Set[int],
        keys: Keys,
        room: float,
    ) -> None:
        self._pieces, self._keys = pieces, keys
        of_data = {leaf.within for leaf in leaves}
        self.texts = [n for n in order if _is_text(pieces[n], of_data)]
        self._rows = sorted({*order}.difference(self.texts))
        found = _rows_of(pieces[number] for number in order if pieces[number].unit == "rows")

        def row_with(number: int) -> _Pointer | None:
            return _row_with(leaves[number], found, keys)

        row_of = {number: row_with(number) for number in leaf_order if leaves[number].number}
        numbers = [n for n, row in row_of.items() if row is not None or n in beyond]
        #: The value that answers best, and those that stand in no piece that was found.
        self.best = leaves[numbers[0]] if numbers else None
        self.alone = [leaves[number] for number in numbers if row_of[number] is None]
        numbers = _long_ones_last(numbers, leaves, room)
        self.values = [leaves[number] for number in numbers]
        in_part = {_pointer(pieces[number]) for number in self._rows}
        self._beside = [row_of[number] not in in_part for number in numbers]
        self._whole_at = _whole_at(numbers, row_of, row_with, len(leaves))

    def left_by(self, of_texts: int, of_values: int) -> list[Piece]:
        """What is left where so many are shown: of a row that is shown in part, the rest is."""
        some = (self._pieces[n] for n in (*sorted(self.texts[of_texts:]), *self._rows))
        left = [n for n in some if self._whole_at.get(_pointer(n), of_values) >= of_values]
        whole = _rows_of(self._pieces[number] for number in self.texts[:of_texts])
        apart = compress(self.values[of_values:], self._beside[of_values:])
        return [*left, *(n for n in apart if _row_with(n, whole, self._keys) is None)]

    def rendered(self, of_texts: int, of_values: int, how: str, say: _Say = as_written) -> Found:
        """So many of them, and how to read on."""
        whole = rendered([self._pieces[number] for number in sorted(self.texts[:of_texts])])
        said = list(say(self.values[:of_values]))
        blocks = [whole.text, *(text for _, text in said)]
        if how:
            more = len(self.texts) - of_texts + len(self.values) - of_values
            blocks.append(f"[{f'{more} more found' if more else 'the rest'}, left out here: {how}]")
        places = [whole.where, *(place for place, _ in said)]
        return Found("\n".join(filter(None, blocks)), "; ".join(filter(None, places)), bool(how))


def fill_with_leaves(
    pieces: Sequence[Piece],
    order: Sequence[int],
    leaves: Sequence[Piece],
    leaf_order: Sequence[int],
    beyond: Set[int],
    keys: Keys,
    max_tokens: int,
    counter: TokenCounter,
    parts_of: Callable[[Piece], Parts],
) -> Found:
    """Where not all that was found fits: of texts the best parts, and of data the best values.

    Values stand as they are written while there is room; else those of a row stand in one line.
    """
    asked = _Asked(pieces, order, leaves, leaf_order, beyond, keys, max_tokens * _TOO_LONG)
    texts, values = asked.texts, asked.values
    if asked.best and not texts and not _has_room(asked.best, max_tokens, counter):
        # What answers best is larger than the room: a part of it.
        return fill(pieces, order, max_tokens, counter, parts_of, asked.alone)

    def has_half(of_texts: int) -> bool:
        return counter.count(asked.rendered(of_texts, 0, "").text) * 2 <= max_tokens

    def most(of: int, shown: Callable[[int], tuple[int, int]], say: _Say) -> tuple[int, str]:
        return largest_with_how(
            of,
            lambda size, how: asked.rendered(*shown(size), how, say),
            lambda size: asked.left_by(*shown(size)),
            max_tokens,
            counter,
        )

    # Each has half of the room, and what the other leaves of its own.
    shown = largest(len(texts), has_half)
    for say in (as_written, partial(shortly, Cells(), keys)):
        said, how = most(len(values), lambda size: (shown, size), say)
        if said == len(values):
            break
    if said == len(values) and texts:
        shown, how = most(len(texts), lambda size: (size, said), say)
    found = asked.rendered(shown, said, how, say)
    if not (said or shown) or counter.count(found.text) > max_tokens:
        return fill(pieces, order, max_tokens, counter, parts_of, asked.alone)
    return replace(found, next=onward(asked.left_by(shown, said)))
