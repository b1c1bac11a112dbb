"""Finds whose a block of a text is where the block says it: at its beginning, or at its foot.

A glossary, profiles and short reports name each block's subject in its first words; quotations,
letters and passages that were found, their source or who signs them in the last line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from headroom.regexes import regex

__all__ = ["find_feet", "find_openers"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Fewer blocks are no list of them.
_LEAST = 6
#: The share of the blocks that must say whose they are.
_MOSTLY = 0.8
#: What is the same in a larger share of the blocks stands at the foot of a page.
_SAME = 0.5
#: Units of the longest block, as a multiple of those of the block in the middle.
_LONGEST = 4
#: Characters of the name of who signs.
_NAME = 60
#: Words at the beginning of a block that name whose it is.
_NAMED = 2
#: A line with more words and a full stop is a sentence.
_WORDS, _STOPS = 6, tuple(".!?\u3002")

# "Ana Sousa: It rained", "**Ana Sousa** It rained".
_OPENER = regex(
    r"[ \t]{0,4}(?:[-*>] )?(?:"
    r"(?:\*\*|__)(?P<bold>[^*_\n]{1,60})(?:\*\*|__)"
    r"|(?P<who>[^\W\d_][\w.'\u2019-]{0,24}(?: [\w.'\u2019-]{1,24}){0,3}?)"
    r"(?: ?[\[(][^\])\n]{1,30}[\])])?[:\uff1a](?=\s)"
    r")"
)
# Whose beginning says that it speaks of whom the block began with.
_REFERS = regex(
    r"[\"'(\u201c]?(?:It|Its|He|His|She|Her|They|Their|Er|Es|Sie|Il|Elle|Ils|Elles|\u00c9l|Ella)\s"
)
# "(Source: Ana)", "- from Ana", "Source: Ana", "Best, Ana".
_FOOT = regex(
    r"[ \t]{0,40}[*_]{0,2}(?:"
    r"(?P<round>[(\[])[^\n]{1,90}[)\]]\.?"
    r"|(?P<dash>\u2014|\u2013|--|~)[ \t]{0,3}\S[^\n]{0,80}"
    r"|(?P<key>[^\W\d_][\w-]{0,20}(?: [\w-]{1,20}){0,2})[*_]{0,2}[:,\uff1a]\s{1,2}\S[^\n]{0,90}"
    r")[*_]{0,2}\s*$"
)
# "Best regards," with a name below it.
_CLOSING = regex(r"[^\W\d_][\w ]{1,30},\s*$")


class _Block(NamedTuple):
    """Some units: a paragraph."""

    first: int
    stop: int


def find_openers(
    lines: Sequence[str], opens: Sequence[bool], blocks: Sequence[int]
) -> dict[int, int]:
    """By each unit that goes on with a block the unit that opens it and names whose it is.

    Args:
        lines: The beginning of each unit; nothing for a heading.
        opens: Whether a line begins with each.
        blocks: The block of each, by number.

    """
    names: list[str] = []
    found: dict[int, int] = {}
    others = 0
    for _, units in groupby(range(len(lines)), blocks.__getitem__):
        first, *rest = units
        if not rest:
            continue
        match = _OPENER.match(lines[first]) if opens[first] else None
        if match is not None:
            names.append((match["bold"] or match["who"]).casefold())
        elif any(_REFERS.match(lines[index]) for index in rest):
            names.append(" ".join(lines[first].split(None, _NAMED)[:_NAMED]).casefold())
        else:
            others += 1
            continue
        found.update(dict.fromkeys(rest, first))
    is_list = len(names) >= max(_LEAST, _MOSTLY * (len(names) + others))
    # What comes again and again is a label, as of the sort of a change.
    return found if is_list and len(set(names)) >= _SAME * len(names) else {}


def find_feet(
    lines: Sequence[str], opens: Sequence[bool], paragraphs: Sequence[bool], headings: Sequence[int]
) -> dict[int, int]:
    """By each unit the last one of its block, which says whose it is: a source, or who signs it.

    By such a one, what stands between the block and it.

    Args:
        lines: The beginning of each unit; nothing for a heading.
        opens: Whether a line begins with each.
        paragraphs: Whether a paragraph does.
        headings: Which of them are headings.

    """
    blocks = list(_paragraphs(paragraphs, headings))
    sorts: dict[int, str] = {}
    alone: set[int] = set()
    for first, stop in blocks:
        last = lines[stop - 1]
        is_signed = stop - first == 2 and _CLOSING.match(lines[first]) is not None
        if is_signed and len(last) <= _NAME:
            sorts[stop - 1] = lines[first].strip().casefold()
        elif opens[stop - 1] and not _is_said(last) and (match := _FOOT.match(last)):
            sorts[stop - 1] = match["round"] or match["dash"] or match["key"].casefold()
        if is_signed or stop - first == 1:
            alone.add(stop - 1)
    often = Counter(sorts.values()).most_common(1)
    if not often or often[0][1] < _LEAST:
        return {}
    feet = [index for index, sort in sorts.items() if sort == often[0][0]]
    said = Counter(lines[index].strip() for index in feet)
    if max(said.values()) > _SAME * len(feet):
        return {}
    own = [_Block(first, stop) for first, stop in blocks if stop - first > 1]
    found: dict[int, int] = {}
    if not alone.issuperset(feet):
        within = {stop - 1: first for first, stop in own}
        if len(feet) < _MOSTLY * len(own):
            return {}
        for foot in feet:
            found.update(dict.fromkeys(range(within.get(foot, foot), foot), foot))
        return found
    # A paragraph by itself, which ends what stands above it as far as the one before.
    first, sizes = 0, []
    for foot in feet:
        above = [index for index in range(first, foot) if headings[index]]
        first = above[-1] + 1 if above else first
        sizes.append(foot - first)
        stop = foot - (not paragraphs[foot])
        found.update(dict.fromkeys(range(first, stop), foot))
        if stop < foot:
            # "Best regards," comes with the name.
            found[foot] = stop
        first = foot + 1
    middle = sorted(sizes)[len(sizes) // 2]
    rest = len(lines) - first
    # What stands above the first block, but not below the last one, is a title.
    is_even = min(sizes) > 0 == rest and max(sizes) <= _LONGEST * middle
    return found if is_even else {}


def _is_said(line: str) -> bool:
    """Whether a line is a sentence."""
    return line.rstrip()[-1:] in _STOPS and len(line.split()) > _WORDS


def _paragraphs(paragraphs: Sequence[bool], headings: Sequence[int]) -> list[_Block]:
    """The paragraphs, without headings."""
    found: list[_Block] = []
    first = -1
    for index, (begins, heading) in enumerate(zip(paragraphs, headings)):
        if first >= 0 and (begins or heading):
            found.append(_Block(first, index))
            first = -1
        if not heading and first < 0:
            first = index
    if first >= 0:
        found.append(_Block(first, len(paragraphs)))
    return found
