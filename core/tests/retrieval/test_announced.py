"""Dates in the words of a question, what a line announces, and what a name stands for."""

from __future__ import annotations

import pytest

from headroom import SharedContext
from headroom.retrieval.dated import dated


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()


def _of_day(written: str, month: int, day: int) -> str:
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    name = names[month - 1]
    return written.format(name=name, month=month, day=day)


@pytest.mark.parametrize(
    "written",
    [
        "{name} {day:2} 08:00:00 web-1 app: served",
        "{day:02}/{name}/2024:08:00:00 GET served",
        "2024-{month:02}-{day:02} served",
        "2024-{month:02}-{day:02}T08:00:00Z served",
        "2024-{month:02}-{day:02},served",
    ],
)
@pytest.mark.parametrize(
    "query",
    ["what was served on October 6?", "Oct 6th", "6 October 2024", "served 2024-10-06"],
)
def test_a_date_is_found_however_it_is_written(
    ctx: SharedContext, written: str, query: str
) -> None:
    lines = [
        f"{_of_day(written, month, day)} {month * 37 + day * 11 % 97}"
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    ctx.put("log", "\n".join(lines))
    assert lines[9 * 28 + 5] in ctx.retrieve("log", query=query, max_tokens=120).text


def test_a_month_of_a_year_is_found_by_its_days(ctx: SharedContext) -> None:
    rows = [
        {"date": f"{year}-{month:02}-0{day}", "paid": year * month * day % 97}
        for year in (1998, 1999)
        for month in range(1, 13)
        for day in (1, 5, 9)
    ]
    ctx.put("paid", rows)
    found = ctx.retrieve("paid", query="What was paid in October 1998?", max_tokens=120).text
    assert all(f"1998-10-0{day}" in found for day in (1, 5, 9))


def test_what_may_be_a_month_alone_is_none() -> None:
    assert dated("it may be that they march 40 miles in august") == ()
    assert len(dated("Oct 1, " * 1000 + "May 3")) == 2


@pytest.mark.parametrize("listed", ["* `{}`", "    {}", "1. {}."])
def test_what_a_line_announces_comes_with_it(ctx: SharedContext, listed: str) -> None:
    parts = [
        f"## Section {n}\n\nThe section {n} is about the window and the chain of {n * 7}."
        for n in range(60)
    ]
    names = ("Match", "Replace", "Split")
    announced = "\n".join(listed.format(f"Symbol{name}") for name in names)
    parts[40] += (
        f"\n\nFunctions that look the exec property up:\n\n{announced}\n\nThere are no others."
    )
    ctx.put("guide", "\n\n".join(parts), max_tokens=100)
    query = "Which functions look up exec?"
    found = ctx.retrieve("guide", query=query, max_tokens=150).text
    assert all(f"Symbol{name}" in found for name in names)


@pytest.mark.parametrize("query", ["What does openStream return?", "arguments of openStream"])
def test_an_object_that_is_named_comes_with_all_that_is_in_it(
    ctx: SharedContext, query: str
) -> None:
    names = ["getVersion", "openStream", "closeStream", "findHost", "nameOfService", "getState"]
    interfaces = [
        {
            "name": f"org.example.Part{part}",
            "methods": [
                {
                    "name": name if part == 1 else f"{name}{part}",
                    "arguments": [
                        {"name": f"value{part}x{number}x{n}", "type": "s", "way": "in"}
                        for n in range(14)
                    ],
                }
                for number, name in enumerate(names)
            ],
        }
        for part in range(6)
    ]
    ctx.put("api", {"interfaces": interfaces}, max_tokens=200)
    found = ctx.retrieve("api", query=query, max_tokens=600).text
    assert all(f"value1x1x{n}" in found for n in range(14))
