"""What an agent is asked: the query of a view, where the user gave none."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from agents import TResponseInputItem
from agents.handoffs import get_conversation_history_wrappers

__all__ = ["asked_by_call", "last_question", "question_of"]

# Arguments of a call to an agent, in the order in which they say what is wanted.
_ARGUMENTS = ("input", "question", "query", "task")
# How the SDK writes what a user said into a nested history, and how far that may go on.
_NESTED = re.compile(r"^\d+\. user: (.{1,4000})$", re.MULTILINE)


def question_of(item: object) -> str | None:
    """What a user's message says; ``None`` for any other item.

    >>> question_of({"role": "user", "content": "Which flight was late?"})
    'Which flight was late?'
    """
    if not isinstance(item, dict) or item.get("role") != "user":
        return None
    content = item.get("content")
    if isinstance(content, str):
        return content or None
    if not isinstance(content, list):
        return None
    texts = [block.get("text") for block in content if isinstance(block, dict)]
    return " ".join(text for text in texts if isinstance(text, str)) or None


def last_question(items: str | Sequence[TResponseInputItem]) -> str | None:
    """What the user said last, in a message of its own or in a nested history."""
    if isinstance(items, str):
        return items
    for item in reversed(items):
        if said := question_of(item) or _nested_question(item):
            return said
    return None


def _nested_question(item: object) -> str | None:
    content = item.get("content") if isinstance(item, dict) else None
    if not isinstance(content, str) or get_conversation_history_wrappers()[0] not in content:
        return None
    said: list[str] = _NESTED.findall(content)
    return said[-1] if said else None


def asked_by_call(arguments: str) -> str | None:
    """What an agent that is a tool was asked, from the arguments of the call.

    >>> asked_by_call('{"input": "Which flight was late?"}')
    'Which flight was late?'
    """
    try:
        values = json.loads(arguments)
    except ValueError:
        return None
    if not isinstance(values, dict):
        return None
    found = (values.get(name) for name in _ARGUMENTS)
    return next((value for value in found if isinstance(value, str) and value), None)
