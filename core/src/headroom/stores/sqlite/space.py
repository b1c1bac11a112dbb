"""The row of a namespace."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Space"]


@dataclass
class Space:
    """The columns, in their order but for the name."""

    id: int
    version: int = 0
    cleared: int = 0
    entries: int = 0
    bytes: int = 0
    expired: int = 0
    evicted: int = 0
    leased: int = 0
    over_limits: int = 0
