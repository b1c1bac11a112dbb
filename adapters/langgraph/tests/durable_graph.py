"""A graph of 20 steps with large findings, on disk; run as a module, it resumes one."""

from __future__ import annotations

import contextlib
import json
import operator
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.store.sqlite import SqliteStore
from langgraph.types import Command, interrupt

from headroom import ContextEntry, SharedContext
from headroom_langgraph import LangGraphStore, compress_node, retrieve_tool

STEPS = 20
PAYLOAD_BYTES = 200_000
THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}


class State(TypedDict, total=False):
    question: str
    found: Annotated[list[str], operator.add]
    answer: str


def finding(step: int) -> str:
    """What a step finds: a log, in which one request fails."""
    lines = [
        f"INFO request {step}:{number} took {number * 7919 % (100 + step)} ms on host {number % 9}"
        for number in range(5000)
    ]
    lines[1500] = f"ERROR request {step}:1500 failed after {9000 + step} ms"
    return "\n".join(lines)


@contextlib.contextmanager
def opened(folder: Path, originals: str) -> Iterator[tuple[Any, SharedContext | None]]:
    """The graph over the files of a folder, with originals in one of them, or without Headroom."""
    with contextlib.ExitStack() as stack:
        checkpoints = str(folder / "checkpoints.db")
        saver = stack.enter_context(SqliteSaver.from_conn_string(checkpoints))
        ctx = store = None
        if originals == "sqlite":
            ctx = SharedContext(store=f"sqlite:///{folder}/context.db", ttl=None)
            stack.callback(ctx.close)
        elif originals == "graph":
            path = str(folder / "store.db")
            store = stack.enter_context(SqliteStore.from_conn_string(path))
            store.setup()
            ctx = SharedContext(store=LangGraphStore(store), ttl=None)
        yield graph_of(ctx).compile(checkpointer=saver, store=store), ctx


def graph_of(ctx: SharedContext | None) -> StateGraph[Any]:
    builder: StateGraph[Any] = StateGraph(State)
    before = START
    for number in range(STEPS):
        node: Any = lambda state, number=number: {"found": [finding(number)]}  # noqa: E731
        builder.add_node(f"step{number}", node if ctx is None else compress_node(ctx)(node))
        builder.add_edge(before, before := f"step{number}")
    builder.add_node("ask", lambda state: {"answer": interrupt("Is that all?")})
    builder.add_edge(before, "ask")
    return builder


def main(folder: Path, originals: str) -> None:
    with opened(folder, originals) as (app, ctx):
        assert ctx is not None
        again: list[ContextEntry] = []
        found = app.get_state(THREAD).values["found"]
        compress_node(ctx, on_compress=again.append)(lambda state: {"found": found})({})
        result = app.invoke(Command(resume="yes"), THREAD)
        kept = {ctx.get(key, full=True): key for key in ctx}
        key = kept[finding(3)]
        answer = {
            "answer": result["answer"],
            "known_as_views": sum(ctx.is_view(text) for text in result["found"]),
            "originals": sum(finding(step) in kept for step in range(STEPS)),
            "looked_up": retrieve_tool(ctx).invoke({"key": key, "query": "failed"}),
            "compressed_again": len(again),
        }
        print(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
