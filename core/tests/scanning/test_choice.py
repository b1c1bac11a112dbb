"""Native code that scans text is used where it fits, and plain Python where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import headroom
import headroom_testing
from headroom.scanning import FUNCTIONS, INTERFACE

pytestmark = pytest.mark.slow

PATHS = {str(Path(module.__file__ or "").parents[1]) for module in (headroom, headroom_testing)}

#: Native code that is none: it counts how often it is asked, and has plain Python answer.
COUNTING = f"""
from collections import Counter
INTERFACE = {INTERFACE}
asked = Counter()

def _counted(name):
    def function(*arguments):
        from headroom.scanning import plain
        asked[name] += 1
        return getattr(plain, name)(*arguments)
    return function

for name in {FUNCTIONS!r}:
    globals()[name] = _counted(name)
"""

#: The texts of a view of each kind of payload, and what was asked.
VIEWS = """
import hashlib, sys
from headroom import compress
from headroom_testing.large import LARGE
views = hashlib.sha256()
for name in sorted(LARGE):
    view = compress(LARGE[name](3000), query="which ones failed", max_tokens=200)
    views.update(view.text.encode())
print(views.hexdigest(), *sorted(getattr(sys.modules.get("headroom_native"), "asked", {})))
"""

WHICH = """
import headroom.scanning as scanning
print(scanning.words("one of all"), scanning.terms("refunds"), scanning.terms.__module__)
"""


PLAIN = "['one', 'of', 'all'] ['refund'] headroom.scanning.wordforms\n"


def run(program: str, *folders: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([*PATHS, *map(str, folders)])
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": path, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


@pytest.fixture
def native(tmp_path: Path) -> Path:
    (tmp_path / "headroom_native.py").write_text(COUNTING)
    return tmp_path


def test_each_function_is_asked_and_views_are_the_same(native: Path) -> None:
    (views,) = run(VIEWS).stdout.split()
    same, *asked = run(VIEWS, native).stdout.split()
    assert same == views
    assert asked == sorted(FUNCTIONS)


def test_what_it_lacks_is_taken_from_plain_python(tmp_path: Path) -> None:
    module = f"INTERFACE = {INTERFACE}\ndef terms(text):\n    return ['mine']\n"
    (tmp_path / "headroom_native.py").write_text(module)
    ran = run(WHICH, tmp_path)
    assert ran.stdout == "['one', 'of', 'all'] ['mine'] headroom_native\n"


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("INTERFACE = 0", "headroom_native is for another headroom"),
        ("def terms(text): return ['mine']", "headroom_native is for another headroom"),
        ("import surely_not_installed", "headroom_native needs surely_not_installed"),
        ("raise ImportError('invalid ELF header')", "headroom_native cannot be used (ImportError)"),
        ("raise OSError('GLIBC_2.99 not found')", "headroom_native cannot be used (OSError)"),
    ],
)
def test_one_that_does_not_fit_is_told_of_and_not_used(
    tmp_path: Path, module: str, said: str
) -> None:
    (tmp_path / "headroom_native.py").write_text(module)
    ran = run(WHICH, tmp_path)
    assert ran.stdout == PLAIN
    assert ran.stderr == f"{said}; plain Python scans instead\n"


def test_it_can_be_kept_out(native: Path) -> None:
    ran = run(WHICH, native, HEADROOM_NATIVE="0")
    assert ran.stdout == PLAIN
    assert ran.stderr == ""
