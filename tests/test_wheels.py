"""What users install: the wheels and sdists in dist/ hold what they should, and nothing else.

``nox -s wheels`` makes them. Without them, or after a file came or went, the tests say so.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
FOLDERS = ("core", "adapters/*", "packages/*")
PROJECTS = [path.parent for f in FOLDERS for path in sorted(ROOT.glob(f"{f}/pyproject.toml"))]

# What a package has beside modules.
DATA = {"headroom_cli": {".css", ".html", ".js"}, "headroom_redis": {".lua"}}
# At the top of an sdist; hatchling adds the first two.
TOP = {"PKG-INFO", ".gitignore", "pyproject.toml", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md"}
#: Bytes of the core, unpacked: somebody who only stores and passes on pays for no more.
LARGEST_CORE = 4_000_000
URLS = {"Homepage", "Source", "Documentation", "Changelog", "Issues"}


class Package:
    """One package of the repository, as it was built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The core has a second module beside the first, which says whose the first is.
        self.sources = sorted((folder / "src").iterdir())
        self.source = self.sources[-1]
        self.name = "headroom_core" if self.source.name == "headroom" else self.source.name

    def built(self, pattern: str) -> Path:
        found = list(DIST.glob(f"{self.name}-{pattern}"))
        if len(found) != 1:
            pytest.fail(f"dist/ has {len(found)} of {self.name}: run python -m nox -s wheels")
        return found[0]

    @property
    def wheel(self) -> dict[str, bytes]:
        return wheel_members(self.built("*-py3-none-any.whl"))

    @property
    def metadata(self) -> Message:
        (text,) = (data for name, data in self.wheel.items() if name.endswith("/METADATA"))
        return BytesParser().parsebytes(text)

    @property
    def sdist(self) -> dict[str, bytes]:
        files = {}
        with tarfile.open(self.built("*.tar.gz")) as archive:
            for member in archive:
                content = archive.extractfile(member)
                assert content is not None, f"{member.name} is no plain file"
                files[member.name.partition("/")[2]] = content.read()
        return files


def wheel_members(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tree(folder: Path, base: Path) -> set[str]:
    """The files below a folder, without what tools leave there."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(base) for path in paths)
    return {
        name.as_posix()
        for name in names
        if not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    }


@pytest.fixture(params=PROJECTS, ids=lambda path: str(path.relative_to(ROOT)))
def package(request: pytest.FixtureRequest) -> Package:
    return Package(request.param)


def test_dist_has_two_files_for_each_package_and_no_other() -> None:
    packages = [Package(project) for project in PROJECTS]
    assert len(packages) >= 7
    expected = {p.built(pattern) for p in packages for pattern in ("*.whl", "*.tar.gz")}
    # The tool that builds puts a .gitignore beside them, perhaps.
    assert {path for path in DIST.iterdir() if not path.name.startswith(".")} == expected


def test_a_wheel_has_its_modules_and_nothing_else(package: Package) -> None:
    (information,) = {name.split("/")[0] for name in package.wheel if ".dist-info/" in name}
    own = {name for name in package.wheel if not name.startswith(f"{information}/")}
    source = package.folder / "src"
    today = set().union(*(tree(folder, source) for folder in package.sources))
    assert own == today, "not the source of today"
    for path in map(PurePosixPath, own):
        allowed = {".py", *DATA.get(package.source.name, ())}
        assert path.suffix in allowed or path.name == "py.typed", f"{path} does not belong there"
        assert not path.name.startswith(("test_", "conftest")), f"{path} is a test"
        assert "tests" not in path.parts, f"{path} is a test"
    assert f"{package.source.name}/py.typed" in own
    beside = {name.removeprefix(f"{information}/") for name in package.wheel} - own
    needed = {"METADATA", "WHEEL", "RECORD", "licenses/LICENSE", "licenses/NOTICE"}
    assert needed <= beside <= needed | {"entry_points.txt"}


@pytest.mark.parametrize("file", ["LICENSE", "NOTICE"])
def test_the_licence_and_the_notice_are_those_of_the_repository(
    package: Package, file: str
) -> None:
    expected = (ROOT / file).read_bytes()
    (shipped,) = (data for name, data in package.wheel.items() if name.endswith(f"/{file}"))
    assert shipped == expected
    assert package.sdist[file] == expected


def test_the_metadata_say_what_a_user_looks_for(package: Package) -> None:
    metadata = package.metadata
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "NOTICE"]
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Description-Content-Type"] == "text/markdown"
    readme = (package.folder / "README.md").read_text(encoding="utf-8")
    description = metadata.get_payload(decode=True)
    assert isinstance(description, bytes)
    assert description.decode() == readme
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_the_core_alone_is_one_small_distribution() -> None:
    core = Package(ROOT / "core")
    assert [
        one for one in core.metadata.get_all("Requires-Dist", []) if "extra ==" not in one
    ] == []
    assert sum(map(len, core.wheel.values())) < LARGEST_CORE


def test_the_addresses_lead_into_this_repository(package: Package) -> None:
    urls = dict(entry.split(", ") for entry in package.metadata.get_all("Project-URL", []))
    assert set(urls) == URLS
    home = urls["Homepage"]
    assert home == Package(ROOT / "core").metadata["Project-URL"].split(", ")[1]
    for url in urls.values():
        assert url.startswith(home)
        (path,) = re.findall(r"^/(?:tree|blob)/main/(.+)", url.removeprefix(home)) or [""]
        assert (ROOT / path).exists(), f"{url} leads nowhere"
    assert urls["Changelog"].endswith(f"/{package.folder.relative_to(ROOT)}/CHANGELOG.md")


def test_ci_runs_each_python_that_is_promised(package: Package) -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    (listed,) = re.findall(r"python: \[(.+)\]", workflow)
    tested = re.findall(r'"([\d.]+)"', listed)
    prefix = "Programming Language :: Python :: 3."
    classifiers = package.metadata.get_all("Classifier", [])
    promised = ["3." + c.removeprefix(prefix) for c in classifiers if c.startswith(prefix)]
    if package.name == "headroom_crewai":
        tested.remove("3.14")  # CrewAI itself stops below it.
    assert promised == tested


def test_an_sdist_has_sources_tests_and_papers(package: Package) -> None:
    names = set(package.sdist)
    assert {name for name in names if "/" not in name} == TOP
    folders = (tree(package.folder / folder, package.folder) for folder in ("src", "tests"))
    assert {name for name in names if "/" in name} == set().union(*folders)
    assert any(name.startswith("tests/") for name in names)


def test_the_wheel_can_be_built_from_the_sdist(package: Package, tmp_path: Path) -> None:
    for name, data in package.sdist.items():
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, cwd=tmp_path / "unpacked", timeout=120)
    (built,) = tmp_path.glob("*.whl")
    assert wheel_members(built) == package.wheel
