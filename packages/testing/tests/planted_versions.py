"""Stores whose writes come in another order than they were begun."""

from __future__ import annotations

import time

from planting import Rereads, Writes, found_by

from headroom import Limits, MemoryStore, Missing, Record, StoreError


@found_by("test_a_slow_old_write_changes_nothing", "test_any_series_of_operations")
class OlderOverwritesNewer(Writes):
    def before(self, namespace: str, record: Record) -> None:
        self.delete(namespace, record.header.key)
        self._space(namespace).gone.clear()


class Forgets(Writes):
    """Forgets which version a key had that is gone for a reason."""

    reason = ""

    def before(self, namespace: str, record: Record) -> None:
        space = self._space(namespace)
        self._expire(space, self._clock())
        gone, _ = space.gone.get(record.header.key, (None, 0))
        if gone is not None and gone.reason == self.reason:
            del space.gone[record.header.key]


@found_by("test_a_slow_old_write_does_not_undo_a_delete")
class ForgetsVersionsOfWhatIsDeleted(MemoryStore):
    def delete(self, namespace: str, key: str) -> bool:
        existed = super().delete(namespace, key)
        del self._space(namespace).gone[key]
        return existed


@found_by("test_a_slow_old_write_does_not_bring_back_what_was_evicted")
class ForgetsVersionsOfWhatIsEvicted(Forgets):
    reason = "evicted"


@found_by("test_a_slow_old_write_does_not_bring_back_what_expired")
class ForgetsVersionsOfWhatExpired(Forgets):
    reason = "expired"


@found_by("test_a_slow_old_write_does_not_undo_a_clear")
class ForgetsThatItWasCleared(MemoryStore):
    def clear(self, namespace: str) -> int:
        count = super().clear(namespace)
        self._space(namespace).cleared = 0
        return count


@found_by("test_no_version_is_given_out_again")
class VersionsOfWhatIsThere(MemoryStore):
    """The next is one more than the highest there is."""

    def next_version(self, namespace: str) -> int:
        slots = self._space(namespace).slots.values()
        return 1 + max((slot.record.header.version for slot in slots), default=0)


@found_by("test_no_version_is_given_out_again")
class ClearBeginsAnew(MemoryStore):
    def clear(self, namespace: str) -> int:
        count = super().clear(namespace)
        del self._namespaces[namespace]
        return count


@found_by("test_versions_only_grow")
class VersionsAreSeconds(MemoryStore):
    def next_version(self, namespace: str) -> int:
        return int(self._clock())


@found_by("test_versions_are_unique_across_threads")
class CountsOutsideTheLock(MemoryStore):
    def next_version(self, namespace: str) -> int:
        version = self._space(namespace).version + 1
        time.sleep(0.0001)
        self._space(namespace).version = version
        return version


class Expecting(Writes):
    def expects(self, expected: int | None) -> int | None:
        return expected

    def changed(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return ttl, limits, self.expects(expected)


@found_by(
    "test_expected_is_the_version_that_is_there",
    "test_expected_of_what_is_gone_writes_nothing",
    "test_any_series_of_operations",
)
class ExpectsNothing(Expecting):
    def expects(self, expected: int | None) -> int | None:
        return None


@found_by("test_expected_zero_writes_where_nothing_is")
class ZeroIsAny(Expecting):
    def expects(self, expected: int | None) -> int | None:
        return expected or None


@found_by("test_expected_zero_writes_over_what_is_gone")
class ZeroIsNever(MemoryStore):
    """Takes what is gone for what is there."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        found = self.get(namespace, record.header.key)
        if expected == 0 and isinstance(found, Missing) and found.reason != "absent":
            return False
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


@found_by("test_one_of_several_racing_writers_wins_each_version")
class ComparesOutsideTheLock(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        found = self.get(namespace, record.header.key)
        live = found.header.version if isinstance(found, Record) else 0
        if expected not in (None, live):
            return False
        time.sleep(0.002)
        return super().put(namespace, record, ttl=ttl, limits=limits)


@found_by("test_a_refused_write_evicts_nothing_and_stores_nothing")
class RemembersTheViewsOfRefusedWrites(Writes):
    def before(self, namespace: str, record: Record) -> None:
        header = record.header
        self.remember_view(namespace, header.view_reference, header.reference)


# Several threads


@found_by("test_operations_at_once_have_an_order")
class AnswersFromBefore(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        old: dict[tuple[str, str], Record | Missing] = self.__dict__.setdefault("old", {})
        return old.setdefault((namespace, key), super().get(namespace, key))


@found_by("test_writers_of_different_keys_lose_nothing")
class WritesTheWholeNamespace(MemoryStore):
    """What another has written meanwhile goes."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        read = {*(header.key for header in self.headers(namespace)), record.header.key}
        time.sleep(0.001)
        written = super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        for header in self.headers(namespace):
            if header.key not in read:
                self.delete(namespace, header.key)
        return written


class ReadsTwice(Rereads):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        first = super().get(namespace, key, with_original=with_original)
        time.sleep(0.0005)
        second = super().get(namespace, key, with_original=with_original)
        if isinstance(first, Missing) or isinstance(second, Missing):
            return first
        return self.joined(first, second)

    def joined(self, first: Record, second: Record) -> Record:
        return first


@found_by("test_readers_see_whole_records")
class TornOriginals(ReadsTwice):
    def joined(self, first: Record, second: Record) -> Record:
        return Record(first.header, second.original, first.view)


@found_by("test_readers_see_whole_records")
class TornViews(ReadsTwice):
    def joined(self, first: Record, second: Record) -> Record:
        return Record(first.header, first.original, second.view)


@found_by("test_readers_see_whole_records")
class NothingForAMoment(Writes):
    """Takes the old away before it writes the new."""

    def before(self, namespace: str, record: Record) -> None:
        space = self._space(namespace)
        with self._lock:
            if record.header.key in space.slots:
                self._drop(space, record.header.key)
        time.sleep(0.0005)


@found_by("test_many_threads_at_once")
class FailsAtOnce(MemoryStore):
    """Is not made for threads, and says so."""

    busy = False

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        if self.busy:
            raise StoreError("somebody else writes")
        self.busy = True
        time.sleep(0.0001)
        try:
            return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        finally:
            self.busy = False


@found_by("test_expected_zero_writes_over_what_is_gone")
class ExpectsWhatHasExpired(Writes):
    """Until something else clears it away."""

    def changed(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        slots = self._space("space").slots.values()
        over = any(one.expires is not None and one.expires < self._clock() for one in slots)
        return ttl, limits, 7 if over and expected == 0 else expected


@found_by("test_what_went_is_remembered_for_long")
class ForgetsSoon(MemoryStore):
    """Remembers no more than two hundred keys that went."""

    def delete(self, namespace: str, key: str) -> bool:
        deleted = super().delete(namespace, key)
        gone = self._space(namespace).gone
        while len(gone) > 200:
            gone.popitem(last=False)
        return deleted
