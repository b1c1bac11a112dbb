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
#: Beside what a piece answers by itself: the share of what is near it in its passage, and how much
#: of that is left one piece farther away; and the share of the passage as a whole. A passage of
#: lines is long, and its lines say less of each other. Measured with
#: ``python -m benchmarks.recovery``.
_NEIGHBOUR, _FARTHER = 0.5, 0.85
_PASSAGE, _PASSAGE_OF_LINES = 0.8, 0.3
#: Among passages, the better of two answers counts for so much more: the power of its score.
_STEEPLY = 1.5
#: To each character shown for its passage, so many for what answers well by itself, which is that
#: with such a share of the best score.
_ALONE, _STRONG = 0.5, 0.4
#: The share of each record that a value is in. Measured likewise.
_RECORD = 0.5
#: So many objects at the most are what is asked about, with all that is in them.
_FEW = 3
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
    scores = _pinned(scores, lambda number: pieces[number].text, query)

    def order_of(scores: dict[int, float]) -> list[int]:
        order = _by_score(scores, pieces, left_out)
        document = searchable.document
        order = document.kind.arrange(document.searched, query, order, pieces, left_out)
        return _with_groups(searchable, order)

    if not searchable.is_grouped:
        return order_of(scores)
    best = max(scores.values(), default=0.0)
    alone = order_of({n: score for n, score in scores.items() if score >= _STRONG * best})
    together = order_of(_with_context(searchable, query, scores))
    return _side_by_side(alone, _with_heads(searchable, together), pieces)


def _side_by_side(
    alone: Sequence[int], together: Sequence[int], pieces: Sequence[Piece]
) -> list[int]:
    """One order of two, of which each has its share of the room, however much room there is.

    The best passage does not push out the line elsewhere that says it in so many words, nor do many
    such lines the passage.
    """
    found: dict[int, None] = {}
    rest = iter(alone)
    # Characters that the first is behind with.
    due = 0.0
    for number in together:
        while due > 0 and (one := next(rest, None)) is not None:
            if one not in found:
                found[one] = None
                due -= len(pieces[one].text) + 1
        if number not in found:
            found[number] = None
            due += (len(pieces[number].text) + 1) * _ALONE
    found.update(dict.fromkeys(rest))
    return list(found)


def _with_heads(searchable: Searchable, order: list[int]) -> list[int]:
    """An order in which what says what a passage is part of comes with the first of its pieces."""
    heads, group_of = searchable.heads, searchable.group_of
    found: dict[int, None] = {}
    for number in order:
        if number not in found:
            found.update(dict.fromkeys(heads[group_of[number]]))
            found[number] = None
    return list(found)


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
    """The numbers of the scalar values that answer a query, the best first.

    A value is judged with the object and the record that it is in. Of the object that answers best,
    all values are found, though they share no word with the query.
    """
    leaves = searchable.leaves
    own = searchable.leaf_index.scores(query)
    found = _of_best(own)
    of_records, of_objects = (
        _worth(leaves, records, index.scores(query), query)
        for records, index in zip(searchable.records, searchable.record_indexes)
    )
    best = max(of_objects.values(), default=0.0)
    asked = [number for number, worth in of_objects.items() if worth == best]
    if len(asked) <= _FEW:
        found.update(
            (leaf, 0.0)
            for number in asked
            for leaf in searchable.records[1][number]
            if leaf not in own
        )
    for records, worths in zip(searchable.records, (of_records, of_objects)):
        for number, worth in worths.items():
            for leaf in records[number]:
                if leaf in found:
                    found[leaf] += _RECORD * worth
    order = _by_score(found, leaves, left_out)
    # Values of one object that begin alike: links to one place, times of one day.
    return take_turns(order, lambda n: _beginning(leaves[n]))


def _beginning(leaf: Piece) -> str:
    return leaf.text.partition(":")[2][:_BEGINNING]


def _worth(
    leaves: Sequence[Piece], records: Sequence[Sequence[int]], scores: dict[int, float], query: str
) -> dict[int, float]:
    """How well records answer a query, those that it names before all others."""

    def text(number: int) -> str:
        return " ".join(leaves[leaf].text for leaf in records[number])

    return _of_best(_pinned(scores, text, query))


def _of_best(scores: dict[int, float]) -> dict[int, float]:
    best = max(scores.values(), default=0.0) or 1.0
    return {number: score / best for number, score in scores.items()}


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
    """Pieces judged with what is near them and with their passage.

    An answer often says "it" for what its passage named before (Callan, "Passage-Level Evidence in
    Document Retrieval", 1994); and what a header, a heading or a signature names stands below it.
    """
    passages = _of_best(searchable.group_index.scores(query))
    scores = {number: score**_STEEPLY for number, score in _of_best(scores).items()}
    found: dict[int, float] = {}
    for number, score in passages.items():
        group = searchable.groups[number]
        own = [scores.get(piece, 0.0) for piece in group]
        head = max((scores.get(piece, 0.0) for piece in searchable.heads[number]), default=0.0)
        is_of_lines = searchable.pieces[group[0]].unit == "lines"
        share = (_PASSAGE_OF_LINES if is_of_lines else _PASSAGE) * score
        for piece, one, near in zip(group, own, _near(own, head)):
            found[piece] = one + _NEIGHBOUR * near + share
    return found


def _near(own: Sequence[float], head: float) -> list[float]:
    """What the others of a passage are worth to each of its pieces, the less the farther away."""
    found: list[float] = []
    before = head
    for one in own:
        found.append(before)
        before = max(before, one) * _FARTHER
    after = 0.0
    for place in range(len(own) - 1, -1, -1):
        found[place] = max(found[place], after)
        after = max(after, own[place]) * _FARTHER
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
