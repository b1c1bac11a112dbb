"""Puts that get their version as they are written: one round trip, as old as their beginning."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from redis_server import OpenStore
from test_outage import Cutting
from test_round_trips import MARK, asked

from headroom import Codec, Limits, Missing, Record, SharedContext, new_encryption_key
from headroom.pipeline import Pipeline
from headroom_redis import RedisStore
from headroom_testing import ManualClock
from headroom_testing.store import digest, make, original, put, write

KEYS: tuple[list[str], ...] = ([], [new_encryption_key()])
EVERY = pytest.mark.parametrize("keys", KEYS, ids=["plain", "sealed"])


def put_now(
    store: RedisStore,
    key: str,
    content: str,
    *,
    view: str | None = None,
    began: float | None = None,
    ttl: float | None = 60,
    limits: Limits | None = None,
    expected: int | None = None,
    namespace: str = "space",
) -> int:
    """The version, 0 where it was not written."""
    record = make(key, content, 0, view)
    began = time.monotonic() if began is None else began
    found = store.put_now(
        namespace, record, began=began, ttl=ttl, limits=limits or Limits(), expected=expected
    )
    assert found != "view"
    return found


@EVERY
def test_what_it_answers_is_the_version_that_is_there(
    open_store: OpenStore, keys: list[str]
) -> None:
    store = open_store(codec=Codec(keys=keys))
    before = store.next_version("space")
    version = put_now(store, "key", "content", view="view")
    assert version > before
    found = store.get("space", "key")
    assert isinstance(found, Record)
    assert (found.header.version, found.original, found.view) == (version, b"content", b"view")
    assert store.view_origin("space", digest("view")) == digest("content")
    assert store.next_version("space") > version


@EVERY
def test_one_after_the_other_is_never_refused(open_store: OpenStore, keys: list[str]) -> None:
    codec = Codec(keys=keys)
    stores = [open_store(codec=codec) for _ in range(3)]
    versions = [put_now(stores[turn % 3], "key", f"{turn}") for turn in range(300)]
    assert versions == sorted(set(versions))
    assert versions[0]
    assert original(stores[0], "key") == "299"


@EVERY
@pytest.mark.parametrize("how", ["next_version", "put_now", "delete", "clear"])
def test_one_that_began_before_a_newer_write_changes_nothing(
    open_store: OpenStore, keys: list[str], how: str
) -> None:
    store = open_store(codec=Codec(keys=keys))
    put_now(store, "key", "first")
    began = time.monotonic()
    time.sleep(0.01)
    if how == "next_version":
        write(store, "key", "newer")
    elif how == "put_now":
        put_now(store, "key", "newer")
    elif how == "delete":
        store.delete("space", "key")
    else:
        store.clear("space")
    before = store.get("space", "key")
    assert put_now(store, "key", "older", began=began) == 0
    assert store.get("space", "key") == before
    # Another key is none of its business, but for a clear.
    assert bool(put_now(store, "other", "older", began=began)) == (how != "clear")


@EVERY
def test_one_that_began_later_stays_where_a_slow_one_ends_later(
    open_store: OpenStore, keys: list[str]
) -> None:
    store = open_store(codec=Codec(keys=keys))
    for _ in range(50):
        slow = store.next_version("space")
        assert put_now(store, "key", "newer") > slow
        assert not put(store, make("key", "older", slow))
        assert original(store, "key") == "newer"


@EVERY
def test_what_is_known_as_a_view_is_not_written_with_a_view_of_its_own(
    open_store: OpenStore, keys: list[str]
) -> None:
    store = open_store(codec=Codec(keys=keys))
    put_now(store, "key", "content", view="view")
    record = make("other", "view", 0, view="v")
    answer = store.put_now(
        "space", record, began=time.monotonic(), ttl=60, limits=Limits(), expected=None
    )
    assert answer == "view"
    assert store.get("space", "other") == Missing("absent")
    assert put_now(store, "other", "view")


@EVERY
def test_threads_that_compare_lose_nothing(open_store: OpenStore, keys: list[str]) -> None:
    codec = Codec(keys=keys)
    stores = [open_store(codec=codec) for _ in range(4)]
    put_now(stores[0], "key", "0")
    failures: list[BaseException] = []

    def count(store: RedisStore) -> None:
        try:
            for _ in range(15):
                while True:
                    found = store.get("space", "key")
                    assert isinstance(found, Record)
                    more = str(int(found.original) + 1)
                    if put_now(store, "key", more, expected=found.header.version):
                        break
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert original(stores[0], "key") == str(15 * len(stores))


@EVERY
def test_it_asks_once(open_store: OpenStore, behind: redis.Redis, keys: list[str]) -> None:
    store = open_store(codec=Codec(keys=keys))
    for turn in range(20):
        put_now(store, "key", f"{turn}")
    for size, view in itertools.product([0, 200, 100_000], [None, "another view"]):
        content = "x" * size
        commands = asked(
            behind, lambda content=content, view=view: put_now(store, "key", content, view=view)
        )
        assert commands == ["EVALSHA"]


@EVERY
def test_a_context_asks_once(open_store: OpenStore, behind: redis.Redis, keys: list[str]) -> None:
    rows = [{"id": n, "city": "Lisbon", "status": "landed"} for n in range(300)]
    store = open_store(codec=Codec(keys=keys))
    with SharedContext(store=store, namespace="space", ttl=60) as ctx:
        for turn in range(20):
            ctx.put("plan", f"Fly on the {turn}th.")
        for payload in ("Fly on Tuesday.", rows):
            commands = asked(behind, lambda payload=payload: ctx.put("plan", payload))
            assert commands == ["EVALSHA"]
        view = ctx.get("plan")
        assert view is not None
        # A view is never compressed again, whoever puts it.
        entry = ctx.put("again", view + "")
        assert entry.compressed == view
        assert entry.version > ctx.require("plan").version
        assert ctx.require("again").version == entry.version


async def test_an_awaited_context_asks_once(open_store: OpenStore, behind: redis.Redis) -> None:
    with SharedContext(store=open_store(), namespace="space", ttl=60) as ctx:
        for turn in range(20):
            await ctx.aput("plan", f"Fly on the {turn}th.")
        with behind.monitor() as monitor:
            entry = await ctx.aput("plan", "Fly on Tuesday.")
            behind.echo("the end")
            commands = []
            while (one := monitor.next_command())["command"] != MARK:
                commands += [one["command"].split()[0]] if one["client_type"] != "lua" else []
        # The connection that ends it says who it is.
        assert [name for name in commands if name not in ("CLIENT", "HELLO")] == ["EVALSHA"]
        found = await ctx.aget_entry("plan")
        assert found is not None
        assert found.version == entry.version


class _Waiting(Pipeline):
    """Compresses one text only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.goes_on = threading.Event(), threading.Event()

    def compress(self, content: str, **options: object) -> object:  # type: ignore[override]
        if content.startswith("slow"):
            self.began.set()
            assert self.goes_on.wait(30)
        return super().compress(content, **options)  # type: ignore[arg-type]


def test_a_slow_put_of_a_context_does_not_replace_a_newer_one(open_store: OpenStore) -> None:
    pipeline = _Waiting()
    with SharedContext(store=open_store(), pipeline=pipeline, ttl=60) as ctx:
        slow = threading.Thread(target=ctx.put, args=("key", "slow"))
        slow.start()
        assert pipeline.began.wait(30)
        ctx.put("key", "fast")
        pipeline.goes_on.set()
        slow.join()
        assert ctx.get("key", full=True) == "fast"


@pytest.fixture
def cutting(server: object) -> Iterator[Cutting]:
    found = Cutting(server)  # type: ignore[arg-type]
    yield found
    found.close()


@EVERY
def test_what_is_tried_again_is_not_done_twice(cutting: Cutting, keys: list[str]) -> None:
    store = RedisStore(cutting.url, codec=Codec(keys=keys))
    version = put_now(store, "key", "first")
    for lost in (1, 2, 3):
        cutting.lost = lost
        version = put_now(store, "key", f"content {lost}", expected=version)
        assert version
        found = store.get("space", "key")
        assert isinstance(found, Record)
        assert found.header.version == version
    assert cutting.lost == 0
    store.close()


@EVERY
def test_what_is_tried_again_replaces_nothing_newer(
    cutting: Cutting, open_store: OpenStore, keys: list[str]
) -> None:
    store = RedisStore(cutting.url, codec=Codec(keys=keys))
    other = open_store(codec=Codec(keys=keys))
    put_now(store, "key", "first")
    versions = []

    def between(pause: float) -> None:
        # It was written, the answer is lost, and another writes before it is tried again.
        versions.append(put_now(other, "key", "newer"))
        time.sleep(pause)

    before = store._server.rest
    store._server.rest = between  # type: ignore[method-assign]
    cutting.lost = 1
    assert put_now(store, "key", "older") == 0
    assert versions[0] > 0
    assert original(other, "key") == "newer"
    store._server.rest = before  # type: ignore[method-assign]
    assert put_now(store, "key", "newest") > versions[0]
    store.close()


@EVERY
def test_a_clock_that_is_set_back_or_forward_loses_nothing(
    open_store: OpenStore, keys: list[str]
) -> None:
    now = [1e9]
    store = open_store(codec=Codec(keys=keys), clock=lambda: now[0])
    last = 0
    for step in (0.0, 0.0, 100.0, 0.001, -50.0, 0.0, 0.001, -40.0, 300.0, 0.0):
        now[0] += step
        version = put_now(store, "key", f"at {now[0]}", ttl=10_000)
        assert version > last
        last = version
        assert store.next_version("space") > last
    # A client that had learnt the time before the server's clock was set.
    other = open_store(codec=Codec(keys=keys))
    clocks = other._operations._puts._clock
    for wrong in (-3600, -1, -0.01, 0.01, 1, 3600):
        now = int((time.time() + wrong) * 1e6)
        clocks.said("real", time.monotonic(), now, did_not_fit=True)
        version = put_now(other, "key", f"{wrong}", namespace="real", ttl=100)
        assert version > 0
        assert original(other, "key", namespace="real") == f"{wrong}"
        # None is from the future: later puts of others would be taken for older.
        assert version / 1e6 < time.time() + 0.001


@pytest.mark.parametrize("seed", range(4))
def test_it_does_what_a_version_and_a_put_do(open_store: OpenStore, seed: int) -> None:
    clock = ManualClock()
    store = open_store(clock=clock)
    drawn = random.Random(seed)
    limits = [Limits(), Limits(max_entries=4), Limits(max_entries=5, max_bytes=20)]
    # Where anybody holds anything, puts go a longer way.
    store.lease("held", "somebody", [digest("nothing that is put")], seconds=1e6)
    spaces = ("two", "one", "held")
    for turn in range(80):
        key, content = drawn.choice("abcde"), "x" * drawn.randrange(9)
        view = drawn.choice([None, f"v{turn}", "w", content])
        ttl, most = drawn.choice([None, 5, 50]), drawn.choice(limits)
        given, there = [], drawn.choice([None, None, None, 0, 1])
        for space in spaces:
            found = store.get(space, key, with_original=False)
            version = 0 if isinstance(found, Missing) else found.header.version
            expected = there and version
            if space == "two":
                record = make(key, content, store.next_version(space), view, {"turn": turn})
                done = put(store, record, namespace=space, ttl=ttl, limits=most, expected=expected)
            else:
                done = bool(
                    put_now(
                        store, key, content, view=view, ttl=ttl, limits=most, expected=expected,
                        namespace=space,
                    )
                )  # fmt: skip
            given.append(done)
        assert len(set(given)) == 1
        if not turn % 7:
            clock.advance(drawn.choice([1, 10]))
        assert len({store.usage(space) for space in spaces}) == 1
        keys = [[header.key for header in store.headers(space)] for space in spaces]
        assert keys[0] == keys[1] == keys[2]
        for one in "abcde":
            answers = [store.get(space, one) for space in spaces]
            assert len({_said(answer) for answer in answers}) == 1


def _said(answer: Record | Missing) -> tuple[object, ...]:
    if isinstance(answer, Missing):
        return answer.reason, answer.when
    return answer.original, answer.view, answer.header.view_reference
