from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from headroom import SharedContext
from headroom_langgraph import compress_node

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}


class State(TypedDict, total=False):
    question: str
    found: str
    steps: int
    answer: str


def builder_of(search: Any) -> StateGraph[Any]:
    builder: StateGraph[Any] = StateGraph(State)
    builder.add_node("search", search)
    before = "search"
    for number in range(6):
        builder.add_node(f"step{number}", lambda state, number=number: {"steps": number})
        builder.add_edge(before, before := f"step{number}")
    builder.add_node("ask", lambda state: {"answer": interrupt("Which one?")})
    builder.add_edge(before, "ask")
    builder.add_edge(START, "search")
    return builder


def run(path: Path, search: Any) -> dict[str, Any]:
    """Runs the graph to its question, ends the connection, and answers on another one."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        app = builder_of(search).compile(checkpointer=saver)
        assert "__interrupt__" in app.invoke({"question": "Which was diverted?"}, THREAD)
    with SqliteSaver.from_conn_string(str(path)) as saver:
        app = builder_of(search).compile(checkpointer=saver)
        return app.invoke(Command(resume="HR121"), THREAD)


def test_the_checkpoints_hold_views(ctx: SharedContext, payload: str, tmp_path: Path) -> None:
    def search(state: State) -> State:
        return {"found": payload * 5}

    plain, ours = tmp_path / "plain.db", tmp_path / "ours.db"
    assert run(plain, search)["found"] == payload * 5
    result = run(ours, compress_node(ctx)(search))
    assert result["answer"] == "HR121"
    assert ctx.is_view(result["found"])
    (key,) = ctx
    assert ctx.get(key, full=True) == payload * 5
    sizes = {}
    for path in (plain, ours):
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
        connection.close()
        sizes[path] = path.stat().st_size
    assert sizes[plain] > 3 * sizes[ours]
    assert payload[2000:2100].encode() not in ours.read_bytes()
