"""Fitting a choice into a budget with as few renderings as can be."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

__all__ = ["nearly_largest"]

#: A choice that leaves less of the budget over than this share of it is good enough.
_SLACK = 0.005

#: So many guesses go by what the estimates were wrong by; those after them halve what is left.
_SCALED = 4

#: So many guesses are made at the most, once one has been found that fits.
_GUESSES = 14


def nearly_largest(estimates: Sequence[int], count: Callable[[int], int], limit: int) -> int | None:
    """The size of the largest choice that fits, or of one that nearly uses the budget up.

    Where ``largest_fitting`` bisects, this goes by how far off the estimates have been, so that
    two to four renderings do for most payloads, however large.

    Args:
        estimates: The expected tokens of the first 0, 1, 2 ... units; ascending.
        count: The exact tokens of a rendering of so many units.
        limit: The most tokens that a rendering may have.

    Returns:
        The number of units; ``None`` if not even the rendering of none of them fits.

    >>> sizes = [3 * units for units in range(100)]
    >>> nearly_largest(sizes, lambda size: 4 + 5 * size, 104)
    20

    """
    low, high = -1, len(estimates)
    slack = int(limit * _SLACK)
    guess = max(0, bisect_right(estimates, limit) - 1)
    guesses = 0
    while high - low > 1:
        actual = count(guess)
        guesses += 1
        if actual <= limit:
            low = guess
            if limit - actual <= slack or guesses >= _GUESSES:
                break
        else:
            high = guess
            if low >= 0 and guesses >= _GUESSES:
                break
        if guesses <= _SCALED:
            # Renderings grow by as much more or less than estimated as this one is larger.
            scale = max(1, estimates[guess]) / max(1, actual)
            wanted = estimates[guess] + (limit - actual) * scale
            following = bisect_right(estimates, wanted) - 1
        else:
            following = (low + high) // 2
        guess = min(max(following, low + 1), high - 1)
    return low if low >= 0 else None
