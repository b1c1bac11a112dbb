"""SQLite under the simulation: contexts in any order, faults, crashes, and keys that change."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from headroom import Codec, LeasingStore, SQLiteStore, new_encryption_key
from headroom_testing import ManualClock
from headroom_testing.simulation import simulate

pytestmark = pytest.mark.slow

# More of them: nox -s simulation
SEEDS = range(int(os.environ.get("HEADROOM_SEEDS", "2000")) // 200)


def made_in(folder: Path, codec: Codec | None = None) -> Callable[[ManualClock], SQLiteStore]:
    numbers = count()
    return lambda clock: SQLiteStore(folder / f"{next(numbers)}.db", clock=clock, codec=codec)


def test_a_file(tmp_path: Path) -> None:
    assert simulate(SEEDS, made_in(tmp_path)) > 20 * len(SEEDS)


def test_a_file_whose_keys_change(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    keys = [new_encryption_key() for _ in range(3)]

    def rotate(store: LeasingStore, choice: random.Random) -> None:
        path = str(store)[len("SQLiteStore('") : -len("')")]
        other = SQLiteStore(path, codec=Codec(keys=choice.sample(keys, 3)))
        other.rotate()
        other.close()

    made = made_in(tmp_path, Codec(keys=keys))
    assert simulate(SEEDS, made, disturb=rotate) > 20 * len(SEEDS)
