"""What carries the facts of a report, its tables and what it cites, does not go first."""

from __future__ import annotations

import random
import re

import pytest

from headroom import compress, get_counter

COUNTER = get_counter("gpt-4o")
WORDS = (
    "harbour clerk letters evening mayor ships ledger promise winter bridge money daughter silence"
).split()
ROWS = "\n".join(
    f"| {name} | {n * 31 + 7}.50 |" for n, name in enumerate(("Kestrel", "Polarbox", "Ismark"))
)
TABLE = f"| Vendor | Price |\n|---|--:|\n{ROWS}\n"


def sentence(chance: random.Random) -> str:
    one = chance.sample(WORDS, 6)
    return f"The {one[0]} of the {one[1]} kept a {one[2]}, and the {one[3]} {one[4]} the {one[5]}"


def report(seed: int = 1, tables: int = 1) -> str:
    chance = random.Random(seed)
    sections = []
    for number in range(10):
        paragraphs = [
            " ".join(f"{sentence(chance)}." for _ in range(4))
            + f" {sentence(chance)} [{chance.randrange(1, 31)}]."
            for _ in range(3)
        ]
        if number == 4:
            paragraphs[1:1] = [TABLE] * tables
        sections.append(f"## Part {number}\n\n" + "\n\n".join(paragraphs))
    cited = "\n".join(
        f"[{n}] {chance.choice(WORDS).title()}, A. ({2000 + n}). {sentence(chance)}."
        for n in range(1, 31)
    )
    return "\n\n".join(sections) + f"\n\n## References\n\n{cited}\n"


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("query", [None, "Translate into German"])
def test_a_table_among_prose_stays(seed: int, query: str | None) -> None:
    assert ROWS in compress(report(seed), query=query, counter=COUNTER, kind="text").text


@pytest.mark.parametrize("limit", [None, 900])
@pytest.mark.parametrize("seed", [1, 2])
def test_what_shown_text_cites_comes_with_it_where_sources_are_asked_for(
    seed: int, limit: int | None
) -> None:
    view = compress(
        report(seed),
        query="Write an executive summary with citations.",
        max_tokens=limit,
        counter=COUNTER,
        kind="text",
    )
    body, _, listed = view.text.partition("## References")
    cited = set(re.findall(r"\[(\d+)\]", body))
    there = set(re.findall(r"(?m)^\[(\d+)\]", listed))
    assert cited & there
    # A reference may be told for itself as well.
    if limit is None:
        assert cited <= there
    else:
        assert view.tokens_after <= limit


def test_a_marker_says_that_a_table_is_left_out() -> None:
    view = compress(
        report(), query="ledger of the daughter", max_tokens=250, counter=COUNTER, kind="text"
    ).text
    assert ROWS not in view
    assert re.search(r"\[sentences \d+-\d+ left out: with 1 table\]", view)
    two = compress(
        report(tables=2), query="ledger", max_tokens=250, counter=COUNTER, kind="text"
    ).text
    assert re.search(r"left out: with 2 tables\]", two) or two.count("with 1 table]") == 2
