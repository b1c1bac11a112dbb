"""What a compression does grows with the payload, and ends with its time, whatever the payload."""

from __future__ import annotations

import cProfile
import os
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest

from headroom import get_counter
from headroom.kinds.text.vectors import installed
from headroom.pipeline import Pipeline
from headroom_testing.large import LARGE

from .hostile import TEXTS

pytestmark = pytest.mark.slow

#: From one of these sizes to the next twice as much is linear. At some size a view begins to be
#: worth it, which is one leap; what takes quadratic time leaps each time.
SIZES = (3_000, 6_000, 12_000)
MOST_GROWTH = 2.6

#: All of the texts are for ``nox -s growth``; a few, of each sort one, are for every run.
NAMES = (
    list(TEXTS)
    if os.environ.get("HEADROOM_ALL_HOSTILE")
    else [
        "open fences", "a kind a line", "written over", "nested objects", "other keys in each",
        "a table of many columns", "records in tags", "open elements", "errors", "a diff",
        "functions without an end", "one line of sentences", "lines of base64", "binary",
        "rules of dashes", "rules below words", "steps of names", "letters that quote letters",
    ]
)  # fmt: skip


#: Calls for each character of a payload that is compressed for a query, at the most.
MOST_CALLS = {"prose": 5.0, "html": 14.0}


def calls(pipeline: Pipeline, text: str, query: str | None = None) -> int:
    """How many functions are called, those of C included."""
    profiler = cProfile.Profile()
    profiler.enable()
    pipeline.compress(text, counter=get_counter(), query=query)
    profiler.disable()
    return sum(entry.callcount for entry in profiler.getstats())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_done_grows_no_faster_than_the_payload(name: str) -> None:
    pipeline = Pipeline(max_seconds=None)
    pipeline.compress(TEXTS[name](SIZES[0]), counter=get_counter())
    counts = [calls(pipeline, TEXTS[name](size)) for size in SIZES]
    assert min(more / fewer for fewer, more in pairwise(counts)) <= MOST_GROWTH, counts


@pytest.mark.parametrize("name", MOST_CALLS)
def test_a_view_for_a_query_takes_few_steps(name: str) -> None:
    # Words are read once, and sentences ranked once for all of the budgets that are tried.
    pipeline, text = Pipeline(max_seconds=None), LARGE[name](30_000)
    pipeline.compress(text, counter=get_counter(), query="which word comes first")
    count = calls(pipeline, text, "which word comes first")
    assert count <= MOST_CALLS[name] * len(text), count / len(text)


#: Functions that are called between two looks at the clock, for each character of a payload, at
#: the most: a loop in C takes little time for each of its calls.
MOST_BETWEEN = 2.6


class Lines:
    """A clock that goes by the lines of Python that are executed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> float:
        return self.count

    def trace(self, _frame: FrameType, event: str, _argument: object) -> Any:
        self.count += event == "line"
        return self.trace

    def run(self, pipeline: Pipeline, text: str, max_tokens: int | None) -> Any:
        before = sys.gettrace()
        sys.settrace(self.trace)
        try:
            return pipeline.compress(text, counter=get_counter(), max_tokens=max_tokens)
        finally:
            sys.settrace(before)


@pytest.mark.parametrize("max_tokens", [None, 500])
@pytest.mark.parametrize("name", NAMES)
def test_no_step_goes_on_when_the_time_is_up(name: str, max_tokens: int | None) -> None:
    text = TEXTS[name](100_000)
    # Imports what it needs, and reads its patterns: thousands of lines, once in a process.
    Pipeline(max_seconds=None).compress(
        TEXTS[name](3_000), counter=get_counter(), max_tokens=max_tokens
    )
    lines = Lines()
    limit = 5_000
    result = lines.run(Pipeline(max_seconds=limit, clock=lines), text, max_tokens)
    # What is read at one go, as by a parser of JSON, takes its time: some lines of Python for each
    # number. The whole takes millions.
    assert lines.count <= limit + 35_000
    if result.failure is not None:
        assert "TimeBudgetExceeded" in result.failure
        assert max_tokens is not None or result.text == text


class Stretch:
    """A clock that knows how many functions were called between two looks at it, at the most."""

    def __init__(self) -> None:
        self.count = self.last = self.longest = 0

    def __call__(self) -> float:
        self.longest = max(self.longest, self.count - self.last)
        self.last = self.count
        return 0.0

    def profile(self, _frame: FrameType, event: str, _argument: object) -> None:
        self.count += event in ("call", "c_call")

    def run(self, text: str, query: str | None) -> int:
        pipeline = Pipeline(max_seconds=1.0, clock=self)
        before = sys.getprofile()
        sys.setprofile(self.profile)
        try:
            pipeline.compress(text, counter=get_counter(), query=query)
        finally:
            sys.setprofile(before)
        self()
        return self.longest


#: Texts of many small lines, or words, that all differ: the longest loops are over them.
MANY: dict[str, Callable[[int], str]] = {
    "one column": lambda n: "name\n" + "\n".join(f"v{i}" for i in range(n // 6)),
    "a log": lambda n: "\n".join(
        f"2026-01-01T00:00:00Z ERROR {'abcdefghij'[i * 7 % 10] * 9} w{i * 7919 % 9973} in {i} ms"
        for i in range(n // 55)
    ),
    "fences": lambda n: "~~~\n" * (n // 4),
    "records": lambda n: "\n".join(f"---\na: {i}" for i in range(n // 10)),
    "a diff": lambda n: "--- a/f\n+++ b/f\n@@ -1,99999 +0,0 @@\n" + "-x\n" * (n // 3),
    "paths": lambda n: "\n".join(f"/a/b/c{i}/d.py" for i in range(n // 15)),
    "functions": lambda n: "\n".join(f"def f{i}(a, b): return a" for i in range(n // 28)),
    "a table": lambda n: "a | b\n--- | ---\n" + "\n".join(f"x{i} | y" for i in range(n // 9)),
    "a page": lambda n: "<html><body>" + "\n".join(f"<ul><li>item {i}" for i in range(n // 18)),
}  # fmt: skip


@pytest.mark.parametrize("query", [None, "which word failed at line 77"])
@pytest.mark.parametrize("name", MANY)
def test_the_clock_is_looked_at_in_every_loop(name: str, query: str | None) -> None:
    installed()  # reads vectors of words, where there are some
    Stretch().run(MANY[name](4_000), query)  # imports what it needs
    text = MANY[name](60_000)
    longest = Stretch().run(text, query)
    assert longest <= MOST_BETWEEN * len(text), longest / len(text)


@pytest.mark.parametrize("name", ["lines of 'a'", "only '\\n'", "lines of '\\r'"])
def test_tiny_lines_take_little_time_each(name: str) -> None:
    text = TEXTS[name](50_000)
    pipeline = Pipeline(max_seconds=None)
    calls(pipeline, TEXTS[name](3_000))  # imports what it needs
    assert calls(pipeline, text) <= 65 * text.count("\n")


@pytest.mark.parametrize("name", ["functions without an end", "errors in code"])
def test_code_that_no_parser_can_read_takes_linear_time(name: str) -> None:
    pytest.importorskip("tree_sitter")
    pipeline = Pipeline(max_seconds=None)

    def seconds(size: int) -> float:
        text = TEXTS[name](size)
        start = time.process_time()
        pipeline.compress(text, counter=get_counter())
        return time.process_time() - start

    # In quadratic time it would be sixteen times as long.
    assert seconds(100_000) <= 9 * min(seconds(25_000), seconds(25_000))
