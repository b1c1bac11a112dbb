"""The store of a simulation: a turn before each call, faults, and the model beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from headroom import Header, LeasingStore, Limits, Missing, Record, StoreError, Usage
from headroom_testing.faulty import Fault, FaultyLeasingStore
from headroom_testing.simulation.mirror import same, same_headers
from headroom_testing.simulation.world import World

__all__ = ["SimulatedStore"]

T = TypeVar("T")

# What came of a call whose answer was lost or damaged on its way.
_UNKNOWN: Any = object()


class SimulatedStore(FaultyLeasingStore):
    """A store as one process sees it; ``asynchronous()`` is what a context uses.

    Args:
        world: What all processes share.
        who: The process.

    """

    def __init__(self, world: World, who: int) -> None:
        self.world = world
        self.who = who
        self.fault: Fault | None = None
        self._thread = threading.get_ident()
        super().__init__(world.store, script=self._faults())

    def _faults(self) -> Iterator[Fault | None]:
        while True:
            yield self.fault

    def _do(self, name: str, action: Callable[[], T]) -> T:
        # Contexts renew leases in a thread, by the real time: that is not the seed's doing.
        if threading.get_ident() != self._thread:
            raise StoreError("a simulated store is awaited")
        return super()._do(name, action)

    def asynchronous(self) -> _Awaited:
        """The same, to be awaited."""
        return _Awaited(self)

    async def step(
        self,
        name: str,
        namespace: str,
        call: Callable[[LeasingStore], T],
        check: Callable[[T], object],
    ) -> T:
        """Waits for a turn, makes a call, and has the model do the same."""
        world = self.world
        if not world.lives(self.who):
            raise StoreError("this process is not there any more")
        await world.turns.take(self.who)
        self.fault = world.fault(self.who)
        crashes_after = self.fault is None and world.crashes()
        world.begin(self.who, name, namespace, self.fault)
        with world.watched():
            try:
                found = call(self)
            except StoreError:
                # What took effect before the fault has come of it all the same.
                if self.fault == "after":
                    check(_UNKNOWN)
                elif self.fault != "before":
                    raise AssertionError(f"{name} failed by itself") from None
                world.end()
                raise
            is_damaged = self.fault in ("truncate", "change") and isinstance(found, Record)
            check(_UNKNOWN if is_damaged else found)
            world.end()
        if crashes_after:
            await world.crash(self.who)
        return found


class _Awaited:
    """What a context awaits."""

    def __init__(self, store: SimulatedStore) -> None:
        self._store = store
        self._mirrors = store.world.mirrors

    async def next_version(self, namespace: str) -> int:
        def check(found: int) -> None:
            # One that nobody was told is never used.
            if found is not _UNKNOWN:
                self._mirrors[namespace].next_version(found)

        return await self._store.step(
            "next_version", namespace, lambda s: s.next_version(namespace), check
        )

    async def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        def check(found: bool) -> None:
            must = self._mirrors[namespace].put(record, ttl, limits, expected)
            assert found is _UNKNOWN or found == must, f"put answered {found}, not {must}"

        return await self._store.step(
            f"put {record.header.key} v{record.header.version}",
            namespace,
            lambda s: s.put(namespace, record, ttl=ttl, limits=limits, expected=expected),
            check,
        )

    async def get(
        self, namespace: str, key: str, *, with_original: bool = True
    ) -> Record | Missing:
        def check(found: Record | Missing) -> None:
            if found is not _UNKNOWN:
                self._mirrors[namespace].check_get(key, found, with_original=with_original)

        return await self._store.step(
            f"get {key}",
            namespace,
            lambda s: s.get(namespace, key, with_original=with_original),
            check,
        )

    async def find(self, namespace: str, reference: str) -> Record | None:
        def check(found: Record | None) -> None:
            if found is not _UNKNOWN:
                must = self._mirrors[namespace].model.find(reference)
                assert same(found, must), "another record"

        return await self._store.step(
            f"find {reference[:6]}", namespace, lambda s: s.find(namespace, reference), check
        )

    async def delete(self, namespace: str, key: str) -> bool:
        def check(found: bool) -> None:
            must = self._mirrors[namespace].model.delete(key)
            assert found is _UNKNOWN or found == must, f"delete answered {found}, not {must}"

        return await self._store.step(
            f"delete {key}", namespace, lambda s: s.delete(namespace, key), check
        )

    async def clear(self, namespace: str) -> int:
        def check(found: int) -> None:
            must = self._mirrors[namespace].clear()
            assert found is _UNKNOWN or found == must, f"clear answered {found}, not {must}"

        return await self._store.step("clear", namespace, lambda s: s.clear(namespace), check)

    async def headers(self, namespace: str) -> list[Header]:
        def check(found: list[Header]) -> None:
            must = self._mirrors[namespace].model.headers()
            assert found is _UNKNOWN or same_headers(found, must), "other entries"

        return await self._store.step("headers", namespace, lambda s: s.headers(namespace), check)

    async def usage(self, namespace: str) -> Usage:
        # Compared after each step anyway.
        return await self._store.step(
            "usage", namespace, lambda s: s.usage(namespace), lambda _: None
        )

    async def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        await self._store.step(
            f"remember_view {view_reference[:6]}",
            namespace,
            lambda s: s.remember_view(namespace, view_reference, reference),
            lambda _: self._mirrors[namespace].remember_view(view_reference, reference),
        )

    async def view_origin(self, namespace: str, view_reference: str) -> str | None:
        def check(found: str | None) -> None:
            if found is not _UNKNOWN:
                self._mirrors[namespace].check_view_origin(view_reference, found)

        return await self._store.step(
            f"view_origin {view_reference[:6]}",
            namespace,
            lambda s: s.view_origin(namespace, view_reference),
            check,
        )

    async def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        def check(found: bool) -> None:
            must = self._mirrors[namespace].lease(holder, references, seconds)
            assert found is _UNKNOWN or found == must, f"lease answered {found}, not {must}"

        return await self._store.step(
            f"lease {holder}",
            namespace,
            lambda s: s.lease(namespace, holder, references, seconds=seconds),
            check,
        )

    async def release(self, namespace: str, holder: str) -> None:
        await self._store.step(
            f"release {holder}",
            namespace,
            lambda s: s.release(namespace, holder),
            lambda _: self._mirrors[namespace].model.release(holder),
        )
