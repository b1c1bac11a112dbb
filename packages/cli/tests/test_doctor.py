"""What the doctor finds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_all_is_well_and_what_would_be_better_is_said(run: Run, store: str) -> None:
    ran = run("doctor", "--store", store)
    assert ran.status == 0, ran.out
    assert "ok  headroom" in ran.out
    assert "2 entries" in ran.out
    assert "pip install 'headroom-core[semantic]'" in ran.out


def test_a_store_that_cannot_be_reached_is_wrong(run: Run) -> None:
    ran = run("doctor", "--store", "sqlite:///no.db")
    assert ran.status == 1
    assert "!!  store       there is no database no.db" in ran.out


def test_a_store_that_does_not_answer_is_wrong_and_not_empty(run: Run, broken: str) -> None:
    ran = run("doctor", "--store", broken)
    assert ran.status == 1
    assert "!!  store       nobody answers" in ran.out


def test_another_distribution_with_a_module_of_this_name_is_found(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As pip leaves it when both are installed.
    info = tmp_path / "site" / "headroom_ai-0.42.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headroom-ai\nVersion: 0.42.0\n")
    (info / "RECORD").write_text("headroom/__init__.py,,\n")
    (info / "top_level.txt").write_text("headroom\n")
    monkeypatch.syspath_prepend(str(info.parent))
    ran = run("doctor")
    assert ran.status == 1
    assert "!!  headroom" in ran.out
    assert "pip uninstall headroom-ai headroom-core" in ran.out


def test_a_model_without_a_vocabulary_gets_the_nearest(run: Run) -> None:
    assert "the nearest for claude-sonnet-4-5" in run("doctor", "--model", "claude-sonnet-4-5").out


def test_where_another_module_answers_it_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "headroom.py").write_text("")
    paths = [str(tmp_path), *(path for path in sys.path if path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "headroom_cli", "doctor"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("headroom: the module headroom that Python finds is not that of")
    assert ran.stderr.count("\n") == 1
