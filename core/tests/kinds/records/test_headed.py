"""Rows of a listing below what names their group: shown below it, and found with it."""

from __future__ import annotations

import random

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records.parse import find_records


def visits(count: int = 30) -> str:
    """Paragraphs that each begin with who it is about; two have a line that no other has."""
    values = ("Hemoglobin", "Sodium", "Potassium", "Creatinine", "CRP")
    names = ("Ada Ames", "Bo Berg", "Cy Cole", "Di Dahl", "Ed Eng", "Flo Falk", "Gus Gray")
    found = []
    for n in range(count):
        lines = [f"PATIENT {1000 + n}   {names[n % 7]}   BORN 19{40 + n}-0{n % 9 + 1}-1{n % 10}"]
        lines += [
            f"  {name:<16}{n * 37 % 90 + k:>4}.{n % 10} g/L      ref {k + 3}-{k + 160}"
            for k, name in enumerate(values)
        ]
        if n == 13:
            lines.append("  Comment: potassium is unreliable, the specimen was old")
        if n == 19:
            lines.append("  Troponin         812.0 g/L      ref 0-14      CRITICAL")
        found.append("\n".join(lines))
    return "\n\n".join(found) + "\n"


def reports(count: int = 30) -> str:
    """What a tool has to say of files, each line indented below the name of its own."""
    told = ("Missing type on function  no-any", "Unexpected any here       no-any")
    return "\n".join(
        f"/srv/web/{'core api ui'.split()[n % 3]}/view{n * 7919 % 997}.ts\n"
        + "".join(
            f"  {n * 31 % 300 + k:>4}:{k + 2:<4} warning  {told[(n + k) % 2]}\n"
            for k in range(n % 4 + 2)
        )
        + ("   131:7    error    Parsing failed at a token  parser\n" if n == 21 else "")
        for n in range(count)
    )


@pytest.mark.parametrize("budget", [300, 600, 1000, None])
@pytest.mark.parametrize("query", [None, "Which results are critical or unreliable?"])
def test_no_row_is_shown_below_what_names_another_group(
    budget: int | None, query: str | None
) -> None:
    for text, head, odd in (
        (visits(), "PATIENT", ("CRITICAL", "is unreliable")),
        (reports(), "/srv", ("Parsing failed",)),
    ):
        lines = text.split("\n")
        result = compress(text, query=query, max_tokens=budget)
        assert result.kind == "records"
        assert all(one in result.text for one in odd)
        gone = {n for one in result.omissions for a, b in one.ranges for n in range(a, b + 1)}
        shown = [n for n in range(1, len(lines) + 1) if n not in gone]
        assert len(shown) < len(lines) / 2
        heads = [n for n, line in enumerate(lines, 1) if line.startswith(head)]
        for number in shown:
            own = max((n for n in heads if n <= number), default=number)
            assert own in shown or not lines[number - 1].strip()


@pytest.mark.parametrize("query", ["1013", "PATIENT 1013 Gus Gray"])
def test_what_names_a_group_brings_its_rows(query: str) -> None:
    ctx = SharedContext()
    ctx.put("visits", visits())
    found = ctx.retrieve("visits", query=query, max_tokens=300).text
    lines = visits().split("\n\n")[13].split("\n")
    assert lines[0].startswith("PATIENT 1013   Gus Gray")
    assert all(line in found for line in lines)


def test_a_row_that_is_found_brings_what_names_its_group() -> None:
    ctx = SharedContext()
    ctx.put("reports", reports())
    found = ctx.retrieve("reports", query="Parsing failed", max_tokens=200).text.split("\n")
    assert any("Parsing failed" in line for line in found)
    assert any(line.endswith(f"view{21 * 7919 % 997}.ts") for line in found)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{n:<6} part{n}   {n * 7 % 90:>4}.5   kept" for n in range(60)),
        "\n\n".join(
            "\n".join(f"{n:<6} part{n}   {n * k % 90:>4}.5   kept" for n in range(4))
            for k in range(20)
        ),
    ],
)
def test_a_listing_without_groups_has_no_heads(text: str) -> None:
    records = find_records(text, lambda: None)
    assert records is None or not records.heads


def _snapshots(count: int) -> tuple[list[str], list[list[str]]]:
    """What a program prints every minute: the time, a line about all, and a table."""
    chance = random.Random(6)
    times = [f"11/30/2026 06:{n:02}:00 AM" for n in range(count)]
    tables = [
        ["Device            r/s     rkB/s   await   util"]
        + [
            f"{device:12} {chance.uniform(5, 90):8.2f} {chance.uniform(100, 800):9.2f}"
            f" {4123.77 if (n, device) == (17, 'sda') else chance.random():7.2f}"
            f" {chance.uniform(1, 19):6.2f}"
            for device in ("nvme0n1", "nvme1n1", "sda", "dm-0")
        ]
        for n in range(count)
    ]
    return times, tables


@pytest.mark.parametrize("query", ["06:17:00", "06:17:00 AM", "sda at 06:17"])
def test_a_snapshot_is_found_by_its_time(query: str) -> None:
    times, tables = _snapshots(24)
    text = "Rain 6.8 (db1)\n\n" + "\n".join(
        "\n".join([time, "load:  %user   %idle", f"       {n}.59    66.65", "", *table, ""])
        for n, (time, table) in enumerate(zip(times, tables))
    )
    ctx = SharedContext()
    assert ctx.put("io", text).kind == "records"
    found = ctx.retrieve("io", query=query, max_tokens=400).text
    assert times[17] in found
    assert tables[17][3] in found
    for limit in (None, 300):
        view = compress(text, query="Which disk was slow?", max_tokens=limit).text
        place = view.find(tables[17][3])
        above = [time for time in times if time in view[: max(0, place)]]
        assert place < 0 or above[-1] == times[17]
