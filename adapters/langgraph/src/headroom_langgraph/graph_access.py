"""The calls of LangGraph's stores, one writer at a time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import cast
from weakref import WeakKeyDictionary

from langgraph.store.base import BaseStore, GetOp, Item, Op, PutOp, SearchOp

from headroom import StoreError
from headroom.forking import lock
from headroom_langgraph.documents import Values, name_of, place_of

__all__ = ["batch", "check_loop", "everything", "held", "is_asynchronous", "read", "remove", "tick"]

# Documents that one search asks for, or one statement removes.
_PAGE = 1000

_lock = lock()
_last_tick = 0
_locks: WeakKeyDictionary[BaseStore, threading.RLock] = WeakKeyDictionary()


@contextlib.contextmanager
def held(store: BaseStore) -> Iterator[None]:
    """Keeps other threads of this process out, whichever ``LangGraphStore`` they come through.

    Raises:
        StoreError: It is an asynchronous store, which cannot be waited for here.

    """
    check_loop(store)
    with _lock:
        own = _locks.setdefault(store, lock(waits=False))
    with own:
        yield


def read(store: BaseStore, namespace: str, *names: tuple[str, str]) -> list[Values | None]:
    """Documents, each named by its part and its name there."""
    ops: list[Op] = [
        GetOp(place_of(namespace, part), name_of(name), refresh_ttl=False) for part, name in names
    ]
    return [None if one is None else cast("Item", one).value for one in batch(store, ops)]


def tick(after: int = 0) -> int:
    """A number higher than all before: the time in microseconds, so that it outlives a process."""
    global _last_tick
    with _lock:
        _last_tick = max(_last_tick + 1, after + 1, time.time_ns() // 1000)
        return _last_tick


def everything(store: BaseStore, namespace: str, part: str) -> list[Item]:
    """All documents of a part."""
    place = place_of(namespace, part)
    found: dict[str, Item] = {}
    offset = 0
    while True:
        op = SearchOp(place, limit=_PAGE, offset=offset, refresh_ttl=False)
        page = cast("list[Item]", batch(store, [op])[0])
        # A prefix may match more than the namespace itself.
        found.update((one.key, one) for one in page if tuple(one.namespace) == place)
        if len(page) < _PAGE:
            return list(found.values())
        offset += _PAGE


def remove(store: BaseStore, documents: Iterable[Item]) -> None:
    """Removes documents, some at a time: a database bounds what one statement may name."""
    ops: list[Op] = [PutOp(one.namespace, one.key, None) for one in documents]
    for start in range(0, len(ops), _PAGE):
        batch(store, ops[start : start + _PAGE])


def batch(store: BaseStore, ops: list[Op]) -> list[object]:
    try:
        return cast("list[object]", store.batch(ops))
    except Exception as error:
        raise StoreError(f"the graph's store failed: {type(error).__name__}") from error


def check_loop(store: BaseStore) -> None:
    """An asynchronous store works in its event loop, which must run, and not in this thread.

    Found out before the lock is taken: whoever holds it may be waiting for that very loop.
    """
    loop = _loop_of(store)
    if loop is None:
        return
    if not loop.is_running():
        raise StoreError("this store of LangGraph is asynchronous, and its event loop has ended")
    with contextlib.suppress(RuntimeError):
        if asyncio.get_running_loop() is loop:
            raise StoreError(
                "this store of LangGraph is asynchronous: await the context, as in ctx.aget(...)"
            )


def is_asynchronous(store: BaseStore) -> bool:
    """Whether a store works in an event loop of its own."""
    return _loop_of(store) is not None


def _loop_of(store: BaseStore) -> asyncio.AbstractEventLoop | None:
    loop = getattr(store, "_loop", None)
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None
