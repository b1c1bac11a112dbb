from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Iterator

import pytest
import redis
from redis_server import OpenStore, Server

from headroom import Codec, Limits, Missing, Record, SharedContext, StoreError, new_encryption_key
from headroom_redis import RedisStore
from headroom_testing.store import digest, make, original, write


@pytest.fixture
def store(server: Server) -> Iterator[RedisStore]:
    store = RedisStore(server.url)
    yield store
    store.close()


async def test_every_operation_can_be_awaited(open_store: OpenStore) -> None:
    old, new = new_encryption_key(), new_encryption_key()
    store = open_store(codec=Codec(keys=[old]))
    awaited = store.asynchronous()
    assert store.asynchronous() is awaited
    version = await awaited.next_version("space")
    record = make("key", "original " * 10_000, version, "view", {"agent": "a"})
    assert await awaited.put("space", record, ttl=60, limits=Limits())
    slow = make("key", "old", version - 1)
    assert not await awaited.put("space", slow, ttl=60, limits=Limits(), expected=None)
    assert await awaited.get("space", "key") == record
    without = await awaited.get("space", "key", with_original=False)
    assert without == Record(record.header, b"", b"view")
    assert await awaited.get("space", "other") == Missing("absent")
    assert await awaited.find("space", record.header.reference) == record
    assert await awaited.find("space", "no reference") is None
    assert await awaited.headers("space") == [record.header]
    assert (await awaited.usage("space")).bytes == len(record.original)
    await awaited.remember_view("space", digest("seen"), record.header.reference)
    assert await awaited.view_origin("space", digest("seen")) == record.header.reference
    rotating = open_store(codec=Codec(keys=[new, old]))
    # Metadata, a view, an original, and what two views are of.
    assert await rotating.asynchronous().rotate("space") == 5
    assert open_store(codec=Codec(keys=[new])).get("space", "key") == record
    with pytest.raises(StoreError, match="none of the keys given opens it"):
        await awaited.delete("space", "key")
    awaited = rotating.asynchronous()
    assert await awaited.delete("space", "key")
    assert not await awaited.delete("space", "key")
    assert await awaited.clear("space") == 0


async def test_many_tasks_at_once(store: RedisStore) -> None:
    awaited = store.asynchronous()

    async def work(number: int) -> None:
        record = make(f"key {number}", f"{number} " * 1000, await awaited.next_version("space"))
        assert await awaited.put("space", record, ttl=60, limits=Limits(max_entries=50))
        found = await awaited.get("space", record.header.key)
        assert isinstance(found, Missing) or found == record

    await asyncio.gather(*(work(number) for number in range(200)))
    assert (await awaited.usage("space")).entries == 50


async def test_a_context_awaits_it(server: Server) -> None:
    rows = [{"id": n, "name": f"item {n}", "status": "ok"} for n in range(300)]
    async with SharedContext(store=server.url) as ctx:
        entries = await asyncio.gather(*(ctx.aput(f"key {n}", [*rows, n]) for n in range(5)))
        for n, entry in enumerate(entries):
            assert await ctx.aget(f"key {n}") == entry.compressed
            assert await ctx.aget(f"key {n}", full=True) == entry.original
        assert ctx.get("key 1") == entries[1].compressed
        assert "item 7" in (await ctx.aretrieve("key 0", query="item 7")).text


def test_each_event_loop_has_its_own_connections(store: RedisStore) -> None:
    async def work(name: str) -> None:
        awaited = store.asynchronous()
        record = make(name, name, await awaited.next_version("space"))
        await awaited.put("space", record, ttl=60, limits=Limits())

    # One after the other, and several at once.
    for number in range(3):
        asyncio.run(work(f"in turn {number}"))
    threads = [
        threading.Thread(target=asyncio.run, args=(work(f"at once {number}"),))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.headers("space")) == 7


def test_an_event_loop_that_ends_leaves_no_connection(server: Server) -> None:
    # Connections that were not closed warn, and here a warning is an error.
    with server.client() as client:
        before = client.info("clients")["connected_clients"]
        store = RedisStore(server.url)

        async def work() -> None:
            await asyncio.gather(*(store.asynchronous().usage("space") for _ in range(10)))

        asyncio.run(work())
        gc.collect()
        assert client.info("clients")["connected_clients"] == before
        store.close()


async def test_a_closed_store_refuses(server: Server) -> None:
    store = RedisStore(server.url)
    awaited = store.asynchronous()
    await awaited.usage("space")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        await awaited.usage("space")
    # The connections end within the loop, soon.
    await asyncio.sleep(0.05)


async def test_a_client_of_ones_own_is_followed(server: Server) -> None:
    for pool in (redis.ConnectionPool, redis.BlockingConnectionPool):
        with redis.Redis(connection_pool=pool.from_url(server.url)) as client:
            store = RedisStore.from_client(client)
            record = make("key", "content", store.next_version("space"))
            assert await store.asynchronous().put("space", record, ttl=1, limits=Limits())
            await store.asynchronous().aclose()
            store.close()
            client.connection_pool.disconnect()


async def test_sealed_values(server: Server) -> None:
    store = RedisStore(server.url, codec=Codec(keys=[new_encryption_key()]))
    record = make("key", "content " * 20_000, store.next_version("space"))
    await store.asynchronous().put("space", record, ttl=None, limits=Limits())
    assert await store.asynchronous().get("space", "key") == record
    await store.asynchronous().aclose()
    store.close()


def test_it_needs_a_running_event_loop(store: RedisStore) -> None:
    with pytest.raises(RuntimeError, match="event loop"):
        store.asynchronous()


def test_a_child_of_a_fork_has_connections_of_its_own(store: RedisStore) -> None:
    write(store, "parent", "of the parent")
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = original(store, "parent") == "of the parent"
            write(store, "child", "of the child")
            asyncio.run(_read(store))
        finally:
            os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert original(store, "child") == "of the child"


async def _read(store: RedisStore) -> None:
    assert isinstance(await store.asynchronous().get("space", "child"), Record)
