"""Rows that say what went wrong, where few others do: they stay, whatever is asked."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from headroom import compress

_SUBJECTS = ("the search index", "a nightly export", "our auditor", "the mobile client", "pricing")
_VERBS = ("waits for", "depends on", "will be replaced by", "was moved behind")


def tickets(chance: random.Random, count: int) -> list[dict[str, str]]:
    return [
        {
            "id": f"T{chance.randint(1, 9999)}",
            "subject": " ".join((chance.choice(_SUBJECTS), chance.choice(_VERBS), "it")),
            "due": f"2026-12-{chance.randint(1, 28):02}",
        }
        for _ in range(count)
    ]


def results(count: int, rows: int) -> list[dict[str, Any]]:
    chance = random.Random(4)
    found = [
        {"tool": f"search_{n}", "ok": True, "result": tickets(chance, rows)} for n in range(count)
    ]
    found[count - 2] = {"tool": "billing", "ok": False, "error": "timeout after 30 s", "result": []}
    return found


def pages(count: int, rows: int) -> list[dict[str, Any]]:
    chance = random.Random(4)
    found: list[dict[str, Any]] = [
        {"page": n, "next": f"https://x/api?page={n + 1}", "tickets": tickets(chance, rows)}
        for n in range(count)
    ]
    return [*found, {"error": {"title": "Rate limited", "status": 429}}]


@pytest.mark.parametrize(("count", "rows"), [(3, 50), (5, 40), (12, 20), (30, 12)])
@pytest.mark.parametrize("max_tokens", [None, 1000])
@pytest.mark.parametrize(
    "query", [None, "Which tickets need an answer today?", "What is due on 2026-12-05?", "Pricing?"]
)
@pytest.mark.parametrize("of", [results, pages])
def test_what_failed_is_shown_with_what_was_found(
    count: int, rows: int, max_tokens: int | None, query: str | None, of: Any
) -> None:
    result = compress(of(count, rows), query=query, max_tokens=max_tokens)
    assert result.omissions
    assert "timeout after 30 s" in result.text or "429" in result.text


@pytest.mark.parametrize("query", [None, "Which jobs run in Oslo?", "nightly"])
def test_a_state_that_says_so_is_no_state_like_the_others(query: str | None) -> None:
    chance = random.Random(2)
    states = ("Running", "Queued", "Done", "Paused", "Draining")
    rows = [
        {
            "job": f"nightly-{chance.randint(100, 999)}",
            "state": states[n % 5] if n != 9 else "Failed",
            "site": ("Oslo", "Rome", "Lille")[n % 3],
            "note": " ".join(chance.choice(_SUBJECTS) for _ in range(40)),
        }
        for n in range(16)
    ]
    result = compress(rows, query=query, max_tokens=700)
    assert "Failed" in result.text
    assert result.text.count("Queued") < 4


def test_rows_that_all_speak_of_failures_are_rows_like_others() -> None:
    rows = [
        {"id": n, "message": f"error {n % 7} in part {n * 31 % 89}", "count": n * 37 % 11}
        for n in range(300)
    ]
    rows[140]["message"] = "all is well"
    view = compress(rows).text
    assert "all is well" in view
    assert compress(rows).tokens_after < 1300


def test_names_with_such_words_say_what_they_are_about() -> None:
    chance = random.Random(1)
    of = ("orders", "routes", "prices", "tables", "violations", "letters", "answers", "offices")
    tools = [
        {"name": f"get_open_{what}", "about": " ".join(chance.choice(_SUBJECTS) for _ in range(30))}
        for what in of
    ]
    view = compress(tools, max_tokens=200).text
    assert "get_open_violations," not in view


@pytest.mark.parametrize("max_tokens", [1500, 2000, 3000, 4000])
def test_of_a_few_large_rows_parts_are_shown_rather_than_one(max_tokens: int) -> None:
    chance = random.Random(6)
    spans = [
        {
            "resource": {"service": f"service-{n}", "version": f"{n}.2.0"},
            "spans": [
                {"id": f"{chance.getrandbits(64):016x}", "ms": chance.randint(1, 90), "status": {}}
                for _ in range(80)
            ],
        }
        for n in range(5)
    ]
    spans[3]["spans"][40]["status"] = {"code": 2, "message": "lock timeout"}  # type: ignore[index]
    result = compress(json.dumps({"resourceSpans": spans}), max_tokens=max_tokens)
    assert [n for n in range(5) if f"service-{n}" in result.text] == [0, 1, 2, 3, 4]
    assert "lock timeout" in result.text


@pytest.mark.parametrize("max_tokens", [700, 1000, 2000])
def test_what_failed_in_a_list_within_a_row_is_shown_beside_what_answers(max_tokens: int) -> None:
    chance = random.Random(6)
    spans: list[dict[str, Any]] = [
        {
            "resource": {"service": f"service-{n}", "version": f"{n}.2.0"},
            "spans": [
                {
                    "id": f"{chance.getrandbits(64):016x}",
                    "name": "POST /checkout" if n == 0 else chance.choice(("load", "merge")),
                    "status": {},
                    "tags": [chance.randint(1, 9), {"peer": f"10.0.{n}.{chance.randint(1, 99)}"}],
                }
                for _ in range(30)
            ],
        }
        for n in range(6)
    ]
    spans[3]["spans"][20]["status"] = {"code": 2, "message": "lock timeout"}
    payload = json.dumps({"resourceSpans": spans})
    view = compress(payload, query="Why did a checkout fail?", max_tokens=max_tokens).text
    assert "lock timeout" in view
    assert "POST /checkout" in view


def step_log(chance: random.Random, count: int) -> str:
    of = chance.choice
    said = (f"{of(_SUBJECTS)} {of(_VERBS)} {of(_SUBJECTS)}." for _ in range(count))
    return " ".join(map(str.capitalize, said))


@pytest.mark.parametrize("count", [1, 5, 20])
@pytest.mark.parametrize("query", [None, "Why did the run fail?"])
@pytest.mark.parametrize("cannot", ["", " It cannot be tested."])
def test_what_a_text_says_at_its_end_went_wrong_is_shown(
    count: int, query: str | None, cannot: str
) -> None:
    chance = random.Random(3)
    steps = [
        {"name": f"step {n}", "log": step_log(chance, 20) + cannot + step_log(chance, 40)}
        for n in range(count)
    ]
    steps[count // 2]["log"] += " Error: disk quota exceeded on /var. So it ends."
    limit = 1000 if count > 1 else 300
    result = compress({"run": "r9", "steps": steps}, query=query, max_tokens=limit)
    assert "Error: disk quota exceeded on /var." in result.text
    assert result.text.count("It cannot be tested.") < 3


def test_of_texts_that_all_say_so_no_sentence_goes_before_the_first() -> None:
    chance = random.Random(5)
    logs = [f"{n} begins. {step_log(chance, 30)} The key was lost. So it ends." for n in range(12)]
    view = compress([{"title": f"note {n}", "text": log} for n, log in enumerate(logs)]).text
    assert "begins." in view
    assert "The key was lost." not in view
