"""A record that says that something goes wrong is shown before ordinary ones."""

from __future__ import annotations

import random

import pytest

from headroom import compress
from headroom.kinds.records.alarms import alarms
from headroom.kinds.records.parse import find_records
from headroom.view import NO_LIMIT

STATES = ["Running", "Stopped", "Starting", "Stopping", "Paused"]


def machines(states: list[str], seed: int = 2) -> str:
    """Records with fields below fields, none of which is like another one."""
    chance = random.Random(seed)
    found = []
    for n, state in enumerate(states):
        disks = "\n".join(f"    disk{k}: {chance.randrange(16**6):06x}" for k in range(3))
        found.append(
            f"Name: vm-{chance.randrange(16**4):04x}-{n}\nZone: north-{n % 3}\nState: {state}\n"
            f"Hardware:\n  Cores: {chance.choice([2, 4, 8])}\n  Disks:\n{disks}\nNetwork:\n"
            f"  Address: 10.0.{n}.{chance.randrange(250)}\nErrors: 0\n"
            f"Owner: team{n % 4}\nUptime: {chance.randrange(9999)} s\n"
        )
    return "\n".join(found)


@pytest.mark.parametrize("count", [16, 24, 60])
@pytest.mark.parametrize("budget", [None, 300, 600])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_that_failed_is_shown_with_its_name(count: int, budget: int | None, seed: int) -> None:
    states = [STATES[n % 5] for n in range(count)]
    states[9] = "Failed"
    text = machines(states, seed)
    lines = compress(text, max_tokens=budget).text.split("\n")
    place = lines.index("State: Failed")
    names = [line for line in lines[:place] if line.startswith("Name:")]
    assert names[-1].endswith("-9")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Failed" if n == 4 else STATES[n % 5] for n in range(30)], [4]),
        # Many that failed are no surprise, and a name of its own says nothing of how one is.
        (["Failed" if n % 2 else STATES[n % 5] for n in range(30)], []),
        (["error-page" if n == 4 else f"page-{'abcdefghijklmnop'[n % 16]}{n}x" * 2
          for n in range(30)], []),
    ],
)  # fmt: skip
def test_what_says_that_something_goes_wrong(values: list[str], expected: list[int]) -> None:
    records = find_records(machines(values), lambda: None)
    assert records is not None
    found = alarms(records, NO_LIMIT)
    assert sorted(found) == expected
    for lines in found.values():
        assert [records.lines[line] for line in lines] == ["State: Failed"]
