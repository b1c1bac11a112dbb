"""Views in place of payloads, inside the items that the SDK passes around.

Items are never changed in place and never dropped: each keeps its type, its ids and its place, and
the blocks of its content that are not text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from agents import RunItem, TResponseInputItem
from agents.items import MessageOutputItem, ToolCallItem, ToolCallOutputItem
from openai.types.responses import ResponseOutputText

from headroom import Handoff
from headroom_openai_agents.data import as_json

__all__ = ["ItemViews"]

_TEXT_BLOCKS = ("input_text", "output_text")


@dataclass
class ItemViews:
    """Replaces the payloads of one handoff by views.

    Args:
        handoff: Makes the views.
        query: What the next agent is asked.
        own_tool: The name of the retrieval tool, whose answers are never compressed.

    """

    handoff: Handoff
    query: str | None
    own_tool: str
    #: Which tool each call is of; filled as calls go by, and they come before their outputs.
    _tools: dict[str, str] = field(default_factory=dict)

    def input_items(self, items: Iterable[TResponseInputItem]) -> tuple[TResponseInputItem, ...]:
        """Input items (dicts, as the API takes them) with views in them."""
        return tuple(self._input_item(item) for item in items)

    def run_items(self, items: Iterable[RunItem]) -> tuple[RunItem, ...]:
        """Run items with views in them."""
        return tuple(self._run_item(item) for item in items)

    def _input_item(self, item: TResponseInputItem) -> TResponseInputItem:
        values = cast("dict[str, object]", item)
        kind = values.get("type")
        if kind == "function_call":
            self._note_call(values)
        elif kind == "function_call_output":
            return cast("TResponseInputItem", self._tool_output(values))
        elif values.get("role") == "assistant" and kind in (None, "message"):
            content = self._content(values.get("content"), "assistant")
            return cast("TResponseInputItem", {**values, "content": content})
        return item

    def _run_item(self, item: RunItem) -> RunItem:
        if isinstance(item, ToolCallItem):
            raw = item.raw_item
            self._note_call(raw if isinstance(raw, dict) else vars(raw))
        elif isinstance(item, ToolCallOutputItem) and isinstance(item.raw_item, dict):
            if item.raw_item.get("type") == "function_call_output":
                changed = self._tool_output(item.raw_item)
                return replace(item, raw_item=changed)
        elif isinstance(item, MessageOutputItem):
            source = item.agent.name
            blocks = [
                block.model_copy(update={"text": self._view(block.text, source)})
                if isinstance(block, ResponseOutputText)
                else block
                for block in item.raw_item.content
            ]
            return replace(item, raw_item=item.raw_item.model_copy(update={"content": blocks}))
        return item

    def _note_call(self, call: Mapping[str, object]) -> None:
        call_id, name = call.get("call_id"), call.get("name")
        if isinstance(call_id, str) and isinstance(name, str):
            self._tools[call_id] = name

    def _tool_output(self, item: Mapping[str, object]) -> dict[str, object]:
        source = self._tools.get(str(item.get("call_id")), "tool")
        if source == self.own_tool:
            return dict(item)
        return {**item, "output": self._content(item.get("output"), source)}

    def _content(self, content: object, source: str) -> object:
        """Text, or a list of blocks of which some are text."""
        if isinstance(content, str):
            return self._view(content, source)
        if not isinstance(content, list):
            return content
        return [
            {**block, "text": self._view(block["text"], source)}
            if isinstance(block, dict)
            and block.get("type") in _TEXT_BLOCKS
            and isinstance(block.get("text"), str)
            else block
            for block in content
        ]

    def _view(self, text: str, source: str) -> str:
        data = as_json(text)
        view = self.handoff.view(data, source=source, agent=source, query=self.query)
        # Data goes on in the notation in which it came, if it goes on as it is.
        return text if view == data else view
