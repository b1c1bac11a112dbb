from __future__ import annotations

import time

import pytest
from redis.sentinel import Sentinel
from redis_cluster import wait_until
from redis_server import StartServer

from headroom import Limits, StoreError
from headroom_redis import RedisStore
from headroom_testing.store import make, original, write


async def test_sentinel_names_another_master(start_server: StartServer) -> None:
    master = start_server(tcp=True)
    replica = start_server(
        "--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0", tcp=True
    )
    with replica.client() as behind:
        wait_until(lambda: b"connected" in behind.role())
    folder = replica.folder / "sentinel.conf"
    folder.write_text(
        f"sentinel monitor agents 127.0.0.1 {master.port} 1\n"
        "sentinel down-after-milliseconds agents 300\nsentinel failover-timeout agents 2000\n"
    )
    watcher = start_server("--sentinel", tcp=True, config=folder)
    found = Sentinel([("127.0.0.1", watcher.port)], socket_timeout=2)
    client = found.master_for("agents", socket_timeout=2)
    store = RedisStore.from_client(client)
    before = write(store, "key", "content", view="view")
    with master.client() as first:
        assert first.wait(1, 5000) == 1
    # It must have heard of the replica, or there is none to name.
    with watcher.client() as asked:
        wait_until(lambda: asked.sentinel_slaves("agents"))
    master.stop()
    deadline = time.monotonic() + 30
    while True:
        try:
            after = write(store, "key", "new")
            break
        except StoreError:
            assert time.monotonic() < deadline
    assert after.header.version > before.header.version
    assert original(store, "key") == "new"
    with replica.client() as behind:
        assert behind.role()[0] == b"master"
    awaited = store.asynchronous()
    record = make("awaited", "content", await awaited.next_version("space"))
    assert await awaited.put("space", record, ttl=None, limits=Limits())
    assert await awaited.get("space", "awaited") == record
    store.close()
    client.close()


def test_a_replica_is_read_and_not_written(start_server: StartServer) -> None:
    master = start_server(tcp=True)
    replica = start_server(
        "--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0", tcp=True
    )
    store, behind = RedisStore(master.url), RedisStore(replica.url)
    record = write(store, "key", "content", view="view")
    with master.client() as first:
        wait_until(lambda: first.wait(1, 1000) == 1)
    assert behind.get("space", "key") == record
    assert behind.find("space", record.header.reference) == record
    assert behind.headers("space") == [record.header]
    with pytest.raises(StoreError, match="is a replica that takes no writes"):
        behind.next_version("space")
    store.close()
    behind.close()
