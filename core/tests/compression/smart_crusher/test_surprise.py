from __future__ import annotations

import json
import random

import pytest

from headroom import compress


@pytest.mark.parametrize("step", [5, 35, 100, 500])
def test_a_word_between_numbers_is_kept_however_often_they_repeat(step: int) -> None:
    draw = random.Random(1)
    rows: list[dict[str, object]] = [
        {"id": n, "mass": draw.randrange(3000, 6000, step), "place": draw.choice("ABC")}
        for n in range(200)
    ]
    rows[101]["mass"] = "out of range"
    assert "out of range" in compress(json.dumps(rows)).text
