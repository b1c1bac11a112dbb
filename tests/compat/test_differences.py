"""Which tests of a framework count as going otherwise, and which of these are known."""

from __future__ import annotations

import json
from pathlib import Path

from compat.differences import differences, known
from compat.runs import files_of
from compat.suites import SUITES, Suite


def test_what_goes_otherwise_is_found_and_nothing_else() -> None:
    found = differences(
        {"same": "failed", "broken": "passed", "mended": "failed", "gone": "passed"},
        {"same": "failed", "broken": "failed", "mended": "passed", "new": "passed"},
    )
    assert [(each.test, each.without, each.within) for each in found] == [
        ("broken", "passed", "failed"),
        ("gone", "passed", "missing"),
        ("mended", "failed", "passed"),
        ("new", "missing", "passed"),
    ]


def test_each_known_difference_has_a_reason_and_belongs_to_a_suite() -> None:
    listed = json.loads(Path("compat/known.json").read_text(encoding="utf-8"))
    names = {suite.name for suites in SUITES.values() for suite in suites}
    assert set(listed) <= names
    for name in listed:
        assert known(name)
        assert all(reason.endswith(".") for reason in known(name).values())


def test_a_suite_takes_the_files_that_it_names(tmp_path: Path) -> None:
    for name, text in {
        "test_a.py": "crew.kickoff()",
        "test_b.py": "nothing",
        "cli/test_c.py": "crew.kickoff()",
        "helper.py": "crew.kickoff()",
    }.items():
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    suite = Suite("Toy", "toy", "toy", naming="kickoff", ignored=("cli",))
    assert files_of(suite, tmp_path) == ["tests/test_a.py"]
