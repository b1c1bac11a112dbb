"""The store and the model, side by side, through any series of operations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from headroom import LeasingStore, Limits, Missing, Store
from headroom_testing.contract.base import Capability, ContractBase
from headroom_testing.contract.model import ModelNamespace
from headroom_testing.contract.records import digest, make

__all__ = ["MachineTests"]

_KEYS = st.sampled_from(["a", "b", "c", "d"])
_CONTENTS = st.sampled_from(["", "one", "two", "three", "fourteen chars", "\ud800"])
_SPACES = st.sampled_from([0, 1])
_HOLDERS = st.sampled_from(["one", "two"])
# The first namespace is without limits. A clock moves by whole seconds and an entry ends between
# two of them: what happens in the very moment of an end is left open.
_LIMITS = (Limits(), Limits(max_entries=2, max_bytes=16))
_TTLS = st.sampled_from([None, 0.5, 2.5, 9.5])

_runs = count()


class _Machine(RuleBasedStateMachine):
    def __init__(
        self,
        store: Store,
        advance: Callable[[float], None],
        open_again: Callable[[], Store] | None,
    ) -> None:
        super().__init__()
        # Namespaces are walls, so a new pair is as good as a new store.
        run = next(_runs)
        self.names = (f"machine {run}", f"machine {run} too")
        self.models = (ModelNamespace(), ModelNamespace())
        self.versions: tuple[list[int], list[int]] = ([], [])
        self.store, self.advance_store, self.open_again = store, advance, open_again
        self.reopened = False

    @rule(space=_SPACES)
    def next_version(self, space: int) -> None:
        version = self.store.next_version(self.names[space])
        assert version > self.models[space].issued, "a version was given out twice"
        self.models[space].issued = version
        self.versions[space].append(version)

    @rule(
        space=_SPACES, key=_KEYS, content=_CONTENTS, view=st.none() | _CONTENTS, ttl=_TTLS,
        back=st.sampled_from([0, 0, 0, 1, 3]),
        expected=st.sampled_from([None, None, 0, -1, 99_999]),
    )  # fmt: skip
    def put(
        self,
        space: int,
        key: str,
        content: str,
        view: str | None,
        ttl: float | None,
        back: int,
        expected: int | None,
    ) -> None:
        if back == 0:
            self.next_version(space)
        versions = self.versions[space]
        if not versions:
            return
        # Some writes come late: with a version that was given out before others.
        version = versions[-1 - min(back, len(versions) - 1)]
        record = make(key, content, version, view, {"n": space})
        found = self.models[space].live(key)
        if expected == -1:
            expected = found.header.version if found else 0
        accepted = self.store.put(
            self.names[space], record, ttl=ttl, limits=_LIMITS[space], expected=expected
        )
        assert accepted == self.models[space].put(record, ttl, _LIMITS[space], expected)

    @rule(space=_SPACES, key=_KEYS)
    def delete(self, space: int, key: str) -> None:
        assert self.store.delete(self.names[space], key) == self.models[space].delete(key)

    @rule(space=_SPACES)
    def clear(self, space: int) -> None:
        assert self.store.clear(self.names[space]) == self.models[space].clear()

    @rule(space=_SPACES, content=_CONTENTS, view=st.sampled_from(["v", "w"]))
    def remember_view(self, space: int, content: str, view: str) -> None:
        self.store.remember_view(self.names[space], digest(view), digest(content))
        self.models[space].views[digest(view)] = digest(content)

    @rule(seconds=st.sampled_from([1, 2, 5]))
    def advance(self, seconds: int) -> None:
        self.advance_store(seconds)
        for model in self.models:
            model.advance(seconds)

    @rule()
    def reopen(self) -> None:
        if self.open_again is not None:
            if self.reopened:
                self.store.close()
            self.store, self.reopened = self.open_again(), True

    @rule(space=_SPACES, key=_KEYS)
    def get(self, space: int, key: str) -> None:
        found, model = self.store.get(self.names[space], key), self.models[space]
        live = model.live(key)
        if live is not None:
            assert found == live
            return
        assert isinstance(found, Missing), "found, though it is gone"
        # What a key's end was is open after its namespace was cleared.
        if key in model.gone:
            assert found.reason == model.gone[key]

    @rule(space=_SPACES, content=_CONTENTS)
    def find(self, space: int, content: str) -> None:
        reference = digest(content)
        assert self.store.find(self.names[space], reference) == self.models[space].find(reference)

    @invariant()
    def both_hold_the_same(self) -> None:
        for name, model in zip(self.names, self.models):
            assert self.store.headers(name) == model.headers()
            usage = self.store.usage(name)
            assert (usage.entries, usage.bytes) == (len(model.entries), model.bytes())
            assert (usage.expired, usage.evicted) == (model.expired, model.evicted)
            assert (usage.leased, usage.over_limits) == (model.leased(), model.over_limits)
            for view, reference in model.views.items():
                assert self.store.view_origin(name, view) == reference

    def teardown(self) -> None:
        if self.reopened:
            self.store.close()


class _LeasingMachine(_Machine):
    @rule(
        space=_SPACES, holder=_HOLDERS, contents=st.sets(_CONTENTS, max_size=2),
        seconds=st.sampled_from([0.5, 2.5, 9.5]),
    )  # fmt: skip
    def lease(self, space: int, holder: str, contents: set[str], seconds: float) -> None:
        references = {digest(content) for content in contents}
        assert isinstance(self.store, LeasingStore), "it has no leases"
        lived = self.store.lease(self.names[space], holder, sorted(references), seconds=seconds)
        assert lived == self.models[space].lease(holder, references, seconds)

    @rule(space=_SPACES, holder=_HOLDERS)
    def release(self, space: int, holder: str) -> None:
        assert isinstance(self.store, LeasingStore)
        self.store.release(self.names[space], holder)
        self.models[space].release(holder)


class MachineTests(ContractBase):
    """Any series of operations does what it does to a plain model."""

    #: How many series, and how many operations each has at most.
    machine_examples: int = 40
    machine_steps: int = 30
    #: Whether the same series are drawn each time, and the first failure will do as it is.
    machine_in_short: bool = False

    def test_any_series_of_operations(self, store: Store) -> None:
        durable = Capability.DURABLE in self.capabilities
        machine = _LeasingMachine if Capability.LEASES in self.capabilities else _Machine
        run_state_machine_as_test(
            lambda: machine(store, self.advance, self.open_again if durable else None),  # type: ignore[arg-type]
            settings=settings(
                max_examples=self.machine_examples,
                stateful_step_count=self.machine_steps,
                deadline=None,
                derandomize=self.machine_in_short,
                phases=(Phase.generate,) if self.machine_in_short else tuple(Phase),
                report_multiple_bugs=not self.machine_in_short,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
