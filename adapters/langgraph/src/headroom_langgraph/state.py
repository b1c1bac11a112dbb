"""What a state tells of its conversation: what is asked, and which tools were called."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage

from headroom_langgraph.messages import is_message_like, role_of

__all__ = ["ASKING", "Asked", "asked_in", "question_in", "tools_in"]

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
    return asked_in(state, names).text


@dataclass(frozen=True)
class Asked:
    """What is asked at one point of a conversation."""

    text: str | None = None
    #: Whether a user with a name asked it. Users have names where there are several; where one has
    #: none, agents may report under a name, and ask nothing.
    by_name: bool = False

    def after(self, message: object) -> Asked:
        """What is asked when a message was added; itself, where that asks nothing new."""
        if role_of(message) != "user":
            return self
        name, said = _said(message)
        if not said or (name and self.text is not None and not self.by_name):
            return self
        return Asked(said, bool(name))


def asked_in(state: object, names: Sequence[str] = _NAMES) -> Asked:
    """What ``question_in`` tells, and who asked it."""
    try:
        return _asked_in(state, names)
    except Exception as error:
        logger.debug("a state does not say what is asked: %s", type(error).__name__)
        return Asked()


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


def _asked_in(state: object, names: Sequence[str]) -> Asked:
    for messages in _conversations(state):
        asked = _last_asked(messages)
        if asked.text is not None:
            return asked
    values = _values(state)
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return Asked(value)
    return Asked()


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


def _last_asked(messages: list[object]) -> Asked:
    named = Asked()
    for message in reversed(messages):
        asked = Asked().after(message)
        if asked.text is not None and not asked.by_name:
            return asked
        named = asked if named.text is None else named
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
