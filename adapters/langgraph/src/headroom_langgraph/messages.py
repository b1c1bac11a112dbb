"""Which messages hold payloads, and how a view gets into one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    ToolMessage,
)

from headroom import RetrievalTool

__all__ = ["DEFAULT_ROLES", "ROLES", "is_message_like", "role_of", "with_views"]

#: Makes a view of a text that comes from a source; a source of ``None`` is the node itself.
MakeView = Callable[[str, str | None], str]
#: The name of the tool that a call, known by its id, went to.
NameTool = Callable[[str], str | None]

#: The roles whose messages may hold views. What systems and developers wrote says what to do.
ROLES = ("tool", "assistant", "user")
#: The answer of a model is what its user gets, and a user says what is asked: only what a tool
#: answered is read by nobody but models.
DEFAULT_ROLES = frozenset({"tool"})
# Each role in each of the notations that LangGraph takes.
_ROLE_OF = {
    "tool": "tool",
    "function": "tool",
    "ai": "assistant",
    "assistant": "assistant",
    "human": "user",
    "user": "user",
    "system": "system",
    "developer": "system",
}
_TEXT_BLOCKS = {"text", "input_text", "output_text"}


def is_message_like(value: object) -> bool:
    """Whether a value is a message, as an object, a dict with a role or a ``(role, text)``."""
    if isinstance(value, BaseMessage):
        return True
    if isinstance(value, Mapping):
        return "content" in value and isinstance(value.get("role", value.get("type")), str)
    return _is_pair(value)


def role_of(message: object) -> str | None:
    """Whose message it is: one of ``ROLES``, or ``"system"``; ``None`` where that is not known.

    >>> role_of(("human", "Who won?")), role_of({"role": "assistant", "content": "We did."})
    ('user', 'assistant')
    """
    if isinstance(message, (ToolMessage, FunctionMessage)):
        return "tool"
    if isinstance(message, AIMessage):
        return "assistant"
    if isinstance(message, HumanMessage):
        return "user"
    if isinstance(message, ChatMessage):
        return _ROLE_OF.get(message.role)
    if isinstance(message, Mapping):
        role = message.get("role", message.get("type"))
        return _ROLE_OF.get(role) if isinstance(role, str) else None
    if isinstance(message, tuple) and _is_pair(message):
        return _ROLE_OF[message[0]]
    return None


def with_views(
    message: object, view: MakeView, name_tool: NameTool, roles: Collection[str]
) -> object:
    """The message with views in its text: a copy with the same id, or itself if nothing changed.

    Args:
        message: The message, in any notation.
        view: Makes the views.
        name_tool: Says which tool an answer comes from that does not say it itself.
        roles: Whose messages get views, of ``ROLES``.

    """
    if role_of(message) not in roles:
        return message
    if isinstance(message, BaseMessage):
        source = _source(message.name, getattr(message, "tool_call_id", None), name_tool)
        if source == RetrievalTool.name:
            return message
        content = _content(message.content, source, view)
        if content is message.content:
            return message
        return message.model_copy(update={"content": content})
    if isinstance(message, Mapping):
        source = _source(message.get("name"), message.get("tool_call_id"), name_tool)
        if source == RetrievalTool.name:
            return message
        content = _content(message["content"], source, view)
        return message if content is message["content"] else {**message, "content": content}
    if isinstance(message, tuple):
        content = view(message[1], None)
        return message if content == message[1] else (message[0], content)
    return message


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(part, str) for part in value)
        and value[0] in _ROLE_OF
    )


def _source(name: object, call: object, name_tool: NameTool) -> str | None:
    if isinstance(name, str) and name:
        return name
    return (name_tool(call) or "tool") if isinstance(call, str) else None


def _content(content: object, source: str | None, view: MakeView) -> object:
    """Text, or a list of blocks of which some are text."""
    if isinstance(content, str):
        seen = view(content, source)
        return content if seen == content else seen
    if not isinstance(content, list):
        return content
    blocks = [_block(block, source, view) for block in content]
    unchanged = all(new is old for new, old in zip(blocks, content))
    return content if unchanged else blocks


def _block(block: object, source: str | None, view: MakeView) -> object:
    if isinstance(block, str):
        seen = view(block, source)
        return block if seen == block else seen
    if isinstance(block, dict) and block.get("type") in _TEXT_BLOCKS:
        text = block.get("text")
        if isinstance(text, str) and (seen := view(text, source)) != text:
            return {**block, "text": seen}
    return block
