from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from headroom import SharedContext

# The tests import scripted.py, which stands beside them.
sys.path.insert(0, str(Path(__file__).parent))

os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()


@pytest.fixture
def flights() -> list[dict[str, object]]:
    """What an API answers: 200 flights, one of which is not like the others."""
    rows: list[dict[str, object]] = [
        {
            "flight": f"HR{number:03}",
            "origin": ["OSL", "BER", "MAD", "ROM"][number % 4],
            "status": "landed",
            "delay_minutes": number % 9,
        }
        for number in range(200)
    ]
    rows[121] |= {"status": "diverted", "delay_minutes": 1437}
    return rows


@pytest.fixture
def payload(flights: list[dict[str, object]]) -> str:
    return json.dumps(flights)
