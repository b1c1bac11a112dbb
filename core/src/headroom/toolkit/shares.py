"""Whether enough of many things are so, told as soon as it is sure."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["enough", "more_than"]


def enough(flags: Iterable[object], total: int, least: float) -> bool:
    """Whether so many of some flags are set; once too few can be, no further one is looked at.

    Args:
        flags: Best made one by one, as each is asked for.
        total: How many there are; those that are not among ``flags`` count as set.
        least: How many of them must be set at the least.

    >>> seen = []
    >>> enough((seen.append(n) or n > 5 for n in range(9)), 9, 7), seen
    (False, [0, 1, 2])

    """
    for flag in flags:
        if not flag:
            total -= 1
            if total < least:
                return False
    return total >= least


def more_than(share: float, flags: Iterable[object], total: int) -> bool:
    """Whether more than a share of some flags are set; see ``enough``.

    >>> more_than(0.5, [True, False], 2), more_than(0.5, [True, False, True], 3)
    (False, True)

    """
    return enough(flags, total, math.floor(share * total) + 1)
