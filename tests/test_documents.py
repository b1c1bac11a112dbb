"""The documents tell the truth: their code runs, their links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import headroom

ROOT = Path(__file__).parent.parent
FOLDERS = (".", "core", "docs", "docs/*", "adapters/*", "packages/*", "benchmarks", "examples")
DOCUMENTS = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.md"))
PACKAGES = sorted(
    path.parent
    for folder in ("core", "adapters/*", "packages/*")
    for path in ROOT.glob(f"{folder}/pyproject.toml")
)
# What is in this repository, by the address at which others see it.
HOSTED = re.compile(r"https://github\.com/headroom-dev/headroom/(?:blob|tree)/main/")
# A block that begins so is a file: "# src/package/module.py".
FILE = re.compile(r"# ([\w/.-]+\.(?:py|toml))\n")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path) -> list[str]:
    """The examples of a page: its Python, but for what is a file of a package."""
    found = re.findall(r"^```python\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
    return [block for block in found if not FILE.match(block)]


def files(path: Path) -> dict[str, str]:
    """The files that a page has the reader write, by their names."""
    found = re.findall(r"^```\w+\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
    return {named[1]: block for block in found if (named := FILE.match(block))}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", path.read_text()):
        hosted = HOSTED.match(target)
        if "://" in target and not hosted:
            continue
        place = path.parent / target if target else path
        if hosted:
            place = ROOT / target[hosted.end() :]
        assert place.exists(), f"{name(path)} points to {target}"
        if anchor and place.suffix == ".md" and "reference" not in place.parts:
            assert anchor in anchors(place), f"{name(path)} points to {target}#{anchor}"


@pytest.mark.parametrize("package", PACKAGES, ids=name)
def test_links_of_what_an_index_shows_lead_there_too(package: Path) -> None:
    links = re.findall(r"\]\(([^)\s]*)\)", (package / "README.md").read_text())
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_every_package_can_be_installed_as_its_page_says() -> None:
    page = (ROOT / "docs" / "how-to" / "install.md").read_text()
    paths = set(re.findall(r"\./([a-z/-]+)", page))
    assert paths == set(map(name, PACKAGES))
    extras = set(re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE))
    project = (ROOT / "core" / "pyproject.toml").read_text()
    project = project.partition("[project.optional-dependencies]")[2].partition("[tool")[0]
    assert extras == set(re.findall(r"^([a-z]+) = ", project, re.MULTILINE))


def test_what_is_said_of_checkouts_is_found_when_a_release_ends_it() -> None:
    page = (ROOT / "RELEASING.md").read_text()
    (pattern,) = re.findall(r'git grep -niE "(.+?)"', page)
    told = re.compile(pattern, re.IGNORECASE)
    # Who works on a checkout goes on to install from it.
    others = [
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("benchmarks/*.md"),
        *ROOT.glob("docs/measured/*.md"),
        *ROOT.glob("examples/*.md"),
    ]
    installing = [
        path
        for path in set(DOCUMENTS) - set(others)
        if re.search(
            r"(?:pip install|--with) [^\n]*\./(?:core|packages|adapters)", path.read_text()
        )
    ]
    assert len(installing) > 9
    assert [name(path) for path in installing if not told.search(path.read_text())] == []


def anchors(page: Path) -> set[str]:
    """Those of its headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_the_examples_of_the_core_run(tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text("\n".join(blocks(ROOT / "core" / "README.md")))
    subprocess.run([sys.executable, str(script)], check=True, cwd=tmp_path, timeout=120)


def test_the_tutorial_for_a_kind_ends_with_passing_tests(tmp_path: Path) -> None:
    pages = [ROOT / "docs" / "how-to" / f"{name}-a-kind.md" for name in ("write", "test")]
    project, site = tmp_path / "project", tmp_path / "site"
    for place, content in [one for page in pages for one in files(page).items()]:
        (project / place).parent.mkdir(parents=True, exist_ok=True)
        (project / place).write_text(content)
    # As pip installs it, without the network.
    assert 'pip install -e ".[test]"\npytest\n' in pages[1].read_text()
    build = "from hatchling.build import build_wheel; print(build_wheel('.'))"
    wheel = subprocess.run(
        [sys.executable, "-c", build], check=True, cwd=project, capture_output=True, text=True
    ).stdout.split()[-1]
    ZipFile(project / wheel).extractall(site)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert re.search(r"\d+ passed in", run("-m", "pytest", "-q", "-p", "no:cacheprovider"))
    assert f"```\n{run('use.py')}```" in pages[1].read_text()


def test_the_store_of_its_page_passes_the_contract(tmp_path: Path) -> None:
    for place, content in files(ROOT / "docs" / "how-to" / "write-a-store.md").items():
        (tmp_path / place).write_text(content)
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_audited.py"]
    done = subprocess.run(
        run, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_examples_of_the_front_page_run(tmp_path: Path) -> None:
    plain, *frameworks = blocks(ROOT / "README.md")
    script = tmp_path / "example.py"
    script.write_text(plain)
    subprocess.run([sys.executable, str(script)], check=True, timeout=120)
    for block in frameworks:
        compile(block, "README.md", "exec")


def test_the_view_of_the_front_page_is_the_one_that_its_example_gives() -> None:
    page = (ROOT / "README.md").read_text()
    names: dict[str, Any] = {}
    exec(blocks(ROOT / "README.md")[0], names)
    view = names["ctx"].get("orders", query="order 41077", max_tokens=200)
    assert f"```\n{view}\n```" in page
    before, after = names["entry"].original_tokens, names["ctx"].count_tokens(view)
    assert f"{after} tokens instead of {before:,}" in page
    # The picture of it breaks long lines.
    picture = (ROOT / "docs" / "pictures" / "view.svg").read_text()
    drawn = re.findall(r'<text class="mono view[^>]*>([^<]*)<', picture)
    assert "".join(drawn).replace(" ", "") == view.replace("\n", "").replace(" ", "")
    assert f"{before:,} tokens" in picture
    assert f"{after} tokens" in picture


@pytest.mark.parametrize(
    "module", sorted(m.name for m in pkgutil.walk_packages(headroom.__path__, "headroom."))
)
def test_docstrings_run(module: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert not failed


def test_the_first_command_of_the_front_page_shows_a_handoff() -> None:
    (command,) = re.findall(r"&& python (examples/\S+)", (ROOT / "README.md").read_text())
    shown = subprocess.run(
        [sys.executable, command], check=True, cwd=ROOT, timeout=60, capture_output=True, text=True
    ).stdout
    assert shown.count(" saved;") == 4
    (saved,) = re.findall(r"\((\S+) % saved\), counted", shown)
    assert float(saved) > 70
    assert '"order":41042' in shown


def test_the_coverage_that_is_shown_is_the_one_that_is_guarded() -> None:
    settings = (ROOT / "pyproject.toml").read_text()
    (least,) = re.findall(r"^fail_under = (\d+)$", settings, re.MULTILINE)
    for path in ("README.md", "docs/explanation/tests.md"):
        shown = re.findall(r"at least (\d+) % of all lines and branches", (ROOT / path).read_text())
        assert shown == [least], f"{path} shows another figure"


def test_ci_runs_the_command_of_the_front_page() -> None:
    command = 'python -m pip install "nox[uv]" && python -m nox'
    for path in (".ci/run", "README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml"):
        assert command in (ROOT / path).read_text(), f"{path} has another command"


def test_developers_have_what_nox_checks_with() -> None:
    noxfile = (ROOT / "noxfile.py").read_text()
    (ruff,) = re.findall(r'install\(("ruff[^"]+")', noxfile)
    (mypy,) = re.findall(r'^MYPY = (".+")', noxfile, re.MULTILINE)
    (tools,) = re.findall(r"^TEST_TOOLS = \((.+)\)", noxfile, re.MULTILINE)
    assert ruff in (ROOT / ".pre-commit-config.yaml").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    for tool in (ruff, mypy, *tools.split(", ")):
        assert tool in project, f"the group dev lacks {tool}"


def test_every_package_has_what_a_package_has() -> None:
    assert len(PACKAGES) >= 8
    for project in PACKAGES:
        for needed in ("README.md", "CHANGELOG.md", "src", "tests"):
            assert (project / needed).exists(), f"{name(project)} lacks {needed}"
        assert list(project.glob("src/*/py.typed")), f"{name(project)} is not marked as typed"
