"""The row that a query asks for, where a budget holds little more than that row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import compress, get_counter

COUNTER = get_counter("gpt-4o")
COUNT = 80
ASKED = 33


def _employees() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "employee": {"given": f"Given{n % 7}", "family": f"Family{n % 11}"},
            "badge": f"B-{1000 + 7 * n}",
            "office": ("Zurich", "Oslo", "Lyon")[n % 3],
            "shifts": [{"day": f"2026-03-{1 + n % 28:02}", "hours": 6 + n % 3}] * 2,
            "skills": ["welding", "accounting"][: 1 + n % 2],
            "contract": {"start": f"20{10 + n % 12}-05-17", "salary": 40_000 + 317 * n},
        }
        for n in range(COUNT)
    ]
    for n in range(0, COUNT, 2):
        # What the header says of other rows takes the room of the row that is asked for.
        things = {"serial number": f"S{n}", "description of item": "drill", "purchased on": "2024"}
        rows[n]["equipment on loan"] = [{**things, "returned on": "2025", "condition": f"{n % 5}"}]
    rows[ASKED]["employee"] = {"given": "Zoe", "family": "Quist"}
    rows[ASKED]["skills"] = ["beekeeping"]
    return rows


QUERIES = (
    f"Show the record with badge B-{1000 + 7 * ASKED}",
    "Who is Zoe Quist?",
    "Which employee knows beekeeping?",
    f"Who is paid {40_000 + 317 * ASKED}?",
)


def _minified(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _budget(rows: list[dict[str, Any]], spare: int) -> int:
    return COUNTER.count(_minified(rows[ASKED])) + spare


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("spare", [25, 60, 120, 400])
def test_the_row_is_whole_as_soon_as_it_fits(query: str, spare: int) -> None:
    rows = _employees()
    budget = _budget(rows, spare)

    result = compress(json.dumps(rows), query=query, max_tokens=budget, counter=COUNTER)

    assert result.failure is None
    assert result.tokens_after <= budget
    asked = rows[ASKED]
    assert "Quist" in result.text
    assert asked["badge"] in result.text
    assert str(asked["contract"]["salary"]) in result.text
    assert asked["contract"]["start"] in result.text
    assert result.text.count(asked["shifts"][0]["day"]) >= 2


def test_a_row_by_itself_has_its_keys_and_one_marker_for_the_others() -> None:
    rows = _employees()
    budget = _budget(rows, 25)

    result = compress(json.dumps(rows), query=QUERIES[0], max_tokens=budget, counter=COUNTER)

    assert result.text.splitlines() == [
        f"{COUNT} rows, 1 of them shown.",
        _minified(rows[ASKED]),
        f"[rows 1-{ASKED},{ASKED + 2}-{COUNT} left out]",
    ]
    assert [(one.unit, one.ranges) for one in result.omissions] == [
        ("rows", ((1, ASKED), (ASKED + 2, COUNT)))
    ]


def test_a_row_of_a_list_within_an_object() -> None:
    rows = _employees()
    payload = json.dumps({"page": 1, "employees": rows, "next": "/employees?page=2"})

    result = compress(payload, query=QUERIES[0], max_tokens=_budget(rows, 55), counter=COUNTER)

    assert _minified(rows[ASKED]) in result.text
    left_out = f"[rows 1-{ASKED},{ASKED + 2}-{COUNT} left out]"
    assert sum(line.strip() == left_out for line in result.text.splitlines()) == 1
    assert result.omissions[-1].path in ("/employees", "/next")


def test_an_entry_of_an_object_stands_below_its_key() -> None:
    rows = _employees()
    payload = json.dumps({f"employee {n}": row for n, row in enumerate(rows)})

    result = compress(payload, query=QUERIES[0], max_tokens=_budget(rows, 30), counter=COUNTER)

    assert _minified({f"employee {ASKED}": rows[ASKED]}) in result.text


def test_where_not_even_the_row_fits_some_of_it_is_shown_and_none_of_another() -> None:
    rows = _employees()
    budget = _budget(rows, -30)

    result = compress(json.dumps(rows), query=QUERIES[0], max_tokens=budget, counter=COUNTER)

    assert result.tokens_after <= budget
    assert f"B-{1000 + 7 * ASKED}" in result.text
    others = [row["badge"] for n, row in enumerate(rows) if n != ASKED]
    assert not any(badge in result.text for badge in others)


def test_no_other_row_stands_alone_where_the_best_is_too_large() -> None:
    rows = _employees()
    rows[ASKED]["history"] = [{"year": 1900 + n, "remark": f"remark {n}"} for n in range(60)]
    rows[ASKED]["skills"], rows[ASKED + 3]["skills"] = ["law"], ["beekeeping"]
    query = f"Compare badge B-{1000 + 7 * ASKED} with who knows beekeeping"

    result = compress(json.dumps(rows), query=query, max_tokens=300, counter=COUNTER)

    assert result.tokens_after <= 300
    assert f"B-{1000 + 7 * ASKED}" in result.text
