"""Documents under a query: what stands beside what it names, and how much of the rest."""

from __future__ import annotations

import json

import pytest

from headroom import compress

WORDS = "amber birch cedar dune ember fjord grove heath islet juniper".split()
PLANS = {
    f"Move{one.title()}To{other.title()}": [
        {
            "id": f"plan-{one}-{other}",
            "title": f"Occasion {len(one) * 31 + WORDS.index(other) * 7 + WORDS.index(one)}",
            "steps": {"before": f"close {other}", "after": f"air {one}"},
            "notes": [f"ask about {one}, at {n} o'clock" for n in range(4)],
        }
    ]
    for one in WORDS
    for other in WORDS
    if one < other
}
assert PLANS["MoveCedarToGrove"][0]["title"] == "Occasion 199"
DOCUMENT = json.dumps({"version": "3", "plans": PLANS}, indent=1)


def test_members_beside_what_the_query_names_are_shown() -> None:
    for query in (
        "What is the title of plan-cedar-grove?",
        "Which headline has MoveCedarToGrove?",
    ):
        result = compress(DOCUMENT, query=query, max_tokens=400)
        assert "Occasion 199" in result.text


@pytest.mark.parametrize("max_tokens", [120, 200, 300, 500])
def test_what_is_asked_for_is_worth_more_than_what_markers_say(max_tokens: int) -> None:
    query = "What is the title of plan-cedar-grove?"
    result = compress(DOCUMENT, query=query, max_tokens=max_tokens)
    assert "plan-cedar-grove" in result.text


def test_a_document_that_answers_is_shown_to_a_lesser_part() -> None:
    whole = compress(DOCUMENT)
    asked = compress(DOCUMENT, query="What is the title of plan-cedar-grove?")
    assert asked.tokens_after < 0.42 * asked.tokens_before
    assert asked.tokens_after < whole.tokens_after
