"""What a block ends with, or has in a paragraph by itself, does not hide what it begins with."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from headroom import compress
from headroom.toolkit.groups import find_groups
from headroom.view import Deadline

WHO = (
    "the landlord;a night nurse;the man from the bank;our bus driver;the council;my neighbour;"
    "an old ferry;the schoolteacher;a borrowed coat;the choir;that winter;the vendor"
).split(";")
DID = (
    "refused to sign;lost;left without paying;gave away;was painted after;belonged to;quoted;"
    "held up;asked for details about;was folded into;outlived;signed off;paid for"
).split(";")
LEAD = "By then;On reflection;Even so,;In addition,;To be fair,;Later that month;However,;;".split(
    ";"
)
TAIL = (
    ", which surprised no one;, so they waited;in most of the cases we saw;;, and that was that;"
    "once the weather turned; because the winter had been long;, about {} pages at most"
).split(";")
NAMES = "Lena Vasquez;Umberto Jellicoe;Zofia Dufresne;Tariq Wetherby;Dragan Quennell".split(";")
QUERY = "Who refused to sign because the winter had been long?"


def said(chance: random.Random) -> str:
    words = f"{chance.choice(LEAD)} {chance.choice(WHO)} {chance.choice(DID)} {chance.choice(WHO)}"
    tail = chance.choice(TAIL).format(chance.randrange(90))
    words = words.strip() + ("" if tail[:1] in ",. " else " ") + tail.rstrip() + "."
    return words[0].upper() + words[1:].replace(" .", ".")


def name(chance: random.Random) -> str:
    return chance.choice(NAMES)


HEADS: dict[str, Callable[[random.Random, int], str]] = {
    "numbered": lambda chance, n: (
        f"{chance.choice(['Visit to', 'Call from'])} Pier {n} ({n + 1} May)"
    ),
    "name": lambda chance, n: f"{name(chance)}, ward {n}",
    "date": lambda chance, n: f"2026-05-{n + 1:02} {name(chance).split()[1]}",
    "capitals": lambda chance, n: f"CASE {n + 17} - {chance.choice(['THEFT', 'FIRE', 'WATER'])}",
}
BODIES: dict[str, Callable[[random.Random], list[str]]] = {
    "signed": lambda chance: [*lines(chance), f"Signed: {name(chance)}"],
    "signed apart": lambda chance: [*lines(chance), "", f"Signed: {name(chance)}"],
    "field below": lambda chance: [f"Author: {name(chance)}", *lines(chance)],
    "field apart": lambda chance: [
        "",
        f"Tags: {', '.join(chance.sample(['costs', 'lease', 'trusts', 'privacy'], 2))}",
        "",
        " ".join(lines(chance)),
        "",
        " ".join(lines(chance)[:3]),
    ],
}


def lines(chance: random.Random) -> list[str]:
    return [said(chance) for _ in range(chance.randint(4, 9))]


def wrong(text: str, view: str, heads: set[str]) -> tuple[int, int]:
    """How many lines, and sentences, of a view stand below another head, and how many there are."""
    owner: dict[str, set[str]] = {}
    head = ""
    for line in text.split("\n"):
        head = line if line in heads else head
        for part in line.split(". "):
            owner.setdefault(part.strip(". "), set()).add(head)
    head = ""
    bad = shown = 0
    for line in view.split("\n"):
        head = line if line in heads else head
        parts = [part.strip(". ") for part in line.split(". ")]
        own = [
            part for part in parts if part not in heads and len(owner.get(part, ())) == 1 and part
        ]
        shown += len(own)
        bad += sum(head not in owner[part] for part in own)
    return bad, shown


@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("head", HEADS)
def test_what_is_shown_of_a_block_stands_below_its_head(
    head: str, body: str, query: str | None
) -> None:
    chance = random.Random(f"{head} {body}")
    heads = [HEADS[head](chance, number) for number in range(24)]
    blocks = ["\n".join([one, *BODIES[body](chance), ""]) for one in heads]
    text = "\n".join(blocks)
    view = compress(text, query=query)
    bad, shown = wrong(text, view.text, set(heads))
    assert (view.kind, bad) == ("text", 0)
    assert shown > 8


@pytest.mark.parametrize("signs", ["# ## ", "* ** "])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("max_tokens", [300, 400, 600])
def test_a_heading_is_shown_below_the_one_above_it(signs: str, seed: int, max_tokens: int) -> None:
    chance = random.Random(seed)
    outer, inner, _ = signs.split(" ")
    heads = [f"{outer} Dock {number}" for number in range(10)]
    text = "\n".join(
        "\n".join([head, *(f"{inner} TODO {said(chance)[:-1]}" for _ in range(8))])
        for head in heads
    )
    view = compress(text, query="What is due?", max_tokens=max_tokens)
    bad, shown = wrong(text, view.text, set(heads))
    assert bad == 0
    assert shown > 5


@pytest.mark.parametrize("length", [60, 150, 200, 300])
def test_a_long_heading_is_one(length: int) -> None:
    chance = random.Random(length)
    heads = []
    blocks = []
    for number in range(12):
        title = " ".join(said(chance)[:-1] for _ in range(8))[:length].rsplit(" ", 1)[0]
        heads.append(f"# ADR-{number:03}: {title}")
        blocks.append(heads[-1])
        parts = ("Context", "Decision", "Consequences")
        blocks += [f"\n## {part}\n\n{' '.join(lines(chance))}" for part in parts]
        blocks.append("")
    text = "\n".join(blocks)
    view = compress(text, query=QUERY)
    assert wrong(text, view.text, set(heads))[0] == 0
    assert "# ADR-" in view.text


@pytest.mark.parametrize("info", ["", "js"])
def test_a_fence_below_a_heading_underlines_nothing(info: str) -> None:
    chance = random.Random(7)
    heads = [f"### lib/part_{number}.js:{number * 31}" for number in range(20)]
    blocks = ["# Review"]
    for number, head in enumerate(heads):
        code = f"  call_{number}(\n    {number}\n  )\n */"
        blocks.append(f"{head}\n```{info}\n{code}\n```\n**{name(chance)}**: {said(chance)}\n")
    text = "\n".join(blocks)
    view = compress(text, query="Which comments say that the vendor refused to sign?")
    bad, shown = wrong(text, view.text, set(heads))
    assert bad == 0
    assert shown > 2
    assert view.text.count("```") % 2 == 0


def story(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """A head that is a sentence, a list, and who signs it."""
    head = f"US-{number}: As a {chance.choice(['clerk', 'skipper'])} I want {said(chance)[:-1]}"
    return head, ["Acceptance:", *(f"* {one}" for one in lines(chance)), f"Points: {number % 9}"]


def cv(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """Sections below each name, of which the last is a field."""
    jobs = [f"20{20 - n}-20{21 - n} Nurse lead, Vasquez Ltd: {said(chance)}" for n in range(4)]
    named = f"CANDIDATE {chr(65 + number % 26)}{number}: {name(chance)}"
    body = [f"{chance.choice(['Lyon', 'Turin'])} | open to hybrid", "", "Experience", *jobs, ""]
    return named, [*body, "Education", f"MSc, Turin, {1990 + number}", "", "Languages: French B1"]


def ticket(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """Fields that not all have, and comments with heads of their own."""
    fields = [
        one
        for one in ("Priority: high", "Tags: vip", "Created: 2026-10-01")
        if chance.random() < 0.8
    ]
    comments = []
    for _ in range(chance.randint(1, 4)):
        who = chance.choice(["agent", "customer", "internal note"])
        comments += ["", f"  [{who} {number % 28 + 1} Nov 9:{chance.randrange(10, 60)}]"]
        comments += [f"  {one}" for one in lines(chance)[:3]]
    return f"Ticket #88{number:03}: Late delivery", ["Status: open", *fields, *comments]


def song(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """A field below the title, and parts that are called the same in each."""
    body = [f"Key: C   Capo: {number % 5}", ""]
    for verse in range(1, chance.randint(3, 5)):
        body += [f"[Verse {verse}]", *(one[:-1] for one in lines(chance)[:4]), ""]
        body += ["[Chorus]", "(as before)", ""]
    return f"{number:02}. {name(chance).split()[0]} Letters {number}", body[:-1]


def entry(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """A reference, and farther in what is said of it."""
    year = f"(19{number + 10}). {said(chance)} *Polar Res.*, {number}({number % 5}), 69-240."
    return f"{name(chance).split()[1]}, A. {year}", ["    " + " ".join(lines(chance))]


def shown_of(
    block: Callable[[random.Random, int], tuple[str, list[str]]],
    query: str | None,
    max_tokens: int | None,
) -> int:
    """How much of a text of such blocks is shown, of which nothing stands below another head."""
    chance = random.Random(block.__name__)
    blocks = [block(chance, number) for number in range(24)]
    text = "\n".join("\n".join([head, *body, ""]) for head, body in blocks)
    view = compress(text, query=query, max_tokens=max_tokens)
    bad, shown = wrong(text, view.text, {head for head, _ in blocks})
    assert bad == 0
    return shown


@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("max_tokens", [None, 1000])
@pytest.mark.parametrize("block", [story, cv, ticket, song, entry])
def test_heads_of_all_sorts_come_along(
    block: Callable[[random.Random, int], tuple[str, list[str]]],
    max_tokens: int | None,
    query: str | None,
) -> None:
    assert shown_of(block, query, max_tokens) > 5


def test_lists_of_levels_stand_below_each_other() -> None:
    chance = random.Random(2)
    blocks = []
    for number in range(8):
        tasks = []
        for _ in range(chance.randint(4, 9)):
            state = chance.choice(["NEXT", "WAIT", "TODO"])
            tasks += [
                f"** {state} {said(chance)[:-1]}",
                f"   DEADLINE: <2026-12-{number + 10} Fri>",
            ]
            tasks += [f"   - {said(chance)}"] * (chance.random() < 0.5)
        blocks.append((f"* Project {number}", tasks))
    text = "\n".join("\n".join([head, *body]) for head, body in blocks)
    view = compress(text, kind="text")
    bad, shown = wrong(text, view.text, {head for head, _ in blocks})
    assert bad == 0
    assert shown > 5


def topic(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """Labels that are no speakers."""
    body = [" ".join(lines(chance)[:3]), f"Decision: {said(chance)}"]
    body += [f"Action: {said(chance)}"] * (chance.random() < 0.6)
    return f"{number + 1}. {name(chance).split()[1]} pier", body


def chapter(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """Items with fields below each chapter."""
    items = []
    for item in range(1 + number % 3):
        items += ["", f"### {name(chance)} {number} {item}", "", f"- Owner: {name(chance)}"]
        items += [f"- Cost: {chance.randrange(900)} EUR"]
        items += [f"- Risk: {said(chance)}"] * (item % 2)
    return f"## Town {number} {name(chance).split()[0]}", items


def underlined(chance: random.Random, number: int) -> tuple[str, list[str]]:
    """Sections below chapters, with fields."""
    body = ["=" * 30, ""]
    for part in range(2 + number % 2):
        title = f"{name(chance)} {number} {part}"
        body += [title, "-" * len(title), "", f"Owner: {name(chance)}", f"Cost: {number} EUR", ""]
    return f"Chapter {number} of {name(chance)}", body[:-1]


@pytest.mark.parametrize("query", [QUERY, None])
@pytest.mark.parametrize("max_tokens", [None, 300, 1000])
@pytest.mark.parametrize("block", [topic, chapter, underlined])
def test_titles_stand_above_what_is_theirs(
    block: Callable[[random.Random, int], tuple[str, list[str]]],
    max_tokens: int | None,
    query: str | None,
) -> None:
    assert shown_of(block, query, max_tokens) > 2


@pytest.mark.parametrize("before", range(4))
def test_groups_begin_on_any_line(before: int) -> None:
    lead = ["What follows is a list that goes on and on, as all of them do."] * before
    groups = [
        [f"Pumps of hall {n}{' and so on' * (n % 2)}", *(f"- part {n} {k}" for k in range(3))]
        for n in range(300)
    ]
    text = [*lead, *(line for group in groups for line in group)]
    found = find_groups(text, Deadline(None))
    assert {group.start for group in found} >= set(range(before, len(text), 4))
