"""The comparison of frameworks: its table, and what it says of a program that fails."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import frameworks


def row(way: str, sent: int, back: str = "none") -> dict[str, object]:
    return {"way": way, "sent": sent, "calls": 3, "kept": 5, "back": back}


def test_shares_are_of_the_framework_alone() -> None:
    rows = [row("it alone", 2000, "all is sent"), row("ours", 100), row("one alone", 50)]
    lines = frameworks.table(rows).split("\n")[2:]
    assert lines == [
        "| it alone | 2,000 | 100% | 5 of 7 | all is sent |",
        "| ours | 100 | 5% | 5 of 7 | none |",
        "| one alone | 50 | 100% | 5 of 7 | none |",
    ]


def test_programs_run_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    said = [{"framework": "crewai 1"}, row("it alone", 10)]
    good.write_text(
        "print('noise')\n" + "".join(f"print({json.dumps(json.dumps(one))})\n" for one in said)
    )
    bad.write_text("raise SystemExit('no such tool')")
    monkeypatch.setattr(frameworks, "PROGRAMS", {"crewai": good, "langgraph": bad})
    assert frameworks.main(["--crewai", sys.executable]) == 0
    assert frameworks.main(["--langgraph", sys.executable, "--crewai", sys.executable]) == 1
    printed = capsys.readouterr()
    assert printed.out.count("## crewai 1\n\n| |") == 2
    assert "langgraph: bad.py failed:\nno such tool" in printed.err
    with pytest.raises(SystemExit):
        frameworks.main([])
