"""When an entry ends, and what is said of that."""

from __future__ import annotations

from itertools import pairwise

from headroom import Limits, Missing, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import make, original, put, write

__all__ = ["LifetimeTests"]


class LifetimeTests(ContractBase):
    """``ttl``: not a moment less, and nothing but a write changes it."""

    def test_an_entry_ends_at_its_time(self, store: Store) -> None:
        for ttl in (1, 2.75, 30):
            write(store, "key", "content", ttl=ttl)
            self.advance(ttl - 0.01)
            assert original(store, "key") == "content"
            self.advance(0.02)
            assert isinstance(store.get("space", "key"), Missing)

    def test_an_entry_ends_however_short_its_life(self, store: Store) -> None:
        for ttl in (0.0004, 1e-9):
            write(store, "key", "content", ttl=ttl)
            self.advance(0.1)
            assert isinstance(store.get("space", "key"), Missing), "what lives shortly has no end"

    def test_reading_prolongs_no_life(self, store: Store) -> None:
        record = write(store, "key", "content", view="view", ttl=10)
        for _ in range(3):
            self.advance(3)
            assert original(store, "key") == "content"
            store.get("space", "key", with_original=False)
            assert store.find("space", record.header.reference) == record
            assert store.headers("space") == [record.header]
            store.view_origin("space", record.header.view_reference)
        self.advance(1.1)
        assert isinstance(store.get("space", "key"), Missing)

    def test_the_last_write_says_how_long(self, store: Store) -> None:
        for key, before, after in (("less", 100, 1), ("ends", None, 1), ("stays", 1, None)):
            write(store, key, "old", ttl=before)
            write(store, key, "new", ttl=after)
        self.advance(50)
        assert [header.key for header in store.headers("space")] == ["stays"]

    def test_a_refused_write_prolongs_nothing(self, store: Store) -> None:
        slow = store.next_version("space")
        write(store, "key", "content", ttl=1)
        assert not put(store, make("key", "content", slow), ttl=100)
        unexpected = make("key", "content", store.next_version("space"))
        assert not put(store, unexpected, ttl=100, expected=0)
        self.advance(2)
        assert isinstance(store.get("space", "key"), Missing)

    def test_a_content_lives_as_long_as_one_of_its_entries(self, store: Store) -> None:
        first = write(store, "long", "same", ttl=100)
        write(store, "short", "same", ttl=1)
        self.advance(2)
        assert original(store, "long") == "same"
        assert store.find("space", first.header.reference) == first
        assert store.usage("space").bytes == len("same")

    def test_an_entry_may_live_for_centuries(self, store: Store) -> None:
        write(store, "key", "content", ttl=1e10)
        self.advance(1e9)
        assert original(store, "key") == "content"

    def test_what_is_gone_is_gone_for_those_who_want_the_view(self, store: Store) -> None:
        for key in ("deleted", "expired"):
            write(store, key, key, view="view", ttl=1 if key == "expired" else None)
            store.get("space", key, with_original=False)
        store.delete("space", "deleted")
        self.advance(2)
        for key in ("deleted", "expired"):
            found = store.get("space", key, with_original=False)
            assert isinstance(found, Missing)
            assert found.reason == key
            assert found == store.get("space", key)

    def test_it_says_when_what_expired_or_was_evicted_went(self, store: Store) -> None:
        def now() -> float:
            write(store, "now", "now")
            store.delete("space", "now")
            return _when(store, "now")

        write(store, "evicted", "1")
        write(store, "expired", "2", ttl=50)
        self.advance(40)
        before = now()
        self.advance(20)
        write(store, "newest", "3", limits=Limits(max_entries=1))
        after = max(now(), before + 20)
        for _ in range(2):
            for key in ("expired", "evicted"):
                assert before - 0.9 <= _when(store, key) <= after + 0.9, key
            # It does not change any more.
            self.advance(1000)

    def test_it_says_to_a_fraction_of_a_second_when_an_entry_went(self, store: Store) -> None:
        whens = []
        for key in "abcdef":
            write(store, key, key)
            assert store.delete("space", key)
            missing = store.get("space", key)
            assert isinstance(missing, Missing)
            assert missing.when is not None
            whens.append(missing.when)
            self.advance(0.3)
        # By the clock that the test moves, or by one that goes on by itself.
        assert all(0 <= second - first < 0.9 for first, second in pairwise(whens)), whens


def _when(store: Store, key: str) -> float:
    missing = store.get("space", key)
    assert isinstance(missing, Missing)
    assert missing.when is not None
    return missing.when
