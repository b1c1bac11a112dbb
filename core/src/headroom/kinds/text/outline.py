"""Under which headings the sentences of a text stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, compress, pairwise, repeat
from typing import NamedTuple

from headroom.kinds.text.heads import Heads, read_heads
from headroom.kinds.text.parse import read_units
from headroom.source import Source

__all__ = ["Outline", "read_outline"]

_SIGNS = re.compile(r"\s{0,3}(#{1,6}|={1,6})\s")
_NUMBERED = re.compile(r"\s{0,3}(?:\u00a7\s?)?(\d{1,3}(?:\.\d{1,3})*)[.)]?\s")
#: The level of a heading that does not say its own: below all that do.
_LOWEST = 99


class Outline(NamedTuple):
    """The headings of a text, by the numbers of sentences; -1 stands for none."""

    #: For each sentence the heading, or the head, that it stands under; for a heading that above
    #: it; for a line of a head the line before, for its first one the heading.
    above: list[int]
    #: The headings, in order.
    headings: list[int]
    #: The level of each of them, 1 for the highest.
    levels: list[int]
    #: What says whose the sentences below it are: headers of messages, speakers, each line of them.
    heads: frozenset[int] = frozenset()
    #: Those of them that say something themselves.
    spoken: frozenset[int] = frozenset()
    #: By a sentence the last line of its block, which says whose it is: a source, who signs it.
    feet: dict[int, int] = {}  # noqa: RUF012

    def path(self, index: int) -> list[int]:
        """The headings and heads above a sentence, the nearest first."""
        found: list[int] = []
        # What stands below a line and says whose it is may be said of by others: never in a circle.
        while (index := self.above[index]) >= 0 and index not in found:
            found.append(index)
        return found


def read_outline(source: Source) -> Outline:
    r"""The outline of a text: ``source.once(read_outline)``.

    >>> outline = read_outline(Source("# A\n\nOne.\n\n## B\n\nTwo.\n\n# C\n\nThree.\n"))
    >>> outline.above, outline.levels
    ([-1, 0, 0, 2, -1, 4], [1, 2, 1])

    """
    above: list[int] = []
    headings: list[int] = []
    levels: list[int] = []
    open_headings: list[tuple[int, int]] = []
    underlines: dict[str, int] = {}
    parts = source.once(read_units).parts
    last = -1
    heads = source.once(read_heads)
    within = heads.within
    for index in compress(range(len(parts)), parts.headings):
        if index in within:
            continue
        level = _level(parts[index].text, underlines)
        if (heads.runs or heads.feet) and level == _LOWEST:
            # What stands alone in a message is a salutation or a name.
            continue
        if level == _LOWEST and index in heads.titles:
            level -= 1
        above += repeat(last, index - len(above))
        while open_headings and open_headings[-1][0] >= level:
            open_headings.pop()
        above.append(open_headings[-1][1] if open_headings else -1)
        headings.append(index)
        levels.append(level)
        open_headings.append((level, index))
        last = index
    above += repeat(last, len(parts) - len(above))
    named = {first: above[first] for first, _ in heads.runs}
    _put_in_groups(heads, above, frozenset(headings))
    # Below what names it stands a group, and not the other way round.
    for first, over in named.items():
        above[first] = above[first] if above[first] < first else over
    begins = (group.start for group in heads.groups)
    _put_below(heads, above, frozenset(chain(headings, begins)))
    for index, owner in heads.nested.items():
        # A heading between them is nearer.
        above[index] = max(above[index], owner)
    for index, opener in heads.openers.items():
        above[index] = opener
    lines = frozenset(index for first, last in heads.runs for index in range(first, last + 1))
    lines |= heads.spoken.union(*(group.heads for group in heads.groups))
    owners = frozenset(heads.nested.values())
    lines |= owners
    # A title is not shown without who wrote what stands below it.
    feet = dict(heads.feet)
    for group in heads.groups:
        feet.update(dict.fromkeys(group.heads[:-1], group.heads[-1]))
    spoken = heads.spoken | {index for index in owners if not _announces(parts[index].text)}
    return Outline(above, headings, levels, lines, spoken, feet)


def _announces(text: str) -> bool:
    """Whether a line says nothing itself: it names what is below it."""
    return text.rstrip().endswith(":")


def _put_below(heads: Heads, above: list[int], headings: frozenset[int]) -> None:
    """Puts each sentence below the head that is nearest before it, unless a heading, or the
    beginning of a group, is nearer.
    """
    ends = [first for first, _ in heads.runs[1:]] + [len(above)]
    for (first, last), end in zip(heads.runs, ends):
        for index in range(first + 1, last + 1):
            above[index] = index - 1
        for index in range(last + 1, end):
            if index in headings:
                break
            above[index] = last


def _put_in_groups(heads: Heads, above: list[int], headings: frozenset[int]) -> None:
    """Puts each sentence of a group below its head, as far as the next heading."""
    for group in heads.groups:
        for one, other in pairwise(group.heads):
            above[other] = one
        own, last = set(group.heads), group.heads[-1]
        for index in range(group.start, group.stop):
            if index in headings:
                break
            if index not in own:
                above[index] = last


def _level(heading: str, underlines: dict[str, int]) -> int:
    """The level of a heading; ``underlines`` has those of the signs under headings, and grows."""
    lines: Sequence[str] = heading.split("\n")
    signs = _SIGNS.match(lines[0])
    if signs:
        return len(signs[1])
    under = lines[1].strip() if len(lines) > 1 else ""
    if under:
        return underlines.setdefault(under[0], len(underlines) + 1)
    number = _NUMBERED.match(lines[0])
    return 1 + number[1].count(".") if number else _LOWEST
