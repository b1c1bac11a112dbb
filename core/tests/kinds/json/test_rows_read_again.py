"""Rows of large documents, which are read again each time that they are asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom import Pipeline, decode, get_counter
from headroom.kinds.json import SmartCrusher
from headroom.kinds.json.parse import parse, parse_with, read
from headroom.kinds.json.rows import ReadAgain
from headroom.source import Source
from headroom.toolkit.lazy import Lazy
from headroom.toolkit.rows.values import whole

ROWS: list[dict[str, Any]] = [
    {"id": n, "name": f"user {n * 7919 % 4001}", "sum": n / 8, "tags": ["a", {"b": None}]}
    for n in range(5000)
]
DOCUMENT = {"ok": True, "total": 1.50, "rows": ROWS, "next": {"page": 2}}
SPACED = json.dumps(ROWS, indent=1).replace("\n", "\r\n")
LINES = "\n".join(map(json.dumps, ROWS))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        SPACED,
        LINES,
        f"\ufeff{LINES}\n\n",
        LINES.replace("\n", "\n\n", 3),
        json.dumps(DOCUMENT),
        json.dumps(DOCUMENT, indent=2),
    ],
)
def test_rows_are_those_of_the_document(text: str) -> None:
    value = read(Source(text))
    held = value["rows"] if isinstance(value, dict) else value
    assert isinstance(held, ReadAgain)
    assert whole(value) == parse(text)[0]
    assert held[-1] == list(held)[-1] == parse(json.dumps(ROWS[-1]))[0]
    assert whole(SmartCrusher().data(Source(text))) == parse(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([*ROWS, 7]),
        json.dumps([[row] for row in ROWS]),
        json.dumps({str(n): row for n, row in enumerate(ROWS)}),
        '{"a": 1, "a": ' + json.dumps(ROWS) + "}",
        json.dumps({"text": "word " * 60_000, "rows": ROWS[:9]}),
        str(ROWS),
    ],
)
def test_what_is_no_array_of_rows_is_read_at_once(text: str) -> None:
    value = read(Source(text))
    assert not isinstance(value, Lazy)
    if isinstance(value, dict):
        assert not any(isinstance(member, Lazy) for member in value.values())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS)[:-1],
        json.dumps(ROWS)[:-1] + ",]",
        json.dumps(ROWS) + "]",
        json.dumps(ROWS).replace('"id": 4000,', '"id": 4000'),
        LINES.replace("\n", " "),
        LINES + "\nno row",
        json.dumps(DOCUMENT).replace('"next": {', '"next": ['),
        json.dumps(DOCUMENT)[:-1],
    ],
)
def test_what_is_no_json_is_none(text: str) -> None:
    assert not SmartCrusher().recognise(Source(text))


def test_lines_that_are_cut_are_not_read_before_that_shows() -> None:
    read: list[str] = []

    def decode(text: str) -> Any:
        read.append(text)
        return json.loads(text)

    lines = "\n".join(["[1, 2]", "", *["  [3, 4] "] * 50])
    assert parse_with(lines, decode) == ([[1, 2], *[[3, 4]] * 50], True)
    read.clear()
    with pytest.raises(ValueError, match="Expecting"):
        parse_with(lines + "\n [5, ", decode)
    assert read[1:] == ["[5,"]


def test_keys_that_stand_twice_in_a_row_are_kept() -> None:
    twice = '{"id": 7, "id": 8, "name": "user", "sum": 1, "tags": []}'
    text = f"[{', '.join([*map(json.dumps, ROWS), twice])}]"
    counter = get_counter()
    found = Pipeline().compress(text, counter=counter, fidelity="lossless")
    assert found.failure is None
    assert '{"id":7,"id":8,' in found.text


@pytest.mark.parametrize("text", [json.dumps(ROWS), json.dumps(DOCUMENT), LINES])
def test_a_lossless_view_of_them_is_read_back(text: str) -> None:
    found = Pipeline().compress(text, counter=get_counter(), fidelity="lossless")
    assert found.failure is None
    assert found.tokens_after < found.tokens_before
    value = json.loads(text) if text is not LINES else ROWS
    assert decode(found.text) == value


def test_addresses_of_them_are_said_in_short() -> None:
    rows = [{"id": n, "url": f"https://example.org/orders/{n % 90}/lines"} for n in range(6000)]
    found = Pipeline().compress(json.dumps(rows), counter=get_counter(), fidelity="lossless")
    assert "$1 stands for https://example.org/orders" in found.text
    assert decode(found.text) == rows
