"""A line of an output that is shown stands below what its group begins with."""

from __future__ import annotations

import random
import re

import pytest

from headroom import compress
from headroom.kinds.log.parse import read_log
from headroom.kinds.log.rank import order_of
from headroom.kinds.log.subjects import subjects_of
from headroom.source import Source

PORTS = (
    "22/tcp open ssh OpenSSH 9.2;80/tcp open http nginx 1.24;443/tcp open https nginx 1.24;"
    "3306/tcp open mysql MariaDB 10.6;5432/tcp open postgres PostgreSQL 15"
).split(";")


def scan(preface: str) -> str:
    """What was found on hosts, one of which has what no other has."""
    chance = random.Random(3)
    hosts = []
    for number in range(1, 35):
        found = chance.sample(PORTS, chance.randint(2, 5))
        if number == 21:
            found.append("2375/tcp open docker Docker 20.10.5 (unauthenticated API)")
        head = f"Scan report for host{number}.corp.test (10.20.0.{number})"
        hosts.append("\n".join([head, "Not shown: 996 closed tcp ports (reset)", *found, ""]))
    return preface + "\n".join(hosts)


def models() -> str:
    """What was printed of models, each in several paragraphs."""
    chance = random.Random(4)

    def row(name: str) -> str:
        return f"{name:12}" + "".join(f"{chance.uniform(-2, 2):9.4f}" for _ in range(4))

    return "\n\n".join(
        f"> summary(m{n})\n\nCall:\nlm(formula = y ~ x1 + z{n}, data = d)\n\nCoefficients:\n"
        + "\n".join(map(row, ("(Intercept)", "x1", f"z{n}")))
        + f"\n\nMultiple R-squared: 0.{chance.randint(100, 400)}"
        for n in range(30)
    )


@pytest.mark.parametrize("preface", ["", "Starting 7.94\n"])
@pytest.mark.parametrize("query", [None, "Which host exposes something dangerous?"])
def test_a_port_stands_below_its_host(preface: str, query: str | None) -> None:
    lines = compress(scan(preface), query=query, kind="log").text.split("\n")
    where = next(n for n, line in enumerate(lines) if line.startswith("2375"))
    above = [line for line in lines[:where] if line.startswith("Scan report")]
    assert above[-1].startswith("Scan report for host21.")


@pytest.mark.parametrize("limit", [None, 250, 400, 700, 1000, 1500])
def test_a_row_stands_below_its_model(limit: int | None) -> None:
    text = models()
    owners: dict[str, str] = {}
    own = ""
    for line in text.split("\n"):
        own = line if line.startswith(">") else own
        owners[line] = own if line not in owners else ""
    shown = 0
    for line in compress(text, max_tokens=limit, kind="log").text.split("\n"):
        own = line if line.startswith(">") else own
        if re.match(r"\S+ +-?\d", line) and owners.get(line):
            shown += 1
            assert owners[line] == own
    assert shown


@pytest.mark.parametrize("text", [scan(""), models()])
def test_what_a_line_is_about_comes_before_it_where_there_is_little_room(text: str) -> None:
    log = read_log(Source(text))
    _, order = order_of(log, {}, is_limited=True)
    place = {event: number for number, event in enumerate(order)}
    assert sorted(place) == list(range(len(log.events)))
    heads = {event: subjects_of(log, event) for event in place}
    # What says how it came out needs none.
    without = [n for n, own in heads.items() if any(place[head] > place[n] for head in own)]
    assert any(heads.values())
    assert len(without) <= 1
