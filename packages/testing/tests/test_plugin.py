"""What pytest prints about the stores that it tested."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

TESTS = """
from headroom import MemoryStore
from headroom_testing import Capability, ManualClock, StoreContract

class TestGood(StoreContract):
    def open(self):
        self.clock = ManualClock()
        return MemoryStore(clock=self.clock, wall_clock=self.clock)
    def advance(self, seconds):
        self.clock.advance(seconds)

class TestBoaster(TestGood):
    capabilities = frozenset({Capability.DURABLE})
    def open_again(self):
        return MemoryStore()
    def locator(self):
        return "memory://"
"""


def test_the_report_says_what_holds_and_what_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    printed = pytester.runpytest_subprocess("-k", "outlives or equal_content").stdout.str()
    (good,) = [line for line in printed.split("\n") if line.startswith("TestGood:")]
    (boaster,) = [line for line in printed.split("\n") if line.startswith("TestBoaster:")]
    assert "contract: holds" in good
    assert "durable: not claimed" in good
    assert "durable: fails" in boaster
