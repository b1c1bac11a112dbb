"""Redis under the simulation: contexts in any order, faults, crashes, and keys that change."""

from __future__ import annotations

import os
import random
from itertools import count

from redis_server import Server

from headroom import Codec, LeasingStore, new_encryption_key
from headroom_redis import RedisStore
from headroom_testing import ManualClock
from headroom_testing.simulation import simulate

# More of them: nox -s simulation
SEEDS = range(int(os.environ.get("HEADROOM_SEEDS", "2000")) // 200)


def test_a_server_whose_keys_change(server: Server) -> None:
    keys = [new_encryption_key() for _ in range(3)]
    numbers, prefix = count(), ""

    def make(clock: ManualClock) -> RedisStore:
        nonlocal prefix
        prefix = f"run{next(numbers)}"
        return RedisStore(server.url, prefix=prefix, codec=Codec(keys=keys), clock=clock)

    def rotate(store: LeasingStore, choice: random.Random) -> None:
        other = RedisStore(server.url, prefix=prefix, codec=Codec(keys=choice.sample(keys, 3)))
        for namespace in ("one", "two"):
            other.rotate(namespace)
        other.close()

    assert simulate(SEEDS, make, disturb=rotate) > 20 * len(SEEDS)
