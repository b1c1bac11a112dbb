"""What every program does that calls another library: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

__all__ = ["answer"]


def answer(
    version: str, takes_budget: bool, view: Callable[[str, str | None, int | None], str]
) -> None:
    """Answers each ``{"payload", "query", "max_tokens"}`` with ``{"text", "seconds"}``.

    Args:
        version: Of the library.
        takes_budget: Whether it looks at ``max_tokens``.
        view: Makes a view.

    """
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever the library prints is no answer
    about = {"version": version, "budget": "yes" if takes_budget else "no"}
    warm = False
    for line in sys.stdin:
        asked = json.loads(line)
        if "about" in asked:
            found = {"text": about[asked["about"]], "seconds": 0.0}
        else:
            arguments = asked["payload"], asked["query"], asked["max_tokens"]
            try:
                if not warm:
                    # What a library loads at its first call is no part of its speed. Half of the
                    # payload, since a library may remember the whole.
                    view(arguments[0][: len(arguments[0]) // 2], *arguments[1:])
                    warm = True
                start = time.perf_counter()
                found = {"text": view(*arguments), "seconds": 0.0}
                found["seconds"] = time.perf_counter() - start
            except Exception:
                found = {"text": None, "seconds": 0.0}
        answers.write(json.dumps(found) + "\n")
        answers.flush()
