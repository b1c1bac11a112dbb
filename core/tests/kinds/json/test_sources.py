"""What a search found is cited by title and address: these stay before what its texts say."""

from __future__ import annotations

import json
import random
import re

import pytest

from headroom import compress

SAID = [
    "Installers in {} report that balancing is skipped in {} percent of retrofits.",
    "Subsidies in {} cover up to {} percent of the cost of a pump.",
    "Field trials in {} measured a factor of {} in the second winter.",
]


def found(count: int, sentences: int) -> str:
    chance = random.Random(4)
    places = ["Graz", "Lyon", "Oslo"]
    results = [
        {
            "title": f"Study {n} of {chance.choice(places)}",
            "url": f"https://site{n}.example/2025/{chance.randint(1000, 9999)}",
            "content": " ".join(
                chance.choice(SAID).format(chance.choice(places), chance.randint(2, 99))
                for _ in range(sentences)
            ),
            "score": round(0.99 - n / 50, 2),
            "raw_content": None,
        }
        for n in range(count)
    ]
    answer = "About a third is saved."
    return json.dumps({"query": "costs", "follow_up": None, "answer": answer, "results": results})


@pytest.mark.parametrize("query", [None, "What do pumps save? Cite sources."])
@pytest.mark.parametrize(
    ("count", "sentences", "max_tokens"),
    [(10, 6, None), (20, 6, None), (10, 6, 600), (10, 16, None), (20, 20, None), (10, 16, 600)],
)
def test_each_title_and_address_is_there(
    count: int, sentences: int, max_tokens: int | None, query: str | None
) -> None:
    text = found(count, sentences)
    result = compress(text, query=query, max_tokens=max_tokens)
    assert result.tokens_after < 0.9 * result.tokens_before
    for row in json.loads(text)["results"]:
        assert row["title"] in result.text
        assert row["url"] in result.text
    assert "About a third is saved." in result.text


def test_no_marker_takes_the_place_of_what_costs_no_more() -> None:
    # "[3 values of /part_0 left out: follow_up_questions, ...]" has as many tokens as these.
    small = {"follow_up_questions": None, "corrected_spelling": "cost", "related_images": []}
    parts = {f"part_{n}": {"text": f"It rained at {n}. " * 60, **small} for n in range(12)}
    for max_tokens in range(200, 1500, 25):
        text = compress(json.dumps(parts), max_tokens=max_tokens).text
        assert "left out" in text
        assert not re.search(r"\[3 values of \S+ left out: follow_up_questions", text)
