"""Fits the content of a page into a budget, sentence by sentence."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from headroom.kinds.html.render import GAP, Renderer
from headroom.kinds.registry import default_kinds
from headroom.source import Source
from headroom.toolkit.fitting import largest_fitting
from headroom.toolkit.relevance import bm25
from headroom.view import Piece, Request

__all__ = ["asked_row", "fitting_blocks", "fitting_sentences"]

#: How often a choice that turns out too large is made anew. Chosen.
_TURNS = 6
#: The title stands first where the budget is so many times what it takes. Chosen.
_ROOM_FOR_TITLE = 3


def fitting_sentences(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str] | None:
    """The sentences that the compressor of plain text chooses; ``None`` if none of them fits."""
    first = _headline(limit, chosen, renderer, request)
    chosen = array("I", (index for index in chosen if index not in first))
    if not chosen:
        return first or None
    text, starts = renderer.blocks.together(chosen)
    prose = default_kinds().named("text")
    assert prose is not None
    source = Source(text, request.deadline)
    # One after another, they are the text.
    places = array("q", accumulate(prose.of_pieces(source, _size), initial=0))
    tokens = request.counter.count(text)
    aim = min(tokens - 1, limit - request.counter.count(renderer.text(first)))
    best = first or None
    for _ in range(_TURNS):
        if aim < 1:
            break
        inner = replace(request, kind="text", original_tokens=tokens, max_tokens=aim)
        view = prose.compress(source, inner)
        if view is None:
            break
        gone = bytearray(len(places) - 1)
        for omission in view.omissions:
            for start, last in omission.ranges:
                gone[start - 1 : last] = b"\1" * (last + 1 - start)
        shown = dict(first)
        for number, is_gone in enumerate(gone):
            sentence = "" if is_gone else text[places[number] : places[number + 1]]
            if sentence.strip():
                block = chosen[bisect_right(starts, places[number]) - 1]
                gap = number and gone[number - 1] and block in shown
                shown[block] = shown.get(block, "") + (f"{GAP} " if gap else "") + sentence
        shown = {block: part.rstrip() for block, part in shown.items()}
        _mark_ends(shown, renderer)
        size = request.counter.count(renderer.text(shown))
        if size <= limit:
            return shown or None
        aim -= max(1, size - limit)
    return best


def _size(piece: Piece) -> int:
    return len(piece.text) + (piece.unit == "lines")


def _headline(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str]:
    """What the page is about, if that leaves room for more."""
    for index in chosen:
        if renderer.blocks.kinds[index] == "title" or renderer.blocks.levels[index] == 1:
            text = renderer.blocks.rendered(index)
            return {index: text} if _ROOM_FOR_TITLE * request.counter.count(text) <= limit else {}
    return {}


def _mark_ends(shown: dict[int, str], renderer: Renderer) -> None:
    """Marks what is missing at the start and at the end of blocks that are shown in part."""
    for block, part in shown.items():
        whole = renderer.blocks.rendered(block)
        before = "" if whole.startswith(part.partition(GAP)[0].rstrip()) else f"{GAP} "
        after = "" if whole.endswith(part.rpartition(GAP)[2].lstrip()) else f" {GAP}"
        shown[block] = before + part + after


def asked_row(chosen: Sequence[int], renderer: Renderer, request: Request) -> int | None:
    """The row of a table that answers the query best of all blocks, if one does."""
    kinds = list(renderer.blocks.kinds)
    if not request.query or all(kinds[index] != "row" for index in chosen):
        return None
    texts = [renderer.blocks.rendered(index) for index in chosen]
    scores = bm25(texts, request.query, request.deadline)
    best = max(range(len(chosen)), key=scores.__getitem__)
    return chosen[best] if scores[best] and kinds[chosen[best]] == "row" else None


def fitting_blocks(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str] | None:
    """The most important blocks, whole; ``None`` if not one of them fits."""
    texts = list(map(renderer.blocks.rendered, range(len(renderer.blocks))))
    scores = bm25(texts, request.query, request.deadline)
    kinds = list(renderer.blocks.kinds)
    rank = {"title": 0, "heading": 1}
    # The first row of a table says what its columns are.
    heads = {i for i in chosen if kinds[i] == "row" and (not i or kinds[i - 1] != "row")}
    order = sorted(
        chosen, key=lambda i: (-scores[i], 1 if i in heads else rank.get(kinds[i], 2), i)
    )
    kept = largest_fitting(
        order,
        request.counter.count_many(texts),
        lambda some: renderer.text({index: texts[index] for index in some}),
        request,
        limit,
    )
    return {index: texts[index] for index in kept} if kept else None
