"""The contract finds what is wrong with a store.

Each store of the modules ``planted_*`` has one fault, and says which tests of the contract find it.
"""

from __future__ import annotations

from pathlib import Path

import planted_leases
import planted_lives
import planted_names
import planted_processes
import planted_room
import planted_spaces
import planted_values
import planted_versions
import planted_watching
import pytest
from planting import PLANTED, Contract, Plant

from headroom import MemoryStore, StoreError
from headroom_testing import Capability, FaultyStore, StoreContract
from headroom_testing.contract.linearizability import Operation, is_linearizable

MODULES = (
    planted_leases, planted_lives, planted_names, planted_processes, planted_room,
    planted_spaces, planted_values, planted_versions, planted_watching,
)  # fmt: skip


@pytest.mark.parametrize(
    "plant", PLANTED, ids=[f"{plant.kind.__name__}-{plant.test}" for plant in PLANTED]
)
def test_each_fault_is_found_by_the_test_that_is_named(plant: Plant, tmp_path: Path) -> None:
    contract = plant.contract(plant.kind)
    contract.folder = tmp_path
    store = contract.open()
    with pytest.raises((AssertionError, StoreError, pytest.fail.Exception)):
        getattr(contract, plant.test)(store)


def test_each_module_of_faults_is_asked() -> None:
    planted = {plant.kind.__module__ for plant in PLANTED}
    assert planted == {module.__name__ for module in MODULES}


def test_each_test_of_the_contract_finds_a_fault() -> None:
    tests = {name for name in dir(StoreContract) if name.startswith("test_")}
    assert tests == {plant.test for plant in PLANTED}


def test_a_store_without_leases_is_found() -> None:
    class Leasing(Contract):
        capabilities = frozenset({Capability.LEASES})

    contract = Leasing(MemoryStore)
    with pytest.raises(AssertionError, match="it has no leases"):
        contract.test_held_entries_do_not_expire(FaultyStore(contract.open()))


@pytest.mark.parametrize(
    "test",
    [
        "test_awaited_operations_do_what_their_namesakes_do",
        "test_awaited_operations_take_the_same_arguments",
        "test_a_cancelled_write_happens_whole_or_not_at_all",
        "test_awaited_leases_do_what_their_namesakes_do",
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(test: str) -> None:
    class Awaited(Contract):
        capabilities = frozenset({Capability.ASYNC, Capability.LEASES})

    contract = Awaited(planted_watching.Awaits)
    getattr(contract, test)(contract.open())


def test_only_tests_of_claimed_capabilities_are_there() -> None:
    class Durable(Contract):
        capabilities = frozenset({Capability.DURABLE})

    name = "test_what_was_put_outlives_its_handle"
    assert getattr(Contract, name) is None
    assert callable(getattr(Durable, name))
    assert Durable.test_a_killed_writer_loses_at_most_one_write is None


@pytest.mark.parametrize(
    ("second", "good"),
    [
        (Operation("get", 2, 3, 1), True),
        (Operation("get", 2, 3, 0), False),
        # It began before the put had ended, so it may have been first.
        (Operation("get", 0.5, 3, 0), True),
        (Operation("put", 2, 3, True, 2, expected=0), False),
        (Operation("put", 2, 3, True, 2, expected=1), True),
        (Operation("delete", 2, 3, False), False),
        (Operation("next_version", 2, 3, 1), True),
    ],
)
def test_wrong_histories_are_found(second: Operation, good: bool) -> None:
    assert is_linearizable([Operation("put", 0, 1, True, 1), second]) is good
