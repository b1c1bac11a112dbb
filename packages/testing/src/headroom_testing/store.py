"""What every store does."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator

import pytest

from headroom import Limits, Missing, Record, Store
from headroom_testing.contract.awaiting import AsyncTests
from headroom_testing.contract.closing import ClosingTests
from headroom_testing.contract.histories import HistoryTests
from headroom_testing.contract.leasing import LeaseTests
from headroom_testing.contract.lifetimes import LifetimeTests
from headroom_testing.contract.machine import MachineTests
from headroom_testing.contract.names import NameTests
from headroom_testing.contract.processes import ProcessTests
from headroom_testing.contract.records import digest, make, original, put, write
from headroom_testing.contract.room import RoomTests
from headroom_testing.contract.together import TogetherTests
from headroom_testing.contract.values import ValueTests
from headroom_testing.contract.versions import VersionTests
from headroom_testing.contract.views import ViewTests
from headroom_testing.contract.watching import WatchTests

__all__ = ["StoreContract", "digest", "make", "original", "put", "write"]


class StoreContract(
    NameTests,
    ValueTests,
    LifetimeTests,
    RoomTests,
    ViewTests,
    VersionTests,
    TogetherTests,
    LeaseTests,
    WatchTests,
    MachineTests,
    HistoryTests,
    ProcessTests,
    AsyncTests,
    ClosingTests,
):
    """Inherit it, say how to open the store and how time passes, and pytest tests the contract.

    In a file of tests::

        class TestMyStore(StoreContract):
            def open(self):
                self.clock = ManualClock()
                return MyStore(clock=self.clock)

            def advance(self, seconds):
                self.clock.advance(seconds)

    """

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        store = self.open()
        yield store
        store.close()

    # Reading what was written

    def test_gives_back_what_was_put(self, store: Store) -> None:
        record = write(store, "key", "original \ud800", view="view", meta={"agent": "a", "n": [1]})
        assert store.get("space", "key") == record

    def test_says_that_a_key_was_never_there(self, store: Store) -> None:
        assert store.get("space", "key") == Missing("absent")

    def test_keys_and_namespaces_do_not_run_together(self, store: Store) -> None:
        write(store, "b::k", "one", namespace="a")
        write(store, "k", "two", namespace="a::b")
        assert original(store, "b::k", namespace="a") == "one"
        assert original(store, "k", namespace="a::b") == "two"

    def test_overwriting_replaces_and_makes_the_newest(self, store: Store) -> None:
        for key, content in (("a", "1"), ("b", "2"), ("a", "3")):
            write(store, key, content)
        assert original(store, "a") == "3"
        assert [header.key for header in store.headers("space")] == ["b", "a"]

    def test_headers_are_those_of_the_records(self, store: Store) -> None:
        records = [write(store, key, key * 3) for key in "abc"]
        assert store.headers("space") == [record.header for record in records]

    # Equal content

    def test_equal_content_is_stored_once(self, store: Store) -> None:
        for key in "abc":
            write(store, key, "x" * 1000)
        assert store.usage("space").bytes == 1000
        store.delete("space", "b")
        assert store.usage("space").bytes == 1000
        store.delete("space", "a")
        store.delete("space", "c")
        assert store.usage("space").bytes == 0

    def test_content_is_found_by_its_reference(self, store: Store) -> None:
        write(store, "a", "same")
        newest = write(store, "b", "same")
        reference = newest.header.reference
        assert store.find("space", reference) == newest
        store.delete("space", "b")
        found = store.find("space", reference)
        assert found is not None
        assert found.header.key == "a"
        store.delete("space", "a")
        assert store.find("space", reference) is None

    # Time

    def test_an_entry_lives_as_long_as_it_was_promised(self, store: Store) -> None:
        write(store, "key", "content", ttl=10)
        self.advance(9.9)
        assert original(store, "key") == "content"
        self.advance(0.2)
        missing = store.get("space", "key")
        assert isinstance(missing, Missing)
        assert missing.reason == "expired"
        assert missing.when is not None

    def test_expired_entries_are_nowhere(self, store: Store) -> None:
        record = write(store, "key", "content", ttl=1)
        self.advance(1.1)
        assert store.headers("space") == []
        assert store.find("space", record.header.reference) is None
        assert store.usage("space").entries == 0
        assert store.usage("space").bytes == 0
        assert store.usage("space").expired == 1
        assert not store.delete("space", "key")

    def test_ttl_zero_ends_with_the_moment(self, store: Store) -> None:
        write(store, "key", "content", ttl=0)
        self.advance(0.01)
        assert isinstance(store.get("space", "key"), Missing)

    def test_without_ttl_an_entry_stays(self, store: Store) -> None:
        write(store, "key", "content", ttl=None)
        self.advance(10 * 365 * 86400.0)
        assert original(store, "key") == "content"

    def test_each_entry_has_its_own_ttl(self, store: Store) -> None:
        write(store, "long", "1", ttl=100)
        write(store, "short", "2", ttl=1)
        self.advance(50)
        assert [header.key for header in store.headers("space")] == ["long"]

    def test_overwriting_begins_a_new_life(self, store: Store) -> None:
        write(store, "key", "old", ttl=1)
        write(store, "key", "new", ttl=100)
        self.advance(50)
        assert original(store, "key") == "new"

    # Room

    def test_the_oldest_goes_when_there_are_too_many(self, store: Store) -> None:
        limits = Limits(max_entries=2)
        for key in "abc":
            write(store, key, key, limits=limits)
        assert [header.key for header in store.headers("space")] == ["b", "c"]
        missing = store.get("space", "a")
        assert isinstance(missing, Missing)
        assert missing.reason == "evicted"
        assert missing.when is not None
        assert store.usage("space").evicted == 1

    def test_overwriting_evicts_no_other(self, store: Store) -> None:
        limits = Limits(max_entries=2)
        for key in ("a", "b", "b", "a", "b"):
            write(store, key, key, limits=limits)
        assert {header.key for header in store.headers("space")} == {"a", "b"}

    def test_overwriting_makes_an_entry_young(self, store: Store) -> None:
        limits = Limits(max_entries=2)
        for key in ("a", "b", "a", "c"):
            write(store, key, key, limits=limits)
        assert [header.key for header in store.headers("space")] == ["a", "c"]

    def test_the_oldest_go_when_there_are_too_many_bytes(self, store: Store) -> None:
        limits = Limits(max_bytes=250)
        for key in "abc":
            write(store, key, key * 100, limits=limits)
        assert [header.key for header in store.headers("space")] == ["b", "c"]
        assert store.usage("space").bytes == 200

    def test_expired_entries_make_room_before_living_ones(self, store: Store) -> None:
        limits = Limits(max_entries=2)
        write(store, "lives", "1", limits=limits)
        write(store, "expires", "2", ttl=1, limits=limits)
        self.advance(2)
        write(store, "new", "3", limits=limits)
        assert [header.key for header in store.headers("space")] == ["lives", "new"]

    def test_what_returns_is_no_longer_gone(self, store: Store) -> None:
        limits = Limits(max_entries=1)
        for key in ("a", "b", "a"):
            write(store, key, key, limits=limits)
        assert original(store, "a") == "a"

    # Deleting

    def test_delete(self, store: Store) -> None:
        write(store, "key", "content")
        assert store.delete("space", "key")
        missing = store.get("space", "key")
        assert isinstance(missing, Missing)
        assert missing.reason == "deleted"
        assert not store.delete("space", "key")

    def test_clear(self, store: Store) -> None:
        for key in "ab":
            write(store, key, key)
        write(store, "c", "c", namespace="other")
        assert store.clear("space") == 2
        assert store.headers("space") == []
        assert store.usage("space").bytes == 0
        assert original(store, "c", namespace="other") == "c"

    # Versions

    def test_versions_only_grow(self, store: Store) -> None:
        versions = [store.next_version("space") for _ in range(5)]
        assert versions == sorted(set(versions))

    def test_a_slow_old_write_changes_nothing(self, store: Store) -> None:
        slow = store.next_version("space")
        write(store, "key", "new")
        assert not put(store, make("key", "old", slow))
        assert original(store, "key") == "new"
        assert store.usage("space").bytes == len("new")

    def test_a_slow_old_write_does_not_undo_a_delete(self, store: Store) -> None:
        slow = store.next_version("space")
        store.delete("space", "key")
        assert not put(store, make("key", "old", slow))
        assert isinstance(store.get("space", "key"), Missing)

    def test_a_slow_old_write_does_not_undo_a_clear(self, store: Store) -> None:
        slow = store.next_version("space")
        store.clear("space")
        assert not put(store, make("key", "old", slow))
        assert store.headers("space") == []

    def test_a_slow_old_write_does_not_bring_back_what_was_evicted(self, store: Store) -> None:
        slow = store.next_version("space")
        limits = Limits(max_entries=1)
        write(store, "key", "new", limits=limits)
        write(store, "other", "1", limits=limits)
        assert not put(store, make("key", "old", slow))
        assert isinstance(store.get("space", "key"), Missing)

    # Namespaces

    def test_namespaces_are_walls(self, store: Store) -> None:
        record = write(store, "key", "secret", view="s")
        reference, view_reference = record.header.reference, record.header.view_reference
        assert store.get("other", "key") == Missing("absent")
        assert store.find("other", reference) is None
        assert store.headers("other") == []
        assert store.view_origin("other", view_reference) is None
        assert not store.delete("other", "key")
        assert store.clear("other") == 0
        assert store.usage("other").entries == 0
        assert original(store, "key") == "secret"

    # Views

    def test_views_are_known_by_their_hash(self, store: Store) -> None:
        record = write(store, "key", "original", view="view")
        assert store.view_origin("space", digest("view")) == record.header.reference
        assert store.view_origin("space", digest("original")) is None
        store.remember_view("space", digest("another view"), record.header.reference)
        assert store.view_origin("space", digest("another view")) == record.header.reference

    def test_an_original_that_is_its_own_view_is_no_view(self, store: Store) -> None:
        write(store, "key", "same", view="same")
        assert store.view_origin("space", digest("same")) is None

    def test_views_are_known_after_their_entries_are_gone(self, store: Store) -> None:
        write(store, "key", "original", view="view", ttl=1)
        self.advance(2)
        assert store.view_origin("space", digest("view")) is not None

    # Several threads

    def test_many_threads_at_once(self, store: Store) -> None:
        errors: list[BaseException] = []
        limits = Limits(max_entries=8)

        def work(number: int) -> None:
            try:
                for turn in range(40):
                    key = f"key {(number + turn) % 12}"
                    write(store, key, f"{key} {number} {turn}", limits=limits)
                    found = store.get("space", key)
                    if isinstance(found, Record):
                        assert found.original.decode().startswith(key)
                        assert hashlib.sha256(found.original).hexdigest() == found.header.reference
                    if turn % 10 == 9:
                        store.delete("space", key)
                    assert len(store.headers("space")) <= 8
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        headers = store.headers("space")
        assert store.usage("space").entries == len(headers)
        sizes = {header.reference: header.key for header in headers}
        total = sum(len(original(store, key).encode()) for key in sizes.values())
        assert store.usage("space").bytes == total

    def test_versions_are_unique_across_threads(self, store: Store) -> None:
        seen: list[int] = []

        def work() -> None:
            seen.extend(store.next_version("space") for _ in range(50))

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(seen)) == len(seen) == 300
