"""Finds what nobody reads in a text: once over it, in steps."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from headroom.kinds.opaque.encoded import find_data_uris, find_unbroken, find_wrapped
from headroom.kinds.opaque.lines import (
    MINIFIED,
    find_binary,
    find_dumps,
    find_escapes,
    find_minified,
    holds_binary,
    holds_dump,
)
from headroom.kinds.opaque.numbers import find_bytes, find_vectors
from headroom.kinds.opaque.stretch import LEAST, Stretch
from headroom.toolkit.shares import enough
from headroom.view import Deadline

__all__ = ["is_likely", "scan"]

#: Each stretch holds at least one step of so many characters as a whole.
_STEP = LEAST // 2
_STEPS = f"{{{_STEP}}}"
_ENCODED = re.compile(r"[A-Za-z0-9+/_=\\%-]" + _STEPS)
_WRAPPED = re.compile(r"[A-Za-z0-9+/_=\s>-]" + _STEPS)
_NUMBERS = re.compile(r"[-+0-9.eE,\s]" + _STEPS)
_BYTES = re.compile(r"[0-9a-fA-FxX:,;\s\\]" + _STEPS)
#: Nearly all steps are of none of these, which is seen at one glance.
_ANY = re.compile("|".join(one.pattern for one in (_ENCODED, _WRAPPED, _NUMBERS, _BYTES)))
_SAID = re.compile(r"\S")
#: So many places are looked at to see whether all of a text is such.
_LOOKS = 8
#: How each sort of stretch is found, at a place and no earlier than at another one.
_Find = Callable[[str, int, int, Deadline], tuple[int, list[Stretch]]]


def is_likely(text: str) -> bool:
    """Whether most of a text may be such; looks at some places of it."""
    size = len(text) - _STEP
    places = [size * part // _LOOKS for part in range(_LOOKS)] if size > 0 else []
    return enough((_may_be(text, at) for at in places), len(places), max(1, len(places) / 2))


def _may_be(text: str, at: int) -> bool:
    if _ANY.match(text, at, at + _STEP):
        return True
    around = text[max(0, at - MINIFIED // 2) : at + MINIFIED // 2]
    return "\n" not in around or holds_binary(around) or holds_dump(around)


def scan(text: str, deadline: Deadline) -> list[Stretch]:
    """What nobody reads in a text, in order; no two overlap.

    Args:
        text: The text.
        deadline: Checked now and then.

    """
    if len(text) < LEAST:
        return []
    first = (find_data_uris, find_escapes, find_binary, find_dumps)
    taken = _Taken([one for find in first for one in find(text, deadline)])
    taken = _Taken([*taken.stretches, *_in_steps(text, taken, deadline)])
    # A line of code that embeds an image is code: what is around the image decides.
    whole = list(find_minified(text, lambda start, end: taken.rest(text, start, end), deadline))
    return list(_merged(text, _Taken([*whole, *taken.stretches]).stretches))


def _merged(text: str, stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """The same, those of one kind that follow each other line by line as one."""
    start = count = 0
    for one, after in zip_longest(stretches, stretches[1:]):
        start = start if count else one.start
        count += 1
        if (
            after is None
            or after.kind != one.kind
            or text.find("\n", one.end, after.start) < 0
            or _SAID.search(text, one.end, after.start)
        ):
            what = one.what if count == 1 else f"{count} times {one.kind}"
            yield replace(one, start=start, what=what)
            count = 0


def _in_steps(text: str, taken: _Taken, deadline: Deadline) -> Iterator[Stretch]:
    skip = {_ENCODED: 0, _WRAPPED: 0, _NUMBERS: 0, _BYTES: 0}
    low = 0
    steps: Iterable[int] = range(0, len(text) - _STEP + 1, _STEP)
    if not taken.stretches:
        # Nothing has to be known of those between.
        steps = (at for at in steps if _ANY.match(text, at, at + _STEP))
    for at in deadline.over(steps, every=100):
        end = taken.end_of(at)
        if end > at:
            low = max(low, end)
        if at < low:
            continue
        for pattern, find in _FINDERS:
            if skip[pattern] > at or not pattern.match(text, at, at + _STEP):
                continue
            # What a step before this one was no part of begins within a step of here, at most.
            stop, stretches = find(text, at, max(low, at - 4 * _STEP), deadline)
            skip[pattern] = stop
            if stretches:
                yield from stretches
                low = max(low, stretches[-1].end)
                break


def _one(find: Callable[[str, int, int, Deadline], tuple[int, Stretch | None]]) -> _Find:
    def several(text: str, at: int, low: int, deadline: Deadline) -> tuple[int, list[Stretch]]:
        end, stretch = find(text, at, low, deadline)
        return end, [] if stretch is None else [stretch]

    return several


_FINDERS: tuple[tuple[re.Pattern[str], _Find], ...] = (
    (_NUMBERS, find_vectors),
    (_BYTES, _one(find_bytes)),
    (_ENCODED, _one(find_unbroken)),
    (_WRAPPED, _one(find_wrapped)),
)


class _Taken:
    """Stretches in order; of two that overlap, the one that was found first."""

    def __init__(self, found: Sequence[Stretch]) -> None:
        self.stretches: list[Stretch] = []
        order = sorted(range(len(found)), key=lambda n: (found[n].start, n))
        for number in order:
            one = found[number]
            last = self.stretches[-1] if self.stretches else None
            if last is None or one.start >= last.end:
                self.stretches.append(one)
            elif one.start == last.start and one.end > last.end:
                self.stretches[-1] = one
        self._starts = [one.start for one in self.stretches]
        self._ends = [one.end for one in self.stretches]
        self._next = 0

    def end_of(self, at: int) -> int:
        """Where the stretch ends that a place stands in; asked for in ascending order."""
        while self._next < len(self.stretches) and self.stretches[self._next].end <= at:
            self._next += 1
        if self._next < len(self.stretches) and self.stretches[self._next].start <= at:
            return self.stretches[self._next].end
        return 0

    def rest(self, text: str, start: int, end: int) -> str:
        """What stands between two places beside the stretches."""
        pieces = []
        first = bisect_right(self._ends, start)
        for one in self.stretches[first : bisect_left(self._starts, end, first)]:
            pieces.append(text[start : max(start, one.start)])
            start = min(end, one.end)
        pieces.append(text[start:end])
        return "".join(pieces)
