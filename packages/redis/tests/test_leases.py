"""Leases on the server: their time, their keys, and what they cost."""

from __future__ import annotations

import pytest
import redis
from redis.crc import key_slot
from redis_server import OpenStore

from headroom import Limits, Missing, SharedContext
from headroom_redis import RedisStore
from headroom_redis.keys import names_of
from headroom_testing import ManualClock
from headroom_testing.store import digest, make, original, put, write

NAMES = names_of("headroom", "space").keys
DATA, AGE, EXPIRY = NAMES[:3]
HELD_AGE, HOLDS, LEASES, LEASED = NAMES[8:]


def hold(store: RedisStore, holder: str, *contents: str, seconds: float = 60) -> bool:
    return store.lease("space", holder, list(map(digest, contents)), seconds=seconds)


def test_the_end_of_a_lease_is_of_the_server(store: RedisStore, behind: redis.Redis) -> None:
    write(store, "key", "content")
    hold(store, "run", "content", seconds=60)
    seconds, microseconds = behind.time()
    ends = behind.zrange(LEASES, 0, -1, withscores=True)[0][1] / 1000
    assert seconds + microseconds / 1e6 + 59 < ends < seconds + 62


def test_all_keys_of_leases_are_in_one_slot(store: RedisStore, behind: redis.Redis) -> None:
    write(store, "key", "old")
    hold(store, "run", "old")
    write(store, "key", "new")
    names = behind.keys("*")
    assert {HELD_AGE, HOLDS, LEASES, LEASED} < set(names)
    assert len({key_slot(name) for name in names}) == 1


def test_the_server_keeps_what_is_held_and_nothing_for_ever(
    store: RedisStore, behind: redis.Redis
) -> None:
    write(store, "key", "content", ttl=1)
    write(store, "key", "new content", ttl=1)
    hold(store, "run", "content", "new content", seconds=30 * 86400)
    assert all(behind.pttl(name) > 30 * 86_400_000 for name in behind.keys("*"))
    write(store, "stays", "content")
    assert {behind.pttl(name) for name in behind.keys("*")} == {-1}
    store.delete("space", "stays")
    assert all(behind.pttl(name) > 30 * 86_400_000 for name in behind.keys("*"))


def test_nothing_of_a_lease_is_left(open_store: OpenStore, behind: redis.Redis) -> None:
    clock = ManualClock()
    store = open_store(clock=clock)
    for number in range(300):
        write(store, "key", f"{number}")
        hold(store, f"run {number}", f"{number}", "shared", seconds=5 + number % 7)
        if number % 2:
            store.release("space", f"run {number}")
    clock.advance(100)
    assert store.usage("space").bytes == len("299")
    assert not behind.exists(HELD_AGE, HOLDS, LEASES, LEASED)
    assert not [name for name in behind.hkeys(DATA) if name[1:2] == b"\xff"]


@pytest.mark.parametrize("lost", [AGE, HELD_AGE, HOLDS, LEASES, LEASED])
def test_a_server_that_lost_a_key_is_noticed(
    store: RedisStore, behind: redis.Redis, lost: bytes
) -> None:
    for key in "abc":
        write(store, key, key, ttl=3600)
    hold(store, "run", "a")
    behind.delete(lost)
    write(store, "new", "new")
    assert [header.key for header in store.headers("space")] == ["new"]
    usage = store.usage("space")
    assert (usage.entries, usage.evicted, usage.leased) == (1, 3, 0)
    # Whoever held something learns of it.
    assert not hold(store, "run", "new")
    assert store.usage("space").leased == 1


def test_a_put_costs_the_same_however_many_entries_are_held(
    open_store: OpenStore, behind: redis.Redis
) -> None:
    def commands_of_a_put(held: int) -> float:
        store = open_store()
        space = f"space {held}"
        contents = [f"content {number}" for number in range(held)]
        store.lease(space, "run", list(map(digest, contents)), seconds=3600)
        for number, content in enumerate(contents):
            put(store, make(content, content, number + 1), namespace=space, ttl=60)
        limits = Limits(max_entries=held + 5)
        for number in range(30):
            if number == 10:
                behind.config_resetstat()
            write(store, f"{number}", f"{number}", namespace=space, ttl=60, limits=limits)
        commands = sum(one["calls"] for one in behind.info("commandstats").values())
        usage = store.usage(space)
        assert (usage.entries, usage.leased, usage.evicted) == (held + 5, held, 25)
        return commands / 20

    few, many = commands_of_a_put(10), commands_of_a_put(2000)
    assert many <= few < 40


def test_a_large_lease_is_let_go_in_small_steps(store: RedisStore, behind: redis.Redis) -> None:
    contents = [f"content {number}" for number in range(2000)]
    hold(store, "run", *contents)
    for number, content in enumerate(contents):
        put(store, make(content, content, number + 1), ttl=60)
    behind.config_resetstat()
    store.release("space", "run")
    # Who releases waits for one script.
    assert behind.info("commandstats")["cmdstat_evalsha"]["calls"] == 1
    assert store.usage("space").leased == 0
    commands = behind.info("commandstats")
    # No script kept others waiting for long.
    assert commands["cmdstat_evalsha"]["calls"] >= 8


def test_two_contexts_on_two_handles_hold_for_each_other(open_store: OpenStore) -> None:
    clock = ManualClock()
    one = SharedContext(store=open_store(clock=clock), ttl=1)
    two = SharedContext(store=open_store(clock=clock), ttl=1)
    rows = [{"id": number, "state": "ok"} for number in range(60)]
    with one.lease("run", seconds=60):
        view = one.put("rows", rows).compressed
        clock.advance(5)
        taken_up = two.lease("run", seconds=60)
        with taken_up.active():
            assert two.original_of(view) == one.get("rows", full=True)
    # The second holds it by the same name; where the first is done, so is the run.
    assert two.original_of(view) is None
    assert isinstance(two.store.get("default", "rows"), Missing)


def test_leases_where_the_memory_is_used_up(open_store: OpenStore, behind: redis.Redis) -> None:
    store = open_store()
    write(store, "key", "content", ttl=60)
    hold(store, "run", "content")
    behind.config_set("maxmemory", 1)
    try:
        assert original(store, "key") == "content"
        store.release("space", "run")
    finally:
        behind.config_set("maxmemory", 0)
    assert store.usage("space").leased == 0
