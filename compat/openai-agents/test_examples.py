"""The examples of the Agents SDK's sdist, without us and with us in place: exit, output, requests.

Needs openai-agents and headroom-openai-agents. Which of them are run, and why others are not, says
examples.json.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest

from compat.examples.places.answers import TABLE
from compat.examples.runs import Launcher, Ran, launching
from compat.examples.same import saved, stable_differences
from compat.sources import unpacked

LISTED = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
KNOWN = {name: why for why, names in LISTED["go otherwise"].items() for name in names}
OURS = "agents,headroom_openai_agents"
#: What is loaded, what is put in place, and the options.
MODES = {
    "without": ("agents", "", {}),
    "defaults": (OURS, "openai_agents", {}),
    "of any size": (OURS, "openai_agents", {"min_tokens": 0}),
    "large, without": ("agents", "large_answers", {}),
    "large": (OURS, "large_answers,openai_agents,agents_tool", {}),
}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("openai-agents", tmp_path_factory.mktemp("sdist"), None)


@pytest.fixture(scope="module")
def launchers() -> Iterator[dict[str, Launcher]]:
    with ExitStack() as stack:
        yield {mode: stack.enter_context(launching(*what)) for mode, what in MODES.items()}


def test_each_example_is_run_or_left_out(sdist: Path) -> None:
    root = sdist / "examples"
    programs = {
        str(each.relative_to(root).with_suffix(""))
        for each in root.rglob("*.py")
        if re.search(r"__name__\s*==\s*['\"]__main__", each.read_text(encoding="utf-8"))
    }
    left = [each for names in LISTED["left out"].values() for each in names]
    folders = tuple(each for each in left if each.endswith("/"))
    rest = {each for each in programs if not each.startswith(folders)}
    assert rest == {*LISTED["run"], *(each for each in left if not each.endswith("/"))}


@pytest.mark.parametrize("example", LISTED["run"])
def test_an_example(
    example: str, sdist: Path, launchers: dict[str, Launcher], tmp_path: Path
) -> None:
    def run(mode: str) -> Ran:
        folder = Path(mkdtemp(dir=tmp_path))
        shutil.copytree(sdist / "examples", folder / "examples")
        ran = launchers[mode].run(["-m", f"examples.{example.replace('/', '.')}"], folder)
        # pytest keeps what it is left.
        shutil.rmtree(folder)
        return ran

    def same(before: str, after: str) -> Ran:
        told = runs[before], run(after)
        found = stable_differences(*told, lambda: run(before))
        assert bool(found) == (f"{example}: {after}" in KNOWN), found
        assert after == "large" or saved(*told) >= 0
        return told[1]

    runs = {"without": run("without")}
    assert runs["without"].status == 0, runs["without"].stderr
    same("without", "defaults")
    same("without", "of any size")
    if any(body.get("tools") for _, body in runs["without"].sent):
        runs["large, without"] = run("large, without")
        views = same("large, without", "large").views
        assert bool(views) == any(is_large(body) for _, body in runs["large, without"].sent)


def is_large(body: object) -> bool:
    """Whether a request has a large answer in it."""
    return json.dumps(TABLE)[1:-1] in json.dumps(body)
