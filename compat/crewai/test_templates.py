"""The projects that ``crewai create`` makes, and the example of the README, with and without us.

Needs crewai and headroom-crewai.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from made_projects import PROGRAMS

from compat.examples.runs import Launcher, Ran, launching
from compat.examples.same import stable_differences

#: What every agent answers: enough that a view of it pays.
SAYS = json.dumps(
    [
        {"point": n, "source": "paper", "year": 2026, "status": "retracted" if n == 71 else "read"}
        for n in range(120)
    ]
)
MODES = {"defaults": {}, "of any size": {"min_tokens": 0}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    program = Path(__file__).with_name("made_projects.py")
    subprocess.run([sys.executable, str(program)], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def launchers() -> Iterator[dict[str, Launcher]]:
    with ExitStack() as stack:
        # CrewAI starts threads when it is loaded: each child loads it.
        yield {
            "without": stack.enter_context(launching("openai")),
            **{
                mode: stack.enter_context(launching("openai,headroom", "crewai", options))
                for mode, options in MODES.items()
            },
        }


@pytest.mark.parametrize("program", [*PROGRAMS, "readme"])
def test_a_project(
    program: str, made: Path, launchers: dict[str, Launcher], tmp_path: Path
) -> None:
    def run(mode: str) -> Ran:
        folder = Path(mkdtemp(dir=tmp_path))
        shutil.copytree(made, folder, dirs_exist_ok=True)
        return launchers[mode].run([f"run_{program}.py"], folder, SAYS)

    without = run("without")
    assert without.status == 0, without.stderr
    for mode in MODES:
        assert not stable_differences(without, run(mode), lambda: run("without")), mode
