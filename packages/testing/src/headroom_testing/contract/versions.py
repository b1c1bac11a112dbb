"""Writes that happen only over the version that the writer has seen."""

from __future__ import annotations

import threading

from headroom import Limits, Missing, Record, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import make, original, put, write

__all__ = ["VersionTests"]


class VersionTests(ContractBase):
    """Compare-and-put."""

    #: Threads that race for each version, and how many versions.
    racers: int = 8
    races: int = 10
    #: Of how many keys that went a namespace knows why, at least.
    remembered: int = 400

    def test_expected_zero_writes_where_nothing_is(self, store: Store) -> None:
        assert put(store, make("key", "1", store.next_version("space")), expected=0)
        assert not put(store, make("key", "2", store.next_version("space")), expected=0)
        assert original(store, "key") == "1"

    def test_expected_zero_writes_over_what_is_gone(self, store: Store) -> None:
        write(store, "deleted", "1")
        write(store, "expired", "1", ttl=1)
        store.delete("space", "deleted")
        self.advance(2)
        # First what nothing else has cleared away yet.
        for key in ("expired", "deleted"):
            assert put(store, make(key, "2", store.next_version("space")), expected=0)
            assert original(store, key) == "2"

    def test_expected_is_the_version_that_is_there(self, store: Store) -> None:
        first = write(store, "key", "1")
        second = make("key", "2", store.next_version("space"))
        assert not put(store, second, expected=first.header.version + 100)
        assert original(store, "key") == "1"
        assert put(store, second, expected=first.header.version)
        third = make("key", "3", store.next_version("space"))
        assert not put(store, third, expected=first.header.version)
        assert original(store, "key") == "2"

    def test_expected_of_what_is_gone_writes_nothing(self, store: Store) -> None:
        first = write(store, "key", "1")
        store.delete("space", "key")
        new = make("key", "2", store.next_version("space"))
        assert not put(store, new, expected=first.header.version)
        assert isinstance(store.get("space", "key"), Missing)

    def test_a_refused_write_evicts_nothing_and_stores_nothing(self, store: Store) -> None:
        for key in "ab":
            write(store, key, key)
        new = make("c", "content", store.next_version("space"), view="view")
        assert not put(store, new, limits=Limits(max_entries=1, max_bytes=1), expected=7)
        assert [header.key for header in store.headers("space")] == ["a", "b"]
        assert store.usage("space").bytes == 2
        assert store.find("space", new.header.reference) is None
        assert store.view_origin("space", new.header.view_reference) is None

    def test_no_version_is_given_out_again(self, store: Store) -> None:
        one = Limits(max_entries=1)
        last = 0
        for end in ("overwritten", "deleted", "evicted", "expired", "cleared", "alone"):
            for _ in range(2):
                record = write(store, "key", end, ttl=1 if end == "expired" else None, limits=one)
                assert record.header.version > last, f"a version again after one was {end}"
                last = record.header.version
            if end == "deleted":
                assert store.delete("space", "key")
            elif end == "evicted":
                last = write(store, "other", "x", limits=one).header.version
            elif end == "expired":
                self.advance(2)
            elif end == "cleared":
                store.clear("space")

    def test_a_slow_old_write_does_not_bring_back_what_expired(self, store: Store) -> None:
        slow = store.next_version("space")
        write(store, "key", "new", ttl=1)
        self.advance(2)
        assert not put(store, make("key", "old", slow))
        missing = store.get("space", "key")
        assert isinstance(missing, Missing)
        assert missing.reason == "expired"

    def test_what_went_is_remembered_for_long(self, store: Store) -> None:
        slow = store.next_version("space")
        keys = [f"key {number}" for number in range(self.remembered)]
        for key in keys:
            write(store, key, key)
        for key in keys:
            assert store.delete("space", key)
        for key in (keys[0], keys[-1]):
            missing = store.get("space", key)
            assert isinstance(missing, Missing)
            assert missing.reason == "deleted"
            assert not put(store, make(key, "old", slow)), "an old write brings back what went"

    def test_one_of_several_racing_writers_wins_each_version(self, store: Store) -> None:
        failures: list[BaseException] = []
        for _ in range(self.races):
            found = store.get("space", "key")
            seen = found.header.version if isinstance(found, Record) else 0
            records = [
                make("key", f"of {number}", store.next_version("space"))
                for number in range(self.racers)
            ]
            winners: list[int] = []
            ready = threading.Barrier(self.racers)

            def work(
                record: Record,
                seen: int = seen,
                ready: threading.Barrier = ready,
                winners: list[int] = winners,
            ) -> None:
                try:
                    ready.wait(30)
                    if put(store, record, expected=seen):
                        winners.append(record.header.version)
                except BaseException as error:
                    failures.append(error)

            threads = [threading.Thread(target=work, args=(record,)) for record in records]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failures
            assert len(winners) == 1, f"{len(winners)} writers won over one version"
            now = store.get("space", "key")
            assert isinstance(now, Record)
            assert now.header.version == winners[0]
