"""The incident as a graph: agents share a list of messages, with what tools answer, or with views.

Needs headroom-langgraph. Without a key the models are scripts; with OPENAI_API_KEY they are real
(``pip install langchain-openai``).

    python examples/incident_langgraph.py
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from incident import INCIDENT, ROLES, TOOLS, Call, Mind, Outcome, Role
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode

from headroom import SharedContext
from headroom_langgraph import compress_node, retrieve_tool

MODEL = "gpt-5-mini"


class Scripted(BaseChatModel):
    """A chat model of LangChain that does what a ``Mind`` says."""

    mind: Any
    role: Role
    offered: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Scripted:
        """The same model, offered tools."""
        return self.model_copy(update={"offered": tuple(tool.name for tool in tools)})

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        sent = "\n".join(str(message.text) for message in messages)
        step = self.mind.step(self.role, sent, self.offered)
        if isinstance(step, Call):
            call = {"name": step.tool, "args": step.arguments, "id": f"call_{self.mind.calls}"}
            said = AIMessage("", tool_calls=[call])
        else:
            said = AIMessage(step.text)
        return ChatResult(generations=[ChatGeneration(message=said)])


def chat_model(mind: Mind, role: Role) -> BaseChatModel:
    """The model of one role."""
    if "OPENAI_API_KEY" not in os.environ:
        return Scripted(mind=mind, role=role)
    from langchain_openai import ChatOpenAI

    model: BaseChatModel = ChatOpenAI(model=MODEL)
    return model


def incident_graph(mind: Mind, ctx: SharedContext | None) -> CompiledStateGraph[Any]:
    """Investigator, engineer and writer, each with tools of its own; with a context, with views."""
    builder = StateGraph(MessagesState)
    builder.add_edge(START, ROLES[0].name)
    following = [*(role.name for role in ROLES[1:]), END]
    for role, next_node in zip(ROLES, following):
        tools: list[BaseTool] = [
            StructuredTool.from_function(TOOLS[name], name=name) for name in role.tools
        ]
        tool_node: Any = ToolNode(tools)
        if ctx is not None:
            # All that Headroom needs: the tool to look things up, and views of what tools answer.
            tools.append(retrieve_tool(ctx))
            tool_node = compress_node(ctx, mention_tool=True)(ToolNode(tools))
        add_agent(builder, role, chat_model(mind, role), tools)
        builder.add_node(f"{role.name}_tools", tool_node)
        builder.add_edge(f"{role.name}_tools", role.name)
        builder.add_conditional_edges(
            role.name,
            lambda state: "tools" if state["messages"][-1].tool_calls else "next",
            {"tools": f"{role.name}_tools", "next": next_node},
        )
    return builder.compile()


def add_agent(
    builder: StateGraph[MessagesState], role: Role, model: BaseChatModel, tools: list[BaseTool]
) -> None:
    """A node that asks a model what to do next, about all messages so far."""
    bound = model.bind_tools(tools) if tools else model
    prompt = SystemMessage(f"You are the {role.name}. {role.goal} {role.task}")

    def node(state: MessagesState) -> dict[str, Any]:
        return {"messages": [bound.invoke([prompt, *state["messages"]])]}

    builder.add_node(role.name, node)


def run(with_headroom: bool) -> Outcome:
    """Runs the job once."""
    ctx = SharedContext()
    mind = Mind(ctx.count_tokens)
    graph = incident_graph(mind, ctx if with_headroom else None)
    asked = {"messages": [HumanMessage(INCIDENT)]}
    messages = graph.invoke(asked, {"recursion_limit": 60})["messages"]
    said = [message for message in messages if isinstance(message, AIMessage)]
    if mind.calls == 0:
        # Real models: they are counted by whoever sells them.
        mind.calls = len(said)
        mind.tokens_sent = sum(
            one.usage_metadata["input_tokens"] for one in said if one.usage_metadata
        )
    return mind.outcome(str(said[-1].text), str(ctx.stats()) if with_headroom else "")


def main() -> None:
    """Runs it without and with Headroom, and prints what it took."""
    without, with_views = run(with_headroom=False), run(with_headroom=True)
    print(f"without Headroom: {without}")
    print(f"with Headroom:    {with_views}")
    print(with_views.summary)
    print()
    print(with_views.report)


if __name__ == "__main__":
    main()
