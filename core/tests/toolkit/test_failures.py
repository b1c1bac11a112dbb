"""Verdicts are looked for in many lines at once, and none is lost by that."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from headroom.toolkit.failures import failures_and_outcomes, says_failure, says_outcome, verdicts

#: What one of the verdicts each begins with, ends with, or has in it.
VERDICTS = (
    "FAIL: test_cart", "ERROR: disk", "not ok 3 - sums", "\u2717 adds", "E   assert 3 == 4",
    "shop.errors.CartError: empty", "fatal: no such path", "thread 'main' panicked at x.rs",
    "a.c:3:4: error: no", "==7== Invalid read of size 4", "0x5 is located 3 bytes",
    "READ of size 8", "SUMMARY: AddressSanitizer: leak", "make: *** [all]", "Segmentation fault",
    "exited with code 2", "== 2 failed, 31 passed ==", "Ran 33 tests in 0.2s", "OK (skipped=1)",
    "Tests: 3 passed, 3 total", "12 problems", "Build succeeded", "ERROR SUMMARY: 3 errors",
    "test result: ok", "Found 3 errors", "npm error code 1", "assertion x < 3 failed",
    "\x1b[31mFAIL: test_cart\x1b[0m",
)  # fmt: skip
LINES = ("", "It rained all night.", "a = 3", "\u0130stanbul", "\u017ftra\u00dfe", "  at main.py:7")


def _one_by_one(lines: Sequence[str]) -> list[tuple[int, bool]]:
    said = ((index, says_failure(line), says_outcome(line)) for index, line in enumerate(lines))
    return [(index, sums_up) for index, fails, sums_up in said if fails or sums_up]


@pytest.mark.parametrize("said", VERDICTS)
def test_each_verdict_is_found_among_other_lines(said: str) -> None:
    lines = [*LINES, said, *LINES]
    assert says_failure(said) or says_outcome(said)
    assert verdicts(lambda: lines) == [(len(LINES), says_outcome(said))]
    assert {len(LINES)} == frozenset().union(*failures_and_outcomes(lines))


def test_what_is_said_of_a_line_is_said_of_it_among_thousands() -> None:
    draw = random.Random(3)
    lines = [draw.choice(VERDICTS if draw.random() < 0.1 else LINES) for _ in range(5000)]
    assert verdicts(lambda: lines) == _one_by_one(lines)
    failures, outcomes = failures_and_outcomes(lines)
    assert failures == {index for index, line in enumerate(lines) if says_failure(line)}
    assert outcomes == {index for index, line in enumerate(lines) if says_outcome(line)}


def test_forms_of_a_letter_that_patterns_take_for_it_hide_nothing() -> None:
    lines = ["2 te\u017fts pas\u017fed", "1 fa\u0131led", "3 fa\u0130led", "2 tests", "==3== x"]
    assert verdicts(lambda: lines) == _one_by_one(lines)
    assert 3 in failures_and_outcomes(["a", "b", "c", "2 tests"])[1]


@pytest.mark.parametrize("before", [380, 390, 400])
@pytest.mark.parametrize("said", [" FAILED", "\x1b[31m FAILED\x1b[0m", " fa\x1b[1milure: exit 1"])
def test_signs_count_where_a_line_is_looked_at(before: int, said: str) -> None:
    lines = ["fatal", "x" * before + said, "FAIL: a"]
    assert verdicts(lambda: lines) == _one_by_one(lines)


def test_each_line_of_a_text_is_one_and_those_that_a_run_counts_are_told() -> None:
    texts = ["It ran.\n  1) drains\n3 passing", "", "  2) fills\n  2 failing\n1 failing"]
    assert verdicts(lambda: iter(texts)) == [
        (0, False),
        (0, True),
        (2, False),
        (2, True),
        (2, True),
    ]
    # Together they are one event, of which the beginning tells.
    assert failures_and_outcomes(texts) == (frozenset(), frozenset())
