"""What a state tells of its conversation: what is asked, and which tools were called."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from langchain_core.messages import AIMessage, BaseMessage

from headroom_langgraph.messages import is_message_like, role_of

__all__ = ["ASKING", "question_in", "tools_in"]

logger = logging.getLogger("headroom.langgraph")

#: Where graphs without messages, and updates, say what the next agent is asked.
ASKING = ("question", "query", "task")
# Of a whole state also this; in an update it may be the payload.
_NAMES = (*ASKING, "input")


def question_in(state: object, names: Sequence[str] = _NAMES) -> str | None:
    """The last user message of a state, else what stands under a name such as ``question``.

    Never raises: a state of the user's own making can fail in any way, and a view needs no query.

    >>> question_in({"question": "Who won?", "messages": []})
    'Who won?'
    >>> question_in([{"role": "user", "content": "Who won?"}])
    'Who won?'
    """
    try:
        return _question_in(state, names)
    except Exception as error:
        logger.debug("a state does not say what is asked: %s", type(error).__name__)
        return None


def tools_in(*states: object) -> dict[str, str]:
    """By the ids of tool calls, the names of the tools that were called. Never raises.

    A message that answers a call need not say which tool it comes from.

    >>> called = AIMessage("", tool_calls=[{"name": "search", "args": {}, "id": "call_1"}])
    >>> tools_in({"messages": [called]})
    {'call_1': 'search'}
    """
    return {own: name for state in states for own, name in _called_in(state)}


def _called_in(state: object) -> list[tuple[str, str]]:
    try:
        calls = [state, *_values(state).values()]
        for messages in _conversations(state):
            for message in messages:
                calls.extend(_calls_of(message))
        return [pair for call in calls if (pair := _call(call))]
    except Exception as error:
        logger.debug("a state does not say what was called: %s", type(error).__name__)
        return []


def _question_in(state: object, names: Sequence[str]) -> str | None:
    for messages in _conversations(state):
        if said := _last_user_message(messages):
            return said
    values = _values(state)
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _values(state: object) -> Mapping[str, object]:
    """What a state holds, by name."""
    if isinstance(state, Mapping):
        return state
    values = getattr(state, "__dict__", None)
    if isinstance(values, Mapping):
        return values
    names = getattr(type(state), "__slots__", ())
    return {name: getattr(state, name, None) for name in names if isinstance(names, tuple)}


def _conversations(state: object) -> Iterator[list[object]]:
    """The lists of messages in a state, which may be one, or a message."""
    held = [state]
    if not isinstance(state, (list, tuple, BaseMessage)):
        held.extend(_values(state).values())
    for value in held:
        if isinstance(value, list):
            # All of a long list need not be looked at to know what it holds.
            if value and is_message_like(value[-1]):
                yield value
        elif is_message_like(value):
            yield [value]


def _last_user_message(messages: list[object]) -> str | None:
    named: str | None = None
    for message in reversed(messages):
        if role_of(message) != "user":
            continue
        name, said = _said(message)
        if not name:
            return said or None
        # Users have names where there are several; where one has none, agents may report so.
        named = named or said
    return named


def _said(message: object) -> tuple[object, str]:
    """Who says a message, and what."""
    if isinstance(message, BaseMessage):
        return message.name, _text(message.content)
    if isinstance(message, Mapping):
        return message.get("name"), _text(message.get("content"))
    return None, _text(message[1] if isinstance(message, tuple) else None)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = (block.get("text") if isinstance(block, Mapping) else block for block in blocks)
    return " ".join(text for text in texts if isinstance(text, str))


def _calls_of(message: object) -> Sequence[object]:
    if isinstance(message, AIMessage):
        return message.tool_calls
    calls = message.get("tool_calls") if isinstance(message, Mapping) else None
    return calls if isinstance(calls, list) else []


def _call(call: object) -> tuple[str, str] | None:
    """Id and name of a tool call, in the notation of LangChain or that of OpenAI."""
    if not isinstance(call, Mapping):
        return None
    function = call.get("function")
    if isinstance(function, Mapping):
        own, name = call.get("id"), function.get("name")
    elif "args" in call:
        own, name = call.get("id"), call.get("name")
    else:
        return None
    return (own, name) if isinstance(own, str) and isinstance(name, str) else None
