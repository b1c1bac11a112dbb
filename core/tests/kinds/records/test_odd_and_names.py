"""What is odd is shown whatever the budget, though names of the others have room, too."""

from __future__ import annotations

import random

import pytest

from headroom import compress


def listing() -> str:
    chance = random.Random(12)
    lines = [
        f"2026-{chance.randint(1, 11):02}-{chance.randint(1, 28):02} "
        f"{chance.randint(0, 23):02}:{chance.randint(10, 59)}:{chance.randint(10, 59)}"
        f" {chance.randint(400_000, 9_000_000):>12} "
        f"backup/{chance.choice(('db', 'files', 'mail'))}/2026/{chance.randint(1, 11):02}/"
        f"{chance.getrandbits(40):010x}.{chance.choice(('tar.zst', 'sql.gz'))}"
        for _ in range(420)
    ]
    lines[188] = "2026-03-14 02:10:11            0 backup/db/2026/03/ledger-full.sql.gz"
    lines[301] = "2026-01-01 02:10:11 918273645111 backup/files/2026/01/raid-image.img"
    return "\n".join([*lines, "", "Total Objects: 420", "   Total Size: 920112339812"])


@pytest.mark.parametrize("max_tokens", [400, 700, 1000, 1500, 2000, 3000])
def test_what_a_small_budget_shows_of_odd_records_a_larger_one_does(max_tokens: int) -> None:
    view = compress(listing(), max_tokens=max_tokens).text
    assert "918273645111" in view
    assert "ledger-full.sql.gz" in view
