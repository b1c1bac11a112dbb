"""What the policy of the core comes to in graphs."""

from __future__ import annotations

import json
from operator import add
from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Send
from scripted import ScriptedModel, calls
from typing_extensions import TypedDict

from headroom import Decision, Savings, SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_node, retrieve_tool, wrap_tool_call

QUESTION = "Which flight was diverted?"


class State(TypedDict, total=False):
    question: str
    found: str
    all: Annotated[list[str], add]


def log(lines: int) -> str:
    return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))


def read_by(
    reader: Any, payload: str, ctx: SharedContext, name: str = "reviewer", **options: Any
) -> Any:
    """What a graph comes to in which a node finds something that another one reads."""

    def search(state: State) -> State:
        return {"found": payload}

    builder = StateGraph(State)
    shrink = compress_node(ctx, **options)
    builder.add_node("search", shrink(search))
    builder.add_node(name, shrink(reader))
    builder.add_edge(START, "search")
    builder.add_edge("search", name)
    builder.add_edge(name, END)
    return builder.compile()


def test_nodes_that_get_originals(ctx: SharedContext, payload: str) -> None:
    seen: list[str] = []

    def reviewer(state: State) -> State:
        seen.append(state["found"])
        return {}

    for full_for in (["reviewer"], []):
        final = read_by(reviewer, payload, ctx, full_for=full_for).invoke({"question": QUESTION})
        # The state is small in any case.
        assert ctx.is_view(final["found"])
    assert seen[0] == payload
    assert ctx.is_view(seen[1])


async def test_async_nodes_that_get_originals(ctx: SharedContext, payload: str) -> None:
    seen: list[str] = []

    async def reviewer(state: State) -> State:
        seen.append(state["found"])
        return {}

    await read_by(reviewer, payload, ctx, full_for=["reviewer"]).ainvoke({"question": QUESTION})
    assert seen == [payload]


def test_a_send_tells_who_reads(ctx: SharedContext, payload: str) -> None:
    seen: dict[str, str] = {}
    run = Savings()

    @compress_node(ctx, full_for=["editor"], savings=run)
    def route(state: State) -> list[Send]:
        return [Send(name, {"found": payload}) for name in ("editor", "clerk")]

    builder = StateGraph(State)
    for name in ("editor", "clerk"):

        def reader(state: State, name: str = name) -> State:
            seen[name] = state["found"]
            return {}

        builder.add_node(name, reader)
    builder.add_conditional_edges(START, route, ["editor", "clerk"])
    builder.compile().invoke({"question": QUESTION})
    assert seen["editor"] == payload
    assert ctx.is_view(seen["clerk"])
    assert run.stats().readers["clerk"].views == 1
    assert run.stats().readers["editor"].views == 0


def test_names_that_match_nothing_are_warned_of_once(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    def reviewer(state: State) -> State:
        return {}

    graph = read_by(
        reviewer, payload, ctx, full_for=["reviewer", "revewer"], exclude=["all", "fond"]
    )
    for _ in range(2):
        graph.invoke({"question": QUESTION, "all": []})
    assert [each.message for each in caplog.records if "is called so" in each.message] == [
        "exclude names 'fond', and nothing in this run is called so",
        "full_for names 'revewer', and nothing in this run is called so",
    ]


def agent(answer: str, middleware: HeadroomMiddleware | None) -> tuple[Any, ScriptedModel]:
    @tool
    def search() -> str:
        """Searches."""
        return answer

    model = ScriptedModel(says=[calls("search"), AIMessage("Done.")])
    return create_agent(model, [search], middleware=[middleware] if middleware else []), model


@pytest.mark.parametrize("lines", [10, 20, 24, 28, 32, 60, 300])
def test_no_model_is_sent_more_than_without_us(lines: int, ctx: SharedContext) -> None:
    def cost(middleware: HeadroomMiddleware | None) -> list[int]:
        built, model = agent(log(lines), middleware)
        built.invoke({"messages": [HumanMessage(QUESTION)]})
        bound = [json.dumps(convert_to_openai_tool(each)) for each in model.tools]
        first = [each for each in bound if '"search"' in each]
        # The model is bound anew for each call.
        offered = ["".join(bound[: len(first) // 2 or 1]), "".join(bound[len(first) // 2 or 1 :])]
        return [
            ctx.count_tokens("".join(str(each.content) for each in sent) + tools)
            for sent, tools in zip(model.sent, offered)
        ]

    without, with_views = cost(None), cost(HeadroomMiddleware(ctx, min_tokens=0))
    assert with_views[0] == without[0]
    assert with_views[1] <= without[1]


def test_the_tool_is_offered_once_a_view_names_it(ctx: SharedContext) -> None:
    for answer, expected in ((log(300), True), ("short", False)):
        built, model = agent(answer, HeadroomMiddleware(ctx))
        built.invoke({"messages": [HumanMessage(QUESTION)]})
        names = [each.name for each in model.tools]
        assert names.count("headroom_retrieve") == int(expected)
        assert ("headroom_retrieve(key=" in str(model.sent[1][-1].content)) == expected


def test_stats_are_net_of_the_tool(ctx: SharedContext) -> None:
    told: list[Decision] = []
    middleware = HeadroomMiddleware(ctx, on_handoff=told.append)
    built, _ = agent(log(300), middleware)
    built.invoke({"messages": [HumanMessage(QUESTION)]})
    (decision,) = told
    schema = json.dumps(convert_to_openai_tool(retrieve_tool(ctx)))
    assert decision.tool_tokens == ctx.count_tokens(schema)
    assert ctx.stats().handoffs.saved == decision.saved


def test_documents_of_one_node_are_held_while_the_graph_runs(payload: str) -> None:
    ctx = SharedContext(max_entries=5)

    def search(state: State) -> State:
        return {"all": [payload.replace("HR0", f"X{n}") for n in range(20)]}

    builder = StateGraph(State)
    builder.add_node("search", compress_node(ctx)(search))
    builder.add_edge(START, "search")
    final = builder.compile().invoke({"question": QUESTION})
    assert [ctx.original_of(view) for view in final["all"]] == [
        payload.replace("HR0", f"X{n}") for n in range(20)
    ]


def test_a_context_that_is_closed_in_mid_run(
    tmp_path: Any, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}")

    def reviewer(state: State) -> State:
        ctx.close()
        return {"all": [payload, payload + " "]}

    final = read_by(reviewer, payload, ctx).invoke({"question": QUESTION})
    assert final["all"] == [payload, payload + " "]
    assert sum("handed on as it is" in each.message for each in caplog.records) == 1


def test_messages_of_agents_are_decided_together(ctx: SharedContext, payload: str) -> None:
    told: list[Decision] = []

    @compress_node(ctx, on_handoff=told.append, roles=["assistant"])
    def search(state: MessagesState) -> Any:
        return {"messages": [AIMessage(payload, name="searcher"), AIMessage("short")]}

    builder = StateGraph(MessagesState)
    builder.add_node("search", search)
    builder.add_edge(START, "search")
    messages = builder.compile().invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    assert ctx.is_view(messages[1].content)
    assert [each.is_view for each in told] == [True]


@pytest.mark.parametrize("road", ["middleware", "wrapper", "node"])
def test_a_tool_that_was_not_called_yet_is_no_mistake(
    ctx: SharedContext, road: str, caplog: pytest.LogCaptureFixture
) -> None:
    @tool
    def search() -> str:
        """Searches."""
        return "nothing"

    @tool
    def secrets() -> str:
        """Tells secrets."""
        return "none"

    tools = [search, secrets]
    asked = {"messages": [("user", QUESTION), calls("search")]}
    if road == "middleware":
        ours = HeadroomMiddleware(ctx, exclude=["secrets"])
        model = ScriptedModel(says=[calls("search"), AIMessage("None.")])
        create_agent(model, tools, middleware=[ours]).invoke({"messages": [("user", QUESTION)]})
    else:
        node: Any = ToolNode(tools)
        if road == "wrapper":
            node = ToolNode(tools, wrap_tool_call=wrap_tool_call(ctx, exclude=["secrets"]))
        else:
            node = compress_node(ctx, exclude=["secrets"])(node)
        builder = StateGraph(MessagesState)
        builder.add_node("tools", node)
        builder.add_edge(START, "tools")
        builder.compile().invoke(asked)
    assert not [each for each in caplog.records if "is called so" in each.message]
