from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from headroom.steps import Steps, run, run_async, work


class Blocking:
    def ask(self, what: str) -> str:
        if what == "broken":
            raise OSError(what)
        return f"{what}!"


class Awaited:
    async def ask(self, what: str) -> str:
        await asyncio.sleep(0)
        return Blocking().ask(what)


Target = Blocking | Awaited
Runner = Callable[[Steps[Target, object]], object]


def blocking(steps: Steps[Target, object]) -> object:
    return run(steps, Blocking())


def awaited(steps: Steps[Target, object]) -> object:
    return asyncio.run(run_async(steps, Awaited()))


both = pytest.mark.parametrize("runner", [blocking, awaited])


@both
def test_the_answer(runner: Runner) -> None:
    def inner() -> Steps[Target, str]:
        answer: str = yield lambda target: target.ask("one")
        return answer

    def outer() -> Steps[Target, object]:
        first = yield from inner()
        second = yield from work(lambda: first.upper())
        third = yield from work(lambda: "two", is_long=False)
        return first, second, third

    assert runner(outer()) == ("one!", "ONE!", "two")


@both
def test_no_step_at_all(runner: Runner) -> None:
    def steps() -> Steps[Target, object]:
        return "at once"
        yield

    assert runner(steps()) == "at once"


@both
def test_errors_come_to_the_step_that_they_are_of(runner: Runner) -> None:
    def steps() -> Steps[Target, object]:
        try:
            yield lambda target: target.ask("broken")
        except OSError as error:
            caught = str(error)
        try:
            yield from work(lambda: 1 // 0)
        except ZeroDivisionError:
            caught += ", work too"
        return caught

    assert runner(steps()) == "broken, work too"


@both
def test_errors_that_no_step_catches(runner: Runner) -> None:
    left: list[str] = []

    def steps() -> Steps[Target, object]:
        try:
            yield lambda target: target.ask("broken")
        finally:
            left.append("tidied up")

    with pytest.raises(OSError, match="broken"):
        runner(steps())
    assert left == ["tidied up"]


async def test_long_work_leaves_the_event_loop_free() -> None:
    async def thread_of(is_long: bool) -> threading.Thread:
        return await run_async(work(threading.current_thread, is_long=is_long), Awaited())

    assert await thread_of(is_long=False) is threading.current_thread()
    assert await thread_of(is_long=True) is not threading.current_thread()
    # Where it is blocking anyway, there is no reason to change threads.
    assert run(work(threading.current_thread), Blocking()) is threading.current_thread()


async def test_a_cancelled_run_does_no_further_step() -> None:
    done: list[int] = []
    begun = asyncio.Event()

    class Stuck:
        async def ask(self) -> None:
            begun.set()
            await asyncio.Event().wait()

    def steps() -> Steps[Stuck, None]:
        yield lambda target: target.ask()
        done.append(1)

    task = asyncio.create_task(run_async(steps(), Stuck()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not done
