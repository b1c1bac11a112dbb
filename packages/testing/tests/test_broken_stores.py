"""The contract finds what is wrong with a store."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace

import pytest

from headroom import Header, Limits, MemoryStore, Missing, Record
from headroom_testing import Capability, FaultyStore, ManualClock, StoreContract
from headroom_testing.contract.linearizability import Operation, is_linearizable


class Contract(StoreContract):
    __test__ = False

    def __init__(self, kind: type[MemoryStore]) -> None:
        self.kind = kind

    def open(self) -> MemoryStore:
        self.clock = ManualClock()
        return self.kind(clock=self.clock, wall_clock=self.clock)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


class Changed(MemoryStore):
    """Does what ``change`` says to the arguments of ``put``."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        self.before(namespace, record)
        ttl, limits, expected = self.change(ttl, limits, expected)
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)

    def before(self, namespace: str, record: Record) -> None:
        pass

    def change(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return ttl, limits, expected


class ForgetsVersions(Changed):
    def before(self, namespace: str, record: Record) -> None:
        self.delete(namespace, record.header.key)
        self._space(namespace).gone.clear()


class ShortLife(Changed):
    def change(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return None if ttl is None else ttl / 2, limits, expected


class Hoards(Changed):
    def change(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return ttl, Limits(), expected


class IgnoresExpected(Changed):
    def change(
        self, ttl: float | None, limits: Limits, expected: int | None
    ) -> tuple[float | None, Limits, int | None]:
        return ttl, limits, None


class ComparesOutsideTheLock(Changed):
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


class OneNamespace(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        return super().get("space", key, with_original=with_original)


class Cuts(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key)
        if isinstance(found, Missing):
            return found
        return replace(found, original=found.original[:1000], view=found.view[:1000])


class Stale(MemoryStore):
    """Answers from before."""

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        old: dict[tuple[str, str], Record | Missing] = self.__dict__.setdefault("old", {})
        return old.setdefault((namespace, key), super().get(namespace, key))


class NewestFirst(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return super().headers(namespace)[::-1]


class NeverWakes(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


class WakesForEver(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        super().watch(namespace, key, wake)
        return lambda: None


class Leasing(Contract):
    capabilities = frozenset({Capability.LEASES})


class HoldsNothing(MemoryStore):
    """Says that it holds, and does not."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, [], seconds=seconds)


class HoldsForEver(MemoryStore):
    """Forgets that a lease ends where nobody ends it."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, holder, references, seconds=1e9)


class NeverReleases(MemoryStore):
    def release(self, namespace: str, holder: str) -> None:
        pass


class HoldsOnlyWhatIsThere(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        there = [one for one in references if self.find(namespace, one) is not None]
        return super().lease(namespace, holder, there, seconds=seconds)


class OneHolder(MemoryStore):
    """Takes all for one."""

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        return super().lease(namespace, "run", references, seconds=seconds)

    def release(self, namespace: str, holder: str) -> None:
        super().release(namespace, "run")


class ShortensLeases(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        lived = super().lease(namespace, holder, references, seconds=seconds)
        self._space(namespace).leases[holder].until = self._clock() + seconds
        self._space(namespace).lease_ends.insert(0, (0.0, holder))
        return lived


class SaysThatAllLive(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        super().lease(namespace, holder, references, seconds=seconds)
        return True


class RefusesOverTheLimits(Changed):
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


class LosesWhatIsOverwritten(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        there = found and self.get(namespace, found.header.key)
        return found if there == found else None


class KeepsWhatIsDeleted(MemoryStore):
    """What is held survives those who want it gone."""

    def delete(self, namespace: str, key: str) -> bool:
        space = self._space(namespace)
        slot = space.slots.get(key)
        if slot is not None and slot.record.header.reference in space.holds:
            return True
        return super().delete(namespace, key)


class HoldsEverywhere(MemoryStore):
    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        for other in {"space", "other"} - {namespace}:
            super().lease(other, holder, references, seconds=seconds)
        return super().lease(namespace, holder, references, seconds=seconds)


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


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (HoldsNothing, "test_held_entries_are_not_evicted_by_number"),
        (HoldsNothing, "test_held_entries_are_not_evicted_by_bytes"),
        (HoldsNothing, "test_held_entries_do_not_expire"),
        (HoldsNothing, "test_any_series_of_operations"),
        (HoldsForEver, "test_a_lease_ends_by_its_time"),
        (HoldsForEver, "test_a_put_finds_that_a_lease_has_ended"),
        (HoldsForEver, "test_any_series_of_operations"),
        (NeverReleases, "test_a_released_lease_has_ended"),
        (NeverReleases, "test_any_series_of_operations"),
        (HoldsOnlyWhatIsThere, "test_contents_are_held_before_they_come"),
        (HoldsOnlyWhatIsThere, "test_where_all_is_held_a_put_goes_over_the_limits"),
        (OneHolder, "test_what_two_hold_stays_until_both_are_done"),
        (OneHolder, "test_any_series_of_operations"),
        (ShortensLeases, "test_nothing_but_its_time_ends_a_lease_early"),
        (SaysThatAllLive, "test_a_lease_ends_by_its_time"),
        (RefusesOverTheLimits, "test_where_all_is_held_a_put_goes_over_the_limits"),
        (EvictsTheNewest, "test_a_put_that_is_not_held_goes_over_as_well"),
        (LosesWhatIsOverwritten, "test_an_overwritten_content_is_found_as_long_as_it_is_held"),
        (KeepsWhatIsDeleted, "test_delete_takes_what_is_held"),
        (HoldsEverywhere, "test_a_lease_reaches_into_no_other_namespace"),
        (YoungAgain, "test_what_was_held_is_as_old_as_it_is"),
        (Hoards, "test_after_the_lease_there_are_no_more_than_the_limits"),
    ],
)
def test_stores_that_break_leases_are_found(kind: type[MemoryStore], test: str) -> None:
    contract = Leasing(kind)
    contract.machine_in_short, contract.machine_examples = True, 300
    with pytest.raises(AssertionError):
        getattr(contract, test)(contract.open())


def test_a_store_without_leases_is_found() -> None:
    contract = Leasing(MemoryStore)
    with pytest.raises(AssertionError, match="it has no leases"):
        contract.test_held_entries_do_not_expire(FaultyStore(contract.open()))


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (ForgetsVersions, "test_a_slow_old_write_changes_nothing"),
        (OneNamespace, "test_namespaces_are_walls"),
        (ShortLife, "test_an_entry_lives_as_long_as_it_was_promised"),
        (Hoards, "test_the_oldest_goes_when_there_are_too_many"),
        (Hoards, "test_the_oldest_go_when_there_are_too_many_bytes"),
        (IgnoresExpected, "test_expected_is_the_version_that_is_there"),
        (IgnoresExpected, "test_any_series_of_operations"),
        (Hoards, "test_any_series_of_operations"),
        (ShortLife, "test_any_series_of_operations"),
        (ForgetsVersions, "test_any_series_of_operations"),
        (ComparesOutsideTheLock, "test_one_of_several_racing_writers_wins_each_version"),
        (Cuts, "test_nothing_and_a_megabyte"),
        (NewestFirst, "test_many_entries"),
        (Stale, "test_operations_at_once_have_an_order"),
        (NeverWakes, "test_a_write_of_another_thread_wakes_every_watcher"),
        (WakesForEver, "test_a_watch_ends_and_others_go_on"),
    ],
)
def test_broken_stores_are_found(kind: type[MemoryStore], test: str) -> None:
    contract = Contract(kind)
    contract.patience = 0.1
    contract.machine_in_short, contract.machine_examples = True, 300
    with pytest.raises(AssertionError):
        getattr(contract, test)(contract.open())


class Forgets(Contract):
    """A contract whose store keeps nothing beyond a handle, whatever it claims."""

    capabilities = frozenset({Capability.DURABLE, Capability.SHARED, Capability.CRASH_SAFE})
    kills = 3

    def open_again(self) -> MemoryStore:
        return MemoryStore()

    def locator(self) -> str:
        return "memory://"


@pytest.mark.parametrize(
    "test",
    [
        "test_what_was_put_outlives_its_handle",
        "test_two_handles_are_one_store",
        "test_processes_that_count_together_lose_no_step",
        "test_a_killed_writer_loses_at_most_one_write",
    ],
)
def test_a_store_that_forgets_is_found(test: str) -> None:
    contract = Forgets(MemoryStore)
    with pytest.raises(AssertionError):
        getattr(contract, test)(contract.open())


class DoesNothing(MemoryStore):
    """Can be awaited, and writes nothing then."""

    def asynchronous(self) -> DoesNothing.Awaited:
        return self.Awaited(self)

    class Awaited:
        def __init__(self, store: MemoryStore) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Callable[..., object]:
            async def operation(*arguments: object, **options: object) -> object:
                if name == "put":
                    return True
                return getattr(self._store, name)(*arguments, **options)

            return operation


class Awaits(DoesNothing):
    """Can be awaited, and does what it is asked to."""

    class Awaited(DoesNothing.Awaited):
        def __getattr__(self, name: str) -> Callable[..., object]:
            async def operation(*arguments: object, **options: object) -> object:
                return getattr(self._store, name)(*arguments, **options)

            return operation


class Awaited(Contract):
    capabilities = frozenset({Capability.ASYNC})


@pytest.mark.parametrize("kind", [DoesNothing, Awaits])
def test_a_store_that_pretends_when_awaited_is_found(kind: type[MemoryStore]) -> None:
    contract = Awaited(kind)
    if kind is Awaits:
        contract.test_awaited_operations_do_what_their_namesakes_do(contract.open())
        contract.test_a_cancelled_write_happens_whole_or_not_at_all(contract.open())
        return
    with pytest.raises(AssertionError):
        contract.test_awaited_operations_do_what_their_namesakes_do(contract.open())


def test_only_tests_of_claimed_capabilities_are_there() -> None:
    class Durable(Contract):
        capabilities = frozenset({Capability.DURABLE})

    name = "test_what_was_put_outlives_its_handle"
    assert getattr(Contract, name) is None
    assert callable(getattr(Durable, name))
    assert Durable.test_a_killed_writer_loses_at_most_one_write is None


@pytest.mark.parametrize(
    ("second", "good"),
    [
        (Operation("get", 2, 3, 1), True),
        (Operation("get", 2, 3, 0), False),
        # It began before the put had ended, so it may have been first.
        (Operation("get", 0.5, 3, 0), True),
        (Operation("put", 2, 3, True, 2, expected=0), False),
        (Operation("put", 2, 3, True, 2, expected=1), True),
        (Operation("delete", 2, 3, False), False),
        (Operation("next_version", 2, 3, 1), True),
    ],
)
def test_wrong_histories_are_found(second: Operation, good: bool) -> None:
    assert is_linearizable([Operation("put", 0, 1, True, 1), second]) is good
