"""A line of a group that is shown stands below what its group begins with, in any notation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from headroom import compress
from headroom.source import Source
from headroom.toolkit.groups import find_groups, read_groups
from headroom.view import Deadline

WHO = "The landlord;The night nurse;A man from the bank;The bus driver;The council".split(";")
DID = "refused to sign;lost the keys twice;left without paying;gave the dog away".split(";")
WHY = "which surprised no one;so we waited in the rain;because the winter had been long".split(";")
QUERY = "Who refused to sign because the winter had been long?"
FACTS = re.compile(r"Name\d+|T\d+")


def said(chance: random.Random, number: int) -> str:
    return f"{chance.choice(WHO)} {chance.choice(DID)} at T{number}, {chance.choice(WHY)}."


#: How a group is written: with its name, what is said in it, and its number.
WRITE: dict[str, Callable[[str, list[str], int], str]] = {
    "review": lambda who, words, n: (
        f"{'*' * (n % 5 + 1)} {words[0][:30]}\nReviewed by {who} on {n % 28 + 1} May\n"
        f"{' '.join(words)}\n{n * 7 % 90} people found this helpful\n"
    ),
    "byline": lambda who, words, n: (
        f"{words[0][:30].strip()}\nBy {who} on {n % 28 + 1} May\n{' '.join(words)}\n"
    ),
    "question": lambda who, words, n: f"Q{n}: What of {who}?\nA: {' '.join(words)}\n",
    "bullets": lambda who, words, n: f"{who}:\n" + "\n".join(f"  - {one}" for one in words),
    "bullets at the edge": lambda who, words, n: f"{who}:\n" + "\n".join(f"- {w}" for w in words),
    "hashes": lambda who, words, n: f"### {who}\n# {words[0]}\nA_{n}={words[1]}\nB={words[2]}\n",
    "host": lambda who, words, n: f"Host {who}\n    # {words[0]}\n    Port {words[1]}\n",
    "message": lambda who, words, n: (
        f"message {who} {{\n" + "".join(f"  int64 a{n} = 1;  // {one}\n" for one in words) + "}\n"
    ),
    "play": lambda who, words, n: f"TASK [base : {who}] ****\n" + "\n".join(words) + "\n",
    "clause": lambda who, words, n: (
        f"{n + 1}. {who.upper().replace('NAME', 'Name')}\n"
        + "\n".join(f"{n + 1}.{k} {one}" for k, one in enumerate(words, 1))
        + "\n"
    ),
    "manual": lambda who, words, n: f"{who}\n" + "\n".join(f"       {w}\n" for w in words),
    "chapter": lambda who, words, n: f"[{who}]\n" + "\n".join(words),
    "tree": lambda who, words, n: f"{who}\n" + "\n".join(f" \u251c\u2500 {one}" for one in words),
    "rows": lambda who, words, n: f"{who};;;\n" + "\n".join(f"  {one};{n};4;5" for one in words),
    "dialog in quotes": lambda who, words, n: f"~ {who}\n" + "\n".join(f"> {w}" for w in words),
    "field": lambda who, words, n: f"Ship: {who}\nPort: {words[0]}\nLog: {words[1]}\n",
    "some the same": lambda who, words, n: (
        f"{'Old' if n % 3 else chr(65 + n % 26) + chr(97 + n // 26)} Inn {who}\n"
        + "\n".join(words)
        + "\n"
    ),
    "name inside": lambda who, words, n: (
        f"server {{\n    name {who};\n" + "".join(f"    # {w}\n" for w in words) + "}\n"
    ),
}


def document(sort: str) -> tuple[str, dict[str, str]]:
    """A text of groups, and whose each fact is."""
    chance = random.Random(5)
    facts = iter(range(100, 999))
    groups, owners = [], {}
    for number in range(60):
        own = [next(facts) for _ in range(3)]
        owners.update({f"T{fact}": f"Name{number}" for fact in own})
        groups.append(WRITE[sort](f"Name{number}", [said(chance, one) for one in own], number))
    return "\n".join(groups), owners


@pytest.mark.parametrize("sort", WRITE)
@pytest.mark.parametrize(("query", "limit"), [(QUERY, None), (None, None), (QUERY, 500)])
def test_a_line_stands_below_what_its_group_begins_with(
    sort: str, query: str | None, limit: int | None
) -> None:
    text, owners = document(sort)
    view = compress(text, query=query, max_tokens=limit, kind="text")
    assert limit is None or view.tokens_after <= limit
    own, shown = "", 0
    lines = view.text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""]):
        names = [fact for fact in FACTS.findall(line) if fact in owners or fact.startswith("N")]
        # The title of a review stands above who wrote it.
        under = FACTS.findall(below) if sort in ("review", "byline") else []
        for fact in names:
            if fact.startswith("N"):
                own = fact
            elif not (under and under[0] == owners[fact]):
                shown += 1
                assert owners[fact] == own, (fact, own)
    assert shown > 1


@pytest.mark.parametrize(
    "text",
    [
        # Paragraphs of wrapped lines.
        "\n\n".join(
            f"{WHO[n * 7 % 5]} of day {n} went out into all the streets,\nand nobody saw."
            for n in range(30)
        ),
        # Rows that are all alike.
        "\n".join(f"row {n % 7} has {n} and {n * 3}" for n in range(90)),
        # Items of a list.
        "\n".join(f"- It rained on day {n}." for n in range(40)),
        # What stands below each paragraph.
        "\n\n".join(f"It rained on day {n}. It was cold.\n\n(Source: Ana{n})" for n in range(30)),
        # Titles of a few.
        "Weather:\n  rain\n  snow\n" + "\n".join(f"It rained on day {n}." for n in range(40)),
        "",
    ],
)
def test_what_has_no_groups(text: str) -> None:
    assert list(read_groups(Source(text))) == []


def test_groups_of_a_long_text_are_known_by_what_begins_the_first_ones() -> None:
    text = "\n".join(f"{chr(97 + n % 26)}{n}:\n  one: {n}\n  two: {n}" for n in range(2000))
    groups = find_groups(text.split("\n"), Deadline(None))
    assert len(groups) == 2000
    assert [tuple(group) for group in groups[-2:]] == [
        (5994, 5997, 5994, 5994, -1),
        (5997, 6000, 5997, 5997, -1),
    ]


def requirements(seed: int) -> str:
    """Each with a title by itself, a sentence that always begins alike, and fields below it."""
    chance = random.Random(seed)
    lines = ["Requirements, revision 12", ""]
    for number in range(100, 280, 3):
        # Those above come once each, and so are no titles that are alike.
        name = "Print Export Backup Alarm".split()[(number - 100) // 3] if number < 112 else "Login"
        lines.append(f"REQ-{number} {name} ({chance.choice(['must', 'may'])})")
        lines.append(f"The system shall {chance.choice(DID)}, {chance.choice(WHY)}, as was said.")
        lines.append(f"  Why: {chance.choice(WHO)} {chance.choice(DID)}, {chance.choice(WHY)}.")
        for field in (f"  Depends on: REQ-{number + 43}", "  Verified by: review"):
            lines += [field] * (chance.random() < 0.6)
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("query", [None, "Which one is verified by review?"])
@pytest.mark.parametrize("max_tokens", [None, 300])
@pytest.mark.parametrize("seed", range(4))
def test_a_title_above_a_sentence_is_of_the_head(
    seed: int, query: str | None, max_tokens: int | None
) -> None:
    text = requirements(seed)
    title = ""
    owner: dict[str, set[str]] = {}
    for line in text.split("\n"):
        title = line if line.startswith("REQ") else title
        owner.setdefault(line, set()).add(title)
    title = ""
    shown = 0
    for line in compress(text, query=query, max_tokens=max_tokens).text.split("\n"):
        title = line if line.startswith("REQ") else title
        if line.startswith(("The system", "  ")):
            shown += 1
            assert title in owner[line]
    assert shown > 4
