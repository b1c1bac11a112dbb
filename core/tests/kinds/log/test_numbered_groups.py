"""Lines below heads that are told by a number, and sums of which each group has one."""

from __future__ import annotations

import random
import re

import pytest

from headroom import SharedContext, compress
from headroom.kinds.log.subjects import _says


def threads(count: int = 50, seed: int = 18) -> str:
    chance = random.Random(seed)
    lines = []
    for n in range(count):
        at = f"0x7f{chance.randrange(16**6):06x}"
        lines.append(f'Thread {n} (Thread {at} (LWP {41000 + n}) "worker"):')
        for k in range(chance.randint(3, 6)):
            name = chance.choice(["poll", "sleep_on", "wait_for", "loop", "run"])
            place = f"x.c:{chance.randint(10, 99)}"
            lines.append(f"#{k}  0x{chance.randrange(16**8):012x} in {name} (arg={n}) at {place}")
        lines.append("")
    return "\n".join(lines)


def suites(count: int = 40) -> str:
    chance = random.Random(19)
    lines = []
    for n in range(count):
        lines += [
            f"Testsuite: org.rain.S{n}Test",
            f"Tests run: {n}, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: {n}.{n:03} sec",
        ]
        for k in range(chance.randint(1, 5)):
            lines.append(f"Testcase: case{k}_{n} took {chance.uniform(0, 1):.3f} sec")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "head", "line"),
    [
        (threads(), r"Thread (\d+) ", r"arg=(\d+)"),
        (suites(), r"Testsuite: org.rain.S(\d+)T", r"Tests run: (\d+)|case\d_(\d+)"),
    ],
    ids=["threads", "suites"],
)
@pytest.mark.parametrize("budget", [None, 400])
def test_no_line_stands_below_another_head(
    text: str, head: str, line: str, budget: int | None
) -> None:
    view = compress(text, max_tokens=budget)
    assert view.kind == "log"
    current, seen = None, 0
    for one in view.text.split("\n"):
        begins, said = re.match(head, one), re.search(line, one)
        if begins:
            current = begins[1]
        elif said and "left out" not in one:
            seen += 1
            assert current in said.groups()
    assert seen


@pytest.mark.parametrize(
    ("own", "name", "expected"),
    [
        ("#1 in poll (arg=1)", "1", False),
        ("thread 1 is done", "1", True),
        ("washing pipe 32 of 91", "32", True),
        ("thread 12 is done", "1", False),
        ("reading a.py (91 bytes)", "a.py", True),
    ],
)
def test_a_number_is_a_name_behind_a_word(own: str, name: str, *, expected: bool) -> None:
    assert _says(own, name) is expected


def test_a_group_is_found_by_what_its_head_says() -> None:
    text = threads(seed=0)
    ctx = SharedContext()
    ctx.put("threads", text)
    for n in range(10):
        found = ctx.retrieve("threads", query=f"thread {n}", max_tokens=500).text
        assert f"Thread {n} (Thread" in found
        assert all(line in found for line in text.split("\n") if f"(arg={n})" in line)
