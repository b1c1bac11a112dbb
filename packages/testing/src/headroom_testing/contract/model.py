"""A store that is too plain to be wrong: lists and dictionaries, searched from end to end."""

from __future__ import annotations

from dataclasses import dataclass, field

from headroom import Header, Limits, Record

__all__ = ["ModelNamespace"]


@dataclass
class ModelNamespace:
    """One namespace. Every operation first looks at the time, then does what it says."""

    now: float = 0.0
    #: The live entries, the oldest first, with the time of their end.
    entries: list[tuple[Record, float | None]] = field(default_factory=list)
    #: Why a key is gone.
    gone: dict[str, str] = field(default_factory=dict)
    #: What a write of a key must not be lower than.
    floor: dict[str, float] = field(default_factory=dict)
    floor_of_all: float = 0
    issued: int = 0
    expired: int = 0
    evicted: int = 0
    views: dict[str, str] = field(default_factory=dict)
    #: When the lease of a holder ends, and what it holds.
    leases: dict[str, tuple[float, set[str]]] = field(default_factory=dict)
    #: Held contents whose keys were overwritten.
    kept: dict[str, Record] = field(default_factory=dict)
    over_limits: int = 0

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.settle()

    def settle(self) -> None:
        """What has ended ends."""
        self.leases = {who: (end, what) for who, (end, what) in self.leases.items()
                       if end >= self.now}  # fmt: skip
        self.kept = {one: record for one, record in self.kept.items() if self.is_held(record)}
        for record, ends in list(self.entries):
            if ends is not None and ends < self.now and not self.is_held(record):
                self.remove(record.header.key, "expired")
                self.expired += 1

    def is_held(self, record: Record) -> bool:
        return any(record.header.reference in what for _, what in self.leases.values())

    def lease(self, holder: str, references: set[str], seconds: float) -> bool:
        lived = holder in self.leases
        end, what = self.leases.get(holder, (0.0, set()))
        self.leases[holder] = (max(end, self.now + seconds), what | references)
        return lived

    def release(self, holder: str) -> None:
        self.leases.pop(holder, None)
        self.settle()

    def leased(self) -> int:
        return sum(self.is_held(record) for record, _ in self.entries)

    def remove(self, key: str, reason: str) -> None:
        self.entries = [entry for entry in self.entries if entry[0].header.key != key]
        self.gone[key] = reason

    def live(self, key: str) -> Record | None:
        return next((record for record, _ in self.entries if record.header.key == key), None)

    def put(self, record: Record, ttl: float | None, limits: Limits, expected: int | None) -> bool:
        header = record.header
        found = self.live(header.key)
        if header.version < max(self.floor.get(header.key, 0), self.floor_of_all):
            return False
        if expected is not None and expected != (found.header.version if found else 0):
            return False
        self.remove(header.key, "overwritten")
        self.gone.pop(header.key)
        self.entries.append((record, None if ttl is None else self.now + ttl))
        if found is not None and self.is_held(found) and self.find(found.header.reference) is None:
            self.kept[found.header.reference] = found
        self.floor[header.key] = header.version
        if header.view_reference != header.reference:
            self.views[header.view_reference] = header.reference
        while self.is_over(limits):
            # All but the newest, which is this one.
            may_go = [one.header.key for one, _ in self.entries[:-1] if not self.is_held(one)]
            if not may_go:
                self.over_limits += self.leased() > 0 or len(self.kept) > 0
                break
            self.remove(may_go[0], "evicted")
            self.evicted += 1
        return True

    def is_over(self, limits: Limits) -> bool:
        return (limits.max_entries is not None and len(self.entries) > limits.max_entries) or (
            limits.max_bytes is not None and self.bytes() > limits.max_bytes
        )

    def bytes(self) -> int:
        records = [record for record, _ in self.entries] + list(self.kept.values())
        return sum(map(len, {record.original for record in records}))

    def find(self, reference: str) -> Record | None:
        with_it = [record for record, _ in self.entries if record.header.reference == reference]
        return with_it[-1] if with_it else self.kept.get(reference)

    def delete(self, key: str) -> bool:
        existed = self.live(key) is not None
        if existed:
            self.remove(key, "deleted")
        # Higher than what was given out before, lower than what will be.
        self.floor[key] = self.issued + 0.5
        return existed

    def clear(self) -> int:
        count = len(self.entries)
        self.entries, self.gone, self.views, self.kept = [], {}, {}, {}
        self.floor_of_all = self.issued + 0.5
        return count

    def headers(self) -> list[Header]:
        return [record.header for record, _ in self.entries]
