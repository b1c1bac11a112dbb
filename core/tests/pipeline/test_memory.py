"""What a compression takes in memory, at its peak, is no more than some times the payload."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from headroom import compress, get_counter
from headroom_testing.large import LARGE

SIZE = 60_000

#: By what a payload is: so many times its characters at the most. In a payload this small, what is
#: remembered of words and what is read of Python at a time count for much:
#: ``python -m benchmarks.memory`` measures large ones.
MOST = {
    "json rows": 20,
    "json events": 21,
    "csv": 25,
    "markdown table": 24,
    "records": 27,
    "prose": 30,
    "python": 46,
    "javascript": 60,
    "log": 15,
    "diff": 11,
    "html": 22,
    "xml": 21,
    "base64": 6,
    "mixed": 19,
}


@pytest.mark.parametrize("name", MOST)
def test_the_peak_is_bounded_by_the_payload(name: str) -> None:
    counter = get_counter()
    # What a kind imports, and remembers of words, is no part of a payload.
    compress(LARGE[name](SIZE // 4), counter=counter)
    text = LARGE[name](SIZE)
    gc.collect()
    tracemalloc.start()
    try:
        compress(text, counter=counter)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= MOST[name] * len(text)
