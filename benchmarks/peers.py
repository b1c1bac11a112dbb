"""Other libraries beside ours, each in an environment and a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case

__all__ = ["PROGRAMS", "Answer", "Peer"]

#: The programs that call them, by the name of the library.
PROGRAMS = {
    "headroom-ai": Path(__file__).with_name("peer_headroom_ai.py"),
    "cendor-squeeze": Path(__file__).with_name("peer_cendor_squeeze.py"),
    "tooltrim": Path(__file__).with_name("peer_tooltrim.py"),
}


@dataclass(frozen=True)
class Answer:
    """What a library made of a payload; no text where it failed or took too long."""

    text: str | None
    #: Of the call alone, in the library's own process.
    seconds: float = 0.0


class Peer:
    """One library. Its answers may be kept in a file, by version and payload.

    Args:
        name: A key of ``PROGRAMS``.
        python: The interpreter of an environment that has the library.
        cache: The file, if any.
        patience: Seconds for one payload; a process that takes longer is ended.
        program: Another program than that of ``PROGRAMS``.
        keeps_path: Whether it may import what this process can.

    """

    def __init__(
        self,
        name: str,
        python: str,
        cache: Path | None = None,
        patience: float = 60.0,
        program: Path | None = None,
        keeps_path: bool = False,
    ) -> None:
        self.name = name
        self._command = [python, str(program or PROGRAMS[name])]
        self._cache, self._patience = cache, patience
        # With a path of ours, another library of the same name would be this one.
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if keeps_path or not name.startswith("PYTHON")
        }
        self._known: dict[str, list[object]] = {}
        if cache is not None and cache.exists():
            self._known = json.loads(cache.read_text(encoding="utf-8"))
        self._process: subprocess.Popen[str] | None = None
        #: As the library says it; part of what the answers are kept under.
        self.version = str(self._ask({"about": "version"}).text)
        #: Whether it takes a number of tokens.
        self.takes_budget = self._ask({"about": "budget"}).text == "yes"

    def view(self, case: Case, max_tokens: int | None = None) -> Answer:
        """What the library makes of a payload."""
        asked: dict[str, object] = {
            "payload": case.payload,
            "query": case.query,
            "max_tokens": max_tokens,
        }
        key = hashlib.sha256(json.dumps([self.name, self.version, asked]).encode()).hexdigest()
        if key not in self._known:
            answer = self._ask(asked)
            self._known[key] = [answer.text, answer.seconds]
        text, seconds = self._known[key]
        assert text is None or isinstance(text, str)
        assert isinstance(seconds, (int, float))
        return Answer(text, seconds)

    def close(self) -> None:
        """Ends the process and writes the answers down."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._cache is not None:
            self._cache.write_text(json.dumps(self._known), encoding="utf-8")

    def _ask(self, asked: dict[str, object]) -> Answer:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self._environment,
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], self._patience)
        line = process.stdout.readline() if ready else ""
        if not line:
            # It hangs or is gone; the next payload gets a new one.
            process.kill()
            process.communicate()
            self._process = None
            return Answer(None)
        answer = json.loads(line)
        return Answer(answer["text"], answer["seconds"])
