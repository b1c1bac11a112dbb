"""The command as users run it, with stdin, stdout and stderr of its own."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from headroom_cli.app import main


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    for name in [name for name in os.environ if name.startswith("HEADROOM")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> Ran:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["headroom", *arguments])
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in {"COLUMNS": "100", "TERM": "xterm-256color", **variables}.items():
                patched.setenv(name, value)
            status = 0
            try:
                main()
            except SystemExit as end:
                status = int(end.code or 0)
        streams = capfdbinary.readouterr()
        out, err = (text.decode("utf-8", "surrogatepass") for text in streams)
        return Ran(status, out, err)

    return run


@pytest.fixture
def orders(tmp_path: Path) -> str:
    """A file of 500 orders, one of which failed."""
    rows = [
        {"order": 41000 + n, "customer": f"c{n * 37 % 900}", "status": "paid", "total": 10 + n % 40}
        for n in range(500)
    ]
    rows[321].update(status="refund_failed", total=9120)
    (tmp_path / "orders.json").write_text(json.dumps(rows))
    return "orders.json"


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A log with an error that a terminal would colour."""
    lines = [
        f"2026-01-01 10:{n // 60:02}:{n % 60:02} INFO request {n} took {n % 7} ms"
        for n in range(600)
    ]
    lines[411] = "2026-01-01 10:06:51 ERROR disk full \x1b[31mon /dev/sdb1"
    (tmp_path / "server.log").write_text("\n".join(lines))
    return "server.log"


@pytest.fixture
def store(run: Run, orders: str, log: str) -> str:
    """A store with the orders, and with the log under a key that could break a line."""
    url = "sqlite:///context.db"
    for file, key in ((orders, "orders"), (log, "a\tb\nc")):
        assert run("compress", file, "--store", url, "--key", key).status == 0
    return url


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a store of another package that can be opened, and answers nothing."""
    info = tmp_path / "site" / "broken-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[headroom.stores]\nbroken = broken_store:open_it\n")
    (info.parent / "broken_store.py").write_text(
        "from headroom import MemoryStore, StoreError\n"
        "class Broken(MemoryStore):\n"
        "    def headers(self, namespace):\n"
        "        raise StoreError('nobody answers')\n"
        "def open_it(url):\n"
        "    return Broken()\n"
    )
    monkeypatch.syspath_prepend(str(info.parent))
    return "broken://here"
