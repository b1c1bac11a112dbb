"""Reducers in the event loops of async graphs, and in channels that hand over batches."""

# No "from __future__ import annotations": the schemas name what only the tests know.
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.store.sqlite import AsyncSqliteStore

from headroom import SharedContext
from headroom_langgraph import (
    LangGraphStore,
    compress_input,
    compress_messages,
    compress_node,
    compress_reducer,
)

try:
    from langgraph.channels import DeltaChannel
except ImportError:
    DeltaChannel = None  # type: ignore[assignment, misc]

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}


@pytest.fixture
def guarded_loops() -> Iterator[None]:
    """Loops as ``langgraph dev`` runs them: a call that blocks one raises."""
    blockbuster = pytest.importorskip("blockbuster")
    with blockbuster.blockbuster_ctx():
        yield


@pytest.fixture(params=["memory", "sqlite"])
def any_ctx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SharedContext]:
    kept = None if request.param == "memory" else f"sqlite:///{tmp_path / 'context.db'}"
    with SharedContext(store=kept) as ctx:
        yield ctx


def other_than(payload: str) -> str:
    """A payload of another view."""
    return payload.replace("HR", "XX")


def graph_of(ctx: SharedContext, node: Any, **compile_with: Any) -> Any:
    class State(TypedDict):
        found: Annotated[str, compress_reducer(ctx)]
        messages: Annotated[list[AnyMessage], compress_messages(ctx)]

    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    return builder.compile(**compile_with)


def answers(text: str) -> Any:
    async def node(state: Any) -> Any:
        return {
            "found": text,
            "messages": [ToolMessage(other_than(text), tool_call_id="c", id="1")],
        }

    return node


@pytest.mark.parametrize("road", ["reducers", "node", "input"])
@pytest.mark.usefixtures("guarded_loops")
async def test_under_a_guard_of_the_loop(any_ctx: SharedContext, payload: str, road: str) -> None:
    if road == "reducers":
        result = await graph_of(any_ctx, answers(payload)).ainvoke({"found": "", "messages": []})
    elif road == "node":
        result = await compress_node(any_ctx)(answers(payload))({})
    else:
        # What is not awaited does its work elsewhere, too.
        result = compress_input(any_ctx)(await answers(payload)({}))
    assert await any_ctx.aoriginal_of(result["found"]) == payload
    assert await any_ctx.aoriginal_of(result["messages"][-1].content) == other_than(payload)


def test_what_blocks_is_said_when_it_is_built(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    compress_reducer(SharedContext())
    assert not caplog.records
    with SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}") as ctx:
        compress_reducer(ctx)
        compress_messages(ctx)
    (said,) = caplog.records
    assert said.levelno == logging.WARNING
    assert "decorate the nodes with compress_node(ctx)" in said.getMessage()


async def test_a_store_that_can_only_be_awaited(
    payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A reducer says at once what to use, and leaves what it is given alone; a node works."""
    async with AsyncSqliteStore.from_conn_string(":memory:") as store:
        await store.setup()
        ctx = SharedContext(store=LangGraphStore(store), ttl=None, max_entries=None)
        graph = graph_of(ctx, answers(payload), store=store)
        (said,) = caplog.records
        assert "reducers cannot await the asynchronous store" in said.getMessage()
        result = await graph.ainvoke({"found": "", "messages": []})
        assert result["found"] == payload
        assert result["messages"][0].content == other_than(payload)
        assert sum("as it is: " in one.getMessage() for one in caplog.records) == 1
        seen = await compress_node(ctx)(answers(payload))({})
        assert await ctx.aoriginal_of(seen["found"]) == payload


@pytest.mark.skipif(DeltaChannel is None, reason="this langgraph has no DeltaChannel")
class TestDeltaChannel:
    def graph(self, ctx: SharedContext, saver: Any, *nodes: Any) -> Any:
        def extended(state: list[str], writes: list[list[str]]) -> list[str]:
            return [*state, *(one for write in writes for one in write)]

        class State(TypedDict):
            messages: Annotated[list[AnyMessage], DeltaChannel(compress_messages(ctx))]
            found: Annotated[list[str], DeltaChannel(compress_reducer(ctx, extended))]

        builder = StateGraph(State)
        builder.add_sequence([(f"node{number}", node) for number, node in enumerate(nodes)])
        builder.add_edge(START, "node0")
        return builder.compile(checkpointer=saver)

    def test_writes_in_batches(self, ctx: SharedContext, payload: str) -> None:
        saver = InMemorySaver()

        def search(state: Any) -> Any:
            answer = ToolMessage(payload, tool_call_id="c", id="t")
            return {"messages": [AIMessage("Hm.", id="a"), answer], "found": [other_than(payload)]}

        def ask(state: Any) -> Any:
            return {"messages": [HumanMessage("And from Madrid?", id="q2"), RemoveMessage("a")]}

        graph = self.graph(ctx, saver, search, ask)
        asked = HumanMessage("Which flight was diverted?", id="q")
        result = graph.invoke({"messages": [asked], "found": ["short"]}, THREAD)
        assert [one.id for one in result["messages"]] == ["q", "t", "q2"]
        assert ctx.original_of(result["messages"][1].content) == payload
        assert result["found"][0] == "short"
        assert ctx.original_of(result["found"][1]) == other_than(payload)
        # Read again from the checkpoint, all writes in one batch: the same views.
        assert graph.get_state(THREAD).values == result
        # And in another process, whose store is empty.
        other = SharedContext()
        again = self.graph(other, saver, search, ask).get_state(THREAD).values
        assert again == result
        assert other.original_of(again["messages"][1].content) == payload

    def test_batches_of_any_size_give_the_same(self, payload: str) -> None:
        # It has no name: the call says which tool it comes from.
        other = ToolMessage(other_than(payload), tool_call_id="d", id="3")
        called = AIMessage("", id="5", tool_calls=[{"name": "look", "args": {}, "id": "d"}])
        report = HumanMessage("I am an agent.", name="agent", id="6")
        writes: list[Any] = [
            [HumanMessage("Which was diverted?", id="1")],
            ToolMessage(payload, tool_call_id="c", id="2"),
            [report, HumanMessage("And from Madrid?", id="4"), called],
            [report, other],
            [{"role": "tool", "content": payload, "tool_call_id": "e", "id": "2"}],
        ]
        found = []
        for size in (1, 2, 3, 5):
            reducer = compress_messages(SharedContext(), mention_tool=True, max_tokens=300)
            state: list[Any] = []
            for start in range(0, len(writes), size):
                state = reducer(state, writes[start : start + size])
            found.append(state)
        assert all(state == found[0] for state in found)
        assert [one.id for one in found[0]] == ["1", "2", "6", "4", "5", "3"]
        assert 'headroom_retrieve(key="look-' in found[0][-1].content
        assert payload not in [one.content for one in found[0]]
