"""The store of one process: dictionaries behind a lock."""

from __future__ import annotations

import heapq
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Literal, TypeVar

from headroom.errors import StoreError
from headroom.forking import lock
from headroom.stores.base import Header, LeasingStore, Limits, Missing, Record, Usage
from headroom.stores.memory_parts import Blob, Lease, Namespace, Slot
from headroom.stores.watchers import Watchers

__all__ = ["MemoryStore"]

T = TypeVar("T")

# How many keys that went, and how many views, a namespace remembers; the oldest are forgotten.
_GONE_REMEMBERED = 10_000
_VIEWS_REMEMBERED = 10_000
# How many namespaces each write looks after, for what a user who never comes back put is to go as
# well; and how many are remembered that hold nothing any more.
_LOOKED_AFTER = 2
_EMPTY_REMEMBERED = 1000
# Expiries and ages of entries that were overwritten since: so many are kept beyond as many as there
# are entries.
_OLD_NOTES = 100


class MemoryStore(LeasingStore):
    """Keeps everything in this process; gone when it ends.

    Expiry follows a monotonic clock, so setting the machine's time changes nothing. Every
    operation but ``headers`` takes constant time, plus what expires on the way; putting, one that
    grows with the logarithm of the entries.

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
        self._lock = lock()
        self._watchers = Watchers()
        # The one that was looked after longest ago comes first.
        self._namespaces: OrderedDict[str, Namespace] = OrderedDict()
        # The highest version of namespaces that were forgotten.
        self._version = 0
        self._closed = False

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
            old = space.slots.get(header.key)
            if old is not None:
                changed = old.record.header.reference != header.reference
                self._drop(space, header.key, keep_held=changed)
            space.gone.pop(header.key, None)
            self._add(space, record, None if ttl is None else now + ttl)
            if header.view_reference != header.reference:
                _remember(space.views, header.view_reference, header.reference, _VIEWS_REMEMBERED)
            self._evict(space, limits, header.key)
            self._look_after_some(now)
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
                self._check_open()
                return Missing("absent")
            slot = space.slots.get(key)
            if slot is not None:
                if slot.expires is None or self._clock() <= slot.expires:
                    return slot.record
                self._expire(space, self._clock())
                if key in space.slots:
                    return slot.record
            return _why(space, key)

    def find(self, namespace: str, reference: str) -> Record | None:
        with self._lock:
            space = self._space(namespace)
            self._expire(space, self._clock())
            blob = space.blobs.get(reference)
            if blob is None:
                return None
            if not blob.keys:
                return space.kept[reference]
            return space.slots[next(reversed(blob.keys))].record

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
            self._namespaces[namespace] = Namespace(
                version=version, cleared=version, expired=space.expired, evicted=space.evicted,
                over_limits=space.over_limits, leases=space.leases, lease_ends=space.lease_ends,
                holds=space.holds,
            )  # fmt: skip
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
            return Usage(
                len(space.slots), space.size, space.expired, space.evicted, space.held,
                space.over_limits,
            )  # fmt: skip

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        with self._lock:
            views = self._space(namespace).views
            _remember(views, view_reference, reference, _VIEWS_REMEMBERED)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        with self._lock:
            return self._space(namespace).views.get(view_reference)

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        with self._lock:
            space = self._space(namespace)
            now = self._clock()
            self._expire(space, now)
            lease = space.leases.get(holder)
            lived = lease is not None
            if lease is None:
                lease = space.leases[holder] = Lease(now + seconds)
                heapq.heappush(space.lease_ends, (lease.until, holder))
            lease.until = max(lease.until, now + seconds)
            for reference in set(references) - lease.references:
                lease.references.add(reference)
                holders = space.holds[reference] = space.holds.get(reference, 0) + 1
                blob = space.blobs.get(reference)
                if blob is not None and holders == 1:
                    space.held += len(blob.keys)
            return lived

    def release(self, namespace: str, holder: str) -> None:
        with self._lock:
            space = self._space(namespace)
            now = self._clock()
            self._expire(space, now)
            if holder in space.leases:
                self._end_lease(space, holder)
                self._expire(space, now)

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(namespace, key, wake)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._namespaces.clear()

    # All below: the lock is held.

    def _space(self, namespace: str) -> Namespace:
        space = self._namespaces.get(namespace)
        if space is None:
            self._check_open()
            space = self._namespaces[namespace] = Namespace(version=self._version)
        return space

    def _check_open(self) -> None:
        # Nothing is in a closed store, so that only what is not there has to ask.
        if self._closed:
            raise StoreError("this store is closed")

    def _look_after_some(self, now: float) -> None:
        """Lets what has expired go in namespaces that nobody may come back to."""
        for _ in range(min(_LOOKED_AFTER, len(self._namespaces))):
            name, space = self._namespaces.popitem(last=False)
            self._expire(space, now)
            is_empty = not (space.slots or space.leases)
            if is_empty and len(self._namespaces) >= _EMPTY_REMEMBERED:
                self._version = max(self._version, space.version)
            else:
                self._namespaces[name] = space

    def _add(self, space: Namespace, record: Record, expires: float | None) -> None:
        key, reference = record.header.key, record.header.reference
        blob = space.blobs.get(reference)
        if blob is None:
            blob = space.blobs[reference] = Blob(record.original)
            space.size += len(record.original)
        blob.keys[key] = None
        space.writes += 1
        slot = Slot(replace(record, original=blob.data), expires, space.writes)
        space.slots[key] = slot
        if reference in space.holds:
            space.held += 1
        else:
            self._note(space, key, slot)

    @staticmethod
    def _note(space: Namespace, key: str, slot: Slot) -> None:
        """Notes when an entry expires and how old it is: from now on it may go."""
        most = 2 * len(space.slots) + _OLD_NOTES
        heapq.heappush(space.ages, (slot.number, key))
        # A key that is written over and over leaves its old ages and expiries behind.
        if len(space.ages) > most:
            space.ages = [
                (other.number, name)
                for name, other in space.slots.items()
                if other.record.header.reference not in space.holds
            ]
            heapq.heapify(space.ages)
        if slot.expires is None:
            return
        heapq.heappush(space.expiries, (slot.expires, slot.number, key))
        if len(space.expiries) > most:
            space.expiries = [
                (other.expires, other.number, name)
                for name, other in space.slots.items()
                if other.expires is not None
            ]
            heapq.heapify(space.expiries)

    def _expire(self, space: Namespace, now: float) -> None:
        while space.lease_ends and space.lease_ends[0][0] < now:
            _, holder = heapq.heappop(space.lease_ends)
            lease = space.leases.get(holder)
            if lease is None:
                continue
            if lease.until < now:
                self._end_lease(space, holder)
            else:
                # It was renewed since.
                heapq.heappush(space.lease_ends, (lease.until, holder))
        while space.expiries and space.expiries[0][0] < now:
            _, number, key = heapq.heappop(space.expiries)
            slot = space.slots.get(key)
            # What is held is noted anew when its lease ends.
            if (
                slot is not None
                and slot.number == number
                and slot.record.header.reference not in space.holds
            ):
                self._go(space, key, "expired")
                space.expired += 1

    def _end_lease(self, space: Namespace, holder: str) -> None:
        for reference in space.leases.pop(holder).references:
            space.holds[reference] -= 1
            if space.holds[reference]:
                continue
            del space.holds[reference]
            space.kept.pop(reference, None)
            blob = space.blobs.get(reference)
            if blob is None:
                continue
            for key in blob.keys:
                space.held -= 1
                self._note(space, key, space.slots[key])
            self._forget_unused(space, reference)

    def _evict(self, space: Namespace, limits: Limits, newest: str) -> None:
        while (limits.max_entries is not None and len(space.slots) > limits.max_entries) or (
            limits.max_bytes is not None and space.size > limits.max_bytes
        ):
            key = self._oldest(space)
            if key is None or key == newest:
                # One that is too large by itself is over them without any lease.
                space.over_limits += space.held > 0 or len(space.kept) > 0
                return
            self._go(space, key, "evicted")
            space.evicted += 1

    @staticmethod
    def _oldest(space: Namespace) -> str | None:
        """The oldest entry that is not held."""
        while space.ages:
            number, key = space.ages[0]
            slot = space.slots.get(key)
            if (
                slot is not None
                and slot.number == number
                and slot.record.header.reference not in space.holds
            ):
                return key
            heapq.heappop(space.ages)
        return None

    def _go(self, space: Namespace, key: str, reason: Literal["expired", "evicted"]) -> None:
        version = space.slots[key].record.header.version
        self._drop(space, key)
        gone = Missing(reason, self._wall_clock())
        _remember(space.gone, key, (gone, version), _GONE_REMEMBERED)

    def _drop(self, space: Namespace, key: str, *, keep_held: bool = False) -> None:
        record = space.slots.pop(key).record
        reference = record.header.reference
        blob = space.blobs[reference]
        del blob.keys[key]
        if reference in space.holds:
            space.held -= 1
            if keep_held and not blob.keys:
                space.kept.setdefault(reference, record)
        self._forget_unused(space, reference)

    @staticmethod
    def _forget_unused(space: Namespace, reference: str) -> None:
        blob = space.blobs[reference]
        if not blob.keys and reference not in space.kept:
            del space.blobs[reference]
            space.size -= len(blob.data)


def _why(space: Namespace, key: str) -> Missing:
    return space.gone[key][0] if key in space.gone else Missing("absent")


def _live_version(space: Namespace, key: str) -> int:
    return space.slots[key].record.header.version if key in space.slots else 0


def _last_version(space: Namespace, key: str) -> int:
    return space.gone[key][1] if key in space.gone else _live_version(space, key)


def _remember(memory: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    """Sets a key as the newest, and forgets the oldest ones over ``most``."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > most:
        memory.popitem(last=False)
