"""The history that the SDK writes into one message: a line for each item."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from agents.handoffs import get_conversation_history_wrappers

__all__ = ["is_nested", "with_lines"]

#: Characters: how far into a message the SDK's sign of a nested history may stand.
_PREAMBLE = 400
_LINE = re.compile(r"(\d+\. )(.*)", re.DOTALL)
# As the SDK writes a message of one line; it reads JSON there as well.
_SAID = re.compile(r"(user|assistant): (.*)", re.DOTALL)


def is_nested(content: object) -> bool:
    """Whether this is a history that the SDK wrote into one message."""
    return (
        isinstance(content, str) and get_conversation_history_wrappers()[0] in content[:_PREAMBLE]
    )


def with_lines(content: str, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """A nested history, with each item in it changed; wrappers and all other text stay.

    Args:
        content: Of the message.
        changed: Is given an item, and gives it back where nothing changes.

    """
    start, end = get_conversation_history_wrappers()
    head, opening, rest = content.partition(f"{start}\n")
    body, closing, tail = rest.rpartition(f"\n{end}")
    if not opening or not closing:
        return content
    # Not splitlines: JSON leaves some of what that takes for ends of lines as they are.
    lines = [_line(line, changed) for line in body.split("\n")]
    return "".join([head, opening, "\n".join(lines), closing, tail])


def _line(line: str, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    numbered = _LINE.fullmatch(line)
    if numbered is None:
        return line
    number, text = numbered.groups()
    item = _item(text)
    if item is None:
        return line
    new = changed(item)
    return line if new is item else number + json.dumps(new, ensure_ascii=False)


def _item(text: str) -> dict[str, Any] | None:
    said = _SAID.fullmatch(text)
    if said is not None:
        return {"role": said[1], "content": said[2]}
    try:
        item = json.loads(text)
    except ValueError:
        return None
    return item if isinstance(item, dict) else None
