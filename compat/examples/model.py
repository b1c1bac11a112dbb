"""A model that does the same for the same conversation, and tries all that it is offered.

It calls the first tool that it is offered, then the others at once, then hands off, each once in a
conversation; then it answers, by the schema where there is one. What the texts of tools say does
not matter to it: what an example does must not lean on whether they are views.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compat.examples.schemas import value_of

__all__ = ["Asked", "Call", "Turn", "turn"]

_HANDOFF, _OURS = "transfer_to_", "headroom_"


@dataclass(frozen=True)
class Call:
    """One call of a tool; a custom tool takes a text."""

    name: str
    arguments: str
    custom: bool = False


@dataclass(frozen=True)
class Asked:
    """What a request asks, by whichever API."""

    #: The schema of each tool; None for a custom tool.
    tools: Mapping[str, Any]
    #: The tools that were called, in their order.
    called: Sequence[str]
    #: ``"auto"``, ``"none"``, ``"required"``, or the name of a tool.
    choice: str
    #: What the answer is to look like.
    schema: Any
    #: What tells this conversation from others: instructions and first message.
    beginning: str
    #: How many items it has so far.
    length: int

    def identity(self) -> str:
        """Names the turn: the same for the same conversation, whatever its tools answered."""
        tools = sorted(each for each in self.tools if not each.startswith(_OURS))
        told = json.dumps([self.beginning, self.length, list(self.called), tools])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


#: Calls, or a text.
Turn = Sequence[Call] | str


def turn(asked: Asked, says: str) -> Turn:
    """What the model does; ``says`` is the text that it answers with."""
    if asked.choice in asked.tools:
        return [_call(asked, asked.choice)]
    todo = [each for each in asked.tools if each not in asked.called and not each.startswith(_OURS)]
    if asked.choice != "none":
        plain = [each for each in todo if not each.startswith(_HANDOFF)]
        if plain:
            begun = any(not each.startswith(_HANDOFF) for each in asked.called)
            return [_call(asked, each) for each in (plain if begun else plain[:1])]
        if todo and not any(each.startswith(_HANDOFF) for each in asked.called):
            return [_call(asked, todo[0])]
        known = [each for each in asked.tools if not each.startswith(_OURS)]
        if asked.choice == "required" and known:
            return [_call(asked, known[0])]
    return says if asked.schema is None else json.dumps(value_of(asked.schema))


def _call(asked: Asked, name: str) -> Call:
    schema = asked.tools[name]
    if schema is None:
        return Call(name, "text", custom=True)
    return Call(name, json.dumps(value_of(schema)))
