"""Which of the pieces answer a query best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.retrieval.below import below_named, with_announced, with_below
from headroom.retrieval.fields import EMPTY, of_named_fields
from headroom.retrieval.index import Searchable
from headroom.retrieval.named import all_within, of_named_objects, value_of
from headroom.toolkit.identifiers import identifiers, names_one, naming
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.relevance import only_names, query_terms, terms
from headroom.toolkit.turns import take_turns
from headroom.view import Piece

__all__ = ["LeftOut", "ranked", "ranked_values", "values_beyond", "values_of_record"]

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
#: The same for values, beside their neighbourhoods. Measured likewise.
_VALUES_ALONE = 1.0
#: The share of each record that a value is in. Measured likewise.
_RECORD = 0.5
#: What a heading that a query names is worth to what stands below it: of one farther up such a
#: share, and of what follows such a share of what is before it. Measured likewise.
_HEADED, _OUTER, _ON = 3.0, 0.7, 0.99
#: A heading is named with such a share of what it and the query say, each of the other.
_NAMED = 0.1
#: Characters of a heading that are read.
_HEADING = 200
#: So many objects at the most are what is asked about, with all that is in them.
_FEW = 3
#: A neighbourhood of values that has such a share of what the best one has of a query is as good,
#: and so many of them, of which two stand in one place, are what is asked about.
_AS_GOOD, _FEW_PLACES = 0.95, 6
#: Characters of a value that is brought for what it stands beside.
_SHORT = 200
#: Characters of a value that tell what it is like.
_BEGINNING = 16


def ranked(
    searchable: Searchable, query: str, left_out: LeftOut, room: int | None = None
) -> list[int]:
    """The numbers of the pieces that answer a query, the best first.

    Args:
        searchable: The pieces.
        query: What is asked.
        left_out: Whether the reader lacks a piece.
        room: Characters that there is room for, if that is known: of what is of use only together
            and has none, the best pieces come first.

    """
    pieces = searchable.pieces
    first = pieces[0] if pieces else None
    if first is not None and first.is_inseparable:
        return _whole_groups(searchable, query, left_out, room)
    scores = searchable.index.scores(query)
    named = _named(scores, lambda number: pieces[number].text, query)
    is_alone = bool(named) and only_names(query)
    if is_alone:
        scores = {number: scores[number] for number in named}
    elif named:
        best = max(scores.values())
        scores.update((number, scores[number] + best) for number in named)

    def order_of(scores: dict[int, float]) -> list[int]:
        order = _by_score(scores, pieces, left_out)
        document = searchable.document
        # Of a log, sentences may be asked for: it knows nothing of those.
        if first and (first.unit == document.kind.unit or pieces is document.pieces):
            order = document.kind.arrange(document.searched, query, order, pieces, left_out)
        return _with_groups(searchable, order, room)

    if first is not None and first.unit == "lines" and not searchable.is_grouped:
        return list(with_below(order_of(scores), named, pieces))
    if not searchable.is_grouped:
        return order_of(scores)
    if is_alone:
        # All of an event that is named, with what stands below it, and of others nothing.
        whole = {n for one in named for n in searchable.groups[searchable.group_of[one]]}
        whole.update(number for one in named for number, _ in searchable.below.get(one, ()))
        found = order_of(_with_context(searchable, query, scores))
        return _with_heads(searchable, [n for n in found if n in whole])
    best = max(scores.values(), default=0.0)
    alone = order_of({n: score for n, score in scores.items() if score >= _STRONG * best})
    together = order_of(_with_context(searchable, query, scores))
    alone = list(with_announced(searchable, alone))
    order = _side_by_side(alone, _with_heads(searchable, together), pieces, _ALONE)
    said = _all_said(searchable, query, room)
    below = below_named(searchable, query)
    if below:
        said = said.union(below)
        order = list(dict.fromkeys([*order, *below]))
    order = [*(n for n in order if n in said), *(n for n in order if n not in said)]
    # Below the head of another group, it would be taken for a line of that one.
    return _with_heads(searchable, order) if first is not None and first.unit == "lines" else order


def _all_said(searchable: Searchable, query: str, room: int | None) -> set[int]:
    """The pieces that have all that a query says, if there is room for all of them."""
    if room is None:
        return set()
    covered = searchable.index.covered(query)
    said = {number for number, share in covered.items() if share >= _AS_GOOD}
    size = sum(len(searchable.pieces[number].text) for number in said)
    return said if size <= room else set()


def _side_by_side(
    alone: Sequence[int], together: Sequence[int], pieces: Sequence[Piece], share: float
) -> list[int]:
    """One order of two, of which each has its share of the room, however much room there is.

    To each character of the second come so many of the first as ``share`` says.

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
            due += (len(pieces[number].text) + 1) * share
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


def _with_groups(searchable: Searchable, order: list[int], room: int | None) -> list[int]:
    """An order in which what is of use only together comes together, as in texts within data."""
    pieces = searchable.pieces
    if not any(pieces[number].is_inseparable for number in order):
        return order
    found: dict[int, None] = {}
    for number in order:
        group = searchable.group_of[number]
        whole = searchable.groups[group] if pieces[number].is_inseparable else [number]
        has_room = room is None or searchable.group_sizes[group] <= room
        found.update(dict.fromkeys(whole if has_room else (whole[0], number)))
    return list(found)


def _ranked_leaves(
    searchable: Searchable, query: str, left_out: LeftOut, own: dict[int, float]
) -> list[int]:
    """The numbers of the scalar values that answer a query, the best first.

    A value is judged with the object and the record that it is in. Of the object that answers best,
    all values are found, though they share no word with the query.
    """
    leaves = searchable.leaves
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


def values_beyond(searchable: Searchable, query: str) -> list[int]:
    """The numbers of the scalar values that are asked for, whatever pieces they are in.

    None where a piece has all of a query. Else those that have a word of it; and where more of it
    stands together in some neighbourhood than in any piece, those that stand between.
    """
    of_pieces = max(searchable.index.covered(query).values(), default=0.0)
    if of_pieces >= _AS_GOOD:
        return []
    own = searchable.leaf_index.scores(query)
    near = max(searchable.neighbourhood_index.covered(query).values(), default=0.0)
    is_place = of_pieces < _AS_GOOD * near
    return [*(_neighbours(searchable, query, own) if is_place else ()), *own]


def ranked_values(
    searchable: Searchable, query: str, left_out: LeftOut, record: Sequence[int], room: int
) -> list[int]:
    """The numbers of the scalar values that answer a query, and of those of a record, beside them.

    Of values that share no word with the query, those of the record and of the object that answers
    best take turns; what is empty comes last. What the query says of a few is brought before all
    else: of each that has all of it, as many as there is room for.
    """
    own = searchable.leaf_index.scores(query)
    ranked = _ranked_leaves(searchable, query, left_out, own)
    found = set(ranked)
    beside = take_turns(
        [*(n for n in record if n not in found), *(n for n in ranked if n not in own)],
        lambda number: str(number in found),
    )
    beside.sort(key=lambda number: searchable.leaves[number].text.endswith(EMPTY))
    alone = [*(n for n in ranked if n in own), *beside]
    said = dict.fromkeys(_said_of(searchable, query, room))
    named = of_named_fields(searchable, query, left_out, own)
    best = [
        *named,
        *of_named_objects(searchable, query, own, room),
        *(number for number in alone if number in said),
        *said,
    ]
    beside = _neighbours(searchable, query, own)
    rest = _side_by_side(alone, beside, searchable.leaves, _VALUES_ALONE)
    return list(dict.fromkeys([*best, *rest]))


def _said_of(searchable: Searchable, query: str, room: int) -> list[int]:
    """The values of which a query says all that it says of any, if there is room for all of them.

    Else those of the objects of which it does.
    """
    leaves, objects = searchable.leaves, searchable.records[1]
    of_leaves = searchable.leaf_index.covered(query)
    of_objects = searchable.record_indexes[1].covered(query)
    most = _AS_GOOD * max(of_objects.values(), default=0.0)
    asked = query_terms(query)
    values = (
        number
        for number, share in of_leaves.items()
        if share >= most and asked.isdisjoint(terms(value_of(leaves[number])))
    )
    whole = (n for number, share in of_objects.items() if share >= most for n in objects[number])
    for some in (values, whole):
        if found := all_within(leaves, some, room):
            return found
    return []


def _neighbours(searchable: Searchable, query: str, own: dict[int, float]) -> list[int]:
    """The scalar values of the neighbourhoods that answer best, from the best of each outwards.

    None where many answer alike: what is asked for stands all over, and not in a place.
    """
    covered = searchable.neighbourhood_index.covered(query)
    best = _few_best(covered, max(2, min(_FEW_PLACES, len(searchable.neighbourhoods) // 3)))
    scores = searchable.neighbourhood_index.scores(query)
    best.sort(key=lambda number: (-covered[number], -scores.get(number, 0.0), number))
    found: dict[int, None] = {}
    for number in best:
        some = searchable.neighbourhoods[number]
        worth = [own.get(leaf, 0.0) for leaf in some]
        # A long text beside what answers would take the room of all else.
        is_short = [len(searchable.leaves[leaf].text) <= _SHORT for leaf in some]
        near = [one + _NEIGHBOUR * other for one, other in zip(worth, _near(worth, 0.0))]
        middle = max(range(len(some)), key=lambda place: (near[place], -place))
        order = sorted(range(len(some)), key=lambda place: abs(place - middle))
        found.update(
            dict.fromkeys(some[place] for place in order if worth[place] or is_short[place])
        )
    return list(found)


def _few_best(covered: dict[int, float], few: int) -> list[int]:
    """Those that have most of a query, unless that is more than a few."""
    most = max(covered.values(), default=0.0)
    best = [number for number, share in covered.items() if share >= _AS_GOOD * most]
    return best if len(best) <= few else []


def _beginning(leaf: Piece) -> str:
    return value_of(leaf)[:_BEGINNING]


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


def values_of_record(searchable: Searchable, best: Piece, *, whole: bool) -> list[int]:
    """The scalar values of the record that a piece is a part of, the outermost first.

    A record is an element of an array. One that is too large to be a piece is several, and whoever
    asks for it by name wants the others, too. With ``whole`` it may be the piece itself, where that
    has no room.
    """
    tokens = best.path.split("/")
    is_row = best.unit == "rows" and best.number > 0
    if whole and is_row and searchable.document.keys(best.path, best.within) is None:
        tokens.append(f"{best.number - 1}")
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
    best = max(scores.values(), default=0.0)
    named = _named(scores, text_of, query)
    return {**scores, **{number: scores[number] + best for number in named}}


def _named(scores: dict[int, float], text_of: Callable[[int], str], query: str) -> set[int]:
    """Those that hold what the query names."""
    names = identifiers(query)
    if not names or not scores:
        return set()
    numbers = sorted(scores)
    return {numbers[i] for i in naming([text_of(number) for number in numbers], names)}


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
    named = _headings_named(searchable, query, scores)
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
    for head, share in named.items():
        found[head] = found.get(head, 0.0) + _HEADED * share
        for place, (piece, far) in enumerate(searchable.below[head]):
            worth = _HEADED * share * _OUTER**far * _ON**place
            found[piece] = found.get(piece, 0.0) + worth
    return found


def _headings_named(
    searchable: Searchable, query: str, scores: dict[int, float]
) -> dict[int, float]:
    """How far a query and the headings of passages name each other, from 0 to 1.

    Nothing is as sure as a heading of which the query has every word, and that has every word of
    the query.
    """
    names, asked, index = identifiers(query), query_terms(query), searchable.index
    of_query = index.tells(sorted(asked))
    found: dict[int, float] = {}
    for head in sorted(searchable.below.keys() & scores.keys()):
        heading = searchable.pieces[head].text[:_HEADING]
        own = query_terms(heading)
        both = index.tells(sorted(own & asked))
        share = 1.0 if names and names_one(heading, names) else both / index.tells(sorted(own))
        if both and share * both >= _NAMED * of_query:
            found[head] = share * both / of_query
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


def _best_of_group(group: Sequence[int], own: dict[int, float]) -> list[int]:
    """The pieces of a group, what names it first, and then what answers with what is near."""
    scores = [own.get(number, 0.0) for number in group]
    worth = [one + _NEIGHBOUR * near for one, near in zip(scores, _near(scores, 0.0))]
    order = sorted(range(len(group)), key=lambda place: (place > 0, -worth[place], place))
    return [group[place] for place in order]


def _whole_groups(
    searchable: Searchable, query: str, left_out: LeftOut, room: int | None
) -> list[int]:
    """The pieces of the groups that answer a query, the best group first."""
    pieces, groups = searchable.pieces, searchable.groups
    scores = searchable.group_index.scores(query)
    scores = _pinned(scores, lambda n: " ".join(pieces[piece].text for piece in groups[n]), query)
    weighed = {
        number: score * (_LEFT_OUT if left_out(pieces[groups[number][0]]) else 1.0)
        for number, score in scores.items()
    }
    order = sorted(weighed, key=lambda number: (-weighed[number], number))
    own, sizes = searchable.index.scores(query), searchable.group_sizes
    found: dict[int, None] = {}
    for number in order:
        has_room = room is None or sizes[number] <= room
        whole = groups[number] if has_room else _best_of_group(groups[number], own)
        found.update(dict.fromkeys((*searchable.heads[number], *whole)))
    return list(found)
