from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.__main__ import main
from benchmarks.cases import Probe, fold, load_corpus
from benchmarks.material import FAMILIES, build


def test_folding_ignores_white_space_case_and_json_escapes() -> None:
    assert fold('Say \\"caf\\u00e9\\"\\n  NOW') == 'say "café" now'


def test_a_probe_holds_where_any_of_its_strings_stands() -> None:
    probe = Probe(("absent", "Two  Words"), "fact")
    assert probe.holds(fold("here: two\nwords"))
    assert not probe.holds(fold("two other words"))


def test_the_built_in_cases_are_the_same_each_time_and_hold_their_own_probes() -> None:
    cases = build()
    assert cases == build()
    assert [c.id for c in cases if not all(p.holds(fold(c.payload)) for p in c.probes)] == []
    assert all(case.probes for case in cases)


def test_an_unknown_family_is_an_error() -> None:
    with pytest.raises(ValueError, match="no family poems"):
        build(["poems"])


def test_the_table_has_every_family(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    assert main(["--limit", "1", "--budget", "0.25", "--json", str(figures)]) == 0
    printed = capsys.readouterr().out
    assert all(f"| {family} | Headroom 25% |" in printed for family in FAMILIES)
    assert set(json.loads(figures.read_text())["rows"]) == set(FAMILIES)


def test_a_corpus_file_is_a_family(tmp_path: Path) -> None:
    record = {"id": "a", "kind": "prose", "payload": "Text.", "query": None}
    record["probes"] = [{"any": ["text"], "class": "word"}]
    (tmp_path / "mine.jsonl").write_text(json.dumps(record) + "\n")
    (case,) = load_corpus(tmp_path)
    assert (case.family, case.probes) == ("mine", (Probe(("text",), "word"),))
