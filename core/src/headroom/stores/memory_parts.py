"""What a store in memory is made of; its lock guards all of it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from headroom.stores.base import Missing, Record

__all__ = ["Blob", "Lease", "Namespace", "Slot"]


@dataclass
class Blob:
    data: bytes
    #: The keys that hold this content, the oldest first.
    keys: OrderedDict[str, None] = field(default_factory=OrderedDict)


@dataclass
class Slot:
    record: Record
    expires: float | None
    #: Which write of the namespace this was.
    number: int


@dataclass
class Lease:
    until: float
    references: set[str] = field(default_factory=set)


@dataclass
class Namespace:
    # Insertion order is age: a key that is written again moves to the end.
    slots: OrderedDict[str, Slot] = field(default_factory=OrderedDict)
    blobs: dict[str, Blob] = field(default_factory=dict)
    gone: OrderedDict[str, tuple[Missing, int]] = field(default_factory=OrderedDict)
    views: OrderedDict[str, str] = field(default_factory=OrderedDict)
    # (expires, number of the write, key); what was overwritten or deleted since is passed over.
    expiries: list[tuple[float, int, str]] = field(default_factory=list)
    # (number of the write, key), what may be evicted; what is held or gone is passed over.
    ages: list[tuple[int, str]] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)
    # (the earliest that the lease may end, holder)
    lease_ends: list[tuple[float, str]] = field(default_factory=list)
    # How many leases name a content.
    holds: dict[str, int] = field(default_factory=dict)
    # Held contents whose keys were overwritten.
    kept: dict[str, Record] = field(default_factory=dict)
    # How many slots have a content that is held.
    held: int = 0
    writes: int = 0
    version: int = 0
    # Versions up to this one were given out before the namespace was cleared.
    cleared: int = 0
    size: int = 0
    expired: int = 0
    evicted: int = 0
    over_limits: int = 0
