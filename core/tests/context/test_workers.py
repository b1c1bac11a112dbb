"""Awaited verbs leave the event loop free; large payloads go to other processes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from headroom import SharedContext
from headroom.workers import THREADS, off_loop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def payload(number: int, rows: int = 530) -> str:
    states = ("ok", "late", "failed")
    return json.dumps(
        [
            {"id": number * 7919 + n, "state": states[(n * n + number) % 3], "delay": n * 37 % 501,
             "note": f"item {n % 13} of batch {n // 13} for {number}"}
            for n in range(rows)
        ]
    )  # fmt: skip


async def test_long_work_is_done_by_few_threads() -> None:
    lock = threading.Lock()
    at_once = most = 0

    def work() -> str:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.002)
        with lock:
            at_once -= 1
        return threading.current_thread().name

    names = await asyncio.gather(*(off_loop(work) for _ in range(60)))
    assert most <= THREADS
    assert len(set(names)) <= THREADS


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{}/context.db"])
async def test_forty_puts_at_once_hold_up_no_loop(url: str, tmp_path: Path) -> None:
    async with SharedContext(store=url.format(tmp_path), max_entries=None) as ctx:
        payloads = [payload(number) for number in range(40)]
        assert 40_000 < len(payloads[0]) < 50_000
        await ctx.aput("warm", payload(99))
        lags: list[float] = []
        is_over = asyncio.Event()

        async def beat() -> None:
            while not is_over.is_set():
                began = time.perf_counter()
                await asyncio.sleep(0.002)
                lags.append(time.perf_counter() - began - 0.002)

        beating = asyncio.create_task(beat())
        await asyncio.gather(*(ctx.aput(f"{n}", text) for n, text in enumerate(payloads)))
        is_over.set()
        await beating
        lags.sort()
        # The 99th percentile is measured by benchmarks.loop_lag, where nothing else runs.
        assert lags[len(lags) // 2] < 0.05


async def test_awaiting_the_store_of_this_process_takes_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ctx = SharedContext()
    ctx.put("key", "content")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a thread for what takes a microsecond")

    monkeypatch.setattr(asyncio, "to_thread", refuse)
    monkeypatch.setattr("headroom.steps.off_loop", refuse)
    assert await ctx.aget("key") == "content"
    assert await ctx.aget("key", full=True) == "content"
    assert (await ctx.arequire("key")).original == "content"
    assert await ctx.akeys() == ["key"]
    assert not await ctx.ais_view("content")
    assert await ctx.adelete("key")


async def test_large_payloads_are_hashed_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = SharedContext(max_entries=None)
    large = "All work and no play. " * 200_000
    hashed_by: list[int] = []
    sha256 = hashlib.sha256

    def noting(data: bytes) -> object:
        if len(data) > 1_000_000:
            hashed_by.append(threading.get_ident())
        return sha256(data)

    monkeypatch.setattr(hashlib, "sha256", noting)
    await ctx.aput("large", large, kind="text", fidelity="lossless")
    assert await ctx.aget("large", full=True) == large
    assert (await ctx.arequire("large")).original == large
    await ctx.ais_view(large)
    await ctx.aoriginal_of(large)
    assert hashed_by
    assert threading.get_ident() not in hashed_by


# Processes


def children() -> int:
    return len(multiprocessing.active_children())


def test_a_view_is_the_same_from_another_process() -> None:
    large = payload(1, rows=4000)
    assert len(large) > 256 * 1024
    with SharedContext(workers=1, max_entries=None) as ctx:
        ctx.put("small", payload(2))
        assert children() == 0
        entry = ctx.put("large", large, query="failed", max_tokens=900)
        assert children() == 1
        assert entry.failure is None
        here = SharedContext().put("large", large, query="failed", max_tokens=900)
        assert (entry.compressed, entry.omissions) == (here.compressed, here.omissions)
    assert children() == 0


def test_a_process_that_was_killed_is_no_loss(caplog: pytest.LogCaptureFixture) -> None:
    with SharedContext(workers=1, max_entries=None) as ctx:
        ctx.put("first", payload(1, rows=4000))
        for child in multiprocessing.active_children():
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join(20)
        entry = ctx.put("second", payload(2, rows=4000))
        assert entry.failure is None
        assert entry.compressed_tokens < entry.original_tokens
        assert "a compression process died" in caplog.text
        # The next one has a process again.
        ctx.put("third", payload(3, rows=4000))
        assert children() == 1
    assert children() == 0


def test_what_cannot_be_sent_is_done_here(caplog: pytest.LogCaptureFixture) -> None:
    with SharedContext(workers=1, counter=lambda text: len(text) // 4) as ctx:
        entry = ctx.put("large", payload(1, rows=4000))
        assert entry.compressed_tokens < entry.original_tokens
        assert children() == 0
    assert "workers= is without effect" in caplog.text


async def test_awaited_puts_use_the_processes() -> None:
    async with SharedContext(workers=2, max_entries=None) as ctx:
        entries = await asyncio.gather(
            *(ctx.aput(f"{n}", payload(n, rows=4000)) for n in range(6)), ctx.aput("small", "s")
        )
        assert children() == 2
        assert all(entry.failure is None for entry in entries)
    assert children() == 0


def test_a_main_module_without_a_guard_goes_on_in_threads(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import json, logging\n"
        "from headroom import SharedContext\n"
        "logging.basicConfig()\n"
        "ctx = SharedContext(workers=1)\n"
        "rows = [{'id': n, 'state': 'ok'} for n in range(12_000)]\n"
        "for n in range(4):\n"
        "    entry = ctx.put(f'{n}', json.dumps(rows + [n]))\n"
        "    assert entry.compressed_tokens < entry.original_tokens\n"
        "print('done')\n"
    )
    ran = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stdout.count("done") == 1, ran.stderr
    assert "guarded by __name__" in ran.stderr


@pytest.mark.parametrize(
    ("workers", "error"), [(-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_workers_that_make_no_sense(workers: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        SharedContext(workers=workers)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("workers", [0, 1])
def test_a_child_of_a_fork_has_threads_of_its_own(workers: int) -> None:
    with SharedContext(workers=workers, max_entries=None) as ctx:
        asyncio.run(ctx.aput("parent", payload(1)))
        child = os.fork()
        if child == 0:
            entry = asyncio.run(asyncio.wait_for(ctx.aput("child", payload(2)), 60))
            os._exit(0 if entry.failure is None else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
