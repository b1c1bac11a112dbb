"""A pytest plugin: writes what became of each test to a file, as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

FILE = "HEADROOM_COMPAT_OUTCOMES"

_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        # What fails in its teardown has passed before; what fails stays failed.
        if _outcomes.get(report.nodeid) != "failed":
            _outcomes[report.nodeid] = report.outcome
        # After each test: a run that is stopped has told what it knew.
        if len(_outcomes) % 100 == 0:
            _write()


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _outcomes[report.nodeid] = "not collected"


def pytest_sessionfinish() -> None:
    _write()


def _write() -> None:
    # Where tests run side by side, one process hears of all of them.
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    Path(os.environ[FILE]).write_text(json.dumps(_outcomes, indent=1), encoding="utf-8")
