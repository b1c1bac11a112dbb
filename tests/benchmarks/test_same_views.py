from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.same_views import changes, main


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = [{"id": n, "status": "ok" if n % 7 else "failed"} for n in range(60)]
    record = {"id": "a", "kind": "json", "payload": json.dumps(rows), "query": None, "probes": []}
    (tmp_path / "mine.jsonl").write_text(json.dumps(record) + "\n")
    return tmp_path


def test_the_same_code_gives_the_same_views(corpus: Path) -> None:
    hashes = corpus / "before.json"
    assert main(["--corpus", str(corpus), "--write", str(hashes)]) == 0
    assert len(json.loads(hashes.read_text())) == 5
    assert main(["--corpus", str(corpus), "--check", str(hashes)]) == 0


def test_another_view_is_named(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hashes = corpus / "before.json"
    main(["--corpus", str(corpus), "--write", str(hashes)])
    before = json.loads(hashes.read_text())
    before["a 50%"] = "0" * 16
    hashes.write_text(json.dumps(before))
    assert main(["--corpus", str(corpus), "--check", str(hashes)]) == 1
    assert "a 50%: the view is another one" in capsys.readouterr().out


def test_a_failure_is_a_problem_though_nothing_changed() -> None:
    failed = {"a default": "! the compressor failed"}
    assert changes(failed, failed) == ["a default: the compressor failed"]
