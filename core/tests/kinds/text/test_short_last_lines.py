"""A short line at the end of a group is no heading: it stands below the head of its own."""

from __future__ import annotations

import random
import re

import pytest

from headroom import compress

THINGS = [
    "the ferry", "a blue lamp", "the long pier", "our harbour", "the old crane", "this boat",
    "the mail", "her bakery", "some of the nets", "their choir", "the school", "no chapel",
]  # fmt: skip
DONE = [
    "was moved behind", "still waits for", "shares a rope with", "will be painted like",
    "never quite reached", "was described in the book of", "got its name from", "looks a bit like",
]  # fmt: skip
WHY = [
    "", ", because the winter had been long", ", as agreed on the last day", " since spring",
    ", though nobody could say why", ", with a margin that surprised us", " for now",
]  # fmt: skip


def sentence(chance: random.Random) -> str:
    said = f"{chance.choice(THINGS)} {chance.choice(DONE)} {chance.choice(THINGS)}"
    return said[0].upper() + said[1:] + chance.choice(WHY) + "."


def entries(head: str, count: int = 50) -> str:
    chance = random.Random(2)
    found = []
    for n in range(count):
        lines = [f"{sentence(chance)} [{n}]" for _ in range(chance.choice([1, 1, 2, 3]))]
        top = head.format(n=n, who=chance.choice(["Ada", "Bo", "Cy"]), day=1 + n % 28)
        found.append("\n".join([top, "", *lines, ""]))
    return "\n".join(found)


@pytest.mark.parametrize(
    "head",
    [
        "-" * 72 + "\nr{n} | {who} | 2026-11-{day:02} | 1 line",
        "From: {who} #{n}\nDate: 2026-11-{day:02}\nSubject: on the pier of {n}",
    ],
)
@pytest.mark.parametrize("budget", [None, 400, 1000])
@pytest.mark.parametrize("query", [None, "Which one is odd or wrong?"])
def test_no_line_stands_below_the_head_of_another(
    head: str, budget: int | None, query: str | None
) -> None:
    view = compress(entries(head), max_tokens=budget, query=query)
    current, shown = None, 0
    for line in view.text.split("\n"):
        begins = re.match(r"r(\d+) \||From: \w+ #(\d+)", line)
        said = re.search(r" \[(\d+)\]$", line)
        if begins:
            current = begins[1] or begins[2]
        elif said:
            shown += 1
            assert said[1] == current
    assert shown > 1
