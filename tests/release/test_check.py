"""What is checked before a release, each failing once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from release.check import complaints  # noqa: E402


@pytest.fixture
def index() -> Iterator[str]:
    """An index that has headroom-core 0.2.0 and nothing else."""

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path == "/headroom-core/"
            self.send_response(200 if there else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"versions": ["0.2.0"] if there else []}).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def write(root: Path, version: str, pin: str = "==0.1.*", heading: str = "") -> None:
    for folder, name in (("core", "core"), ("packages/cli", "cli")):
        source = root / folder / "src" / f"headroom_{name}"
        source.mkdir(parents=True, exist_ok=True)
        (source / "_version.py").write_text(f'__version__ = "{version}"\n')
        (root / folder / "pyproject.toml").write_text(
            f'[project]\nname = "headroom-{name}"\ndependencies = ["headroom-core[all]{pin}"]\n'
        )
        (root / folder / "CHANGELOG.md").write_text(heading or f"## {version} (2026-01-02)\n")


def test_a_version_that_may_be_released(tmp_path: Path, index: str) -> None:
    write(tmp_path, "0.1.7")
    assert list(complaints("0.1.7", tmp_path, index)) == []


def test_what_stands_in_the_way(tmp_path: Path, index: str) -> None:
    def said(version: str = "0.1.7") -> str:
        return "\n".join(complaints(version, tmp_path, index))

    write(tmp_path, "0.1.6")
    assert "headroom-cli is 0.1.6, not 0.1.7" in said()
    write(tmp_path, "0.1.7", pin="==0.0.*")
    assert "headroom-cli takes headroom-core==0.0.*, not ==0.1.*" in said()
    write(tmp_path, "0.1.7", heading="## 0.1.7 (unreleased)\n")
    assert 'the changelog of headroom-core has no "## 0.1.7 (YYYY-MM-DD)"' in said()
    write(tmp_path, "0.1.7")
    (tmp_path / "core" / "changes").mkdir()
    (tmp_path / "core" / "changes" / "+one.change.md").write_text("- One.\n")
    assert "core/changes/+one.change.md is in no changelog: nox -s changelog -- 0.1.7" in said()
    write(tmp_path, "0.2.0", pin="==0.2.*")
    assert "headroom-core 0.2.0 is on the index already" in said("0.2.0")
    assert "no version" in said("v1")


def test_changes_become_a_changelog(tmp_path: Path) -> None:
    changes = tmp_path / "changes"
    changes.mkdir()
    (changes / "+a.change.md").write_text("- One, which\n  goes on.\n- Two.\n")
    (changes / "+b.change.md").write_text("- Three.\n")
    before = "# Changelog\n\n<!-- newest first -->\n\n## 0.1.0 (2026-01-02)\n\n- Old.\n"
    (tmp_path / "CHANGELOG.md").write_text(before)
    config = ("--config", str(ROOT / "towncrier.toml"), "--dir", str(tmp_path))
    what = ("--version", "0.2.0", "--date", "2026-02-03", "--yes")
    command = [sys.executable, "-m", "towncrier", "build", *config, *what]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert (tmp_path / "CHANGELOG.md").read_text() == (
        "# Changelog\n\n<!-- newest first -->\n\n## 0.2.0 (2026-02-03)\n\n"
        "- One, which\n  goes on.\n- Two.\n- Three.\n\n## 0.1.0 (2026-01-02)\n\n- Old.\n"
    )
    assert not list(changes.iterdir())


def test_what_is_not_released_yet_stands_in_changes() -> None:
    logs = [ROOT / "core" / "CHANGELOG.md", *ROOT.glob("*/*/CHANGELOG.md")]
    assert len(logs) >= 8
    for log in logs:
        text = log.read_text()
        assert text.count("<!-- newest first -->\n") == 1, log
        assert "unreleased" not in text, log


def test_all_packages_have_one_version() -> None:
    versions = {path.read_text() for path in ROOT.glob("*/src/*/_version.py")}
    versions |= {path.read_text() for path in ROOT.glob("*/*/src/*/_version.py")}
    assert len(versions) == 1
