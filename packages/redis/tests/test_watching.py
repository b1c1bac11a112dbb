from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from redis_server import Server, StartServer

from headroom import SharedContext
from headroom_redis import RedisStore
from headroom_testing.store import write


@pytest.fixture
def stores(server: Server) -> Iterator[tuple[RedisStore, RedisStore]]:
    """One that watches and one that writes: as in two processes, they share the server alone."""
    pair = RedisStore(server.url), RedisStore(server.url)
    yield pair
    for store in pair:
        store.close()


def is_told(woken: threading.Event, write_again: Callable[[], object]) -> bool:
    """Whether somebody is told of writes, from some moment on."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        write_again()
        if woken.wait(0.05):
            return True
    return False


def test_writes_elsewhere_are_told(stores: tuple[RedisStore, RedisStore]) -> None:
    watching, writing = stores
    woken, other = threading.Event(), threading.Event()
    end = watching.watch("space", "key", woken.set)
    watching.watch("space", "other", other.set)
    assert is_told(woken, lambda: write(writing, "key", "content"))
    assert not other.is_set()
    # Another namespace, over the same connection.
    second = threading.Event()
    watching.watch("second", "key", second.set)
    assert is_told(second, lambda: write(writing, "key", "content", namespace="second"))
    time.sleep(0.05)
    woken.clear()
    began = time.monotonic()
    write(writing, "key", "content")
    assert woken.wait(1)
    assert time.monotonic() - began < 0.5
    end()
    end()
    woken.clear()
    write(writing, "key", "content")
    write(writing, "other", "content")
    assert other.wait(1)
    assert not woken.is_set()


def test_one_thread_and_one_connection_however_many_watch(
    server: Server, stores: tuple[RedisStore, RedisStore]
) -> None:
    watching, writing = stores
    woken = threading.Event()
    ends = [watching.watch(f"space {n}", "key", lambda: None) for n in range(50)]
    watching.watch("space", "key", woken.set)
    assert is_told(woken, lambda: write(writing, "key", "content"))
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("headroom-redis-watch") == 1
    with server.client() as client:
        subscribers = [one for one in client.client_list() if int(one["sub"]) > 0]
        assert len(subscribers) == 1
        for end in ends:
            end()
        # Channels without anybody who waits are given up.
        woken.clear()
        watching.watch("one more", "key", woken.set)
        assert is_told(woken, lambda: write(writing, "key", "1", namespace="one more"))
        assert len(client.pubsub_channels("{headroom:*")) < 10


def test_notices_go_on_after_an_outage(start_server: StartServer) -> None:
    server = start_server()
    watching, writing = RedisStore(server.url), RedisStore(server.url)
    woken = threading.Event()
    watching.watch("space", "key", woken.set)
    assert is_told(woken, lambda: write(writing, "key", "content"))
    server.stop()
    server.start()
    # Told once without a write: there may have been some meanwhile.
    woken.wait(5)
    time.sleep(0.1)
    woken.clear()
    assert is_told(woken, lambda: write(writing, "key", "content"))
    watching.close()
    writing.close()


def test_closing_ends_the_thread(server: Server) -> None:
    store = RedisStore(server.url)
    store.watch("space", "key", lambda: None)
    began = time.monotonic()
    store.close()
    assert time.monotonic() - began < 2
    assert "headroom-redis-watch" not in [thread.name for thread in threading.enumerate()]


def test_a_child_of_a_fork_watches_anew(stores: tuple[RedisStore, RedisStore]) -> None:
    watching, _ = stores
    woken = threading.Event()
    watching.watch("space", "key", woken.set)
    assert is_told(woken, lambda: write(watching, "key", "content"))
    child = os.fork()
    if child == 0:
        good = False
        try:
            told = threading.Event()
            watching.watch("space", "key", told.set)
            good = is_told(told, lambda: write(watching, "key", "content"))
        finally:
            os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_context_waits_for_another_process(server: Server) -> None:
    program = (
        "import sys, time, headroom\n"
        "with headroom.SharedContext(store=sys.argv[1]) as ctx:\n"
        "    time.sleep(0.3)\n"
        "    ctx.put('plan', 'Fly on Monday.')\n"
    )
    with SharedContext(store=server.url) as ctx:
        other = subprocess.Popen([sys.executable, "-c", program, server.url])
        assert ctx.wait_for("plan", timeout=30).original == "Fly on Monday."
        assert other.wait(30) == 0


async def test_a_context_awaits_another_writer(server: Server) -> None:
    async with SharedContext(store=server.url) as ctx, SharedContext(store=server.url) as other:
        waiting = asyncio.create_task(ctx.await_for("plan", timeout=30))
        await asyncio.sleep(0.1)
        await other.aput("plan", "Fly on Monday.")
        assert (await waiting).original == "Fly on Monday."
