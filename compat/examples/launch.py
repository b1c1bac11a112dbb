"""Runs examples as ``python`` would, each in a process of its own that has the framework loaded.

    python -m compat.examples.launch MODULES PLACES

loads MODULES and reads requests from its input, one in a line: JSON of ``example``, which is
``["-m", MODULE]`` or ``[FILE]``, ``cwd``, ``environment``, ``stdout``, ``stderr`` and ``seconds``.
For each it forks, puts the modules PLACES of ``compat.examples.places`` in place there, and answers
with the exit status, negative where a signal ended it. MODULES and PLACES are several, with commas
between them. To load a framework takes longer than most examples do, so MODULES have it where that
starts no threads. Nobody beyond this machine is reached.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any

_connect = socket.socket.connect
_NEAR = ("127.0.0.1", "::1", "localhost")


def _near(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _NEAR:
        raise ConnectionRefusedError(f"no network here: {address[0]}")
    return _connect(self, address)


def _forked() -> list[str]:
    """In each child: what it is to run. In the parent: nothing, once there are no more requests."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _settle(asked)
            return list(asked["example"])
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            # Servers that the example has left behind.
            os.killpg(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return []


def _settle(asked: dict[str, Any]) -> None:
    os.setsid()
    signal.alarm(asked["seconds"])
    # What stands in the old one's buffer are requests of the parent.
    sys.stdin = Path(os.devnull).open()  # noqa: SIM115
    os.dup2(sys.stdin.fileno(), 0)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        with Path(asked[name]).open("wb") as told:
            os.dup2(told.fileno(), descriptor)
    os.environ.update(asked["environment"])
    os.chdir(asked["cwd"])
    sys.path.insert(0, asked["cwd"])
    random.seed(0)


def main(modules: str, places: str) -> None:
    """Answers requests until there are none, and in each child runs an example."""
    socket.socket.connect = _near  # type: ignore[method-assign,assignment]
    for module in filter(None, modules.split(",")):
        importlib.import_module(module)
    example = _forked()
    if not example:
        return
    for place in filter(None, places.split(",")):
        importlib.import_module(f"compat.examples.places.{place}")
    if example[0] == "-m":
        sys.argv = list(example[1:])
        runpy.run_module(example[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(example)
        sys.path.insert(0, str(Path(example[0]).parent))
        runpy.run_path(example[0], run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
