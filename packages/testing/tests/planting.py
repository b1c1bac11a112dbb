"""Stores with one fault each, and the tests of the contract that find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from headroom import Header, Limits, MemoryStore, Missing, Record, SQLiteStore, Usage
from headroom.stores.memory_parts import Namespace, Slot
from headroom_testing import Capability, ManualClock, StoreContract

__all__ = [
    "LEASES",
    "PLANTED",
    "Contract",
    "Files",
    "Plant",
    "Renaming",
    "Rereads",
    "Writes",
    "found_by",
]

T = TypeVar("T", bound=type)


class Contract(StoreContract):
    """The contract of a kind of ``MemoryStore``."""

    __test__ = False
    patience = 0.1
    machine_in_short, machine_examples = True, 1_000
    kills = 3

    def __init__(self, kind: type[Any]) -> None:
        self.kind = kind

    def open(self) -> Any:
        self.clock = ManualClock()
        self.opened = self.kind(clock=self.clock, wall_clock=self.clock)
        return self.opened

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def damage(self, namespace: str, reference: str) -> None:
        space = self.opened._space(namespace)
        blob = space.blobs[reference]
        blob.data = b"x" + blob.data[1:]
        for key in blob.keys:
            slot = space.slots[key]
            slot.record = Record(slot.record.header, blob.data, slot.record.view)


class Files(Contract):
    """The contract of a kind of ``SQLiteStore``, whose handles share a file."""

    #: Where the file is.
    folder: Path

    def open(self) -> SQLiteStore:
        self.clock = ManualClock()
        return self.open_again()

    def open_again(self) -> SQLiteStore:
        store: SQLiteStore = self.kind(self.folder / "context.db", clock=self.clock)
        return store

    def locator(self) -> str:
        return f"sqlite:///{self.folder}/context.db"


@dataclass(frozen=True)
class Plant:
    """A store with a fault, and the test that finds it."""

    kind: type[Any]
    test: str
    contract: type[Contract]


LEASES = frozenset({Capability.LEASES})

#: All that ``found_by`` was said of.
PLANTED: list[Plant] = []


def found_by(
    *tests: str, contract: type[Contract] = Contract, claims: frozenset[Capability] = frozenset()
) -> Callable[[T], T]:
    """Notes that each of these tests of a contract finds what is wrong with a store.

    The contract claims what a test is about, and ``claims`` beside that.
    """

    def note(kind: T) -> T:
        PLANTED.extend(Plant(kind, test, _claiming(contract, test, claims)) for test in tests)
        return kind

    return note


def _claiming(contract: type[Contract], test: str, claims: frozenset[Capability]) -> type[Contract]:
    needed = frozenset(getattr(StoreContract._claimable.get(test), "_headroom_capabilities", ()))
    return type(
        contract.__name__, (contract,), {"capabilities": needed | claims, "__test__": False}
    )


class Writes(MemoryStore):
    """Where a fault is in what ``put`` does with its arguments: ``changed``."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        self.before(namespace, record)
        ttl, limits, expected = self.changed(ttl, limits, expected)
        return super().put(namespace, self.kept(record), ttl=ttl, limits=limits, expected=expected)

    def before(self, namespace: str, record: Record) -> None:
        pass

    def changed(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return self.life(ttl), limits, expected

    def life(self, ttl: float | None) -> float | None:
        return ttl

    def kept(self, record: Record) -> Record:
        return record


class Rereads(MemoryStore):
    """Where a fault is in what is read."""

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        return self.gone(found) if isinstance(found, Missing) else self.read(found)

    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        return None if found is None else self.read(found)

    def read(self, record: Record) -> Record:
        return record

    def gone(self, missing: Missing) -> Missing:
        return missing

    def slot(self, namespace: str, key: str) -> tuple[Namespace, Slot | None]:
        space = self._space(namespace)
        return space, space.slots.get(key)


class Renaming(MemoryStore):
    """Takes some keys, namespaces or holders for others."""

    def key(self, name: str) -> str:
        return name

    def space(self, name: str) -> str:
        return name

    def holder(self, name: str) -> str:
        return name

    def next_version(self, namespace: str) -> int:
        return super().next_version(self.space(namespace))

    def put(self, namespace: str, record: Record, **options: Any) -> bool:  # type: ignore[override]
        header = record.header
        # The key that it was given comes back all the same.
        self.__dict__.setdefault("given", {})[self.key(header.key)] = header.key
        named = Record(_with_key(header, self.key(header.key)), record.original, record.view)
        return super().put(self.space(namespace), named, **options)

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(self.space(namespace), self.key(key), with_original=with_original)
        if isinstance(found, Missing):
            return found
        return Record(_with_key(found.header, key), found.original, found.view)

    def delete(self, namespace: str, key: str) -> bool:
        return super().delete(self.space(namespace), self.key(key))

    def clear(self, namespace: str) -> int:
        return super().clear(self.space(namespace))

    def headers(self, namespace: str) -> list[Header]:
        given = self.__dict__.get("given", {})
        return [
            _with_key(header, given[header.key])
            for header in super().headers(self.space(namespace))
        ]

    def usage(self, namespace: str) -> Usage:
        return super().usage(self.space(namespace))

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return super().view_origin(self.space(namespace), view_reference)

    def lease(self, namespace: str, holder: str, references: Any, *, seconds: float) -> bool:
        return super().lease(
            self.space(namespace), self.holder(holder), references, seconds=seconds
        )

    def release(self, namespace: str, holder: str) -> None:
        super().release(self.space(namespace), self.holder(holder))


def _with_key(header: Header, key: str) -> Header:
    return replace(header, key=key)
