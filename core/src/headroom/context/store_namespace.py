"""One namespace of a store, and what happens when the store fails."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Executor, ThreadPoolExecutor
from copy import copy
from typing import Literal, Protocol, TypeAlias, TypeVar, cast

from headroom.context.deadline import BoundedCalls
from headroom.errors import IntegrityError, StoreError, StoreTimeout
from headroom.steps import Steps, run, run_async, run_between
from headroom.stores import (
    AsyncLeasingStore,
    AsyncStore,
    Header,
    LeasingStore,
    Limits,
    MemoryStore,
    Missing,
    Record,
    SQLiteStore,
    Store,
    Usage,
)

__all__ = ["NOT_READ", "OnError", "StoreNamespace", "StoreSteps"]

logger = logging.getLogger("headroom.context")

OnError = Literal["raise", "passthrough"]

T = TypeVar("T")

AnyStore: TypeAlias = Store | AsyncStore
#: What a verb of a context does.
StoreSteps = Steps[AnyStore, T]

_NO_LIMITS = Limits()

#: What ``get`` answers, and this very one, where the store failed: nothing is known then.
NOT_READ = Missing("absent")


class _SupportsAsync(Protocol):
    def asynchronous(self) -> AsyncStore: ...


class _PutsNow(Protocol):
    def put_now(
        self,
        namespace: str,
        record: Record,
        *,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> int | Literal["view"]: ...


def _keeps(store: Store, timeout: float) -> bool:
    """Whether a store takes no longer by itself, so that no thread is needed for that."""
    # These, and no kinds of them: what others make of them may wait for anything.
    if type(store) is SQLiteStore:
        return store.timeout <= timeout
    return type(store) is MemoryStore


def _any_thread() -> None:
    """For a store that may be called in every thread."""


class StoreNamespace:
    """The operations of a store within one namespace, as steps, with ``on_error`` applied.

    With ``"passthrough"`` a failure is logged and counted, and the operation answers as if nothing
    were there; ``put``, ``put_now`` and ``next_version`` answer ``None``. What a store gives back
    changed is an error in either case: it must not pass for data.
    """

    def __init__(
        self, store: Store, name: str, on_error: OnError, timeout: float | None = None
    ) -> None:
        self.store = store
        self.name = name
        self._on_error = on_error
        self._waits = type(store) is not MemoryStore
        self._check_thread: Callable[[], None] = getattr(store, "check_thread", _any_thread)
        self._calls = None if timeout is None or _keeps(store, timeout) else BoundedCalls(timeout)
        #: How often the store failed.
        self.errors = 0
        self._fails = False
        # Where long work is done; ``None`` for the threads that all contexts share.
        self._threads: ThreadPoolExecutor | None = None
        self._process = os.getpid()

    def within(self, name: str) -> StoreNamespace:
        """Another namespace of the store. A store that hangs does so for all of them."""
        other = copy(self)
        other.name = name
        other.errors = 0
        return other

    def use_threads(self, count: int) -> None:
        """Has long work of awaited verbs done by threads of its own."""
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="headroom")

    @property
    def _executor(self) -> Executor | None:
        # Threads do not come along when a process forks.
        return self._threads if self._process == os.getpid() else None

    @property
    def timeouts(self) -> int:
        """How often the store did not answer in time."""
        return 0 if self._calls is None else self._calls.timeouts

    def run(self, steps: StoreSteps[T]) -> T:
        """Does steps of this store, blocking."""
        return run(steps, self.store)

    async def run_async(self, steps: StoreSteps[T]) -> T:
        """Does steps of this store without blocking the event loop."""
        if not hasattr(self.store, "asynchronous"):
            return await run_between(steps, self.store, waits=self._waits, executor=self._executor)
        awaited = cast("_SupportsAsync", self.store).asynchronous()
        return await run_async(steps, awaited, executor=self._executor)

    def next_version(self) -> StoreSteps[int | None]:
        return self._call(None, lambda store: store.next_version(self.name))

    def put(
        self,
        record: Record,
        ttl: float | None,
        limits: Limits = _NO_LIMITS,
        expected: int | None = None,
    ) -> StoreSteps[bool | None]:
        return self._call(
            None,
            lambda store: store.put(self.name, record, ttl=ttl, limits=limits, expected=expected),
        )

    @property
    def puts_now(self) -> bool:
        """Whether the store gives a version as it writes: see ``put_now``."""
        return hasattr(self.store, "put_now")

    def put_now(
        self,
        record: Record,
        began: float,
        ttl: float | None,
        limits: Limits,
        expected: int | None,
    ) -> StoreSteps[int | Literal["view"] | None]:
        return self._call(
            None,
            lambda store: cast("_PutsNow", store).put_now(
                self.name, record, began=began, ttl=ttl, limits=limits, expected=expected
            ),
        )

    def get(self, key: str, *, with_original: bool = True) -> StoreSteps[Record | Missing]:
        return self._call(
            NOT_READ,
            lambda store: store.get(self.name, key, with_original=with_original),
        )

    def find(self, reference: str) -> StoreSteps[Record | None]:
        return self._call(None, lambda store: store.find(self.name, reference))

    def delete(self, key: str) -> StoreSteps[bool]:
        return self._call(False, lambda store: store.delete(self.name, key))

    def clear(self) -> StoreSteps[int]:
        return self._call(0, lambda store: store.clear(self.name))

    def headers(self) -> StoreSteps[list[Header]]:
        return self._call([], lambda store: store.headers(self.name))

    def usage(self) -> StoreSteps[Usage]:
        return self._call(Usage(0, 0, 0, 0), lambda store: store.usage(self.name))

    def remember_view(self, view_reference: str, reference: str) -> StoreSteps[None]:
        return self._call(
            None, lambda store: store.remember_view(self.name, view_reference, reference)
        )

    def view_origin(self, view_reference: str) -> StoreSteps[str | None]:
        return self._call(None, lambda store: store.view_origin(self.name, view_reference))

    @property
    def is_copied(self) -> bool:
        """Whether a fork copies the store, so that parent and child have one each."""
        return isinstance(self.store, MemoryStore)

    @property
    def can_lease(self) -> bool:
        """Whether the store has leases."""
        return isinstance(self.store, LeasingStore)

    def lease(
        self, holder: str, references: Collection[str], seconds: float
    ) -> StoreSteps[bool | None]:
        """``None`` where the store failed."""
        return self._call(
            None,
            lambda store: cast("LeasingStore | AsyncLeasingStore", store).lease(
                self.name, holder, references, seconds=seconds
            ),
        )

    def release(self, holder: str) -> StoreSteps[None]:
        return self._call(
            None,
            lambda store: cast("LeasingStore | AsyncLeasingStore", store).release(
                self.name, holder
            ),
        )

    def watch(self, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Blocking, and brief."""
        try:
            return self._bounded(lambda: self.store.watch(self.name, key, wake))
        except Exception as error:
            self._failed(error)
            return lambda: None

    def close(self) -> None:
        """Closes the store; one that hangs is left to itself."""
        try:
            self._bounded(self.store.close)
        except StoreTimeout:
            logger.warning("the store was not closed: it does not answer")

    def _call(
        self, otherwise: T, operation: Callable[[AnyStore], T | Awaitable[T]]
    ) -> StoreSteps[T]:
        try:
            answer: T = yield operation if self._calls is None else self._limited(operation)
        except IntegrityError:
            raise
        except Exception as error:
            self._failed(error)
            return otherwise
        self._fails = False
        return answer

    def _limited(
        self, operation: Callable[[AnyStore], T | Awaitable[T]]
    ) -> Callable[[AnyStore], T | Awaitable[T]]:
        """An operation that does not take longer than it may."""
        calls = self._calls
        assert calls is not None

        def limited(target: AnyStore) -> T | Awaitable[T]:
            if target is self.store:
                # Here: the call is made in another thread.
                self._check_thread()
                return calls.call(lambda: cast("T", operation(target)))
            return calls.acall(lambda: cast("Awaitable[T]", operation(target)))

        return limited

    def _bounded(self, call: Callable[[], T]) -> T:
        return call() if self._calls is None else self._calls.call(call)

    def _failed(self, error: Exception) -> None:
        """Raises the error, or counts it and says so."""
        if self._on_error == "raise":
            if isinstance(error, StoreError):
                raise error
            raise StoreError(f"the store failed: {type(error).__name__}: {error}") from error
        self.errors += 1
        # Once, until it answers again: a run asks it hundreds of times.
        level = logging.DEBUG if self._fails else logging.WARNING
        self._fails = True
        logger.log(level, "the store failed (%s); going on without it", type(error).__name__)
