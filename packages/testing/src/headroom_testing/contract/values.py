"""Values and times of all sizes."""

from __future__ import annotations

from headroom import Missing, Record, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import make, original, put, write

__all__ = ["ValueTests"]


class ValueTests(ContractBase):
    """Nothing is too odd to keep."""

    #: How many entries a namespace gets in the test of many.
    many_entries: int = 300

    def test_without_original(self, store: Store) -> None:
        record = write(store, "key", "original", view="view")
        found = store.get("space", "key", with_original=False)
        assert isinstance(found, Record)
        assert (found.header, found.view) == (record.header, b"view")
        assert found.original in (b"", b"original")
        assert store.get("space", "no key", with_original=False) == Missing("absent")

    def test_nothing_and_a_megabyte(self, store: Store) -> None:
        large = "0123456789abcdef" * 65_536
        for key, content, view in (("nothing", "", "v"), ("large", large, ""), ("both", "", "")):
            record = write(store, key, content, view=view)
            assert store.get("space", key) == record
        assert store.usage("space").bytes == len(large)

    def test_lone_surrogates_and_nuls_anywhere(self, store: Store) -> None:
        odd = "\ud800 \x00 \udfff"
        record = write(store, odd, odd, view="\udc00", meta={odd: [odd]}, namespace=odd)
        assert store.get(odd, odd) == record
        assert store.headers(odd) == [record.header]
        assert store.find(odd, record.header.reference) == record
        assert store.view_origin(odd, record.header.view_reference) == record.header.reference
        assert store.delete(odd, odd)
        assert store.clear(odd) == 0

    def test_metadata_comes_back_as_it_was(self, store: Store) -> None:
        meta: dict[str, object] = {
            "none": None, "yes": True, "large": 2**63, "small": 0.1, "list": [[], {}, ""], "": "",
        }  # fmt: skip
        record = write(store, "key", "content", meta=meta)
        found = store.get("space", "key")
        assert isinstance(found, Record)
        assert dict(found.header.meta) == dict(record.header.meta)
        assert found.header.meta["yes"] is True

    def test_fractions_of_seconds(self, store: Store) -> None:
        write(store, "key", "content", ttl=0.5)
        self.advance(0.25)
        assert original(store, "key") == "content"
        self.advance(0.5)
        assert isinstance(store.get("space", "key"), Missing)

    def test_usage_counts_what_came_and_went(self, store: Store) -> None:
        write(store, "a", "12345")
        write(store, "b", "12345", ttl=1)
        write(store, "b", "123", ttl=1)
        self.advance(2)
        usage = store.usage("space")
        assert (usage.entries, usage.bytes, usage.expired, usage.evicted) == (1, 5, 1, 0)

    def test_many_entries(self, store: Store) -> None:
        records = [
            make(f"key {number}", f"content {number}", store.next_version("space"))
            for number in range(self.many_entries)
        ]
        for record in records:
            assert put(store, record)
        assert store.headers("space") == [record.header for record in records]
        assert store.get("space", "key 7") == records[7]
        assert store.clear("space") == self.many_entries
