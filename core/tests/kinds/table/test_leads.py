"""Tables whose groups are named once: a row is shown together with the name of its group."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from headroom import compress
from headroom.tokens import get_counter
from headroom.toolkit.rows.leads import find_leads
from headroom.toolkit.rows.notation import Speller
from headroom.toolkit.rows.table import build_table
from headroom.view import Request

COUNTER = get_counter("gpt-4o")
COUNT, EACH = 360, 12
QUANTITIES = [row * row * 7919 % 97 for row in range(COUNT)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"max_tokens": 150},
    {"max_tokens": 400},
    {"max_tokens": 900},
    {"query": "How many of K100x are there?"},
    {"query": "How many of K100x are there?", "max_tokens": 60},
]


def cells(row: int) -> list[str]:
    name = f"Region{row // EACH}" if row % EACH == 0 else ""
    return [name, f"K{row}x", str(QUANTITIES[row])]


def below(rows: Sequence[int]) -> list[list[str]]:
    """The rows below a row for each group that has its name alone."""
    found: list[list[str]] = []
    for row in rows:
        if row % EACH == 0:
            found.append([f"Region{row // EACH}", "", ""])
        found.append([f"K{row}x", str(QUANTITIES[row]), "ab"[row % 2]])
    return found


HEADER = ["region", "code", "qty"]
MERGED = [HEADER, *map(cells, range(COUNT))]
ALONE = [["code", "qty", "kind"], *below(range(COUNT))]


def joined(rows: list[list[str]], sign: str) -> str:
    return "\n".join(map(sign.join, rows))


def markdown(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|", *lines[1:]])


FORMS = {
    "csv": joined(MERGED, ","),
    "tsv": joined(MERGED, "\t"),
    "markdown": markdown(MERGED),
    "null": [dict(zip(HEADER, [row[0] or None, *row[1:]])) for row in MERGED[1:]],
    "empty": [dict(zip(HEADER, row)) for row in MERGED[1:]],
    "csv, alone": joined(ALONE, ","),
    "markdown, alone": markdown(ALONE),
    "arrays, alone": ALONE[1:],
    "objects, alone": [
        {"code": one, "qty": other} if other else {"group": one} for one, other, _ in ALONE[1:]
    ],
    "short arrays, alone": [row if row[1] else row[:1] for row in ALONE[1:]],
}


@pytest.mark.parametrize("options", OPTIONS, ids=json.dumps)
@pytest.mark.parametrize("form", FORMS)
def test_each_row_is_shown_below_the_name_of_its_group(form: str, options: dict[str, Any]) -> None:
    group, shown = "", 0
    for line in compress(FORMS[form], **options).text.splitlines():
        if line.startswith("["):
            continue
        named = re.search(r"Region\d+", line)
        group = named[0] if named else group
        code = re.search(r"\bK(\d+)x", line)
        if code:
            shown += 1
            assert group == f"Region{int(code[1]) // EACH}", line
    assert shown


def test_a_column_that_says_the_same_now_and_then_names_no_groups() -> None:
    rows: list[dict[str, Any]] = [
        {"note": None if n % 9 else "late", "id": f"a{n}", "qty": f"{n * 7} l"} for n in range(90)
    ]
    request = Request("table", COUNTER, 1000)
    assert not find_leads(build_table(rows, Speller(), request), request.deadline.check)
    renamed = [{**row, "note": row["note"] and row["id"]} for row in rows]
    (leads,) = find_leads(build_table(renamed, Speller(), request), request.deadline.check)
    assert list(leads) == list(range(0, 90, 9))
