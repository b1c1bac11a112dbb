"""Leases: what somebody needs is neither evicted nor expired."""

from __future__ import annotations

import threading
from collections.abc import Collection

from headroom import LeasingStore, Limits, Missing, Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.records import digest, make, original, put, write

__all__ = ["LeaseTests"]

_TWO = Limits(max_entries=2)


def hold(store: Store, holder: str, *contents: str, seconds: float = 100) -> bool:
    """Holds contents in the namespace of the tests."""
    return lease(store, holder, [digest(content) for content in contents], seconds=seconds)


def lease(
    store: Store,
    holder: str,
    references: Collection[str],
    *,
    namespace: str = "space",
    seconds: float = 100,
) -> bool:
    assert isinstance(store, LeasingStore), "it has no leases"
    return store.lease(namespace, holder, references, seconds=seconds)


def release(store: Store, holder: str, *, namespace: str = "space") -> None:
    assert isinstance(store, LeasingStore)
    store.release(namespace, holder)


def keys(store: Store) -> list[str]:
    return [header.key for header in store.headers("space")]


class LeaseTests(ContractBase):
    """``lease`` and ``release``."""

    #: Threads that put and hold at once, and how often each does.
    holding_threads: int = 6
    holding_turns: int = 15

    # What is held stays

    @needs(Capability.LEASES)
    def test_held_entries_are_not_evicted_by_number(self, store: Store) -> None:
        for key in "ab":
            write(store, key, key, limits=_TWO)
        hold(store, "run", "a")
        for key in "cde":
            write(store, key, key, limits=_TWO)
        assert keys(store) == ["a", "e"]
        assert original(store, "a") == "a"
        assert store.usage("space").leased == 1

    @needs(Capability.LEASES)
    def test_held_entries_are_not_evicted_by_bytes(self, store: Store) -> None:
        limits = Limits(max_bytes=250)
        for key in "ab":
            write(store, key, key * 100, limits=limits)
        hold(store, "run", "a" * 100)
        for key in "cd":
            write(store, key, key * 100, limits=limits)
        assert keys(store) == ["a", "d"]

    @needs(Capability.LEASES)
    def test_held_entries_do_not_expire(self, store: Store) -> None:
        record = write(store, "key", "content", view="view", ttl=1)
        hold(store, "run", "content", seconds=100)
        self.advance(50)
        assert store.get("space", "key") == record
        seen = store.get("space", "key", with_original=False)
        assert isinstance(seen, Record)
        assert store.find("space", record.header.reference) == record
        assert keys(store) == ["key"]
        usage = store.usage("space")
        assert (usage.entries, usage.expired, usage.leased) == (1, 0, 1)

    @needs(Capability.LEASES)
    def test_contents_are_held_before_they_come(self, store: Store) -> None:
        hold(store, "run", "a")
        for key in "abc":
            write(store, key, key, ttl=1, limits=_TWO)
        self.advance(50)
        assert keys(store) == ["a"]

    @needs(Capability.LEASES)
    def test_every_key_of_a_held_content_stays(self, store: Store) -> None:
        for key in ("one", "two"):
            write(store, key, "same", ttl=1)
        hold(store, "run", "same")
        write(store, "three", "same", ttl=1)
        self.advance(50)
        assert keys(store) == ["one", "two", "three"]
        assert store.usage("space").leased == 3

    @needs(Capability.LEASES)
    def test_what_is_put_again_is_held_as_before(self, store: Store) -> None:
        hold(store, "run", "content", seconds=1e6)
        for _ in range(2):
            write(store, "key", "content", ttl=1)
        write(store, "other", "other", limits=Limits(max_entries=1))
        self.advance(5e5)
        assert original(store, "key") == "content"

    @needs(Capability.LEASES)
    def test_an_overwritten_content_is_found_as_long_as_it_is_held(self, store: Store) -> None:
        first = write(store, "key", "old content", view="old", ttl=1)
        hold(store, "run", "old content")
        write(store, "key", "new")
        self.advance(50)
        assert original(store, "key") == "new"
        assert store.find("space", first.header.reference) == first
        assert keys(store) == ["key"]
        usage = store.usage("space")
        assert (usage.entries, usage.leased, usage.bytes) == (1, 0, len("old content" + "new"))
        release(store, "run")
        assert store.find("space", first.header.reference) is None
        assert store.usage("space").bytes == len("new")

    @needs(Capability.LEASES)
    def test_a_kept_content_can_be_put_again(self, store: Store) -> None:
        write(store, "key", "old")
        hold(store, "run", "old")
        write(store, "key", "new")
        again = write(store, "other", "old")
        assert store.find("space", again.header.reference) == again
        release(store, "run")
        assert store.find("space", again.header.reference) == again
        assert store.usage("space").bytes == len("old" + "new")

    # Over the limits

    @needs(Capability.LEASES)
    def test_where_all_is_held_a_put_goes_over_the_limits(self, store: Store) -> None:
        hold(store, "run", *"abcd")
        for key in "abcd":
            write(store, key, key, limits=_TWO)
        assert keys(store) == list("abcd")
        usage = store.usage("space")
        assert (usage.leased, usage.evicted, usage.over_limits) == (4, 0, 2)

    @needs(Capability.LEASES)
    def test_a_put_that_is_not_held_goes_over_as_well(self, store: Store) -> None:
        hold(store, "run", *"ab")
        for key in "abcd":
            write(store, key, key, limits=_TWO)
        # Nothing is evicted by its own write, and the one before it may go.
        assert keys(store) == ["a", "b", "d"]
        usage = store.usage("space")
        assert (usage.evicted, usage.over_limits) == (1, 2)

    @needs(Capability.LEASES)
    def test_after_the_lease_there_are_no_more_than_the_limits(self, store: Store) -> None:
        hold(store, "run", *"abcd")
        for key in "abcd":
            write(store, key, key, limits=_TWO)
        release(store, "run")
        assert keys(store) == list("abcd")
        write(store, "e", "e", limits=_TWO)
        assert keys(store) == ["d", "e"]
        assert store.usage("space").evicted == 3

    @needs(Capability.LEASES)
    def test_what_was_held_is_as_old_as_it_is(self, store: Store) -> None:
        for key in "abc":
            write(store, key, key, limits=Limits(max_entries=3))
        hold(store, "run", "b", "a")
        release(store, "run")
        write(store, "d", "d", limits=Limits(max_entries=3))
        assert keys(store) == ["b", "c", "d"]
        write(store, "e", "e", limits=Limits(max_entries=3))
        assert keys(store) == ["c", "d", "e"]

    # How it ends

    @needs(Capability.LEASES)
    def test_a_lease_ends_by_its_time(self, store: Store) -> None:
        record = write(store, "key", "content", ttl=1)
        assert not hold(store, "run", "content", seconds=10)
        self.advance(9)
        assert store.get("space", "key") == record
        self.advance(2)
        missing = store.get("space", "key")
        assert isinstance(missing, Missing)
        assert missing.reason == "expired"
        assert missing.when is not None
        assert store.find("space", record.header.reference) is None
        assert store.headers("space") == []
        usage = store.usage("space")
        assert (usage.entries, usage.bytes, usage.expired, usage.leased) == (0, 0, 1, 0)
        assert not hold(store, "run", seconds=10), "a lease that has ended is said to live"

    @needs(Capability.LEASES)
    def test_a_lease_lasts_to_a_fraction_of_a_second(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        hold(store, "run", "content", seconds=2.75)
        self.advance(2.5)
        assert original(store, "key") == "content"
        self.advance(0.5)
        assert isinstance(store.get("space", "key"), Missing)

    @needs(Capability.LEASES)
    def test_a_put_finds_that_a_lease_has_ended(self, store: Store) -> None:
        hold(store, "run", *"ab", seconds=10)
        for key in "ab":
            write(store, key, key, limits=_TWO)
        self.advance(11)
        write(store, "c", "c", limits=_TWO)
        assert keys(store) == ["b", "c"]
        missing = store.get("space", "a")
        assert isinstance(missing, Missing)
        assert missing.reason == "evicted"

    @needs(Capability.LEASES)
    def test_nothing_but_its_time_ends_a_lease_early(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        hold(store, "run", "content", seconds=100)
        hold(store, "run", seconds=1)
        self.advance(50)
        assert original(store, "key") == "content"

    @needs(Capability.LEASES)
    def test_a_renewed_lease_goes_on(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        hold(store, "run", "content", seconds=10)
        for _ in range(5):
            self.advance(8)
            assert hold(store, "run", seconds=10), "a lease that lives is said to have ended"
        assert original(store, "key") == "content"
        assert keys(store) == ["key"]
        self.advance(11)
        assert isinstance(store.get("space", "key"), Missing)

    @needs(Capability.LEASES)
    def test_a_released_lease_has_ended(self, store: Store) -> None:
        write(store, "timed", "1", ttl=1)
        write(store, "other", "2")
        hold(store, "run", "1", "2")
        self.advance(5)
        release(store, "run")
        missing = store.get("space", "timed")
        assert isinstance(missing, Missing)
        assert missing.reason == "expired"
        write(store, "new", "3", limits=Limits(max_entries=1))
        assert keys(store) == ["new"]
        release(store, "run")
        release(store, "nobody")

    @needs(Capability.LEASES)
    def test_what_two_hold_stays_until_both_are_done(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        hold(store, "one", "content", seconds=10)
        hold(store, "two", "content", seconds=100)
        hold(store, "three", "content", seconds=100)
        release(store, "three")
        self.advance(50)
        assert original(store, "key") == "content"
        release(store, "two")
        assert isinstance(store.get("space", "key"), Missing)

    @needs(Capability.LEASES)
    def test_one_that_holds_twice_lets_go_once(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        hold(store, "run", "content", "content")
        hold(store, "run", "content")
        release(store, "run")
        self.advance(2)
        assert isinstance(store.get("space", "key"), Missing)

    @needs(Capability.LEASES)
    def test_many_are_held_and_let_go(self, store: Store) -> None:
        contents = [f"content {number}" for number in range(1200)]
        for content in contents:
            write(store, content, content, ttl=1)
        hold(store, "run", *contents)
        self.advance(5)
        assert store.usage("space").leased == 1200
        write(store, "new", "new", limits=Limits(max_entries=5))
        assert store.usage("space").entries == 1201
        release(store, "run")
        usage = store.usage("space")
        assert (usage.entries, usage.leased, usage.expired) == (1, 0, 1200)

    # What somebody wants gone is gone

    @needs(Capability.LEASES)
    def test_delete_takes_what_is_held(self, store: Store) -> None:
        record = write(store, "key", "content")
        hold(store, "run", "content")
        assert store.delete("space", "key")
        missing = store.get("space", "key")
        assert isinstance(missing, Missing)
        assert missing.reason == "deleted"
        assert store.find("space", record.header.reference) is None
        assert store.usage("space").bytes == 0
        write(store, "key", "content", ttl=1)
        self.advance(5)
        assert original(store, "key") == "content"

    @needs(Capability.LEASES)
    def test_clear_takes_what_is_held(self, store: Store) -> None:
        for content in ("overwritten", "content"):
            hold(store, "run", content)
            write(store, "key", content)
        assert store.clear("space") == 1
        assert store.find("space", digest("overwritten")) is None
        usage = store.usage("space")
        assert (usage.entries, usage.bytes, usage.leased) == (0, 0, 0)
        write(store, "key", "content", ttl=1)
        self.advance(5)
        assert original(store, "key") == "content"
        release(store, "run")
        assert isinstance(store.get("space", "key"), Missing)

    @needs(Capability.LEASES)
    def test_a_lease_reaches_into_no_other_namespace(self, store: Store) -> None:
        write(store, "key", "content", ttl=1)
        lease(store, "run", [digest("content")], namespace="other")
        self.advance(5)
        assert isinstance(store.get("space", "key"), Missing)
        write(store, "key", "content", ttl=1)
        hold(store, "run", "content")
        release(store, "run", namespace="other")
        self.advance(5)
        assert original(store, "key") == "content"

    # Several at once

    @needs(Capability.LEASES)
    def test_threads_that_hold_at_once_lose_nothing(self, store: Store) -> None:
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for turn in range(self.holding_turns):
                    holder, content = f"run {number} {turn}", f"content {number} {turn}"
                    hold(store, holder, content, "shared")
                    write(store, f"key {number}", content, limits=_TWO)
                    assert store.find("space", digest(content)) is not None
                    assert original(store, f"key {number}") == content
                    release(store, holder)
            except BaseException as error:
                failures.append(error)

        threads = [
            threading.Thread(target=work, args=(number,)) for number in range(self.holding_threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        write(store, "last", "last", limits=_TWO)
        usage = store.usage("space")
        assert (usage.entries, usage.leased) == (2, 0)

    @needs(Capability.LEASES, Capability.DURABLE)
    def test_a_lease_outlives_the_handle_that_took_it(self, store: Store) -> None:
        record = write(store, "key", "content", ttl=1)
        hold(store, "run", "content", seconds=100)
        write(store, "key", "new")
        store.close()
        again = self.open_again()
        try:
            self.advance(50)
            assert again.find("space", record.header.reference) == record
            assert hold(again, "run", seconds=1)
            self.advance(51)
            assert again.find("space", record.header.reference) is None
        finally:
            again.close()

    @needs(Capability.LEASES, Capability.SHARED)
    def test_two_handles_hold_the_same(self, store: Store) -> None:
        other = self.open_again()
        try:
            write(store, "key", "content", ttl=1)
            hold(store, "one", "content")
            hold(other, "two", "content")
            self.advance(5)
            release(store, "one")
            assert original(store, "key") == "content"
            assert original(other, "key") == "content"
            late = make("late", "content", store.next_version("space"))
            assert put(other, late, ttl=1)
            self.advance(5)
            assert keys(store) == ["key", "late"]
            release(store, "two")
            assert isinstance(other.get("space", "key"), Missing)
        finally:
            other.close()
