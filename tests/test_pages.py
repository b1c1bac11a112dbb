"""The pages of the site tell the truth: each block of Python runs, and prints what stands below it.

A page that needs a framework runs where that is installed: ``nox`` runs this file in the sessions
of the adapters as well. All others run where none is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
#: What a page needs whose name begins so.
NEEDS = {"crewai": "crewai", "langgraph": "langgraph", "openai-agents": "agents"}
INSTALLED = {module for module in NEEDS.values() if find_spec(module)} or {None}
#: Pages that other tests run, since these have what they need.
ELSEWHERE = {"how-to/redis.md": "packages/redis/tests/test_readme.py"}
# A block that begins so is a file of a package: "# src/package/module.py".
FILE = re.compile(r"# ([\w/.-]+\.(?:py|toml))\n")
#: As many as one reads at a sitting.
MOST_LINES = 200


def needs(page: Path) -> str | None:
    return next((NEEDS[start] for start in NEEDS if page.name.startswith(start)), None)


def blocks(page: Path, language: str) -> list[str]:
    fenced = rf"^```{language}\n(.*?)^```"
    found = re.findall(fenced, page.read_text(), re.DOTALL | re.MULTILINE)
    return [block for block in found if not FILE.match(block)]


def name(page: Path) -> str:
    return str(page.relative_to(DOCS))


ALL = sorted(DOCS.rglob("*.md"))
HERE = [
    page
    for page in ALL
    if needs(page) in INSTALLED and blocks(page, "python") and name(page) not in ELSEWHERE
]


@pytest.mark.parametrize("page", HERE, ids=name)
def test_examples_run_and_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text("\n".join(blocks(page, "python")))
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={**os.environ, "CREWAI_STORAGE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for shown in blocks(page, "text"):
        assert shown in done.stdout


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_what_does_not_run_here_runs_elsewhere(page: str, test: str) -> None:
    assert (DOCS / page).exists()
    assert Path(page).name in (ROOT / test).read_text()


@pytest.mark.parametrize("page", ALL, ids=name)
def test_a_page_is_read_at_a_sitting(page: Path) -> None:
    assert len(page.read_text().splitlines()) <= MOST_LINES
