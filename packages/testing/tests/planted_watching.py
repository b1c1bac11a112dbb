"""Stores that wake the wrong ones, or nobody, and such as differ when they are awaited."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from planting import Contract, Writes, found_by

from headroom import Limits, MemoryStore, Record
from headroom.stores.watchers import Watchers

Wake = Callable[[], None]
EVERY = "test_a_write_of_another_thread_wakes_every_watcher"
ARGUMENTS = "test_awaited_operations_take_the_same_arguments"


@found_by(EVERY, "test_each_write_wakes", "test_whoever_is_woken_finds_what_was_written")
class NeverWakes(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        return lambda: None


@found_by("test_a_watch_ends_and_others_go_on")
class WakesForEver(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        super().watch(namespace, key, wake)
        return lambda: None


@found_by("test_each_write_wakes")
class WakesOnce(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        def once() -> None:
            end()
            wake()

        end = super().watch(namespace, key, once)
        return end


@found_by(EVERY)
class WakesTheLastOne(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        self._watchers = Watchers()
        return super().watch(namespace, key, wake)


@found_by("test_whoever_is_woken_finds_what_was_written")
class WakesBeforeItWrites(Writes):
    def before(self, namespace: str, record: Record) -> None:
        self._watchers.notify(namespace, record.header.key)
        time.sleep(0.005)


@found_by("test_whoever_is_woken_finds_what_was_written")
class WakesJustBeforeItWrites(Writes):
    def before(self, namespace: str, record: Record) -> None:
        self._watchers.notify(namespace, record.header.key)


@found_by("test_no_write_of_another_key_wakes")
class WakesForOtherKeys(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        ends = [MemoryStore.watch(self, namespace, one, wake) for one in {key, "other"}]
        return lambda: [end() for end in ends] and None


@found_by("test_no_write_of_another_key_wakes")
class WakesForOtherNamespaces(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        ends = [MemoryStore.watch(self, one, key, wake) for one in {namespace, "other"}]
        return lambda: [end() for end in ends] and None


@found_by("test_no_write_of_another_key_wakes")
class WakesWhateverTheCase(Writes):
    def before(self, namespace: str, record: Record) -> None:
        if record.header.key != record.header.key.lower():
            self._watchers.notify(namespace, record.header.key.lower())


@found_by("test_no_write_of_another_key_wakes")
class WakesByPrefix(Writes):
    """As patterns of keys do."""

    def before(self, namespace: str, record: Record) -> None:
        for size in range(1, len(record.header.key)):
            self._watchers.notify(namespace, record.header.key[:size])


@found_by("test_who_watches_twice_ends_one_watch")
class EndsEqualWatches(MemoryStore):
    def watch(self, namespace: str, key: str, wake: Wake) -> Wake:
        ends: list[Wake] = self.__dict__.setdefault("ends", {}).setdefault(
            (namespace, key, wake), []
        )
        ends.append(super().watch(namespace, key, wake))
        return lambda: [end() for end in ends] and None


class Handles(Contract):
    """Handles on one store in memory."""

    def open_again(self) -> Any:
        other = copy.copy(self.opened)
        other._watchers = Watchers()
        return other


@found_by("test_a_write_of_another_handle_wakes", contract=Handles)
class WakesWithinAHandle(MemoryStore):
    def close(self) -> None:
        pass


# Awaited


class Twin:
    """The operations of a store, awaited; what is wrong with them is said by ``done``."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return getattr(self.store, name)(*arguments, **options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def operation(*arguments: Any, **options: Any) -> Any:
            await asyncio.sleep(0)
            return self.done(name, arguments, options)

        return operation


class Awaits(MemoryStore):
    """Can be awaited, and does what it is asked to."""

    twin: type[Twin] = Twin

    def asynchronous(self) -> Twin:
        return self.twin(self)


@found_by("test_awaited_operations_do_what_their_namesakes_do")
class WritesNothingWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            return True if name == "put" else super().done(name, arguments, options)


@found_by("test_awaited_leases_do_what_their_namesakes_do")
class HoldsNothingWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            return False if name == "lease" else super().done(name, arguments, options)


@found_by(ARGUMENTS)
class ForgetsTtlWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            changed = {**options, "ttl": None} if name == "put" else options
            return super().done(name, arguments, changed)


@found_by(ARGUMENTS)
class ForgetsLimitsWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            changed = {**options, "limits": Limits()} if name == "put" else options
            return super().done(name, arguments, changed)


@found_by(ARGUMENTS, "test_awaited_operations_do_what_their_namesakes_do")
class ForgetsWhatIsExpectedWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            changed = {**options, "expected": None} if name == "put" else options
            return super().done(name, arguments, changed)


@found_by(ARGUMENTS)
class OneNamespaceWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        def done(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
            return super().done(name, ("awaited", *arguments[1:]), options)


@found_by("test_a_cancelled_write_happens_whole_or_not_at_all")
class WritesByHalvesWhenAwaited(Awaits):
    class twin(Twin):  # noqa: N801
        async def put(self, namespace: str, record: Record, **options: Any) -> bool:
            self.store.put(namespace, replace(record, original=b""), **options)
            await asyncio.sleep(0)
            self.store.delete(namespace, record.header.key)
            self.store._space(namespace).gone.clear()
            return self.store.put(namespace, record, **options)


@found_by("test_who_watches_is_woken_after_its_key_went")
class ClearEndsWatches(MemoryStore):
    def clear(self, namespace: str) -> int:
        waking = self._watchers._waking
        for place in [place for place in waking if place[0] == namespace]:
            del waking[place]
        return super().clear(namespace)


@found_by("test_who_watches_is_woken_after_its_key_went")
class DeleteEndsWatches(MemoryStore):
    def delete(self, namespace: str, key: str) -> bool:
        self._watchers._waking.pop((namespace, key), None)
        return super().delete(namespace, key)
