"""Fitting a choice of units into a budget of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from headroom.compression.model import Request

__all__ = ["largest_fitting", "spans"]


# How many units that block others are left out, and from which share of the budget on.
_SKIPS = 3
_SLACK = 0.1


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as inclusive ranges.

    >>> spans([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


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

    sums = list(accumulate((costs[index] for index in order), initial=0))
    low, high = 0, len(order)
    guess = max((size for size, total in enumerate(sums) if total <= limit), default=0)
    if not fits(0):
        return None
    step = max(1, guess // 16)
    # Gallop from the guess to the nearest pair (fits, does not fit), then bisect between.
    if fits(guess):
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
