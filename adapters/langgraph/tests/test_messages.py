# No "from __future__ import annotations": the schemas name what only the tests know.
import json
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.types import Overwrite

from headroom import Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_messages, compress_reducer

LOG = "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(80))

WARNINGS = LOG.replace("INFO", "WARN")


@st.composite
def notations(draw: st.DrawFn) -> Any:
    """A message in one of the notations that add_messages takes."""
    text, own = draw(st.sampled_from(["short", LOG, WARNINGS])), draw(st.sampled_from("1234"))
    content = draw(st.sampled_from([text, [{"type": "text", "text": text}]]))
    return draw(
        st.sampled_from(
            [
                AIMessage(content, id=own),
                AIMessageChunk(text, id=own),
                ToolMessage(content, id=own, tool_call_id="c", artifact=[LOG]),
                HumanMessage(content, id=own),
                HumanMessage(content, id=own, name="researcher"),
                SystemMessage(text, id=own),
                RemoveMessage(id=own),
                RemoveMessage(id=REMOVE_ALL_MESSAGES),
                {"role": "assistant", "content": text, "id": own},
                {"role": "user", "content": text, "id": own},
            ]
        )
    )


# Whose messages get views, by what LangChain calls their types.
TYPES = {"tool": {"tool"}, "assistant": {"ai", "AIMessageChunk"}, "user": {"human"}}

updates = st.lists(st.lists(notations(), max_size=4) | notations(), max_size=5)


def played(reducer: Any, series: list[Any]) -> Any:
    """What comes of a series of updates: messages, or the error of the first that fails."""
    messages: Any = []
    for update in series:
        copies = [
            one.model_copy() if isinstance(one, BaseMessage) else one
            for one in (update if isinstance(update, list) else [update])
        ]
        try:
            messages = reducer(messages, copies if isinstance(update, list) else copies[0])
        except ValueError as error:
            return str(error)
    return messages


@given(updates, st.none() | st.sets(st.sampled_from(sorted(TYPES))))
@settings(max_examples=100, deadline=None)
def test_it_does_what_add_messages_does(series: list[Any], roles: set[str] | None) -> None:
    ctx = SharedContext()
    plain = played(add_messages, series)
    originals: dict[str, str] = {}
    ours = played(
        compress_messages(
            ctx,
            min_tokens=100,
            **({} if roles is None else {"roles": roles}),
            on_compress=lambda entry: originals.update({entry.compressed: entry.original}),
        ),
        series,
    )
    if isinstance(plain, str):
        assert ours == plain
        return
    assert len(ours) == len(plain)
    for one, other in zip(ours, plain):
        assert type(one) is type(other)
        empty = {"content": ""}
        assert one.model_copy(update=empty) == other.model_copy(update=empty)
        text, expected = one.text, other.text
        assert text == expected or originals[text] == expected
        taken = ["tool"] if roles is None else roles
        has_view = any(other.type in TYPES[role] for role in taken)
        assert (text != expected) == (has_view and expected != "short")


def graph_of(ctx: SharedContext, *nodes: Any, **options: Any) -> Any:
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], compress_messages(ctx, **options)]

    builder = StateGraph(State)
    for number, node in enumerate(nodes):
        builder.add_node(f"node{number}", node)
        following = f"node{number + 1}" if number + 1 < len(nodes) else END
        # A conditional edge makes LangGraph apply the reducer once more, to look at the state.
        builder.add_conditional_edges(f"node{number}", lambda state, to=following: to)
    builder.add_edge(START, "node0")
    return builder.compile()


def test_in_a_graph_by_id_removed_and_overwritten(ctx: SharedContext, payload: str) -> None:
    seen: list[list[AnyMessage]] = []

    def keep(state: Any) -> None:
        seen.append(state["messages"])

    asked = HumanMessage("Which flight was diverted?", id="0")
    graph_of(
        ctx,
        lambda state: {"messages": [AIMessage("draft", id="1"), AIMessage("note", id="2")]},
        lambda state: {"messages": [ToolMessage(payload, id="1", tool_call_id="c")]},
        keep,
        lambda state: {"messages": [RemoveMessage(id="2")]},
        keep,
        lambda state: {"messages": Overwrite([AIMessage(payload, id="9")])},
        keep,
        lambda state: {"messages": [RemoveMessage(id=REMOVE_ALL_MESSAGES), ("ai", "new")]},
        keep,
    ).invoke({"messages": [asked]})
    replaced, removed, overwritten, cleared = seen
    assert [one.id for one in replaced] == ["0", "1", "2"]
    assert ctx.is_view(replaced[1].text)
    assert "HR121" in replaced[1].text
    assert [one.id for one in removed] == ["0", "1"]
    # Overwrite goes past every reducer: that is what it is for.
    assert [one.content for one in overwritten] == [payload]
    assert [one.content for one in cleared] == ["new"]


def test_the_last_user_message_is_the_query(payload: str) -> None:
    asked: list[str | None] = []

    class Asked:
        name = "json"
        compressor = "asked"

        def recognise(self, source: Source) -> bool:
            return True

        def compress(self, source: Source, request: Request) -> View | None:
            asked.append(request.query)
            return None

    ctx = SharedContext(pipeline=Pipeline([Asked()]))
    said = [HumanMessage("Who?"), AIMessage("Hm.")]
    compress_messages(ctx)(said, [ToolMessage(payload, tool_call_id="a")])
    more = [HumanMessage("Where?"), ToolMessage(payload + " ", tool_call_id="b")]
    compress_messages(ctx)(said, more)
    compress_messages(ctx, query="When?")(said, [ToolMessage(payload + "  ", tool_call_id="c")])
    assert asked == ["Who?", "Where?", "When?"]


def test_it_is_pure_and_one_object(ctx: SharedContext, payload: str) -> None:
    reducer = compress_messages(ctx, exclude=["a", "b"])
    assert compress_messages(ctx, exclude=["b", "a"]) is reducer
    assert compress_messages(ctx) is not reducer
    assert compress_messages(ctx, format="langchain-openai") is not compress_messages(ctx)
    said = ToolMessage(payload, tool_call_id="c")
    once, twice = reducer([], [said]), reducer([], [said])
    assert once == twice
    assert said.content == payload
    assert reducer([], once) == once
    # Neither does a message that is handed back by a node change again.
    assert reducer(once, once) == once


def test_the_format_of_openai(ctx: SharedContext) -> None:
    reducer = compress_messages(ctx, format="langchain-openai")
    image = {"type": "image", "source_type": "base64", "data": "AAAA", "mime_type": "image/png"}
    (message,) = reducer([], [HumanMessage([image])])
    assert message.content[0]["type"] == "image_url"
    called = {"name": "search", "args": {}, "id": "c"}
    answer = ToolMessage(json.dumps(list(range(2000))), tool_call_id="c")
    assert ctx.is_view(reducer([], [AIMessage("", tool_calls=[called]), answer])[1].content)
    with pytest.raises(ValueError, match=r"format must be .* not 'other'"):
        compress_messages(ctx, format="other")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "right", [lambda text: text, lambda text: [text], lambda text: ("user", text)]
)
def test_a_text_is_what_a_user_says(ctx: SharedContext, payload: str, right: Any) -> None:
    for reducer in (compress_messages(ctx), compress_reducer(ctx, add_messages)):
        (message,) = reducer([], right(payload))
        assert isinstance(message, HumanMessage)
        assert message.content == payload


def test_wrong_arguments_are_errors_as_before(ctx: SharedContext) -> None:
    for arguments in (
        (None, ["a"]),
        (["a"], None),
        ([], [3]),
        ([], [RemoveMessage("1")]),
    ):
        errors = []
        for reducer in (add_messages, compress_messages(ctx)):
            with pytest.raises((ValueError, NotImplementedError)) as caught:
                reducer(*arguments)  # type: ignore[arg-type]
            errors.append((caught.type, str(caught.value)))
        assert errors[0] == errors[1]
