"""Which blocks of a page are its content."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise

from headroom.kinds.html.parse import Page, PageBlocks

__all__ = ["content_blocks"]

# Where nothing else is said, these were measured with `python -m benchmarks`.
#: With fewer words than this no content was found, and all visible text counts as content.
_FEWEST_WORDS = 25
#: Between blocks of content, those belong to it that are links to no larger share than this.
_LINKED = 0.5
#: A last block of content has at least so many words.
_PARAGRAPH = 10
#: Or ends as a sentence does.
_STOPS = (".", "!", "?", "\u3002", "\uff01", "\uff1f")
#: Content that is named well is a larger share than this of all that looks like content.
_LEAST_SHARE = 0.15
#: The main element holds at least this share of the content that its parent holds.
_MAIN_SHARE = 0.75
# The decision tree of the paper: link densities of a block, and of the one before; words of the
# block, of the next one, and of the one before; and the same after a block of links.
_DENSE, _DENSE_BEFORE = 1 / 3, 5 / 9
_LONG, _LONG_AFTER, _LONG_BEFORE = 16, 15, 4
_LONG_AFTER_LINKS, _LONG_AHEAD_AFTER_LINKS = 40, 17
#: Lists are, as tables, a part of what stands around them, however large.
_LISTS = frozenset(("ul", "ol", "dl"))
#: The share of the words of a table that stand in rows. Chosen.
_ROWS = 0.5
#: A row of a table is content with links to a smaller share. Chosen.
_DENSE_ROW = 0.8


def content_blocks(page: Page) -> bytearray:
    """Of each block, whether it is content, told by shallow features.

    The decision tree over numbers of words and link densities of a block and its neighbours is
    that of Kohlschuetter, Fankhauser and Nejdl, "Boilerplate Detection using Shallow Text
    Features" (WSDM 2010). Before it, blocks of elements that by their names are around
    the content are dropped; after it, blocks outside of the element that holds most of the content.
    Short blocks between those of the content belong to it; headings count where content follows.
    """
    blocks = page.blocks
    untitled = array("I", [i for i, kind in enumerate(blocks.kinds) if kind != "title"])
    visible = array("I", [i for i in untitled if not blocks.boilerplate[i]])
    named_well = array("I", [i for i in visible if not blocks.suspect[i]])
    chosen = _content_of(page, named_well)
    everything = chosen if len(named_well) == len(visible) else _content_of(page, visible)
    # A name around the whole page ("with-sidebar") says nothing of its content.
    if _words(blocks, chosen) < max(_FEWEST_WORDS, _LEAST_SHARE * _words(blocks, everything)):
        chosen, named_well = everything, visible
    if _words(blocks, chosen) < _FEWEST_WORDS:
        named_well = visible or untitled
        chosen = named_well
    return _with_headings(blocks, named_well, blocks.marked(chosen))


def _content_of(page: Page, visible: Sequence[int]) -> array[int]:
    blocks = page.blocks
    sure = array("I", [i for place, i in enumerate(visible) if _is_content(blocks, visible, place)])
    inside = _main_element(page, sure, visible)
    sure = array("I", [i for i in sure if inside[blocks.elements[i]]])
    if not sure:
        return sure
    taken = blocks.marked(sure)
    first, last = _headline(blocks, visible, inside, sure[0]), sure[-1]
    for i in visible:
        # The decision tree misjudges a last paragraph after something short.
        if i > last and inside[blocks.elements[i]]:
            if blocks.link_densities[i] > _DENSE:
                break
            if blocks.kinds[i] == "heading":
                continue
            if blocks.words[i] < _PARAGRAPH and not blocks.rendered(i).endswith(_STOPS):
                break
            last = i
    return array(
        "I",
        [
            i
            for i in visible
            if first <= i <= last
            and (taken[i] or (inside[blocks.elements[i]] and blocks.link_densities[i] <= _LINKED))
        ],
    )


def _headline(blocks: PageBlocks, visible: Sequence[int], inside: bytearray, first: int) -> int:
    """The block from which on what stands above the first one belongs to it: a price, a date.

    That is the headline; else the nearest heading.
    """
    above = [i for i in visible if i < first and blocks.levels[i] and inside[blocks.elements[i]]]
    return next(
        (i for i in reversed(above) if blocks.levels[i] == 1), above[-1] if above else first
    )


def _words(blocks: PageBlocks, chosen: Sequence[int]) -> int:
    return sum(blocks.words[index] for index in chosen)


def _is_content(blocks: PageBlocks, visible: Sequence[int], place: int) -> bool:
    block = visible[place]
    before = visible[place - 1] if place else None
    kind, density = blocks.kinds[block], blocks.link_densities[block]
    if kind in ("heading", "term"):
        return False
    if kind == "code":
        return True
    if kind == "row":
        return density < _DENSE_ROW
    if density > _DENSE:
        return False
    words = blocks.words[block]
    after_words = blocks.words[visible[place + 1]] if place + 1 < len(visible) else 0
    if before is None or blocks.link_densities[before] <= _DENSE_BEFORE:
        if words > _LONG or after_words > _LONG_AFTER:
            return True
        return before is not None and blocks.words[before] > _LONG_BEFORE
    return words > _LONG_AFTER_LINKS or after_words > _LONG_AHEAD_AFTER_LINKS


def _main_element(page: Page, chosen: Sequence[int], visible: Sequence[int]) -> bytearray:
    """For each element, whether it is in the innermost one with most of the words of the blocks.

    A table or a list is not that one, but what holds it and something else.
    """
    weight = _weights(page, chosen)
    of_rows = _weights(page, [i for i in chosen if page.blocks.kinds[i] == "row"])
    best = [-1] * len(page.parents)
    for element in range(len(page.parents) - 1, 0, -1):
        parent = page.parents[element]
        if best[parent] < 0 or weight[element] >= weight[best[parent]]:
            best[parent] = element
    main = 0
    names = list(page.names)
    while (child := best[main]) >= 0 and weight[child] >= _MAIN_SHARE * weight[0]:
        name = names[page.tags[child]]
        # In a table that is none, the columns of a page stand side by side.
        if name in _LISTS or (name == "table" and of_rows[child] > _ROWS * weight[child]):
            every = _weights(page, visible)
            while main and every[main] == every[child]:
                main = page.parents[main]
            break
        if name in ("p", "li", "td", "pre", "section"):
            break
        main = child
        if name in ("main", "article"):
            break
    inside = bytearray(len(page.parents))
    inside[main] = 1
    for element in range(main + 1, len(page.parents)):
        inside[element] = inside[page.parents[element]]
    return inside


def _weights(page: Page, chosen: Sequence[int]) -> list[int]:
    """Of each element, the words of some of the blocks that stand in it."""
    found = [0] * len(page.parents)
    for index in chosen:
        found[page.blocks.elements[index]] += page.blocks.words[index]
    # A parent comes before its children, so backwards each sum is complete when it is passed on.
    for element in range(len(page.parents) - 1, 0, -1):
        found[page.parents[element]] += found[element]
    return found


def _with_headings(blocks: PageBlocks, visible: Sequence[int], chosen: bytearray) -> bytearray:
    """The blocks, with the headings that they stand under and the terms that they define."""
    kept = bytearray(chosen)
    for index, following in pairwise(reversed(visible)):
        # Backwards: several terms may share a definition.
        if blocks.kinds[following] == "term" and kept[index]:
            kept[following] = 1
    chosen = bytearray(kept)
    follows = in_heading = False
    for index in reversed(visible):
        if blocks.kinds[index] != "heading":
            follows = bool(chosen[index]) or (follows and not in_heading)
            in_heading = False
        else:
            in_heading = True
            if follows:
                kept[index] = 1
    return kept
