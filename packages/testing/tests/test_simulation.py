"""The simulation finds what is wrong, with a store and with a context; what is right passes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from headroom import Limits, MemoryStore, Record, SharedContext, StoreError
from headroom.context.leases import Leases
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.context.verbs import ContextVerbs
from headroom_testing import ManualClock
from headroom_testing.contract.records import digest
from headroom_testing.simulation import SimulationFailure, simulate

# A thousand take some ten seconds of a processor.
SEEDS = range(int(os.environ.get("HEADROOM_SEEDS", "1000")))


def test_a_thousand_seeds() -> None:
    assert simulate(SEEDS) > 50 * len(SEEDS)


def test_a_seed_does_the_same_each_time() -> None:
    def log(seed: int) -> list[str]:
        with pytest.raises(SimulationFailure) as failure:
            simulate([seed], broken(LosesUpdates))
        return failure.value.log

    seed = first_found(broken(LosesUpdates))
    assert log(seed) == log(seed)


# What is planted


class Changed(MemoryStore):
    """Does what ``change`` says to the arguments of ``put``."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        ttl, expected = self.change(namespace, record, ttl, expected)
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)

    def change(
        self, namespace: str, record: Record, ttl: float | None, expected: int | None
    ) -> tuple[float | None, int | None]:
        return ttl, expected


class LosesUpdates(Changed):
    """Two that read, change and put at once: one of them is lost."""

    def change(
        self, namespace: str, record: Record, ttl: float | None, expected: int | None
    ) -> tuple[float | None, int | None]:
        return ttl, None


class SlowPutsWin(Changed):
    """A slow old put overwrites a newer one."""

    def change(
        self, namespace: str, record: Record, ttl: float | None, expected: int | None
    ) -> tuple[float | None, int | None]:
        found = self._space(namespace).slots.get(record.header.key)
        if found is not None and found.record.header.version > record.header.version:
            found.record = replace(found.record, header=replace(found.record.header, version=0))
        return ttl, expected


class ShortLife(Changed):
    """An expiry that is shortened."""

    def change(
        self, namespace: str, record: Record, ttl: float | None, expected: int | None
    ) -> tuple[float | None, int | None]:
        return None if ttl is None else ttl * 0.7, expected


class EvictsWhatIsHeld(MemoryStore):
    """A lease that is not honoured where there is no room."""

    @staticmethod
    def _oldest(space: object) -> str | None:
        return next(iter(space.slots), None)  # type: ignore[attr-defined]


class TornClear(MemoryStore):
    """A clear that a slow put outlives."""

    def clear(self, namespace: str) -> int:
        count = super().clear(namespace)
        self._space(namespace).cleared = 0
        return count


class HalfAClear(MemoryStore):
    """A clear that stops after the first entries."""

    def clear(self, namespace: str) -> int:
        kept = self.headers(namespace)[2:]
        for header in self.headers(namespace)[:2]:
            self.delete(namespace, header.key)
        return len(kept) + 2 if kept else super().clear(namespace)


class OneForAll(MemoryStore):
    """Views that are known in other namespaces as well."""

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        for name in (namespace, *tuple(self._namespaces)):
            found = super().view_origin(name, view_reference)
            if found is not None:
                return found
        return None


class ViewFirst(MemoryStore):
    """A put that writes the view, then the original: what crashes in between leaves the first."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        crashes = record.header.version % 7 == 3
        if crashes and record.header.view_reference != record.header.reference:
            self.remember_view(namespace, record.header.view_reference, record.header.reference)
            return True
        return super().put(namespace, record, ttl=ttl, limits=limits, expected=expected)


class WrongReason(MemoryStore):
    """What was evicted passes for expired."""

    def _go(self, space: object, key: str, reason: object) -> None:
        super()._go(space, key, "expired")  # type: ignore[arg-type]


def broken(kind: type[MemoryStore]) -> Callable[[ManualClock], MemoryStore]:
    return lambda clock: kind(clock=clock, wall_clock=clock)


def first_found(make: Callable[[ManualClock], MemoryStore] | None = None) -> int:
    with pytest.raises(SimulationFailure) as failure:
        simulate(range(1000), *([] if make is None else [make]))
    assert f"--seed {failure.value.seed}" in str(failure.value)
    return failure.value.seed


@pytest.mark.parametrize(
    "kind",
    [LosesUpdates, SlowPutsWin, ShortLife, EvictsWhatIsHeld, TornClear, HalfAClear, OneForAll,
     ViewFirst, WrongReason],
)  # fmt: skip
def test_a_broken_store_is_found(kind: type[MemoryStore]) -> None:
    first_found(broken(kind))


# In a context: the store does all that it is asked to, so that only the answers tell.


def forgets_what_was_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    real = StoreNamespace.put

    def put(
        self: StoreNamespace,
        record: Record,
        ttl: float | None,
        limits: Limits = Limits(),  # noqa: B008
        expected: int | None = None,
    ) -> StoreSteps[bool | None]:
        return real(self, record, ttl, limits)

    monkeypatch.setattr(StoreNamespace, "put", put)


def holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def hold(self: Leases, reference: str) -> StoreSteps[bool | None]:
        return False
        yield

    monkeypatch.setattr(Leases, "hold_for_active", hold)


def hands_out_views_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = StoreNamespace.put

    def put(self: StoreNamespace, *arguments: object) -> StoreSteps[bool | None]:
        try:
            return (yield from real(self, *arguments))  # type: ignore[arg-type]
        except StoreError:
            return True

    monkeypatch.setattr(StoreNamespace, "put", put)


def mixes_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    real = StoreNamespace.within

    def within(self: StoreNamespace, name: str) -> StoreNamespace:
        other = real(self, name)
        other.name = self.name
        return other

    monkeypatch.setattr(StoreNamespace, "within", within)


def reads_once_under_a_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ContextVerbs._shown

    def shown(self: ContextVerbs, key: str, *, with_original: bool = True) -> StoreSteps[object]:
        record = yield from self.record(key, with_original=with_original)
        if isinstance(record, Record) and self.leases.are_active():
            yield from self.leases.hold_for_active(record.header.reference)
            return (yield from self.record(key, with_original=with_original))
        return record

    assert real is not None
    monkeypatch.setattr(ContextVerbs, "_shown", shown)


def tells_of_a_view_and_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_view(self: ContextVerbs, text: str) -> StoreSteps[bool]:
        return (yield from self.store.view_origin(digest(text))) is not None

    monkeypatch.setattr(ContextVerbs, "is_view", is_view)


def gives_an_original_and_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def original_of(self: ContextVerbs, view: str) -> StoreSteps[str | None]:
        reference = yield from self.store.view_origin(digest(view))
        record = None if reference is None else (yield from self.store.find(reference))
        return None if record is None else record.original.decode()

    monkeypatch.setattr(ContextVerbs, "original_of", original_of)


def compresses_views_again(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ContextVerbs._view

    def view(self: ContextVerbs, *given: object, asks: bool = True) -> StoreSteps[object]:
        return real(self, *given, asks=asks and False)  # type: ignore[arg-type]

    monkeypatch.setattr(ContextVerbs, "_view", view)


def forgets_the_views_of_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    def remember(self: StoreNamespace, view_reference: str, reference: str) -> StoreSteps[None]:
        return
        yield

    monkeypatch.setattr(StoreNamespace, "remember_view", remember)


@pytest.mark.parametrize(
    "plant",
    [forgets_what_was_expected, holds_nothing, hands_out_views_of_nothing, mixes_namespaces,
     reads_once_under_a_lease, tells_of_a_view_and_holds_nothing, compresses_views_again,
     gives_an_original_and_holds_nothing, forgets_the_views_of_readers],
)  # fmt: skip
def test_a_broken_context_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    first_found()


def test_the_command_runs_a_seed_again() -> None:
    command = [sys.executable, "-m", "headroom_testing.simulation"]
    done = subprocess.run(
        [*command, "--seeds", "0-4"], check=True, stdout=subprocess.PIPE, text=True, timeout=120
    )
    assert re.fullmatch(r"5 seeds, \d+ steps, [\d.]+ seconds: all is well\n", done.stdout)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    seed = first_found(broken(LosesUpdates))
    failed = subprocess.run(
        [*command, "--seed", str(seed), "--store", "test_simulation:loses_updates"],
        check=False, stdout=subprocess.PIPE, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert failed.returncode == 1
    assert f"seed {seed}: " in failed.stdout


loses_updates = broken(LosesUpdates)


def test_a_context_of_ones_own() -> None:
    class Mine(SharedContext):
        pass

    assert simulate(range(5), context=Mine) > 100
