"""Rows that a query names go before what is merely short, or like all others."""

from __future__ import annotations

import json
import random

import pytest

from headroom import compress

WORDS = "call write visit about prices terms pilot renewal May June they send quotes".split()


def _rows(seed: int) -> list[dict[str, object]]:
    generator = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(90):
        customer = "Quellmar" if number % 7 == 3 else generator.choice(["Alto", "Berg", "Cato"])
        note = None if generator.random() < 0.5 else " ".join(generator.choices(WORDS, k=32))
        rows.append(
            {
                "id": f"{generator.randrange(16**12):012x}",
                "path": f"/services/data/objects/{generator.randrange(16**12):012x}",
                "name": f"{customer} {generator.choice(['Ltd', 'SA', 'AG'])}",
                "stage": generator.choice(["open", "won", "lost"]),
                "amount": generator.randint(1, 90) * 1000,
                "owner": generator.choice(["Ines Ruud", "Ole Berge", "Kai Lund"]),
                "next": note,
            }
        )
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_longer_rows_that_a_query_names_are_shown_like_shorter_ones(seed: int) -> None:
    rows = _rows(seed)
    view = compress(json.dumps(rows), query="Quellmar", max_tokens=900).text
    named = [row for row in rows if str(row["name"]).startswith("Quellmar")]
    assert len(named) == 13
    assert [row["id"] for row in named if str(row["id"]) not in view] == []
