"""Views for the calls of a model, while the state keeps the originals."""

from __future__ import annotations

from typing import Any

import pytest
from checks import is_view
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import create_react_agent
from scripted import ScriptedModel, calls

from headroom import ContextEntry, MemoryStore, RetrievalTool, Savings, SharedContext
from headroom_langgraph import (
    HeadroomMiddleware,
    compress_model_input,
    compress_node,
    retrieve_tool,
)
from headroom_testing import FaultyStore

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}
ASKED = HumanMessage("Which flight was diverted?")


def history(payload: str) -> list[Any]:
    """What an agent did before Headroom was there."""
    return [ASKED, calls("search"), ToolMessage(payload, tool_call_id="call_search")]


@tool
def count() -> str:
    """Counts."""
    return "200"


class Offered(ScriptedModel):
    """Keeps the names of the tools that each call of it offers."""

    def bind_tools(self, tools: Any, **_: Any) -> ScriptedModel:
        self.tools.append(sorted(one.name for one in tools))
        return self


def agent_of(road: str, ctx: SharedContext | None, model: Any, **compile_with: Any) -> Any:
    if road == "middleware":
        ours = [] if ctx is None else [HeadroomMiddleware(ctx)]
        return create_agent(model, [count], middleware=ours, **compile_with)
    hook = None if ctx is None else compress_model_input(ctx)
    return create_react_agent(model, [count], pre_model_hook=hook, **compile_with)


roads = pytest.mark.parametrize("road", ["middleware", "hook"])
pytestmark = pytest.mark.filterwarnings("ignore:create_react_agent has been moved")


@roads
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_checkpoint_full_of_originals(
    ctx: SharedContext, payload: str, road: str, asynchronous: bool
) -> None:
    saver = InMemorySaver()
    before = agent_of(road, None, ScriptedModel(says=[]), checkpointer=saver)
    before.update_state(THREAD, {"messages": [*history(payload), AIMessage("HR121.")]})
    model = Offered(says=[calls("count"), AIMessage("200.")])
    agent = agent_of(road, ctx, model, checkpointer=saver)
    more = {"messages": [HumanMessage("And how many are there?")]}
    result = await agent.ainvoke(more, THREAD) if asynchronous else agent.invoke(more, THREAD)
    for sent in model.sent:
        assert is_view(ctx, sent[2].content, payload)
        assert (sent[2].tool_call_id, sent[1].tool_calls[0]["id"]) == ("call_search",) * 2
    assert result["messages"][2].content == payload
    assert agent.get_state(THREAD).values["messages"][2].content == payload
    assert result["messages"][-1].content == "200."


@roads
def test_the_same_view_on_every_turn_and_in_every_process(payload: str, road: str) -> None:
    """Whatever is asked later, and whether the store is shared or not."""
    first = SharedContext()
    model = ScriptedModel(says=[AIMessage("HR121."), AIMessage("Mad.")])
    turn = agent_of(road, first, model).invoke({"messages": history(payload)})
    later = [*turn["messages"], HumanMessage("Which flights left from Madrid, and when?")]
    agent_of(road, first, model).invoke({"messages": later})
    other = ScriptedModel(says=[AIMessage("Mad.")])
    agent_of(road, SharedContext(), other).invoke({"messages": later})
    seen = [sent[2].content for sent in (*model.sent, *other.sent)]
    assert first.is_view(seen[0])
    assert seen == seen[:1] * 3


def test_what_agents_report_under_a_name_is_not_asked(ctx: SharedContext, payload: str) -> None:
    """Nor does it begin a turn; where all users have names, it does."""
    report = HumanMessage("I looked into it.", name="researcher")
    answer = ToolMessage(payload, tool_call_id="call_search")
    shrink = compress_model_input(ctx, max_tokens=300)
    seen = shrink.invoke([HumanMessage("And HR077?"), report, calls("search"), answer])
    assert "HR077" in seen[-1].content
    named = [HumanMessage("And HR033?", name="Ann"), HumanMessage("And HR044?", name="Ben")]
    seen = shrink.invoke([*named, calls("search"), answer])
    assert "HR044" in seen[-1].content


def test_the_same_view_where_earlier_turns_are_trimmed(ctx: SharedContext, payload: str) -> None:
    shrink = compress_model_input(ctx, mention_tool=True, max_tokens=300)
    whole = shrink.invoke([HumanMessage("Hi."), AIMessage("Hello."), *history(payload)])
    trimmed = shrink.invoke(history(payload))
    assert "headroom_retrieve(key=" in whole[-1].content
    assert whole[-1].content == trimmed[-1].content


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_step_before_a_model(ctx: SharedContext, payload: str, asynchronous: bool) -> None:
    model = ScriptedModel(says=[AIMessage("HR121."), AIMessage("HR121.")])
    view = compress_model_input(ctx)
    given = history(payload)
    prompt = ChatPromptTemplate([("system", "Be brief."), ("placeholder", "{messages}")])
    chains: list[tuple[Any, Any]] = [
        (view | model, given),
        (prompt | view | model, {"messages": given}),
    ]
    for chain, asked in chains:
        await chain.ainvoke(asked) if asynchronous else chain.invoke(asked)
    assert [is_view(ctx, sent[-1].content, payload) for sent in model.sent] == [True, True]
    assert given[2].content == payload


def test_a_model_that_is_asked_by_a_text(ctx: SharedContext) -> None:
    model = ScriptedModel(says=[AIMessage("HR121.")])
    (compress_model_input(ctx) | model).invoke("Which flight was diverted?")
    assert [one.content for one in model.sent[0]] == [ASKED.content]


@roads
def test_the_answers_of_models_and_users_stay(ctx: SharedContext, payload: str, road: str) -> None:
    said = [HumanMessage(payload), AIMessage(payload), HumanMessage(payload, name="Ann")]
    model = ScriptedModel(says=[AIMessage("Hm.")])
    agent_of(road, ctx, model).invoke({"messages": said})
    assert [one.content for one in model.sent[0]] == [payload] * 3
    given = [AIMessage(payload), HumanMessage(payload)]
    seen = compress_model_input(ctx, roles=["assistant"], query="HR121").invoke(given)
    assert ctx.is_view(seen[0].content)
    assert seen[1] is given[1]


def test_the_tool_is_offered_where_it_pays_and_costs_once(ctx: SharedContext) -> None:
    def log(lines: int) -> str:
        return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))

    def offered(*payloads: str) -> tuple[list[Any], list[str]]:
        model = Offered(says=[AIMessage("Hm.")])
        said: list[Any] = [ASKED]
        for text in payloads:
            said += [calls("search"), ToolMessage(text, tool_call_id="call_search")]
        agent = create_agent(model, [count], middleware=[HeadroomMiddleware(ctx)])
        agent.invoke({"messages": said})
        return [one.content for one in model.sent[0] if one.type == "tool"], model.tools[0]

    small = log(36)
    assert offered(small) == ([small], ["count"])
    seen, tools = offered(log(400), small + "\nINFO request 36 took 3 ms")
    assert tools == ["count", "headroom_retrieve"]
    # The tool is there for the first one, so that the second one need not bear it.
    assert all(ctx.is_view(text) for text in seen)


def test_a_hook_and_the_tool_among_those_of_the_agent(ctx: SharedContext, payload: str) -> None:
    retrieval = retrieve_tool(ctx)
    look_up = calls("headroom_retrieve", key="", place="rows 5")
    model = Offered(says=[look_up, AIMessage("HR121.")])

    def named(entry: ContextEntry) -> None:
        look_up.tool_calls[0]["args"]["key"] = entry.key

    run = Savings()
    hook = compress_model_input(
        ctx, mention_tool=True, max_tokens=300, on_compress=named, savings=run
    )
    agent = create_react_agent(model, [count, retrieval], pre_model_hook=hook)
    result = agent.invoke({"messages": history(payload)})
    assert "headroom_retrieve(key=" in model.sent[0][2].content
    assert "HR004" in model.sent[1][-1].content
    assert result["messages"][2].content == payload
    # Both calls carry the tool, and a view instead of the payload.
    stats = run.stats()
    assert stats.tool_tokens == 2 * RetrievalTool(ctx).tokens
    view = ctx.count_tokens(str(model.sent[0][2].content))
    assert stats.not_sent == 2 * (ctx.count_tokens(payload) - view)


def test_another_middleware_chooses_tools(ctx: SharedContext, payload: str) -> None:
    class Chooses(AgentMiddleware):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            return handler(request.override(tools=[count]))

    model = Offered(says=[AIMessage("HR121.")])
    ours = HeadroomMiddleware(ctx)
    agent = create_agent(model, [count], middleware=[Chooses(), ours])
    agent.invoke({"messages": history(payload)})
    assert "headroom_retrieve(key=" in model.sent[0][2].content
    assert model.tools[0] == ["count", "headroom_retrieve"]


def test_the_tool_is_offered_once_where_the_agent_has_it(ctx: SharedContext, payload: str) -> None:
    model = Offered(says=[AIMessage("HR121.")])
    ours = HeadroomMiddleware(ctx)
    agent = create_agent(model, [count, retrieve_tool(ctx)], middleware=[ours])
    agent.invoke({"messages": history(payload)})
    assert "headroom_retrieve(key=" in model.sent[0][2].content
    assert model.tools[0] == ["count", "headroom_retrieve"]


def test_what_a_tool_hands_on_as_a_view(ctx: SharedContext, payload: str) -> None:
    """Decorated, so that the state holds views: they stay as they are, and the tool is offered."""

    def search(state: MessagesState) -> Any:
        return {"messages": history(payload)[1:]}

    model = Offered(says=[AIMessage("HR121.")])
    builder = StateGraph(MessagesState)
    # Lossy, so that it names the tool.
    shrink = compress_node(ctx, mention_tool=True, max_tokens=300)
    builder.add_node("search", shrink(search))
    agent = create_agent(model, [count], middleware=[HeadroomMiddleware(ctx)])
    builder.add_node("agent", agent)
    builder.add_edge(START, "search")
    builder.add_edge("search", "agent")
    result = builder.compile().invoke({"messages": [ASKED]})
    assert is_view(ctx, result["messages"][2].content, payload)
    assert model.sent[0][2].content == result["messages"][2].content
    assert model.tools[0] == ["count", "headroom_retrieve"]
    assert ctx.stats().handoffs.tool_tokens > 0


@roads
def test_a_store_that_fails(payload: str, road: str, caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(store=FaultyStore(MemoryStore(), script=["before"] * 1000))
    model = ScriptedModel(says=[calls("count"), AIMessage("HR121.")])
    agent_of(road, ctx, model).invoke({"messages": history(payload)})
    assert [sent[2].content for sent in model.sent] == [payload] * 2
    assert sum("as it is" in one.getMessage() for one in caplog.records) == 1


def test_odd_input_goes_on(ctx: SharedContext, payload: str) -> None:
    shrink = compress_model_input(ctx)
    odd = [{"role": ["user"], "content": 3}, (["user"], "x"), None, ("user", "Who?")]
    assert shrink.invoke(odd) == odd
    assert shrink.invoke({"messages": odd}) == {"llm_input_messages": odd}
    assert shrink.invoke({"other": 1}) == {"llm_input_messages": []}
