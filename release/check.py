"""Whether a version may be released: ``nox -s release -- 0.2.0``.

Every package has it, every changelog tells of it, what depends on the core takes it, and no index
has it yet.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

__all__ = ["complaints", "main"]

ROOT = Path(__file__).parent.parent
INDEX = "https://pypi.org/simple"
_SECONDS = 30


def complaints(version: str, root: Path = ROOT, index: str = INDEX) -> Iterator[str]:
    """What stands in the way of a release, each in a sentence.

    Args:
        version: As ``1.2.3``.
        root: The repository.
        index: The simple API of a package index.

    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"{version} is no version: write it as 1.2.3"
        return
    series = ".".join(version.split(".")[:2]) + ".*"
    folders = sorted(path.parent for path in root.glob("*/pyproject.toml"))
    folders += sorted(path.parent for path in root.glob("*/*/pyproject.toml"))
    if not folders:
        yield f"there is no package in {root}"
    for folder in folders:
        project = (folder / "pyproject.toml").read_text()
        name = re.findall(r'^name = "(.+)"', project, re.MULTILINE)[0]
        (file,) = folder.glob("src/*/_version.py")
        found = re.findall(r'"(.+)"', file.read_text())[0]
        if found != version:
            yield f"{name} is {found}, not {version}: change {file.relative_to(root)}"
        for needed, pin in re.findall(r'"(headroom-[a-z-]+)(?:\[[a-z,]*\])?([^"]*)"', project):
            if pin and pin != f"=={series}":
                yield f"{name} takes {needed}{pin}, not =={series}"
        heading = rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$"
        if not re.search(heading, (folder / "CHANGELOG.md").read_text(), re.MULTILINE):
            yield f'the changelog of {name} has no "## {version} (YYYY-MM-DD)"'
        for change in sorted(folder.glob("changes/*.md")):
            yield f"{change.relative_to(root)} is in no changelog: nox -s changelog -- {version}"
        if version in _released(name, index):
            yield f"{name} {version} is on the index already; no file there can be replaced"


def _released(name: str, index: str) -> list[str]:
    """The versions that an index has of a package."""
    request = urllib.request.Request(  # noqa: S310 - an address of ours
        f"{index}/{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return list(json.load(answer).get("versions", ()))
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return []
        raise


def main() -> int:
    """Prints what stands in the way; 1 where something does."""
    if len(sys.argv) != 2:
        print("usage: python -m release.check VERSION", file=sys.stderr)
        return 2
    found = list(complaints(sys.argv[1]))
    print("\n".join(found) or f"{sys.argv[1]} may be released")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
