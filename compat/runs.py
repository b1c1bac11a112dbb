"""One run of a suite, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compat.suites import Suite

__all__ = ["Run", "files_of", "run"]

#: Seconds for one test, and for all of a suite.
_TEST, _SUITE = 60, 2400
_HERE = Path(__file__).parent.parent
# Objects that name a case of a test have an address, which is another in each run.
_ADDRESS = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True)
class Run:
    """What came of it."""

    #: What became of each test.
    outcomes: Mapping[str, str]
    #: Payloads that were looked at, and how many of them became views.
    payloads: int = 0
    views: int = 0

    def count(self, outcome: str) -> int:
        return sum(each == outcome for each in self.outcomes.values())


def files_of(suite: Suite, root: Path) -> list[str]:
    """The files of its tests."""
    found = [each for name in suite.tests for each in sorted((root / name).rglob("test_*.py"))]
    names = [each.relative_to(root) for each in found]
    return [
        str(each)
        for each in names
        if not (len(each.parts) > 1 and each.parts[1] in suite.ignored)
        and suite.naming in (root / each).read_text(encoding="utf-8")
    ]


def run(suite: Suite, root: Path, tests: Sequence[str], *plugins: str) -> Run:
    """Runs tests of a suite with plugins of ours.

    Raises:
        subprocess.TimeoutExpired: They took too long.
        RuntimeError: No test was run.

    """
    outcomes, decisions = root / "outcomes.json", root / "decisions"
    outcomes.unlink(missing_ok=True)
    shutil.rmtree(decisions, ignore_errors=True)
    decisions.mkdir()
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
    command += ["-W", "default", "--continue-on-collection-errors", f"--timeout={_TEST}"]
    # Its own settings, also where it has none: pytest would look for some further up.
    command += ["-c", str(root / "pyproject.toml")]
    if suite.processes > 1:
        command += ["-n", str(suite.processes), "--dist", "loadfile"]
    for plugin in ("outcomes", *suite.offline, *plugins):
        command += ["-p", f"compat.plugins.{plugin}"]
    paths = {
        "PYTHONPATH": str(_HERE),
        "HEADROOM_COMPAT_OUTCOMES": str(outcomes),
        "HEADROOM_COMPAT_DECISIONS": str(decisions),
    }
    log = root / "-".join(("pytest", *plugins, f"{len(tests)}.log"))
    with log.open("w") as output:
        subprocess.run(
            [*command, *tests],
            cwd=root,
            env={**os.environ, **suite.environment, **paths},
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=_SUITE,
            check=False,
        )
    if not outcomes.exists():
        raise RuntimeError(f"{suite.name}: no test was run; see {log}")
    read = json.loads(outcomes.read_text(encoding="utf-8"))
    counts = [json.loads(each.read_text(encoding="utf-8")) for each in decisions.iterdir()]
    return Run(
        {_ADDRESS.sub("0x", each): what for each, what in read.items()},
        payloads=sum(each["payloads"] for each in counts),
        views=sum(each["views"] for each in counts),
    )
