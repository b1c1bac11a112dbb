from __future__ import annotations

import json

import pytest

from headroom import KeyNotFound, SharedContext
from headroom.context.retrieval import parse_ranges
from headroom_testing import HOSTILE

LOG = "\n".join(
    f"12:00:{n:02} worker {n} finished" if n != 31 else "12:00:31 worker 31 ran out of memory"
    for n in range(60)
)


@pytest.fixture
def ctx() -> SharedContext:
    ctx = SharedContext()
    ctx.put("log", LOG, kind="log")
    ctx.put("orders", {"orders": [{"id": n, "name": f"customer {n}"} for n in range(1, 101)]})
    ctx.put("text", "Rome was founded. Paris came later. London has fog.")
    return ctx


def test_by_query(ctx: SharedContext) -> None:
    found = ctx.retrieve("log", query="which worker ran out of memory?", max_tokens=40)
    assert "12:00:31 worker 31 ran out of memory" in found.text
    assert "32" in found.where
    assert found.tokens <= 40
    assert found.truncated
    assert found.kind == "log"
    assert "fog" in ctx.retrieve("text", query="fog").text


def test_by_query_in_json(ctx: SharedContext) -> None:
    found = ctx.retrieve("orders", query="customer 77", max_tokens=60)
    assert '{"id":77,"name":"customer 77"}' in found.text
    assert "rows 77 of /orders" in found.where


def test_by_range(ctx: SharedContext) -> None:
    lines = LOG.split("\n")
    found = ctx.retrieve("log", lines="3-5,8")
    assert found.text == "[lines 3-5]\n" + "\n".join(lines[2:5]) + f"\n[lines 8]\n{lines[7]}"
    assert found.where == "lines 3-5; lines 8"
    assert not found.truncated
    assert ctx.retrieve("log", lines=8).text == f"[lines 8]\n{lines[7]}"
    assert ctx.retrieve("text", sentences="2").text == "[sentences 2]\nParis came later."


def test_rows_by_path(ctx: SharedContext) -> None:
    found = ctx.retrieve("orders", path="/orders", rows="2-3")
    rows = [json.dumps({"id": n, "name": f"customer {n}"}, separators=(",", ":")) for n in (2, 3)]
    assert found.text == "[rows 2-3 of /orders]\n" + "\n".join(rows)
    assert ctx.retrieve("orders", path="/orders/4/name").text == '[/orders/4/name]\n"customer 5"'


def test_rows_of_a_table(ctx: SharedContext) -> None:
    rows = [f"{n},customer {n},{'Oslo' if n % 3 else 'Rome'}" for n in range(1, 101)]
    entry = ctx.put("table", "\n".join(["id,name,city", *rows]))
    assert entry.kind == "table"
    assert ctx.retrieve("table", rows="7").text == (
        '[rows 7]\n{"id":"7","name":"customer 7","city":"Oslo"}'
    )
    assert '"name":"customer 42"' in ctx.retrieve("table", query="customer 42").text


def test_sentences_of_a_value(ctx: SharedContext) -> None:
    report = " ".join(f"Sentence {n} says what happened on day {n} of the year." for n in range(99))
    ctx.put("report", {"body": report, "title": "Days"})
    found = ctx.retrieve("report", path="/body", sentences="4-5")
    assert found.text == (
        "[sentences 4-5 of /body]\n"
        "Sentence 3 says what happened on day 3 of the year.\n"
        "Sentence 4 says what happened on day 4 of the year."
    )


def test_every_omission_of_a_view_can_be_asked_for_as_it_stands(ctx: SharedContext) -> None:
    rows = [{"id": n, "note": f"word{n} stands here", "x": {"y": n % 5}} for n in range(300)]
    for key, data in (
        ("rows", rows),
        ("nested", {"meta": {"page": 1}, "items": rows}),
        ("log", LOG * 3),
        ("text", " ".join(f"The town of {n} lies on river {n * 7}." for n in range(300))),
    ):
        entry = ctx.put(key, data, max_tokens=200)
        assert entry.omissions
        for omission in entry.omissions:
            first, last = omission.ranges[0]
            found = ctx.retrieve(
                key,
                max_tokens=10**6,
                path=omission.path or None,
                **{omission.unit: f"{first}-{last}"},
            )
            assert not found.truncated
            spans = found.where.removesuffix(f" of {omission.path}")
            assert spans in (f"{omission.unit} {first}-{last}", f"{omission.unit} {first}")


def test_by_reference(ctx: SharedContext) -> None:
    entry = ctx.require("log")
    found = ctx.retrieve(entry.reference, lines=1)
    assert found.key == "log"
    assert found.reference == entry.reference


def test_nothing_found_is_an_empty_excerpt(ctx: SharedContext) -> None:
    found = ctx.retrieve("log", query="zebra")
    assert found.text == found.where == ""
    assert not found.truncated
    assert ctx.retrieve("log", lines="500-600").text == ""


def test_it_never_exceeds_its_budget(ctx: SharedContext) -> None:
    ctx.put("line", "word " * 5000)
    ctx.put("row", [{"a": "word " * 5000}])
    for key, options in (
        ("log", {"query": "worker"}),
        ("log", {"lines": "1-60"}),
        ("orders", {"path": "/orders"}),
        ("orders", {"path": "/orders", "rows": "1-100"}),
        ("line", {"query": "word"}),
        ("line", {"lines": "1"}),
        ("row", {"rows": "1"}),
    ):
        for max_tokens in (1, 5, 20, 100, 400):
            found = ctx.retrieve(key, max_tokens=max_tokens, **options)  # type: ignore[arg-type]
            assert found.tokens == ctx.count_tokens(found.text) <= max_tokens
            assert found.truncated


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_odd_originals(name: str) -> None:
    ctx = SharedContext()
    ctx.put("key", HOSTILE[name])
    assert ctx.retrieve("key", query="a b", max_tokens=100).tokens <= 100
    assert ctx.retrieve("key", lines="1-3", max_tokens=100).tokens <= 100


@pytest.mark.parametrize(
    ("key", "options", "message"),
    [
        ("log", {"lines": "first"}, 'lines must look like "3-111" or "3,7-9", counted from 1'),
        ("log", {"lines": "0"}, "counted from 1"),
        ("log", {"lines": "5-3"}, "a range goes upwards"),
        ("log", {"rows": "1"}, "no rows and no paths: ask for lines"),
        ("orders", {"path": "orders"}, 'it begins with "/"'),
        ("orders", {"path": "/nothing"}, "there is nothing at this path"),
        ("orders", {"path": "/orders/0/id", "rows": "1"}, "no rows at this path"),
        ("log", {"max_tokens": 0}, "max_tokens must be at least 1"),
    ],
)
def test_what_makes_no_sense(
    ctx: SharedContext, key: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ctx.retrieve(key, **options)  # type: ignore[arg-type]


def test_a_missing_key(ctx: SharedContext) -> None:
    with pytest.raises(KeyNotFound, match="nothing was ever put under 'nothing'"):
        ctx.retrieve("nothing")


def test_ranges() -> None:
    assert parse_ranges(" 3 , 7 - 9", "rows") == [(3, 3), (7, 9)]
