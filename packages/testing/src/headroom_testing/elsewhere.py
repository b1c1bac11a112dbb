"""Views that another process makes, in which strings have other hashes.

What is put in the order of a set differs from process to process alone.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headroom import Pipeline, get_counter

__all__ = ["views", "views_elsewhere"]

_SEEDS = ("1", "2")


def views(kind: Any, payloads: Sequence[str]) -> list[str]:
    """The text of the default view and of a small one of each payload."""
    counter = get_counter()
    pipeline = Pipeline([kind])
    return [
        pipeline.compress(
            payload, counter=counter, kind=kind.name, max_tokens=most, query=payload[:40]
        ).text
        for payload in payloads
        for most in (None, max(1, counter.count(payload) // 4))
    ]


def views_elsewhere(laws: type, payloads: Sequence[str]) -> list[str]:
    """What ``views`` gives in another process, for the kind of a class of laws.

    Raises:
        AssertionError: The class cannot be loaded there: it is no class of a file.

    """
    path = inspect.getsourcefile(laws)
    task = {"path": sys.path, "file": path, "name": laws.__qualname__, "payloads": list(payloads)}
    seed = next(seed for seed in _SEEDS if seed != os.environ.get("PYTHONHASHSEED"))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[:] = {sys.path!r}; import {__name__} as e; e.main()",
        ],
        input=json.dumps(task),
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"no views in another process: {done.stderr[-2000:]}"
    found: list[str] = json.loads(done.stdout)
    return found


def main() -> None:
    """What the other process does."""
    task = json.load(sys.stdin)
    sys.path[:0] = [str(Path(task["file"]).parent)]
    spec = importlib.util.spec_from_file_location("laws_elsewhere", task["file"])
    assert spec is not None
    assert spec.loader is not None
    found: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    for name in task["name"].split("."):
        found = getattr(found, name)
    # Not what the file printed as it was loaded.
    print(json.dumps(views(found().kind(), task["payloads"])))
