"""A sentence that is shown brings what says whose it is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from headroom import SharedContext, compress
from headroom.kinds.text.heads import read_heads
from headroom.source import Source

NAMES = ("Ana Sousa", "Bert Klein", "Chiara Rossi", "Dmitri Orlov")
SUBJECTS = "harbour clerk letters evening mayor ships ledger promise winter bridge money".split()
VERBS = "delayed found denied reported estimated confirmed questioned ignored welcomed".split()
FACTS = {
    5: "The delivery date moves to 9 June, not 2 June.",
    11: "The price is 48.20 EUR per unit, the 42.80 in the quote was a typo.",
    16: "Please ship to dock 14, Hafenstrasse 3, 20457 Hamburg.",
}
QUERY = "What was agreed about the delivery date, the price and where to ship, and by whom?"


def said(chance: random.Random) -> str:
    words = chance.sample(SUBJECTS, chance.randrange(3, 7))
    first = f"The {words[0]} {chance.choice(VERBS)} the {words[1]}"
    return f"{first} {' and the '.join(words[2:])} {chance.choice(VERBS)} {words[1]}s by noon."


def mail(number: int, who: str, words: str) -> str:
    return (
        f"From: {who} <{who.split()[0].lower()}@a.example>\nTo: all@a.example\n"
        f"Date: {number + 1} Mar 2026\nSubject: Re: Order 7781\n\nHi all,\n\n{words}\n\n"
        f"Best,\n{who.split()[0]}\n"
    )


def review(number: int, who: str, words: str) -> str:
    return f"**Author:** {who}\n**Stars:** {number % 5}\n\n{words}\n"


def passage(number: int, who: str, words: str) -> str:
    return f"Document {number}\nURL: https://kb.example/{number} by {who}\n\n{words}\n"


def turn(number: int, who: str, words: str) -> str:
    return f"{who.upper()}: {words}\n"


WRITE: dict[str, Callable[[int, str, str], str]] = {
    "mail": mail, "review": review, "passage": passage, "turn": turn,
}  # fmt: skip
HEAD = {
    "mail": r"(?m)^From: ([\w ]+) <",
    "review": r"(?m)^\*\*Author:\*\* ([\w ]+)$",
    "passage": r"(?m)^URL: \S+ by ([\w ]+)$",
    "turn": r"(?m)^([A-Z]+ [A-Z]+):",
}


def thread(sort: str, seed: int) -> tuple[str, dict[str, str]]:
    """A thread, and who says each fact."""
    chance = random.Random(seed)
    owners: dict[str, str] = {}
    blocks = []
    for number in range(24):
        who = chance.choice(NAMES)
        words = [said(chance) for _ in range(5)]
        if number in FACTS:
            words[2] = FACTS[number]
            owners[FACTS[number]] = who
        gap = "\n\n" if sort == "mail" else " "
        blocks.append(WRITE[sort](number, who, " ".join(words[:3]) + gap + " ".join(words[3:])))
    return "\n".join(blocks), owners


@pytest.mark.parametrize("sort", WRITE)
@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("limit", [None, 500, 900])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_sentence_stands_below_the_head_of_another(
    sort: str, query: str | None, limit: int | None, seed: int
) -> None:
    text, owners = thread(sort, seed)
    view = compress(text, query=query, max_tokens=limit, kind="text").text
    shown = [fact for fact in owners if fact in view]
    assert shown or not query
    for fact in shown:
        heads = re.findall(HEAD[sort], view[: view.index(fact)])
        assert heads
        assert heads[-1].casefold() == owners[fact].casefold()


@pytest.mark.parametrize("sort", ["mail", "review"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_few_figures_of_a_thread_stay_where_nothing_is_asked(sort: str, seed: int) -> None:
    text, owners = thread(sort, seed)
    view = compress(text, kind="text").text
    assert [fact for fact in owners if fact not in view] == []


def test_what_stands_at_the_foot_of_each_page_is_no_head() -> None:
    chance = random.Random(3)
    foot = "Source: The Harbour Company, as of March.\nBy: The clerk of the harbour in person.\n"
    page = "\n\n".join(f"{said(chance)} {said(chance)}" for _ in range(6))
    pages = "\n".join(f"{page}\n{foot}" for _ in range(12))
    assert read_heads(Source(pages)).runs == []


def test_heads_of_which_nothing_is_shown_are_left_out() -> None:
    text, _ = thread("mail", 1)
    view = compress(text, query=QUERY, max_tokens=400, kind="text").text
    for block in re.split(r"(?m)^From: ", view)[1:]:
        assert re.search(r"\n\n(?!\[lines)[^\n]{20}", block) is not None


def test_a_head_that_says_what_is_asked_for_stays() -> None:
    chance = random.Random(5)
    text = "\n".join(
        f"Result: agent {n}\nStatus: {'failed' if n == 12 else 'success'}\n\n"
        f"{' '.join(said(chance) for _ in range(6))}\n"
        for n in range(20)
    )
    view = compress(text, query="Which agent failed?", kind="text").text
    assert "Result: agent 12\nStatus: failed" in view


@pytest.mark.parametrize(
    "question", ["who said the price is 48.20", "price per unit", "dock in Hamburg"]
)
def test_a_lookup_brings_whose_words_it_finds(question: str) -> None:
    text, owners = thread("mail", 1)
    context = SharedContext()
    context.put("thread", text)
    found = context.retrieve("thread", query=question, max_tokens=150)
    assert found is not None
    fact = FACTS[16] if "dock" in question else FACTS[11]
    assert fact in found.text
    heads = re.findall(HEAD["mail"], found.text[: found.text.index(fact)])
    assert heads[-1:] == [owners[fact]]


@pytest.mark.parametrize(
    "text",
    [
        "Note: it rained.\n\nIt rained all night. The river rose.\n\nNote: it was cold.\n\nIt was.",
        "\n".join(f"name: n{n}\nage: {n}\ncity: Oslo\n" for n in range(20)),
        "".join(f"{n}:    if x{n} is None:\n{n + 1}:        else:\n" for n in range(1, 40, 2)),
        "It rained all night.\n\nIn the morning the river was over its banks.\n" * 9,
    ],
)
def test_what_are_no_heads(text: str) -> None:
    assert read_heads(Source(text)).runs == []
