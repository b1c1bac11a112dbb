"""The figures by which times are told: the median, and the 99th percentile."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["quantile"]


def quantile(values: Iterable[float], share: float) -> float:
    """The value that this share of all values does not reach, by the nearest rank.

    >>> quantile([3.0, 1.0, 2.0], 0.5), quantile([3.0, 1.0, 2.0], 0.99)
    (2.0, 3.0)
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
