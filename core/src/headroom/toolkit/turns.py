"""An order in which many of one sort hide none of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

__all__ = ["take_turns"]


def take_turns(order: Sequence[int], sort_of: Callable[[int], str]) -> list[int]:
    """An order in which units of different sorts take turns, the best of each sort first.

    Args:
        order: Units by number, the best first.
        sort_of: What alike units have in common.

    >>> take_turns([1, 2, 3, 40], lambda number: str(len(str(number))))
    [1, 40, 2, 3]

    """
    turns: Counter[str] = Counter()
    keyed: list[tuple[int, int, int]] = []
    for place, number in enumerate(order):
        sort = sort_of(number)
        keyed.append((turns[sort], place, number))
        turns[sort] += 1
    keyed.sort()
    return [number for _, _, number in keyed]
