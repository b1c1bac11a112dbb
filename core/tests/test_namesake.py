"""Another distribution whose module is called ``headroom`` as well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import headroom

OURS = str(Path(headroom.__file__ or "").parents[1])
USE = "import headroom; print(headroom.compress('short').text)"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder of installed packages, with one of that name."""
    (tmp_path / "headroom_ai-0.42.0.dist-info").mkdir()
    (tmp_path / "headroom").mkdir()
    (tmp_path / "headroom" / "__init__.py").write_text("")
    return tmp_path


def run(program: str, *folders: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_is_said_once_at_the_first_view_where_ours_answers(other: Path) -> None:
    ran = run(f"{USE}; {USE}", OURS, other)
    assert ran.stdout == "short\nshort\n"
    assert ran.stderr == (
        "headroom-ai 0.42.0 is installed as well, and its module is also called headroom: "
        "headroom-core answers here, and what needs the other fails. Give each an environment of "
        "its own: pip uninstall headroom-ai headroom-core, then install one.\n"
    )
    assert run(USE, OURS).stderr == ""


@pytest.mark.parametrize("broken", [False, True], ids=["imports", "cannot be imported"])
def test_what_needs_the_core_says_so_where_the_other_answers(other: Path, broken: bool) -> None:
    if broken:
        (other / "headroom" / "__init__.py").write_text("from headroom.pipeline import Stage")
    ran = run("import _headroom_namesake", other, OURS)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == (
        "ImportError: the module headroom that Python finds is not that of headroom-core but that "
        "of headroom-ai 0.42.0. Give each an environment of its own: pip uninstall headroom-ai "
        "headroom-core, then install one."
    )


def test_a_module_of_nobody_is_named_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "headroom.py").write_text("")
    ran = run("import _headroom_namesake", tmp_path, OURS)
    assert f"but {tmp_path / 'headroom.py'}. Take it off the path" in ran.stderr


def test_an_error_within_the_core_stays_what_it_is(tmp_path: Path) -> None:
    program = "import sys; sys.modules['headroom.view'] = None; import _headroom_namesake"
    ran = run(program, OURS)
    assert "import of headroom.view halted" in ran.stderr.splitlines()[-1]
