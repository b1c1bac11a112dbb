"""What the fuzzer begins with, and all that it ever found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from fuzz.targets import SEEDS, TARGETS

CORPUS = Path(__file__).parents[2] / "fuzz" / "corpus"


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_is_kept_breaks_a_target(target: str) -> None:
    kept = [file.read_bytes() for file in sorted((CORPUS / target).iterdir())]
    assert len(SEEDS[target]) > 2
    for data in [*SEEDS[target], *kept]:
        TARGETS[target](data)
