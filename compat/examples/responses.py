"""Responses, as the model of the examples speaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from compat.examples.model import Asked, Call, Turn

__all__ = ["answer", "asked", "compacted", "events", "items_of"]

_USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 15,
}


def items_of(body: dict[str, Any]) -> list[Any]:
    """The items of its input, of which a text alone is one."""
    given = body.get("input") or []
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)


def asked(body: dict[str, Any], items: list[Any]) -> Asked:
    """What a request asks, ``items`` being the whole conversation."""
    tools: dict[str, Any] = {}
    for each in body.get("tools") or []:
        if each["type"] == "function":
            tools[each["name"]] = each.get("parameters") or {}
        elif each["type"] == "custom":
            tools[each["name"]] = None
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        choice = choice.get("name", "auto")
    wanted = (body.get("text") or {}).get("format") or {}
    return Asked(
        tools,
        [
            each["name"]
            for each in items
            if each.get("type") in ("function_call", "custom_tool_call")
        ],
        choice,
        wanted.get("schema"),
        json.dumps([body.get("instructions"), items[:1]]),
        len(items),
    )


def answer(asked: Asked, what: Turn) -> dict[str, Any]:
    """The response, whole."""
    name = asked.identity()
    if isinstance(what, str):
        block = {"type": "output_text", "text": what, "annotations": [], "logprobs": []}
        message = {"role": "assistant", "status": "completed", "content": [block]}
        output: list[Any] = [{"type": "message", "id": f"msg_{name}", **message}]
    else:
        output = [_call(call, f"{name}_{place}") for place, call in enumerate(what)]
    return {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": "none",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _USAGE,
    }


def _call(call: Call, name: str) -> dict[str, Any]:
    ids = {"call_id": f"call_{name}", "name": call.name, "status": "completed"}
    if call.custom:
        return {"type": "custom_tool_call", "id": f"ctc_{name}", "input": call.arguments, **ids}
    return {"type": "function_call", "id": f"fc_{name}", "arguments": call.arguments, **ids}


def compacted(body: dict[str, Any]) -> dict[str, Any]:
    """What a conversation is compacted to."""
    return {
        "id": f"cmp_{len(items_of(body))}",
        "object": "response.compaction",
        "created_at": 0,
        "output": [{"type": "compaction", "id": "c_1", "encrypted_content": "sealed"}],
        "usage": _USAGE,
    }


def events(response: dict[str, Any]) -> list[dict[str, Any]]:
    """A response as it streams."""
    numbers = count()
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    told = [
        {"type": "response.created", "response": begun},
        *(
            event
            for place, item in enumerate(response["output"])
            for event in _events_of(item, place)
        ),
        {"type": "response.completed", "response": response},
    ]
    return [{**each, "sequence_number": next(numbers)} for each in told]


def _events_of(item: dict[str, Any], place: int) -> Iterator[dict[str, Any]]:
    where = {"item_id": item["id"], "output_index": place}
    added = {**item, "status": "in_progress"}
    if item["type"] == "message":
        added["content"] = []
    elif item["type"] == "function_call":
        added["arguments"] = ""
    yield {"type": "response.output_item.added", "output_index": place, "item": added}
    if item["type"] == "message":
        (block,) = item["content"]
        where["content_index"] = 0
        text, half = block["text"], len(block["text"]) // 2
        part = "response.content_part"
        yield {"type": f"{part}.added", "part": {**block, "text": ""}, **where}
        for delta in (text[:half], text[half:]):
            yield {"type": "response.output_text.delta", "delta": delta, "logprobs": [], **where}
        yield {"type": "response.output_text.done", "text": text, "logprobs": [], **where}
        yield {"type": f"{part}.done", "part": block, **where}
    elif item["type"] == "function_call":
        name, given = "response.function_call_arguments", item["arguments"]
        yield {"type": f"{name}.delta", "delta": given, **where}
        yield {"type": f"{name}.done", "arguments": given, "name": item["name"], **where}
    yield {"type": "response.output_item.done", "output_index": place, "item": item}
