"""A sheet that holds several tables is cut into them: no row stands below another table's names."""

from __future__ import annotations

import random

import pytest

from headroom import SharedContext, compress
from headroom.pipeline.sheets import find_sheet
from headroom.view import Deadline

ROWS = 260


def sales(end: str = "") -> str:
    chance = random.Random(3)
    return "".join(
        f"Region {n},{chance.randint(100, 999)}.5,{chance.randint(100, 999)}.2{end}\n"
        for n in range(ROWS)
    )


def staff(end: str = "") -> str:
    chance = random.Random(4)
    return "".join(f"Region {n},{chance.randint(5, 90)}{end}\n" for n in range(ROWS))


SHEETS = {
    "padded": "Report,,\nRegion,Q1,Q2\n" + sales() + ",,\nStaff,,\nRegion,FTE,\n" + staff(","),
    "wide": "Report,,,,\nRegion,Q1,Q2,,\n" + sales(",,") + "Region,FTE,,,\n" + staff(",,,"),
    "title only": "Region,Q1,Q2\n" + sales() + "Staff,,\nRegion,FTE,\n" + staff(","),
    "header only": "Region,Q1,Q2\n" + sales() + "Region,FTE,Open\n" + staff(",3"),
    "unpadded": "Region,Q1,Q2\n" + sales() + "Region,FTE\n" + staff(),
    "blank lines": "Sales\n\nRegion,Q1,Q2\n" + sales() + "\nStaff\n\nRegion,FTE\n" + staff(),
}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
@pytest.mark.parametrize("sign", ",;\t")
def test_each_table_has_its_header_and_its_markers(sheet: str, sign: str) -> None:
    text = sheet.replace(",", sign)
    result = compress(text, query="Which region has the most staff?")
    assert result.kind == "mixed"
    assert result.tokens_after < result.tokens_before / 2
    first, second = result.text.split("Region,FTE")
    assert "Region,Q1,Q2" in first
    assert len(first.split("left out")) > 2 < len(second.split("left out"))
    header = next(n for n, line in enumerate(text.split("\n"), 1) if f"Region{sign}FTE" in line)
    assert f"[lines {header}-" in first
    assert [one.within[0] for one in result.omissions if one.within][-1] == header


def test_what_is_left_out_of_the_second_table_comes_back() -> None:
    text = SHEETS["padded"]
    with SharedContext() as ctx:
        entry = ctx.put("sheet", text)
        last = entry.omissions[-1]
        excerpt = ctx.retrieve("sheet", place=last.where, max_tokens=10**6)
        gone = [n for first, end in last.ranges for n in range(first, end + 1)]
        assert len(gone) > ROWS / 2
        rows = [row.split(",") for row in staff().splitlines()]
        for name, value in (rows[n - 1] for n in gone):
            assert f'{{"Region":"{name}","FTE":"{value}"}}' in excerpt.text


@pytest.mark.parametrize(
    "text",
    [
        "Region,Q1,Q2\n" + sales(),
        "Region,Q1,Q2\n" + sales() + "Note: all in EUR,,\n",
        # Rows without numbers, titles within one table, and its header once more.
        "City,Low,High\n" + sales() + "Oslo,n/a,broken\n" + sales(),
        "City,Low,High\nNorth,,\n" + sales() + "South,,\n" + sales(),
        "City,Low,High\n" + sales() + "City,Low,High\n" + sales(),
        'City,Low,Said\nOslo,7,"Staff,,\nRegion,FTE,Open\nA,1,2\nB,2,3\nC,3,4\n"\n' + sales(),
        "It rained, and rained, and rained.\n" * 40,
        "\n".join(f"2026-03-02 09:00:{n},info,start,ok" for n in range(10, 60)),
        "",
    ],
)
def test_what_is_no_sheet_of_several_tables(text: str) -> None:
    assert find_sheet(text.split("\n"), Deadline(None)) == []


def test_columns_without_names_and_values_are_no_columns() -> None:
    result = compress("Region,FTE,,\n" + staff(",,"))
    assert result.kind == "table"
    assert "Region,FTE\n" in result.text
    assert '""' not in result.text
    kept = compress("Region,FTE,,\n" + staff(",,") + "Total,9000,,unchecked\n")
    assert "unchecked" in kept.text
