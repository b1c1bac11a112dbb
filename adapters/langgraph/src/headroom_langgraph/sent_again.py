"""Views that a model is sent again: each call of an agent carries all messages up to it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from headroom import Decision, Handoff, RetrievalTool

__all__ = ["SentAgain", "names_tool"]

# Views that are known; the least recent go first, and are counted once then.
_KNOWN = 10_000


class SentAgain:
    """Counts what later calls of a model are not sent either; the first one is counted by the
    decision itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: OrderedDict[int, Decision] = OrderedDict()

    def note(self, decision: Decision) -> None:
        """Notes what a view saves in each call."""
        if not decision.is_view:
            return
        with self._lock:
            self._decisions[hash(decision.text)] = replace(decision, text="")
            while len(self._decisions) > _KNOWN:
                self._decisions.popitem(last=False)

    def count(
        self, handoff: Handoff, reader: str, messages: Sequence[BaseMessage], tool_tokens: int
    ) -> None:
        """Counts one call of a model.

        Args:
            handoff: Counts.
            reader: Whose model it is.
            messages: What it is sent.
            tool_tokens: What the tool costs, if it is sent along.

        """
        answers = [n for n, message in enumerate(messages) if isinstance(message, AIMessage)]
        # What the model has not answered to yet, it is sent for the first time.
        first_new = answers[-1] if answers else 0
        for number, message in enumerate(messages):
            is_answer = isinstance(message, ToolMessage) and message.name == RetrievalTool.name
            for text in _texts(message):
                decision = self._known(text)
                if number >= first_new:
                    continue
                if is_answer:
                    handoff.answer_sent_again(handoff.ctx.count_tokens(text))
                elif decision is not None:
                    handoff.sent_again(decision)
        if not names_tool(messages[first_new:]) and names_tool(messages):
            handoff.tool_sent(reader, tool_tokens)

    def _known(self, text: str) -> Decision | None:
        with self._lock:
            return self._decisions.get(hash(text))


def names_tool(messages: object) -> bool:
    """Whether a view among messages says how to call the retrieval tool.

    A text that only looks like one does no harm: its reader is offered a tool.
    """
    said = f"{RetrievalTool.name}(key="
    return any(
        said in str(getattr(message, "content", ""))
        for message in (messages if isinstance(messages, Sequence) else [])
    )


def _texts(message: BaseMessage) -> Iterator[str]:
    content = message.content
    if isinstance(content, str):
        yield content
        return
    for block in content:
        text = block.get("text") if isinstance(block, dict) else block
        if isinstance(text, str):
            yield text
