"""CSV, TSV, Markdown tables, and tables in aligned columns."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import textwrap
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headroom
from headroom import SharedContext, compress
from headroom.errors import WrongKind
from headroom.kinds.json.decode import decode
from headroom.kinds.table import TableCrusher
from headroom.kinds.table.aligned import aligned_records
from headroom.kinds.table.parse import parse_table
from headroom.kinds.table.recognise import looks_like_table, may_be_table
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.view import Fidelity, Request, View

COUNTER = get_counter("gpt-4o")


def view_of(content: str, **options: Any) -> View | None:
    request = Request("table", COUNTER, COUNTER.count(content), **options)
    return TableCrusher().compress(Source(content, request.deadline), request)


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_table_decodes_to_its_cells(delimiter: str) -> None:
    rows = [[str(n), "Vienna, AT", "" if n % 3 else "01", "active"] for n in range(40)]
    content = written([["id", "place", "code", "state"], *rows], delimiter)
    assert may_be_table(Source(content))
    view = view_of(content, fidelity="lossless")
    assert view is not None
    assert view.text.startswith("40 rows of text. In every row that does not say otherwise: ")
    expected = [dict(zip(["id", "place", "code", "state"], row)) for row in rows]
    assert decode(view.text) == expected


def test_a_markdown_table() -> None:
    lines = ["| id | state |", "|----|:-----:|", *(f"| {n} | open |" for n in range(30))]
    content = "\n".join(lines)
    assert may_be_table(Source(content))
    view = view_of(content)
    assert view is not None
    assert decode(view.text) == [{"id": str(n), "state": "open"} for n in range(30)]


cells = st.one_of(
    st.sampled_from(["", "1", "a", "x,y", 'q"q', "null", "true", "a=b", "  ", "$1", "[", "=x"]),
    st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells, st.sampled_from(["", "ok", "7"])), min_size=4, max_size=20))
def test_any_cells_come_back(rows: list[tuple[str, str, str]]) -> None:
    content = written([["id", "first name", "s.t"], *map(list, rows)])
    try:
        view = view_of(content, fidelity="lossless")
    except WrongKind:
        return
    if view is not None:
        assert decode(view.text) == [dict(zip(["id", "first name", "s.t"], row)) for row in rows]


def test_rows_of_another_length_are_lists_of_their_cells() -> None:
    lines = ["id,state", *(f"{n},open" for n in range(60))]
    lines[30] = "29,open,really"
    view = view_of("\n".join(lines), fidelity="lossless")
    assert view is not None
    assert decode(view.text)[29] == ["29", "open", "really"]  # type: ignore[index]


def test_a_large_table_shows_its_outliers() -> None:
    lines = [
        "ts,host,ms",
        *(f"2024-05-01 10:{n % 60:02d},web-{n % 4},{20 + n % 9}" for n in range(600)),
    ]
    lines[333] = "2024-05-01 10:32,web-0,88123"
    lines[444] = "2024-05-01 10:23,mainframe,21"
    view = view_of("\n".join(lines))
    assert view is not None
    assert "88123" in view.text
    assert "mainframe" in view.text
    assert COUNTER.count(view.text) < 0.16 * COUNTER.count("\n".join(lines))
    (omission,) = view.omissions
    assert all(not first <= row <= last for row in (333, 444) for first, last in omission.ranges)


def aligned(rows: list[list[str]], *, numbers: Collection[int] = (), gap: str = "   ") -> str:
    """Rows below each other; columns of numbers are flush right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        gap.join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def test_a_table_in_aligned_columns() -> None:
    header = ["POD NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    rows = [
        [f"checkout-{n:x}", "1/1", "Running", "" if n % 5 else f"{n} (3m ago)", f"{n}d"]
        for n in range(60)
    ]
    rows[41][2] = "CrashLoopBackOff"
    content = aligned([header, *rows])
    result = compress(content)
    assert result.kind == "table"
    assert "CrashLoopBackOff" in result.text
    assert result.savings_percent > 40
    view = view_of(content, fidelity="lossless")
    assert view is not None
    assert decode(view.text) == [dict(zip(header, row)) for row in rows]


def test_values_wider_than_their_column() -> None:
    lines = ["USER       PID  %CPU COMMAND"]
    lines += [f"root {n:9} {n / 7:5.1f} [worker/{n}] --all {'x' * (n % 9)}" for n in range(30)]
    lines[7] = "a-very-long-user-name 123456789 100.0 python serve.py --port 80"
    content = "\n".join(lines)
    assert looks_like_table(Source(content))
    view = view_of(content, fidelity="lossless")
    assert view is not None
    assert decode(view.text)[6] == {
        "USER": "a-very-long-user-name", "PID": "123456789", "%CPU": "100.0",
        "COMMAND": "python serve.py --port 80",
    }  # fmt: skip


@given(
    st.lists(
        st.tuples(*[st.text("abz./-", min_size=1, max_size=9)] * 2, st.integers(0, 10**6)),
        min_size=4, max_size=30,
    ),
    st.sampled_from(["  ", "    "]),
    st.booleans(),
)  # fmt: skip
def test_aligned_cells_come_back(rows: list[tuple[str, str, int]], gap: str, rule: bool) -> None:
    table = [["Name", "Version", "Size"], *([a, b, str(n)] for a, b, n in rows)]
    content = aligned(table, numbers={2}, gap=gap)
    if rule:
        header, rest = content.split("\n", 1)
        content = f"{header}\n{re.sub('[^ ]', '-', header)}\n{rest}"
    assert parse_table(content) == [dict(zip(table[0], row)) for row in table[1:]]


@pytest.mark.parametrize(
    "content",
    [
        # No header: what stands first is a row like the others.
        "\n".join(f"-rw-r--r--  1 root  root  {n}096  Nov 2 02:31  name-{n}" for n in range(9)),
        "\n".join(f"total   = {n}\nsum     = {n * 7}\nhighest = {n * 9}" for n in range(9)),
        "one  word\n" + "\n".join("here and there  a gap  of two" for _ in range(9)),
        "name  size\n\nfirst table\n\nname  age\na     12\nb     13\nc     14",
    ],
)
def test_what_only_stands_in_columns_is_no_table(content: str) -> None:
    assert not looks_like_table(Source(content))


def test_numbered_lines_are_no_table() -> None:
    source = inspect.getsource(textwrap).split("\n")
    numbered = "\n".join(f"{n:6}\t{line}" for n, line in enumerate(source, 61))
    assert not may_be_table(Source(numbered))
    assert compress(numbered).kind == "code"


@pytest.mark.parametrize(
    "content",
    [
        "", "a,b\n1,2", "Dear all,\nthis, that and more.\nBest,\nAda\n", "a b\nd e\ng h\nj k",
        "a,a\n1,2\n3,4\n5,6", 'a,b\n1,"2\n3,4\n5,6\n7,8',
        "One thing, another.\nFirst this, then that.\nSome more, and more.\nAnd so, it ends.",
        "def f(a, b):\n    return a, b\n\nx, y = f(1, 2)\nprint(x, y)",
    ],
)  # fmt: skip
def test_what_is_no_table_is_of_the_wrong_kind(content: str) -> None:
    assert not may_be_table(Source(content))
    with pytest.raises(WrongKind):
        view_of(content)


@pytest.mark.parametrize("max_tokens", [300, 1000, 2500])
def test_records_of_very_many_fields_use_a_budget_up(max_tokens: int) -> None:
    def group(row: int, number: int) -> dict[str, int]:
        return {f"field_{number}_{n}": row * number * n % 7 for n in range(20)}

    records = [{f"group_{n}": group(row, n) for n in range(25)} for row in range(4)]
    result = compress(json.dumps({"records": records}), max_tokens=max_tokens)
    assert 0.6 * max_tokens < result.tokens_after <= max_tokens


def test_a_series_is_a_table_and_no_log() -> None:
    values = [f"{5 + n % 7 / 10}" for n in range(900)]
    values[613] = "97.25"
    lines = ["timestamp,value", *(
        f"2026-03-{1 + n // 288:02d} {n // 12 % 24:02d}:{n % 12 * 5:02d}:00,{value}"
        for n, value in enumerate(values)
    )]  # fmt: skip
    result = compress("\n".join(lines))
    assert result.kind == "table"
    assert ",97.25" in result.text
    assert result.savings_percent > 85


def test_questions_as_headers() -> None:
    rows = [[str(n), "yes", "no", "maybe", "no", f"{n * 7 % 11}"] for n in range(60)]
    header = ["id", "Seen any?", "Was it good?", "Would you go again?", "With whom?", "How often?"]
    assert compress(written([header, *rows])).kind == "table"


def test_misspelt_cells_of_rows_that_are_left_out_are_said() -> None:
    cities = ["elba", "anniston", "huntsville", "birmingham", "dothan"]
    rows = [[f"{10_000 + n}", cities[n % 5], "heart failure", "yes"] for n in range(400)]
    wrong = {}
    for n in range(40, 400, 9):
        city = rows[n][1]
        wrong[n] = rows[n][1] = city[:2] + "x" + city[3:]
    header = ["provider", "city", "condition", "emergency"]
    result = compress(written([header, *rows]), query="Which cells are misspelt?")
    for cell in wrong.values():
        assert cell in result.text
    assert "[odd cells of rows left out: city: " in result.text
    clean = compress(
        written([header, *([str(n), c, *rest] for n, c, *rest in rows if "x" not in c)])
    )
    assert "odd cells" not in clean.text


def test_codes_and_numbers_that_are_near_each_other_are_not_misspelt() -> None:
    gates = [f"{letter}{n}" for letter in "ABC" for n in range(1, 9)]
    rows = [
        [str(n), gates[n * n % 24], "ORD" if n % 40 else "ORF", f"-{n % 3}.5" if n % 50 else "-7.5"]
        for n in range(400)
    ]
    result = compress(written([["flight", "gate", "to", "low"], *rows]))
    assert "odd cells" not in result.text


def test_cells_with_a_blank_within_do_not_move_what_follows_them() -> None:
    names = [f"parcel/{name}_{n}.py" for n in range(20) for name in ("dock", "crane", "pier")]
    names[7] = "parcel/launch window.xml"
    lines = [f"{'File Name':<46} {'Modified':>9}  {'':>9}  {'Size':>8}"]
    lines += [
        f"{name:<46} 2026-10-{n % 28 + 1:02} 19:{n % 60:02}:10 {n * 37 + 151:12}"
        for n, name in enumerate(names)
    ]
    lines[-1] = lines[-1].replace("pier_19", "p" * 40 + "ier_19")
    names[-1] = names[-1].replace("pier_19", "p" * 40 + "ier_19")
    header, *rows = aligned_records(lines) or []
    assert header == ["File Name", "Modified", "Size"]
    assert rows[7] == ["parcel/launch window.xml", "2026-10-08 19:07:10", "410"]
    assert all(row[0] == name for row, name in zip(rows, names))


@pytest.mark.parametrize("every", [1, 5], ids=["each row", "some"])
@pytest.mark.parametrize("note", ["two\nlines, of {}", "four\n\n\nlines of {}"])
def test_cells_of_several_lines(every: int, note: str) -> None:
    rows = [
        [str(n), note.format(n) if n % every == 0 else f'a "plain" {n}', str(n % 37)]
        for n in range(300)
    ]
    content = written([["id", "note", "total"], *rows])
    result = compress(content)
    assert (result.kind, result.failure) == ("table", None)
    assert result.tokens_after < result.tokens_before / 3
    ctx = SharedContext()
    place = ctx.put("notes", content).omissions[0].where
    (first, *_) = ctx.retrieve("notes", place=place, max_tokens=60).text.split("\n")[1:]
    assert json.loads(first)["note"] == rows[1][1]
    assert parse_table(content)[7] == dict(zip(["id", "note", "total"], rows[7]))


@pytest.mark.parametrize(
    ("fidelity", "length"),
    [("balanced", 6_000), ("balanced", 12_000), ("compact", 2_500), ("compact", 12_000)],
)
def test_one_long_cell_keeps_no_table_from_its_view(fidelity: Fidelity, length: int) -> None:
    note = "so it went " * (length // 11)
    rows = [f"{n},{note if n == 1 else f'note {n}'},{n % 3}" for n in range(200)]
    rows[150] = "150,note 150,FAILED"
    result = compress("\n".join(["id,note,state", *rows]), fidelity=fidelity)
    assert result.failure is None
    assert result.tokens_after < result.tokens_before / 2
    assert "FAILED" in result.text
    assert any(first <= 2 <= last for first, last in result.omissions[0].ranges)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ends_of_lines_within_cells_come_back(end: str) -> None:
    lines = ["id;note;c", *(f'{n};"a\r\nb\n{n}";waits for an answer' for n in range(200))]
    result = compress(end.join(lines), fidelity="lossless")
    assert (result.kind, result.lossless) == ("table", True)
    assert result.tokens_saved > 0
    rows = headroom.decode(result.text, kind="table")
    assert rows == [
        {"id": f"{n}", "note": f"a\r\nb\n{n}", "c": "waits for an answer"} for n in range(200)
    ]


def test_lines_with_a_quote_that_does_not_close_are_no_table() -> None:
    content = "id,note,total\n" + "\n".join(f'{n},"a line\nof {n},{n % 37}' for n in range(301))
    assert compress(content).kind != "table"
