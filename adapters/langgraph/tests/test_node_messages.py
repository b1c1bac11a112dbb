"""Messages that a decorated node returns."""

from __future__ import annotations

from typing import Any

import pytest
from checks import is_view
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import compress_node, retrieve_tool


def messages_after(node: Any) -> list[AnyMessage]:
    builder = StateGraph(MessagesState)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    return builder.compile().invoke({"messages": [HumanMessage("Which was diverted?", id="0")]})[
        "messages"
    ]


def test_messages_keep_everything_but_their_text(ctx: SharedContext, payload: str) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    given = [
        AIMessage(payload, id="1", tool_calls=[{"name": "search", "args": {}, "id": "c"}]),
        ToolMessage(payload, id="2", tool_call_id="c", name="search", artifact=[payload]),
        ToolMessage([{"type": "text", "text": payload}, image], id="3", tool_call_id="d"),
        HumanMessage(payload, id="4", name="researcher"),
    ]
    everyone = ["tool", "assistant", "user"]
    _, said, answered, blocks, reported = messages_after(
        compress_node(ctx, roles=everyone)(lambda state: {"messages": given})
    )
    for message in (said, answered, reported):
        assert ctx.is_view(str(message.content))
    assert isinstance(blocks.content, list)
    text, kept = blocks.content
    assert isinstance(text, dict)
    assert ctx.is_view(text["text"])
    assert kept == image
    for new, old in zip((said, answered, blocks, reported), given):
        assert new.model_copy(update={"content": ""}) == old.model_copy(update={"content": ""})
    assert given[0].content == payload


@pytest.mark.parametrize(
    "message",
    [
        lambda text: HumanMessage(text),
        lambda text: HumanMessage(text, name="researcher"),
        lambda text: AIMessage(text),
        lambda text: AIMessage(text, name="researcher"),
        lambda text: ("ai", text),
        lambda text: {"role": "assistant", "content": text},
        lambda text: {"role": "user", "content": text, "name": "Ann"},
        lambda text: text,
        lambda text: SystemMessage(text),
        lambda text: ("user", text),
        lambda text: {"role": "system", "content": text},
        lambda text: ToolMessage(text, tool_call_id="c", name="headroom_retrieve"),
    ],
)
def test_messages_that_stay(ctx: SharedContext, payload: str, message: Any) -> None:
    for update in ([message(payload)], message(payload)):
        last = messages_after(compress_node(ctx)(lambda state, u=update: {"messages": u}))[-1]
        assert last.content == payload


@pytest.mark.parametrize(
    ("message", "role"),
    [
        (lambda text: ("ai", text), "assistant"),
        (lambda text: {"role": "assistant", "content": text}, "assistant"),
        (lambda text: {"type": "ai", "content": text}, "assistant"),
        (AIMessage, "assistant"),
        (lambda text: ("user", text), "user"),
        (lambda text: {"role": "user", "content": text, "name": "Ann"}, "user"),
        (lambda text: text, "user"),
        (lambda text: {"role": "tool", "content": text, "tool_call_id": "c"}, "tool"),
        (lambda text: ToolMessage(text, tool_call_id="c"), "tool"),
    ],
)
def test_roles_widen_or_narrow_whose_messages_get_views(
    ctx: SharedContext, payload: str, message: Any, role: str
) -> None:
    others = {"tool", "assistant", "user"} - {role}
    for update in ([message(payload)], message(payload)):
        node: Any = lambda state, u=update: {"messages": u}  # noqa: E731
        last = messages_after(compress_node(ctx, roles=others)(node))[-1]
        assert last.content == payload
        last = messages_after(compress_node(ctx, roles=[role], query="HR121")(node))[-1]
        assert is_view(ctx, last.content, payload)


def test_a_tool_node_and_the_retrieval_tool(ctx: SharedContext, payload: str) -> None:
    @tool
    def search(place: str) -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(
        says=[calls("search", place="all"), AIMessage("Let me look."), AIMessage("HR121.")]
    )
    retrieval = retrieve_tool(ctx)
    tools = [search, retrieval]
    bound = model.bind_tools(tools)
    tool_node = compress_node(ctx, mention_tool=True, max_tokens=300)(ToolNode(tools))

    def agent(state: MessagesState) -> Any:
        return {"messages": [bound.invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_node("tools", tool_node)
    builder.add_edge(START, "agent")
    builder.add_conditional_edges(
        "agent", lambda state: "tools" if state["messages"][-1].tool_calls else END
    )
    builder.add_edge("tools", "agent")
    builder.compile().invoke({"messages": [HumanMessage("Which flight was diverted?")]})
    sent = model.sent[1][-1]
    assert isinstance(sent, ToolMessage)
    assert (sent.tool_call_id, sent.name) == ("call_search", "search")
    assert is_view(ctx, sent.content, payload)
    assert ctx.count_tokens(str(sent.content)) <= 300
    (key,) = ctx
    assert f'headroom_retrieve(key="{key}"' in str(sent.content)
    assert "HR004" in retrieval.invoke({"key": key, "rows": "5"})
