from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from redis.cluster import ClusterNode
from redis_cluster import Cluster, wait_until
from redis_server import Server, StartServer, free_port

from headroom import Limits, Missing, Record, SharedContext, StoreError
from headroom_redis import RedisStore
from headroom_redis.store import open_redis
from headroom_testing.store import make, original, write


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three masters, and a replica of the first."""
    servers: list[Server] = []

    def start(*options: str, tcp: bool = False) -> Server:
        assert tcp
        servers.append(Server(tmp_path_factory.mktemp("node"), options, free_port()))
        servers[-1].start()
        return servers[-1]

    try:
        found = Cluster(start)
        found.open(replica=True)
        yield found
    finally:
        for server in servers:
            server.stop()


SPACES = [f"tenant {number}" for number in range(12)]


async def test_namespaces_are_shared_out_among_the_nodes_of_a_cluster(cluster: Cluster) -> None:
    store = open_redis(cluster.url)
    for space in SPACES:
        write(store, "key", f"content of {space}", view="view", namespace=space)
    assert len({cluster.holder_of(space).port for space in SPACES}) == 3
    for space in SPACES:
        assert original(store, "key", namespace=space) == f"content of {space}"
    awaited = store.asynchronous()
    for space in SPACES:
        assert await awaited.clear(space) == 1
    with SharedContext(store=store) as ctx:
        entry = ctx.put("rows", [{"id": n, "status": "ok"} for n in range(200)])
        assert ctx.get("rows") == entry.compressed
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.get("space", "key")


def test_a_slot_moves_while_its_namespace_is_used(cluster: Cluster) -> None:
    store = RedisStore(cluster.url.partition("?")[0], cluster=True, retries=12)
    write(store, "key", "before")
    stop = threading.Event()
    acknowledged: list[Record] = []
    failures: list[BaseException] = []

    def use() -> None:
        try:
            while not stop.is_set():
                acknowledged.append(write(store, "key", f"content {len(acknowledged)}"))
                found = store.get("space", "key")
                assert found == acknowledged[-1]
        except BaseException as error:
            failures.append(error)

    user = threading.Thread(target=use)
    user.start()
    try:
        for _ in range(2):
            seen = len(acknowledged)
            slot, source = cluster.slot_of("space"), cluster.holder_of("space")
            target = next(node for node in cluster.masters if node is not source)
            cluster.begin_move(slot, source, target)
            # Some of the keys of the namespace here, others there, for a moment.
            while cluster.move_keys(slot, source, target, most=2):
                time.sleep(0.02)
            cluster.end_move(slot, target)
            wait_until(lambda seen=seen: failures or len(acknowledged) > seen + 5)
    finally:
        stop.set()
        user.join()
    assert not failures
    assert store.get("space", "key") == acknowledged[-1]
    assert store.usage("space").entries == 1
    assert store.clear("space") == 1
    store.close()


def test_while_a_slot_moves_it_says_so(cluster: Cluster) -> None:
    store = RedisStore(cluster.url.partition("?")[0], cluster=True, retries=0)
    write(store, "key", "content")
    slot, source = cluster.slot_of("space"), cluster.holder_of("space")
    target = next(node for node in cluster.masters if node is not source)
    cluster.begin_move(slot, source, target)
    cluster.move_keys(slot, source, target, most=1)
    try:
        with pytest.raises(StoreError, match="moves this namespace to another node"):
            store.get("space", "key")
    finally:
        while cluster.move_keys(slot, source, target):
            pass
        cluster.end_move(slot, target)
    assert original(store, "key") == "content"
    assert store.clear("space") == 1
    store.close()


def test_a_replica_takes_over_for_a_master_that_was_killed(cluster: Cluster) -> None:
    (replica,) = cluster.replicas
    victim = cluster.masters[0]
    space = next(one for one in SPACES if cluster.holder_of(one) is victim)
    store = RedisStore(cluster.url.partition("?")[0], cluster=True, retries=12)
    elsewhere = next(one for one in SPACES if cluster.holder_of(one) is not victim)
    before = write(store, "key", "before", view="view", namespace=space)
    write(store, "key", "content", namespace=elsewhere)
    with victim.client() as client:
        assert client.wait(1, 5000) == 1
    victim.stop()
    # What lies on other nodes goes on; what lay on this one does once the replica has taken over.
    assert original(store, "key", namespace=elsewhere) == "content"
    deadline = time.monotonic() + 30
    while True:
        try:
            assert store.get(space, "key") == before
            break
        except StoreError:
            assert time.monotonic() < deadline
    after = write(store, "key", "after", namespace=space)
    assert after.header.version > before.header.version
    with replica.client() as client:
        assert client.role()[0] == b"master"
    assert store.get(space, "key") == after
    assert isinstance(store.get(space, "none"), Missing)
    store.close()


def test_urls_of_clusters_that_make_no_sense(start_server: StartServer) -> None:
    for url in (
        "redis://localhost:7000/0?cluster=perhaps",
        "redis://localhost:7000/3?cluster=yes",
        "unix:///run/redis.sock?cluster=yes",
    ):
        with pytest.raises(ValueError, match="cluster"):
            open_redis(url)
    alone = open_redis(f"redis://127.0.0.1:{start_server(tcp=True).port}?cluster=yes&retries=0")
    with pytest.raises(StoreError, match="is no cluster"):
        alone.next_version("space")
    alone.close()
    nowhere = open_redis(f"redis://127.0.0.1:{free_port()}?cluster=yes&retries=0")
    with pytest.raises(StoreError, match="cannot be reached"):
        nowhere.next_version("space")
    nowhere.close()


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_child_of_a_fork_has_connections_of_its_own(start_server: StartServer) -> None:
    server = start_server("--cluster-enabled", "yes", "--cluster-port", str(free_port()), tcp=True)
    with server.client() as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        wait_until(
            lambda: re.search(r"cluster_state\W+ok", repr(client.execute_command("CLUSTER INFO")))
        )
    store = RedisStore(server.url.removesuffix("/0"), cluster=True)
    write(store, "parent", "content")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for number in range(50):
                write(store, f"{number}", f"of the child {number}")
                assert original(store, f"{number}") == f"of the child {number}"
            code = 0
        finally:
            os._exit(code)
    for number in range(50):
        write(store, "parent", f"of the parent {number}")
        assert original(store, "parent") == f"of the parent {number}"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.usage("space").entries == 51
    store.close()
