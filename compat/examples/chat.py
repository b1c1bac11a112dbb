"""Chat Completions, as the model of the examples speaks it."""

from __future__ import annotations

import json
from typing import Any

from compat.examples.model import Asked, Turn

__all__ = ["answer", "asked"]

_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def asked(body: dict[str, Any]) -> Asked:
    """What a request asks."""
    messages = body["messages"]
    tools = {
        each["function"]["name"]: each["function"].get("parameters", {})
        for each in body.get("tools") or []
        if each.get("type") == "function"
    }
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        choice = choice.get("function", {}).get("name", "auto")
    wanted = body.get("response_format") or {}
    return Asked(
        tools,
        [call["function"]["name"] for each in messages for call in each.get("tool_calls") or []],
        choice,
        wanted.get("json_schema", {}).get("schema"),
        json.dumps(messages[:2]),
        len(messages),
    )


def answer(body: dict[str, Any], what: Turn) -> Any:
    """The completion; its chunks where it is to stream."""
    name = asked(body).identity()
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(what, str):
        message["content"] = what
    else:
        message["tool_calls"] = [
            {
                "id": f"call_{name}_{place}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for place, call in enumerate(what)
        ]
    reason = "stop" if isinstance(what, str) else "tool_calls"
    completion = {"id": f"chat_{name}", "created": 0, "model": body.get("model", "none")}
    if body.get("stream"):
        return _chunks(completion, message, reason)
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**completion, "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _chunks(
    completion: dict[str, Any], message: dict[str, Any], reason: str
) -> list[dict[str, Any]]:
    for place, call in enumerate(message.get("tool_calls", [])):
        call["index"] = place
    completion = {**completion, "object": "chat.completion.chunk"}
    said = {"index": 0, "delta": message, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": reason}
    return [
        {**completion, "choices": [said]},
        {**completion, "choices": [end]},
        {**completion, "choices": [], "usage": _USAGE},
    ]
