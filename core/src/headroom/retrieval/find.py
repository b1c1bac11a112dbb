"""One retrieval: from what is asked for to an excerpt within its budget."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache

from headroom.pipeline.terminal import find_in_line, is_written_over
from headroom.retrieval.document import Document, counted
from headroom.retrieval.index import Searchable
from headroom.retrieval.paths import begins
from headroom.retrieval.patterns import Pattern
from headroom.retrieval.places import Place
from headroom.retrieval.ranking import ranked, ranked_values, values_beyond, values_of_record
from headroom.retrieval.render import Found, Parts, fill, place_of
from headroom.retrieval.rows import Rows
from headroom.retrieval.selection import Selection
from headroom.retrieval.tables import Tables
from headroom.retrieval.values import fill_with_leaves, with_leaves
from headroom.tokens import TokenCounter
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.pointers import is_index
from headroom.toolkit.relevance import Asked, holders, query_terms, terms
from headroom.view import Omission, Piece, Within, spelled

__all__ = ["find", "left_out_by", "locate_best", "nothing_left_out"]

_WORD = re.compile(r"[^\W_]+")
# How much of a piece is looked through for its best part.
_FOCUS_CHARS = 2_000_000
# Characters of a token, about, where there are few.
_CHARS_OF_TOKEN = 3
# Characters in which the words of a query count as standing together.
_WINDOW = 400


def find(
    searchable: Searchable,
    selection: Selection,
    max_tokens: int,
    counter: TokenCounter,
    left_out: LeftOut,
) -> Found:
    """The part of a document that a selection names, in at most ``max_tokens`` tokens.

    Raises:
        ValueError: The selection cannot apply: rows of what has none, a path to nothing.

    """
    original = searchable.document
    try:
        found = _at_all(searchable, selection)
    except ValueError:
        if selection.instead is None or _begin_there(original, selection.places):
            raise
        selection = selection.instead
        found = _at_all(searchable, selection)
    searchable, pieces = found[0] if len(found) == 1 else _together(searchable, found)
    document = searchable.document
    whole = pieces is document.pieces
    # Then it may stand in what nobody is shown, where it stands nowhere else.
    of_all = whole and document is original
    if selection.pattern is not None:
        pieces = _matching(pieces, selection.pattern)
        if of_all and not (pieces or selection.query):
            pieces = _matching(original.put_lines(), selection.pattern)
    parts_of = _parts_of(original, selection)
    if not selection.query:
        order = list(range(len(pieces)))
        if len({piece.within for piece in pieces}) > 1:
            # One of several parts is meant, most likely one that the view does not show.
            order.sort(key=lambda number: not left_out(pieces[number]))
        pieces = [original.marked(piece.in_whole()) for piece in pieces]
        return fill(pieces, order, max_tokens, counter, parts_of)
    if not (whole and len(pieces) == len(document.pieces)):
        searchable = Searchable(document, pieces)
    room = max_tokens * _CHARS_OF_TOKEN
    order = ranked(searchable, selection.query, left_out, room)
    if of_all and not (order or selection.pattern):
        searchable = _written_over(original, selection.query)
        order = ranked(searchable, selection.query, left_out, room)
    shown = list(searchable.pieces)
    for number in order:
        shown[number] = original.marked(shown[number].in_whole())
    # What stands at several places is no longer of a kind.
    whole_of = document if len(found) == 1 else original
    tables = Tables(lambda: whole_of.is_text)
    excerpt = fill(shown, order, max_tokens, counter, parts_of, passes_over=True, tables=tables)
    if not order or not whole or not searchable.leaves:
        return excerpt
    return _with_values(
        searchable, selection.query, excerpt, shown, order, left_out, max_tokens, counter, parts_of
    )


def _begin_there(document: Document, places: Sequence[Place]) -> bool:
    """Whether one of some paths leads somewhere in data, though not to its end."""
    return document.has_data and any(begins(document.value, place.path or "") for place in places)


def _with_values(
    searchable: Searchable, query: str, excerpt: Found, shown: Sequence[Piece],
    order: Sequence[int], left_out: LeftOut, max_tokens: int, counter: TokenCounter,
    parts_of: Callable[[Piece], Parts],
) -> Found:  # fmt: skip
    """An excerpt of data: with the values that are asked for beside what was found.

    Where not all of what was found has room, it is the values in it that answer best.
    """
    leaves = searchable.leaves
    record = values_of_record(searchable, searchable.pieces[order[0]], whole=excerpt.truncated)
    beyond = dict.fromkeys([*record, *values_beyond(searchable, query)])
    # It is asked at each attempt to fill.
    keys = cache(searchable.document.keys)
    if not excerpt.truncated:
        pieces = [shown[number] for number in sorted(order)]
        values = [leaves[number] for number in beyond]
        excerpt = with_leaves(excerpt, pieces, values, keys, max_tokens, counter)
        if not (excerpt.truncated and record):
            return excerpt
    best = ranked_values(searchable, query, left_out, record, max_tokens * _CHARS_OF_TOKEN)
    found = fill_with_leaves(
        shown, order, leaves, best, beyond.keys(), keys, max_tokens, counter, parts_of
    )
    # Of a long text among the values a part may say what none of those says that have room.
    having = holders([found.text, excerpt.text], Asked(query))
    return excerpt if [1] in having else found


def _parts_of(original: Document, selection: Selection) -> Callable[[Piece], Parts]:
    """Cuts a piece around what answers best in it."""
    focus = _focus(selection.query, selection.pattern)

    def parts_of(piece: Piece) -> Parts:
        as_put = original.as_put(piece)
        return Parts(as_put, find_in_line(as_put.text, focus))

    return parts_of


def _written_over(original: Document, query: str) -> Searchable:
    """The lines in which a query occurs that a terminal shows in part, as they were put."""
    lines = [line for line in original.put_lines() if is_written_over(line.text)]
    having = holders([line.text for line in lines], Asked(query))
    some = [lines[number] for number in sorted(set().union(*having))]
    return Searchable(original.plain(), some)


def _matching(pieces: Iterable[Piece], pattern: Pattern) -> list[Piece]:
    return [piece for piece in pieces if pattern.search(piece.text) is not None]


def locate_best(searchable: Searchable, query: str) -> tuple[str, str, int]:
    """The piece that answers a query best: its place, its text, and where in it to look."""
    order = ranked(searchable, query, nothing_left_out)
    if not order:
        return "", "", 0
    piece = searchable.pieces[order[0]]
    return place_of(piece.in_whole()), piece.text, _focus(query)(piece.text) or 0


def nothing_left_out(_: Piece) -> bool:
    """For a view that leaves nothing out."""
    return False


def left_out_by(omissions: Sequence[Omission]) -> LeftOut:
    """Whether a piece stands in any of some omissions."""
    if not omissions:
        return nothing_left_out
    ranges: dict[tuple[str, str, Within | None], list[tuple[int, int]]] = defaultdict(list)
    values = set()
    for omission in omissions:
        if omission.chars is not None or omission.in_part:
            # The rest of it is shown.
            continue
        if omission.ranges:
            ranges[omission.unit, omission.path, omission.within] += omission.ranges
        else:
            values.add((omission.path, omission.within))
    sorted_ranges = {holder: sorted(inside) for holder, inside in ranges.items()}

    def among(holder: tuple[str, str, Within | None], number: int) -> bool:
        inside = sorted_ranges.get(holder)
        if inside is None:
            return False
        at = bisect_right(inside, (number, float("inf"))) - 1
        return at >= 0 and inside[at][0] <= number <= inside[at][1]

    def left_out(piece: Piece) -> bool:
        if among((piece.unit, piece.path, piece.within), piece.number):
            return True
        # A value that is left out takes all below it along, as does an element of an array.
        path = piece.path
        while path:
            if (path, piece.within) in values:
                return True
            path, _, name = path.rpartition("/")
            if is_index(name) and among(("rows", path, piece.within), int(name) + 1):
                return True
        return ("", piece.within) in values

    return left_out


def _at_all(searchable: Searchable, selection: Selection) -> list[tuple[Searchable, list[Piece]]]:
    """What stands at each place that is asked for."""
    where = selection.where
    rows = None if where is None else Rows(where)
    found = [_at(searchable, place, selection, rows) for place in selection.places]
    if rows is None:
        return found
    where = rows.read_otherwise()
    if where is not None:
        return _at_all(searchable, replace(selection, where=where))
    others = rows.of_others()
    rows.met -= len(others)
    rows.check()
    if others:
        found = [(one, [piece for piece in some if piece not in others]) for one, some in found]
    return found


def _at(
    searchable: Searchable, place: Place, selection: Selection, rows: Rows | None
) -> tuple[Searchable, list[Piece]]:
    """What stands at a place, and what is looked through for it."""
    document = searchable.document
    place = _in_its_text(document, place, selection)
    if rows is None and place.within is None:
        parts = _counting(document, place)
        if parts:
            return _in_parts(searchable, place, selection, parts)
        is_name = _is_name(place)
        if not document.is_mixed and (is_name or (place.ranges and not place.path)):
            try:
                return _there(searchable, place, selection, None)
            except ValueError as error:
                unit = place.unit or document.kind.unit
                parts = document.naming if is_name else document.counting(unit)
                # What is counted in one of them is meant, if there are not so many of its own.
                with suppress(ValueError):
                    return _in_parts(searchable, place, selection, parts)
                raise error from None
    return _there(searchable, place, selection, rows)


def _is_name(place: Place) -> bool:
    """Whether it is the name of a function or a class, and no path."""
    return bool(place.path) and not str(place.path).startswith(("/", "$"))


def _counting(document: Document, place: Place) -> Sequence[Within]:
    """The parts that have numbers and names of their own, where it has none of these itself."""
    asks = place.ranges and place.unit == "sentences" and not place.path
    if not document.is_mixed:
        return document.counting("sentences") if asks and document.embedded else ()
    if _is_name(place):
        return document.naming
    if place.path or (place.ranges and place.unit == "rows"):
        return document.counting(None)
    return document.counting("sentences") if asks else ()


def _in_parts(
    searchable: Searchable, place: Place, selection: Selection, parts: Sequence[Within]
) -> tuple[Searchable, list[Piece]]:
    """What stands at a place of each part that has it: each says which part it is of."""
    found: list[tuple[Searchable, list[Piece]]] = []
    errors: list[ValueError] = []
    for within in parts:
        try:
            found.append(_there(searchable, replace(place, within=within), selection, None))
        except ValueError as error:  # noqa: PERF203
            errors.append(error)
    if found:
        return found[0] if len(found) == 1 else _together(searchable, found)
    if len(parts) < 2:
        raise errors[0] if errors else ValueError("no part is counted by itself")
    if _is_name(place):
        raise ValueError(f"no part has this: {errors[0]}")
    some = f"{place.spelled()} within {spelled(parts[0])}"
    raise ValueError(f"no part has this; parts are counted by themselves, as in: {some}")


def _there(
    searchable: Searchable, place: Place, selection: Selection, rows: Rows | None
) -> tuple[Searchable, list[Piece]]:
    """The same, where it is known in which part that is."""
    if place.within is not None:
        part = searchable.document.part(place.within)
        searchable = Searchable(part.with_rows() if place.unit == "rows" else part)
    document = searchable.document
    pieces = _base(document, place, selection, rows)
    if not place.ranges and place.chars is None:
        return searchable, pieces
    found = _chosen(pieces, place)
    if not found and rows is None:
        raise ValueError(_nothing_there(document, place, pieces))
    return searchable, found


def _together(
    searchable: Searchable, found: Sequence[tuple[Searchable, list[Piece]]]
) -> tuple[Searchable, list[Piece]]:
    """What stands at several places, each piece once, in their order."""
    pieces = dict.fromkeys(piece.in_whole() for _, some in found for piece in some)
    return Searchable(searchable.document.plain(), []), list(pieces)


def _in_its_text(document: Document, place: Place, selection: Selection) -> Place:
    """What is counted at the path of a text within data is counted in that text."""
    path = place.path
    asked = place.unit or selection.query or selection.pattern or selection.where
    if path is None or place.within is not None or not asked:
        return place
    is_lines = place.unit == "lines" and path.startswith("/") and document.has_data
    if is_lines or any(path == str(one.within).rpartition(" of ")[2] for one in document.embedded):
        return replace(place, path=None, within=path)
    return place


def _base(document: Document, place: Place, selection: Selection, rows: Rows | None) -> list[Piece]:
    """The pieces that ranges count, or that the rest is looked for in."""
    path = place.path
    unit = place.unit or (document.kind.unit if place.ranges else None)
    looking = selection.query or selection.pattern
    if rows is not None:
        if unit in ("lines", "sentences") and document.has_data:
            raise ValueError(f"where: it asks for rows, and not for {unit}")
        # Only what meets the conditions is ever spelt out.
        return document.records(path or "" if unit else path, rows)
    if unit == "lines":
        if path and path.startswith("/"):
            # What is counted at a path was looked for there, unless nothing has one.
            document.value  # noqa: B018
        return document.line_pieces()
    if unit == "sentences":
        return document.sentence_pieces(path)
    if unit == "rows":
        return document.row_pieces(path)
    if path is None:
        return document.everything() if place.is_everything and not looking else document.pieces
    if looking and not document.is_symbol(path):
        return document.part_pieces(path)
    return document.value_pieces(path)


def _chosen(pieces: Sequence[Piece], place: Place) -> list[Piece]:
    """The pieces, and parts of pieces, in the ranges of a place; each once."""
    if not place.ranges:
        return [part for piece in pieces if (part := piece.part(place.chars)) is not None]
    parts: dict[int, dict[tuple[int, int | None], None]] = {}
    spans: list[tuple[int, int]] = []
    for one in sorted(place.ranges, key=lambda one: one.first):
        if one.chars is not None:
            parts.setdefault(one.first, {})[one.chars] = None
        elif spans and one.first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], one.last)
        else:
            spans.append((one.first, one.last))
    starts = [first for first, _ in spans]
    found: list[Piece] = []
    for piece in pieces:
        index = bisect_right(starts, piece.number) - 1
        if index >= 0 and piece.number <= spans[index][1]:
            found.append(piece)
            continue
        some = map(piece.part, parts.get(piece.number, ()))
        found += (part for part in some if part is not None)
    return found


def _nothing_there(document: Document, place: Place, pieces: Sequence[Piece]) -> str:
    """What to say to numbers that are too high: how many there are, and where others are."""
    first = place.ranges[0] if place.ranges else None
    chars = place.chars or (first.chars if first else None)
    if chars is not None:
        piece = next((one for one in pieces if first is None or one.number == first.first), None)
        if piece is not None:
            return f"there are no such characters: this has {counted(len(piece.text))}"
    unit = place.unit or document.kind.unit
    count = len(document.source.lines) if unit == "lines" else len(pieces)
    text = f"there are no {unit} of these numbers: this has {counted(count)}"
    inner = [spelled(one.within) for one in document.embedded if one.within is not None]
    if inner:
        text += f"; texts in it are counted by themselves: {unit} ... within {inner[0]}"
    return text


def _focus(query: str | None, pattern: Pattern | None = None) -> Callable[[str], int | None]:
    """Finds where in a text the words of a query stand closest; ``None`` where none does.

    Without a query, it is where a pattern occurs.
    """
    wanted = query_terms(query)

    def focus(text: str) -> int | None:
        if not wanted:
            match = None if pattern is None else pattern.search(text)
            return None if match is None else match.start()
        hits = [
            (match.start(), found)
            for match in _WORD.finditer(text, 0, _FOCUS_CHARS)
            if (found := wanted.intersection(terms(match[0])))
        ]
        often = Counter(term for _, found in hits for term in found)
        # The window after each hit, and how much the words in it tell: rare ones tell more. Of the
        # best window, the word that tells most.
        weights = [sum(1 / often[term] for term in sorted(found)) for _, found in hits]
        best, most, inside, end = None, 0.0, 0.0, 0
        for start, (position, _) in enumerate(hits):
            while end < len(hits) and hits[end][0] - position < _WINDOW:
                inside += weights[end]
                end += 1
            if inside > most + 1e-9:
                heaviest = max(range(start, end), key=lambda index: (weights[index], -index))
                best, most = hits[heaviest][0], inside
            inside -= weights[start]
        return best

    return focus
