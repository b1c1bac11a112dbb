"""A query that no row answers takes nothing away that is odd, or that holds for all rows."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from headroom import compress


def series(count: int, points: int, far: int) -> dict[str, Any]:
    chance = random.Random(8)
    found = []
    for number in range(count):
        base = chance.uniform(0.1, 0.4)
        values = [
            [1795953600 + 60 * n, f"{base + chance.uniform(-0.02, 0.02):.4f}"]
            for n in range(points)
        ]
        if number == count // 2:
            for n in range(far):
                values[points // 2 + n][1] = f"{7.43 + 0.01 * n:.4f}"
        metric = {"pod": f"checkout-{number}", "zone": "abc"[number % 3], "job": "checkout"}
        found.append({"metric": metric, "values": values})
    return {"status": "success", "data": {"result": found}}


@pytest.mark.parametrize("points", [60, 200])
@pytest.mark.parametrize("far", [1, 3, 5])
def test_a_query_loses_no_peak_of_a_series(points: int, far: int) -> None:
    payload = series(14, points, far)
    without = compress(payload)
    asked = compress(payload, query="Which pod got slow, and when?")
    for result in (without, asked):
        assert any(f"{7.43 + 0.01 * n:.4f}" in result.text for n in range(far))
    assert asked.tokens_after <= 1.2 * without.tokens_after


_WORDS = ("index", "pages", "terms", "queue")


def works(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    subjects = ("search index", "nightly export", "mobile client", "pricing sheet", "old auditor")
    rows = [
        {
            "id": f"W{chance.randint(10**9, 10**10 - 1)}",
            "title": f"The {chance.choice(subjects)} and the {chance.choice(subjects)}",
            "citations": chance.randint(5, 300),
            "is_retracted": False,
            "abstract": " ".join(chance.choice(_WORDS) for _ in range(60)),
            "note": " ".join(chance.choice(_WORDS) for _ in range(60)),
        }
        for _ in range(40)
    ]
    rows[23]["citations"] = 18211
    rows[31]["is_retracted"] = True
    rows[11]["title"] = "What works in a kitchen"
    rows[19]["title"] = "What works at sea"
    rows[27]["title"] = "It works"
    rows[36]["title"] = "So it works"
    return {"meta": {"count": 3412, "next_cursor": "IlsxMDAuMCw="}, "results": rows}


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_share_a_word_with_the_query_leave_room_for_odd_ones(seed: int) -> None:
    payload = json.dumps(works(seed))
    query = "Which works deserve the most attention of our readers?"
    view = compress(payload, query=query, max_tokens=1320).text
    rows = view.split("[in all")[0]
    assert "18211" in rows
    assert "is_retracted=true" in rows
    assert "IlsxMDAuMCw=" in rows
    assert "works" in rows


def buckets() -> dict[str, Any]:
    chance = random.Random(7)
    kinds = ("bucket", "rule", "queue", "role", "record")
    rows = []
    for number in range(60):
        kind = kinds[number % 5]
        attributes: dict[str, Any] = {"id": f"{chance.getrandbits(48):012x}", "team": "core"}
        if kind == "bucket":
            attributes["acl"] = "private" if number != 45 else "public-read"
        if kind == "rule":
            attributes["blocks"] = ["10.0.0.0/8"] if number != 36 else ["10.0.0.0/8", "0.0.0.0/0"]
        rows.append({"type": kind, "name": f"edge_{number}", "instances": [{"of": attributes}]})
    rows[20]["name"] = "exposed_20"
    return {"version": 4, "resources": rows}


@pytest.mark.parametrize("query", [None, "Which are exposed or wrongly set, and since when?"])
def test_odd_values_in_lists_of_few_rows_of_a_kind_are_shown(query: str | None) -> None:
    view = compress(json.dumps(buckets()), query=query).text
    assert "public-read" in view
    assert "0.0.0.0/0" in view


def test_values_at_the_places_of_cells_are_compared() -> None:
    chance = random.Random(9)
    rows = [
        [f"inv-{n}", f"{chance.randint(100, 999)}.00", chance.choice(("EUR", "NOK"))]
        for n in range(160)
    ]
    rows[93][2] = "XAU"
    fields: list[list[Any]] = [
        [*row, chance.choice((None, [{"v": {"f": [{"v": "disc"}, {"v": "5"}]}}]))] for row in rows
    ]
    payload = {"rows": [{"f": [{"v": cell} for cell in row]} for row in fields], "total": "8114"}
    assert "XAU" in compress(json.dumps(payload)).text


def test_a_query_that_rows_answer_brings_them_all() -> None:
    payload = works(1)
    for number in range(3, 39, 6):
        payload["results"][number]["title"] = "On kitchens at sea"
    view = compress(payload, query="kitchens at sea", max_tokens=2600).text
    assert view.count("On kitchens at sea") == 6
