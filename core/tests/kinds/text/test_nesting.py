"""A line that is shown stands below all that it is indented below."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from headroom import SharedContext, compress
from headroom.toolkit.nesting import find_nesting
from headroom.view import Deadline

PARTS = "battery;sensor array;port;cable tray;filter unit;pump;fan;valve;relay;gauge".split(";")
MORE = "Width;Height;Depth;Reach;Play;Gap;Offset".split(";")
WHO = "Ada Novak;Bo Lund;Cy Ortiz;Di Wang;Eve Haas".split(";")
STATES = "Ready;Idle;Busy;Parked;Standing by".split(";")


def described(count: int, wrong: int = -1, seed: int = 1) -> str:
    """What a program prints of some parts of a machine."""
    chance = random.Random(seed)
    lines = ["Machine:   m-1", f"Owner:     team {seed}", "Parts:"]
    for number in range(count):
        state = "Failed" if number == wrong else chance.choice(STATES)
        lines += [
            f"  {PARTS[number % len(PARTS)].replace(' ', '-')}-{number}:",
            f"    Serial:   {chance.getrandbits(64):016x}",
            f"    State:    {state}",
            f"      Since:  {chance.randrange(24):02}:{chance.randrange(60):02}",
            "    Limits:",
            f"      heat:   {chance.randrange(40, 90)}C",
            f"      load:   {chance.randrange(100)}%",
            "    Asks:",
            f"      heat:   {chance.randrange(10, 40)}C",
        ]
        # Hardly two say the same of themselves.
        more = [f"{word}:   {chance.randrange(900)} mm" for word in MORE if chance.random() < 0.4]
        lines += [f"    {one}" for one in more]
        lines += ["    Notes:  checked by hand", "      twice a week"] * (number % 3 == 0)
    lines += ["Place:     hall 4", "Size:", "  width:   40", "Checked:   yes", ""]
    return "\n".join(lines)


def owners(text: str) -> Iterator[tuple[str, ...]]:
    """Each line, behind those that it is indented below."""
    above: list[tuple[int, str]] = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or bare.startswith("["):
            continue
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        above.append((indent, bare))
        yield tuple(said for _, said in above)


@pytest.mark.parametrize("query", [None, "Which part has failed?", "What heat may pump-5 have?"])
@pytest.mark.parametrize("max_tokens", [None, 150, 300, 600])
def test_what_is_shown_stands_below_its_own_names(
    query: str | None, max_tokens: int | None
) -> None:
    text = described(16, wrong=7)
    view = compress(text, kind="text", query=query, max_tokens=max_tokens)
    assert view.omissions
    assert set(owners(view.text)) <= set(owners(text))


def test_what_is_wrong_is_shown_with_whose_it_is() -> None:
    for wrong in range(16):
        view = compress(described(16, wrong=wrong), kind="text")
        name = PARTS[wrong % len(PARTS)].replace(" ", "-")
        assert ("Parts:", f"{name}-{wrong}:", "State:    Failed") in set(owners(view.text))


def test_what_comes_back_says_whose_it_is() -> None:
    ctx = SharedContext()
    text = described(40, wrong=23)
    serial = text.split("relay-28:")[1].split("Serial:")[1].split()[0]
    ctx.put("machine", text, kind="text", max_tokens=200)
    found = ctx.retrieve("machine", query=serial, max_tokens=120).text
    assert serial in found
    assert found.index("relay-28:") < found.index(serial)


@pytest.mark.parametrize(
    "text",
    [
        # Numbers that end below each other.
        "\n".join(f"{n**3 % 4000:>6} lines in part {n}" for n in range(60)),
        # What is centred.
        "\n".join(("word " * (n * 7 % 11 + 1)).strip().center(70) for n in range(40)),
        # Paragraphs whose first lines are indented.
        "\n".join(
            ("   " if n % 5 == 0 else "") + f"the sea was grey that day {n}" for n in range(50)
        ),
        "No line is indented.\n" * 20,
        # So much is no description.
        "Host:\n  port: 1\n  user: u\n" * 7000,
        "",
    ],
)
def test_what_is_not_nested(text: str) -> None:
    assert find_nesting(text.split("\n"), Deadline(None)) is None


def test_below_an_empty_line_stands_what_was_announced() -> None:
    one = "Adapter {0}:\n\n   Address: 10.0.0.{0}\n   Mask: 24\nno colon {0}\n\n   Suffix: x{0}\n"
    lines = "".join(one.format(n) for n in range(5)).split("\n")
    found = find_nesting(lines, Deadline(None))
    assert found is not None
    assert found.owners[2] == 0
    assert found.owners[6] == -1


def test_the_rows_of_a_table_within_a_description_are_rows() -> None:
    rows = [f"  ns-{n % 3}    pod-{n:<8}{n * 10 % 70}m (0%)     {n}d" for n in range(40)]
    rows[31] = "  ns-1    pod-31      950m (47%)   31d"
    table = [
        "  Space   Name        CPU          Age",
        "  -----   ----        ---          ---",
        *rows,
    ]
    above = ["Node: n-1", "Taints: <none>", "Lease:", "  Holder: n-1", "  Renewed: 11:56"]
    below = ["Limits:", "  cpu  4", "Events: <none>", ""]
    view = compress("\n".join([*above, "Pods: (40 in total)", *table, *below]))
    assert view.kind == "mixed"
    assert "pod-31,950m (47%),31d" in view.text
    # What is said above and below is little, and stays.
    assert view.text.startswith("\n".join(above))
    assert view.text.endswith("\n".join(below))


def thread(depth: int, seed: int) -> str:
    """A letter that quotes one that quotes one."""
    chance = random.Random(seed)
    lines = ["From: Ada Novak <ada@example.com>", "Subject: the crates", ""]
    for level in range(depth):
        signs = ">" * level + (" " if level else "")
        said = [
            f"The {chance.choice(PARTS)} of hall {chance.randrange(99)} is {chance.choice(STATES)} "
            f"as {chance.choice(WHO)} told me on day {chance.randrange(900)}."
            for _ in range(chance.randint(4, 9))
        ]
        who = f"{chance.choice(WHO)} <{level}@example.com>"
        wrote = f"On {level + 1} Nov 2026 at 14:15, {who} wrote:"
        lines += [signs + one for one in ("Hello,", "", *said, "", "Best,", "", wrote)]
    return "\n".join([*lines, ">" * depth + " That is all."])


@pytest.mark.parametrize("query", [None, "Which pump is parked?"])
@pytest.mark.parametrize("max_tokens", [200, 400, None])
def test_what_is_quoted_stands_below_who_wrote_it(
    query: str | None, max_tokens: int | None
) -> None:
    text = thread(7, seed=3)
    assert list(wrote(text))[-1] == 6
    view = compress(text, kind="text", query=query, max_tokens=max_tokens)
    assert view.omissions
    assert len(list(wrote(view.text))) > 1


def wrote(text: str) -> Iterator[int]:
    """Of each line that is quoted so often, that the nearest above it of who wrote is of that."""
    last = -1
    for line in text.split("\n"):
        signs = len(line) - len(line.lstrip(">"))
        if line.endswith("wrote:"):
            last = int(line.split("<")[1][0])
        elif signs and line.strip("> ") and not line.startswith("["):
            assert signs - 1 <= last
            yield last
