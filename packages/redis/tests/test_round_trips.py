"""How often the server is asked, whatever time that takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from headroom import Limits, SharedContext
from headroom_redis import RedisStore
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
        for turn in range(20):
            ctx.put("plan", f"Fly on the {turn}th.")
        assert asked(behind, lambda: ctx.put("plan", "Fly on Tuesday.")) == ["EVALSHA"]
        assert asked(behind, lambda: ctx.get("plan")) == ["EVALSHA"]


def test_a_put_over_what_is_there_takes_few_commands(warm: RedisStore, behind: redis.Redis) -> None:
    write(warm, "key", "content", ttl=60)
    record = make("key", "other", warm.next_version("space"))
    commands = asked(behind, lambda: put(warm, record, ttl=60), of_scripts=True)
    assert "ZADD" in commands
    assert len(commands) <= 13
