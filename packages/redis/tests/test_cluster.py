from __future__ import annotations

import re
import threading
import time

import pytest
import redis
from redis.cluster import ClusterNode
from redis_server import StartServer, free_port

from headroom import Limits, SharedContext, StoreError
from headroom_redis import RedisStore
from headroom_testing.store import make, original, write


async def test_a_cluster(start_server: StartServer) -> None:
    server = start_server("--cluster-enabled", "yes", "--cluster-port", str(free_port()), tcp=True)
    with server.client() as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        deadline = time.monotonic() + 10
        while not re.search(r"cluster_state\W+ok", repr(client.execute_command("CLUSTER INFO"))):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    cluster = redis.RedisCluster(startup_nodes=[ClusterNode("127.0.0.1", server.port)])
    store = RedisStore.from_client(cluster)
    for space in ("space", "{a}", "b}c{"):
        # All that a script touches is of one slot: others the server refuses.
        limits = Limits(max_entries=3)
        for number in range(6):
            write(store, f"{{{number}}}", "content", namespace=space, ttl=60, limits=limits)
        store.delete(space, "{5}")
        assert [header.key for header in store.headers(space)] == ["{3}", "{4}"]
        assert store.usage(space).evicted == 3
        assert store.clear(space) == 2
    record = make("key", "content", store.next_version("space"))
    awaited = store.asynchronous()
    assert await awaited.put("space", record, ttl=None, limits=Limits())
    assert await awaited.get("space", "key") == record
    assert original(store, "key") == "content"
    woken = threading.Event()
    store.watch("space", "key", woken.set)
    deadline = time.monotonic() + 10
    while not woken.wait(0.05):
        assert time.monotonic() < deadline
        write(store, "key", "content")
    with SharedContext(store=store) as ctx:
        entry = ctx.put("rows", [{"id": n, "status": "ok"} for n in range(200)])
        assert ctx.get("rows") == entry.compressed
    store.close()
    cluster.close()


def test_a_node_of_a_cluster_that_has_no_slots(start_server: StartServer) -> None:
    server = start_server("--cluster-enabled", "yes", "--cluster-port", str(free_port()), tcp=True)
    store = RedisStore(server.url, retries=0)
    with pytest.raises(StoreError, match="cluster"):
        store.next_version("space")
    store.close()
