"""Which tests go otherwise, and of which of them that is known, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Difference", "differences", "known"]

_KNOWN = Path(__file__).parent / "known.json"


@dataclass(frozen=True)
class Difference:
    """A test that goes otherwise with Headroom in place."""

    test: str
    without: str
    within: str

    def __str__(self) -> str:
        return f"{self.test}: {self.without} without, {self.within} with Headroom"


def differences(without: Mapping[str, str], within: Mapping[str, str]) -> list[Difference]:
    """All of them, by name. What is missing in one of the two is a difference, too.

    >>> [str(each) for each in differences({"a": "passed", "b": "failed"}, {"a": "failed"})]
    ['a: passed without, failed with Headroom', 'b: failed without, missing with Headroom']

    """
    pairs = [
        Difference(each, without.get(each, "missing"), within.get(each, "missing"))
        for each in sorted({*without, *within})
    ]
    return [each for each in pairs if each.without != each.within]


def known(suite: str) -> Mapping[str, str]:
    """The reason for each known difference of a suite, by the name of the test."""
    listed = json.loads(_KNOWN.read_text(encoding="utf-8")).get(suite, {})
    return {test: reason for reason, tests in listed.items() for test in tests}
