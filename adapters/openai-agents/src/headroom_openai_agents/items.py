"""Views in place of payloads, inside the items that the SDK passes around.

Items are never changed in place and never dropped: each keeps its type, its ids and its place, and
the blocks of its content that are not text. What does not change is the same object as before: the
SDK knows items by their identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, cast

from agents import RunItem, TResponseInputItem
from agents.handoffs import get_conversation_history_wrappers
from agents.items import MessageOutputItem, ToolCallItem, ToolCallOutputItem
from openai.types.responses import ResponseOutputText

from headroom import RetrievalTool
from headroom_openai_agents.questions import question_of

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

__all__ = ["ItemWalk"]

T = TypeVar("T")

_TEXT_BLOCKS = ("input_text", "output_text")
#: Characters: how far into a message the SDK's sign of a nested history may stand.
_PREAMBLE = 400
#: What of an item is the same on every turn, whether it comes from a model or from a session.
_SAYS = ("role", "call_id", "name", "arguments", "content", "output", "summary")
_CALLS = ("function_call", "custom_tool_call")
#: The outputs that are taken, and what a tool is called whose call does not name it.
_OUTPUTS = {
    "function_call_output": "tool",
    "custom_tool_call_output": "tool",
    "local_shell_call_output": "local_shell",
    "shell_call_output": "shell",
}


#: What gets the place of a text: given the text, its source, what is asked of it, and a hash of
#: what stands before it in the conversation.
View = Callable[[str, str, str | None, str], str]


@dataclass
class ItemWalk:
    """Walks through the items of one conversation, and puts something in the place of payloads.

    Args:
        view: Says what.
        query: What the reader is asked.
        follow: Whether each payload's query is the user message before it, which ``query`` then
            stands in for until there is one. It is the same on every turn, and so is the view.

    """

    view: View
    query: str | None
    follow: bool = False
    #: Which tool each call is of; filled as calls go by, and they come before their outputs.
    _tools: dict[str, str] = field(default_factory=dict)
    _before: Hash = field(default_factory=sha256)

    def input_items(self, items: Iterable[TResponseInputItem]) -> list[TResponseInputItem]:
        """Input items (dicts, as the API takes them) with views in them."""
        return [self._passed(self._input_item(item), item) for item in items]

    def run_items(self, items: Iterable[RunItem]) -> tuple[RunItem, ...]:
        """Run items with views in them."""
        return tuple(self._passed(self._run_item(item), item) for item in items)

    def history(
        self, items: str | tuple[TResponseInputItem, ...]
    ) -> str | tuple[TResponseInputItem, ...]:
        """What a run began with: a message of the user, or items."""
        if isinstance(items, str):
            return self._passed(items, {"role": "user", "content": items})
        return tuple(self.input_items(items))

    def text(self, text: str, source: str) -> str:
        """The view of a text, or the text."""
        return self.view(text, source, self.query, self._before.hexdigest())

    def _passed(self, result: T, item: object) -> T:
        """Takes note of what stands before the items to come, as it was."""
        raw = getattr(item, "raw_item", item)
        said = raw if isinstance(raw, dict) else vars(raw)
        self._before.update(
            repr([_plain(said.get(name)) for name in _SAYS]).encode("utf-8", "surrogatepass")
        )
        return result

    def _input_item(self, item: TResponseInputItem) -> TResponseInputItem:
        values = cast("dict[str, object]", item)
        kind = values.get("type")
        if self.follow and (asked := question_of(values)) is not None:
            self.query = asked
        if kind in _CALLS:
            self._note_call(values)
        elif kind in _OUTPUTS:
            return cast("TResponseInputItem", self._tool_output(values))
        elif values.get("role") == "assistant" and kind in (None, "message"):
            return cast("TResponseInputItem", self._with(values, "content", "assistant"))
        return item

    def _run_item(self, item: RunItem) -> RunItem:
        if isinstance(item, ToolCallItem):
            raw = item.raw_item
            self._note_call(raw if isinstance(raw, dict) else vars(raw))
        elif isinstance(item, ToolCallOutputItem) and isinstance(item.raw_item, dict):
            if item.raw_item.get("type") in _OUTPUTS:
                changed = self._tool_output(cast("dict[str, object]", item.raw_item))
                return item if changed is item.raw_item else replace(item, raw_item=changed)
        elif isinstance(item, MessageOutputItem):
            return self._message(item)
        return item

    def _message(self, item: MessageOutputItem) -> MessageOutputItem:
        old = item.raw_item.content
        new = [
            block.model_copy(update={"text": view})
            if isinstance(block, ResponseOutputText)
            and (view := self.text(block.text, item.agent.name)) != block.text
            else block
            for block in old
        ]
        if all(one is other for one, other in zip(new, old)):
            return item
        return replace(item, raw_item=item.raw_item.model_copy(update={"content": new}))

    def _note_call(self, call: Mapping[str, object]) -> None:
        call_id, name = call.get("call_id"), call.get("name")
        if isinstance(call_id, str) and isinstance(name, str):
            self._tools[call_id] = name

    def _tool_output(self, item: dict[str, object]) -> dict[str, object]:
        source = self._tools.get(str(item.get("call_id"))) or _OUTPUTS[str(item["type"])]
        return item if source == RetrievalTool.name else self._with(item, "output", source)

    def _with(self, item: dict[str, object], name: str, source: str) -> dict[str, object]:
        """The item with views in one of its fields."""
        old = item.get(name)
        new = self._content(old, source)
        return item if new is old else {**item, name: new}

    def _content(self, content: object, source: str) -> object:
        """Text, or a list of blocks of which some are text."""
        if isinstance(content, str):
            # A history that the SDK wrote into one message holds views already.
            if get_conversation_history_wrappers()[0] in content[:_PREAMBLE]:
                return content
            view = self.text(content, source)
            return content if view == content else view
        if not isinstance(content, list):
            return content
        blocks = [self._block(block, source) for block in content]
        return content if all(one is other for one, other in zip(blocks, content)) else blocks

    def _block(self, block: object, source: str) -> object:
        """A block of text, or what one command of a shell printed."""
        if not isinstance(block, dict):
            return block
        names = ("text",) if block.get("type") in _TEXT_BLOCKS else ("stdout", "stderr")
        texts = {name: text for name in names if isinstance(text := block.get(name), str)}
        views = {name: self.text(text, source) for name, text in texts.items()}
        return block if views == texts else {**block, **views}


def _plain(value: object) -> object:
    """Content as text, where it may come as objects of the SDK or as dicts."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return value.get("text", value)
    return getattr(value, "text", value)
