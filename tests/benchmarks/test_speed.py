"""What compression costs: the tables and the picture, on few and small payloads."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.cases import Case
from benchmarks.peers import Peer
from benchmarks.speed import growth, instructions, kinds
from benchmarks.speed.__main__ import main
from headroom import get_counter

PROGRAM = """
import sys, time
sys.path.insert(0, {folder!r})
from peer_program import answer
seen = []
def view(payload, query, max_tokens):
    if payload.startswith("two"): raise ValueError
    seen.append(payload)
    if len(set(seen)) < len(seen): raise ValueError("seen before")
    time.sleep(0.05)
    return payload
answer("1.2", False, view)
"""


def test_each_payload_is_seen_for_the_first_time_and_by_each_in_turn(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(folder=str(Path(kinds.__file__).parents[1])))
    cases = [Case(word, "made", "text", f"{word} " * 400, None, ()) for word in ("one", "two")]
    peers = [kinds.ours(), Peer("other", sys.executable, program=program)]
    try:
        families = kinds.measure(cases, peers, get_counter("gpt-4o"))
    finally:
        for peer in peers:
            peer.close()
    made = families["made"]
    assert (made.bytes, made.tokens) == (3200, 802)
    assert made.failed == {"other": 1}
    assert [len(seconds) for seconds in made.seconds.values()] == [2, 2]
    assert min(made.seconds["Headroom"]) > 0
    assert made.seconds["other"][0] >= 0.05
    lines = kinds.table(families, ["Headroom", "other"])
    assert lines[2].startswith("| made | 2 | 1.6 |")
    assert "(1 failed)" in lines[2]
    assert lines[-1].startswith("\nother takes ")


def test_growth_is_a_table_and_a_curve() -> None:
    rows = {"base64": growth.measure("base64", (4, 8))}
    lines = growth.table(rows, (4, 8))
    assert lines[0] == "| payload | 4 KB | 8 KB | 10 MB / 1 MB |"
    assert lines[2].startswith("| base64 | ")
    picture = ElementTree.fromstring(growth.draw(rows, (4, 8)))
    curves = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(curves[0].attrib["points"].split()) == 2


def test_instructions_are_the_same_each_time_or_said_to_be_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if instructions.available():
        one, other = (instructions.measure(["base64"])["base64"] for _ in range(2))
        assert 100 < one < 10_000
        assert one == pytest.approx(other, rel=0.02)
    monkeypatch.setenv("PATH", "")
    assert main(["--parts", "instructions", "--only", "base64"]) == 0
    assert capsys.readouterr().out.endswith("Instructions: Valgrind is not installed.\n")


def test_a_part_that_does_not_exist_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--parts", "kind"])
    assert "no part kind; there are kinds, growth" in capsys.readouterr().err
