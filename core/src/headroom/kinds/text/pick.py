"""Chooses sentences so that what is kept is worth the most for a number of tokens.

Each gap costs a marker, so neighbours are cheaper together. For a price per token the best
choice is found exactly, by dynamic programming over two states (kept, left out); the price is
then bisected until the budget is used up (Lagrangian relaxation, as for knapsacks; Everett
1963). What is left of the budget is filled in with what fits.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Sequence

from headroom.view import Deadline

__all__ = ["pick"]

#: Prices that are tried at the most. Chosen: bisection is nearer than a sentence long before.
_ROUNDS = 20
#: A choice that leaves less than this share of the budget is taken, and the rest is filled in; so
#: is one where the prices around it are within this factor. Chosen.
_NEAR, _NEAR_PRICE = 0.005, 1.02
#: The factor by which the second price differs from the first; of the next ones, its squares.
#: Chosen.
_STEP = 1.3
#: The least price: what is worth nothing must cost something. Chosen.
_LEAST_PRICE = 1e-12
#: Sentences between two looks at the clock. Chosen.
_CHECKED_EVERY = 500


def pick(
    values: Sequence[float],
    costs: Sequence[int],
    marker_cost: int,
    limit: int,
    deadline: Deadline,
) -> list[int]:
    """Indices, ascending, of the sentences to keep within ``limit`` tokens.

    Args:
        values: What each sentence is worth, 0 or more.
        costs: Tokens of each sentence.
        marker_cost: Tokens of the marker for one gap.
        limit: The most tokens, markers included.
        deadline: Checked in each round.

    >>> pick([1, 9, 1, 1], [10, 10, 10, 10], 5, 20, Deadline(None))
    [1]

    """
    price = _first_price(values, costs, limit)
    low = high = 0.0
    step = _STEP
    best: list[int] = []
    for _ in range(_ROUNDS):
        deadline.check()
        kept = _at_price(values, costs, marker_cost, price)
        spare = limit - _total(kept, costs, marker_cost)
        if spare >= 0:
            best, high = kept, price
        else:
            low = price
        if 0 <= spare <= limit * _NEAR or (low and high and high < low * _NEAR_PRICE):
            break
        if low and high:
            price = (low * high) ** 0.5
        else:
            price = price * step if low else price / step
            step *= step  # prices may span orders of magnitude
    return _fill(best, values, costs, marker_cost, limit, deadline)


def _first_price(values: Sequence[float], costs: Sequence[int], limit: int) -> float:
    """The value per token at which the budget would be used up if markers were free."""
    densities = array("d", (value / max(1, cost) for value, cost in zip(values, costs)))
    # Of those that are alike, the first one comes first: sorting keeps their order.
    order = sorted(range(len(costs)), key=lambda index: -densities[index])
    used = 0
    for index in order:
        used += costs[index]
        if used > limit:
            return max(densities[index], _LEAST_PRICE)
    return _LEAST_PRICE


def _at_price(
    values: Sequence[float], costs: Sequence[int], marker_cost: int, price: float
) -> list[int]:
    toll = marker_cost * price
    count = len(values)
    # Whether a sentence that is kept, or one that is left out, follows one that is left out.
    kept_after_left = bytearray(count)
    left_after_left = bytearray(count)
    keep, leave = values[0] - costs[0] * price, -toll
    for index in range(1, count):
        opened = keep - toll
        if leave > keep:
            kept_after_left[index] = left_after_left[index] = 1
            keep = leave
        elif leave >= opened:
            left_after_left[index] = 1
        else:
            leave = opened
        keep += values[index] - costs[index] * price
    kept: list[int] = []
    state = keep > leave
    for index in range(count - 1, -1, -1):
        if state:
            kept.append(index)
            state = not kept_after_left[index]
        else:
            state = not left_after_left[index]
    kept.reverse()
    return kept


def _total(kept: Sequence[int], costs: Sequence[int], marker_cost: int) -> int:
    total = sum(costs[index] for index in kept)
    gaps = 0
    expected = 0
    for index in kept:
        gaps += index > expected
        expected = index + 1
    gaps += expected < len(costs)
    return total + gaps * marker_cost


def _fill(
    kept: Sequence[int],
    values: Sequence[float],
    costs: Sequence[int],
    marker_cost: int,
    limit: int,
    deadline: Deadline,
) -> list[int]:
    """Adds what still fits, the most valuable for its cost first."""
    chosen = bytearray(len(costs) + 2)  # shifted by one; both ends count as kept
    chosen[0] = chosen[-1] = 1
    for index in kept:
        chosen[index + 1] = 1
    room = limit - _total(kept, costs, marker_cost)

    def price(index: int) -> int:
        """What keeping one more costs: it may open a gap, or close one."""
        return costs[index] + marker_cost * (1 - (chosen[index] + chosen[index + 2]))

    def density(index: int) -> float:
        return -values[index] / max(1, price(index))

    # What ``density`` says, said at once: this is all of the text.
    heap = [
        (-value / max(1, cost + marker_cost * (1 - before - after)), index)
        for index, (value, cost, before, there, after) in enumerate(
            zip(values, costs, chosen, chosen[1:], chosen[2:])
        )
        if not there and cost - marker_cost <= room
    ]
    heapq.heapify(heap)
    turns = 0
    while heap and room > -marker_cost:
        turns += 1
        if turns % _CHECKED_EVERY == 0:
            deadline.check()
        _, index = heapq.heappop(heap)
        if chosen[index + 1] or price(index) > room:
            continue
        room -= price(index)
        chosen[index + 1] = 1
        for neighbour in (index - 1, index + 1):
            if 0 <= neighbour < len(costs) and not chosen[neighbour + 1]:
                heapq.heappush(heap, (density(neighbour), neighbour))
    return [index for index in range(len(costs)) if chosen[index + 1]]
