"""Views are the same in every process, whatever the seed of its hashes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

VIEWS = """
from headroom import compress
from headroom_testing.large import LARGE

for name in sorted(LARGE):
    text = LARGE[name](4_000)
    for most, query in ((None, None), (300, None), (300, "order 31 late refund")):
        result = compress(text, max_tokens=most, query=query, counter=lambda text: len(text) // 4)
        assert result.failure is None
        print(ascii((name, result.text, result.tokens_after, result.omissions)))
"""


def test_views_are_the_same_under_every_seed_of_hashes() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", VIEWS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "77")
    }
    assert len(told) == 1
    (views,) = told
    assert views.count("\n") >= 30
