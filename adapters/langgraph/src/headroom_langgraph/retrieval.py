"""What the messages of a call tell of the retrieval tool: whether it is named, what it answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from headroom import Handoff, RetrievalTool

__all__ = ["count_answers", "names_tool"]


def count_answers(handoff: Handoff, messages: Sequence[BaseMessage]) -> None:
    """Counts answers of the retrieval tool that a model is sent again in this call.

    The tool itself counts each of them once, for the call that follows it.
    """
    answers = [n for n, message in enumerate(messages) if isinstance(message, AIMessage)]
    # What the model has not answered to yet, it is sent for the first time.
    for message in messages[: answers[-1] if answers else 0]:
        if isinstance(message, ToolMessage) and message.name == RetrievalTool.name:
            for text in _texts(message):
                handoff.answer_sent_again(handoff.ctx.count_tokens(text))


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
