"""What a line is about stands with it, and lines that were no neighbours are told apart."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import SharedContext, compress
from headroom.toolkit.markers import MARKER

_NAMES = [
    a + b
    for a in ("north", "south", "east", "west", "upper", "lower", "old", "new", "far", "near")
    for b in ("gate", "dock", "mill", "bridge", "field", "port")
]
_WORDS = "Anchor Boiler Cable Drum Engine Filter Gasket Hinge Inlet Jig Keel Lever".split()
#: What opens a group, and what follows: a line that is the same, or that counts something.
_FIRST = (
    "Processing {name}.csv",
    "$ systemctl is-active {name}",
    "Device {number}",
    "GET https://api.example.com/v1/{name}",
    "Deploying service {name}",
    "--- Migrating tenant {name} ---",
)
_FOLLOWING = (
    ("state: healthy", "state: unhealthy"),
    ("Imported {count} rows", "ERROR: invalid date in row 17"),
    ("active", "inactive"),
    ("checksum: match", "checksum: MISMATCH"),
    ("SMTP response: 250 2.0.0 OK", "SMTP response: 550 5.1.1 mailbox unavailable"),
)


@dataclass
class Groups:
    """A log in groups, one of which has an odd line."""

    text: str
    #: The lines of the odd one from its first one down to the odd line, by index.
    odd: range
    lines: list[str]


@st.composite
def groups(draw: st.DrawFn) -> Groups:
    chance = random.Random(draw(st.integers(0, 9999)))
    names = chance.sample(_NAMES, draw(st.integers(24, len(_NAMES))))
    first = draw(st.sampled_from(_FIRST))
    following = draw(st.permutations(_FOLLOWING))[: draw(st.integers(1, 4))]
    odd_group = draw(st.integers(2, len(names) - 2))
    odd_line = draw(st.integers(0, len(following) - 1))
    is_timed, noise = draw(st.booleans()), draw(st.sampled_from((0.0, 0.05)))
    indent = draw(st.sampled_from(("", "  ")))
    lines: list[str] = []
    odd = range(0)

    def add(text: str) -> None:
        stamp = f"2026-05-01 10:{len(lines) // 60:02}:{len(lines) % 60:02} INFO "
        lines.append(stamp + text if is_timed else text)

    for group, name in enumerate(names):
        start = len(lines)
        add(first.format(name=name, number=1000 + group * 7))
        for place, (usual, other) in enumerate(following):
            is_odd = (group, place) == (odd_group, odd_line)
            add(indent + (other if is_odd else usual.format(count=chance.randint(100, 9000))))
            if is_odd:
                odd = range(start, len(lines))
        if chance.random() < noise and group != odd_group:
            add(f"heartbeat {chance.randint(1, 99)} of the queue worker came in time")
    return Groups("\n".join(lines), odd, lines)


def shown_in(view: str, lines: list[str]) -> list[tuple[int, bool]]:
    """The lines of a view by index, and whether a mark stands before each.

    Of equal lines the first one that comes next in the log is taken.
    """
    found: list[tuple[int, bool]] = []
    is_marked = False
    for line in view.split("\n"):
        if MARKER.search(line):
            is_marked = True
            continue
        last = found[-1][0] if found else -1
        # Where no mark stands, it must be the next one; that is asked by whoever calls.
        there = [index for index in range(last + 1, len(lines)) if lines[index] == line]
        assert there, f"not in the log, or not in its order: {line!r}"
        found.append((last + 1 if last + 1 in there else there[0], is_marked))
        is_marked = False
    return found


@given(groups())
@settings(max_examples=60, deadline=None)
def test_an_odd_line_stands_below_what_it_is_about(log: Groups) -> None:
    result = compress(log.text, kind="log")
    odd = "\n".join(log.lines[log.odd.start : log.odd.stop])
    # Where its first line is no neighbour of the odd one, the lines between are there, too.
    assert odd in result.text


@given(groups(), st.sampled_from((None, 120, 300)))
@settings(max_examples=60, deadline=None)
def test_lines_that_were_no_neighbours_have_a_mark_between(log: Groups, limit: int | None) -> None:
    text = "\n".join(f"{line} #{index}" for index, line in enumerate(log.text.split("\n")))
    lines = text.split("\n")
    result = compress(text, kind="log", max_tokens=limit)
    for (one, _), (other, is_marked) in zip(
        shown_in(result.text, lines), shown_in(result.text, lines)[1:]
    ):
        assert other == one + 1 or is_marked


@given(groups())
@settings(max_examples=40, deadline=None)
def test_a_lookup_brings_what_a_line_is_about(log: Groups) -> None:
    ctx = SharedContext()
    ctx.put("log", log.text)
    odd = log.lines[log.odd[-1]]
    found = ctx.retrieve("log", query=odd.split("INFO ")[-1], max_tokens=200).text
    assert log.lines[log.odd.start] in found
    assert odd in found


def test_a_group_of_any_length_has_its_first_line() -> None:
    lines = []
    for module in range(20):
        lines.append(f"make[1]: Entering directory '/src/m{module}'")
        lines += [f"cc -O2 -c f{n}.c -o f{n}.o" for n in range(5 + module % 4)]
        if module == 7:
            lines.append("warning: implicit conversion loses precision")
        lines.append(f"make[1]: Leaving directory '/src/m{module}'")
    view = compress("\n".join(lines)).text
    above = view[: view.index("warning:")].rstrip("\n").split("\n")
    assert above[-2:] == ["make[1]: Entering directory '/src/m7'", "\u2026"]


def test_a_log_that_begins_within_a_group_shows_what_its_lines_are_about() -> None:
    lines = []
    for number, name in enumerate(_NAMES):
        bad = number == 37
        lines += [f"Deploying service {name}", "pulled", f"state: {'DOWN' if bad else 'up'}", "end"]
    view = compress("\n".join(lines[1:])).text
    assert f"Deploying service {_NAMES[37]}\npulled\nstate: DOWN" in view
    assert "end\nDeploying" not in view


def test_what_says_itself_what_it_is_about_needs_no_other_line() -> None:
    lines = []
    for number in range(60):
        user = _NAMES[number]
        lines.append(f"Mar  2 10:{number:02}:01 db1 sshd[{number + 4000}]: user {user} comes in")
        lines.append(
            f"Mar  2 10:{number:02}:02 db1 sshd[{number + 4000}]: user {user} "
            + ("was refused: no key" if number == 33 else "is let in")
        )
    view = compress("\n".join(lines)).text
    assert "user lowerbridge was refused" in view
    assert "user lowerbridge comes in" not in view


def test_of_answers_that_are_as_good_as_all_others_the_first_is_shown() -> None:
    log = "".join(
        f"[{n + 1}/60] Sending to customer {1000 + n}\n"
        f"SMTP response: {'550 5.1.1 mailbox unavailable' if n == 33 else '250 2.0.0 OK'}\n"
        for n in range(60)
    )
    result = compress(log, query="Which customers did not get the mail?")
    assert "customer 1033\nSMTP response: 550" in result.text
    assert result.text.count("Sending to") <= 4


def test_of_answers_that_a_query_tells_from_their_like_several_are_shown() -> None:
    log = "\n".join(
        f"10:{n // 60:02}:{n % 60:02} INFO session opened for user {('news', 'cyrus')[n % 3 == 0]}"
        for n in range(120)
    )
    result = compress(log, query="What did cyrus do?")
    assert result.text.count("user cyrus") >= 10


@pytest.mark.parametrize("word", ["OK", "PASSED"])
def test_equal_verdicts_are_shown_once(word: str) -> None:
    log = "".join(f"Scanning /srv/{name}/data.bin ...\n{word}\n" for name in _NAMES)
    log += "Scanning /srv/last/data.bin ...\nInfected: Eicar-Test-Signature\n"
    view = compress(log).text
    assert "/srv/last/data.bin ...\nInfected" in view
    assert view.split("\n").count(word) <= 2


@pytest.mark.parametrize("size", range(1, 8))
def test_an_address_is_what_a_group_is_about(size: int) -> None:
    ports = (21, 22, 25, 53, 80, 110, 143)[:size]
    lines = []
    for host in range(60):
        lines += [f"scan of 10.0.0.{host}", *(f"{port}/tcp closed" for port in ports)]
        lines += ["443/tcp open" if host == 40 else "443/tcp closed", ""]
    view = compress("\n".join(lines)).text
    above = [line for line in view[: view.index("443/tcp open")].split("\n") if "scan" in line]
    assert above[-1] == "scan of 10.0.0.40"


def test_what_opens_groups_may_be_of_many_shapes() -> None:
    chance = random.Random(5)
    lines = []
    for number in range(1, 71):
        item, one, other = (chance.choice(_WORDS) for _ in range(3))
        lines += [f"{number}. {item} budget", f"Proposed by {one}.", f"Seconded by {other}."]
        lines += ["Lost." if number == 42 else "Carried.", ""]
    view = compress("\n".join(lines)).text
    assert "\n".join(lines[5 * 41 : 5 * 41 + 4]) in view


def test_what_a_warning_is_about_may_name_somebody() -> None:
    chance = random.Random(5)
    lines = []
    for number in range(90):
        said = "WARN card declined" if number == 56 else "INFO card charged"
        names = f"INFO order {4000 + number} opened by {chance.choice(_WORDS)}"
        said_then = [names, f"INFO stock checked {chance.randint(0, 99)}", said, "INFO mail sent"]
        lines += [f"12:{number // 60:02}:{number % 60:02} {one}" for one in said_then]
    for limit in (None, 300):
        view = compress("\n".join(lines), max_tokens=limit).text
        assert "\n".join(lines[4 * 56 : 4 * 56 + 3]) in view


def test_items_have_the_heading_of_their_list() -> None:
    verbs = ("read", "write", "purge", "mount")
    lines = []
    for number in range(25):
        may = "allowed" if number % 2 else "forbidden"
        lines.append(f"### {_WORDS[number % 7]} {number} is {may}")
        lines += [
            f"- {verbs[(number + k) % 4]} {_WORDS[(number * 3 + k) % 6]} {number * 10 + k}"
            for k in range(6)
        ]
        lines.append("")
    text = "\n".join(lines)
    for limit in (None, 200):
        head = ""
        for line in compress(text, kind="log", max_tokens=limit).text.split("\n"):
            if line.startswith("#"):
                head = line.split()[2]
            elif line.startswith("- "):
                assert str(int(line.split()[-1]) // 10) == head


def test_what_comes_again_after_another_line_of_a_group_has_its_head() -> None:
    lines = []
    for number in range(200):
        lines.append(f"Host: 10.2.0.{number}")
        lines += [f"{p}/tcp {'closed' if p == 110 else 'filtered'} unknown" for p in (21, 23, 110)]
        lines.append(f"3389/tcp {'open ms-wbt' if number == 133 else 'filtered unknown'}")
    text = "\n".join(lines)
    assert "Host: 10.2.0.133\n" in compress(text).text
    ctx = SharedContext()
    ctx.put("ports", text)
    for query in ("3389/tcp open", "which host has 3389 open?"):
        for limit in (120, 2000):
            found = ctx.retrieve("ports", query=query, max_tokens=limit).text
            assert "Host: 10.2.0.133\n" in found
            assert "3389/tcp open" in found


def test_what_has_all_of_a_query_comes_with_its_head() -> None:
    lines = []
    for number in range(60):
        lines.append(f"Scan report for host{number}.lan (10.0.1.{number})")
        lines += ["Host is up (0.0010s latency).", "PORT     STATE SERVICE"]
        lines += [
            f"{port}/tcp   {'closed' if port == 3389 and number != 40 else 'open'}  svc{port}"
            for port in (22, 80, 443, 3389)
        ]
        lines.append("")
    ctx = SharedContext()
    ctx.put("ports", "\n".join(lines))
    found = ctx.retrieve("ports", query="3389/tcp open", max_tokens=100).text
    assert "Scan report for host40.lan" in found
