"""What a diff says twice: blocks of lines that are removed in one place and added in another."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.kinds.diff.parse import Diff, Role
from headroom.regexes import regex

__all__ = ["moved_lines", "one_sign"]

# All of these are chosen.
#: Shorter blocks are not worth their marker.
_FEWEST_LINES, _FEWEST_CHARS = 3, 120
#: A line that is added in more places is looked for in the first few of them.
_MOST_PLACES = 8
#: From this many lines on it pays to say once that all of a run are added.
_FEWEST_SIGNS = 20
#: Without its sign such a line would look like a header, or like a marker.
_CONFUSING = regex(r"@@|diff -|--- |\+\+\+ |\[[^\]]*left out|\u2026")


def moved_lines(diff: Diff) -> frozenset[int]:
    """The indexes of removed lines that stand, block by block, among the added lines as well."""
    lines, roles = diff.lines, diff.roles
    added: dict[str, list[int]] = {}
    for index, (line, role) in enumerate(diff.deadline.over(zip(lines, roles))):
        if role is Role.ADDED and (text := line[1:]).strip():
            places = added.setdefault(text, [])
            if len(places) < _MOST_PLACES:
                places.append(index)
    moved: set[int] = set()
    index, end = 0, len(lines)
    while index < end:
        if index % 64 == 0:
            diff.deadline.check()
        length = 0
        if roles[index] is Role.REMOVED:
            places = added.get(lines[index][1:], [])
            length = max((_common(diff, index, place) for place in places), default=0)
        if (
            length >= _FEWEST_LINES
            and sum(map(len, lines[index : index + length])) >= _FEWEST_CHARS
        ):
            moved.update(range(index, index + length))
        index += max(1, length)
    return frozenset(moved)


def _common(diff: Diff, removed: int, added: int) -> int:
    """How many lines from here on are the same on both sides, within their hunks."""
    lines, roles, hunks = diff.lines, diff.roles, diff.hunks
    length = 0
    while (
        removed + length < len(lines)
        and added + length < len(lines)
        and hunks[removed + length] == hunks[removed]
        and hunks[added + length] == hunks[added]
        and roles[removed + length] is Role.REMOVED
        and roles[added + length] is Role.ADDED
        and lines[removed + length][1:] == lines[added + length][1:]
    ):
        length += 1
    return length


def one_sign(diff: Diff, shown: Sequence[int]) -> dict[int, int]:
    """Runs of shown lines in which every line has the same sign: the first line, and how many.

    Only runs that end at a marker or at a header are told: where they end must be plain to see.
    """
    runs: dict[int, int] = {}
    start = 0
    for place in diff.deadline.over(range(1, len(shown) + 1)):
        before = shown[place - 1]
        if place < len(shown):
            index = shown[place]
            hunk = diff.hunks[index]
            if index == before + 1 and hunk == diff.hunks[before] >= 0 and before != hunk:
                continue
        length = place - start
        if length >= _FEWEST_SIGNS and diff.hunks[shown[start]] >= 0:
            run = [diff.lines[index] for index in shown[start:place]]
            one = {line[:1] for line in run} in ({"+"}, {"-"})
            combined = diff.lines[diff.hunks[shown[start]]].startswith("@@@")
            if one and not combined and not any(_CONFUSING.match(line, 1) for line in run):
                runs[shown[start]] = length
        start = place
    return runs
