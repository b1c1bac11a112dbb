"""Other libraries, played by small programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.cases import Case, Probe
from benchmarks.checks import problems
from benchmarks.cuts import random_pieces
from benchmarks.methods import Row, measure
from benchmarks.peers import Peer
from benchmarks.picture import draw
from headroom import CompressResult, Omission, get_counter

PROGRAM = """
import sys, time
sys.path.insert(0, {folder!r})
from peer_program import answer
def view(payload, query, max_tokens):
    if "hang" in payload: time.sleep(60)
    if "raise" in payload: raise ValueError
    if "die" in payload: sys.exit(1)
    return payload[: (max_tokens or 40) * 2]
answer("1.2", True, view)
"""
CASE = Case("one", "made", "text", "A fact stands here. " * 40, None, (Probe(("a fact",), "f"),))


def case(payload: str) -> Case:
    return Case("one", "made", "text", payload, None, ())


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    folder = Path(__file__).parents[2] / "benchmarks"
    path.write_text(PROGRAM.format(folder=str(folder)))
    return path


def peer(program: Path, cache: Path | None = None) -> Peer:
    return Peer("peer", sys.executable, cache, patience=3.0, program=program)


def test_a_peer_answers_with_its_own_time(program: Path) -> None:
    one = peer(program)
    answer = one.view(CASE)
    assert (answer.text, one.version, one.takes_budget) == (CASE.payload[:80], "1.2", True)
    assert 0 < answer.seconds < 1
    assert one.view(CASE, 5).text == CASE.payload[:10]
    one.close()


def test_a_peer_that_hangs_fails_or_dies_is_a_row_and_no_end(program: Path) -> None:
    one = peer(program)
    assert one.view(case("hang")).text is None
    assert one.view(case("raise")).text is None
    assert one.view(case("die")).text is None
    assert one.view(case("fine")).text == "fine"
    one.close()


def test_answers_are_kept(program: Path, tmp_path: Path) -> None:
    cache = tmp_path / "answers.json"
    first = peer(program, cache)
    answer = first.view(CASE)
    first.close()
    again = peer(program, cache)
    program.unlink()
    assert again.view(CASE) == answer
    again.close()


def test_rows_of_peers_and_budgets(program: Path) -> None:
    one = peer(program)
    results = measure([CASE], get_counter(), [0.25], [one], repeat=2)
    one.close()
    rows = results.rows["made"]
    assert not results.problems
    for name in ("peer", "peer 25%", "Headroom, tokens of peer", "random 25%", "tail 25%"):
        assert rows[name].before == get_counter().count(CASE.payload), name
    assert rows["Headroom, tokens of peer"].after <= rows["peer"].after
    assert "<polyline" in draw(results.rows)


def test_random_pieces_are_the_same_each_time() -> None:
    text = "\n".join(f"line {number}" for number in range(50))
    some = random_pieces(text, 40, get_counter())
    assert some == random_pieces(text, 40, get_counter())
    assert set(some.split("\n")) < set(text.split("\n"))
    assert get_counter().count(some) <= 40


def view(text: str, **options: object) -> CompressResult:
    settings = {"kind": "text", "lossless": False, "omissions": (Omission("lines", ((1, 1),)),)}
    tokens = get_counter().count(text)
    return CompressResult(text, 100, tokens, ("x",), **(settings | options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("results", "most", "problem"),
    [
        ([view("a"), view("b")], 100, "not the same each time"),
        ([view("a b c d e f g h")], 3, "tokens where 3 are allowed"),
        ([view("a", failure="it broke")], 100, "it broke"),
        ([view("[1]", kind="json", lossless=True, omissions=())], 100, "decodes to other data"),
        ([view("a", omissions=())], 100, "nothing says what"),
        ([view("a", omissions=(Omission("lines", ((90, 99),)),))], 100, "lines 90-99 does not"),
    ],
)
def test_broken_laws_are_found(results: list[CompressResult], most: int, problem: str) -> None:
    (found,) = problems(case("[2]\nline"), "Headroom", results, most)
    assert problem in found
    assert problems(case("[2]\nline"), "Headroom", [view("a")], 100) == []


def test_the_picture_is_the_same_each_time() -> None:
    rows = {"a & b": {"Headroom 50%": Row(100, 50, 3, 4), "Headroom": Row(100, 20, 1, 4)}}
    assert draw(rows) == draw(rows)
    assert "a &amp; b" in draw(rows)
