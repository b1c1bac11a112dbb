"""Stores that keep entries for too long, or for too short a time, or say so wrongly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from planting import Rereads, Writes, found_by

from headroom import Header, Limits, MemoryStore, Missing, Record, Usage
from headroom.stores.memory_parts import Namespace

ENDS = "test_an_entry_ends_at_its_time"
LIVES = "test_an_entry_lives_as_long_as_it_was_promised"


@found_by(LIVES, "test_any_series_of_operations", "test_each_entry_has_its_own_ttl")
class NothingExpires(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None


@found_by(LIVES, ENDS, "test_any_series_of_operations")
class HalfALife(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else ttl / 2


@found_by("test_fractions_of_seconds", ENDS)
class RoundsDown(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else math.floor(ttl)


@found_by("test_fractions_of_seconds", ENDS)
class RoundsUp(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else math.ceil(ttl)


@found_by(ENDS)
class EndsAMomentEarly(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else max(0.0, ttl - 0.02)


@found_by(ENDS)
class EndsAMomentLate(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else ttl + 0.02


@found_by("test_an_entry_ends_however_short_its_life")
class LessThanAMillisecondIsForEver(Writes):
    def life(self, ttl: float | None) -> float | None:
        return None if ttl is not None and 0 < ttl < 0.001 else ttl


@found_by("test_ttl_zero_ends_with_the_moment")
class ZeroIsForEver(Writes):
    def life(self, ttl: float | None) -> float | None:
        return ttl or None


@found_by("test_without_ttl_an_entry_stays")
class ForEverIsAYear(Writes):
    def life(self, ttl: float | None) -> float | None:
        return 365 * 86_400.0 if ttl is None else ttl


@found_by("test_an_entry_may_live_for_centuries")
class NoLifeIsLong(Writes):
    """Milliseconds in 32 bits."""

    def life(self, ttl: float | None) -> float | None:
        return None if ttl is None else min(ttl, 2**31 / 1000)


@found_by("test_reading_prolongs_no_life")
class ReadingProlongs(Rereads):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        space, slot = self.slot(namespace, key)
        if slot is not None and slot.expires is not None:
            slot.expires += 10
            space.writes += 1
            slot.number = space.writes
            self._note(space, key, slot)
        return found


@found_by(
    "test_overwriting_begins_a_new_life",
    "test_the_last_write_says_how_long",
)
class KeepsTheFirstLife(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        first: dict[object, float | None] = self.__dict__.setdefault("first", {})
        life = first.setdefault((namespace, record.header.key), ttl)
        return super().put(namespace, record, ttl=life, limits=limits, expected=expected)


@found_by("test_the_last_write_says_how_long")
class KeepsTheLongestLife(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        longest: dict[object, float] = self.__dict__.setdefault("longest", {})
        place = (namespace, record.header.key)
        longest[place] = max(longest.get(place, 0.0), math.inf if ttl is None else ttl)
        life = None if longest[place] == math.inf else longest[place]
        return super().put(namespace, record, ttl=life, limits=limits, expected=expected)


@found_by("test_a_refused_write_prolongs_nothing")
class RefusedWritesProlong(MemoryStore):
    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        if super().put(namespace, record, ttl=ttl, limits=limits, expected=expected):
            return True
        found = self.get(namespace, record.header.key)
        if isinstance(found, Record):
            super().put(namespace, found, ttl=ttl, limits=limits)
        return False


@found_by("test_expired_entries_are_nowhere")
class ListsWhatHasExpired(MemoryStore):
    def headers(self, namespace: str) -> list[Header]:
        return [slot.record.header for slot in self._space(namespace).slots.values()]


@found_by("test_expired_entries_are_nowhere")
class DeletesWhatHasExpired(MemoryStore):
    def delete(self, namespace: str, key: str) -> bool:
        expired = self.usage(namespace).expired
        return super().delete(namespace, key) or expired > 0


@found_by("test_a_content_lives_as_long_as_one_of_its_entries")
class ContentsGoWithTheFirstEntry(MemoryStore):
    def _go(self, space: Namespace, key: str, reason: str) -> None:  # type: ignore[override]
        reference = space.slots[key].record.header.reference
        super()._go(space, key, reason)  # type: ignore[arg-type]
        for other in list(space.blobs[reference].keys) if reference in space.blobs else ():
            super()._go(space, other, reason)  # type: ignore[arg-type]


@found_by("test_what_is_gone_is_gone_for_those_who_want_the_view")
class KeepsTheViewsOfWhatIsGone(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        views: dict[object, Record] = self.__dict__.setdefault("cached", {})
        if isinstance(found, Record):
            views[namespace, key] = found
        return found if with_original else views.get((namespace, key), found)


@found_by("test_what_is_gone_is_gone_for_those_who_want_the_view")
class SaysNothingOfTheViewsOfWhatIsGone(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        return found if with_original or isinstance(found, Record) else Missing("absent")


@found_by(
    LIVES,
    "test_delete",
    "test_the_oldest_goes_when_there_are_too_many",
    "test_a_slow_old_write_does_not_bring_back_what_expired",
)
class ForgetsWhy(Rereads):
    def gone(self, missing: Missing) -> Missing:
        return Missing("absent")


@found_by("test_it_says_to_a_fraction_of_a_second_when_an_entry_went", LIVES)
class ForgetsWhen(Rereads):
    def gone(self, missing: Missing) -> Missing:
        return replace(missing, when=None)


@found_by("test_it_says_to_a_fraction_of_a_second_when_an_entry_went")
class RoundsWhen(Rereads):
    def gone(self, missing: Missing) -> Missing:
        return replace(missing, when=missing.when and float(int(missing.when)))


@found_by("test_usage_counts_what_came_and_went")
class ExpiredIsEvicted(MemoryStore):
    def usage(self, namespace: str) -> Usage:
        found = super().usage(namespace)
        return replace(found, expired=0, evicted=found.evicted + found.expired)


@found_by("test_what_returns_is_no_longer_gone")
class WhatWentStaysGone(MemoryStore):
    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        found = super().get(namespace, key, with_original=with_original)
        gone: set[object] = self.__dict__.setdefault("gone", set())
        if isinstance(found, Missing) and found.reason == "evicted":
            gone.add((namespace, key))
        return Missing("evicted", 1.0) if (namespace, key) in gone else found

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        # It looks at what its write puts out.
        there = [header.key for header in self.headers(namespace)]
        written = super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)
        for key in there:
            self.get(namespace, key)
        return written


class SaysAnotherWhen(MemoryStore):
    def when(self, header: Header, when: float) -> float:
        return when

    def _go(self, space: Namespace, key: str, reason: Literal["expired", "evicted"]) -> None:
        header = space.slots[key].record.header
        super()._go(space, key, reason)
        gone, version = space.gone[key]
        space.gone[key] = replace(gone, when=self.when(header, gone.when or 0.0)), version


@found_by("test_it_says_when_what_expired_or_was_evicted_went")
class SaysWhenItWasPut(SaysAnotherWhen):
    def when(self, header: Header, when: float) -> float:
        return header.created


@found_by("test_it_says_when_what_expired_or_was_evicted_went")
class SaysAnHourLater(SaysAnotherWhen):
    """By the time of a zone."""

    def when(self, header: Header, when: float) -> float:
        return when + 3600


@found_by("test_it_says_when_what_expired_or_was_evicted_went")
class SaysThatItWentJustNow(Rereads):
    def gone(self, missing: Missing) -> Missing:
        return replace(missing, when=self._wall_clock()) if missing.when else missing
