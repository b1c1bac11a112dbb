from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, Send
from scripted import ScriptedModel, calls

import headroom_langgraph
from headroom import RetrievalTool, Savings, SharedContext
from headroom_langgraph import HeadroomMiddleware

ASKED: dict[str, Any] = {"messages": [HumanMessage("Which flight was diverted?")]}


@pytest.mark.parametrize("as_command", [False, True])
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_an_agent_gets_views_and_looks_things_up(
    ctx: SharedContext, payload: str, asynchronous: bool, as_command: bool
) -> None:
    @tool
    def search() -> Any:
        """Searches flights."""
        if as_command:
            message = ToolMessage(payload, tool_call_id="call_search", name="search")
            return Command(update={"messages": [message]})
        return payload

    keys: list[str] = []
    model = ScriptedModel(
        says=[
            calls("search"),
            # The key is known only when the search has run.
            calls("headroom_retrieve", key="", place="rows 5"),
            AIMessage("HR121"),
        ]
    )

    def on_compress(entry: Any) -> None:
        keys.append(entry.key)
        model.says[1].tool_calls[0]["args"]["key"] = entry.key

    middleware = HeadroomMiddleware(ctx, max_tokens=300, on_compress=on_compress)
    agent = create_agent(model, [search], middleware=[middleware])
    result = await agent.ainvoke(ASKED) if asynchronous else agent.invoke(ASKED)
    assert {getattr(one, "name", None) for one in model.tools} == {"search", "headroom_retrieve"}
    view = model.sent[1][-1]
    assert isinstance(view, ToolMessage)
    assert ctx.is_view(str(view.content))
    assert "HR121" in view.content
    assert f'headroom_retrieve(key="{keys[0]}"' in view.content
    assert ctx.get(keys[0], full=True) == payload
    looked_up = model.sent[2][-1]
    assert "HR004" in looked_up.content
    assert not ctx.is_view(str(looked_up.content))
    assert result["messages"][-1].content == "HR121"
    assert len(set(keys)) == 1


@pytest.mark.parametrize("by_send", [False, True])
def test_a_handoff_to_another_agent(ctx: SharedContext, payload: str, by_send: bool) -> None:
    """As supervisors and swarms do it: a tool hands the conversation to an agent of the parent."""

    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    @tool
    def hand_over(agent: str) -> Command[Any]:
        """Hands over to another agent."""
        done = ToolMessage("Handed over.", tool_call_id="call_hand_over", name="hand_over")
        handed = [*searcher.sent[-1], searcher.says[-1], done]
        if by_send:
            goto = [Send(agent, {"messages": handed})]
            return Command(graph=Command.PARENT, goto=goto, update={"messages": handed})
        return Command(graph=Command.PARENT, goto=agent, update={"messages": handed})

    searcher = ScriptedModel(says=[calls("search"), calls("hand_over", agent="writer")])
    writer = ScriptedModel(says=[AIMessage("HR121")])
    middleware = HeadroomMiddleware(ctx)
    builder = StateGraph(MessagesState)
    builder.add_node(
        "searcher", create_agent(searcher, [search, hand_over], middleware=[middleware])
    )
    builder.add_node("writer", create_agent(writer, [], middleware=[middleware]))
    builder.add_edge(START, "searcher")
    result = builder.compile().invoke(ASKED)
    assert result["messages"][-1].content == "HR121"
    asked, called, answer, handing, done = writer.sent[0]
    assert asked.content == ASKED["messages"][0].content
    assert ctx.original_of(str(answer.content)) == payload
    assert "HR121" in answer.content
    assert (answer.tool_call_id, done.tool_call_id) == ("call_search", "call_hand_over")
    assert called.tool_calls[0]["id"] == "call_search"
    assert handing.tool_calls[0]["id"] == "call_hand_over"
    # What was a view already is no payload.
    assert len(list(ctx)) == 1


def test_exclude_and_wrong_options(ctx: SharedContext, payload: str) -> None:
    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(says=[calls("search"), AIMessage("HR121")])
    agent = create_agent(model, [search], middleware=[HeadroomMiddleware(ctx, exclude=["search"])])
    agent.invoke(ASKED)
    assert model.sent[1][-1].content == payload
    with pytest.raises(ValueError, match="fidelity"):
        HeadroomMiddleware(ctx, fidelity="best")  # type: ignore[arg-type]


def test_without_langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "headroom_langgraph.middleware")
    monkeypatch.setitem(sys.modules, "langchain.agents.middleware", None)
    with pytest.raises(ImportError, match=r"pip install 'headroom-langgraph\[langchain\]'"):
        _ = headroom_langgraph.HeadroomMiddleware
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = headroom_langgraph.Nothing


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_an_answer_for_the_user_stays(
    ctx: SharedContext, payload: str, asynchronous: bool
) -> None:
    @tool(return_direct=True)
    def report() -> str:
        """Writes the report."""
        return payload

    model = ScriptedModel(says=[calls("report")])
    agent = create_agent(model, [report], middleware=[HeadroomMiddleware(ctx)])
    result = await agent.ainvoke(ASKED) if asynchronous else agent.invoke(ASKED)
    assert len(model.sent) == 1
    assert result["messages"][-1].content == payload


def test_exclude_holds_for_what_a_tool_returns_by_command(ctx: SharedContext, payload: str) -> None:
    @tool
    def search() -> Command[Any]:
        """Searches flights."""
        # No name: ToolNode asks for the id alone.
        return Command(update={"messages": [ToolMessage(payload, tool_call_id="call_search")]})

    model = ScriptedModel(says=[calls("search"), AIMessage("HR121")])
    agent = create_agent(model, [search], middleware=[HeadroomMiddleware(ctx, exclude=["search"])])
    agent.invoke(ASKED)
    assert model.sent[1][-1].content == payload


class Offered(ScriptedModel):
    """Keeps what tools each call of it offers."""

    def bind_tools(self, tools: Any, **_: Any) -> ScriptedModel:
        self.tools.append(list(tools))
        return self


@pytest.mark.parametrize(
    ("lines", "asks"), [(20, 0), (40, 0), (60, 0), (400, 0), (60, 2), (400, 2)]
)
def test_each_call_is_counted(ctx: SharedContext, lines: int, asks: int) -> None:
    @tool
    def search() -> str:
        """Searches requests."""
        return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))

    @tool
    def count() -> str:
        """Counts requests."""
        return "200"

    def cost(middleware: list[Any], asks: int) -> int:
        look_up = calls("headroom_retrieve", key="", query="request 7")
        says = [calls("search"), calls("count"), *[look_up] * asks, calls("count"), AIMessage("-")]
        model = Offered(says=[one.model_copy(deep=True) for one in says])

        def named(entry: Any) -> None:
            for one in model.says[2 : 2 + asks]:
                one.tool_calls[0]["args"]["key"] = entry.key

        if middleware:
            (made,) = middleware
            middleware = [HeadroomMiddleware(ctx, on_compress=named, savings=made)]
        agent = create_agent(model, [search, count], middleware=middleware)
        agent.invoke(ASKED)
        texts = [str(message.content) for sent in model.sent for message in sent]
        tools = [json.dumps(convert_to_openai_tool(one)) for sent in model.tools for one in sent]
        return sum(map(ctx.count_tokens, [*texts, *tools]))

    run = Savings()
    with_views = cost([run], asks)
    assert run.stats() == ctx.stats().handoffs
    if not asks:
        assert run.stats().saved == cost([], 0) - with_views
    else:
        retrieved = run.stats().retrieved
        answer = ctx.count_tokens(RetrievalTool(ctx)(ctx.keys()[0], query="request 7"))
        # The first answer is in three calls of the model, the second one in two.
        assert retrieved == 5 * answer
