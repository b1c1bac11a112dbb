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
from itertools import accumulate, compress

from headroom.view import Deadline

__all__ = ["Choices"]

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
#: Which of two states at a sentence, kept and left out, follow one that is left out: none, the
#: second, both.
_NONE, _LEFT, _BOTH = 0, 1, 2
#: Sentences between two looks at the clock. Chosen.
_CHECKED_EVERY = 500


class Choices:
    """What may be kept of some sentences, for one number of tokens after another.

    Args:
        values: What each sentence is worth, 0 or more.
        costs: Tokens of each sentence.
        marker_cost: Tokens of the marker for one gap.
        deadline: Checked in each round.

    >>> Choices([1, 9, 1, 1], [10, 10, 10, 10], 5, Deadline(None)).within(20)
    [1]

    """

    def __init__(
        self,
        values: Sequence[float],
        costs: Sequence[int],
        marker_cost: int,
        deadline: Deadline,
    ) -> None:
        self._values, self._costs, self._marker_cost = values, costs, marker_cost
        self._deadline = deadline
        self._densities = array("d", (value / (cost or 1) for value, cost in zip(values, costs)))
        # Of those that are alike, the first one comes first: sorting keeps their order.
        by_density = sorted(range(len(costs)), key=self._densities.__getitem__, reverse=True)
        self._by_density = array("q", by_density)
        #: Of all before each, and at last of all.
        self._sums = array("q", accumulate(costs, initial=0))

    def within(self, limit: int) -> list[int]:
        """Indices, ascending, of the sentences to keep within so many tokens, markers included."""
        price = self._first_price(limit)
        low = high = 0.0
        step = _STEP
        best: list[range] = []
        for _ in range(_ROUNDS):
            self._deadline.check()
            kept = self._at_price(price)
            spare = limit - self._total(kept)
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
        return self._filled(best, limit)

    def _first_price(self, limit: int) -> float:
        """The value per token at which the budget would be used up if markers were free."""
        used = 0
        for index in self._by_density:
            used += self._costs[index]
            if used > limit:
                return max(self._densities[index], _LEAST_PRICE)
        return _LEAST_PRICE

    def _at_price(self, price: float) -> list[range]:
        """The best choice at a price, as runs of neighbours."""
        toll = self._marker_cost * price
        pairs = zip(self._values, self._costs)
        value, cost = next(pairs)
        moves = bytearray((_NONE,))
        move = moves.append
        keep, leave = value - cost * price, -toll
        for value, cost in pairs:
            if leave > keep:
                move(_BOTH)
                keep = leave
            elif leave >= (opened := keep - toll):
                move(_LEFT)
            else:
                move(_NONE)
                leave = opened
            keep += value - cost * price
        runs: list[range] = []
        stop = len(moves)
        if keep <= leave:
            stop = moves.rfind(_NONE, 0, stop)
        while stop > 0:
            start = max(0, moves.rfind(_BOTH, 0, stop))
            runs.append(range(start, stop))
            stop = moves.rfind(_NONE, 0, start)
        runs.reverse()
        return runs

    def _total(self, kept: Sequence[range]) -> int:
        sums = self._sums
        total = sum(sums[run.stop] - sums[run.start] for run in kept)
        gaps = 1
        if kept:
            gaps = len(kept) - 1 + (kept[0].start > 0) + (kept[-1].stop < len(self._costs))
        return total + gaps * self._marker_cost

    def _filled(self, kept: Sequence[range], limit: int) -> list[int]:
        """Adds what still fits, the most valuable for its cost first."""
        values, costs, marker_cost = self._values, self._costs, self._marker_cost
        chosen = bytearray(len(costs) + 2)  # shifted by one; both ends count as kept
        chosen[0] = chosen[-1] = 1
        for run in kept:
            chosen[run.start + 1 : run.stop + 1] = b"\1" * len(run)
        room = limit - self._total(kept)

        def density(index: int) -> float:
            # What keeping one more costs: it may open a gap, or close one.
            price = costs[index] + marker_cost * (1 - chosen[index] - chosen[index + 2])
            return -values[index] / (price if price > 1 else 1)

        most = room + marker_cost
        fitting = array(
            "q",
            (n for n, cost in enumerate(costs) if cost <= most and not chosen[n + 1]),
        )
        densities = array("d", map(density, self._deadline.over(fitting)))
        # The best of all that fit now, and of the neighbours of those that were added, whose price
        # is another one since: a heap of all would take more memory than their text.
        best = array("q", sorted(range(len(fitting)), key=densities.__getitem__))
        repriced: list[tuple[float, int]] = []
        at = turns = 0
        while room > -marker_cost:
            turns += 1
            if turns % _CHECKED_EVERY == 0:
                self._deadline.check()
            if at < len(best) and not (
                repriced and repriced[0] < (densities[best[at]], fitting[best[at]])
            ):
                index = fitting[best[at]]
                at += 1
            elif repriced:
                _, index = heapq.heappop(repriced)
            else:
                break
            price = costs[index] + marker_cost * (1 - chosen[index] - chosen[index + 2])
            if price > room or chosen[index + 1]:
                continue
            room -= price
            chosen[index + 1] = 1
            for neighbour in (index - 1, index + 1):
                if 0 <= neighbour < len(costs) and not chosen[neighbour + 1]:
                    heapq.heappush(repriced, (density(neighbour), neighbour))
        return list(compress(range(len(costs)), chosen[1:-1]))
