"""Runs of examples, each before a model of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from compat.examples.record import FILE, OPTIONS
from compat.examples.wire import SAYS, serving

__all__ = ["Launcher", "Ran", "View", "launching"]

_HERE = Path(__file__).parents[2]
#: Seconds for one example.
_LIMIT = 300
# Files that are texts.
_TEXTS = (".html", ".json", ".jsonl", ".md", ".txt")
# Nothing of the one who runs this is to be used, and nobody is to be told of it.
_OFF = {
    "OPENAI_API_KEY": "none",
    "ANTHROPIC_API_KEY": "none",
    "OPENROUTER_API_KEY": "none",
    "EXAMPLE_API_KEY": "none",
    "EXAMPLE_MODEL_NAME": "none",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "EXAMPLES_INTERACTIVE_MODE": "auto",
    "LANGSMITH_TRACING": "false",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_DISABLE_TRACKING": "true",
    "CREWAI_DISABLE_VERSION_CHECK": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "CREWAI_TESTING": "true",
    "OTEL_SDK_DISABLED": "true",
    "NO_COLOR": "1",
    "COLUMNS": "100",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True)
class View:
    """A payload that was replaced."""

    original: str
    view: str
    lossless: bool
    original_tokens: int
    view_tokens: int


@dataclass(frozen=True)
class Ran:
    """What came of it."""

    #: Of the exit; negative where a signal ended it, such as the one that says that time is up.
    status: int
    stdout: str
    stderr: str
    #: Path and body of each request of a model.
    sent: Sequence[tuple[str, dict[str, Any]]]
    #: What else was asked of the server.
    missing: Sequence[str]
    #: Payloads that were looked at.
    payloads: int = 0
    views: Sequence[View] = field(default_factory=list)
    #: The texts that it wrote to files, by their names.
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        """Whether it took too long."""
        return self.status == -signal.SIGALRM


class Launcher:
    """Runs examples with the same things in place."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests, self._answers = requests, answers

    def run(self, example: Sequence[str], cwd: Path, says: str = SAYS) -> Ran:
        """Runs ``-m MODULE`` or ``FILE`` in ``cwd``, which it may write into."""
        told, out, err = (cwd / f"compat.{name}" for name in ("views", "stdout", "stderr"))
        told.unlink(missing_ok=True)
        before = set(_texts(cwd))
        with serving(says) as wire:
            asked = {
                "example": list(example),
                "cwd": str(cwd),
                "stdout": str(out),
                "stderr": str(err),
                "seconds": _LIMIT,
                "environment": {
                    "OPENAI_BASE_URL": wire.url,
                    "OPENAI_API_BASE": wire.url,
                    "OPENROUTER_API_BASE": wire.url,
                    "EXAMPLE_BASE_URL": wire.url,
                    "HOME": str(cwd),
                    FILE: str(told),
                },
            }
            print(json.dumps(asked), file=self._requests, flush=True)
            answer = self._answers.readline()
        if not answer:
            raise RuntimeError("the launcher has ended")
        read: dict[str, Any] = {"payloads": 0, "views": []}
        if told.exists():
            read = json.loads(told.read_text(encoding="utf-8"))
        return Ran(
            int(answer),
            out.read_text(encoding="utf-8", errors="replace"),
            err.read_text(encoding="utf-8", errors="replace"),
            wire.requests,
            wire.missing,
            read["payloads"],
            [View(**each) for each in read["views"]],
            {name: text for name, text in _texts(cwd).items() if name not in before},
        )


def _texts(folder: Path) -> dict[str, str]:
    return {
        str(each.relative_to(folder)): each.read_text(encoding="utf-8")
        for each in folder.rglob("*")
        if each.suffix in _TEXTS and each.is_file()
    }


@contextmanager
def launching(
    modules: str, places: str = "", options: Mapping[str, Any] | None = None
) -> Iterator[Launcher]:
    """Loads modules of a framework, and puts in place what ``compat.examples.launch`` is told."""
    path = os.pathsep.join(each for each in (str(_HERE), os.environ.get("PYTHONPATH")) if each)
    own = {"PYTHONPATH": path, OPTIONS: json.dumps(dict(options or {}))}
    with subprocess.Popen(
        [sys.executable, "-m", "compat.examples.launch", modules, places],
        cwd=_HERE, env={**os.environ, **_OFF, **own},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        yield Launcher(process.stdin, process.stdout)
