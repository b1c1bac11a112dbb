"""Stores whose leases hold too little, or too much."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from planting import LEASES, Writes, found_by

from headroom import Limits, MemoryStore, Record, StoreError, Usage
from headroom.stores.memory_parts import Namespace


@found_by(
    "test_held_entries_are_not_evicted_by_number",
    "test_held_entries_are_not_evicted_by_bytes",
    "test_held_entries_do_not_expire",
    "test_any_series_of_operations",
    claims=LEASES,
)
class HoldsNothing(MemoryStore):
    """Says that it holds, and does not."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, [], seconds=seconds)


@found_by(
    "test_a_lease_ends_by_its_time",
    "test_a_put_finds_that_a_lease_has_ended",
    "test_any_series_of_operations",
    claims=LEASES,
)
class HoldsForEver(MemoryStore):
    """Forgets that a lease ends where nobody ends it."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, references, seconds=1e9)


@found_by("test_a_released_lease_has_ended", "test_any_series_of_operations", claims=LEASES)
class NeverReleases(MemoryStore):
    def release(self, namespace: str, holder: str) -> None:
        pass


@found_by(
    "test_contents_are_held_before_they_come", "test_where_all_is_held_a_put_goes_over_the_limits"
)
class HoldsOnlyWhatIsThere(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        there = [one for one in references if self.find(namespace, one) is not None]
        return super().lease(namespace, holder, there, seconds=seconds)


@found_by(
    "test_what_two_hold_stays_until_both_are_done", "test_any_series_of_operations", claims=LEASES
)
class OneHolder(MemoryStore):
    """Takes all for one."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, "run", references, seconds=seconds)

    def release(self, namespace: str, holder: str) -> None:
        super().release(namespace, "run")


@found_by("test_nothing_but_its_time_ends_a_lease_early")
class ShortensLeases(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        lived = super().lease(namespace, holder, references, seconds=seconds)
        self._space(namespace).leases[holder].until = self._clock() + seconds
        self._space(namespace).lease_ends.insert(0, (0.0, holder))
        return lived


@found_by("test_a_lease_ends_by_its_time")
class SaysThatAllLive(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        super().lease(namespace, holder, references, seconds=seconds)
        return True


@found_by("test_where_all_is_held_a_put_goes_over_the_limits")
class RefusesOverTheLimits(Writes):
    """Rather writes nothing than too much."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        usage = self.usage(namespace)
        if limits.max_entries is not None and usage.leased >= limits.max_entries:
            return False
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@found_by("test_a_put_that_is_not_held_goes_over_as_well")
class EvictsTheNewest(MemoryStore):
    """Where all others are held, it takes what it has just written."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        before = self.usage(namespace).over_limits
        written = super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        if self.usage(namespace).over_limits > before:
            self.delete(namespace, record.header.key)
        return written


@found_by("test_an_overwritten_content_is_found_as_long_as_it_is_held")
class LosesWhatIsOverwritten(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        there = found and self.get(namespace, found.header.key)
        return found if there == found else None


@found_by("test_delete_takes_what_is_held")
class KeepsWhatIsDeleted(MemoryStore):
    """What is held survives those who want it gone."""

    def delete(self, namespace: str, key: str) -> bool:
        space = self._space(namespace)
        slot = space.slots.get(key)
        if slot is not None and slot.record.header.reference in space.holds:
            return True
        return super().delete(namespace, key)


@found_by("test_a_lease_reaches_into_no_other_namespace")
class HoldsEverywhere(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        for other in {"space", "other"} - {namespace}:
            super().lease(other, holder, references, seconds=seconds)
        return super().lease(namespace, holder, references, seconds=seconds)


@found_by("test_what_was_held_is_as_old_as_it_is")
class YoungAgain(MemoryStore):
    """What was held counts as new."""

    def release(self, namespace: str, holder: str) -> None:
        space = self._space(namespace)
        lease = space.leases.get(holder)
        for slot in space.slots.values():
            if lease is not None and slot.record.header.reference in lease.references:
                space.writes += 1
                slot.number = space.writes
        super().release(namespace, holder)


@found_by("test_a_renewed_lease_goes_on")
class NeverRenews(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        longer = seconds if references else 0.0
        return super().lease(namespace, holder, references, seconds=longer)


@found_by("test_one_that_holds_twice_lets_go_once")
class CountsLeases(MemoryStore):
    """Ends a lease when it was released as often as it was taken."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        taken: dict[object, int] = self.__dict__.setdefault("taken", {})
        taken[namespace, holder] = taken.get((namespace, holder), 0) + 1
        return super().lease(namespace, holder, references, seconds=seconds)

    def release(self, namespace: str, holder: str) -> None:
        self.__dict__["taken"][namespace, holder] -= 1
        if not self.__dict__["taken"][namespace, holder]:
            super().release(namespace, holder)


@found_by("test_every_key_of_a_held_content_stays")
class CountsHeldContents(MemoryStore):
    def usage(self, namespace: str) -> Usage:
        found = super().usage(namespace)
        space = self._space(namespace)
        return replace(found, leased=len(space.holds.keys() & space.blobs.keys()))


@found_by("test_a_kept_content_can_be_put_again")
class LetsGoWhatWasKept(MemoryStore):
    """Though it was put again."""

    def release(self, namespace: str, holder: str) -> None:
        space = self._space(namespace)
        keys = [key for reference in space.kept for key in space.blobs[reference].keys]
        super().release(namespace, holder)
        for key in keys:
            self.delete(namespace, key)


@found_by("test_clear_takes_what_is_held")
class ClearKeepsWhatIsHeld(MemoryStore):
    def clear(self, namespace: str) -> int:
        holds = self._space(namespace).holds
        loose = [one.key for one in self.headers(namespace) if one.reference not in holds]
        return sum([self.delete(namespace, key) for key in loose])


@found_by("test_many_are_held_and_let_go")
class LetsGoAThousand(MemoryStore):
    def release(self, namespace: str, holder: str) -> None:
        lease = self._space(namespace).leases.get(holder)
        if lease is not None:
            lease.references = set(sorted(lease.references)[:1000])
        super().release(namespace, holder)


@found_by("test_threads_that_hold_at_once_lose_nothing")
class HoldsForOneAtATime(MemoryStore):
    busy = False

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        if self.busy:
            raise StoreError("somebody else takes a lease")
        self.busy = True
        time.sleep(0.0005)
        try:
            return super().lease(namespace, holder, references, seconds=seconds)
        finally:
            self.busy = False


@found_by("test_what_is_put_again_is_held_as_before")
class OverwritingLetsGo(MemoryStore):
    """The entry that is put again is noted as one that may go."""

    def _add(self, space: Namespace, record: Record, expires: float | None) -> None:
        super()._add(space, record, expires)
        reference, key = record.header.reference, record.header.key
        if reference in space.holds and record.header.version > 1:
            space.held -= len(space.blobs[reference].keys)
            del space.holds[reference]
            self._note(space, key, space.slots[key])


@found_by("test_what_is_put_again_is_held_as_before")
class HoldsForADayAtMost(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, references, seconds=min(seconds, 86_400.0))


@found_by("test_a_lease_lasts_to_a_fraction_of_a_second")
class HoldsForWholeSeconds(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, references, seconds=int(seconds))
