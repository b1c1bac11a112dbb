from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.store.memory import InMemoryStore
from langgraph.store.sqlite import SqliteStore
from scripted import calls

from headroom import SharedContext
from headroom_langgraph import LangGraphStore, compress_node, wrap_tool_call

WARNING = "after a restart, nothing can be looked up"


class State(TypedDict, total=False):
    found: str


def graph_of(ctx: SharedContext, text: str, saver: BaseCheckpointSaver[Any] | None) -> Any:
    builder = StateGraph(State)
    builder.add_node("search", compress_node(ctx)(lambda state: {"found": text}))
    builder.add_edge(START, "search")
    return builder.compile(checkpointer=saver)


def thread(name: str) -> RunnableConfig:
    return {"configurable": {"thread_id": name}}


def warnings(caplog: pytest.LogCaptureFixture) -> int:
    return sum(
        WARNING in record.getMessage() and record.levelno == logging.WARNING
        for record in caplog.records
    )


def test_once_for_each_context(
    payload: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with SqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        first, second = SharedContext(), SharedContext()
        graph_of(first, "short", saver).invoke({}, thread("0"))
        assert warnings(caplog) == 0
        for number in range(3):
            graph_of(first, payload, saver).invoke({}, thread(str(number)))
        assert warnings(caplog) == 1
        graph_of(second, payload, saver).invoke({}, thread("4"))
        assert warnings(caplog) == 2


async def test_async(payload: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        await graph_of(SharedContext(), payload, saver).ainvoke({}, thread("0"))
    assert warnings(caplog) == 1


def test_not_where_nothing_gets_lost(
    payload: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(tmp_path / "checkpoints.db")
    with (
        SqliteSaver.from_conn_string(path) as saver,
        SqliteStore.from_conn_string(str(tmp_path / "store.db")) as store,
        SharedContext(store=f"sqlite:///{tmp_path}/context.db") as durable,
    ):
        store.setup()
        for ctx in (durable, SharedContext(store=LangGraphStore(store))):
            assert ctx.is_view(graph_of(ctx, payload, saver).invoke({}, thread("0"))["found"])
        for other in (InMemorySaver(), None):
            graph_of(SharedContext(), payload, other).invoke({}, thread("0"))
        assert warnings(caplog) == 0
        graph_of(SharedContext(store=LangGraphStore(InMemoryStore())), payload, saver).invoke(
            {}, thread("1")
        )
        assert warnings(caplog) == 1


def test_from_tools(payload: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    node = ToolNode([search], wrap_tool_call=wrap_tool_call(SharedContext()))
    builder = StateGraph(MessagesState)
    builder.add_node("tools", node)
    builder.add_edge(START, "tools")
    with SqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        app = builder.compile(checkpointer=saver)
        app.invoke({"messages": [HumanMessage("?"), calls("search")]}, thread("0"))
    assert warnings(caplog) == 1


def test_not_outside_of_a_graph(payload: str, caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext()
    assert ctx.is_view(compress_node(ctx)(lambda state: {"found": payload})({})["found"])
    assert not caplog.records or warnings(caplog) == 0
