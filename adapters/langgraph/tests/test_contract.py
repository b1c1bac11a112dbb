"""The contract of adapters, in graphs and in LangChain's agents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import create_react_agent
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_model_input, compress_node
from headroom_testing import AdapterContract, Sent

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}


def texts(model: ScriptedModel) -> list[str]:
    return ["\n".join(str(each.content) for each in sent) for sent in model.sent]


class BindingModel(ScriptedModel):
    """Keeps the tools that each call was offered."""

    def bind_tools(self, tools: Any, **_: Any) -> BindingModel:
        self.tools.append(list(tools))
        return self


class InGraph(AdapterContract):
    """How a run goes, whatever the graph."""

    can_resume = True
    #: What the model says; the first of it before the payload is there, if it is an agent's.
    says: tuple[AIMessage, ...] = (calls("search"), calls("count"), AIMessage("Done."))
    #: The node after which the payload is there.
    finds = "tools"

    def graph(
        self, model: Any, tools: list[Any], ctx: SharedContext | None, options: Any, **more: Any
    ) -> Any:
        raise NotImplementedError

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        model = BindingModel(says=list(self.says))
        tools = tools_that_find(payload, before_reading)
        final = self.graph(model, tools, ctx, options).invoke({"messages": [("user", question)]})
        return sent_to(model, final)

    def interrupted(self, payload: str, ctx: SharedContext | None, place: Path) -> None:
        model, tools = BindingModel(says=list(self.says)), tools_that_find(payload)
        asked = {"messages": [("user", "Which request was slow?")]}
        with SqliteSaver.from_conn_string(str(place / "checkpoints.db")) as saver:
            self.graph(
                model, tools, ctx, {}, checkpointer=saver, interrupt_after=[self.finds]
            ).invoke(asked, THREAD)

    def resumed(self, ctx: SharedContext | None, place: Path) -> Sent:
        done = 1 if self.finds == "tools" else 0
        model = BindingModel(says=list(self.says[done:]))
        with SqliteSaver.from_conn_string(str(place / "checkpoints.db")) as saver:
            graph = self.graph(model, tools_that_find("none"), ctx, {}, checkpointer=saver)
            return sent_to(model, graph.invoke(None, THREAD))


def tools_that_find(payload: str, before_reading: Any = None) -> list[Any]:
    @tool
    def search() -> str:
        """Searches."""
        if before_reading is not None:
            before_reading()
        return payload

    @tool
    def count() -> str:
        """Counts."""
        return "200"

    return [search, count]


def sent_to(model: ScriptedModel, final: Any) -> Sent:
    offered = [
        "".join(json.dumps(convert_to_openai_tool(each)) for each in tools) for tools in model.tools
    ]
    return Sent(texts(model), offered, str(final["messages"][-1].content))


class TestNodes(InGraph):
    reader = "reviewer"
    says = (AIMessage("Done."),)
    finds = "search"

    def graph(
        self, model: Any, tools: list[Any], ctx: SharedContext | None, options: Any, **more: Any
    ) -> Any:
        def search(state: MessagesState) -> Any:
            answer = tools[0].invoke({})
            found = ToolMessage(answer, tool_call_id="call_search", name="searcher")
            return {"messages": [calls("search"), found]}

        def reviewer(state: MessagesState) -> Any:
            return {"messages": [model.invoke(state["messages"])]}

        nodes: list[Any] = [search, reviewer]
        if ctx is not None:
            nodes = [compress_node(ctx, **options)(node) for node in nodes]
        builder = StateGraph(MessagesState)
        builder.add_sequence(list(zip(("search", "reviewer"), nodes)))
        builder.add_edge(START, "search")
        return builder.compile(**more)


@pytest.mark.filterwarnings("ignore:create_react_agent has been moved")
class TestModelInput(InGraph):
    reader = "agent"
    has_conversations = True

    def graph(
        self, model: Any, tools: list[Any], ctx: SharedContext | None, options: Any, **more: Any
    ) -> Any:
        hook = None if ctx is None else compress_model_input(ctx, **options)
        return create_react_agent(model, tools, pre_model_hook=hook, **more)


class TestMiddleware(InGraph):
    reader = "agent"
    has_conversations = True

    def graph(
        self, model: Any, tools: list[Any], ctx: SharedContext | None, options: Any, **more: Any
    ) -> Any:
        ours = [] if ctx is None else [HeadroomMiddleware(ctx, **options)]
        return create_agent(model, tools, middleware=ours, **more)
