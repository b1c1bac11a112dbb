"""Threads that work for event loops."""

from __future__ import annotations

import asyncio
import threading

import pytest

from headroom.workers import off_loop


async def test_short_work_is_done_by_one_thread() -> None:
    names = await asyncio.gather(
        *(off_loop(lambda: threading.current_thread().name) for _ in range(50))
    )
    assert len(set(names)) == 1


async def test_what_takes_long_holds_nothing_up() -> None:
    released = threading.Event()
    long = asyncio.create_task(off_loop(released.wait))
    await asyncio.sleep(0)
    assert await asyncio.wait_for(off_loop(lambda: "done"), 10) == "done"
    assert await asyncio.wait_for(off_loop(lambda: "again"), 10) == "again"
    assert not long.done()
    released.set()
    assert await long


async def test_an_error_reaches_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        await off_loop(lambda: 1 // 0)
    assert await off_loop(lambda: 1) == 1


async def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    released, begun = threading.Event(), threading.Event()
    long = asyncio.create_task(off_loop(released.wait))
    await asyncio.sleep(0)
    given_up = asyncio.create_task(off_loop(begun.set))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    released.set()
    assert await long
    await off_loop(lambda: None)
    assert given_up.cancelled()
    assert not begun.is_set()
