"""Results of several tools in one list: what answers goes first, in whichever of them it stands."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from headroom import RetrievalTool, SharedContext, compress

QUERY = "What are the capacity and the schedule of Vantorra?"
_WORDS = (
    "the queue no longer blocks a scanner because nobody had updated that page since last year "
    "although many items were moved behind another budget with a margin"
).split()


def _sentence(generator: random.Random) -> str:
    words = generator.choices(_WORDS, k=18)
    return " ".join(words).capitalize() + "."


def _results() -> Sequence[dict[str, Any]]:
    generator = random.Random(5)
    hits = [
        {
            "title": _sentence(generator)[:50],
            "url": f"https://news{n}.example.com/a",
            "snippet": " ".join(_sentence(generator) for _ in range(3)),
        }
        for n in range(10)
    ]
    hits[6]["snippet"] = "Vantorra puts off its start to autumn."
    page = ["# A report"]
    for maker in ("Ulsund", "Brekke", "Vantorra", "Osmark"):
        page.append(f"## {maker} works")
        if maker == "Vantorra":
            page.append("Vantorra reached 731 tons in 2,460 turns at its first works.")
        page += [" ".join(_sentence(generator) for _ in range(4)) for _ in range(2)]
    return [
        {"tool": "search", "args": {"q": "capacity of works"}, "result": hits},
        {"tool": "page", "args": {"url": "https://a.example.com"}, "result": "\n\n".join(page)},
        {
            "tool": "sql",
            "args": {"query": "select maker, year"},
            "result": [{"maker": f"maker {n}", "year": 2000 + n} for n in range(40)],
        },
        {"tool": "page", "args": {"url": "https://b.example.com"}, "result": "402: not for you"},
        {"tool": "sum", "args": {"of": "1+2"}, "result": 3},
    ]


@pytest.mark.parametrize("max_tokens", [None, 500, 800])
def test_items_that_answer_nothing_make_room_for_what_answers_elsewhere(
    max_tokens: int | None,
) -> None:
    results = _results()
    view = compress(json.dumps(results), query=QUERY, max_tokens=max_tokens)
    assert "reached 731 tons" in view.text
    assert "puts off its start" in view.text
    assert results[0]["result"][3]["snippet"] not in view.text


def test_what_stands_right_below_a_heading_that_answers_is_shown_with_it() -> None:
    results = _results()
    results[1]["result"] = results[1]["result"].replace("Vantorra reached", "They reached")
    assert "They reached 731 tons" in compress(json.dumps(results), query=QUERY).text


def test_a_part_of_a_long_text_is_found_where_nothing_else_has_all_that_is_asked_for() -> None:
    context = SharedContext()
    context.put("found", json.dumps(_results()))
    answer = asyncio.run(RetrievalTool(context).answer("found", query="Vantorra turns"))
    assert "2,460 turns" in answer
