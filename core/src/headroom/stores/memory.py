"""The store of one process: dictionaries behind a lock."""

from __future__ import annotations

import heapq
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from headroom.stores.base import Header, Limits, Missing, Record, Store, Usage
from headroom.stores.watchers import Watchers

__all__ = ["MemoryStore"]

T = TypeVar("T")

# How many keys that went, and how many views, a namespace remembers; the oldest are forgotten.
_GONE_REMEMBERED = 10_000
_VIEWS_REMEMBERED = 10_000
# Expiries of entries that were overwritten since: so many are kept beyond as many as there are
# entries.
_OLD_EXPIRIES = 100


@dataclass
class _Blob:
    data: bytes
    #: The keys that hold this content, the oldest first.
    keys: OrderedDict[str, None] = field(default_factory=OrderedDict)


@dataclass
class _Slot:
    record: Record
    expires: float | None


@dataclass
class _Namespace:
    # Insertion order is age: a key that is written again moves to the end.
    slots: OrderedDict[str, _Slot] = field(default_factory=OrderedDict)
    blobs: dict[str, _Blob] = field(default_factory=dict)
    gone: OrderedDict[str, tuple[Missing, int]] = field(default_factory=OrderedDict)
    views: OrderedDict[str, str] = field(default_factory=OrderedDict)
    # (expires, version, key); what was overwritten or deleted since is passed over.
    expiries: list[tuple[float, int, str]] = field(default_factory=list)
    version: int = 0
    # Versions up to this one were given out before the namespace was cleared.
    cleared: int = 0
    size: int = 0
    expired: int = 0
    evicted: int = 0


class MemoryStore(Store):
    """Keeps everything in this process; gone when it ends.

    Expiry follows a monotonic clock, so setting the machine's time changes nothing. Every
    operation but ``headers`` takes constant time, plus what expires on the way.

    Args:
        clock: Seconds for expiry, never going back.
        wall_clock: Seconds since the epoch, for telling when an entry went.

    >>> MemoryStore().get("default", "report")
    Missing(reason='absent', when=None)

    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._watchers = Watchers()
        self._namespaces: dict[str, _Namespace] = {}

    def next_version(self, namespace: str) -> int:
        with self._lock:
            space = self._space(namespace)
            space.version += 1
            return space.version

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        header = record.header
        with self._lock:
            space = self._space(namespace)
            now = self._clock()
            self._expire(space, now)
            if header.version < max(space.cleared, _last_version(space, header.key)):
                return False
            if expected is not None and expected != _live_version(space, header.key):
                return False
            space.version = max(space.version, header.version)
            if header.key in space.slots:
                self._drop(space, header.key)
            space.gone.pop(header.key, None)
            blob = space.blobs.get(header.reference)
            if blob is None:
                blob = space.blobs[header.reference] = _Blob(record.original)
                space.size += len(record.original)
            blob.keys[header.key] = None
            expires = None if ttl is None else now + ttl
            slot = _Slot(replace(record, original=blob.data), expires)
            space.slots[header.key] = slot
            if expires is not None:
                self._note_expiry(space, (expires, header.version, header.key))
            if header.view_reference != header.reference:
                _remember(space.views, header.view_reference, header.reference, _VIEWS_REMEMBERED)
            self._evict(space, limits)
        self._watchers.notify(namespace, header.key)
        return True

    # The original is at hand: leaving it out would be the work.
    def get(
        self,
        namespace: str,
        key: str,
        *,
        with_original: bool = True,  # noqa: ARG002
    ) -> Record | Missing:
        with self._lock:
            space = self._namespaces.get(namespace)
            if space is None:
                return Missing("absent")
            slot = space.slots.get(key)
            if slot is not None:
                if slot.expires is None or self._clock() <= slot.expires:
                    return slot.record
                self._expire(space, self._clock())
            return _why(space, key)

    def find(self, namespace: str, reference: str) -> Record | None:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            blob = space.blobs.get(reference)
            return None if blob is None else space.slots[next(reversed(blob.keys))].record

    def delete(self, namespace: str, key: str) -> bool:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            existed = key in space.slots
            if existed:
                self._drop(space, key)
            # Also where nothing is stored yet: a write under way is older than this call.
            space.version += 1
            gone = Missing("deleted", self._wall_clock()) if existed else _why(space, key)
            _remember(space.gone, key, (gone, space.version), _GONE_REMEMBERED)
            return existed

    def clear(self, namespace: str) -> int:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            count = len(space.slots)
            version = space.version + 1
            self._namespaces[namespace] = _Namespace(
                version=version, cleared=version, expired=space.expired, evicted=space.evicted
            )
            return count

    def headers(self, namespace: str) -> list[Header]:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            return [slot.record.header for slot in space.slots.values()]

    def usage(self, namespace: str) -> Usage:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            return Usage(len(space.slots), space.size, space.expired, space.evicted)

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        with self._lock:
            views = self._space(namespace).views
            _remember(views, view_reference, reference, _VIEWS_REMEMBERED)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        with self._lock:
            return self._space(namespace).views.get(view_reference)

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(namespace, key, wake)

    def close(self) -> None:
        with self._lock:
            self._namespaces.clear()

    # All below: the lock is held.

    def _space(self, namespace: str) -> _Namespace:
        space = self._namespaces.get(namespace)
        if space is None:
            space = self._namespaces[namespace] = _Namespace()
        return space

    @staticmethod
    def _note_expiry(space: _Namespace, expiry: tuple[float, int, str]) -> None:
        heapq.heappush(space.expiries, expiry)
        # A key that is written over and over leaves its old expiries behind.
        if len(space.expiries) > 2 * len(space.slots) + _OLD_EXPIRIES:
            space.expiries = [
                (slot.expires, slot.record.header.version, key)
                for key, slot in space.slots.items()
                if slot.expires is not None
            ]
            heapq.heapify(space.expiries)

    def _expire(self, space: _Namespace, now: float) -> None:
        while space.expiries and space.expiries[0][0] < now:
            _, version, key = heapq.heappop(space.expiries)
            slot = space.slots.get(key)
            if slot is not None and slot.record.header.version == version:
                self._go(space, key, "expired")
                space.expired += 1

    def _evict(self, space: _Namespace, limits: Limits) -> None:
        while len(space.slots) > 1 and (
            (limits.max_entries is not None and len(space.slots) > limits.max_entries)
            or (limits.max_bytes is not None and space.size > limits.max_bytes)
        ):
            self._go(space, next(iter(space.slots)), "evicted")
            space.evicted += 1

    def _go(self, space: _Namespace, key: str, reason: Literal["expired", "evicted"]) -> None:
        version = space.slots[key].record.header.version
        self._drop(space, key)
        gone = Missing(reason, self._wall_clock())
        _remember(space.gone, key, (gone, version), _GONE_REMEMBERED)

    @staticmethod
    def _drop(space: _Namespace, key: str) -> None:
        reference = space.slots.pop(key).record.header.reference
        blob = space.blobs[reference]
        del blob.keys[key]
        if not blob.keys:
            del space.blobs[reference]
            space.size -= len(blob.data)


def _why(space: _Namespace, key: str) -> Missing:
    return space.gone[key][0] if key in space.gone else Missing("absent")


def _live_version(space: _Namespace, key: str) -> int:
    return space.slots[key].record.header.version if key in space.slots else 0


def _last_version(space: _Namespace, key: str) -> int:
    return space.gone[key][1] if key in space.gone else _live_version(space, key)


def _remember(memory: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    """Sets a key as the newest, and forgets the oldest ones over ``most``."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > most:
        memory.popitem(last=False)
