from __future__ import annotations

import pytest

from headroom import MemoryStore, SharedContext
from headroom_testing import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock=clock, wall_clock=clock)


@pytest.fixture
def ctx(store: MemoryStore) -> SharedContext:
    return SharedContext(store=store)


@pytest.fixture
def rows() -> list[dict[str, object]]:
    return [
        {"id": number, "status": "paid", "region": "eu-west-1", "total": 20 + number % 7}
        for number in range(200)
    ]
