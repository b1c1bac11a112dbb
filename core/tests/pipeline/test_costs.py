"""What the compression of each kind costs, in numbers that do not depend on the machine.

A limit that is missed says that something is done more often than it was: once for each line, say,
and no longer once for all. Where that is worth it, the limit is set anew, in the same commit.
"""

from __future__ import annotations

import cProfile
from collections.abc import Sequence

import pytest

from headroom import Pipeline, get_counter
from headroom_testing.large import LARGE

SIZE = 16_000

#: Calls of functions, those of C included, for each thousand characters, and how often each
#: character is given to the tokenizer: what was counted when this was set, and a quarter more of
#: the calls, since versions of Python differ, and a tenth of the characters.
LIMITS = {
    "json rows": (1_100, 4.8),
    "json events": (2_000, 5.0),
    "json lines": (1_180, 4.8),
    "csv": (1_900, 2.8),
    "markdown table": (3_350, 2.3),
    "records": (8_200, 5.6),
    "prose": (3_000, 3.8),
    "prose, one line": (2_250, 4.4),
    "python": (5_300, 4.8),
    "javascript": (4_900, 3.3),
    "log": (3_100, 1.1),
    "search": (4_600, 4.1),
    "diff": (960, 1.6),
    "html": (1_700, 2.9),
    "xml": (3_250, 2.6),
    "base64": (260, 1.1),
    "mixed": (4_500, 4.1),
}


class Counting:
    """A counter that counts what it is given."""

    exact = True
    name = "counting"

    def __init__(self) -> None:
        self.characters = 0
        self._counter = get_counter()

    def count(self, text: str) -> int:
        self.characters += len(text)
        return self._counter.count(text)

    def count_many(self, texts: Sequence[str]) -> list[int]:
        self.characters += sum(map(len, texts))
        return self._counter.count_many(texts)


def costs(name: str) -> tuple[float, float]:
    pipeline = Pipeline(max_seconds=None)
    text = LARGE[name](SIZE)
    # Imports what it needs.
    pipeline.compress(text, counter=get_counter())
    counting = Counting()
    profiler = cProfile.Profile()
    profiler.enable()
    pipeline.compress(text, counter=counting)
    profiler.disable()
    calls = sum(entry.callcount for entry in profiler.getstats())
    return 1000 * calls / len(text), counting.characters / len(text)


@pytest.mark.parametrize("name", LARGE)
def test_no_kind_costs_more_than_it_did(name: str) -> None:
    calls, counted = costs(name)
    most_calls, most_counted = LIMITS[name]
    assert calls <= most_calls
    assert counted <= most_counted
