"""The example of the repository runs, and keeps what the README says of it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_the_incident_costs_a_tenth_and_keeps_its_facts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    example = importlib.import_module("incident_langgraph")
    facts = len(importlib.import_module("incident").FACTS)
    without, with_views = example.run(with_headroom=False), example.run(with_headroom=True)
    assert without.facts_kept == with_views.facts_kept == facts
    assert with_views.tokens_sent < without.tokens_sent / 10
    assert without.summary == ""
    assert with_views.summary.startswith("3 payloads: ")
    example.main()
    assert f"with Headroom:    {with_views}\n{with_views.summary}\n" in capsys.readouterr().out
