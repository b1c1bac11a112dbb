"""The operations of a store, awaited."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from headroom import AsyncLeasingStore, AsyncStore, Limits, Missing, Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import digest, make, write

__all__ = ["AsyncTests"]


class _SupportsAsync(Protocol):
    def asynchronous(self) -> AsyncStore: ...


class AsyncTests(ContractBase):
    """``asynchronous()``."""

    #: How many awaited writes are cancelled.
    cancellations: int = 30

    @needs(Capability.ASYNC)
    def test_awaited_operations_do_what_their_namesakes_do(self, store: Store) -> None:
        async def use() -> None:
            awaited = cast("_SupportsAsync", store).asynchronous()
            version = await awaited.next_version("space")
            record = make("key", "original", version, view="view")
            reference = record.header.reference
            assert await awaited.put("space", record, ttl=None, limits=Limits(), expected=0)
            assert not await awaited.put("space", record, ttl=None, limits=Limits(), expected=0)
            assert await awaited.get("space", "key") == record == store.get("space", "key")
            seen = await awaited.get("space", "key", with_original=False)
            assert isinstance(seen, Record)
            assert seen.view == b"view"
            assert await awaited.find("space", reference) == record
            assert await awaited.headers("space") == [record.header]
            assert await awaited.usage("space") == store.usage("space")
            assert await awaited.view_origin("space", digest("view")) == reference
            await awaited.remember_view("space", digest("other"), reference)
            assert store.view_origin("space", digest("other")) == reference
            write(store, "sync", "content")
            assert isinstance(await awaited.get("space", "sync"), Record)
            assert await awaited.delete("space", "key")
            assert isinstance(store.get("space", "key"), Missing)
            assert await awaited.clear("space") == 1
            assert store.headers("space") == []

        asyncio.run(use())

    @needs(Capability.ASYNC)
    def test_awaited_operations_take_the_same_arguments(self, store: Store) -> None:
        """What differs in ``ttl``, ``limits``, ``expected`` or namespace differs here as there."""

        async def use() -> None:
            awaited = cast("_SupportsAsync", store).asynchronous()
            limits, space = Limits(max_entries=2), "awaited"
            records = [
                make(key, f"content {key}", await awaited.next_version(space), view=key)
                for key in "abcd"
            ]
            first, *_, last = records
            assert await awaited.put(space, first, ttl=1, limits=Limits())
            assert not await awaited.put(space, last, ttl=None, limits=limits, expected=7)
            for record in records[1:]:
                assert await awaited.put(space, record, ttl=100, limits=limits, expected=0)
            names = [header.key for header in await awaited.headers(space)]
            assert names == ["c", "d"] == [header.key for header in store.headers(space)]
            slow = make("d", "slow", first.header.version)
            assert not await awaited.put(space, slow, ttl=None, limits=Limits())
            short = make("c", "short", await awaited.next_version(space))
            assert await awaited.put(
                space, short, ttl=1, limits=Limits(), expected=records[2].header.version
            )
            self.advance(5)
            for key, reason in (("a", "evicted"), ("c", "expired"), ("never", "absent")):
                for whole in (True, False):
                    missing = await awaited.get(space, key, with_original=whole)
                    assert isinstance(missing, Missing)
                    assert missing == store.get(space, key, with_original=whole)
                    assert missing.reason == reason
            assert await awaited.get(space, "d") == last
            assert await awaited.get("space", "d") == Missing("absent")
            assert await awaited.find(space, digest("content a")) is None
            assert not await awaited.delete("space", "d")
            assert await awaited.clear("space") == 0
            assert await awaited.usage(space) == store.usage(space)
            assert (await awaited.usage(space)).evicted == 2
            assert await awaited.view_origin("space", digest("d")) is None
            await awaited.remember_view(space, digest("seen"), digest("content d"))
            assert await awaited.view_origin(space, digest("seen")) == digest("content d")
            assert store.view_origin("space", digest("seen")) is None

        asyncio.run(use())

    @needs(Capability.ASYNC, Capability.LEASES)
    def test_awaited_leases_do_what_their_namesakes_do(self, store: Store) -> None:
        async def use() -> None:
            awaited = cast("AsyncLeasingStore", cast("_SupportsAsync", store).asynchronous())
            reference = write(store, "key", "content", ttl=1).header.reference
            assert not await awaited.lease("space", "run", [reference], seconds=10)
            self.advance(5)
            assert isinstance(await awaited.get("space", "key"), Record)
            assert await awaited.lease("space", "run", [], seconds=10)
            self.advance(8)
            assert await awaited.find("space", reference) is not None
            assert len(await awaited.headers("space")) == 1
            assert (await awaited.usage("space")).leased == 1
            await awaited.release("space", "run")
            assert isinstance(await awaited.get("space", "key"), Missing)

        asyncio.run(use())

    @needs(Capability.ASYNC)
    def test_a_cancelled_write_happens_whole_or_not_at_all(self, store: Store) -> None:
        async def use() -> None:
            awaited = cast("_SupportsAsync", store).asynchronous()
            for turn in range(self.cancellations):
                version = await awaited.next_version("space")
                record = make(f"key {turn}", f"content {turn}" * 100, version)
                task = asyncio.ensure_future(
                    awaited.put("space", record, ttl=None, limits=Limits())
                )
                for _ in range(turn % 5):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                found = await awaited.get("space", f"key {turn}")
                assert isinstance(found, Missing) or found == record
            whole = [len(f"content {header.key[4:]}") * 100 for header in store.headers("space")]
            assert store.usage("space").bytes == sum(whole)

        asyncio.run(use())
