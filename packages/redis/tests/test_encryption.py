from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import redis
from redis_server import OpenStore

from headroom import Codec, IntegrityError, Limits, Record, StoreError, new_encryption_key
from headroom_redis import RedisStore
from headroom_redis.keys import names_of
from headroom_testing.store import digest, make, put, write

DATA = names_of("headroom", "space").data


def test_sealed_values_cannot_be_swapped(open_store: OpenStore, behind: redis.Redis) -> None:
    store = open_store(codec=Codec(keys=[new_encryption_key()]))
    for key in "ab":
        write(store, key, f"content of {key}", view=f"view of {key}")
    a, b = behind.hget(DATA, "ea"), behind.hget(DATA, "eb")
    assert a is not None
    assert b is not None
    # The header of one with the reference of the other.
    behind.hset(DATA, "ea", a[:48] + b[48:112] + a[112:])
    with pytest.raises(IntegrityError):
        store.get("space", "a")
    behind.hset(DATA, "ea", b)
    with pytest.raises(IntegrityError):
        store.get("space", "a")
    view = behind.hget(DATA, "vb")
    assert view is not None
    behind.hset(DATA, mapping={"ea": a, "va": view})
    with pytest.raises(IntegrityError):
        store.get("space", "a")


def test_nothing_readable_lies_on_the_server(open_store: OpenStore, behind: redis.Redis) -> None:
    store = open_store(codec=Codec(keys=[new_encryption_key()]))
    write(store, "key", "secret original", view="secret view", meta={"agent": "secret agent"})
    everything = (
        b"".join(part for pair in behind.hgetall(DATA).items() for part in pair)
        + repr([behind.dump(name) for name in behind.keys("*")]).encode()
    )
    assert b"secret" not in everything
    found = store.get("space", "key")
    assert isinstance(found, Record)
    assert found.original == b"secret original"


def test_keys_are_changed_while_others_read(open_store: OpenStore, behind: redis.Redis) -> None:
    old, new = new_encryption_key(), new_encryption_key()
    first = open_store(codec=Codec(keys=[old]))
    records = [
        write(first, f"key {n}", f"original {n // 2} " * 300, view=f"view {n} " * 200, ttl=60)
        for n in range(50)
    ]
    both = open_store(codec=Codec(keys=[new, old]))
    # Metadata, views, what views are of, and originals.
    assert both.rotate("space") == 50 + 50 + 50 + 25
    assert both.rotate("space") == 0
    only_new = open_store(codec=Codec(keys=[new]))
    for record in records:
        assert only_new.get("space", record.header.key) == record
    assert only_new.headers("space") == [record.header for record in records]
    with pytest.raises(StoreError, match="keys"):
        first.get("space", "key 1")


def test_plain_values_are_sealed_by_a_rotation(open_store: OpenStore) -> None:
    plain = open_store()
    record = write(plain, "key", "original", view="view")
    sealed = open_store(codec=Codec(keys=[new_encryption_key()]))
    reads: list[Callable[[], object]] = [
        lambda: sealed.get("space", "key"),
        lambda: sealed.get("space", "key", with_original=False),
        lambda: sealed.find("space", record.header.reference),
        lambda: sealed.headers("space"),
        lambda: sealed.view_origin("space", record.header.view_reference),
    ]
    for read in reads:
        with pytest.raises(IntegrityError, match=r"not sealed although there are keys.*rotate"):
            read()
    assert sealed.rotate("space") == 4
    assert sealed.get("space", "key") == record
    for read in reads:
        read()
    with pytest.raises(StoreError, match=r"codec=Codec\(keys="):
        plain.rotate("space")
    with pytest.raises(StoreError, match="no key was given"):
        plain.get("space", "key")


def test_what_is_put_again_is_sealed_with_all_that_it_has(open_store: OpenStore) -> None:
    plain, sealed = open_store(), open_store(codec=Codec(keys=[new_encryption_key()]))
    write(plain, "key", "original", view="view")
    record = write(sealed, "other", "original", view="view")
    assert sealed.get("space", "other") == record
    assert sealed.view_origin("space", record.header.view_reference) == record.header.reference


def test_what_is_sealed_lives_no_shorter_and_little_longer(open_store: OpenStore) -> None:
    store = open_store(codec=Codec(keys=[new_encryption_key()]))
    began = time.time()
    write(store, "key", "content", ttl=0.3)
    while isinstance(store.get("space", "key"), Record):
        time.sleep(0.01)
    assert 0.3 <= time.time() - began < 1.5


@pytest.mark.parametrize("ttl", [60, None])
def test_a_put_asks_for_the_time_once_at_the_most(
    open_store: OpenStore, behind: redis.Redis, ttl: float | None
) -> None:
    store = open_store(codec=Codec(keys=[new_encryption_key()]))
    write(store, "warm", "up", ttl=ttl)
    records = [make("key", f"{turn}", store.next_version("space")) for turn in range(3)]
    behind.config_resetstat()
    for record in records:
        put(store, record, ttl=ttl)
    assert behind.info("commandstats")["cmdstat_evalsha"]["calls"] == len(records)


def test_no_plain_value_is_written_where_others_seal(open_store: OpenStore) -> None:
    sealed, plain = open_store(codec=Codec(keys=[new_encryption_key()])), open_store()
    write(sealed, "key", "secret")
    with pytest.raises(StoreError, match="codec with the keys"):
        write(plain, "other", "not secret")
    with pytest.raises(StoreError, match="codec with the keys"):
        plain.remember_view("space", digest("view"), digest("original"))
    sealed.clear("space")
    write(plain, "other", "not secret")


VERBS: dict[str, Callable[[RedisStore], object]] = {
    "next_version": lambda store: store.next_version("space"),
    "put": lambda store: put(store, make("other", "content", 2**50)),
    "put_now": lambda store: store.put_now(
        "space", make("other", "content", 0), began=time.monotonic(), ttl=60, limits=Limits()
    ),
    "get": lambda store: store.get("space", "nothing"),
    "find": lambda store: store.find("space", digest("nothing")),
    "headers": lambda store: store.headers("space"),
    "usage": lambda store: store.usage("space"),
    "delete": lambda store: store.delete("space", "key"),
    "clear": lambda store: store.clear("space"),
    "remember_view": lambda store: store.remember_view("space", digest("v"), digest("o")),
    "view_origin": lambda store: store.view_origin("space", digest("v")),
    "lease": lambda store: store.lease("space", "run", [], seconds=60),
    "release": lambda store: store.release("space", "run"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_wrong_key_is_an_error_at_once_and_changes_nothing(
    open_store: OpenStore, behind: redis.Redis, verb: str
) -> None:
    right = open_store(codec=Codec(keys=[new_encryption_key()]))
    record = write(right, "key", "content", view="view")
    before = {name: behind.dump(name) for name in behind.keys("*")}
    wrong = open_store(codec=Codec(keys=[new_encryption_key(), new_encryption_key()]))
    with pytest.raises(StoreError, match="none of the keys given opens it"):
        VERBS[verb](wrong)
    with pytest.raises(StoreError, match="no key was given"):
        VERBS[verb](open_store())
    assert {name: behind.dump(name) for name in behind.keys("*")} == before
    assert right.headers("space") == [record.header]


def test_the_old_keys_alone_write_nothing_more_after_a_rotation(open_store: OpenStore) -> None:
    old, new = new_encryption_key(), new_encryption_key()
    before = open_store(codec=Codec(keys=[old]))
    write(before, "key", "content", view="view")
    both = open_store(codec=Codec(keys=[new, old]))
    # Until then, who has the old one alone goes on.
    write(both, "another", "content")
    write(before, "another", "content")
    with pytest.raises(StoreError, match="none of the keys given opens it"):
        open_store(codec=Codec(keys=[new])).rotate("space")
    both.rotate("space")
    for store in (before, open_store(codec=Codec(keys=[old])), open_store()):
        for verb in ("put", "put_now", "remember_view"):
            with pytest.raises(StoreError, match="give the store a codec with the key"):
                VERBS[verb](store)
    assert [header.key for header in both.headers("space")] == ["key", "another"]
    write(open_store(codec=Codec(keys=[new])), "key", "content")
    assert both.rotate("space") == 0
