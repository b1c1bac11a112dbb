"""What goes when there is too much."""

from __future__ import annotations

from headroom import Limits, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import original, write

__all__ = ["RoomTests"]

_THREE = Limits(max_entries=3)


def keys(store: Store, namespace: str = "space") -> list[str]:
    return [header.key for header in store.headers(namespace)]


class RoomTests(ContractBase):
    """``Limits``: the oldest goes, no more than must go, and by the limits of the write alone."""

    def test_age_is_the_order_of_writes(self, store: Store) -> None:
        # By no other order that keys, contents or references may have.
        for key in "dacebf":
            write(store, key, "x" * (7 - "dacebf".index(key)), limits=_THREE)
        assert keys(store) == ["e", "b", "f"]

    def test_reading_makes_no_entry_young(self, store: Store) -> None:
        for key in "abc":
            write(store, key, key, limits=_THREE)
        record = store.find("space", store.headers("space")[0].reference)
        assert record == store.get("space", "a")
        write(store, "d", "d", limits=_THREE)
        assert keys(store) == ["b", "c", "d"]

    def test_what_fits_exactly_stays(self, store: Store) -> None:
        limits = Limits(max_entries=3, max_bytes=300)
        for key in "abc":
            write(store, key, key * 100, limits=limits)
        assert keys(store) == ["a", "b", "c"]
        assert store.usage("space").evicted == 0

    def test_one_write_evicts_as_many_as_it_must(self, store: Store) -> None:
        limits = Limits(max_bytes=500)
        for key in "abcde":
            write(store, key, key * 100, limits=limits)
        write(store, "large", "x" * 350, limits=limits)
        assert keys(store) == ["e", "large"]
        usage = store.usage("space")
        assert (usage.bytes, usage.evicted) == (450, 4)

    def test_large_limits_are_limits(self, store: Store) -> None:
        limits = Limits(max_bytes=2**22)
        for key in "abcde":
            write(store, key, key * 2**20, limits=limits)
        assert keys(store) == ["b", "c", "d", "e"]

    def test_no_entry_is_evicted_by_its_own_write(self, store: Store) -> None:
        limits = Limits(max_bytes=100)
        write(store, "small", "1", limits=limits)
        write(store, "large", "x" * 101, limits=limits)
        assert keys(store) == ["large"]
        assert original(store, "large") == "x" * 101
        write(store, "large", "y" * 102, limits=limits)
        assert original(store, "large") == "y" * 102

    def test_what_is_overwritten_takes_no_room(self, store: Store) -> None:
        limits = Limits(max_bytes=250)
        write(store, "a", "a" * 100, limits=limits)
        write(store, "b", "b" * 100, limits=limits)
        write(store, "b", "c" * 150, limits=limits)
        assert keys(store) == ["a", "b"]
        assert store.usage("space").bytes == 250

    def test_views_and_equal_contents_take_no_room(self, store: Store) -> None:
        limits = Limits(max_bytes=100)
        for key in "abc":
            write(store, key, "x" * 100, view=key * 90, limits=limits)
        assert keys(store) == ["a", "b", "c"]
        assert store.usage("space").bytes == 100

    def test_no_room_is_a_limit_too(self, store: Store) -> None:
        for key in "abc":
            write(store, key, key, limits=Limits(max_bytes=0))
        assert keys(store) == ["c"]

    def test_limits_are_those_of_each_write(self, store: Store) -> None:
        for key in "abc":
            write(store, key, key, limits=_THREE)
        for key in "de":
            write(store, key, key)
        assert keys(store) == list("abcde")
        write(store, "f", "f", limits=_THREE)
        assert keys(store) == ["d", "e", "f"]

    def test_limits_are_those_of_one_namespace(self, store: Store) -> None:
        for key in "abc":
            write(store, key, key * 100, namespace="other")
        for key in "de":
            write(store, key, key * 100, limits=Limits(max_entries=1, max_bytes=100))
        assert keys(store) == ["e"]
        assert keys(store, "other") == ["a", "b", "c"]
        assert (store.usage("other").evicted, store.usage("space").evicted) == (0, 1)
