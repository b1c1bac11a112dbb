"""Rows that stand in short texts, in lines with others, or in tables with faults."""

from __future__ import annotations

import json
import re
import time

import pytest

from headroom import SharedContext
from headroom.retrieval.apart import objects_in
from headroom.view import Deadline

_PODS = (
    "NAME        READY  AGE\npod/a-1     1/1    5d\npod/b-2     1/1    7d\npod/c-3     1/1    8d\n"
)
_SERVICES = "NAME        TYPE       AGE\nservice/a   ClusterIP  5d\nservice/b   NodePort   7d\n"
_ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
_SMALL = json.dumps(_ROWS)
_OTHER = _SMALL.replace("2", "3")
_MARKDOWN = "| n | name |\n|---|---|\n" + "".join(
    f"| {n} | {name} |\n" for n, name in enumerate("abcde", 1)
)
_TABLE = ["id,name,score", *(f"{n},n{n},{n * 3}" for n in range(30))]


def _found(payload: object, where: str) -> str:
    """Where the rows stand, all of which are shown again there, or the error."""
    ctx = SharedContext()
    ctx.put("rows", payload)
    try:
        found = ctx.retrieve("rows", where=where)
    except ValueError as error:
        return str(error)
    if found.where:
        assert ctx.retrieve("rows", place=found.where).text == found.text
    return found.where


@pytest.mark.parametrize(
    ("payload", "where", "answer"),
    [
        (f"{_PODS}\n{_SERVICES}\n{_PODS.replace('pod', 'job')}", "NAME = service/b", "lines 8"),
        (f"{_PODS}\n{_SERVICES}\n{_PODS.replace('pod', 'job')}", "TYPE = NodePort", "lines 8"),
        (f"One:\n\n```json\n{_SMALL}\n```\n\nTwo:\n\n```json\n{_OTHER}\n```\n", "a > 1",
         "rows 2 within lines 4-4; rows 2 within lines 10-10"),
        (f"One:\n\n```json\n{json.dumps(_ROWS, indent=1)}\n```\n\nTwo.\n", "a > 1",
         "rows 2 within lines 4-13"),
        (json.dumps({"data": _SMALL, "rows": [{"a": 7, "b": "z"}, {"a": 8, "b": "q"}]}),
         "a in (2, 8)",
         "rows 2 of /rows; rows 2 within /data"),
        (json.dumps([{"type": "text", "text": _SMALL}]), "a = 2", "rows 2 within /0/text"),
        (f'Tool says {{"results":{_SMALL}}}', "a = 2", "rows 2 of /results within lines 1-1"),
        (f"Found: {_SMALL} and then {_OTHER} done.", "a = 2", "line 1 has several data with rows"),
        ("\n".join([*_TABLE[:6], "5,n5,extra,99", *_TABLE[7:]]), "id = 6", "rows 6-7"),
        ("\n".join([*_TABLE, *(f"{n},n{n},5,9" for n in range(21)), *(_TABLE[1:] * 20)]),
         "id = 6",
         "more than 20 rows have more cells"),
        ("\n".join([*_TABLE[:6], "5,n5,extra,99", *_TABLE[7:12]]), "score > 27",
         "lines 7; lines 12"),
        ("\n".join([*_TABLE[:6], "5,n5", *_TABLE[7:12]]), "score is null", "lines 7"),
        ("\n".join([_TABLE[0], *(f"{line}," for line in _TABLE[1:12])]), "score > 27", "lines 12"),
        (_MARKDOWN.replace("| 3 | c |", "| 3 | c | d |"), "n > 4",
         "lines 5; lines 7"),
        (_MARKDOWN.replace("| 3 | c |", "| 3 |"), "name is null", "lines 5"),
        (f"{_MARKDOWN}{_MARKDOWN.replace('name', 'owner')}", "owner = e",
         "rows 5 within lines 8-14"),
        (f"{_MARKDOWN}{_MARKDOWN}", "name = e",
         "rows 5 within lines 1-7; rows 5 within lines 8-14"),
        (f"## A\n{_MARKDOWN}**B**\n{_MARKDOWN}end\n", "name = e",
         "rows 5 within lines 2-8; rows 5 within lines 10-16"),
        (_MARKDOWN.replace("| 4 |", "|---|---|\n| 4 |"), "n > 2",
         "lines 5; lines 7-8"),
        (_MARKDOWN.replace("| 4 |", "\n| 4 |"), "n > 2", "rows 3 within lines 1-5; lines 7-8"),
        (f"{_PODS}{_PODS.replace('pod', 'job')}".replace("NAME        READY  AGE\njob", "\njob"),
         "AGE > 7d", "rows 3 within lines 1-4; lines 8"),
        (_MARKDOWN.replace("1", "a").replace("| 4 |", "\n| q |"), "n = q", "lines 7"),
        (_MARKDOWN.replace("| 4 |", "\nand also\n\n| 4 |"), "n > 2",
         "rows 3 within lines 1-5; lines 9-10"),
        (_MARKDOWN.replace("| 4 |", "\nand also\n\n| x | 4 |"), "n > 2",
         "rows 3 within lines 1-5"),
        ("\n".join(json.dumps(row, indent=2) for row in (*_ROWS, *_ROWS)), "a = 2",
         "lines 5-8; lines 13-16"),
        ("\n".join(json.dumps(row, indent=2) for row in (*_ROWS, *_ROWS)), "a > 2", ""),
        (_MARKDOWN.replace("| 3 | c |", "| 3 |"), "n > 9", ""),
        ("\n".join(["Up.", *(f"INFO {json.dumps(row)}" for row in _ROWS), '- {"a": 2},', "x {"]),
         "a = 2", "lines 3-4"),
        ("\n".join(json.dumps({"n": n, "k": n} if n % 3 else {"n": n}) + "\nDone" * (n == 7)
                   for n in range(20)), "n > 5 and k is null",
         "lines 7,11,14,17,20"),
        ("\n".join(json.dumps(row) + "," for row in _ROWS * 5), "a = 2", "lines 2,4,6,8,10"),
        ('Up.\n{"a": 1}\nx\n{"b": 2}\ny\n{"c": 2}\n', "a = 1", "this original has no rows"),
        (" n | name\n---+------\n" + "\n".join(f" {n} | n{n}" for n in range(5)) + "\n(5 rows)",
         "name = n4", "rows 5 within lines 1-7"),
        (json.dumps([{"type": "text", "text": json.dumps(row, indent=1)} for row in _ROWS]),
         "a != 2", "lines 1-4 within /0/text"),
        (json.dumps({"content": [{"text": json.dumps({"a": 9, "rows": _ROWS})}] * 2}), "a != 2",
         "rows 1 of /rows within /content/0/text; rows 1 of /rows within /content/1/text"),
        ("".join(json.dumps(row) for row in (*_ROWS, *_ROWS)), "a = 2",
         "line 1 has several data with rows"),
        ("\n".join(json.dumps(row, indent=2) for row in (*_ROWS, "end")), "a = 2",
         "lines 5-8"),
        ("\n".join(["On the", "whole:", *_TABLE[:7], "That is it."]), "id > 4",
         "rows 6 within lines 3-9"),
        ({"out": f"Found:\n```\n{_SMALL}\n```\n{_MARKDOWN}end"}, "a = 2 or n = 5",
         "rows 5 within lines 5-11 of /out; rows 2 within lines 3-3 of /out"),
        ({"out": f"Found:\n\n{_PODS}\nend"}, "AGE > 7d", "rows 3 within lines 3-6 of /out"),
        (f"{_PODS}\nBut here is an end.\n\nAnd that\n", "AGE != 5d", "rows 2-3 within lines 1-4"),
        ("\n".join([*_TABLE[:6], '5,"n5,15', *_TABLE[7:12]]), "score > 27",
         "lines 7; lines 12"),
        (json.dumps({"result": "\n".join(_TABLE[:8])}), "id = 6", "rows 7 within /result"),
        (json.dumps([{"type": "text", "text": f"Found:\n\n{_MARKDOWN}"}]), "name = e",
         "rows 5 within lines 3-9 of /0/text"),
        ("\n".join([*_TABLE[:6], "5,n5,15,", *_TABLE[7:]]), "id = 5", "rows 6"),
        ("\n".join([*_TABLE[:6], "5,n5", *_TABLE[7:]]), "id = 5", "rows 6"),
        ("\n".join([*_TABLE[:6], "5,n5", *_TABLE[7:]]), "score is null", "rows 6"),
    ],
)  # fmt: skip
def test_rows_are_found_or_it_is_said_that_they_are_not(
    payload: str, where: str, answer: str
) -> None:
    found = _found(payload, where)
    assert (
        found == answer
        if not answer or (answer[:4] in ("rows", "line") and " has " not in answer)
        else (answer in found)
    )


_LONG = [f"k{n}|{n}|x{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("sign", "rule"),
    [(",", ()), (";", ()), ("\t", ()), ("|", ()), (" | ", ()), ("|", ["---|---|---"]),
     (" | ", ["---|---|---"])],
)  # fmt: skip
@pytest.mark.parametrize("short", [[24], [7, 20], [3, 29], [0]])
@pytest.mark.parametrize(
    "around",
    [("", ""), ("Words:\n\n", "\n\nand, so, an end."), ("```\n", "\n```\n"),
     ("A title\n", "\nand an end")],
)  # fmt: skip
def test_all_rows_of_a_table_with_short_ones_are_read(
    sign: str, rule: list[str], short: list[int], around: tuple[str, str]
) -> None:
    lines = [
        line.rpartition("|")[0] if number in short else line for number, line in enumerate(_LONG)
    ]
    table = [line.replace("|", sign) for line in ["id|n|name", *lines]]
    table[1:1] = rule
    ctx = SharedContext()
    ctx.put("rows", "\n".join(table).join(around))
    for where, answer in (
        ("n >= 2", range(2, 30)),
        ("not n >= 2", range(2)),
        ("name is null", short),
        ("name != x5", [n for n in range(30) if n != 5]),
    ):
        found = ctx.retrieve("rows", where=where).text
        assert re.findall(r"\bk(\d+)\b", found) == [str(n) for n in answer], where


def test_what_may_be_a_row_beside_a_table_is_an_error() -> None:
    lines = ["id,name,score", "1,a,5", "2,b,7", "3,c,9", "4,d", "5,e", "6,f", "7,g"]
    assert "whether line 6 is a row" in _found("\n".join(["Words:", *lines]), "id > 2")


@pytest.mark.parametrize("head", ["n,name", "n , name ", "**n**,`name`", "[n](x),<b>name</b>"])
def test_names_are_read_without_what_stands_around_them(head: str) -> None:
    table = "\n".join([head, *(f"{n},n{n}" for n in range(9))])
    assert _found(table, "n > 7 and name = n8") == "rows 9"
    assert "there are: n, name" in _found(table, "nosuch = 1")


def test_rows_of_other_things_do_not_lack_a_field() -> None:
    rows = [
        {"id": n, "ok": n % 2, "items": [{"sku": n, "n": 1}, {"sku": -n, "n": 2}]} for n in (1, 2)
    ]
    assert _found({"rows": rows, "owners": [{"name": "a"}, {"name": "b"}]}, "ok != 1") == (
        "rows 2 of /rows"
    )
    texts = [{"type": "text", "text": json.dumps(rows)}]
    assert _found(json.dumps(texts), "not ok = 1") == "rows 2 within /0/text"
    events = [{"id": n, "ok": n % 2, "raw": json.dumps({"id": -n, "of": n})} for n in range(1, 5)]
    assert _found(events, "ok != 1") == "rows 2; rows 4"
    assert _found(events, "of > 3") == "lines 1 within /3/raw"
    assert _found(events, "ok != 1 and id > -9") == "rows 2; rows 4"
    assert "there are: id, ok, raw, of" in _found(events, "on = 1")
    lines = "\n".join(f"INFO {event['raw']}" for event in events)
    assert _found(f"{_MARKDOWN.replace('n |', 'id |')}\n{lines}", "name != e") == (
        "rows 1-4 within lines 1-7"
    )
    eu, us = [{"id": 1, "name": "a"}], [{"id": 2, "name": "b", "deleted": True}]
    assert _found({"eu": eu, "us": us}, "deleted is null") == "rows 1 of /eu"


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("team = a and score > 5", 'no row has all of "score", "team"'),
        ("score > 5 and not (team = b or score = 9)", 'no row has all of "score", "team"'),
        ("team = a or score > 8", "rows 1 of /teams; rows 2 of /teams/0/rows"),
        ("team = a and rows.score > 5", "rows 1 of /teams"),
        ("score > 5 and late = 1", "rows 1 of /teams/1/rows"),
        ("score < 5 and late is null", "rows 1 of /teams/0/rows"),
    ],
)
def test_fields_that_stand_in_no_row_together_are_said(where: str, answer: str) -> None:
    rows = [[{"n": 1, "score": 1}, {"n": 2, "score": 9}], [{"n": 3, "score": 7, "late": 1}]]
    teams = [{"team": name, "rows": some} for name, some in zip("ab", rows, strict=True)]
    found = _found({"teams": teams}, where)
    assert found == answer if answer.startswith("rows") else answer in found


@pytest.mark.parametrize("text", [" " * 300_000, (" " * 300 + "\n") * 1000, '{"a":[\n' * 20_000])
def test_blanks_and_objects_that_never_end_take_no_second(text: str) -> None:
    start = time.process_time()
    assert objects_in(text, Deadline(None)) == []
    assert time.process_time() - start < 1


@pytest.mark.parametrize("condition", ["v < 0.{}", "v > 9.{}", "took < {}s"])
def test_many_conditions_take_no_second(condition: str) -> None:
    rows = [{"v": f"{n % 7}.{n % 13}.{n}", "took": f"{n} ms"} for n in range(1000)]
    parts = [condition.format(n) for n in range(9_500 // (len(condition) + 6))]
    ctx = SharedContext()
    ctx.put("rows", json.dumps(rows))
    ctx.retrieve("rows", where="v = 1")
    start = time.process_time()
    ctx.retrieve("rows", where=" or ".join(parts))
    assert time.process_time() - start < 1.5
