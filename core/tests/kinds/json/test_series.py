"""Series are rows: what is odd in one is shown, the rest of it is told by its range."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from headroom import RetrievalTool, SharedContext, compress, decode

ROWS, POINTS, SPIKE = 12, 40, 4120.55


def _values(generator: random.Random, row: int, *, fractions: bool) -> list[float]:
    values: list[float] = [
        round(80 + generator.random() * 30, 2) if fractions else generator.randint(80, 110)
        for _ in range(POINTS)
    ]
    if row == 5:
        values[22] = SPIKE
    return values


def _series(form: str, *, fractions: bool = True, scale: int = 1) -> list[Any]:
    generator = random.Random(2)
    times = [(1_780_000_000 + 60 * place) * scale for place in range(POINTS)]
    clock = [f"2026-06-01T00:{place:02}:00Z" for place in range(POINTS)]
    found: list[Any] = []
    for row in range(ROWS):
        values = _values(generator, row, fractions=fractions)
        pairs = [list(pair) for pair in zip(times, values)]
        found.append(
            {
                "points": {"host": f"h{row}", "points": pairs},
                "texts": {"metric": {"host": f"h{row}"}, "values": [[t, str(v)] for t, v in pairs]},
                "objects": {"host": f"h{row}", "points": [{"t": t, "v": v} for t, v in pairs]},
                "numbers": {"host": f"h{row}", "start": times[0], "step": 60, "values": values},
                "beside": {"host": f"h{row}", "times": clock, "values": values, "state": "ok"},
                "columns": {"host": f"h{row}", "data": {"times": times, "values": values}},
                "bare": pairs,
            }[form]
        )
    return found


FORMS = ["points", "texts", "objects", "numbers", "beside", "columns", "bare"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fractions", [True, False])
@pytest.mark.parametrize("scale", [1, 1000])
@pytest.mark.parametrize("query", [None, "Where was the latency spike?"])
def test_a_value_far_out_is_shown_whatever_form_a_series_has(
    form: str, fractions: bool, scale: int, query: str | None
) -> None:
    payload = json.dumps({"series": _series(form, fractions=fractions, scale=scale)})
    result = compress(payload, query=query)
    assert str(SPIKE) in result.text
    assert result.lossless or result.tokens_after < 0.5 * result.tokens_before


@pytest.mark.parametrize("form", ["points", "texts", "objects", "numbers", "columns"])
def test_under_a_budget_it_goes_first_with_what_says_whose_it_is(form: str) -> None:
    view = compress(json.dumps({"series": _series(form)}), max_tokens=500).text
    before, _, _ = view.partition(str(SPIKE))
    assert "h5" in before.rpartition("\n 6:")[2]


def test_a_series_far_from_all_others_is_shown() -> None:
    rows = _series("points")
    for row in rows:
        row["points"] = [[time, min(value, 110)] for time, value in row["points"]]
    rows[7]["points"] = [[time, value + 900] for time, value in rows[7]["points"]]
    view = compress(json.dumps({"series": rows}), max_tokens=500).text
    assert "points: 40 rows" in view.partition("\n 8:")[2].partition("\n 9:")[0]


def test_what_stands_beside_a_point_in_another_series_comes_with_it() -> None:
    view = compress(json.dumps({"series": _series("beside")})).text
    assert "2026-06-01T00:22:00Z" in view
    assert "2026-06-01T00:23:00Z" not in view


def test_what_is_left_out_of_a_series_can_be_asked_for() -> None:
    payload = json.dumps({"series": _series("points")})
    context = SharedContext()
    context.put("found", payload)
    entry = context.get_entry("found")
    assert entry is not None
    where = next(one for one in entry.omissions if one.path == "/series/5/points").where
    answer = asyncio.run(RetrievalTool(context).answer("found", place=where))
    assert "1780000060" in answer


def test_long_series_that_are_the_items_of_a_list_are_read_back() -> None:
    rows = [[[place, f"a state {place % 7}", None] for place in range(60)] for _ in range(3)]
    result = compress(json.dumps({"series": rows}), fidelity="lossless")
    assert result.lossless
    assert decode(result.text) == {"series": rows}
    assert " 2: 60 rows of 3 values." in result.text


def test_small_rows_of_names_are_no_series() -> None:
    people = [{"id": number, "name": f"person {number * 7919 % 97}"} for number in range(300)]
    both = {"users": people, "owners": list(reversed(people))}
    view = compress(json.dumps(both)).text
    assert "0,person 0" in view.splitlines()
    assert "300 rows, 24 of them shown" in view.partition("owners")[2]
