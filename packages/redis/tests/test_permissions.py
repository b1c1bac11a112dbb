"""Users who may not do all that a write needs: it is done whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

import pytest
import redis
from redis_server import Server

from headroom import Limits, StoreError
from headroom_redis import RedisStore
from headroom_testing.store import digest, write

# What a user needs to get as far as the first command of a script.
BASE = ("+eval", "+evalsha", "+time", "+hmget", "+hget", "+exists")
LUA = files("headroom_redis") / "lua"
COMMANDS = sorted(
    {
        command
        for name in ("state", "writing", "put", "delete", "clear", "lease", "release", "swap")
        for command in re.findall(r"call\('([A-Z]+)'", (LUA / f"{name}.lua").read_text())
    }
    - {"TIME", "PUBLISH"}
)

WRITES: dict[str, Callable[[RedisStore], object]] = {
    "put": lambda store: write(store, "key", "other", view="view", ttl=5),
    "put in need of room": lambda store: write(store, "n", "n", limits=Limits(max_entries=1)),
    "delete": lambda store: store.delete("space", "key"),
    "clear": lambda store: store.clear("space"),
    "remember_view": lambda store: store.remember_view("space", digest("v"), digest("o")),
    "lease": lambda store: store.lease("space", "run", [digest("content")], seconds=60),
}


def limited(server: Server, *commands: str) -> RedisStore:
    """A store of a user who may do these commands alone."""
    with server.client() as client:
        client.acl_setuser(
            "limited", enabled=True, reset=True, passwords=["+pw"], keys=["{headroom:*"],
            commands=["-@all", *commands],
        )  # fmt: skip
    return RedisStore(f"{server.url}&username=limited&password=pw")


def everything(behind: redis.Redis) -> dict[object, tuple[object, bool]]:
    return {name: (behind.dump(name), behind.ttl(name) < 0) for name in behind.keys("*")}


@pytest.mark.parametrize("missing", COMMANDS)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "used"])
def test_without_a_command_nothing_is_half_done(
    server: Server, store: RedisStore, behind: redis.Redis, missing: str, is_new: bool
) -> None:
    if not is_new:
        write(store, "key", "content", ttl=60)
        write(store, "other", "content")
    before = everything(behind)
    rights = {*BASE, *(f"+{command.lower()}" for command in COMMANDS)}
    less = limited(server, *sorted(rights - {f"+{missing.lower()}"}))
    for name, verb in WRITES.items():
        with pytest.raises(StoreError, match="does not let this user do what the store needs"):
            verb(less)
        assert everything(behind) == before, name
    less.close()
    write(store, "last", "content")
    assert len(store.headers("space")) == (1 if is_new else 3)


def test_the_rights_are_tried_once_for_a_namespace(store: RedisStore, behind: redis.Redis) -> None:
    behind.config_resetstat()

    def times_tried() -> int:
        return int(behind.info("commandstats")["cmdstat_zpopmin"]["calls"])

    for key in "abc":
        write(store, key, key)
    store.delete("space", "a")
    assert times_tried() == 1
    write(store, "d", "d", namespace="other")
    assert times_tried() == 2
