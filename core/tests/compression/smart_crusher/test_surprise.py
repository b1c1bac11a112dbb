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


def bookings(seed: int) -> list[dict[str, object]]:
    draw = random.Random(seed)
    return [
        {
            "code": f"B{draw.randrange(10**9):09}",
            "day": f"2026-0{draw.randint(2, 4)}-{draw.randint(1, 28):02}",
            "at": f"2026-03-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:15:00Z",
            "price": draw.randrange(100, 900) / 100,
            "room": draw.choice("ABC"),
        }
        for _ in range(250)
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "1999-12-31"),
        ("day", "2062-03-02"),
        ("day", "2026-02-30"),
        ("at", "2024-03-05T10:15:00Z"),
        ("at", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_far_day_is_kept(seed: int, field: str, value: str) -> None:
    rows = bookings(seed)
    rows[100 + seed][field] = value
    assert value in compress(json.dumps(rows)).text


@pytest.mark.parametrize("seed", range(3))
def test_an_identifier_that_two_rows_have_is_kept_with_both(seed: int) -> None:
    rows = bookings(seed)
    twice = rows[171]["code"] = rows[40]["code"]
    assert compress(json.dumps(rows)).text.count(str(twice)) == 2


def test_measures_that_happen_to_be_the_same_are_no_surprise() -> None:
    draw = random.Random(2)
    rows = [{"n": n, "kg": draw.randrange(10**9) / 10**6} for n in range(250)]
    rows[171]["kg"] = rows[43]["kg"]
    assert str(rows[43]["kg"]) not in compress(json.dumps(rows)).text


@pytest.mark.parametrize("place", [1, 2, 3])
def test_what_is_odd_in_rows_that_are_arrays_is_kept(place: int) -> None:
    rows: list[list[object]] = [list(row.values()) for row in bookings(1)]
    rows[133][place] = "none such"
    result = compress(json.dumps({"columns": ["code", "day", "at", "price"], "rows": rows}))
    assert result.savings_percent > 80
    assert "rows: 250 rows of 5 values, " in result.text
    assert "none such" in result.text
