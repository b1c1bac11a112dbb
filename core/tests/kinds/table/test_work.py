"""How much is done for rows that say the same things again: counted, not timed."""

from __future__ import annotations

import cProfile
import json
from collections.abc import Callable

import pytest

from headroom import compress, get_counter

ROWS = 1000
STATES = ("paid", "open", "lost", "sent")


def rows_as_json() -> str:
    return json.dumps(
        [
            {"id": n, "name": f"user {n * 7919 % 1000}", "state": STATES[n * 3 % 4], "sum": n % 97}
            for n in range(ROWS)
        ]
    )


def rows_as_csv() -> str:
    rows = [f"{n},user {n * 7919 % 1000},{STATES[n * 3 % 4]},{n % 97}" for n in range(ROWS)]
    return "\n".join(["id,name,state,sum", *rows])


def rows_as_records() -> str:
    return "\n".join(
        f"- id: {n}\n  name: user {n * 7919 % 1000}\n  state: {STATES[n * 3 % 4]}\n  sum: {n % 97}"
        for n in range(ROWS)
    )


def calls(text: str) -> int:
    """How many functions are called, those of C included."""
    profiler = cProfile.Profile()
    profiler.enable()
    result = compress(text, counter=get_counter())
    profiler.disable()
    assert result.failure is None
    assert result.tokens_after < result.tokens_before
    return sum(entry.callcount for entry in profiler.getstats())


@pytest.mark.parametrize(
    ("make", "most"), [(rows_as_json, 20), (rows_as_csv, 66), (rows_as_records, 650)]
)
def test_a_row_takes_few_calls(make: Callable[[], str], most: int) -> None:
    text = make()
    calls(text)
    assert calls(text) <= most * ROWS
