"""A server whose memory is used up, by each of its policies."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import redis
from redis_server import Server

from headroom import Codec, KeyEvicted, Missing, Record, SharedContext, StoreError
from headroom_redis import RedisStore
from headroom_testing import ManualClock
from headroom_testing.store import original, write

POLICIES = (
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
)  # fmt: skip
#: What may be stored beside what the empty server takes.
ROOM = 1_500_000
SPACES = [f"tenant {number}" for number in range(6)]


@pytest.fixture
def full(server: Server) -> Iterator[redis.Redis]:
    with server.client() as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize("policy", POLICIES)
def test_what_a_full_server_gives_back_was_put(
    server: Server, full: redis.Redis, policy: str
) -> None:
    full.config_set("maxmemory-policy", policy)
    full.config_set("maxmemory", full.info("memory")["used_memory"] + ROOM)
    store = RedisStore(server.url, codec=Codec(compression=None))
    drawn = random.Random(policy)
    put: dict[tuple[str, str], list[Record]] = {}
    refusals: set[str] = set()
    gone = 0
    for turn in range(90):
        space, key = drawn.choice(SPACES), f"key {drawn.randrange(12)}"
        # Half of the namespaces have a time to live, and by that the server's volatile ones.
        ttl = 3600 if SPACES.index(space) % 2 else None
        content = drawn.randbytes(25_000).hex()
        try:
            record = write(store, key, content, view=f"view {turn}", namespace=space, ttl=ttl)
            put.setdefault((space, key), []).append(record)
        except StoreError as error:
            refusals.add(str(error).partition(" has ")[2])
        space, key = drawn.choice(sorted(put))
        found = store.get(space, key)
        if isinstance(found, Missing):
            gone += 1
            # Nothing was deleted, and nothing has expired.
            assert found.reason == "evicted"
        else:
            assert found == put[space, key][-1]
            seen = store.get(space, key, with_original=False)
            assert isinstance(seen, Missing) or seen.view == found.view
    refused = refusals == {
        "no memory left; raise its maxmemory, or give the context less max_bytes"
    }
    assert refused or not refusals
    if policy == "noeviction":
        assert refused
        assert not gone
    elif policy.startswith("allkeys"):
        assert gone
        assert not refused
    else:
        assert gone or refused
    full.config_set("maxmemory", 0)
    for space in SPACES:
        # What is listed is there, whole and counted; and there is room again.
        write(store, "after", "content", namespace=space)
        headers = store.headers(space)
        for header in headers:
            found = store.get(space, header.key)
            assert isinstance(found, Record)
            assert found.header == header
        assert store.usage(space).entries == len(headers)
        assert original(store, "after", namespace=space) == "content"
    store.close()


def test_who_put_into_a_namespace_that_the_server_threw_away_is_told_so(server: Server) -> None:
    clock = ManualClock()
    store, other = (RedisStore(server.url, clock=clock) for _ in range(2))
    for space in ("lost", "cleared"):
        for key in ("key", "deleted"):
            write(store, key, "content", namespace=space)
    store.delete("lost", "deleted")
    store.clear("cleared")
    with server.client() as client:
        client.flushall()
    assert store.get("lost", "key").reason == "evicted"
    ctx = SharedContext(store=store, namespace="lost")
    with pytest.raises(KeyEvicted):
        ctx.require("key")
    never_there = ("lost", "never"), ("lost", "deleted"), ("cleared", "key"), ("other", "key")
    assert all(store.get(*one) == Missing("absent") for one in never_there)
    assert other.get("lost", "key") == Missing("absent")
    # A day after its last write the server may forget a namespace.
    clock.advance(86_401)
    assert store.get("lost", "key") == Missing("absent")
    store.close()
    other.close()


def test_what_was_deleted_is_not_told_as_evicted_once_the_reason_is_forgotten(
    server: Server,
) -> None:
    store, other = (RedisStore(server.url) for _ in range(2))
    write(store, "key", "content")
    write(store, "kept", "content")
    assert other.delete("space", "key")
    assert store.get("space", "key").reason == "deleted"
    # As many as a namespace remembers.
    for number in range(10_000):
        other.delete("space", f"another {number}")
    assert store.get("space", "key") == Missing("absent")
    store.close()
    other.close()
