"""Talks: turns with who says them, and the day that they stand under."""

from __future__ import annotations

import random
import re

import pytest

from headroom import SharedContext, compress
from headroom.kinds.records import talk as talks
from headroom.kinds.records.talk import find_talk

THINGS = ["the garden", "a new lamp", "the long walk", "some old maps", "the choir", "her bread"]
PHRASES = [
    "I have thought a good deal about {} since we met, and I still like it",
    "That sounds lovely to me, so tell me more about {} when you can",
    "We could try {} together at the weekend, if the weather holds",
    "My brother would not hear of {}, but he never does anyway",
]


def talk(speakers: list[str], answer: str) -> str:
    chance = random.Random(5)
    days = []
    for day in range(1, 13):
        turns = []
        for _ in range(20):
            # Of few sentences that come again and again, it would be the output of a program.
            said = [chance.choice(PHRASES).format(chance.choice(THINGS)) for _ in range(2)]
            turns.append(f"{chance.choice(speakers)}: {'. '.join(said)}.")
        if day == 7:
            turns[9] = f"{speakers[0]}: {answer}"
        days.append("\n".join([f"[9:{day:02} am on {day} March, 2026]", *turns]))
    return "\n".join(days)


ANSWER = "The kiln was repaired by Oskar Lund, who charged us ninety euros."


@pytest.mark.parametrize("speakers", [["Ada", "Bo"], ["Project Manager", "Marketing", "Designer"]])
def test_an_answer_comes_with_who_says_it_and_when(speakers: list[str]) -> None:
    text = talk(speakers, ANSWER)
    result = compress(text, query="Who repaired the kiln?")
    lines = result.text.split("\n")
    assert result.kind == "records"
    assert result.tokens_after < 0.3 * result.tokens_before
    place = lines.index(f"{speakers[0]}: {ANSWER}")
    days = [line for line in lines[:place] if line.startswith("[9:")]
    assert days[-1] == "[9:07 am on 7 March, 2026]"


def test_what_is_left_out_comes_back() -> None:
    text = talk(["Ada", "Bo"], ANSWER)
    ctx = SharedContext()
    entry = ctx.put("talk", text, query="Who repaired the kiln?")
    view = ctx.get("talk", query="Who repaired the kiln?")
    assert "left out" in view
    for omission in entry.omissions:
        found = ctx.retrieve("talk", place=omission.where, max_tokens=10**6).text
        for first, last in omission.ranges:
            assert all(line in found for line in text.split("\n")[first - 1 : last])


def test_a_talk_of_which_nothing_is_asked_is_a_text() -> None:
    assert compress(talk(["Ada", "Bo"], ANSWER)).kind == "text"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"Title: The book of {n}\nAuthor: Ada of {n}\nYear: {n}" for n in range(30)),
        "\n".join(
            f"Summary: what {n} says to the others there\nDetail: and what {n} does in the end\n"
            f"Advice: that {n} might be better left alone"
            for n in range(30)
        ),
        "\n".join(f"part_{n}: the value of the part that is {n}" for n in range(60)),
        "\n".join(f"2026-03-02 09:{n:02}:00 INFO worker: order {n} has settled" for n in range(60)),
        "\n".join(f"The sentence {n} has no speaker at all, and goes on." for n in range(60)),
    ],
    ids=["cards", "cards of texts", "settings", "log", "prose"],
)
def test_other_lines_are_no_talk(text: str) -> None:
    assert find_talk(text.split("\n"), lambda: None) is None


def test_what_is_said_in_many_turns_is_read_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = talk(["Ada", "Bo"], ANSWER).split("\n")
    held = find_talk(lines, lambda: None)
    monkeypatch.setattr(talks, "_HELD", 3)
    read = find_talk(lines, lambda: None)
    assert held is not None
    assert read is not None
    assert isinstance(held.rows, list)
    assert not isinstance(read.rows, list)
    assert list(read.rows) == held.rows


@pytest.mark.parametrize("gap", ["\n", ""])
@pytest.mark.parametrize("limit", [None, 300])
def test_no_answer_stands_without_its_question(gap: str, limit: int | None) -> None:
    did = ["lost the keys twice", "refused to sign", "left without paying", "gave the dog away"]
    why = ["which surprised no one", "because the winter had been long", "so we waited"]
    text = "".join(
        f"Q: What is said of Name{n}?\nA: He {did[n * 7 % 4]} at T{n}, {why[n % 3]}. "
        f"The clerk {did[n * 3 % 4]}, {why[n * 5 % 3]}.\n{gap}"
        for n in range(80)
    )
    view = compress(text, query="Who refused to sign?", max_tokens=limit)
    shown = [int(number) for number in re.findall(r"\bT(\d+)", view.text)]
    assert len(shown) > 3
    for number in shown:
        above = re.findall(r"Name\d+", view.text[: view.text.index(f"at T{number},")])
        assert above[-1:] == [f"Name{number}"]


_JOBS = ["Planner", "Mover", "StoreKeeper", "Reader"]
_SAID = [
    "Moved part {n}.0 of stage {m} to node{k} in {t} ms",
    "Added part_{n}_piece_{m} in memory on node{k} with {t} KiB",
    "Reading {t} blocks of part {n} from {k} of the nodes",
    "Part {n}.0 was asked for again by node{k} after {t} ms",
]


@pytest.mark.parametrize(
    "head",
    [
        "26/03/02 09:14:{s:02} INFO {who}: ",
        "26/03/02 09:14:{s:02} {who}: ",
        "[{m:5}.{t:06}] {who} {k}-1: ",
    ],
)
def test_a_log_is_a_log_whatever_is_asked_of_it(head: str) -> None:
    chance = random.Random(7)
    lines = []
    for n in range(400):
        told = {"n": n, "s": n % 60, "k": n * n % 7, "m": n // 40, "t": chance.randint(100, 900)}
        which = chance.randrange(4)
        lines.append((head + _SAID[which]).format(who=_JOBS[which], **told))
    lines[231] = head.format(who="Mover", s=51, m=5, t=400, k=3) + "Lost node3: it is out of memory"
    text = "\n".join(lines)
    views = [compress(text, query=query) for query in (None, "What failed?", "Was a node lost?")]
    assert [view.kind for view in views] == ["log"] * 3
    assert all(lines[231] in view.text for view in views)
    assert views[1].tokens_after < 2 * views[0].tokens_after
