"""Stores in which something reaches beyond its namespace, or outlives what it belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from planting import Files, Rereads, Writes, found_by

from headroom import MemoryStore, Missing, Record, SQLiteStore

WALLS = "test_namespaces_are_walls"


@found_by(WALLS)
class OneNamespace(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        return super().get("space", key, with_original=with_original)


@found_by(WALLS)
class FindsEverywhere(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = (MemoryStore.find(self, name, reference) for name in list(self._namespaces))
        return next(filter(None, found), None)


@found_by(WALLS)
class DeletesEverywhere(MemoryStore):
    def delete(self, namespace: str, key: str) -> bool:
        return sum(MemoryStore.delete(self, name, key) for name in list(self._namespaces)) > 0


@found_by("test_clear", WALLS)
class ClearsAll(MemoryStore):
    def clear(self, namespace: str) -> int:
        return sum([MemoryStore.clear(self, name) for name in list(self._namespaces)])


@found_by("test_clear_leaves_nothing")
class ClearsByPrefix(MemoryStore):
    def clear(self, namespace: str) -> int:
        for name in list(self._namespaces):
            if name.startswith(namespace) and name != namespace:
                super().clear(name)
        return super().clear(namespace)


@found_by("test_clear_leaves_nothing")
class ClearKeepsViews(MemoryStore):
    def clear(self, namespace: str) -> int:
        views = self._space(namespace).views
        count = super().clear(namespace)
        self._space(namespace).views = views
        return count


@found_by("test_clear")
class ClearSaysNothing(MemoryStore):
    def clear(self, namespace: str) -> int:
        return 0 * super().clear(namespace)


@found_by("test_delete")
class DeleteSaysYes(MemoryStore):
    def delete(self, namespace: str, key: str) -> bool:
        super().delete(namespace, key)
        return True


@found_by("test_the_same_view_of_other_contents_elsewhere")
class OneTableOfViews(Writes):
    def before(self, namespace: str, record: Record) -> None:
        header = record.header
        self.__dict__.setdefault("table", {})[header.view_reference] = header.reference

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        there = super().view_origin(namespace, view_reference)
        return there and self.__dict__["table"].get(view_reference)


@found_by("test_a_view_that_is_remembered_is_known_in_its_namespace_alone")
class RemembersViewsEverywhere(MemoryStore):
    """Where the content is there as well."""

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        for name, space in self._namespaces.items():
            if name == namespace or reference in space.blobs:
                super().remember_view(name, view_reference, reference)


@found_by("test_the_last_to_write_a_view_says_of_what")
class TheFirstViewCounts(MemoryStore):
    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        first: dict[object, str] = self.__dict__.setdefault("first", {})
        found = super().view_origin(namespace, view_reference)
        return found and first.setdefault((namespace, view_reference), found)


@found_by("test_views_are_known_by_their_hash")
class ForgetsRememberedViews(MemoryStore):
    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        pass


@found_by("test_an_original_that_is_its_own_view_is_no_view")
class AnOriginalIsAView(Writes):
    def before(self, namespace: str, record: Record) -> None:
        header = record.header
        self.remember_view(namespace, header.view_reference, header.reference)


@found_by("test_views_are_known_after_their_entries_are_gone")
class ViewsGoWithTheirEntries(MemoryStore):
    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        found = super().view_origin(namespace, view_reference)
        return found if found and self.find(namespace, found) else None


@found_by("test_whoever_wants_the_view_gets_that_of_the_last_write")
class ViewsOfTheContent(Rereads):
    """Keeps the view with the content, and the first one that came."""

    def read(self, record: Record) -> Record:
        views: dict[str, bytes] = self.__dict__.setdefault("cached", {})
        return replace(record, view=views.setdefault(record.header.reference, record.view))


@found_by("test_content_is_found_by_its_reference")
class FindsTheOldest(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        space = self._space(namespace)
        blob = space.blobs.get(reference)
        return None if blob is None else space.slots[next(iter(blob.keys))].record


@found_by("test_a_content_is_found_by_the_newest_of_its_entries")
class FindsWhatIsOverwritten(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        old: dict[object, Record] = self.__dict__.setdefault("old", {})
        if found is not None:
            old[namespace, reference] = found
        return old.get((namespace, reference))


# Closing


@found_by("test_closing_twice_does_nothing")
class ClosesOnce(MemoryStore):
    def close(self) -> None:
        assert not self._closed
        super().close()


@found_by("test_a_closed_store_says_so")
class AnswersWhenClosed(MemoryStore):
    def close(self) -> None:
        pass


@found_by("test_a_closed_store_says_so")
class KnowsNothingWhenClosed(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        if self._closed:
            return Missing("absent")
        return super().get(namespace, key, with_original=with_original)


@found_by("test_nothing_is_found_by_what_is_no_reference")
class FindsByTheView(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        slots = self._space(namespace).slots.values()
        views = {slot.record.header.view_reference: slot.record for slot in slots}
        return super().find(namespace, reference) or views.get(reference)


@found_by("test_nothing_is_found_by_what_is_no_reference")
class FailsAtWhatIsNoHash(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        return super().find(namespace, bytes.fromhex(reference).hex())


@found_by("test_nothing_is_found_by_what_is_no_reference")
class FailsAtWhatIsNoHashOfAView(MemoryStore):
    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        return super().view_origin(namespace, bytes.fromhex(view_reference).hex())


@found_by("test_many_entries")
class RemembersAHundredViews(MemoryStore):
    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        newest = list(self._space(namespace).views)[-100:]
        return super().view_origin(namespace, view_reference) if view_reference in newest else None


@found_by("test_closing_a_handle_closes_no_other", contract=Files)
class ClosesAllHandles(SQLiteStore):
    """As with one connection for all of them."""

    handles: ClassVar[list[SQLiteStore]] = []

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.handles.append(self)

    def close(self) -> None:
        while self.handles:
            SQLiteStore.close(self.handles.pop())


@found_by("test_a_content_is_found_by_the_newest_of_its_entries")
class FindsTheViewOfTheOldestOfThree(MemoryStore):
    def find(self, namespace: str, reference: str) -> Record | None:
        found = super().find(namespace, reference)
        space = self._space(namespace)
        blob = space.blobs.get(reference)
        if found is None or blob is None or len(blob.keys) < 3:
            return found
        return replace(found, view=space.slots[next(iter(blob.keys))].record.view)
