"""Views that another process makes, in which strings have other hashes.

What is put in the order of a set differs from process to process alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from headroom import Kind, Pipeline, get_counter

__all__ = ["main", "views", "views_elsewhere"]

_SEEDS = ("1", "2")
#: A budget, as a share of the tokens of a payload.
_SHARE = 4


def views(kind: Kind, payloads: Sequence[str]) -> list[str]:
    """The text of the default view and of a small one of each payload."""
    counter = get_counter()
    pipeline = Pipeline([kind])
    return [
        pipeline.compress(
            payload, counter=counter, kind=kind.name, max_tokens=most, query=payload[:40]
        ).text
        for payload in payloads
        for most in (None, max(1, counter.count(payload) // _SHARE))
    ]


def views_elsewhere(laws: type, payloads: Sequence[str]) -> list[str]:
    """What ``views`` gives in another process, for the kind of a class of laws.

    Raises:
        AssertionError: The class cannot be loaded there: it is no class of a file.

    """
    task = {
        "file": inspect.getsourcefile(laws),
        "module": laws.__module__,
        "name": laws.__qualname__,
        "payloads": list(payloads),
    }
    # It finds what this one finds.
    program = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import main; main()"
    seed = next(seed for seed in _SEEDS if seed != os.environ.get("PYTHONHASHSEED"))
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(task),
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"no views in another process: {done.stderr[-2000:]}"
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """What the other process does."""
    task = json.load(sys.stdin)
    found: Any = _module(Path(task["file"]), task["module"])
    for name in task["name"].split("."):
        found = getattr(found, name)
    print(json.dumps(views(found().kind(), task["payloads"])))


def _module(file: Path, name: str) -> ModuleType:
    parts = name.split(".")
    root = file.parents[len(parts) - 1]
    if root.joinpath(*parts).with_suffix(".py") == file:
        # By its place below a folder, so that it finds what stands beside it.
        sys.path.insert(0, str(root))
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
