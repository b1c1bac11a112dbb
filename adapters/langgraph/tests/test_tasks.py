"""The functional API, and the policies of nodes."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import CachePolicy, Command, RetryPolicy, StreamWriter, interrupt

from headroom import Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_node

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}
QUESTION = "Which flight was diverted?"
ATTEMPTS = RetryPolicy(initial_interval=0.001, jitter=False)


def is_view_of(ctx: SharedContext, text: Any, payload: str) -> bool:
    (key,) = ctx
    return ctx.is_view(text) and "HR121" in text and ctx.get(key, full=True) == payload


@pytest.mark.parametrize("order", ["task outside", "task inside"])
def test_a_task(ctx: SharedContext, payload: str, order: str) -> None:
    runs = []

    def search(question: str) -> str:
        runs.append(question)
        if len(runs) < 2:
            raise ConnectionError("try again")
        return payload

    if order == "task outside":
        find = task(retry_policy=ATTEMPTS)(compress_node(ctx)(search))
    else:
        find = compress_node(ctx)(task(retry_policy=ATTEMPTS)(search))

    @entrypoint(checkpointer=InMemorySaver())
    def flow(question: str) -> dict[str, Any]:
        found = find(question).result()
        return {"found": found, "said": interrupt("May I?")}

    flow.invoke(QUESTION, THREAD)
    result = flow.invoke(Command(resume="yes"), THREAD)
    assert result["said"] == "yes"
    assert is_view_of(ctx, result["found"], payload)
    # The task is not run again on resuming: its view was in the checkpoint.
    assert len(runs) == 2
    entry = ctx.get_entry(next(iter(ctx)))
    assert entry is not None
    assert entry.agent == "search"


@pytest.mark.parametrize("order", ["task outside", "task inside"])
async def test_an_async_task(ctx: SharedContext, payload: str, order: str) -> None:
    async def search(question: str) -> str:
        return payload

    if order == "task outside":
        find = task(compress_node(ctx)(search))
    else:
        find = compress_node(ctx)(task(search))

    @entrypoint()
    async def flow(question: str) -> str:
        return await find(question)

    assert is_view_of(ctx, await flow.ainvoke(QUESTION), payload)


def test_what_a_task_is_asked_is_the_query(payload: str) -> None:
    asked: list[str | None] = []

    class Asked:
        name = "json"
        compressor = "asked"

        def recognise(self, source: Source) -> bool:
            return True

        def compress(self, source: Source, request: Request) -> View | None:
            asked.append(request.query)
            return None

    ctx = SharedContext(pipeline=Pipeline([Asked()]))
    turns: Iterator[str] = iter([payload, payload + " ", payload + "  "])

    @compress_node(ctx)
    def search(place: str, question: str = "Who?") -> str:
        return next(turns)

    search("OSL", QUESTION)
    search("OSL", question="Where?")
    search("OSL")
    assert asked == [QUESTION, "Where?", None]


@pytest.mark.parametrize("order", ["entrypoint outside", "entrypoint inside"])
def test_an_entrypoint_and_what_it_saves(ctx: SharedContext, payload: str, order: str) -> None:
    seen: list[Any] = []
    outside = order == "entrypoint outside"
    views: Any = compress_node(ctx)
    make: Any = entrypoint(checkpointer=InMemorySaver(), store=InMemoryStore())

    def search(
        inputs: dict[str, str],
        *,
        previous: Any = None,
        store: BaseStore,
        writer: StreamWriter,
        config: RunnableConfig,
    ) -> entrypoint.final[Any, Any]:
        seen.append((previous, type(store), config["configurable"]["thread_id"]))
        writer("written")
        return entrypoint.final(value={"found": "short"}, save=payload)

    flow: Any = make(views(search)) if outside else views(make(search))
    assert flow.invoke({"question": QUESTION}, THREAD) == {"found": "short"}
    assert list(flow.stream({"question": QUESTION}, THREAD, stream_mode="custom")) == ["written"]
    (first, *_), (second, *others) = seen
    assert first is None
    assert is_view_of(ctx, second, payload)
    assert others == [InMemoryStore, "1"]


class State(TypedDict, total=False):
    question: str
    found: Annotated[list[str], operator.add]
    answer: str


def graph_of(search: Any, cache: Any = None, store: Any = None, **options: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("search", search, **options)
    builder.add_edge(START, "search")
    return builder.compile(cache=cache, store=store)


@pytest.mark.parametrize("order", ["entrypoint outside", "entrypoint inside"])
async def test_an_async_entrypoint_and_what_it_gives(
    ctx: SharedContext, payload: str, order: str
) -> None:
    views: Any = compress_node(ctx, keys=["found"])
    make: Any = entrypoint(checkpointer=InMemorySaver())

    async def search(question: str) -> entrypoint.final[Any, Any]:
        value = {"found": payload, "other": payload}
        return entrypoint.final(value=value, save={"other": "short"})

    flow: Any = make(views(search)) if order == "entrypoint outside" else views(make(search))
    result = await flow.ainvoke(QUESTION, THREAD)
    assert is_view_of(ctx, result["found"], payload)
    assert result["other"] == payload
    assert [list(step) async for step in flow.astream(QUESTION, THREAD, stream_mode="updates")] == [
        ["search"]
    ]
    assert flow.get_state(THREAD).values == result


def test_a_cached_node_gives_its_view_again(ctx: SharedContext, payload: str) -> None:
    runs = []

    @compress_node(ctx)
    def search(state: State) -> State:
        runs.append(1)
        return {"found": [payload]}

    app = graph_of(search, InMemoryCache(), cache_policy=CachePolicy())
    first, again = (app.invoke({"question": QUESTION})["found"] for _ in range(2))
    assert first == again
    assert is_view_of(ctx, again[0], payload)
    assert len(runs) == 1
    app.clear_cache()
    assert app.invoke({"question": QUESTION})["found"] == first
    assert len(runs) == 2


async def test_a_cached_task_gives_its_view_again(ctx: SharedContext, payload: str) -> None:
    runs = []

    @task(cache_policy=CachePolicy())
    @compress_node(ctx)
    async def search(question: str) -> str:
        runs.append(1)
        return payload

    @entrypoint(cache=InMemoryCache())
    async def flow(question: str) -> str:
        return await search(question)

    first, again = [await flow.ainvoke(QUESTION) for _ in range(2)]
    assert first == again
    assert is_view_of(ctx, again, payload)
    assert len(runs) == 1


async def test_an_async_node_is_tried_again(ctx: SharedContext, payload: str) -> None:
    runs = []

    @compress_node(ctx)
    async def search(state: State) -> State:
        runs.append(1)
        if len(runs) < 3:
            raise ConnectionError("try again")
        return {"found": [payload]}

    result = await graph_of(search, retry_policy=ATTEMPTS).ainvoke({"question": QUESTION})
    assert is_view_of(ctx, result["found"][0], payload)
    assert len(runs) == 3


def test_an_error_of_the_node_is_the_users_own(ctx: SharedContext) -> None:
    @compress_node(ctx)
    def search(state: State) -> State:
        raise LookupError("no flights")

    with pytest.raises(LookupError, match="no flights"):
        graph_of(search).invoke({"question": QUESTION})


class Injected:
    """A node with everything that LangGraph injects by name, as a method and async."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self.got: list[Any] = []

    async def search(
        self, state: State, config: RunnableConfig, *, store: BaseStore, writer: StreamWriter
    ) -> State:
        self.got.append(config["metadata"]["langgraph_node"])
        await store.aput(("flights",), "HR121", {"status": "diverted"}, index=False)
        writer({"searched": state["question"]})
        return {"found": [self.payload]}


async def test_injection_into_async_methods(ctx: SharedContext, payload: str) -> None:
    injected, store = Injected(payload), InMemoryStore()
    app = graph_of(compress_node(ctx)(injected.search), store=store)
    modes = ["custom", "values"]
    steps = [one async for one in app.astream({"question": QUESTION}, stream_mode=modes)]
    assert ("custom", {"searched": QUESTION}) in steps
    assert injected.got == ["search"]
    assert store.get(("flights",), "HR121") is not None
    assert is_view_of(ctx, steps[-1][1]["found"][0], payload)


def test_subgraphs_hand_views_up_and_down(ctx: SharedContext, payload: str) -> None:
    compressed: list[str] = []
    seen: list[str] = []

    def inner_node(state: State) -> State:
        seen.extend(state["found"])
        return {"found": [payload.replace("HR121", "XX121")]}

    options: dict[str, Any] = {"on_compress": lambda entry: compressed.append(entry.original)}
    inner = StateGraph(State)
    inner.add_node("inner", compress_node(ctx, **options)(inner_node))
    inner.add_edge(START, "inner")
    outer = StateGraph(State)
    outer.add_node("search", compress_node(ctx, **options)(lambda state: {"found": [payload]}))
    # The subgraph hands its whole channel up: the view that it was handed is among it.
    outer.add_node("subgraph", compress_node(ctx, **options)(inner.compile()))
    outer.add_edge(START, "search")
    outer.add_edge("search", "subgraph")
    app = outer.compile(checkpointer=InMemorySaver())
    streamed = list(app.stream({"question": QUESTION}, THREAD, subgraphs=True))
    assert payload[2000:2100] not in str(streamed)
    assert len(seen) == 1
    assert ctx.is_view(seen[0])
    assert compressed == [payload, payload.replace("HR121", "XX121")]
    assert all(ctx.is_view(one) for one in app.get_state(THREAD).values["found"])


@pytest.mark.parametrize("order", ["task outside", "task inside"])
def test_a_task_keeps_the_name_that_it_was_given(
    ctx: SharedContext, payload: str, order: str
) -> None:
    class Agent:
        def search(self, question: str) -> str:
            return payload

    if order == "task outside":
        find = task(name="find")(compress_node(ctx)(Agent().search))
    else:
        find = compress_node(ctx)(task(name="find")(Agent().search))

    @entrypoint()
    def flow(question: str) -> str:
        return find(question).result()

    first, _ = flow.stream(QUESTION, stream_mode="updates")
    assert is_view_of(ctx, first["find"], payload)
