"""Finds whose words a text quotes: headers of messages, speakers, titles that come again.

What stands below such a line is another's than what stands below the next one. Mails, chats,
transcripts, reviews, passages that a search found are like that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress, groupby, pairwise
from typing import NamedTuple

from headroom.kinds.text.groups import Owned, nested_units, owned_units
from headroom.kinds.text.owners import find_feet, find_openers
from headroom.kinds.text.parse import read_units
from headroom.regexes import regex
from headroom.source import Source

__all__ = ["Heads", "read_heads"]

# All of these are chosen: the tests have the texts that they let in and keep out.

#: Heads of one sort come so often at the least; a name that speaks comes again.
_LEAST, _LEAST_OF_SPEAKER = 3, 2
#: The share of the units that may be heads: of more, they are the text itself.
_MOST = 0.5
#: Lines of a head at the most, and characters of a title that comes again.
_LINES, _TITLE = 8, 80
#: Turns in a group that are fields of it rather, at the most.
_FIELDS = 2
#: Turns of each speaker on the average, at the least.
_TURNS = 2
#: The share of the lines that begin a unit, from the first turn to the last, that are turns.
_TALK = 0.1
#: The share of the turns that must have so many words, less one.
_SPOKEN, _WORDS = 0.5, 3
#: The share of what stands beside heads that is in units of so many words, less one.
_RUNNING, _RUNNING_WORDS = 0.6, 4
#: The share of the heads of groups that are headings, or of titles that are heads of groups, where
#: all are.
_HEADINGS = 0.8
#: Characters of a unit that are looked at.
_CHARS = 300

# "From: Ana <ana@example.com>", "**Status:** failed", "> Date: 3 May".
_FIELD = regex(
    r"[ \t]{0,4}(?:[>*-] {0,2})?(?:\*\*|__)?(?P<key>[^\W\d_][\w-]{0,24}(?: [\w-]{1,20}){0,2})"
    r"(?:\*\*|__)?[:\uff1a](?:\*\*|__)?[ \t]+\S"
)
# "[10:02] ANA SOUSA (host): Well, ..."
_SPEAKER = regex(
    r"[ \t]{0,4}(?:[\[(]?\d[\d:., /-]{2,24}(?:[ap]m)?[\])]?[ \t]+|[-*>] )?(?:\*\*|__)?"
    r"(?P<who>[^\W\d_][\w.'\u2019-]{0,24}(?: [\w.'\u2019-]{1,24}){0,3}?)(?:\*\*|__)?"
    r"(?: ?[\[(][^\])\n]{1,30}[\])])?[:\uff1a](?:\*\*|__)?(?:[ \t]+\S|[ \t]*$)",
    re.IGNORECASE,
)
# A heading that says so: by a sign, a number, or a line below it.
_MARKED = regex(r"\s*(?:[#=]{1,6}\s|\u00a7? ?\d|[^\n]{1,200}\n\S)")
_LEVEL = regex(
    r"\s{0,3}(?:(?P<signs>#{1,6}|={1,6})\s|[^\n]{1,200}\n(?P<under>[=~^\"'`#*+.:_-])(?P=under){2})"
)
_BLANKS = regex(r"\s+")
_DIGITS = regex(r"\d+")
_LETTERS = regex(r"[^\W\d_]{2}")
_ENDS_SENTENCE = regex(r"[.!?\u3002,;][\"')\u201d]?\s*$")


class Heads(NamedTuple):
    """Which units say whose the units below them are, by index."""

    #: The first and the last unit of each, in order.
    runs: list[tuple[int, int]]
    #: Those of them that say something themselves: a speaker with the first words.
    spoken: frozenset[int]
    #: By a unit that goes on with a block the one that opens it, with whose it is, where there are
    #: no runs.
    openers: dict[int, int] = {}  # noqa: RUF012
    #: By a unit the last one of its block, which says whose it is.
    feet: dict[int, int] = {}  # noqa: RUF012
    #: Where there is nothing else, what comes again at the beginning of groups of lines.
    groups: Sequence[Owned] = ()
    #: What looks like a heading within those, and is none: a comment.
    within: frozenset[int] = frozenset()
    #: Headings that groups begin with, where all of them do.
    titles: frozenset[int] = frozenset()
    #: By a unit the one that it is indented below, which says whose it is.
    nested: dict[int, int] = {}  # noqa: RUF012


def read_heads(source: Source) -> Heads:
    r"""The heads in a text: ``source.once(read_heads)``.

    >>> mail = "From: {0}\nDate: {1} May\n\nIt rained. It was cold. {0} left.\n\nNobody came.\n\n"
    >>> text = "".join(mail.format(n, d) for d, n in enumerate(("ana", "bo", "cy"), 1))
    >>> len(read_heads(Source(text)).runs)
    3

    """
    units = source.once(read_units)
    parts, text = units.parts, source.text
    lines = [
        "" if heading else text[start : min(end, start + _CHARS)]
        for heading, start, end in source.deadline.over(
            zip(parts.headings, parts.starts, parts.ends)
        )
    ]
    # Whether a line, and whether a paragraph begins with each.
    opens = [start == 0 or text[start - 1] == "\n" for start in parts.starts]
    paragraphs = [
        opened and (start < 2 or not text[text.rfind("\n", 0, start - 1) + 1 : start].strip())
        for opened, start in zip(opens, parts.starts)
    ]
    fields = [
        match["key"].casefold() if opened and (match := _FIELD.match(line)) else ""
        for line, opened in source.deadline.over(zip(lines, opens))
    ]
    runs = _blocks(lines, fields, paragraphs)
    is_said = _are_spoken_of(lines, fields, [])
    feet: dict[int, int] = {}
    turns = [] if runs else _speakers(lines, opens)
    if is_said and not (runs or turns):
        # A line by itself may be a salutation or who signs.
        marked = [
            int(heading and _MARKED.match(text, start) is not None)
            for heading, start in zip(parts.headings, parts.starts)
        ]
        full = [
            line or text[start : min(end, start + _CHARS)]
            for line, start, end in zip(lines, parts.starts, parts.ends)
        ]
        source.deadline.check()
        feet = find_feet(full, opens, paragraphs, marked)
    are_titles = not (runs or feet)
    if are_titles:
        runs = _titles(lines, fields, paragraphs)
    spoken: frozenset[int] = frozenset()
    if not (runs or feet):
        runs, spoken = [(index, index) for index in turns], frozenset(turns)
    size = sum(last - first + 1 for first, last in runs)
    if size > _MOST * len(parts) or not _are_spoken_of(lines, fields, runs):
        runs, spoken = [], frozenset()
    if feet:
        return Heads(runs, spoken, feet=feet, groups=_above_feet(source, lines, feet))
    if spoken and _are_fields(turns, owned_units(source)):
        runs, spoken = [], frozenset()
    if spoken or (runs and not are_titles):
        return Heads(runs, spoken)
    source.deadline.check()
    openers = find_openers(lines, opens, parts.blocks) if is_said and not runs else {}
    if openers:
        return Heads([], frozenset(openers.values()), openers)
    nested = _below_titles(lines, runs) if runs else nested_units(source)
    return _with_groups(source, runs, nested, paragraphs)


def _are_fields(turns: list[int], groups: Sequence[Owned]) -> bool:
    """Whether what looks like turns of a talk are fields: one or two in each group of lines."""
    if not groups or not {group.heads[0] for group in groups}.isdisjoint(turns):
        return False
    starts = [group.start for group in groups]
    often = Counter(bisect_right(starts, turn) for turn in turns)
    few = sum(count <= _FIELDS for count in often.values())
    return few >= _HEADINGS * len(often) and len(often) >= _MOST * len(groups)


def _above_feet(source: Source, lines: list[str], feet: dict[int, int]) -> Sequence[Owned]:
    """The groups of a text whose blocks are signed: a title may stand above what somebody signs."""
    groups = owned_units(source)
    begins = [group.heads[0] for group in groups]
    # What is said there is none.
    named = sum(_ENDS_SENTENCE.search(lines[index]) is None for index in begins)
    is_named = named >= _HEADINGS * len(begins) and not set(feet.values()) & set(begins)
    return groups if is_named else ()


def _with_groups(
    source: Source, runs: list[tuple[int, int]], nested: dict[int, int], paragraphs: list[bool]
) -> Heads:
    """The titles that come again, and the groups of lines.

    Args:
        source: The text.
        runs: The titles, as ``Heads`` says.
        nested: What is below what, as ``Heads`` says.
        paragraphs: By unit, whether a paragraph begins with it.

    """
    none: frozenset[int] = frozenset()
    parts = source.once(read_units).parts
    groups = [] if _has_levels(source) else owned_units(source)
    begins = {group.heads[0] for group in groups}
    titles = begins.intersection(first for first, _ in runs)
    if len(groups) > len(runs) and len(titles) >= _HEADINGS * len(runs):
        # Some of the heads are alike to the letter.
        runs = []
    elif runs and not titles and len(runs) > len(groups) > 0:
        # Each group has some of them below its own head.
        return Heads(runs, none, groups=groups, within=frozenset(begins))
    elif runs and (titles or not groups or runs[0][0] <= groups[0].stop):
        return Heads(runs, none, nested=nested)
    within = {
        index
        for group in groups
        for index in range(group.start, group.stop)
        if parts.headings[index] and not paragraphs[index]
    }
    # A field in a paragraph by itself looks like a heading, too.
    within |= {
        index
        for group in groups
        for index in group.heads[1:]
        if parts.headings[index] and not _MARKED.match(source.text, parts.starts[index])
    }
    are_headings = sum(map(parts.headings.__getitem__, begins)) >= _HEADINGS * len(groups)
    if are_headings and within.issubset(begins):
        # They are known as such; other headings stand below them.
        return Heads(runs, none, nested=nested, titles=frozenset(begins))
    # A short line that ends a group looks like a heading, too, and nothing stands below it; where
    # nearly all groups end with one, each is that of the next group.
    ends = {
        index
        for index in (group.stop - 1 for group in groups)
        if parts.headings[index] and not _MARKED.match(source.text, parts.starts[index])
    }
    if len(ends) < _HEADINGS * len(groups):
        within |= ends
    return Heads(runs, none, groups=groups, within=frozenset(within | begins), nested=nested)


def _has_levels(source: Source) -> bool:
    """Whether headings say how deep they are, the highest first: comments have signs, too."""
    parts = source.once(read_units).parts
    signs = [
        sign for start in compress(parts.starts, parts.headings)
        if (sign := _LEVEL.match(source.text, start))
    ]  # fmt: skip
    # The sign below a heading says it, too.
    under = {sign["under"] for sign in signs if sign["under"]}
    levels = [len(sign["signs"]) for sign in signs if sign["signs"]]
    return len(under) > 1 or (len(set(levels)) > 1 and levels[0] == min(levels))


def _are_spoken_of(lines: list[str], fields: list[str], runs: list[tuple[int, int]]) -> bool:
    """Whether what stands beside the heads is mostly running words: settings have heads, too."""
    heads = {index for first, last in runs if last > first for index in range(first, last + 1)}
    rest = [index for index in range(len(lines)) if index not in heads]
    said = (i for i in rest if len(_BLANKS.findall(lines[i].strip())) >= _RUNNING_WORDS)
    is_field = {index for index in rest if fields[index]} if heads else set()
    size = sum(len(lines[index]) for index in said if index not in is_field)
    return size >= _RUNNING * sum(len(lines[index]) for index in rest)


def _blocks(lines: list[str], fields: list[str], paragraphs: list[bool]) -> list[tuple[int, int]]:
    """Blocks of fields, as messages begin with, of which the first is called the same."""
    found: list[tuple[int, int]] = []
    index = 0
    while index < len(lines):
        if not (paragraphs[index] and fields[index]):
            index += 1
            continue
        last = index
        while last + 1 < len(lines) and fields[last + 1] and not paragraphs[last + 1]:
            last += 1
        # A unit of several lines may be several fields, or one sentence behind a word.
        is_block = last > index or sum(map(bool, map(_FIELD.match, lines[index].split("\n")))) > 1
        if is_block and last - index < _LINES:
            found.append((index, last))
        index = last + 1
    often = Counter(fields[first] for first, _ in found)
    return [run for run in found if often[fields[run[0]]] >= _LEAST]


def _titles(lines: list[str], fields: list[str], paragraphs: list[bool]) -> list[tuple[int, int]]:
    """Short lines above a paragraph, which are alike but for their numbers, with fields below."""
    shapes: dict[int, str] = {}
    for index, line in enumerate(lines):
        title = line.strip()
        if (
            paragraphs[index]
            and 0 < len(title) <= _TITLE
            and "\n" not in title
            and line.endswith("\n")
            and not _ENDS_SENTENCE.search(title)
            and _DIGITS.search(title)
            and _LETTERS.search(title)
        ):
            shapes[index] = _DIGITS.sub("0", title)
    often = Counter(shapes.values())
    runs = []
    for first in shapes:
        last = first
        while last + 1 < len(lines) and fields[last + 1] and not paragraphs[last + 1]:
            last += 1
        if last - first < _LINES:
            runs.append((first, last))
    # What stands above the same field as those is one of them, whatever its name.
    below = {
        fields[first + 1] for first, last in runs if last > first and often[shapes[first]] > _LEAST
    }
    return [
        (first, last)
        for first, last in runs
        if often[shapes[first]] > _LEAST or (last > first and fields[first + 1] in below)
    ]


def _below_titles(lines: list[str], runs: list[tuple[int, int]]) -> dict[int, int]:
    """By the first unit of a head the title that it stands below, where they are of two sorts.

    A song has verses, a lesson has exercises: the first head is of the sort that others are below.
    """
    sorts = ["" if last > first else _DIGITS.sub("0", lines[first].strip()) for first, last in runs]
    outer = sorts[0]
    if not _LEAST <= sorts.count(outer) < len(runs) / 2:
        return {}
    found: dict[int, int] = {}
    owner = -1
    for sort, (first, last) in zip(sorts, runs):
        if sort == outer:
            owner = last
        else:
            found[first] = owner
    return found


def _speakers(lines: list[str], opens: list[bool]) -> list[int]:
    """The units that begin with who says what follows."""
    found = {
        index: match
        for index, (line, opened) in enumerate(zip(lines, opens))
        if opened and ":" in line[:100].replace("\uff1a", ":") and (match := _SPEAKER.match(line))
    }
    names = {index: match["who"].casefold() for index, match in found.items()}
    # What is the same each time stands at the foot of a page.
    often = Counter(name for name, _ in {(name, lines[i].strip()) for i, name in names.items()})
    turns = [index for index, name in names.items() if often[name] >= _LEAST_OF_SPEAKER]
    who = {names[index] for index in turns}
    if len(who) < 2 or len(turns) < max(_LEAST * 2, _TURNS * len(who)):
        return []
    if len(turns) < _TALK * sum(opens[turns[0] : turns[-1] + 1]):
        # "Changed in version 3:", now and then.
        return []
    spoken = sum(
        len(_BLANKS.findall(lines[index], found[index].end())) >= _WORDS for index in turns
    )
    if spoken < _SPOKEN * len(turns):
        return []
    # Names that come in one order again and again are those of fields.
    order = [name for name, _ in groupby(names[index] for index in turns)]
    following = Counter(pairwise(order))
    if len(who) > 2 and max(_shares(following)) == 1.0 == min(_shares(following)):
        return []
    return turns


def _shares(following: Counter[tuple[str, str]]) -> Iterator[float]:
    """Of each name how sure its next one is."""
    total: Counter[str] = Counter()
    best: Counter[str] = Counter()
    for (one, _), count in following.items():
        total[one] += count
        best[one] = max(best[one], count)
    return (best[one] / count for one, count in total.items())
