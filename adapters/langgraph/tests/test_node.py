from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, TypedDict

import pytest
from checks import is_view
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Overwrite, RetryPolicy, Send, StreamWriter, interrupt
from pydantic import BaseModel
from scripted import ScriptedModel

from headroom import ContextEntry, Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_node


class State(TypedDict, total=False):
    question: str
    found: str
    answer: str


class Narrow(TypedDict):
    question: str


def graph(search: Any, answer: Any = None, **options: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("search", search, **options)
    builder.add_node("answer", answer or (lambda state: {"answer": "done"}))
    builder.add_node("check", lambda state: None)
    builder.add_edge(START, "search")
    builder.add_edge("search", "answer")
    builder.add_edge("answer", "check")
    builder.add_edge("check", END)
    return builder.compile(checkpointer=InMemorySaver())


THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}
ASKED = {"question": "Which flight was diverted?"}


def test_the_next_model_is_sent_the_view(ctx: SharedContext, payload: str) -> None:
    model = ScriptedModel(says=[AIMessage("HR121")])

    def answer(state: State) -> State:
        said = model.invoke([HumanMessage(f"{state['question']}\n{state['found']}")])
        return {"answer": str(said.content)}

    search = compress_node(ctx)(lambda state: {"found": payload})
    result = graph(search, answer).invoke(ASKED, THREAD)
    assert result["answer"] == "HR121"
    assert is_view(ctx, result["found"], payload)
    assert model.sent[0][0].content == f"{ASKED['question']}\n{result['found']}"
    (key,) = ctx
    entry = ctx.get_entry(key)
    assert entry is not None
    assert entry.agent == "search"
    assert key.startswith("found-")


async def test_async_nodes_and_streams(ctx: SharedContext, payload: str) -> None:
    @compress_node(ctx)
    async def search(state: State) -> State:
        return {"found": payload}

    app = graph(search)
    result = await app.ainvoke(ASKED, THREAD)
    assert is_view(ctx, result["found"], payload)
    streamed = [step async for step in app.astream(ASKED, THREAD, stream_mode="updates")]
    assert streamed[0] == {"search": {"found": result["found"]}}


def test_stream(ctx: SharedContext, payload: str) -> None:
    app = graph(compress_node(ctx)(lambda state: {"found": payload}))
    steps = list(app.stream(ASKED, THREAD, stream_mode=["updates", "values"]))
    updates = [part for mode, part in steps if mode == "updates"]
    assert is_view(ctx, updates[0]["search"]["found"], payload)
    assert payload not in str(steps)


class Caller:
    def __init__(self, payload: str) -> None:
        self.payload = payload

    def __call__(self, state: State) -> State:
        return {"found": self.payload}

    def method(self, state: State) -> State:
        return {"found": self.payload}

    async def async_method(self, state: State) -> State:
        return {"found": self.payload}

    def generator(self, state: State) -> Iterator[State]:
        yield {"found": "nothing yet"}
        yield {"found": self.payload}

    async def async_generator(self, state: State) -> AsyncIterator[State]:
        yield {"found": "nothing yet"}
        yield {"found": self.payload}


class AsyncCaller(Caller):
    async def __call__(self, state: State) -> State:  # type: ignore[override]
        return {"found": self.payload}


@pytest.mark.parametrize(
    "make",
    [
        Caller,
        AsyncCaller,
        lambda payload: Caller(payload).method,
        lambda payload: Caller(payload).async_method,
        lambda payload: Caller(payload).generator,
        lambda payload: Caller(payload).async_generator,
        lambda payload: functools.partial(Caller.method, Caller(payload)),
        lambda payload: functools.partial(Caller.async_method, Caller(payload)),
        lambda payload: RunnableLambda(Caller(payload).method),
        lambda payload: RunnableLambda(Caller(payload).method, Caller(payload).async_method),
        lambda payload: lambda state: RunnableLambda(Caller(payload).method),
    ],
)
async def test_every_kind_of_node(ctx: SharedContext, payload: str, make: Any) -> None:
    result = await graph(compress_node(ctx)(make(payload))).ainvoke(ASKED, THREAD)
    assert is_view(ctx, result["found"], payload)


def test_a_decorated_method_and_a_generator_run_sync(ctx: SharedContext, payload: str) -> None:
    class Agent:
        @compress_node(ctx)
        def search(self, state: State) -> State:
            return {"found": payload}

    assert is_view(ctx, graph(Agent().search).invoke(ASKED, THREAD)["found"], payload)
    pieces = compress_node(ctx)(Caller(payload).generator)
    assert is_view(ctx, graph(pieces).invoke(ASKED, THREAD)["found"], payload)


async def test_static_and_class_methods(ctx: SharedContext, payload: str) -> None:
    class Agent:
        @compress_node(ctx)
        @staticmethod
        async def static(state: State) -> State:
            return {"found": payload}

        @compress_node(ctx)
        @classmethod
        def of_class(cls, state: State) -> State:
            return {"found": payload}

    for node in (Agent.static, Agent().static, Agent.of_class, Agent().of_class):
        assert is_view(ctx, (await graph(node).ainvoke(ASKED, THREAD))["found"], payload)


def test_a_graph_as_a_node(ctx: SharedContext, payload: str) -> None:
    inner = StateGraph(State)
    inner.add_node("inner", lambda state: {"found": payload})
    inner.add_edge(START, "inner")
    result = graph(compress_node(ctx)(inner.compile())).invoke(ASKED, THREAD)
    assert is_view(ctx, result["found"], payload)


def test_a_graph_as_a_node_that_asks(ctx: SharedContext, payload: str) -> None:
    inner = StateGraph(State)
    inner.add_node("inner", lambda state: {"found": payload, "answer": interrupt("May I?")})
    inner.add_edge(START, "inner")
    app = graph(compress_node(ctx)(inner.compile()), lambda state: None)
    assert app.invoke(ASKED, THREAD)["__interrupt__"][0].value == "May I?"
    result = app.invoke(Command(resume="yes"), THREAD)
    assert result["answer"] == "yes"
    assert is_view(ctx, result["found"], payload)


def test_nodes_side_by_side(ctx: SharedContext, payload: str) -> None:
    class Fanned(TypedDict):
        found: Annotated[list[str], operator.add]

    got: list[str] = []

    @compress_node(ctx)
    def search(sent: str) -> Any:
        got.append(sent)
        return {"found": [payload]}

    builder = StateGraph(Fanned)
    builder.add_node("search", search)
    builder.add_conditional_edges(
        START, lambda state: [Send("search", payload) for _ in range(5)], ["search"]
    )
    found = builder.compile().invoke({"found": []})["found"]
    # The function that sends them is not decorated.
    assert got == [payload] * 5
    assert len(found) == 5
    assert len(set(found)) == 1
    assert is_view(ctx, found[0], payload)


def test_injection_goes_on_working(ctx: SharedContext, payload: str) -> None:
    @compress_node(ctx)
    def search(
        state: Narrow, config: RunnableConfig, *, writer: StreamWriter, runtime: Runtime[None]
    ) -> State:
        assert set(state) == {"question"}
        assert runtime.store is None
        writer(config["configurable"]["thread_id"])
        return {"found": payload}

    app = graph(search)
    first = {"question": "?", "answer": "hidden from a narrow node"}
    assert list(app.stream(first, THREAD, stream_mode="custom")) == ["1"]
    assert is_view(ctx, app.get_state(THREAD).values["found"], payload)


def test_names(ctx: SharedContext) -> None:
    builder = StateGraph(State)
    for node in (compress_node(ctx)(Caller("")), compress_node(ctx)(test_names)):
        builder.add_node(node)
    assert set(builder.nodes) == {"Caller", "test_names"}


@dataclasses.dataclass(frozen=True)
class FoundDataclass:
    found: str
    answer: str = ""


class FoundModel(BaseModel):
    found: str
    answer: str = ""


@pytest.mark.parametrize(
    "shape",
    [
        lambda text: {"found": text},
        lambda text: [("found", text), ("answer", "x")],
        lambda text: FoundDataclass(found=text),
        lambda text: FoundModel(found=text),
    ],
)
def test_commands(ctx: SharedContext, payload: str, shape: Any) -> None:
    made = []

    @compress_node(ctx)
    def search(state: State) -> Command[str]:
        made.append(Command(update=shape(payload), goto="last"))
        return made[0]

    builder = StateGraph(State)
    builder.add_node("search", search, destinations=("last",))
    builder.add_node("last", lambda state: {"answer": "last"})
    builder.add_edge(START, "search")
    result = builder.compile().invoke(ASKED)
    assert result["answer"] == "last"
    assert is_view(ctx, result["found"], payload)
    # Nothing was changed in place.
    assert made == [Command(update=shape(payload), goto="last")]


@pytest.mark.parametrize("shape", [FoundDataclass, FoundModel])
def test_objects_and_lists_of_commands(ctx: SharedContext, payload: str, shape: Any) -> None:
    result = graph(compress_node(ctx)(lambda state: shape(found=payload))).invoke(ASKED, THREAD)
    assert is_view(ctx, result["found"], payload)
    several = compress_node(ctx)(lambda state: [Command(update={"found": payload}), {"answer": ""}])
    assert is_view(ctx, graph(several).invoke(ASKED, THREAD)["found"], payload)


def test_no_view_names_a_tool_unasked(ctx: SharedContext, payload: str) -> None:
    node = compress_node(ctx, max_tokens=300)(lambda state: {"found": payload})
    assert "headroom_retrieve" not in graph(node).invoke(ASKED, THREAD)["found"]


def test_what_is_data_stays(ctx: SharedContext, payload: str) -> None:
    import json

    rows = json.loads(payload)
    update = {"found": rows, "answer": FoundModel(found=payload), "question": 3, "other": None}
    assert compress_node(ctx)(lambda state: update)({}) is update
    assert compress_node(ctx)(lambda state: None)({}) is None


def test_overwrite_lists_and_single_values(ctx: SharedContext, payload: str) -> None:
    seen = compress_node(ctx)(lambda state: {"found": Overwrite([payload, "short", 5])})({})
    assert isinstance(seen["found"], Overwrite)
    assert ctx.is_view(seen["found"].value[0])
    assert seen["found"].value[1:] == ["short", 5]
    assert ctx.is_view(compress_node(ctx)(lambda state: payload)({}))


def test_keys_exclude_and_min_tokens(ctx: SharedContext, payload: str) -> None:
    def both(state: State) -> dict[str, Any]:
        return {
            "found": payload,
            "answer": payload,
            "messages": [ToolMessage(payload, tool_call_id="c", name="search")],
        }

    seen = compress_node(ctx, keys=["found"])(both)({})
    assert ctx.is_view(seen["found"])
    assert seen["answer"] == payload
    seen = compress_node(ctx, exclude=["found", "search"])(both)({})
    assert seen["found"] == payload == seen["messages"][0].content
    assert ctx.is_view(seen["answer"])
    assert compress_node(ctx, min_tokens=10**6)(both)({})["found"] == payload


def test_options_that_make_no_sense(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match="keys takes several names"):
        compress_node(ctx, keys="found")
    with pytest.raises(TypeError, match="exclude takes several names"):
        compress_node(ctx, exclude="found")
    with pytest.raises(ValueError, match="min_tokens"):
        compress_node(ctx, min_tokens=-1)
    with pytest.raises(TypeError, match="takes a node, not int"):
        compress_node(ctx)(3)  # type: ignore[type-var]


def test_it_is_idempotent_and_keys_follow_the_content(ctx: SharedContext, payload: str) -> None:
    entries: list[ContextEntry] = []
    once = compress_node(ctx, on_compress=entries.append)(lambda state: {"found": payload})
    twice = compress_node(ctx, on_compress=entries.append)(once)
    first = graph(twice).invoke(ASKED, THREAD)["found"]
    assert len(entries) == 1
    assert graph(twice).invoke(ASKED, THREAD)["found"] == first
    assert len(list(ctx)) == 1
    other = compress_node(ctx)(lambda state: {"found": payload.replace("HR", "XX")})
    other({})
    assert len(list(ctx)) == 2
    assert ctx.get(entries[0].key, full=True) == payload


def test_the_question_of_the_graph_is_the_query(payload: str) -> None:
    asked: list[str | None] = []

    class Asked:
        name = "json"
        compressor = "asked"

        def recognise(self, source: Source) -> bool:
            return True

        def compress(self, source: Source, request: Request) -> View | None:
            asked.append(request.query)
            return None

    def ask(state: Any, **options: Any) -> str | None:
        ctx = SharedContext(pipeline=Pipeline([Asked()]))
        compress_node(ctx, **options)(lambda state: {"found": payload})(state)
        return asked[-1]

    assert ask({"question": "Where?"}) == "Where?"
    assert ask({"question": "Where?"}, query="When?") == "When?"
    history = [HumanMessage("Who?"), HumanMessage("I am an agent", name="a"), AIMessage("Hm.")]
    assert ask({"question": "Where?", "messages": history}) == "Who?"
    assert ask([HumanMessage([{"type": "text", "text": "What?"}])]) == "What?"
    assert ask(FoundModel(found="x")) is None


def test_interrupt_and_resume(ctx: SharedContext, payload: str) -> None:
    runs = []

    @compress_node(ctx)
    def search(state: State) -> State:
        runs.append(1)
        said = interrupt("May I?")
        return {"found": payload, "answer": said}

    app = graph(search, lambda state: None)
    assert app.invoke(ASKED, THREAD)["__interrupt__"][0].value == "May I?"
    result = app.invoke(Command(resume="yes"), THREAD)
    assert result["answer"] == "yes"
    assert is_view(ctx, result["found"], payload)
    assert len(runs) == 2


def test_retry(ctx: SharedContext, payload: str) -> None:
    runs = []

    @compress_node(ctx)
    def search(state: State) -> State:
        runs.append(1)
        if len(runs) < 3:
            raise ConnectionError("try again")
        return {"found": payload}

    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    result = graph(search, retry_policy=policy).invoke(ASKED, THREAD)
    assert is_view(ctx, result["found"], payload)
    assert len(runs) == 3
