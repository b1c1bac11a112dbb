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
from headroom.toolkit.rows.packed import Packed
from headroom.view import Piece, Request

__all__ = ["fitting_blocks", "fitting_sentences"]

#: How often a choice that turns out too large is made anew. Chosen.
_TURNS = 6
#: The title stands first where the budget is so many times what it takes. Chosen.
_ROOM_FOR_TITLE = 3


def fitting_sentences(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str] | None:
    """The sentences that the compressor of plain text chooses; ``None`` if none of them fits."""
    first = _headline(limit, chosen, renderer, request)
    chosen = [index for index in chosen if index not in first]
    if not chosen:
        return first or None
    parts = [renderer.blocks[index].rendered() for index in chosen]
    text = "\n".join(parts)
    starts = array("q", accumulate((len(part) + 1 for part in parts), initial=0))
    del parts
    prose = default_kinds().named("text")
    assert prose is not None
    source = Source(text, request.deadline)
    sentences = Packed()
    sentences.extend(prose.of_pieces(source, _said))
    places = array("q", accumulate(map(len, sentences), initial=0))
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
        gone = {
            number
            for omission in view.omissions
            for first, last in omission.ranges
            for number in range(first - 1, last)
        }
        shown = dict(first)
        for number, sentence in enumerate(sentences):
            if number not in gone and sentence.strip():
                block = chosen[bisect_right(starts, places[number]) - 1]
                gap = number and number - 1 in gone and block in shown
                shown[block] = shown.get(block, "") + (f"{GAP} " if gap else "") + sentence
        shown = {block: part.rstrip() for block, part in shown.items()}
        _mark_ends(shown, renderer)
        size = request.counter.count(renderer.text(shown))
        if size <= limit:
            return shown or None
        aim -= max(1, size - limit)
    return best


def _said(piece: Piece) -> str:
    return f"{piece.text}\n" if piece.unit == "lines" else piece.text


def _headline(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str]:
    """What the page is about, if that leaves room for more."""
    for index in chosen:
        block = renderer.blocks[index]
        if block.kind == "title" or block.level == 1:
            text = block.rendered()
            return {index: text} if _ROOM_FOR_TITLE * request.counter.count(text) <= limit else {}
    return {}


def _mark_ends(shown: dict[int, str], renderer: Renderer) -> None:
    """Marks what is missing at the start and at the end of blocks that are shown in part."""
    for block, part in shown.items():
        whole = renderer.blocks[block].rendered()
        before = "" if whole.startswith(part.partition(GAP)[0].rstrip()) else f"{GAP} "
        after = "" if whole.endswith(part.rpartition(GAP)[2].lstrip()) else f" {GAP}"
        shown[block] = before + part + after


def fitting_blocks(
    limit: int, chosen: Sequence[int], renderer: Renderer, request: Request
) -> dict[int, str] | None:
    """The most important blocks, whole; ``None`` if not one of them fits."""
    texts = [block.rendered() for block in renderer.blocks]
    scores = bm25(texts, request.query)
    rank = {"title": 0, "heading": 1}
    order = sorted(chosen, key=lambda i: (-scores[i], rank.get(renderer.blocks[i].kind, 2), i))
    kept = largest_fitting(
        order,
        request.counter.count_many(texts),
        lambda some: renderer.text({index: texts[index] for index in some}),
        request,
        limit,
    )
    return {index: texts[index] for index in kept} if kept else None
