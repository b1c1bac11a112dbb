"""The contract of adapters, in graphs and in LangChain's agents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import create_react_agent
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_model_input, compress_node
from headroom_testing import AdapterContract, Sent


def texts(model: ScriptedModel) -> list[str]:
    return ["\n".join(str(each.content) for each in sent) for sent in model.sent]


class TestNodes(AdapterContract):
    reader = "reviewer"

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        model = ScriptedModel(says=[AIMessage("Done.")])

        def search(state: MessagesState) -> Any:
            if before_reading is not None:
                before_reading()
            answer = ToolMessage(payload, tool_call_id="call_search", name="searcher")
            return {"messages": [calls("search"), answer]}

        def reviewer(state: MessagesState) -> Any:
            return {"messages": [model.invoke(state["messages"])]}

        nodes: list[Any] = [search, reviewer]
        if ctx is not None:
            nodes = [compress_node(ctx, **options)(node) for node in nodes]
        builder = StateGraph(MessagesState)
        builder.add_sequence(list(zip(("search", "reviewer"), nodes)))
        builder.add_edge(START, "search")
        final = builder.compile().invoke({"messages": [HumanMessage(question)]})
        return Sent(texts(model), [], str(final["messages"][-1].content))


@pytest.mark.filterwarnings("ignore:create_react_agent has been moved")
class TestModelInput(AdapterContract):
    reader = "agent"
    has_conversations = True

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
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

        model = ScriptedModel(says=[calls("search"), calls("count"), AIMessage("Done.")])
        hook = None if ctx is None else compress_model_input(ctx, **options)
        agent = create_react_agent(model, [search, count], pre_model_hook=hook)
        final = agent.invoke({"messages": [HumanMessage(question)]})
        return Sent(texts(model), [], str(final["messages"][-1].content))


class BindingModel(ScriptedModel):
    """Keeps the tools that each call was offered."""

    def bind_tools(self, tools: Any, **_: Any) -> BindingModel:
        self.tools.append(list(tools))
        return self


class TestMiddleware(AdapterContract):
    reader = "agent"
    has_conversations = True

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
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

        model = BindingModel(says=[calls("search"), calls("count"), AIMessage("Done.")])
        ours = [] if ctx is None else [HeadroomMiddleware(ctx, **options)]
        agent = create_agent(model, [search, count], middleware=ours)
        final = agent.invoke({"messages": [HumanMessage(question)]})
        offered = [
            "".join(json.dumps(convert_to_openai_tool(each)) for each in tools)
            for tools in model.tools
        ]
        return Sent(texts(model), offered, str(final["messages"][-1].content))
