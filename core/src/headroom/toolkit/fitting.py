"""Fitting a choice of units into a budget of tokens: exactly, or with few renderings."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from headroom.view import Request

__all__ = ["largest_fitting", "nearly_largest"]


# How many units that block others are left out, and from which share of the budget on.
_SKIPS = 3
_SLACK = 0.1

#: A choice that leaves less of the budget over than this share of it is good enough.
_NEAR_SLACK = 0.005

#: So many guesses go by what the estimates were wrong by; those after them halve what is left.
_SCALED = 4

#: So many guesses are made at the most, once one has been found that fits.
_GUESSES = 14


def largest_fitting(
    order: Sequence[int],
    costs: Sequence[int],
    render: Callable[[frozenset[int]], str],
    request: Request,
    limit: int,
) -> frozenset[int] | None:
    """The longest start of ``order`` whose rendering has at most ``limit`` tokens.

    The rendering costs something beside its units (markers, headers), and how much depends on
    the choice. So the start is estimated from ``costs``, then bisected with real renderings:
    a handful of them, whatever the size. Under a budget, a unit that does not fit gives way to
    smaller ones that come after it.

    Args:
        order: Units by index, the most important first.
        costs: Tokens of each unit by itself, by index.
        render: The view with just these units.
        request: Counts the tokens and watches the time.
        limit: The most tokens that the rendering may have.

    Returns:
        The chosen units; ``None`` if not even the rendering of none of them fits.

    >>> from headroom.tokens import as_counter
    >>> units = ["a", "b b", "c c c", "d"]
    >>> def render(kept: frozenset[int]) -> str:
    ...     return " ".join(["head", *(units[index] for index in sorted(kept))])
    >>> request = Request("text", as_counter(lambda text: len(text.split())), 8, max_tokens=5)
    >>> sorted(largest_fitting([2, 0, 1, 3], [1, 2, 3, 1], render, request, limit=5))
    [0, 2]

    """
    start = _longest_start(order, costs, render, request, limit)
    if start is None or request.max_tokens is None:
        return None if start is None else frozenset(start)
    for _ in range(_SKIPS):
        room = limit - request.counter.count(render(frozenset(start)))
        rest = [unit for unit in order[len(start) + 1 :] if costs[unit] <= room]
        if room <= _SLACK * limit or not rest:
            break
        order = [*start, *rest]
        start = _longest_start(order, costs, render, request, limit) or start
    return frozenset(start)


def _longest_start(
    order: Sequence[int],
    costs: Sequence[int],
    render: Callable[[frozenset[int]], str],
    request: Request,
    limit: int,
) -> list[int] | None:
    def fits(size: int) -> bool:
        request.deadline.check()
        return request.counter.count(render(frozenset(order[:size]))) <= limit

    sums = array("Q", accumulate((costs[index] for index in order), initial=0))
    low, high = 0, len(order)
    guess = max((size for size, total in enumerate(sums) if total <= limit), default=0)
    step = max(1, guess // 16)
    # Gallop from the guess to the nearest pair (fits, does not fit), then bisect between.
    is_small = fits(guess)
    if not is_small and (guess == 0 or not fits(0)):
        return None
    if is_small:
        low = guess
        while low < high and fits(min(high, low + step)):
            low, step = min(high, low + step), step * 2
        high = min(high, low + step)
        if low == high:
            return list(order[:low])
    else:
        high = guess
        while high - step > low and not fits(high - step):
            high, step = high - step, step * 2
        low = max(low, high - step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return list(order[:low])


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
    slack = int(limit * _NEAR_SLACK)
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
