from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import compress
from headroom.toolkit.rows import outliers


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


@pytest.mark.parametrize("count", [60, 300])
@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        (lambda n: f"{n} ms", "48213 ms"),
        (lambda n: f"${n % 9 + 1},{n:03}.00", "$941,222.00"),
        (lambda n: f"{n / 10} %", "940.5 %"),
        (lambda n: n if n % 3 else None, "88123"),
        (lambda n: f"done in {n} s on host {n % 7}", "done in 91500 s on host 3"),
        (lambda n: f"cpu {n}, of 8", "cpu 70213, of 8"),
        (lambda n: f"the {n} parcels went to the port", "THE 70 PARCELS WENT TO THE PORT"),
        (lambda n: ["red", "blue"] if n % 2 else ["red"], "haunted"),
    ],
)
def test_quantities_are_read_in_their_units(count: int, usual: Any, odd: str) -> None:
    draw = random.Random(count)
    rows = [{"id": n, "value": usual(draw.randrange(10, 99))} for n in range(count)]
    value: object = int(odd) if odd.isdecimal() else odd
    rows[count // 2 + 3]["value"] = ["red", odd] if odd == "haunted" else value
    assert odd in compress(json.dumps(rows)).text


def test_a_series_that_goes_back_for_once_is_noticed() -> None:
    rows = [{"n": n, "at": f"2026-03-02T{n // 60:02}:{n % 60:02}:00Z"} for n in range(600)]
    rows[331]["at"] = "2026-03-02T01:10:00Z"
    assert "\n331,2026-03-02T01:10:00Z" in compress(json.dumps(rows)).text


def test_of_many_different_cells_those_that_come_again_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outliers, "_LARGE", 0)
    monkeypatch.setattr(outliers, "_PROBED", 1)

    @given(st.lists(st.sampled_from([*"abcdefghij", "", "\u00e9"]), min_size=1))
    def same(cells: list[str]) -> None:
        counts, size = outliers._counts_of_many(cells)
        every = Counter(cells)
        assert size == len(every)
        if size * 2 <= len(cells):
            # In the order of their first ones, by which shares are added up.
            assert list(counts.items()) == list(every.items())
        else:
            assert counts == {cell: n for cell, n in every.items() if n > 1 or not cell}

    same()
