"""Values that nobody could guess from the others of their kind.

A value's surprise is its information content beyond what the values have on average (Shannon, "A
Mathematical Theory of Communication", 1948); numbers far out are those beyond Tukey's outer
fences ("Exploratory Data Analysis", 1977).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

__all__ = ["far_out", "least_bits", "quartiles", "rare_among", "rare_values"]

#: Tukey's outer fence, in distances of the quartiles.
_FENCE = 3.0
#: Bits beyond the average that make a surprise, and for each doubling of a few values. Measured
#: with ``python -m benchmarks`` on its anomalies: eight times rarer than the average value.
_BITS, _BITS_PER_DOUBLING = 3.0, 0.6
#: The scale of values of which half are the same, as a share of these. Chosen.
_SCALE = 0.1


def least_bits(count: int) -> float:
    """How much beyond the average a surprise must be: less among a few values."""
    return min(_BITS, _BITS_PER_DOUBLING * math.log2(count))


def rare_values(cells: Sequence[str]) -> list[int]:
    """The indices of values that say much more than the values do on average, rarest first.

    >>> rare_values(["ok"] * 40 + ["lost"] + ["ok"] * 40)
    [40]
    """
    return rare_among(cells, Counter(cells))


def rare_among(cells: Sequence[str], frequency: Mapping[str, int]) -> list[int]:
    """The same, where it is known how often each value comes, in the order of their first ones."""
    count = len(cells)
    bits = {n: -math.log2(n / count) for n in set(frequency.values())}
    parts = {n: n / count * math.log2(n / count) for n in bits}
    entropy = -sum(map(parts.__getitem__, frequency.values()))
    least = entropy + least_bits(count)
    rare = {cell: bits[n] for cell, n in frequency.items() if bits[n] >= least}
    seen: Counter[str] = Counter()
    rows: list[tuple[int, float, int]] = []
    for index, cell in enumerate(cells) if rare else ():
        if cell in rare:
            # One row of each rare value first, then the second of each.
            rows.append((seen[cell], -rare[cell], index))
            seen[cell] += 1
    return [index for _, _, index in sorted(rows)]


def quartiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    """The quartiles of finite numbers in ascending order."""
    quarter = len(ordered) // 4
    return ordered[quarter], ordered[len(ordered) // 2], ordered[-1 - quarter]


def far_out(numbers: Sequence[float], ordered: Sequence[float] | None = None) -> list[int]:
    """The indices of numbers beyond Tukey's outer fences, the farthest first.

    Args:
        numbers: Some of which are finite.
        ordered: These in ascending order, where that is known.

    >>> far_out([20.0, 21.0, 19.0, 22.0, 900.0, 20.0, 18.0])
    [4]

    """
    if ordered is None:
        ordered = sorted(filter(math.isfinite, numbers))
    low, middle, high = quartiles(ordered)
    spread = (high - low) or _SCALE * abs(middle) or 1.0
    if max(low - ordered[0], ordered[-1] - high) / spread <= _FENCE:
        return []
    rows = []
    for index, number in enumerate(numbers):
        if not math.isfinite(number):
            continue
        distance = max(low - number, number - high) / spread
        if distance > _FENCE:
            rows.append((-distance, index))
    return [index for _, index in sorted(rows)]
