"""A graph whose checkpoints and originals are in Postgres; run as a module, it reads one again."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import START, StateGraph
from langgraph.store.postgres import AsyncPostgresStore, PostgresStore

from headroom import SharedContext
from headroom_langgraph import LangGraphStore, compress_node, retrieve_tool

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}
LOG = "\n".join(
    f"ERROR request {n} failed" if n == 700 else f"INFO request {n} took {n * 7919 % 101} ms"
    for n in range(2000)
)


class State(TypedDict, total=False):
    question: str
    found: str


def graph_of(ctx: SharedContext) -> StateGraph[Any]:
    builder: StateGraph[Any] = StateGraph(State)
    builder.add_node("search", compress_node(ctx)(lambda state: {"found": LOG}))
    builder.add_edge(START, "search")
    return builder


def read_again(uri: str) -> dict[str, Any]:
    with (
        PostgresSaver.from_conn_string(uri) as saver,
        PostgresStore.from_conn_string(uri) as store,
    ):
        ctx = SharedContext(store=LangGraphStore(store), ttl=None, max_entries=None)
        app = graph_of(ctx).compile(checkpointer=saver, store=store)
        view = app.get_state(THREAD).values["found"]
        (key,) = ctx
        answer = retrieve_tool(ctx).invoke({"key": key, "place": "lines 701"})
        return {"view": view, "original": ctx.original_of(view) == LOG, "answer": answer}


async def aread_again(uri: str) -> dict[str, Any]:
    async with (
        AsyncPostgresSaver.from_conn_string(uri) as saver,
        AsyncPostgresStore.from_conn_string(uri) as store,
    ):
        ctx = SharedContext(store=LangGraphStore(store), ttl=None, max_entries=None)
        app = graph_of(ctx).compile(checkpointer=saver, store=store)
        view = (await app.aget_state(THREAD)).values["found"]
        (key,) = await ctx.akeys()
        answer = await retrieve_tool(ctx).ainvoke({"key": key, "place": "lines 701"})
        original = await ctx.aget(key, full=True)
        return {"view": view, "original": original == LOG, "answer": answer}


if __name__ == "__main__":
    own_way = sys.argv[2] == "async"
    print(json.dumps(asyncio.run(aread_again(sys.argv[1])) if own_way else read_again(sys.argv[1])))
