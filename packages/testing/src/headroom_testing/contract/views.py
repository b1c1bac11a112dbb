"""Views, and what belongs to one namespace alone."""

from __future__ import annotations

import pytest

from headroom import Missing, Record, Store
from headroom_testing.contract.base import ContractBase
from headroom_testing.contract.records import digest, write

__all__ = ["ViewTests"]


class ViewTests(ContractBase):
    """What a text is a view of is known where it was put, and only there."""

    def test_the_same_view_of_other_contents_elsewhere(self, store: Store) -> None:
        write(store, "key", "one", view="view")
        write(store, "key", "two", view="view", namespace="other")
        assert store.view_origin("space", digest("view")) == digest("one")
        assert store.view_origin("other", digest("view")) == digest("two")

    def test_a_view_that_is_remembered_is_known_in_its_namespace_alone(self, store: Store) -> None:
        for namespace in ("space", "other"):
            write(store, "key", "content", view=f"view of {namespace}", namespace=namespace)
        store.remember_view("space", digest("seen"), digest("content"))
        assert store.view_origin("other", digest("seen")) is None
        assert store.view_origin("other", digest("view of space")) is None
        assert store.view_origin("space", digest("view of other")) is None

    def test_the_last_to_write_a_view_says_of_what(self, store: Store) -> None:
        for content in ("one", "two"):
            write(store, content, content, view="view")
        assert store.view_origin("space", digest("view")) == digest("two")
        store.remember_view("space", digest("view"), digest("one"))
        assert store.view_origin("space", digest("view")) == digest("one")

    def test_whoever_wants_the_view_gets_that_of_the_last_write(self, store: Store) -> None:
        for view in ("first", "second", "content"):
            record = write(store, "key", "content", view=view)
            found = store.get("space", "key", with_original=False)
            assert isinstance(found, Record)
            assert (found.header, found.view) == (record.header, view.encode())

    def test_clear_leaves_nothing(self, store: Store) -> None:
        record = write(store, "key", "content", view="view")
        store.remember_view("space", digest("seen"), record.header.reference)
        for namespace in ("space2", "spac", "space:", "Space"):
            write(store, "key", "content", view="view", namespace=namespace)
        assert store.clear("space") == 1
        assert isinstance(store.get("space", "key"), Missing)
        assert isinstance(store.get("space", "key", with_original=False), Missing)
        assert store.find("space", record.header.reference) is None
        assert store.view_origin("space", digest("view")) is None
        assert store.view_origin("space", digest("seen")) is None
        assert store.clear("space") == 0
        for namespace in ("space2", "spac", "space:", "Space"):
            assert store.find(namespace, record.header.reference) is not None
            assert store.view_origin(namespace, digest("view")) is not None

    def test_nothing_is_found_by_what_is_no_reference(self, store: Store) -> None:
        record = write(store, "key", "content", view="view")
        reference, view_reference = record.header.reference, record.header.view_reference
        wrong = (digest(""), "no hash", "")
        for find, others in (
            (store.find, (view_reference, reference[:-1], reference + "0", *wrong)),
            (store.view_origin, (reference, view_reference[:-1], *wrong)),
        ):
            for other in others:
                try:
                    found = find("space", other)
                except Exception as error:
                    pytest.fail(f"{other!r} is no {type(error).__name__}: there is nothing")
                assert found is None

    def test_a_content_is_found_by_the_newest_of_its_entries(self, store: Store) -> None:
        first = write(store, "a", "same", view="1")
        write(store, "b", "same", view="2")
        newest = write(store, "a", "same", view="3")
        assert store.find("space", first.header.reference) == newest
        third = write(store, "c", "same", view="4")
        assert store.find("space", first.header.reference) == third
        newest = write(store, "b", "same", view="5")
        assert store.find("space", first.header.reference) == newest
        store.delete("space", "b")
        assert store.find("space", first.header.reference) == third
        write(store, "c", "other")
        write(store, "a", "other")
        assert store.find("space", first.header.reference) is None
