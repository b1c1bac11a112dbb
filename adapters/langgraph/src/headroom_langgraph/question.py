"""What the graph is asked: the query of a view, where the user gave none."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from langchain_core.messages import BaseMessage, HumanMessage

__all__ = ["question_in"]

logger = logging.getLogger("headroom.langgraph")

# Where graphs without messages keep what they are asked.
_NAMES = ("question", "query", "task", "input")


def question_in(state: object, names: Sequence[str] = _NAMES) -> str | None:
    """The last user message of a state, else what stands under a name such as ``question``.

    Never raises: a state of the user's own making can fail in any way, and a view needs no query.

    >>> question_in({"question": "Who won?", "messages": []})
    'Who won?'
    >>> question_in([HumanMessage("Who won?")])
    'Who won?'
    """
    try:
        return _question_in(state, names)
    except Exception as error:
        logger.debug("a state does not say what is asked: %s", type(error).__name__)
        return None


def _question_in(state: object, names: Sequence[str]) -> str | None:
    if isinstance(state, list):
        return _last_user_message(state)
    values = state if isinstance(state, Mapping) else getattr(state, "__dict__", None)
    if not isinstance(values, Mapping):
        return None
    for value in values.values():
        if isinstance(value, list) and (said := _last_user_message(value)):
            return said
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _last_user_message(messages: Iterable[object]) -> str | None:
    for message in reversed(list(messages)):
        if not isinstance(message, BaseMessage):
            # Not a list of messages; no need to look at all of it.
            return None
        # One with a name is what an agent said.
        if isinstance(message, HumanMessage) and not message.name:
            return _text(message.content) or None
    return None


def _text(content: str | list[str | dict[str, object]]) -> str:
    if isinstance(content, str):
        return content
    texts = (block if isinstance(block, str) else block.get("text") for block in content)
    return " ".join(text for text in texts if isinstance(text, str))
