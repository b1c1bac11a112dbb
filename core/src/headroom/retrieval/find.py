"""One retrieval: from what is asked for to an excerpt within its budget."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from headroom.retrieval.document import Document
from headroom.retrieval.index import Searchable
from headroom.retrieval.ranking import ranked, ranked_leaves, values_of_record
from headroom.retrieval.render import Found, fill, fill_with_leaves, place_of
from headroom.retrieval.selection import Selection
from headroom.tokens import TokenCounter
from headroom.toolkit.kind import LeftOut
from headroom.toolkit.relevance import query_terms, terms
from headroom.view import Omission, Piece, Within

__all__ = ["find", "left_out_by", "locate_best", "nothing_left_out"]

_WORD = re.compile(r"[^\W_]+")
# How much of a piece is looked through for its best part.
_FOCUS_CHARS = 2_000_000
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
    document = searchable.document
    selection = _in_its_text(document, selection)
    if selection.within is not None:
        searchable = Searchable(document.part(selection.within))
        document = searchable.document
    pieces = _base(document, selection)
    whole = pieces is document.pieces
    if selection.ranges and not pieces:
        raise ValueError(_nothing_there(document, selection))
    if selection.where and selection.ranges:
        pieces = [piece for piece in pieces if document.meets(piece, selection.where)]
    if selection.pattern is not None:
        pieces = [piece for piece in pieces if selection.pattern.search(piece.text) is not None]
    focus = _focus(selection.query)
    if not selection.query:
        pieces = [piece.in_whole() for piece in pieces]
        return fill(pieces, range(len(pieces)), max_tokens, counter, focus)
    if not (whole and len(pieces) == len(document.pieces)):
        searchable = Searchable(document, pieces)
    order = ranked(searchable, selection.query, left_out)
    shown = list(searchable.pieces)
    for number in order:
        shown[number] = shown[number].in_whole()
    found = fill(shown, order, max_tokens, counter, focus)
    if not order or not whole or not searchable.leaves:
        return found
    record = values_of_record(searchable, searchable.pieces[order[0]])
    if not found.truncated and not record:
        return found
    leaves = ranked_leaves(searchable, selection.query, left_out)
    leaves = list(dict.fromkeys([*leaves, *record]))
    return fill_with_leaves(shown, order, searchable.leaves, leaves, max_tokens, counter, focus)


def locate_best(searchable: Searchable, query: str) -> tuple[str, str, int]:
    """The piece that answers a query best: its place, its text, and where in it to look."""
    order = ranked(searchable, query, nothing_left_out)
    if not order:
        return "", "", 0
    piece = searchable.pieces[order[0]]
    return place_of(piece.in_whole()), piece.text, _focus(query)(piece.text)


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
        if omission.chars is not None:
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
            if name.isdecimal() and among(("rows", path, piece.within), int(name) + 1):
                return True
        return ("", piece.within) in values

    return left_out


def _in_its_text(document: Document, selection: Selection) -> Selection:
    """What is counted at the path of an embedded text is counted in that text."""
    asked = selection.unit or selection.query or selection.pattern or selection.where
    path = selection.path
    if asked and any(path == str(text.within).rpartition(" of ")[2] for text in document.embedded):
        return replace(selection, path=None, within=path)
    return selection


def _base(document: Document, selection: Selection) -> list[Piece]:
    """The pieces that ranges count, or that the rest is looked for in."""
    path, ranges = selection.path, selection.ranges
    unit = selection.unit or (document.kind.unit if ranges else None)
    looking = selection.query or selection.pattern
    if unit == "lines":
        pieces = document.line_pieces()
    elif unit == "sentences":
        pieces = document.sentence_pieces(path)
    elif selection.where and not ranges:
        # Only what meets the conditions is ever spelt out.
        return document.records(path, selection.where)
    elif unit == "rows":
        pieces = document.row_pieces(path)
    elif path is None:
        return document.pieces
    elif looking and not document.is_symbol(path):
        pieces = document.part_pieces(path)
    else:
        pieces = document.value_pieces(path)
    if not ranges:
        parts = [piece.part(selection.chars) for piece in pieces]
        return [part for part in parts if part is not None] if selection.chars else pieces
    return [
        part
        for piece in pieces
        for one in ranges
        if one.first <= piece.number <= one.last and (part := piece.part(one.chars)) is not None
    ]


def _nothing_there(document: Document, selection: Selection) -> str:
    """What to say to numbers that are too high: how many there are, and where others are."""
    unit = selection.unit or document.kind.unit
    inner = [str(one.within) for one in document.embedded]
    text = f"there are no {unit} of these numbers"
    if unit == "lines" and selection.path is None:
        text += f": this has {len(document.source.lines)}"
    if inner:
        text += f"; texts in it are counted by themselves: {unit} ... within {inner[0]}"
    return text


def _focus(query: str | None) -> Callable[[str], int]:
    """Finds where in a text the words of a query stand closest."""
    wanted = query_terms(query)

    def focus(text: str) -> int:
        if not wanted:
            return 0
        hits = [
            (match.start(), found)
            for match in _WORD.finditer(text, 0, _FOCUS_CHARS)
            if (found := wanted.intersection(terms(match[0])))
        ]
        often = Counter(term for _, found in hits for term in found)
        # The window after each hit, and how much the words in it tell: rare ones tell more. Of the
        # best window, the word that tells most.
        weights = [sum(1 / often[term] for term in sorted(found)) for _, found in hits]
        best, most, inside, end = 0, 0.0, 0.0, 0
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
