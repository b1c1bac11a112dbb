"""Calls of a store that take no longer than they may."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Awaitable, Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from headroom.errors import StoreTimeout
from headroom.forking import lock, on_fork

if TYPE_CHECKING:
    import asyncio

__all__ = ["BoundedCalls"]

T = TypeVar("T")

# After a call that took too long, none is made for so many times its limit; twice as long after
# each attempt that takes too long again, up to so many seconds.
_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
# Calls that hang, each in its thread: while there are so many, no other is made.
_MOST_HANGING = 64
# Threads that wait for the next call, and for how many seconds.
_IDLE, _IDLE_SECONDS = 16, 30.0
# Seconds that an answer may be late which only waits for its turn in the event loop.
_GRACE = 0.05


class BoundedCalls:
    """Makes calls, and waits for none longer than a limit; one that hangs goes on unheeded.

    After one that took too long the others fail at once for a while; then one is tried, and if it
    is answered, all are made again. So a store that hangs costs its limit now and then, and the
    threads in which it hangs are few.

    Args:
        seconds: The limit.
        clock: For the pauses.

    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        #: How many calls took too long.
        self.timeouts = 0
        self._lock = lock()
        self._begin()
        # What hangs does not come along when a process forks.
        on_fork(self._begin)

    def _begin(self) -> None:
        self._hanging = 0
        self._in_a_row = 0
        # Until when no call is made; ``None`` where the last one was answered.
        self._paused_until: float | None = None
        self._trying = False

    def call(self, function: Callable[[], T]) -> T:
        """Makes a call in another thread.

        Raises:
            StoreTimeout: It took too long, or one before did.

        """
        is_attempt = self._admit()
        call = _Call(function, self._came_back)
        try:
            _do(call)
            if not call.done.acquire(timeout=self._seconds) and call.leave():
                raise self._too_late()
        finally:
            if is_attempt:
                self._trying = False
        self._answered()
        if call.error is not None:
            raise call.error
        return cast("T", call.result)

    async def acall(self, function: Callable[[], Awaitable[T]]) -> T:
        """Awaits a call.

        Raises:
            StoreTimeout: It took too long, or one before did.

        """
        # Whoever awaits has it.
        import asyncio

        is_attempt = self._admit()
        task = asyncio.ensure_future(function())
        try:
            done, _ = await asyncio.wait({task}, timeout=self._seconds)
            if not done:
                # Where the loop was held up, the answer may be there and only not read.
                done, _ = await asyncio.wait({task}, timeout=_GRACE)
        except BaseException:
            _abandon(task)
            raise
        finally:
            if is_attempt:
                self._trying = False
        if not done:
            task.add_done_callback(lambda _: self._came_back())
            _abandon(task)
            raise self._too_late()
        self._answered()
        return task.result()

    # Inside

    def _admit(self) -> bool:
        """Whether this is an attempt after a pause."""
        if self._paused_until is None:
            return False
        with self._lock:
            until = self._paused_until
            # Another may have been answered meanwhile.
            wait = -1.0 if until is None else until - self._clock()
            if wait > 0 or self._trying or self._hanging >= _MOST_HANGING:
                raise StoreTimeout(
                    f"the store did not answer within {self._seconds:g} seconds before; it is "
                    f"tried again in {max(wait, 1):.0f} seconds"
                )
            self._trying = until is not None
            return self._trying

    def _answered(self) -> None:
        if self._paused_until is not None:
            with self._lock:
                self._paused_until = None
                self._in_a_row = 0

    def _too_late(self) -> StoreTimeout:
        with self._lock:
            self.timeouts += 1
            self._hanging += 1
            now = self._clock()
            # Those that were made at the same time count once.
            if self._paused_until is None or now >= self._paused_until:
                pause = min(_LONGEST_PAUSE, _PAUSE * self._seconds * 2**self._in_a_row)
                self._paused_until = now + pause
                self._in_a_row += 1
        return StoreTimeout(
            f"the store did not answer within {self._seconds:g} seconds (store_timeout)"
        )

    def _came_back(self) -> None:
        with self._lock:
            self._hanging -= 1


def _abandon(task: asyncio.Future[Any]) -> None:
    task.cancel()
    # Whatever comes of it, nobody is to be told that nobody asked.
    task.add_done_callback(lambda one: one.cancelled() or one.exception())


class _Call:
    """A call in another thread, and what came of it."""

    __slots__ = (
        "_came_back", "_context", "_function", "_is_over", "_lock", "done", "error", "result",
    )  # fmt: skip

    def __init__(self, function: Callable[[], object], came_back: Callable[[], None]) -> None:
        self._function = function
        self._came_back = came_back
        # A store may look at context variables: those of a framework say.
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        # Whether it was answered, or its caller left.
        self._is_over = False
        self.done = threading.Lock()
        self.done.acquire()
        self.result: object = None
        self.error: BaseException | None = None

    def make(self) -> None:
        try:
            self.result = self._context.run(self._function)
        except BaseException as error:
            self.error = error

    def answer(self) -> None:
        """Hands on what came of it."""
        with self._lock:
            has_left, self._is_over = self._is_over, True
        if has_left:
            self._came_back()
        self.done.release()

    def leave(self) -> bool:
        """Waits no longer; ``False`` where the answer has just come."""
        with self._lock:
            was_over, self._is_over = self._is_over, True
        return not was_over


# Those who wait for a call, for all contexts of a process; the last one is taken first.
_idle: list[SimpleQueue[_Call]] = []


def _do(call: _Call) -> None:
    """Has a thread make a call."""
    try:
        calls = _idle.pop()
    except IndexError:
        calls = SimpleQueue()
        # A daemon: the end of the process waits for no store that hangs.
        threading.Thread(target=_serve, args=(calls,), name="headroom-store", daemon=True).start()
    calls.put(call)


def _serve(calls: SimpleQueue[_Call]) -> None:
    """What a thread does: calls, one after the other, until none comes for a while."""
    while (call := _next(calls)) is not None:
        call.make()
        # Before the answer, so that the next call of the same caller finds this thread.
        is_wanted = len(_idle) < _IDLE
        if is_wanted:
            _idle.append(calls)
        call.answer()
        # A payload hangs on it.
        del call
        if not is_wanted:
            return


def _next(calls: SimpleQueue[_Call]) -> _Call | None:
    try:
        return calls.get(timeout=_IDLE_SECONDS)
    except Empty:
        pass
    try:
        _idle.remove(calls)
    except ValueError:
        # Somebody has just taken it, and is about to give it a call.
        return calls.get()
    return None


def _forget() -> None:
    _idle.clear()


on_fork(_forget)
