"""Forks in the middle of everything: ``python -m headroom_testing.forks URL COUNT SEED``.

Threads and an event loop put, get and retrieve without a pause, from before the first compression
on, under leases, while their process forks so many times. Each child puts, gets and retrieves,
blocking and awaited, and exits; with a store that is not copied, its parent then reads what it put.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import random
import subprocess
import sys
import threading
import time
import traceback
import warnings

from headroom import MemoryStore, SharedContext

__all__ = ["fork_under_load", "forks_wanted"]

# Seconds after which a child that has not ended hangs.
_HANGS = 60
_THREADS = 2
_KEYS = 12
# The longest pause between two forks, in seconds.
_PAUSE = 0.02


def forks_wanted(otherwise: int) -> int:
    """How many forks a test is to try: ``HEADROOM_FORKS``, or so many, as ``forks_wanted(10)``."""
    return int(os.environ.get("HEADROOM_FORKS", otherwise))


def fork_under_load(url: str, count: int, seed: int = 0) -> None:
    """Forks a process under load, so many times, with a context for a URL.

    As ``fork_under_load("sqlite:////tmp/forks.db", forks_wanted(10))``.

    Raises:
        AssertionError: A child failed or hung, or its parent did; says how.

    """
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, url, str(count), str(seed)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        timeout=_HANGS + 30 + 10 * count,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def _rows(number: int) -> list[dict[str, object]]:
    return [{"id": n, "state": "failed" if n == number % 40 else "ok"} for n in range(40)]


def _use(ctx: SharedContext, key: str, number: int) -> None:
    rows = _rows(number)
    put = ctx.put(key, rows)
    assert ctx.get(key, full=True) == put.original
    assert '"failed"' in ctx.retrieve(key, where="state = failed").text


async def _use_awaited(ctx: SharedContext, key: str, number: int) -> None:
    put = await ctx.aput(key, _rows(number))
    assert await ctx.aget(key, full=True) == put.original
    assert '"failed"' in (await ctx.aretrieve(key, where="state = failed")).text


class _Load:
    """What the parent does meanwhile."""

    def __init__(self, ctx: SharedContext) -> None:
        self._ctx = ctx
        self._ended = threading.Event()
        self.failure: str | None = None
        self._threads = [
            threading.Thread(target=self._guarded, args=(work, name))
            for work, name in [(self._block, f"thread {n}") for n in range(_THREADS)]
            + [(self._await, "loop")]
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(_HANGS)
            if thread.is_alive():
                self.failure = "a thread of the parent hangs"

    def _guarded(self, work: object, name: str) -> None:
        try:
            work(name)  # type: ignore[operator]
        except BaseException:
            self.failure = traceback.format_exc()

    def _block(self, name: str) -> None:
        number = 0
        while not self._ended.is_set():
            with self._ctx.lease(name):
                _use(self._ctx, f"{name} {number % _KEYS}", number)
            number += 1

    def _await(self, name: str) -> None:
        async def work() -> None:
            number = 0
            while not self._ended.is_set():
                await _use_awaited(self._ctx, f"{name} {number % _KEYS}", number)
                number += 1

        asyncio.run(work())


def _child(ctx: SharedContext, number: int) -> int:
    """What a child comes to: its exit code."""
    # Says where it hangs.
    faulthandler.dump_traceback_later(_HANGS / 2, exit=True)
    try:
        _use(ctx, f"child {number}", number)
        _use(ctx.in_namespace("children"), f"child {number}", number)
        # What the parent is at, too.
        _use(ctx, f"same {number}", number % _KEYS)
        if number % 2:
            asyncio.run(_use_awaited(ctx, f"awaited {number}", number))
        with ctx.lease():
            ctx.get(f"child {number}")
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _ended(child: int) -> int:
    deadline = time.monotonic() + _HANGS
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, 9)
    os.waitpid(child, 0)
    raise AssertionError("a child hangs")


def _main(url: str, count: int, seed: int) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    ctx = SharedContext(store=url, max_entries=None, store_timeout=30)
    choice = random.Random(seed)
    load = _Load(ctx)
    try:
        for number in range(count):
            time.sleep(choice.random() * _PAUSE)
            child = os.fork()
            if child == 0:
                code = _child(ctx, number)
                sys.stderr.flush()
                os._exit(code)
            code = _ended(child)
            assert code == 0, f"child {number} failed with {code}"
            assert load.failure is None, load.failure
            if not isinstance(ctx.store, MemoryStore):
                assert '"failed"' in (ctx.get(f"child {number}", full=True) or "")
    finally:
        load.end()
    assert load.failure is None, load.failure
    ctx.close()


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
