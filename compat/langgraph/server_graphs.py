"""Graphs as LangGraph's server runs them; it brings a checkpointer and a store of its own."""

from __future__ import annotations

import os
import time
from typing import Any, TypedDict

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, LangGraphStore, compress_node, per_thread

LOG = "\n".join(
    f"ERROR request {n} failed" if n == 700 else f"INFO request {n} took {n * 7919 % 101} ms"
    for n in range(3000)
)


class State(TypedDict, total=False):
    question: str
    found: str


def searching(ctx: SharedContext) -> Any:
    async def search(state: State) -> State:
        return {"found": LOG}

    builder = StateGraph(State)
    builder.add_node("search", compress_node(ctx, namespace=per_thread(ctx))(search))
    builder.add_edge(START, "search")
    return builder.compile()


class Model(BaseChatModel):
    """Asks for the log, and then says what it was sent."""

    @property
    def _llm_type(self) -> str:
        return "script"

    def bind_tools(self, *_: Any, **__: Any) -> Model:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        last = messages[-1]
        call = {"name": "read_log", "args": {}, "id": "call_1"}
        said = (
            AIMessage(last.text)
            if isinstance(last, ToolMessage)
            else AIMessage("", tool_calls=[call])
        )
        return ChatResult(generations=[ChatGeneration(message=said)])

    async def _agenerate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return self._generate(messages)


@tool
async def read_log() -> str:
    """Reads the log."""
    return LOG


async def block(state: State) -> State:
    # What the server finds and refuses.
    time.sleep(0.01)
    return {}


on_disk = SharedContext(store=f"sqlite:///{os.environ['CONTEXT']}")
sqlite = searching(on_disk)
servers_own = searching(SharedContext(store=LangGraphStore(), ttl=None, max_entries=None))
agent = create_agent(Model(), [read_log], middleware=[HeadroomMiddleware(on_disk)])
builder = StateGraph(State)
builder.add_node("block", block)
builder.add_edge(START, "block")
blocking = builder.compile()
