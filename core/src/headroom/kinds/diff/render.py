"""Writes the view of a diff: the kept lines, and a marker wherever some are left out."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, chain, compress

from headroom.kinds.diff.parse import Diff, Role
from headroom.kinds.diff.repeats import one_sign
from headroom.lines import joined
from headroom.toolkit.markers import SMALLEST, marker, plural
from headroom.view import Omission, Request

__all__ = ["Renderer"]

#: Gaps of up to so many lines that hold nothing but context and redundant headers are marked by
#: one sign, which the legend at the top explains. Larger ones say what they hold. Chosen.
_SHORT = 12

_WORDS = {
    Role.PATH: "file name",
    Role.HEADER: "file header line",
    Role.NOISE: "redundant header line",
    Role.HUNK: "hunk header",
    Role.ADDED: "added line",
    Role.REMOVED: "removed line",
    Role.CONTEXT: "context line",
    Role.BINARY: "binary data line",
    Role.HASH: "checksum line",
    Role.GENERATED: "generated or copied line",
    Role.OTHER: "other line",
}
_SPARE = (Role.NOISE, Role.CONTEXT, Role.HASH, Role.GENERATED)
_CHANGES = (Role.ADDED, Role.REMOVED, Role.HASH, Role.GENERATED)

#: What a marker for changed lines costs, about: ``[lines 101-104 left out: +3 -1]``.
_MARKER_TOKENS = 12
#: The tokens of the sign in place of one short line.
_SIGN_TOKENS = 1


class Renderer:
    """Renders choices of lines of one diff."""

    def __init__(self, diff: Diff, moved: frozenset[int], first_line: int = 1) -> None:
        self._diff = diff
        #: By which number markers call the first line.
        self.first_line = first_line
        #: Removed lines that are added elsewhere.
        self.moved = moved
        # What a final line break leaves behind is no line, and never lost.
        self._end = len(diff.lines) - (diff.lines[-1] == "")
        self._path_of = {
            diff.files[i]: i
            for i in diff.deadline.over(range(len(diff.lines) - 1, -1, -1))
            if diff.roles[i] is Role.PATH
        }

        # How many lines before each are not spare, and how many are moved: it is asked for many
        # choices of the same lines.
        roles = diff.deadline.over(diff.roles)
        self._solid = array("I", accumulate((role not in _SPARE for role in roles), initial=0))
        self._moved = array(
            "I", accumulate((index in moved for index in range(len(diff.roles))), initial=0)
        )

    def shown(self, kept: Collection[int]) -> Sequence[int]:
        """The chosen lines, and the headers without which they cannot be placed."""
        diff = self._diff
        is_shown = bytearray(len(diff.lines))
        for index in diff.deadline.over(kept):
            is_shown[index] = 1
            if diff.files[index] >= 0:
                is_shown[self._path_of[diff.files[index]]] = 1
            if diff.hunks[index] >= 0:
                is_shown[diff.hunks[index]] = 1
        return array("I", compress(range(self._end), is_shown))

    def gaps(self, kept: Collection[int]) -> Iterator[tuple[int, int]]:
        """The first and the last line of each run that a choice leaves out."""
        expected = 0
        for index in self._diff.deadline.over(chain(self.shown(kept), (self._end,))):
            if index > expected:
                yield expected, index - 1
            expected = index + 1

    def text(self, kept: Collection[int]) -> str:
        """The view."""
        diff = self._diff
        shown = self.shown(kept)
        runs = one_sign(diff, shown)
        view: list[str] = []
        short: Counter[Role] = Counter()
        # What is shown from the first on, up to the second, is not yet in the view.
        begin = expected = 0
        for index in diff.deadline.over(chain(shown, (self._end,))):
            if index > expected or index in runs or index == self._end:
                if begin < expected:
                    view.append(joined(diff.lines, begin, expected))
                begin = max(begin, index)
            if index > expected:
                if self._is_short(expected, index):
                    short.update(diff.roles[expected:index])
                    view.append(SMALLEST)
                else:
                    first, last = expected + self.first_line, index + self.first_line - 1
                    place = Omission("lines", ((first, last),)).where
                    view.append(marker(place, self._note(expected, index)))
            if index in runs:
                begin = index + runs[index]
                view.append(_sign_marker(diff.lines[index][0], runs[index]))
                view.append("\n".join([line[1:] for line in diff.lines[index:begin]]))
            expected = index + 1
        if short:
            view.insert(0, f"[left out where {SMALLEST} stands: {_what(short)}]")
        return "\n".join(view)

    def _note(self, start: int, stop: int) -> str:
        """What a marker says of the lines that it stands for."""
        roles = Counter(self._diff.roles[start:stop])
        again = self._moved[stop] - self._moved[start]
        if again and again == roles[Role.REMOVED] + roles[Role.ADDED]:
            return f"{again} removed here, the same ones are added elsewhere"
        if roles[Role.ADDED] + roles[Role.REMOVED] + roles[Role.GENERATED] == 0:
            return _what(roles)
        return self._changes(start, stop)

    def _changes(self, start: int, stop: int) -> str:
        """How many changed lines there are, as diffs say it: ``+3 -1``."""
        # In a combined diff the sign may stand in a column of its own.
        signs = Counter(
            self._diff.lines[index].lstrip(" ")[:1]
            for index in range(start, stop)
            if self._diff.roles[index] in _CHANGES
        )
        return " ".join(f"{sign}{signs[sign]}" for sign in "+-" if signs[sign])

    def _is_short(self, start: int, stop: int) -> bool:
        return stop - start <= _SHORT and self._solid[stop] == self._solid[start]

    def closed(self, kept: frozenset[int], costs: Sequence[int]) -> frozenset[int]:
        """The choice, and the gaps in it that cost no more than the marker for them.

        Args:
            kept: The choice.
            costs: The tokens of each line.

        """
        more: set[int] = set()
        for start, last in self.gaps(kept):
            if self._is_short(start, last + 1):
                continue
            cost = sum(costs[start : last + 1]) + last + 1 - start
            if cost <= _MARKER_TOKENS:
                more.update(range(start, last + 1))
        return kept | more

    def close_dear_gaps(self, kept: set[int], request: Request) -> None:
        """Adds the single lines that cost no more than the marker for them."""
        diff = self._diff
        single = [a for a, b in self.gaps(kept) if a == b]
        costs = request.counter.count_many([diff.lines[index] + "\n" for index in single])
        kept.update(index for index, cost in zip(single, costs) if cost <= _SIGN_TOKENS)


def _sign_marker(sign: str, count: int) -> str:
    return f"[{sign} left out at the start of these {count} lines]"


def _what(roles: Counter[Role]) -> str:
    return ", ".join(plural(roles[role], _WORDS[role]) for role in _WORDS if roles[role])
