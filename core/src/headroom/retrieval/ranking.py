"""Which of the pieces answer a query best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.retrieval.index import Searchable
from headroom.toolkit.identifiers import identifiers, naming
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.turns import take_turns
from headroom.view import Piece

__all__ = ["LeftOut", "ranked", "ranked_leaves", "values_of_record"]

# Whoever asks has the view: what is not in it is worth so much more.
_LEFT_OUT = 1.5
_WEIGHED = 2000
# The shares of a sentence's neighbours and of its passage in its score.
_NEIGHBOUR, _PASSAGE = 0.4, 0.8
#: Characters of a value that tell what it is like.
_BEGINNING = 16


def ranked(searchable: Searchable, query: str, left_out: LeftOut) -> list[int]:
    """The numbers of the pieces that answer a query, the best first.

    Args:
        searchable: The pieces.
        query: What is asked.
        left_out: Whether the reader lacks a piece.

    """
    pieces = searchable.pieces
    first = pieces[0] if pieces else None
    if first is not None and first.is_inseparable:
        return _whole_groups(searchable, query, left_out)
    scores = searchable.index.scores(query)
    if first is not None and first.group >= 0:
        scores = _with_context(searchable, query, scores)
    scores = _pinned(scores, lambda number: pieces[number].text, query)
    order = _by_score(scores, pieces, left_out)
    document = searchable.document
    order = document.kind.arrange(document.searched, query, order, pieces, left_out)
    return _with_groups(searchable, order)


def _with_groups(searchable: Searchable, order: list[int]) -> list[int]:
    """An order in which what is of use only together comes together, as in texts within data."""
    pieces = searchable.pieces
    if not any(pieces[number].is_inseparable for number in order):
        return order
    group_of = {number: group for group in searchable.groups for number in group}
    found: dict[int, None] = {}
    for number in order:
        whole = group_of[number] if pieces[number].is_inseparable else (number,)
        found.update(dict.fromkeys(whole))
    return list(found)


def ranked_leaves(searchable: Searchable, query: str, left_out: LeftOut) -> list[int]:
    """The numbers of the scalar values that answer a query, the best first."""
    leaves = searchable.leaves
    order = _by_score(searchable.leaf_index.scores(query), leaves, left_out)
    # Values that begin alike: links to one place, times of one day.
    return take_turns(order, lambda n: leaves[n].text.partition(":")[2][:_BEGINNING])


def values_of_record(searchable: Searchable, best: Piece) -> list[int]:
    """The scalar values of the record that a piece is a part of, the outermost first.

    A record is an element of an array. One that is too large to be a piece is several, and whoever
    asks for it by name wants the others, too.
    """
    tokens = best.path.split("/")
    index = next((place for place, token in enumerate(tokens) if token.isdecimal()), None)
    if index is None:
        return []
    record = "/".join(tokens[: index + 1])
    leaves = searchable.leaves
    inside = [
        number
        for number, leaf in enumerate(leaves)
        if leaf.within == best.within
        and (leaf.path == record or leaf.path.startswith(f"{record}/"))
    ]
    return sorted(inside, key=lambda number: (leaves[number].path.count("/"), number))


def _pinned(
    scores: dict[int, float], text_of: Callable[[int], str], query: str
) -> dict[int, float]:
    """Those that hold what the query names before all others."""
    names = identifiers(query)
    if not names or not scores:
        return scores
    numbers = sorted(scores)
    best = max(scores.values())
    pinned = naming([text_of(number) for number in numbers], names)
    return {**scores, **{numbers[i]: scores[numbers[i]] + best for i in pinned}}


def _by_score(scores: dict[int, float], pieces: Sequence[Piece], left_out: LeftOut) -> list[int]:
    # What the reader lacks is asked of the best ones only: more than these are never shown.
    order = sorted(scores, key=lambda number: (-scores[number], number))
    best = {
        number: scores[number] * (_LEFT_OUT if left_out(pieces[number]) else 1.0)
        for number in order[:_WEIGHED]
    }
    return sorted(best, key=lambda number: (-best[number], number)) + order[_WEIGHED:]


def _with_context(searchable: Searchable, query: str, scores: dict[int, float]) -> dict[int, float]:
    """Sentences judged with their neighbours and their passage.

    An answer often says "it" for what its passage named before (Callan, "Passage-Level Evidence in
    Document Retrieval", 1994).
    """
    passages = searchable.group_index.scores(query)
    best = max(scores.values(), default=0.0) or 1.0
    best_passage = max(passages.values(), default=0.0) or 1.0
    found: dict[int, float] = {}
    for number, score in passages.items():
        group = searchable.groups[number]
        for position, piece in enumerate(group):
            own = scores.get(piece, 0.0) / best
            around = [scores.get(n, 0.0) for n in group[max(0, position - 1) : position]]
            around += [scores.get(n, 0.0) for n in group[position + 1 : position + 2]]
            near = max(around, default=0.0) / best
            found[piece] = own + _NEIGHBOUR * near + _PASSAGE * score / best_passage
    return found


def _whole_groups(searchable: Searchable, query: str, left_out: LeftOut) -> list[int]:
    """The pieces of the groups that answer a query, the best group first."""
    pieces, groups = searchable.pieces, searchable.groups
    scores = searchable.group_index.scores(query)
    scores = _pinned(scores, lambda n: " ".join(pieces[piece].text for piece in groups[n]), query)
    weighed = {
        number: score * (_LEFT_OUT if left_out(pieces[groups[number][0]]) else 1.0)
        for number, score in scores.items()
    }
    order = sorted(weighed, key=lambda number: (-weighed[number], number))
    return [piece for number in order for piece in groups[number]]
