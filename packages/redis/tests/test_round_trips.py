"""How often the server is asked, whatever time that takes."""

from __future__ import annotations

import functools
import random
import struct
from collections.abc import Callable

import pytest
import redis
from redis_server import OpenStore

from headroom import Limits, SharedContext
from headroom_redis import RedisStore
from headroom_testing import ManualClock
from headroom_testing.store import digest, make, put, write

FEW = Limits(max_entries=3)
MARK = "ECHO the end"


def asked(
    behind: redis.Redis, what: Callable[[], object], *, of_scripts: bool = False
) -> list[str]:
    """The commands that the server is sent for something, or those that scripts make there."""
    found = []
    with behind.monitor() as monitor:
        what()
        behind.echo("the end")
        while True:
            one = monitor.next_command()
            if one["command"] == MARK:
                return found
            name = one["command"].split()[0]
            # A connection that is new says who it is.
            if (one["client_type"] == "lua") == of_scripts and name not in ("CLIENT", "HELLO"):
                found.append(name)


@pytest.fixture
def warm(store: RedisStore) -> RedisStore:
    """A store that is connected, and whose server knows the scripts."""
    for key in "abcd":
        write(store, key, key, view="view", limits=FEW)
    record = write(store, "key", "content", view="view")
    store.get("space", "key")
    store.find("space", record.header.reference)
    store.view_origin("space", record.header.view_reference)
    store.remember_view("space", digest("v"), record.header.reference)
    store.headers("space")
    store.usage("space")
    store.lease("space", "run", [], seconds=60)
    store.release("space", "run")
    store.delete("space", "d")
    return store


@pytest.mark.parametrize("size", [0, 200, 2_000, 100_000])
@pytest.mark.parametrize("key", ["key", "new"])
def test_a_put_is_one_round_trip(
    warm: RedisStore, behind: redis.Redis, size: int, key: str
) -> None:
    record = make(key, "x" * size, warm.next_version("space"), view="another view")
    for limits in (Limits(), FEW):
        # Over a namespace that is full, and over what is there.
        assert asked(behind, lambda limits=limits: put(warm, record, ttl=60, limits=limits)) == [
            "EVALSHA"
        ]
    assert warm.get("space", key) == record


def test_each_operation_is_one_round_trip(warm: RedisStore, behind: redis.Redis) -> None:
    reference = digest("content")
    operations: dict[str, Callable[[], object]] = {
        "next_version": lambda: warm.next_version("space"),
        "get": lambda: warm.get("space", "key"),
        "get the view": lambda: warm.get("space", "key", with_original=False),
        "get what is not there": lambda: warm.get("space", "nothing"),
        "find": lambda: warm.find("space", reference),
        "headers": lambda: warm.headers("space"),
        "usage": lambda: warm.usage("space"),
        "view_origin": lambda: warm.view_origin("space", digest("view")),
        "remember_view": lambda: warm.remember_view("space", digest("w"), reference),
        "lease": lambda: warm.lease("space", "run", [reference], seconds=60),
        "release": lambda: warm.release("space", "run"),
        "delete": lambda: warm.delete("space", "key"),
    }
    counts = {name: len(asked(behind, operation)) for name, operation in operations.items()}
    assert counts == dict.fromkeys(operations, 1)


def test_what_a_context_asks(warm: RedisStore, behind: redis.Redis) -> None:
    with SharedContext(store=warm, namespace="space") as ctx:
        ctx.put("plan", "Fly on Monday.")
        # A version when it begins, whether the text is a view of ours, and the write.
        assert asked(behind, lambda: ctx.put("plan", "Fly on Tuesday.")) == ["EVALSHA"] * 3
        assert asked(behind, lambda: ctx.get("plan")) == ["EVALSHA"]


def test_a_put_over_what_is_there_takes_few_commands(warm: RedisStore, behind: redis.Redis) -> None:
    write(warm, "key", "content", ttl=60)
    record = make("key", "other", warm.next_version("space"))
    commands = asked(behind, lambda: put(warm, record, ttl=60), of_scripts=True)
    assert "ZADD" in commands
    assert len(commands) <= 13


def kept(behind: redis.Redis, space: str) -> object:
    """What the server holds of a namespace, but for leases and how long it is to be kept."""
    tag = f"{{headroom:{space}}}:"
    hashes, sets = ("data", "gone", "seen"), ("age", "expiry", "references", "gone_age", "seen_age")
    state = struct.unpack(">24d", behind.hget(tag + "data", "s") or bytes(192))
    sizes = [behind.hlen(tag + part) for part in hashes]
    sizes += [behind.zcard(tag + part) for part in sets]
    end = [behind.pttl(tag + part) > 0 for part in (*hashes, *sets)]
    # Version, clear, counts and numbers; what is due, and what is remembered.
    return state[1:9], state[10:15], sizes, end


@pytest.mark.parametrize("seed", range(6))
def test_the_quick_put_does_what_the_other_does(
    open_store: OpenStore, behind: redis.Redis, seed: int
) -> None:
    clock = ManualClock()
    store = open_store(clock=clock)
    drawn = random.Random(seed)
    limits = [Limits(), Limits(max_entries=4), Limits(max_entries=5, max_bytes=20)]
    # Where anybody holds anything, puts go the longer way.
    store.lease("longer", "somebody", [digest("nothing that is put")], seconds=1e6)
    quick = 0
    for turn in range(60):
        key, content = drawn.choice("abcde"), "x" * drawn.randrange(9)
        view = drawn.choice([None, "v", "w", content])
        ttl, most = drawn.choice([None, 5, 50]), drawn.choice(limits)
        back, expected = drawn.choice([0, 0, 0, 3]), drawn.choice([None, None, None, 0, 7])
        version, written = 10 + turn * 2 - back, []
        for space in ("quick", "longer"):
            record = make(key, content, version, view, {"turn": turn})
            work = functools.partial(
                put, store, record, namespace=space, ttl=ttl, limits=most, expected=expected
            )
            commands = asked(
                behind, lambda work=work, written=written: written.append(work()), of_scripts=True
            )
            quick += space == "quick" and "HMGET" in commands and commands.count("HSET") == 2
        assert written[0] == written[1]
        if not turn % 7:
            clock.advance(drawn.choice([1, 10]))
        assert store.headers("quick") == store.headers("longer")
        assert store.usage("quick") == store.usage("longer")
        for one in "abcde":
            assert store.get("quick", one) == store.get("longer", one)
        assert kept(behind, "quick") == kept(behind, "longer")
    assert quick
