"""Runs in the environment of the older library ``headroom-ai``: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Answers each ``{"payload", "query"}`` with ``{"text"}``, as its users would call it."""
    from headroom.compress import compress

    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever the library prints is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        messages = [{"role": "user", "content": asked["query"]}] if asked["query"] else []
        messages.append({"role": "tool", "tool_call_id": "call", "content": asked["payload"]})
        text = compress(messages=messages, model="gpt-4o").messages[-1]["content"]
        answers.write(json.dumps({"text": text}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
