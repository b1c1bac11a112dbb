"""Stores that evict too much, too little, or the wrong entries."""

from __future__ import annotations

from dataclasses import replace

from planting import Rereads, Writes, found_by

from headroom import Limits, MemoryStore, Missing, Record, Usage
from headroom.stores.memory_parts import Namespace

MANY = "test_the_oldest_goes_when_there_are_too_many"
LARGE = "test_the_oldest_go_when_there_are_too_many_bytes"
ORDER = "test_age_is_the_order_of_writes"


class Limiting(Writes):
    """Takes other limits than it is given."""

    def limited(self, limits: Limits) -> Limits:
        return limits

    def changed(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return ttl, self.limited(limits), expected


@found_by(
    MANY,
    LARGE,
    "test_any_series_of_operations",
    "test_after_the_lease_there_are_no_more_than_the_limits",
)
class Hoards(Limiting):
    def limited(self, limits: Limits) -> Limits:
        return Limits()


@found_by(LARGE)
class CountsNoBytes(Limiting):
    def limited(self, limits: Limits) -> Limits:
        return replace(limits, max_bytes=None)


@found_by("test_large_limits_are_limits")
class NoLimitAboveAMegabyte(Limiting):
    def limited(self, limits: Limits) -> Limits:
        most = limits.max_bytes
        return replace(limits, max_bytes=None if most is None or most > 2**20 else most)


@found_by(MANY)
class OneTooMany(Limiting):
    def limited(self, limits: Limits) -> Limits:
        most = limits.max_entries
        return replace(limits, max_entries=None if most is None else most + 1)


@found_by("test_what_fits_exactly_stays")
class OneTooFew(Limiting):
    def limited(self, limits: Limits) -> Limits:
        most = limits.max_bytes
        return replace(limits, max_bytes=None if most is None else most - 1)


@found_by("test_limits_are_those_of_each_write")
class RemembersLimits(Limiting):
    def limited(self, limits: Limits) -> Limits:
        self.last = limits if limits != Limits() else self.__dict__.get("last", limits)
        return self.last


@found_by(MANY)
class EvictsTheLast(MemoryStore):
    @staticmethod
    def _oldest(space: Namespace) -> str | None:
        return list(space.slots)[-2] if len(space.slots) > 1 else None


@found_by(ORDER)
class EvictsByName(MemoryStore):
    @staticmethod
    def _oldest(space: Namespace) -> str | None:
        newest = next(reversed(space.slots))
        return min((key for key in space.slots if key != newest), default=None)


@found_by(ORDER)
class EvictsTheSmallest(MemoryStore):
    @staticmethod
    def _oldest(space: Namespace) -> str | None:
        newest = next(reversed(space.slots))
        sizes = {key: len(slot.record.original) for key, slot in space.slots.items()}
        return min((key for key in sizes if key != newest), key=sizes.__getitem__, default=None)


@found_by("test_overwriting_makes_an_entry_young")
class EvictsByTheFirstWrite(Writes):
    def before(self, namespace: str, record: Record) -> None:
        firsts: dict[str, int] = self.__dict__.setdefault("firsts", {})
        firsts.setdefault(record.header.key, len(firsts))

    def _evict(self, space: Namespace, limits: Limits, newest: str) -> None:
        most = limits.max_entries
        while most is not None and len(space.slots) > most:
            others = [key for key in space.slots if key != newest]
            self._go(space, min(others, key=self.__dict__["firsts"].__getitem__), "evicted")


@found_by("test_reading_makes_no_entry_young")
class ReadingMakesYoung(Rereads):
    """Evicts what was used longest ago."""

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        space, slot = self.slot(namespace, key)
        if slot is not None:
            space.writes += 1
            slot.number = space.writes
            self._note(space, key, slot)
            space.slots.move_to_end(key)
        return super().get(namespace, key, with_original=with_original)


@found_by("test_reading_makes_no_entry_young")
class FindingMakesYoung(Rereads):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        if found is not None:
            self.put(namespace, found, ttl=None, limits=Limits())
        return found


@found_by("test_expired_entries_make_room_before_living_ones")
class EvictsBeforeItLooksAtTime(MemoryStore):
    putting = False

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        self.putting = True
        try:
            return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        finally:
            self.putting = False

    def _expire(self, space: Namespace, now: float) -> None:
        if not self.putting:
            super()._expire(space, now)


@found_by("test_one_write_evicts_as_many_as_it_must")
class EvictsOne(MemoryStore):
    def _evict(self, space: Namespace, limits: Limits, newest: str) -> None:
        oldest = next(iter(space.slots))
        over = limits.max_bytes is not None and space.size > limits.max_bytes
        if over or len(space.slots) > (limits.max_entries or len(space.slots)):
            self._go(space, oldest, "evicted")
            space.evicted += 1


@found_by("test_no_entry_is_evicted_by_its_own_write")
class EvictsItsOwnWrite(MemoryStore):
    def _evict(self, space: Namespace, limits: Limits, newest: str) -> None:
        super()._evict(space, limits, newest)
        if limits.max_bytes is not None and space.size > limits.max_bytes:
            self._go(space, newest, "evicted")


@found_by("test_overwriting_evicts_no_other")
class OverwritingEvicts(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        most = limits.max_entries
        if most is not None and record.header.key in self._space(namespace).slots:
            limits = replace(limits, max_entries=most - 1)
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@found_by("test_what_is_overwritten_takes_no_room")
class CountsWhatItOverwrites(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        old = self.get(namespace, record.header.key)
        if isinstance(old, Record) and limits.max_bytes is not None:
            limits = replace(limits, max_bytes=limits.max_bytes - len(old.original))
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@found_by("test_views_and_equal_contents_take_no_room")
class CountsViews(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        if limits.max_bytes is not None:
            limits = replace(limits, max_bytes=limits.max_bytes - len(record.view))
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@found_by("test_equal_content_is_stored_once", "test_views_and_equal_contents_take_no_room")
class CountsEqualContentsOften(MemoryStore):
    def usage(self, namespace: str) -> Usage:
        found = super().usage(namespace)
        slots = self._space(namespace).slots.values()
        return replace(found, bytes=sum(len(slot.record.original) for slot in slots))


@found_by("test_limits_are_those_of_one_namespace")
class LimitsOfAll(MemoryStore):
    """Evicts in all namespaces."""

    def _evict(self, space: Namespace, limits: Limits, newest: str) -> None:
        for one in self._namespaces.values():
            super()._evict(one, limits, newest)


@found_by("test_no_room_is_a_limit_too")
class ZeroIsWithoutLimit(Limiting):
    def limited(self, limits: Limits) -> Limits:
        return Limits(limits.max_entries or None, limits.max_bytes or None)
