"""A wall between the users of one graph, and between its threads."""

from __future__ import annotations

import dataclasses
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime
from langgraph.store.memory import InMemoryStore
from langgraph.types import Send
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import (
    HeadroomMiddleware,
    LangGraphStore,
    aforget_thread,
    awrap_tool_call,
    compress_input,
    compress_messages,
    compress_model_input,
    compress_node,
    compress_reducer,
    forget_thread,
    per_thread,
    retrieve_tool,
    wrap_tool_call,
)

# As LangGraph says of get_config and get_store.
knows_config = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="async code is not told of the config before Python 3.11"
)
asynchronously = [False, pytest.param(True, marks=knows_config)]


class State(TypedDict, total=False):
    question: str
    found: str


@dataclasses.dataclass
class Context:
    user: str


def by_user(config: RunnableConfig) -> str:
    user: str = config["configurable"]["user_id"]
    return user


def by_runtime(runtime: Runtime[Context]) -> str:
    return runtime.context.user


def user(name: str, thread: str = "1") -> RunnableConfig:
    return {"configurable": {"user_id": name, "thread_id": thread}}


def thread(number: str) -> RunnableConfig:
    return {"configurable": {"thread_id": number}}


def is_behind_wall(ctx: SharedContext, text: object, payload: str, owner: str) -> bool:
    """Whether only the owner's namespace knows the view and its original."""
    assert isinstance(text, str)
    elsewhere = (ctx, ctx.in_namespace("somebody else"))
    return ctx.in_namespace(owner).original_of(text) == payload and not any(
        one.is_view(text) or len(one) for one in elsewhere
    )


def compiled(node: Any, **options: Any) -> Any:
    builder = StateGraph(State, context_schema=Context)
    builder.add_node("search", node)
    builder.add_edge(START, "search")
    return builder.compile(**options)


@pytest.mark.parametrize("asynchronous", asynchronously)
@pytest.mark.parametrize("namespace", [by_user, by_runtime, "ann"])
async def test_of_nodes(
    ctx: SharedContext, payload: str, namespace: Any, asynchronous: bool
) -> None:
    async def asearch(state: State) -> State:
        return {"found": payload}

    def search(state: State) -> State:
        return {"found": payload}

    node: Any = asearch if asynchronous else search
    app = compiled(compress_node(ctx, namespace=namespace)(node))
    given: Any = {"config": user("ann"), "context": Context("ann")}
    result = await app.ainvoke({}, **given) if asynchronous else app.invoke({}, **given)
    assert is_behind_wall(ctx, result["found"], payload, "ann")


def test_the_same_payload_of_two_users(ctx: SharedContext, payload: str) -> None:
    node = compress_node(ctx, namespace=by_user, query="diverted")(lambda state: {"found": payload})
    app = compiled(node)
    views = {name: app.invoke({}, user(name))["found"] for name in ("ann", "bob")}
    for name, view in views.items():
        assert ctx.in_namespace(name).original_of(view) == payload
    ctx.in_namespace("ann").clear()
    assert ctx.in_namespace("bob").original_of(views["bob"]) == payload
    assert len(ctx) == 0


def test_a_reader_of_originals_gets_none_of_another_user(ctx: SharedContext, payload: str) -> None:
    seen: list[str] = []
    options: Any = {"namespace": by_user, "full_for": ["review"]}

    @compress_node(ctx, **options)
    def review(state: State) -> State:
        seen.append(state["found"])
        return {}

    view = compiled(compress_node(ctx, **options)(lambda state: {"found": payload})).invoke(
        {}, user("ann")
    )["found"]
    builder = StateGraph(State)
    builder.add_node(review)
    builder.add_edge(START, "review")
    app = builder.compile()
    for name in ("ann", "bob"):
        app.invoke({"found": view}, user(name))
    assert seen == [payload, view]


@pytest.mark.parametrize("asynchronous", asynchronously)
async def test_in_subgraphs_and_sends(ctx: SharedContext, payload: str, asynchronous: bool) -> None:
    inner = StateGraph(State)
    inner.add_node("search", compress_node(ctx, namespace=by_user)(lambda _: {"found": payload}))
    inner.add_edge(START, "search")
    arrived: list[str] = []
    other = payload.replace("HR", "SK")

    @compress_node(ctx, namespace=by_user)
    def fan_out(state: State) -> Any:
        return [Send("read", {"found": other})]

    def read(state: State) -> State:
        arrived.append(state["found"])
        return {}

    builder = StateGraph(State)
    builder.add_node("inner", inner.compile())
    builder.add_node("read", read)
    builder.add_edge(START, "inner")
    builder.add_conditional_edges("inner", fan_out)
    app = builder.compile(checkpointer=InMemorySaver())
    config = user("ann")
    result = await app.ainvoke({}, config) if asynchronous else app.invoke({}, config)
    assert is_behind_wall(ctx, result["found"], payload, "ann")
    assert is_behind_wall(ctx, arrived[0], other, "ann")


def not_told(config: RunnableConfig) -> Any:
    return None


@pytest.mark.parametrize("namespace", [by_user, by_runtime, not_told])
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_without_a_namespace_the_original_goes_on(
    ctx: SharedContext,
    payload: str,
    namespace: Any,
    asynchronous: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = compiled(compress_node(ctx, namespace=namespace)(lambda state: {"found": payload}))
    for _ in range(2):
        result = await app.ainvoke({}) if asynchronous else app.invoke({})
        assert result["found"] == payload
    assert len(ctx) == 0
    warnings = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "namespace" in warnings[0]
    assert "HR121" not in warnings[0]


@pytest.mark.parametrize("asynchronous", asynchronously)
async def test_of_tool_nodes_and_the_tool_itself(
    ctx: SharedContext, payload: str, asynchronous: bool
) -> None:
    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    options: Any = {"namespace": by_user, "mention_tool": True, "max_tokens": 300}
    look_up = retrieve_tool(ctx, namespace=by_user)
    node = ToolNode(
        [search, look_up],
        wrap_tool_call=wrap_tool_call(ctx, **options),
        awrap_tool_call=awrap_tool_call(ctx, **options),
    )
    builder = StateGraph(MessagesState)
    builder.add_node("tools", node)
    builder.add_edge(START, "tools")
    app = builder.compile()

    async def answer(call: AIMessage, config: RunnableConfig) -> str:
        given: Any = {"messages": [HumanMessage("Which was diverted?"), call]}
        result = await app.ainvoke(given, config) if asynchronous else app.invoke(given, config)
        text: str = result["messages"][-1].text
        return text

    view = await answer(calls("search"), user("ann"))
    assert is_behind_wall(ctx, view, payload, "ann")
    (key,) = ctx.in_namespace("ann")
    again = calls("headroom_retrieve", key=key, place="rows 5")
    assert "HR004" in await answer(again, user("ann"))
    assert "HR004" not in await answer(again, user("bob"))
    nobody: RunnableConfig = {"configurable": {}}
    assert await answer(again, nobody) == "The original cannot be read at the moment."


@pytest.mark.parametrize("asynchronous", asynchronously)
@pytest.mark.parametrize("namespace", [by_user, by_runtime])
async def test_of_the_middleware(
    ctx: SharedContext, payload: str, namespace: Any, asynchronous: bool
) -> None:
    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    middleware = HeadroomMiddleware(ctx, max_tokens=300, namespace=namespace)

    async def run(name: str, *says: AIMessage) -> list[Any]:
        model = ScriptedModel(says=[*says, AIMessage("HR121")])
        agent: Any = create_agent(model, [search], middleware=[middleware], context_schema=Context)
        given: Any = {"config": user(name), "context": Context(name)}
        asked: Any = {"messages": [HumanMessage("Which flight was diverted?")]}
        await agent.ainvoke(asked, **given) if asynchronous else agent.invoke(asked, **given)
        return model.sent

    view = (await run("ann", calls("search")))[1][-1].content
    assert is_behind_wall(ctx, view, payload, "ann")
    (key,) = ctx.in_namespace("ann")
    look_up = calls("headroom_retrieve", key=key, place="rows 5")
    assert "HR004" in (await run("ann", look_up))[1][-1].content
    assert "HR004" not in (await run("bob", look_up))[1][-1].content
    assert ctx.in_namespace("ann").stats().handoffs.not_sent > 0
    assert ctx.stats().handoffs.not_sent == 0


@pytest.mark.parametrize("asynchronous", asynchronously)
async def test_of_what_a_model_is_sent(
    ctx: SharedContext, payload: str, asynchronous: bool
) -> None:
    model = ScriptedModel(says=[AIMessage("HR121")])
    chain = compress_model_input(ctx, namespace=by_user) | model

    def answer(state: MessagesState, config: RunnableConfig) -> Any:
        return {"messages": [chain.invoke(state["messages"], config)]}

    async def aanswer(state: MessagesState, config: RunnableConfig) -> Any:
        return {"messages": [await chain.ainvoke(state["messages"], config)]}

    builder = StateGraph(MessagesState)
    builder.add_node("answer", aanswer if asynchronous else answer)
    builder.add_edge(START, "answer")
    app = builder.compile()
    found = ToolMessage(payload, tool_call_id="call_search", name="search")
    given: Any = {"messages": [HumanMessage("Which was diverted?"), calls("search"), found]}
    await app.ainvoke(given, user("ann")) if asynchronous else app.invoke(given, user("ann"))
    assert is_behind_wall(ctx, model.sent[0][-1].text, payload, "ann")


async def test_of_inputs(ctx: SharedContext, payload: str) -> None:
    shrink = compress_input(ctx, namespace=by_user)
    for given in (shrink({"found": payload}, user("ann")),
                  await shrink.acall({"found": payload}, user("ann"))):  # fmt: skip
        assert is_behind_wall(ctx, given["found"], payload, "ann")
    assert shrink({"found": payload}) == {"found": payload}


def test_reducers_take_a_text(ctx: SharedContext, payload: str) -> None:
    reducer = compress_reducer(ctx, namespace="ann")
    assert reducer is compress_reducer(ctx.in_namespace("ann"))

    schema: Any = TypedDict("schema", {"found": Annotated[str, reducer]})
    builder: Any = StateGraph(schema)
    builder.add_node("search", lambda state: {"found": payload})
    builder.add_edge(START, "search")
    assert is_behind_wall(ctx, builder.compile().invoke({})["found"], payload, "ann")
    for make in (compress_reducer, compress_messages):
        with pytest.raises(TypeError, match="compress_node"):
            make(ctx, namespace=by_user)


def test_what_is_no_namespace(ctx: SharedContext) -> None:
    wrong: Any = 7
    for make in (compress_node, retrieve_tool, HeadroomMiddleware):
        with pytest.raises(TypeError, match="namespace must be a text, or a function"):
            make(ctx, namespace=wrong)
        with pytest.raises(ValueError, match="namespace"):
            make(ctx, namespace="")


# Threads


def searching(ctx: SharedContext, payload: str, saver: Any = None) -> Any:
    node = compress_node(ctx, namespace=per_thread(ctx), query="diverted")(
        lambda state: {"found": payload}
    )
    return compiled(node, checkpointer=saver or InMemorySaver())


@pytest.mark.parametrize("asynchronous", asynchronously)
async def test_forgetting_a_thread(ctx: SharedContext, payload: str, asynchronous: bool) -> None:
    saver = InMemorySaver()
    app = searching(ctx, payload, saver)
    views = {number: app.invoke({}, thread(number))["found"] for number in "12"}
    # Equal payloads: what one thread still shows, stays.
    saver.delete_thread("1")
    assert (await aforget_thread(ctx, "1") if asynchronous else forget_thread(ctx, "1")) == 1
    assert app.get_state(thread("1")).values == {}
    assert ctx.in_namespace(per_thread(ctx)(thread("1"))).original_of(views["1"]) is None
    assert ctx.in_namespace(per_thread(ctx)(thread("2"))).original_of(views["2"]) == payload
    # A thread of the same name may begin again.
    again = app.invoke({}, thread("1"))["found"]
    assert ctx.in_namespace(per_thread(ctx)(thread("1"))).original_of(again) == payload


def test_nothing_of_another_context_is_forgotten(payload: str) -> None:
    one = SharedContext(namespace="one")
    other = one.in_namespace("one/thread/1")
    for ctx in (one, other):
        searching(ctx, payload).invoke({}, thread("1"))
    assert per_thread(one)(thread("1")) != per_thread(other)(thread("1"))
    assert forget_thread(one, "1") == 1
    assert forget_thread(other, "1") == 1


def test_that_nothing_was_found_is_said_once(
    ctx: SharedContext, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = compiled(compress_node(ctx)(lambda state: {"found": payload}))
    app.invoke({}, thread("1"))
    for _ in range(2):
        assert forget_thread(ctx, "1") == 0
    assert len(ctx) == 1
    warnings = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "namespace=per_thread(ctx)" in warnings[0]


FORGET = """
import sys
from headroom import SharedContext
from headroom_langgraph import LangGraphStore, forget_thread
from langgraph.store.sqlite import SqliteStore
kind, path = sys.argv[1:]
if kind == "sqlite":
    print(forget_thread(SharedContext(store=f"sqlite:///{path}"), "1"))
else:
    with SqliteStore.from_conn_string(path) as store:
        print(forget_thread(SharedContext(store=LangGraphStore(store)), "1"))
"""


@pytest.mark.parametrize("kind", ["sqlite", "graph"])
def test_forgetting_in_another_process(tmp_path: Path, payload: str, kind: str) -> None:
    from langgraph.store.sqlite import SqliteStore

    path = tmp_path / "store.db"
    with SqliteStore.from_conn_string(str(path)) as store:
        if kind == "sqlite":
            ctx = SharedContext(store=f"sqlite:///{path}")
        else:
            store.setup()
            ctx = SharedContext(store=LangGraphStore(store))
        app = searching(ctx, payload)
        views = {number: app.invoke({}, thread(number))["found"] for number in "12"}
        command = [sys.executable, "-c", FORGET, kind, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout) == 1
        own = {number: ctx.in_namespace(per_thread(ctx)(thread(number))) for number in "12"}
        assert own["1"].original_of(views["1"]) is None
        assert own["2"].original_of(views["2"]) == payload
        ctx.close()


def test_of_a_graphs_own_store_nothing_readable_is_left(payload: str) -> None:
    store = InMemoryStore()
    ctx = SharedContext(store=LangGraphStore(store))
    searching(ctx, payload).invoke({}, thread("1"))
    assert forget_thread(ctx, "1") == 1
    left = {one.namespace[-1] for one in store.search(("headroom",), limit=100)}
    assert left == {"state"}
