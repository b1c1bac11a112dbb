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

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for record, ends in list(self.entries):
            if ends is not None and ends < self.now:
                self.remove(record.header.key, "expired")
                self.expired += 1

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
        self.floor[header.key] = header.version
        if header.view_reference != header.reference:
            self.views[header.view_reference] = header.reference
        while len(self.entries) > 1 and self.is_over(limits):
            self.remove(self.entries[0][0].header.key, "evicted")
            self.evicted += 1
        return True

    def is_over(self, limits: Limits) -> bool:
        return (limits.max_entries is not None and len(self.entries) > limits.max_entries) or (
            limits.max_bytes is not None and self.bytes() > limits.max_bytes
        )

    def bytes(self) -> int:
        return sum(map(len, {record.original for record, _ in self.entries}))

    def find(self, reference: str) -> Record | None:
        with_it = [record for record, _ in self.entries if record.header.reference == reference]
        return with_it[-1] if with_it else None

    def delete(self, key: str) -> bool:
        existed = self.live(key) is not None
        if existed:
            self.remove(key, "deleted")
        # Higher than what was given out before, lower than what will be.
        self.floor[key] = self.issued + 0.5
        return existed

    def clear(self) -> int:
        count = len(self.entries)
        self.entries, self.gone, self.views = [], {}, {}
        self.floor_of_all = self.issued + 0.5
        return count

    def headers(self) -> list[Header]:
        return [record.header for record, _ in self.entries]
