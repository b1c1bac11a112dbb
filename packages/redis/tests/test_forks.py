"""A fork is safe at any moment, with a server that both sides use."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest
from redis_server import Server

from headroom import SharedContext
from headroom_redis import RedisStore
from headroom_testing.forks import fork_under_load, forks_wanted
from headroom_testing.store import original, write

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def test_forks_under_load(server: Server) -> None:
    # 200 of them: nox -s forks
    fork_under_load(server.url, forks_wanted(6))


def test_a_loop_of_the_parent_goes_on_while_its_child_has_one(server: Server) -> None:
    ctx = SharedContext(store=server.url)

    async def work() -> None:
        for number in range(30):
            await ctx.aput(f"parent {number}", "content")
            if number % 10 == 5:
                child = os.fork()
                if child == 0:
                    os._exit(_use_another(ctx, number))
                code = await asyncio.to_thread(os.waitpid, child, 0)
                assert os.waitstatus_to_exitcode(code[1]) == 0
        assert len(await ctx.akeys()) == 33

    asyncio.run(asyncio.wait_for(work(), 60))
    ctx.close()


def _use_another(ctx: SharedContext, number: int) -> int:
    """What a child does, in a thread: a coroutine of its parent still seems to run here."""
    done: list[str] = []

    def use() -> None:
        asyncio.run(asyncio.wait_for(ctx.aput(f"child {number}", "content"), 20))
        ctx.close()
        done.append("done")

    thread = threading.Thread(target=use)
    thread.start()
    thread.join(30)
    return 0 if done else 1


def test_a_server_that_forks_its_workers(server: Server) -> None:
    store = RedisStore(server.url)
    write(store, "parent", "of the parent")
    children = []
    for worker in range(4):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for number in range(20):
                    write(store, f"{worker} {number}", f"content {worker} {number}")
                    assert original(store, "parent") == "of the parent"
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * 4
    assert store.usage("space").entries == 81
    assert original(store, "3 19") == "content 3 19"
    store.close()


def test_a_fork_while_another_thread_takes_a_connection(server: Server) -> None:
    store = RedisStore(server.url)
    write(store, "parent", "of the parent")
    # A thread that is about to be given a connection holds this lock of redis-py.
    pool = store._client.connection_pool
    taken, forked = threading.Event(), threading.Event()

    def hold() -> None:
        with pool._lock:
            taken.set()
            forked.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(30)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            write(store, "child", "of the child")
            assert original(store, "parent") == "of the parent"
            code = 0
        finally:
            os._exit(code)
    forked.set()
    thread.join()
    # A child that hangs is ended.
    ending = threading.Timer(20, os.kill, (child, signal.SIGKILL))
    ending.start()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ending.cancel()
    assert original(store, "child") == "of the child"
    store.close()
