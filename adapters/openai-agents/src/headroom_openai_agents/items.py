"""Views in place of payloads, inside the items that the SDK passes around.

Items are never changed in place and never dropped: each keeps its type, its ids and its place, and
the blocks of its content that are not text. What does not change is the same object as before: the
SDK knows items by their identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from agents import RunItem, TResponseInputItem
from agents.items import MessageOutputItem, ToolCallItem, ToolCallOutputItem
from openai.types.responses import ResponseOutputText

from headroom import RetrievalTool
from headroom_openai_agents.calls import Call, Calls, is_for_program
from headroom_openai_agents.citations import moved
from headroom_openai_agents.nested import is_nested, with_lines
from headroom_openai_agents.questions import question_of

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

__all__ = ["SOURCES", "Found", "ItemWalk"]

T = TypeVar("T")

#: The fields of a block that hold text, by its type: of messages and outputs of tools, of a code
#: interpreter, and of shells and file searches, whose blocks have none.
_TEXT_FIELDS = {
    "input_text": ("text",),
    "output_text": ("text",),
    "logs": ("logs",),
    None: ("text", "stdout", "stderr"),
}
#: What of an item is the same on every turn, whether it comes from a model or from a session.
_SAYS = ("role", "call_id", "name", "arguments", "content", "output", "summary")
_CALLS = ("function_call", "custom_tool_call")
#: Where outputs are, and what a tool is called whose call does not name it. Not the arguments of
#: calls: a model writes its next call like the last one, and would write views into files.
_OUTPUTS = {
    "function_call_output": ("output", "tool"),
    "custom_tool_call_output": ("output", "tool"),
    "local_shell_call_output": ("output", "local_shell"),
    "shell_call_output": ("output", "shell"),
    "apply_patch_call_output": ("output", "apply_patch"),
    "mcp_call": ("output", "mcp"),
    "code_interpreter_call": ("outputs", "code_interpreter"),
    "file_search_call": ("results", "file_search"),
}


#: What tools are called that have no names of their own.
SOURCES = frozenset(kind for _, kind in _OUTPUTS.values()) - {"tool", "mcp"}


class Found(NamedTuple):
    """A text that may become a view."""

    text: str
    #: The tool or agent that it comes from.
    source: str
    #: All names of the tool; none where its call is not known.
    names: frozenset[str]
    #: What is asked of it.
    query: str | None
    #: A hash of what stands before it in the conversation.
    before: str


@dataclass
class ItemWalk:
    """Walks through the items of one conversation, and puts something in the place of payloads.

    Args:
        view: Says what gets the place of a text.
        query: What the reader is asked.
        follow: Whether each payload's query is the user message before it, which ``query`` then
            stands in for until there is one. It is the same on every turn, and so is the view.
        earlier: Calls that the conversation carried before.

    """

    view: Callable[[Found], str]
    query: str | None
    follow: bool = False
    earlier: Calls = field(default_factory=Calls)
    #: Filled as calls go by, and they come before their outputs.
    _calls: dict[str, Call] = field(default_factory=dict)
    #: The ids of all calls that went by, also of tools that have no names.
    _called: set[str] = field(default_factory=set)
    #: Whether an output came without its call, so that a server keeps the conversation.
    _is_managed: bool = False
    _before: Hash = field(default_factory=sha256)

    def __post_init__(self) -> None:
        if self.follow and self.query is not None:
            # Asked in an earlier call: all that is known of what stands before.
            self._passed(None, {"role": "user", "content": self.query})

    def input_items(self, items: Iterable[TResponseInputItem]) -> list[TResponseInputItem]:
        """Input items (dicts, as the API takes them) with views in them."""
        return [
            self._nested(item)
            if item.get("role") == "assistant" and is_nested(item.get("content"))
            else self._passed(self._input_item(item), item)
            for item in items
        ]

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

    def _nested(self, item: TResponseInputItem) -> TResponseInputItem:
        """A message that is a history: each item in it by itself, as if it stood in its place."""
        values = cast("dict[str, object]", item)

        def changed(one: dict[str, Any]) -> dict[str, Any]:
            within = cast("TResponseInputItem", one)
            return cast("dict[str, Any]", self._passed(self._input_item(within), within))

        content = str(values["content"])
        new = with_lines(content, changed)
        return item if new == content else cast("TResponseInputItem", {**values, "content": new})

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
        if kind not in _OUTPUTS and isinstance(call_id := values.get("call_id"), str):
            self._called.add(call_id)
        if kind in _CALLS:
            self._note_call(values)
        elif kind in _OUTPUTS:
            return cast("TResponseInputItem", self._tool_output(values))
        elif values.get("role") == "assistant" and kind in (None, "message"):
            if self._is_managed:
                # Not of the conversation: the server has that. The SDK refuses to send another
                # item in place of one that was added to a run that goes on.
                return item
            return cast("TResponseInputItem", self._with(values, "content", "assistant"))
        return item

    def _run_item(self, item: RunItem) -> RunItem:
        if isinstance(item, (ToolCallItem, ToolCallOutputItem)):
            raw: Any = item.raw_item
            values: dict[str, object] = (
                raw if isinstance(raw, dict) else raw.model_dump(exclude_unset=True, warnings=False)
            )
            if values.get("type") in _CALLS:
                self._note_call(values)
            elif values.get("type") in _OUTPUTS:
                changed: Any = self._tool_output(values)
                if changed is not values:
                    if not isinstance(raw, dict):
                        changed = type(raw).model_validate(changed)
                    return replace(item, raw_item=changed)
        elif isinstance(item, MessageOutputItem):
            return self._message(item)
        return item

    def _message(self, item: MessageOutputItem) -> MessageOutputItem:
        old = item.raw_item.content
        new = [
            block.model_copy(update=_as_view(vars(block), view))
            if isinstance(block, ResponseOutputText)
            and (view := self._text(block.text, item.agent.name)) != block.text
            else block
            for block in old
        ]
        if all(one is other for one, other in zip(new, old)):
            return item
        return replace(item, raw_item=item.raw_item.model_copy(update={"content": new}))

    def _note_call(self, item: Mapping[str, object]) -> None:
        noted = self.earlier.note_item(item)
        if noted is not None:
            self._calls[noted[0]] = noted[1]

    def _tool_output(self, item: dict[str, object]) -> dict[str, object]:
        where, kind = _OUTPUTS[str(item["type"])]
        call_id = str(item.get("call_id"))
        call = self._calls.get(call_id) or Call.of(item)
        if call is None and "call_id" in item:
            self._is_managed = self._is_managed or call_id not in self._called
            call = self.earlier.get(call_id)
        if call is None:
            # Of function tools it is not known which one it was.
            names = frozenset() if kind == "tool" else frozenset([kind])
            call = Call(kind, names)
        if call.for_program or is_for_program(item) or RetrievalTool.name in call.names:
            return item
        return self._with(item, where, call.name, call.names)

    def _with(
        self, item: dict[str, object], name: str, source: str, names: frozenset[str] | None = None
    ) -> dict[str, object]:
        """The item with views in one of its fields."""
        old = item.get(name)
        new = self._content(old, source, frozenset([source]) if names is None else names)
        return item if new is old else {**item, name: new}

    def _content(self, content: object, source: str, names: frozenset[str]) -> object:
        """Text, or a list of blocks of which some are text."""
        if isinstance(content, str):
            view = self._text(content, source, names)
            return content if view == content else view
        if not isinstance(content, list):
            return content
        blocks = [self._block(block, source, names) for block in content]
        return content if all(one is other for one, other in zip(blocks, content)) else blocks

    def _block(self, block: object, source: str, names: frozenset[str]) -> object:
        """A block of text, or what one command of a shell printed."""
        if not isinstance(block, dict):
            return block
        kind = block.get("type")
        fields = _TEXT_FIELDS.get(kind if isinstance(kind, str) else None, ())
        texts = {name: text for name in fields if isinstance(text := block.get(name), str)}
        views = {name: self._text(text, source, names) for name, text in texts.items()}
        if views == texts:
            return block
        return {**block, **(_as_view(block, views["text"]) if kind == "output_text" else views)}

    def _text(self, text: str, source: str, names: frozenset[str] | None = None) -> str:
        """The view of a text, or the text."""
        names = frozenset([source]) if names is None else names
        return self.view(Found(text, source, names, self.query, self._before.hexdigest()))


def _as_view(block: Mapping[str, Any], view: str) -> dict[str, object]:
    """What changes of a block of text: all that tells of places in it."""
    changes: dict[str, object] = {"text": view}
    if block.get("annotations"):
        changes["annotations"] = moved(block["annotations"], block["text"], view)
    if block.get("logprobs"):
        changes["logprobs"] = []
    return changes


def _plain(value: object) -> object:
    """Content as text, where it may come as objects of the SDK or as dicts."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return value.get("text", value)
    return getattr(value, "text", value)
