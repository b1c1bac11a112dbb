"""What stands below the pieces that a query names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from headroom.retrieval.index import Searchable
from headroom.toolkit.identifiers import names_one
from headroom.view import Piece

__all__ = ["below_named", "with_announced", "with_below"]

# All of these are chosen.

#: What names one of those that others stand below: so much of a query, of which nothing else has
#: more than such a share; so many others are as good that have that share of what it has.
_MOST_OF, _LESS, _AS_GOOD = 0.7, 0.8, 0.95
#: So many of them at the most are named.
_FEW = 3
#: Characters of a text that is brought with its row.
_SHORT = 4000
#: A line that is named brings so many that are indented below it.
_MOST_BELOW = 40
#: So many of the best lines that announce what follows bring it, up to so many pieces.
_ANNOUNCING, _MOST_ANNOUNCED = 2, 12


def below_named(searchable: Searchable, query: str) -> list[int]:
    """What says whose others are and has most of a query, if it is one or a few; and these.

    None where anything else has nearly as much of it.
    """
    below = searchable.below
    if not below:
        return []
    said = query.strip()
    if " " in said:
        # Its words in a row: other lines may have its number.
        exact = [one for one in below if names_one(searchable.pieces[one].text, (said,))]
        if 0 < len(exact) <= _FEW:
            return sorted({n for head in exact for n in (head, *(one for one, _ in below[head]))})
    covered = searchable.index.covered(query)
    best = max(covered.values(), default=0.0)
    named = [head for head in below if covered.get(head, 0.0) >= _AS_GOOD * best]
    if best < _MOST_OF or not 0 < len(named) <= _FEW:
        return []
    found = {n for head in named for n in (head, *(one for one, _ in below[head]))}
    others = (share for number, share in covered.items() if number not in found)
    return sorted(found) if max(others, default=0.0) <= _LESS * best else []


def with_below(
    order: Sequence[int], named: Collection[int], pieces: Sequence[Piece]
) -> Iterator[int]:
    """An order in which lines that the query names bring those that are indented below them."""
    found: set[int] = set()
    for number in order:
        below = _below(number, pieces) if number in named else ()
        for one in (number, *below):
            if one not in found:
                found.add(one)
                yield one


def with_announced(searchable: Searchable, order: Sequence[int]) -> Iterator[int]:
    """An order in which the best that end with a colon bring what that announces."""
    left = _ANNOUNCING
    for number in order:
        yield number
        if left and searchable.pieces[number].text.rstrip().endswith(":"):
            left -= 1
            yield from _announced(searchable, number)


def _announced(searchable: Searchable, number: int) -> Iterator[int]:
    """What stands behind a piece in its passage, or the passage that comes next."""
    pieces = searchable.pieces
    within, passage = pieces[number].within, None
    for one in range(number + 1, min(number + 1 + _MOST_ANNOUNCED, len(pieces))):
        piece = pieces[one]
        if piece.within != within:
            break
        if piece.text.strip():
            if passage not in (None, piece.group) or one in searchable.below:
                break
            passage = piece.group
        elif passage is not None and passage < 0:
            # Of lines that stand alone, a blank one ends it.
            break
        yield one


def with_texts(order: Sequence[int], pieces: Sequence[Piece]) -> list[int]:
    """An order in which rows that are found bring the short texts that views show apart from them.

    Of a row of which something in such a text is found, that is what was asked for.
    """
    texts: defaultdict[str, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        if isinstance(piece.within, str):
            texts[piece.within.rpartition(" of ")[2]].append(number)
    if not texts:
        return list(order)
    rows = [number for number in order if pieces[number].within is None]
    found = set(order)
    more: list[int] = []
    for row in rows[:_FEW]:
        for path, numbers in texts.items():
            size = sum(len(pieces[number].text) for number in numbers)
            if size <= _SHORT and found.isdisjoint(numbers) and _holds(pieces[row], path):
                more += numbers
    return [*order, *more]


def _holds(row: Piece, path: str) -> bool:
    """Whether a text, by its pointer, stands in a row: by the place of that, or by its own key."""
    inner = path.removeprefix(f"{row.path}/") if path.startswith(f"{row.path}/") else ""
    key = inner.partition("/")[0]
    if key.isdigit():
        return int(key) == row.number - 1
    return bool(key) and f'"{key}":' in row.text


def _below(number: int, pieces: Sequence[Piece]) -> list[int]:
    own = _indent(pieces[number].text)
    found: list[int] = []
    for below in range(number + 1, min(number + 1 + _MOST_BELOW, len(pieces))):
        piece = pieces[below]
        if _indent(piece.text) <= own or piece.within != pieces[number].within:
            break
        found.append(below)
    return found


def _indent(line: str) -> int:
    """How far a line is indented; a blank one not at all."""
    return len(line) - len(line.lstrip()) if line.strip() else -1
