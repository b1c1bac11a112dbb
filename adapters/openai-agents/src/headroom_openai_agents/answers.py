"""Answers of the retrieval tool among what a model is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from agents import TResponseInputItem

from headroom import RetrievalTool

__all__ = ["answers_sent_again"]


def answers_sent_again(items: Sequence[TResponseInputItem]) -> Iterator[str]:
    """Those that an earlier call carried as well: what a model has said since then tells.

    >>> call = {"type": "function_call", "call_id": "1", "name": "headroom_retrieve"}
    >>> answer = {"type": "function_call_output", "call_id": "1", "output": "[rows 8]"}
    >>> said = {"role": "assistant", "content": "It is row 8."}
    >>> list(answers_sent_again([call, answer])), list(answers_sent_again([call, answer, said]))
    ([], ['[rows 8]'])
    """
    values = [cast("dict[str, object]", item) for item in items]
    said = [
        number
        for number, item in enumerate(values)
        if item.get("role") == "assistant" or item.get("type") == "function_call"
    ]
    calls = {item.get("call_id") for item in values if item.get("name") == RetrievalTool.name}
    for item in values[: said[-1] if said else 0]:
        output = item.get("output")
        if item.get("call_id") in calls and isinstance(output, str):
            yield output
