"""A store that fails as it is told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Literal, TypeVar

from headroom import Header, LeasingStore, Limits, Missing, Record, Store, StoreError, Usage

__all__ = ["Fault", "FaultyLeasingStore", "FaultyStore"]

#: ``before`` and ``after`` raise, without and with effect; ``truncate`` and ``change`` damage
#: the bytes that are read.
Fault = Literal["before", "after", "truncate", "change"]
_FAULTS: tuple[Fault, ...] = ("before", "after", "truncate", "change")

T = TypeVar("T")


class FaultyStore(Store):
    """Passes operations on to a store, and injects faults.

    Args:
        store: What works.
        script: The fault of each operation in turn, ``None`` for none; after its end, ``rate``
            decides.
        rate: How often an operation has a fault, from 0 to 1; it can be set at any time.
        seed: Of the choice of faults.

    >>> from headroom import MemoryStore
    >>> FaultyStore(MemoryStore(), script=["before"]).next_version("space")
    Traceback (most recent call last):
        ...
    headroom.errors.StoreError: a fault before next_version

    """

    def __init__(
        self, store: Store, *, script: Iterable[Fault | None] = (), rate: float = 0.0, seed: int = 0
    ) -> None:
        self._store = store
        self._script = iter(script)
        self.rate = rate
        self._choice = random.Random(seed)

    def _fault(self) -> Fault | None:
        for fault in self._script:
            return fault
        return self._choice.choice(_FAULTS) if self._choice.random() < self.rate else None

    def _do(self, name: str, action: Callable[[], T]) -> T:
        fault = self._fault()
        if fault == "before":
            raise StoreError(f"a fault before {name}")
        result = action()
        if fault == "after":
            raise StoreError(f"a fault after {name}")
        if fault is not None and isinstance(result, Record):
            return replace(
                result,
                original=_damaged(result.original, fault),
                view=_damaged(result.view, fault),
            )
        return result

    def next_version(self, namespace: str) -> int:
        return self._do("next_version", lambda: self._store.next_version(namespace))

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        return self._do(
            "put",
            lambda: self._store.put(namespace, record, ttl=ttl, limits=limits, expected=expected),
        )

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        return self._do("get", lambda: self._store.get(namespace, key, with_original=with_original))

    def find(self, namespace: str, reference: str) -> Record | None:
        return self._do("find", lambda: self._store.find(namespace, reference))

    def delete(self, namespace: str, key: str) -> bool:
        return self._do("delete", lambda: self._store.delete(namespace, key))

    def clear(self, namespace: str) -> int:
        return self._do("clear", lambda: self._store.clear(namespace))

    def headers(self, namespace: str) -> list[Header]:
        return self._do("headers", lambda: self._store.headers(namespace))

    def usage(self, namespace: str) -> Usage:
        return self._do("usage", lambda: self._store.usage(namespace))

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        self._do(
            "remember_view", lambda: self._store.remember_view(namespace, view_reference, reference)
        )

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return self._do("view_origin", lambda: self._store.view_origin(namespace, view_reference))

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._store.watch(namespace, key, wake)

    def close(self) -> None:
        self._store.close()


class FaultyLeasingStore(FaultyStore, LeasingStore):
    """The same, for a store that has leases."""

    def __init__(
        self,
        store: LeasingStore,
        *,
        script: Iterable[Fault | None] = (),
        rate: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(store, script=script, rate=rate, seed=seed)
        self._leasing = store

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return self._do(
            "lease", lambda: self._leasing.lease(namespace, holder, references, seconds=seconds)
        )

    def release(self, namespace: str, holder: str) -> None:
        self._do("release", lambda: self._leasing.release(namespace, holder))


def _damaged(data: bytes, fault: Fault) -> bytes:
    if not data:
        return data
    return data[: len(data) // 2] if fault == "truncate" else bytes([data[0] ^ 1]) + data[1:]
