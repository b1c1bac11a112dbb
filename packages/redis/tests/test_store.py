from __future__ import annotations

import hashlib
import math
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from redis.crc import key_slot
from redis_server import OpenStore, Server, StartServer

from headroom import (
    Codec,
    IntegrityError,
    KeyEvicted,
    Limits,
    Missing,
    Record,
    SharedContext,
    StoreError,
    new_encryption_key,
)
from headroom_redis import RedisStore
from headroom_redis.keys import names_of
from headroom_testing import ManualClock
from headroom_testing.store import digest, make, original, put, write

NAMES = names_of("headroom", "space").keys
DATA, AGE, EXPIRY, REFERENCES, GONE, GONE_AGE, SEEN, SEEN_AGE = NAMES[:8]
HELD_AGE, HOLDS, LEASES, LEASED = NAMES[8:]


# Time by the server


def test_time_is_that_of_the_server(store: RedisStore) -> None:
    write(store, "short", "1", ttl=0.05)
    write(store, "long", "2", ttl=60)
    assert original(store, "short") == "1"
    before = time.time()
    time.sleep(0.07)
    missing = store.get("space", "short")
    assert isinstance(missing, Missing)
    assert missing.reason == "expired"
    assert missing.when == pytest.approx(before + 0.05, abs=0.1)
    assert original(store, "long") == "2"


def test_a_lifetime_without_end_is_for_ever(store: RedisStore) -> None:
    for ttl in (math.inf, 1e300):
        write(store, "key", "content", ttl=ttl)
        assert original(store, "key") == "content"


def test_an_idle_namespace_leaves_nothing_behind(store: RedisStore, behind: redis.Redis) -> None:
    write(store, "key", "content", view="view", ttl=10)
    store.delete("space", "other")
    for name in behind.keys("*"):
        # Longer than the entry: views and what went are remembered for a day.
        assert 86_400_000 < behind.pttl(name) < 2 * 86_400_000
    write(store, "stays", "content", ttl=None)
    store.delete("space", "yet another")
    assert {behind.pttl(name) for name in behind.keys("*")} == {-1}
    store.delete("space", "stays")
    assert all(behind.pttl(name) > 86_400_000 for name in behind.keys("*"))
    store.clear("space")
    assert all(behind.pttl(name) > 86_400_000 for name in behind.keys("*"))


def test_the_server_keeps_a_namespace_as_long_as_its_longest_entry(
    store: RedisStore, behind: redis.Redis
) -> None:
    write(store, "long", "1", ttl=30 * 86400)
    write(store, "short", "2", ttl=1)
    assert all(behind.pttl(name) > 30 * 86_400_000 for name in behind.keys("*"))


def test_a_crowd_of_expired_entries_goes_in_small_steps(
    server: Server, open_store: OpenStore, behind: redis.Redis
) -> None:
    clock = ManualClock()
    store = open_store(clock=clock)
    for number in range(350):
        write(store, f"key {number}", f"content {number}", ttl=1)
    write(store, "lives", "here", ttl=1000)
    clock.advance(10)
    # Each operation takes some of them away, and none is ever seen.
    before = behind.zcard(EXPIRY)
    assert isinstance(store.get("space", "key 349"), Missing)
    assert 0 < before - behind.zcard(EXPIRY) <= 100
    assert [header.key for header in store.headers("space")] == ["lives"]
    assert store.usage("space").entries == 1
    assert store.usage("space").expired == 350
    assert behind.zcard(EXPIRY) == 1


# Room


def test_lower_limits_evict_many_in_small_steps(open_store: OpenStore) -> None:
    store = open_store()
    for number in range(1300):
        write(store, f"key {number}", str(number))
    write(store, "newest", "content", limits=Limits(max_entries=3))
    assert [header.key for header in store.headers("space")] == ["key 1298", "key 1299", "newest"]
    assert store.usage("space").evicted == 1298
    assert store.usage("space").bytes == len("1298" + "1299" + "content")


def test_what_went_and_what_was_seen_is_forgotten_in_the_end(
    open_store: OpenStore, behind: redis.Redis
) -> None:
    store = open_store(clock=ManualClock())
    write(store, "first", "first", view="1st", limits=Limits(max_entries=1))
    for hash_name, age_name in ((GONE, GONE_AGE), (SEEN, SEEN_AGE)):
        some = {f"{number:032d}": number for number in range(9_998)}
        behind.zadd(age_name, {name: 0.1 + rank / 1e6 for name, rank in some.items()})
        behind.hset(hash_name, mapping=dict.fromkeys(some, "x" * 17))
    # The counts in the state know nothing of those: as after a loss, they are counted again.
    behind.delete(AGE, REFERENCES)
    for number in range(8):
        write(store, f"key {number}", str(number), view="v", limits=Limits(max_entries=1))
        store.remember_view("space", digest(f"view {number}"), digest("1"))
    assert behind.hlen(GONE) == behind.zcard(GONE_AGE) == 10_000
    assert behind.hlen(SEEN) == behind.zcard(SEEN_AGE) == 10_000
    assert store.view_origin("space", digest("view 7")) == digest("1")


def test_bytes_are_those_of_the_originals(store: RedisStore) -> None:
    write(store, "key", "abc " * 1000, view="short")
    assert store.usage("space").bytes == 4000


# Versions


def test_versions_grow_even_where_the_server_has_lost_its_memory(
    store: RedisStore, behind: redis.Redis
) -> None:
    before = store.next_version("space")
    behind.flushall()
    assert store.next_version("space") > before


def test_only_the_expected_version_is_replaced(store: RedisStore) -> None:
    def change(content: str, expected: int) -> bool:
        record = make("key", content, store.next_version("space"))
        return store.put("space", record, ttl=None, limits=Limits(), expected=expected)

    assert not change("1", expected=7)
    assert change("1", expected=0)
    assert not change("2", expected=0)
    found = store.get("space", "key")
    assert isinstance(found, Record)
    assert change("3", expected=found.header.version)
    assert not change("4", expected=found.header.version)
    assert original(store, "key") == "3"


def test_a_version_that_no_store_gives_out_is_refused(store: RedisStore) -> None:
    with pytest.raises(ValueError, match="next_version"):
        put(store, make("key", "content", 2**60))


# What is on the server


def test_all_keys_of_a_namespace_are_of_one_slot(store: RedisStore, behind: redis.Redis) -> None:
    spaces = ["space", "{a}b", "a}b", "{", "}", "", "ключ", "a:b", "x" * 500, "\ud800"]
    for space in spaces:
        write(store, "{key}", "content", view="view", namespace=space, ttl=10)
        store.delete(space, "other")
    names = behind.keys("*")
    assert len(names) == 8 * len(spaces)
    for space in spaces:
        assert len({key_slot(name) for name in names_of("headroom", space).keys}) == 1
    tags = {name.partition(b"{")[2].partition(b"}")[0] for name in names}
    assert len(tags) == len(spaces)


def test_prefixes_are_walls(open_store: OpenStore) -> None:
    one, other = open_store(prefix="one"), open_store(prefix="other")
    write(one, "key", "content")
    assert other.get("space", "key") == Missing("absent")
    assert other.clear("space") == 0
    assert original(one, "key") == "content"


def test_clear_touches_nothing_else(store: RedisStore, behind: redis.Redis) -> None:
    foreign = {b"mine": b"1", b"headroom": b"2", b"{headroom:space}": b"3"}
    for name, value in foreign.items():
        behind.set(name, value)
    write(store, "key", "content")
    store.clear("space")
    assert {name: behind.get(name) for name in foreign} == foreign


@pytest.mark.parametrize("content", [None, "text"], ids=["expired", "text"])
@pytest.mark.parametrize("size", [10, 1000, 100_000])
def test_put_and_get_are_one_command_each(
    store: RedisStore, behind: redis.Redis, size: int, content: str | None
) -> None:
    ttl = 0.0 if content is None else 60
    write(store, "key", "warm", ttl=60)
    store.get("space", "key")
    record = make("key", "x" * size, store.next_version("space"), "view")
    behind.config_resetstat()
    put(store, record, ttl=ttl)
    if content is not None:
        store.get("space", "key")
    calls = {
        name: facts["calls"]
        for name, facts in behind.info("commandstats").items()
        if name.startswith("cmdstat_eval")
    }
    assert calls == {"cmdstat_evalsha": 1 if content is None else 2}


@pytest.mark.parametrize("view", ["view", None])
def test_a_large_original_comes_by_itself(
    open_store: OpenStore, behind: redis.Redis, view: str | None
) -> None:
    store = open_store(codec=Codec(compression=None))
    record = write(store, "key", "x" * 1_000_000, view=view)
    assert store.get("space", "key") == record
    other = write(store, "key", "y" * 1_000_000, view=view)
    without = store.get("space", "key", with_original=False)
    assert isinstance(without, Record)
    assert (without.header, without.view) == (other.header, other.view)
    behind.hdel(DATA, b"o" + bytes.fromhex(other.header.reference))
    with pytest.raises(IntegrityError, match="lost its original"):
        store.get("space", "key")


def test_a_large_original_that_is_replaced_meanwhile(open_store: OpenStore) -> None:
    store, other = (open_store(codec=Codec(compression=None)) for _ in range(2))
    contents = ["x" * 300_000, "y" * 300_000]
    write(store, "key", contents[0])
    end = threading.Event()

    def replace() -> None:
        turn = 0
        while not end.is_set():
            turn += 1
            write(other, "key", contents[turn % 2])

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        for _ in range(100):
            assert original(store, "key") in contents
    finally:
        end.set()
        thread.join()


def test_the_original_stays_where_it_is_not_asked_for(
    store: RedisStore, behind: redis.Redis
) -> None:
    noise = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(2000))
    record = write(store, "key", noise, view="view")
    before = behind.info("stats")["total_net_output_bytes"]
    found = store.get("space", "key", with_original=False)
    assert behind.info("stats")["total_net_output_bytes"] - before < 20_000
    assert found == Record(record.header, b"", b"view")


# What others do to our keys


@pytest.mark.parametrize("lost", range(8))
def test_a_key_that_the_server_evicts_makes_nothing_wrong(
    store: RedisStore, behind: redis.Redis, lost: int
) -> None:
    for number in range(5):
        # Two keys with one content, and two more.
        write(store, f"key {number}", f"content {number // 2}", view=f"v{number}", ttl=60)
    store.delete("space", "key 4")
    behind.delete(names_of("headroom", "space").keys[lost])
    for number in range(5):
        found = store.get("space", f"key {number}")
        if isinstance(found, Record):
            assert found.original == f"content {number // 2}".encode()
        elif number < 4:
            assert found.reason == "evicted"
        else:
            # What is remembered of a key that was deleted may be lost as well.
            assert found.reason in ("deleted", "absent")
    version = store.next_version("space")
    for number in range(4):
        # From the next write on, it is remembered. Of views and of what went, no entry depends.
        found = store.get("space", f"key {number}")
        if isinstance(found, Record):
            assert NAMES[lost] in (GONE, SEEN)
        else:
            assert found.reason == "evicted"
            assert found.when == pytest.approx(time.time(), abs=60)
    assert store.usage("space").evicted == (0 if NAMES[lost] in (GONE, SEEN) else 4)
    # Whoever had a version before may still write.
    assert put(store, make("key 1", "content", version))
    store.delete("space", "key 1")
    limits = Limits(max_entries=2)
    for number in range(6, 10):
        write(store, f"key {number}", f"content {number}", ttl=60, limits=limits)
    assert [header.key for header in store.headers("space")] == ["key 8", "key 9"]
    usage = store.usage("space")
    assert (usage.entries, usage.bytes) == (2, len("content 8" + "content 9"))


def test_a_server_that_makes_room_by_itself_is_told_from_one_that_never_had_it(
    start_server: StartServer,
) -> None:
    server = start_server("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru")
    store = RedisStore(server.url, codec=Codec(compression=None))
    for number in range(60):
        write(store, "key", f"{number}" * 100_000, namespace=f"space {number}", ttl=3600)
    with server.client() as client:
        assert client.info("stats")["evicted_keys"] > 10
        found = {number: store.get(f"space {number}", "key") for number in range(60)}
        for number, answer in found.items():
            names = names_of("headroom", f"space {number}")
            if isinstance(answer, Missing) and client.exists(names.keys[1]):
                assert answer.reason == "evicted"
    assert any(isinstance(answer, Record) for answer in found.values())
    assert any(isinstance(one, Missing) and one.reason == "evicted" for one in found.values())
    ctx = SharedContext(store=store, namespace="space 0")
    if isinstance(found[0], Missing) and found[0].reason == "evicted":
        with pytest.raises(KeyEvicted):
            ctx.require("key")
    ctx.close()


def test_keys_of_another_program_are_left_alone(store: RedisStore, behind: redis.Redis) -> None:
    actions: list[Callable[[], object]] = [
        lambda: write(store, "key", "content"),
        lambda: store.get("space", "key"),
        lambda: store.headers("space"),
        lambda: store.usage("space"),
        lambda: store.find("space", digest("x")),
        lambda: store.delete("space", "key"),
        lambda: store.clear("space"),
        lambda: store.view_origin("space", digest("x")),
    ]
    for name, kind in ((DATA, "string"), (DATA, "hash")):
        behind.flushall()
        if kind == "string":
            behind.set(name, "theirs")
        else:
            behind.hset(name, "s", "theirs")
        for action in actions:
            with pytest.raises(StoreError, match=r"another program.*another prefix"):
                action()
        assert behind.get(name) == b"theirs" if kind == "string" else behind.hlen(name) == 1


def test_a_newer_format_is_left_alone(store: RedisStore, behind: redis.Redis) -> None:
    write(store, "key", "content")
    state = behind.hget(DATA, "s")
    assert state is not None
    behind.hset(DATA, "s", struct.pack(">d", 5.0) + state[8:] + b"more")
    for action in (lambda: write(store, "key", "2"), lambda: store.get("space", "key")):
        with pytest.raises(StoreError, match=r"newer Headroom.*upgrade headroom-redis"):
            action()


@pytest.mark.parametrize(("version", "size"), [(1.0, 128), (2.0, 192), (3.0, 192)])
def test_a_format_from_before_the_first_release_is_left_alone(
    store: RedisStore, behind: redis.Redis, version: float, size: int
) -> None:
    write(store, "key", "content")
    state = behind.hget(DATA, "s")
    assert state is not None
    behind.hset(DATA, "s", struct.pack(">d", version) + state[8:size])
    for action in (lambda: write(store, "key", "2"), lambda: store.get("space", "key")):
        with pytest.raises(StoreError, match=r"before its first release.*another prefix"):
            action()


@pytest.mark.parametrize("keys", [0, 1], ids=["plain", "sealed"])
@pytest.mark.parametrize("field", ["e", "v", "o"])
def test_what_was_changed_on_the_server_is_never_given_out(
    open_store: OpenStore, behind: redis.Redis, field: str, keys: int
) -> None:
    store = open_store(codec=Codec(keys=[new_encryption_key() for _ in range(keys)]))
    record = write(store, "key", "original " * 200, view="view " * 200, meta={"agent": "a"})
    reference = bytes.fromhex(record.header.reference)
    name = {"e": b"ekey", "v": b"vkey", "o": b"o" + reference}[field]
    value = behind.hget(DATA, name)
    assert value is not None
    changed = [b"", value[:5], value[:-1], value[:-3] + b"xyz", b"x" * len(value), None]
    for wrong in changed:
        if wrong is None:
            behind.hdel(DATA, name)
        else:
            behind.hset(DATA, name, wrong)
        try:
            found = store.get("space", "key")
        except IntegrityError:
            continue
        # A cut header that still can be read, or nothing at all: never other content.
        assert found == record or (field == "e" and isinstance(found, Missing))


@pytest.mark.parametrize("field", ["e", "v", "o"])
def test_a_bomb_is_not_unpacked(store: RedisStore, behind: redis.Redis, field: str) -> None:
    record = write(store, "key", "original", view="view")
    reference = bytes.fromhex(record.header.reference)
    name = {"e": b"ekey", "v": b"vkey", "o": b"o" + reference}[field]
    head = behind.hget(DATA, "ekey")[:112] if field == "e" else b""
    behind.hset(DATA, name, head + b"\x01" + zlib.compress(bytes(20_000_000)))
    tracemalloc.start()
    try:
        with pytest.raises(IntegrityError):
            store.get("space", "key")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


# Arguments


@pytest.mark.parametrize("option", ["cluster=yes", "timeout=3", "key_env=A"])
def test_options_that_the_store_takes_as_arguments_are_named(option: str) -> None:
    with pytest.raises(
        ValueError, match=r"read by SharedContext and open_store; RedisStore.*cluster="
    ):
        RedisStore(f"redis://localhost/0?{option}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://localhost:6379/0?decode_responses=True", "decode_responses"),
        ("redis://localhost/0?colour=red", "no option 'colour'"),
        ("redis://localhost/0?timeout=soon", "timeout must be seconds"),
        ("redis://localhost/0?timeout=0", "timeout must be more than 0"),
        ("redis://localhost/0?retries=-1", "retries must be a whole number"),
        ("redis://localhost/0?prefix=", "prefix must be"),
        ("redis://localhost/0?prefix={x}", "prefix must be"),
        ("redis://localhost/0?key_env=NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"),
        ("redis://localhost/0?compression=best", "compression must be"),
        ("unix://", "unix:///run/redis.sock"),
        ("redis://localhost:6379/0#1", "write %23 for #"),
        ("redis://user:pass#word@localhost:6379/0", "# @ in the password written as"),
        ("unix:///run/redis#1.sock", "write %23 for #"),
        ("redis://localhost:6379/\n1", "%0A and %0D for line breaks"),
        ("unix://run/redis.sock", "three slashes"),
        ("redis://localhost/agents", "number of a database, or nothing"),
        ("redis://localhost/1/2", "number of a database, or nothing"),
        ("redis://localhost/0?timeout=3&timeout=4", "an option twice"),
        ("redis://localhost/0?socket_timeout=3&socket_timeout=4", "an option twice"),
    ],
)
def test_urls_that_make_no_sense(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SharedContext(store=url)


def test_a_url_may_carry_our_options(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEYS", new_encryption_key())
    url = f"{server.url}&prefix=ours&timeout=2.5&retries=1&key_env=OUR_KEYS&compression=none"
    with SharedContext(store=url) as ctx:
        ctx.put("key", "content")
        assert ctx.get("key") == "content"
    with server.client() as client:
        assert all(name.startswith(b"{ours:default}") for name in client.keys("*"))


def test_references_that_are_no_hashes_are_refused(store: RedisStore) -> None:
    for wrong in ("short", "g" * 64, "A" * 64):
        record = make("key", "content", store.next_version("space"))
        record = replace(record, header=replace(record.header, reference=wrong))
        with pytest.raises(ValueError, match="SHA-256 in hex"):
            put(store, record)
        with pytest.raises(ValueError, match="SHA-256 in hex"):
            store.remember_view("space", wrong, digest("content"))
    assert store.headers("space") == []


def test_secrets_are_not_shown() -> None:
    for url in ("redis://:xy?zq@localhost:6379/0", "redis://:xy/zq@h/0", "redis://u:xyzq@h/?a=b"):
        with pytest.raises(ValueError, match="Redis URL") as caught:
            SharedContext(store=url)
        assert "xy" not in str(caught.value)
        assert "zq" not in str(caught.value)
    store = RedisStore("redis://user:secret@localhost:6379/0")
    assert "secret" not in repr(store)
    store.close()


def test_a_client_of_ones_own(server: Server) -> None:
    with server.client() as client:
        store = RedisStore.from_client(client, prefix="mine")
        write(store, "key", "content")
        assert original(store, "key") == "content"
        store.close()
        assert client.ping()
        with pytest.raises(StoreError, match="closed"):
            store.get("space", "key")
        with pytest.raises(StoreError, match="closed"):
            store.watch("space", "key", lambda: None)
    with (
        redis.Redis.from_url(server.url, decode_responses=True) as client,
        pytest.raises(ValueError, match="decode_responses"),
    ):
        RedisStore.from_client(client)
    with pytest.raises(TypeError, match="not str"):
        RedisStore.from_client("redis://localhost")  # type: ignore[arg-type]
