"""What the store must hold: a model that does what the store is asked to, and how it was before."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from headroom import Header, Limits, Missing, Record, Usage
from headroom_testing.contract.model import ModelNamespace

__all__ = ["Mirror", "Snapshot", "same", "same_headers"]


def same_headers(found: list[Header], must: list[Header]) -> bool:
    """Whether two lists say the same, however a store keeps metadata: a tuple may be a list."""
    return found == must or list(map(_plain, found)) == list(map(_plain, must))


def same(found: Record | None, must: Record | None) -> bool:
    """Whether two records say the same."""
    if found is None or must is None or found == must:
        return found == must
    alike = found.original == must.original and found.view == must.view
    return alike and same_headers([found.header], [must.header])


def _plain(header: Header) -> tuple[object, ...]:
    meta = json.dumps(header.meta, sort_keys=True)
    return (header.key, header.reference, header.view_reference, header.version, header.created,
            meta)  # fmt: skip


@dataclass(frozen=True)
class Snapshot:
    """One namespace after a step."""

    #: The live entries, the oldest first.
    live: dict[str, Header]
    #: Why keys are gone.
    gone: dict[str, str]
    #: The contents that can be found, by reference.
    contents: frozenset[str]
    #: What views were made of.
    views: dict[str, str]
    #: What a write of a key must not be lower than, by key and for all.
    floors: dict[str, float]
    floor_of_all: float

    def version(self, key: str) -> int:
        """Which one is live, 0 for none."""
        return self.live[key].version if key in self.live else 0

    def floor(self, key: str) -> float:
        """What a write of a key must not be lower than: what was put, deleted or cleared since."""
        return max(self.floors.get(key, 0), self.floor_of_all)

    def holds(self, key: str, reference: str) -> bool:
        """Whether this content is live under a key."""
        return key in self.live and self.live[key].reference == reference


@dataclass
class Mirror:
    """A namespace of the model, with the methods of a store."""

    model: ModelNamespace = field(default_factory=ModelNamespace)
    #: Everything that was ever noted as a view, whatever was cleared since.
    ever_noted: set[tuple[str, str]] = field(default_factory=set)
    #: Holders whose leases ended by time.
    lapsed: set[str] = field(default_factory=set)
    cleared: bool = False

    def snapshot(self) -> Snapshot:
        model = self.model
        live = {record.header.key: record.header for record, _ in model.entries}
        contents = frozenset(header.reference for header in live.values()) | set(model.kept)
        views, floors = dict(model.views), dict(model.floor)
        return Snapshot(live, dict(model.gone), contents, views, floors, model.floor_of_all)

    def advance(self, seconds: float) -> None:
        before = set(self.model.leases)
        self.model.advance(seconds)
        self.lapsed |= before - set(self.model.leases)

    def holds(self, holder: str, reference: str) -> bool:
        """Whether a lease that lives names a content."""
        return reference in self.model.leases.get(holder, (0.0, set()))[1]

    # The calls: what must come of each, given what came of it.

    def next_version(self, found: object) -> None:
        assert isinstance(found, int)
        assert found > self.model.issued, "a version was given out twice"
        self.model.issued = found

    def put(self, record: Record, ttl: float | None, limits: Limits, expected: int | None) -> bool:
        header = record.header
        written = self.model.put(record, ttl, limits, expected)
        if written:
            self.ever_noted.add((header.view_reference, header.reference))
        return written

    def check_get(self, key: str, found: object, *, with_original: bool) -> None:
        live = self.model.live(key)
        if live is not None:
            assert isinstance(found, Record), f"{key!r} is not found, though it is there"
            assert same_headers([found.header], [live.header]), f"another entry than {key!r}"
            assert found.view == live.view, "another view"
            assert not with_original or found.original == live.original, "another original"
            return
        assert isinstance(found, Missing), f"{key!r} is found, though it is gone"
        if key in self.model.gone:
            assert found.reason == self.model.gone[key], f"{found} for {self.model.gone[key]}"

    def check_view_origin(self, view: str, found: object) -> None:
        noted = self.model.views.get(view)
        if noted is not None:
            assert found == noted, "a view of something else"
        elif found is not None:
            assert (view, found) in self.ever_noted, "a view of another namespace"

    def remember_view(self, view: str, reference: str) -> None:
        self.model.views[view] = reference
        self.ever_noted.add((view, reference))

    def clear(self) -> int:
        self.cleared = True
        return self.model.clear()

    def lease(self, holder: str, references: Collection[str], seconds: float) -> bool:
        return self.model.lease(holder, set(references), seconds)

    def check_whole(self, headers: list[Header], usage: Usage) -> None:
        """Nothing but what must be there is there."""
        model = self.model
        assert same_headers(headers, model.headers()), (
            f"the store has {[h.key for h in headers]}, not {[h.key for h in model.headers()]}"
        )
        assert (usage.entries, usage.bytes) == (len(model.entries), model.bytes()), "usage"
        assert (usage.expired, usage.evicted) == (model.expired, model.evicted), "what went"
        assert (usage.leased, usage.over_limits) == (model.leased(), model.over_limits), "leases"

    def check_contents(self, find: Callable[[str], Record | None]) -> None:
        """Whatever a lease holds, or an entry has, can be found."""
        for reference in self.snapshot().contents:
            found = find(reference)
            assert found is not None, "a content is lost"
            assert found.header.reference == reference, "another content"
