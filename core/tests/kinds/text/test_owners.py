"""A sentence that is shown brings what its own block says of whose it is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from headroom import SharedContext, compress
from headroom.kinds.text.heads import read_heads
from headroom.source import Source

WHO = "The landlord;The night nurse;A man from the bank;The bus driver;The council".split(";")
DID = "refused to sign;lost the keys twice;left without paying;gave the dog away".split(";")
WHY = "which surprised no one;so we waited in the rain;because the winter had been long".split(";")
QUERY = "Who refused to sign because the winter had been long?"


def said(chance: random.Random, number: int) -> str:
    return f"{chance.choice(WHO)} {chance.choice(DID)} at T{number}, {chance.choice(WHY)}."


def document(write: Callable[[str, list[str]], str], each: int) -> tuple[str, dict[str, str]]:
    """A text of blocks, and whose each fact is."""
    chance = random.Random(7)
    numbers = iter(range(100, 999))
    blocks, owners = [], {}
    for block in range(70):
        facts = [next(numbers) for _ in range(each)]
        owners.update({f"T{fact}": f"Name{block}" for fact in facts})
        blocks.append(write(f"Name{block}", [said(chance, fact) for fact in facts]))
    return "\n".join(blocks), owners


OPENED: dict[str, Callable[[str, list[str]], str]] = {
    "colon": lambda who, words: f"{who}: {' '.join(words)}\n",
    "bold": lambda who, words: f"**{who}** {' '.join(words)}\n",
    "it": lambda who, words: f"{who} is here. He has news. {' '.join(words)}\n",
}
ENDED: dict[str, Callable[[str, list[str]], str]] = {
    "round": lambda who, words: f"{' '.join(words)}\n(Source: {who})\n",
    "dash": lambda who, words: f"{' '.join(words)}\n\u2014 {who}\n",
    "field": lambda who, words: f"{' '.join(words)}\nSubject: {who}\n",
    "apart": lambda who, words: "\n\n".join([*words, f"(Source: {who})\n"]),
    "letter": lambda who, words: f"Hello all,\n\n{' '.join(words)}\n\nBest, {who}\n",
    "signed": lambda who, words: f"{' '.join(words)}\n\nBest regards,\n{who}\n",
}
PARTS = re.compile(r"Name\d+|T\d+")


@pytest.mark.parametrize("sort", OPENED)
@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("limit", [None, 300, 500])
def test_a_sentence_stands_below_whom_its_own_paragraph_names_first(
    sort: str, query: str | None, limit: int | None
) -> None:
    text, owners = document(OPENED[sort], 3)
    view = compress(text, query=query, max_tokens=limit, kind="text").text
    shown = PARTS.findall(view)
    who = ""
    for part in shown:
        who = part if part.startswith("N") else who
        assert part not in owners or owners[part] == who
    assert len(owners.keys() & shown) > 5


@pytest.mark.parametrize("sort", ENDED)
@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("limit", [None, 300, 1200])
def test_a_sentence_stands_above_the_source_of_its_own_block(
    sort: str, query: str | None, limit: int | None
) -> None:
    text, owners = document(ENDED[sort], 3)
    view = compress(text, query=query, max_tokens=limit, kind="text").text
    shown = PARTS.findall(view)
    who = ""
    for part in reversed(shown):
        who = part if part.startswith("N") else who
        assert part not in owners or owners[part] == who
    assert len(owners.keys() & shown) > 4


@pytest.mark.parametrize("sort", sorted(ENDED.keys() - {"letter"}))
def test_no_source_is_shown_without_a_sentence_of_its_block(sort: str) -> None:
    text, owners = document(ENDED[sort], 3)
    view = compress(text, kind="text").text
    shown = PARTS.findall(view)
    assert {part for part in shown if part not in owners} == {
        owners[part] for part in shown if part in owners
    }


@pytest.mark.parametrize("sort", ["letter", "signed"])
def test_a_lookup_brings_whose_a_sentence_is(sort: str) -> None:
    text, _ = document(ENDED[sort], 3)
    fact = "T150, so nobody was told about the lighthouse."
    text = re.sub(r"T150, [^.]*\.", fact, text)
    context = SharedContext()
    context.put("text", text)
    found = context.retrieve("text", query="who was told about the lighthouse?", max_tokens=120)
    assert found is not None
    assert fact in found.text
    assert "Name16" in found.text


@pytest.mark.parametrize(
    "text",
    [
        # A page has the same line at its foot each time.
        "\n".join(
            f"It rained on day {n}. It was cold.\n(The Harbour Company)\n" for n in range(30)
        ),
        # Talk, of which each line is somebody's.
        "\n".join(f"Host: Was day {n} cold?\n\nAda: {n} below zero at noon\n" for n in range(30)),
        # A few of many paragraphs.
        "\n".join(
            f"It rained on day {n}. It was cold and the wind blew hard."
            + (f"\n(See page {n})\n" if n % 5 == 0 else "\n")
            for n in range(40)
        ),
        # Titles.
        "\n".join(f"Day {n}: rain\n\nIt rained all day. It was cold.\n" for n in range(30)),
        "\n".join(f"(Page {n})\n\nIt rained all day. It was cold.\n" for n in range(30)),
    ],
)
def test_what_is_no_source_or_signature(text: str) -> None:
    heads = read_heads(Source(text))
    assert heads.feet == {}


@pytest.mark.parametrize(
    "text",
    [
        # Labels.
        "\n".join(
            f"* {('New', 'Fix')[n % 2]}: It rained on {n}. It was cold.\n" for n in range(30)
        ),
        # A few of many paragraphs.
        "\n".join(f"{f'Day {n}: ' * (n % 5 == 0)}It rained. It was cold.\n" for n in range(40)),
        # Lines, each of which is another's.
        "\n".join(f"{n}a4c7 fix(part{n}): the rain of day {n} comes in" for n in range(40)),
    ],
)
def test_what_opens_no_blocks(text: str) -> None:
    assert read_heads(Source(text)).openers == {}
