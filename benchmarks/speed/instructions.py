"""Instructions of the processor, by ``valgrind --tool=callgrind``: the same on a busy machine.

Valgrind counts only while a payload is compressed, not while Python and the vocabulary are loaded:
this process tells it when, by ``callgrind_control``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from headroom import compress, get_counter
from headroom_testing.large import LARGE

__all__ = ["available", "main", "measure"]

_TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)
#: Characters that are compressed before, which imports what a kind needs; and while it counts.
_FIRST, _COUNTED = 10_000, 32_000


def available() -> bool:
    """Whether this machine has Valgrind."""
    return shutil.which("valgrind") is not None


def measure(names: Sequence[str]) -> dict[str, float]:
    """Instructions a byte of each of these payloads, at 32 KB."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind", "--tool=callgrind", "--instr-atstart=no",
            f"--callgrind-out-file={folder}/out",
            sys.executable, "-m", "benchmarks.speed.instructions", *names,
        ]  # fmt: skip
        # The order of sets, and so what is looked at first, is the same in every run.
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        counted: dict[str, float] = {}
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for number, name in enumerate(names, 1):
                size = int(process.stdout.readline())
                _tell(process, "-i", "on")
                _go_on(process)
                process.stdout.readline()
                _tell(process, "-i", "off")
                _tell(process, "-d")
                written = Path(folder, f"out.{number}").read_text(encoding="utf-8")
                found = _TOTAL.search(written)
                counted[name] = int(found[1]) / size if found else float("nan")
                _go_on(process)
        return counted


def _tell(process: subprocess.Popen[str], *what: str) -> None:
    command = ["callgrind_control", *what, str(process.pid)]
    subprocess.run(command, check=True, capture_output=True)


def _go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def main(names: Sequence[str]) -> None:
    """In the process that Valgrind looks at: compresses when it is told to."""
    counter = get_counter("gpt-4o")
    for name in names:
        compress(LARGE[name](_FIRST), counter=counter)
        text = LARGE[name](_COUNTED)
        print(len(text.encode()), flush=True)
        sys.stdin.readline()
        compress(text, counter=counter)
        print("done", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1:])
