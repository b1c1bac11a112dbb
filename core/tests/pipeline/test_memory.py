"""What a compression takes in memory, at its peak, is no more than some times the payload."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

pytestmark = pytest.mark.slow

SIZE = 60_000

#: By what a payload is: so many times its characters at the most. In a payload this small, what is
#: remembered of words and what is read of Python at a time count for much:
#: ``python -m benchmarks.memory`` measures large ones.
MOST: dict[str, float] = {
    "json rows": 16,
    "json events": 18,
    "csv": 20,
    "markdown table": 20,
    "records": 24,
    "prose": 26,
    "python": 35,
    "javascript": 45,
    "log": 18,
    "diff": 8.5,
    "html": 20,
    "xml": 15,
    "base64": 5.5,
    "mixed": 8,
}
#: Those of the largest share; all with HEADROOM_ALL_HOSTILE, as ``nox -s growth`` has it.
SOME = ("json rows", "csv", "records", "prose", "python")
NAMES = tuple(MOST) if "HEADROOM_ALL_HOSTILE" in os.environ else SOME

#: The same of so many rows that they are read again rather than held, of a text of which what is
#: found out in one step is dropped before the next, and of code in many pieces.
MANY = 400_000
MOST_OF_MANY = {"json rows": 6, "csv": 6.6, "prose": 5.3, "python": 8.4, "html": 6, "diff": 6}
#: With a sign for which Python holds four bytes of each character.
MOST_IN_UTF32 = {"prose": 6.1, "mixed": 5, "diff": 4.7}

#: The same of an object of objects that are no rows: so many times what is read of it takes alone.
MOST_OF_READ = 5

#: In a process of its own: here, what other tests have left to be remembered would count, too.
MEASURE = """
import gc, json, sys, tracemalloc
from headroom import compress, get_counter
from headroom_testing.large import LARGE

counter = get_counter()
size, more, peaks = int(sys.argv[1]), sys.argv[2], {}
for name in sys.argv[3:]:
    # What a kind imports, and remembers of words, is no part of a payload.
    compress(LARGE[name](size // 4), counter=counter)
    text = LARGE[name](size) + more
    gc.collect()
    tracemalloc.start()
    compress(text, counter=counter)
    peaks[name] = tracemalloc.get_traced_memory()[1] / len(text)
    tracemalloc.stop()
print(json.dumps(peaks))
"""

#: Of an object of objects, each with keys of its own and hardly a value: of its text nothing is
#: dearer.
MEASURE_TREE = """
import gc, json, random, tracemalloc
from headroom import compress, get_counter

chance, counter = random.Random(1), get_counter()

def tree(depth):
    keys = [f"k{chance.randint(0, 999)}" for _ in range(5)]
    return {key: tree(depth - 1) if depth else chance.choice([1, None, "text"]) for key in keys}

compress(json.dumps(tree(3)), counter=counter)
text = json.dumps(tree(5))
peaks = []
for take in (json.loads, lambda text: compress(text, counter=counter)):
    gc.collect()
    tracemalloc.start()
    taken = take(text)
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    del taken
print(peaks[1] / peaks[0])
"""


def measured(size: int, names: Iterable[str], more: str = "") -> dict[str, float]:
    command = [sys.executable, "-c", MEASURE, str(size), more, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def peaks() -> dict[str, float]:
    return measured(SIZE, NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_peak_is_bounded_by_the_payload(peaks: dict[str, float], name: str) -> None:
    assert peaks[name] <= MOST[name]


def test_much_takes_little_more_than_its_text() -> None:
    found = measured(MANY, MOST_OF_MANY)
    assert all(found[name] <= most for name, most in MOST_OF_MANY.items()), found


def test_a_sign_makes_little_of_a_text_larger() -> None:
    found = measured(MANY, MOST_IN_UTF32, "\U0001f600")
    assert all(found[name] <= most for name, most in MOST_IN_UTF32.items()), found


def test_objects_of_objects_take_no_object_for_each_value() -> None:
    command = [sys.executable, "-c", MEASURE_TREE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) <= MOST_OF_READ, done.stdout
