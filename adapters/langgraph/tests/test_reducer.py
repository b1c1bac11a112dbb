# No "from __future__ import annotations": the schemas name what only the tests know.
import dataclasses
import operator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Overwrite

from headroom import ContextEntry, SharedContext
from headroom_langgraph import compress_reducer


def run(schema: Any, *updates: dict[str, Any], start: dict[str, Any] | None = None) -> Any:
    """Runs a graph whose nodes return these updates, with a conditional edge between them."""
    builder = StateGraph(schema)
    for number, update in enumerate(updates):
        builder.add_node(f"node{number}", lambda state, update=update: update)
        following = f"node{number + 1}" if number + 1 < len(updates) else END
        # A conditional edge makes LangGraph apply the reducer once more, to look at the state.
        builder.add_conditional_edges(f"node{number}", lambda state, to=following: to)
    builder.add_edge(START, "node0")
    return builder.compile().invoke(start or {})


def test_the_last_value(ctx: SharedContext, payload: str) -> None:
    class State(TypedDict):
        found: Annotated[str, compress_reducer(ctx)]

    seen = run(State, {"found": payload})["found"]
    assert ctx.is_view(seen)
    assert "HR121" in seen
    (key,) = ctx
    assert ctx.get(key, full=True) == payload
    assert run(State, {"found": payload}, {"found": "short"})["found"] == "short"
    assert run(State, {"found": "a"}, {"found": Overwrite(payload)})["found"] == payload


def test_it_wraps_a_reducer(ctx: SharedContext, payload: str) -> None:
    class State(TypedDict):
        found: Annotated[list[str], compress_reducer(ctx, operator.add)]

    found = run(State, {"found": [payload]}, {"found": ["short"]})["found"]
    assert ctx.is_view(found[0])
    assert found[1:] == ["short"]


def trimmed(left: Any, right: Any) -> Any:
    return add_messages(left, right)[-10:]  # type: ignore[index]


@pytest.mark.parametrize("inner", [add_messages, trimmed])
def test_messages(ctx: SharedContext, payload: str, inner: Any) -> None:
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], compress_reducer(ctx, inner)]

    seen: list[str | None] = []
    builder = StateGraph(State)
    builder.add_node("say", lambda state: {"messages": [ToolMessage(payload, tool_call_id="b")]})
    builder.add_node("last", lambda state: {"messages": ToolMessage("ok", tool_call_id="c")})
    builder.add_edge(START, "say")

    def route(state: Any) -> str:
        seen.append(state["messages"][-1].id)
        return "last"

    builder.add_conditional_edges("say", route, ["last"])
    asked, said, done = builder.compile().invoke({"messages": [("user", payload)]})["messages"]
    assert isinstance(asked, HumanMessage)
    assert asked.content == payload
    assert ctx.is_view(said.content)
    assert seen == [said.id]
    assert done.content == "ok"


def test_messages_are_replaced_by_id(ctx: SharedContext, payload: str) -> None:
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], compress_reducer(ctx, add_messages)]

    first, again = AIMessage("draft", id="1"), ToolMessage(payload, id="1", tool_call_id="c")
    (message,) = run(State, {"messages": [first]}, {"messages": [again]})["messages"]
    assert ctx.is_view(message.content)
    assert again.content == payload


def test_equal_arguments_give_one_object(ctx: SharedContext, payload: str) -> None:
    entries: list[ContextEntry] = []
    options: dict[str, Any] = {"exclude": ["a", "b"], "on_compress": entries.append}
    one = compress_reducer(ctx, operator.add, **options)
    assert compress_reducer(ctx, operator.add, **options) is one
    assert compress_reducer(ctx, operator.add) is not one
    assert compress_reducer(ctx) is not compress_reducer(SharedContext())

    class State(TypedDict):
        found: Annotated[str, compress_reducer(ctx)]

    class Part(TypedDict):
        found: Annotated[str, compress_reducer(ctx)]

    def node(state: Part) -> Part:
        return {"found": payload}

    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    assert ctx.is_view(builder.compile().invoke({"found": ""})["found"])


def test_it_is_pure_and_idempotent(ctx: SharedContext, payload: str) -> None:
    reducer = compress_reducer(ctx)
    view = reducer("", payload)
    assert reducer("", payload) == view
    assert reducer("", view) == view
    given = [payload]
    assert compress_reducer(ctx, operator.add)([], given) == [view]
    assert given == [payload]


def test_errors(payload: str) -> None:
    small = SharedContext(max_payload_bytes=10)
    assert compress_reducer(small)("", payload) == payload
    with pytest.raises(TypeError, match="exclude takes several names"):
        compress_reducer(small, exclude="a")
    with pytest.raises(ValueError, match="max_tokens"):
        compress_reducer(small, max_tokens=0)


def test_callables_that_cannot_be_hashed(ctx: SharedContext, payload: str) -> None:
    @dataclasses.dataclass
    class Counter:
        count: int = 0

        def __call__(self, entry: ContextEntry) -> None:
            self.count += 1

    counter, other = Counter(), Counter()
    reducer = compress_reducer(ctx, on_compress=counter)
    assert compress_reducer(ctx, on_compress=counter) is reducer
    assert compress_reducer(ctx, on_compress=other) is not reducer
    reducer("", payload)
    assert (counter.count, other.count) == (1, 0)
