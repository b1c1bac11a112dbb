"""What a durable checkpointer writes, and what another process finds."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from durable_graph import PAYLOAD_BYTES, STEPS, THREAD, finding, opened
from langgraph.types import Command

from headroom_langgraph import retrieve_tool

HERE = Path(__file__).parent


def size(path: Path) -> int:
    """Bytes of a SQLite file with nothing left in its log."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("VACUUM")
    connection.close()
    return path.stat().st_size


def run(folder: Path, originals: str) -> dict[str, Any]:
    with opened(folder, originals) as (app, _):
        return app.invoke({"question": "Which requests failed?"}, THREAD)


@pytest.mark.parametrize("originals", ["sqlite", "graph"])
def test_checkpoints_shrink(tmp_path: Path, originals: str) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    for folder in (plain, ours):
        folder.mkdir()
    assert run(plain, "none")["found"][:STEPS] == [finding(step) for step in range(STEPS)]
    assert min(len(finding(step)) for step in range(STEPS)) >= PAYLOAD_BYTES
    seen = run(ours, originals)["found"]
    with opened(ours, originals) as (_, ctx):
        assert ctx is not None
        assert all(ctx.is_view(text) for text in seen)
        assert len(list(ctx)) == STEPS
    checkpoints = {folder: size(folder / "checkpoints.db") for folder in (plain, ours)}
    assert checkpoints[plain] > 5 * checkpoints[ours]
    # With the originals counted in, each of which is there once, compressed.
    everything = sum(size(path) for path in ours.glob("*.db"))
    assert checkpoints[plain] > 5 * everything
    assert finding(3)[5000:5100].encode() not in (ours / "checkpoints.db").read_bytes()


@pytest.mark.parametrize("originals", ["sqlite", "graph"])
def test_another_process_resumes(tmp_path: Path, originals: str) -> None:
    assert "__interrupt__" in run(tmp_path, originals)
    done = subprocess.run(
        [sys.executable, "-m", "durable_graph", str(tmp_path), originals],
        cwd=HERE,
        # The tests' folder, and what this process has been told of others.
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["answer"] == "yes"
    assert answer["known_as_views"] == STEPS
    assert answer["originals"] == STEPS
    assert "ERROR request 3:1500 failed" in answer["looked_up"]
    assert answer["compressed_again"] == 0


def test_a_view_of_the_first_process_is_looked_up_in_this_one(tmp_path: Path) -> None:
    run(tmp_path, "graph")
    with opened(tmp_path, "graph") as (app, ctx):
        assert ctx is not None
        result = app.invoke(Command(resume="yes"), THREAD)
        assert result["answer"] == "yes"
        key = next(key for key in ctx if ctx.get(key, full=True) == finding(7))
        answer = retrieve_tool(ctx).invoke({"key": key, "place": "lines 3"})
        assert finding(7).split("\n")[2] in answer
