"""What a state tells: the question, and the tools that were called."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.graph import START, MessagesState, StateGraph

from headroom import Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_input, compress_messages, compress_node, retrieve_tool


@dataclasses.dataclass(slots=True)
class Slots:
    question: str


@pytest.fixture
def asked() -> list[str | None]:
    return []


@pytest.fixture
def listening(asked: list[str | None]) -> SharedContext:
    """A context that keeps the queries that views are to answer."""

    class Asked:
        name = "json"
        compressor = "asked"

        def recognise(self, source: Source) -> bool:
            return True

        def compress(self, source: Source, request: Request) -> View | None:
            asked.append(request.query)
            return None

    return SharedContext(pipeline=Pipeline([Asked()]))


@pytest.mark.parametrize(
    "state",
    [
        {"messages": [HumanMessage("Who?"), AIMessage("Hm.")]},
        {"messages": HumanMessage("Who?")},
        {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Hm"}]},
        {"messages": [{"type": "human", "content": [{"type": "text", "text": "Who?"}]}]},
        {"messages": [("user", "Who?"), ("ai", "Hm.")], "question": "not this"},
        {"messages": ("human", "Who?")},
        [{"role": "user", "content": "Who?"}, {"role": "user", "content": "I say", "name": "bot"}],
        # Where all users have names, they are what is asked.
        [HumanMessage("How?", name="Ben"), HumanMessage("Who?", name="Ann"), AIMessage("Hm.")],
        Slots("Who?"),
    ],
)
def test_every_notation_of_a_question(
    listening: SharedContext, asked: list[str | None], payload: str, state: Any
) -> None:
    compress_node(listening)(lambda state: {"found": payload})(state)
    assert asked == ["Who?"]


def test_questions_in_inputs_updates_and_channels(
    listening: SharedContext, asked: list[str | None], payload: str
) -> None:
    messages = [{"role": "user", "content": "Who?"}]
    compress_input(listening)({"messages": messages, "found": payload})
    update = {"messages": messages, "found": payload + " "}
    compress_node(listening)(lambda state: update)({"question": "not this"})
    compress_messages(listening)([], [*messages, ToolMessage(payload + "  ", tool_call_id="c")])
    assert asked == ["Who?"] * 3


def test_the_state_says_it_and_not_the_object_of_the_method(
    listening: SharedContext, asked: list[str | None], payload: str
) -> None:
    class Agent:
        task = "not this"

        def __init__(self) -> None:
            self.query = "nor this"

        @compress_node(listening)
        def search(self, state: dict[str, str]) -> dict[str, str]:
            return {"found": payload}

    Agent().search({"question": "Who?"})
    assert asked == ["Who?"]


CALLS: dict[str, Any] = {
    "message": AIMessage("", tool_calls=[{"name": "search", "args": {}, "id": "call_1"}]),
    "dict": {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"type": "function", "id": "call_1", "function": {"name": "search", "arguments": "{}"}}
        ],
    },
}
ANSWERS: dict[str, Any] = {
    "message": lambda text: ToolMessage(text, tool_call_id="call_1"),
    "dict": lambda text: {"role": "tool", "content": text, "tool_call_id": "call_1"},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_call_names_the_tool_where_the_answer_does_not(
    ctx: SharedContext, payload: str, call: Any, answer: Any
) -> None:
    """Tool nodes written by hand often leave the name out."""
    message, excluded = answer(payload), {"exclude": ["search"]}
    update = {"messages": [message]}
    both = {"messages": [call, message]}
    for state, given in (({"messages": [call]}, update), ([call], update), ({}, both)):
        assert compress_node(ctx, **excluded)(lambda state, u=given: u)(state) is given
    assert compress_input(ctx, **excluded)(both) is both
    for left, right in (([call], message), ([], [call, message])):
        assert compress_messages(ctx, **excluded)(left, right)[-1].content == payload
    assert list(ctx) == []
    assert compress_node(ctx)(lambda state: update)({"messages": [call]}) is not update
    (key,) = ctx
    assert key.startswith("search-")


def test_a_node_that_is_sent_a_call(ctx: SharedContext, payload: str) -> None:
    update = {"messages": [ToolMessage(payload, tool_call_id="call_1")]}
    node = compress_node(ctx, exclude=["search"])(lambda call: update)
    assert node(CALLS["message"].tool_calls[0]) is update


def test_an_answer_of_the_retrieval_tool_is_no_payload(ctx: SharedContext, payload: str) -> None:
    ctx.put("flights", payload)
    tool = retrieve_tool(ctx)

    def tool_node(state: MessagesState) -> Any:
        # As the quick start of LangGraph writes it.
        answers = [
            ToolMessage(content=tool.invoke(call["args"]), tool_call_id=call["id"])
            for call in state["messages"][-1].tool_calls  # type: ignore[union-attr]
        ]
        return {"messages": answers}

    builder = StateGraph(MessagesState)
    builder.add_node("tools", compress_node(ctx)(tool_node))
    builder.add_edge(START, "tools")
    arguments = {"key": "flights", "place": "rows 1-60"}
    call = {"name": "headroom_retrieve", "args": arguments, "id": "call_1"}
    asked = [HumanMessage("Which?"), AIMessage("", tool_calls=[call])]
    answer = builder.compile().invoke({"messages": asked})["messages"][-1]
    assert answer.content == tool.invoke(arguments)
    assert ctx.count_tokens(answer.content) > 200
    assert list(ctx) == ["flights"]
