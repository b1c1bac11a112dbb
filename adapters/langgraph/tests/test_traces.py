"""LangSmith's runs have the figures of handoffs: its client, and a server of ours that it tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langchain_core.tracers.langchain import LangChainTracer
from langgraph.graph import END, START, StateGraph
from langsmith import Client, traceable, tracing_context
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_node, compress_reducer


class State(TypedDict, total=False):
    question: str
    found: str
    answer: str


class Told(ThreadingHTTPServer):
    """What LangSmith would be sent, by the name of the run."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.runs: dict[str, dict[str, Any]] = {}

    def metadata(self, name: str) -> dict[str, Any]:
        (run,) = (run for run in self.runs.values() if run.get("name") == name)
        return {
            key: value
            for key, value in run["extra"]["metadata"].items()
            if key.startswith("headroom.")
        }


class Handler(BaseHTTPRequestHandler):
    server: Told

    def do_POST(self) -> None:
        run = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.server.runs.setdefault(run.get("id") or self.path.split("/")[-1], {})
        known.update({key: value for key, value in run.items() if value})
        self.send_response(200)
        self.end_headers()

    do_PATCH = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def told() -> Iterator[Told]:
    with Told() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(told: Told) -> Client:
    url = f"http://127.0.0.1:{told.server_address[1]}"
    return Client(api_url=url, api_key="none", auto_batch_tracing=False, info={})


def graph(search: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("search", search)
    builder.add_edge(START, "search")
    builder.add_edge("search", END)
    return builder.compile()


@pytest.mark.parametrize("awaited", [False, True])
async def test_the_run_of_a_node_has_the_figures(
    awaited: bool, ctx: SharedContext, payload: str, told: Told, client: Client
) -> None:
    heard = []

    def search(state: State) -> State:
        return {"found": payload, "answer": "short"}

    async def asearch(state: State) -> State:
        return search(state)

    node = compress_node(ctx, on_handoff=heard.append)(asearch if awaited else search)
    config = {"callbacks": [LangChainTracer(client=client)]}
    run = graph(node)
    if awaited:
        await run.ainvoke({"question": "Which one?"}, config)
    else:
        run.invoke({"question": "Which one?"}, config)
    known = told.metadata("search")
    view = next(one for one in heard if one.is_view)
    assert known["headroom.views"] == 1
    assert known["headroom.failed"] == 0
    assert known["headroom.payloads"] == len(heard)
    assert known["headroom.tokens.before"] == sum(one.tokens * one.calls for one in heard)
    assert 0 < known["headroom.tokens.after"] < known["headroom.tokens.before"] / 2
    assert view.source in known["headroom.sources"]
    # Numbers and names: no text of the payload, the view or the question.
    text = json.dumps(known)
    assert len(text) < 400
    assert payload[:20] not in text
    assert "Which one" not in text
    assert told.metadata("LangGraph") == {}


def test_a_traced_function_has_the_figures_of_all_that_is_handed_on_in_it(
    ctx: SharedContext, payload: str, told: Told, client: Client
) -> None:
    reduce = compress_reducer(ctx)

    @traceable(client=client)
    def job() -> None:
        for number in range(2):
            reduce("", f"{payload}{number}")

    with tracing_context(enabled=True, client=client):
        job()
    assert told.metadata("job")["headroom.views"] == 2


def test_a_run_within_another_has_its_own_figures(
    ctx: SharedContext, payload: str, told: Told, client: Client
) -> None:
    reduce = compress_reducer(ctx)

    @traceable(client=client)
    def child(number: int) -> None:
        reduce("", f"{payload}{number}")

    @traceable(client=client)
    def idle() -> None:
        pass

    @traceable(client=client)
    def parent() -> None:
        reduce("", payload)
        child(1)
        idle()
        reduce("", f"{payload}2")

    with tracing_context(enabled=True, client=client):
        parent()
    assert told.metadata("parent")["headroom.views"] == 2
    assert told.metadata("child")["headroom.views"] == 1
    assert own(told) == 3
    # LangSmith hands a run's metadata on: whose they are is said with them.
    assert told.metadata("idle")["headroom.run"] == told.metadata("parent")["headroom.run"]


def own(told: Told, figure: str = "views") -> int:
    """The sum of a figure over the runs that it belongs to."""
    return sum(
        known[f"headroom.{figure}"]
        for number, run in told.runs.items()
        if (known := run["extra"]["metadata"]).get("headroom.run") == number
    )


def test_the_runs_of_an_agent_add_up_to_what_the_context_tells(
    ctx: SharedContext, payload: str, told: Told, client: Client
) -> None:
    @tool
    def search(number: int) -> str:
        """Searches flights."""
        return f"{payload}{number}"

    model = ScriptedModel(says=[calls("search", number=n) for n in range(3)] + [AIMessage("done")])
    agent = create_agent(model, [search], middleware=[HeadroomMiddleware(ctx)])
    config: Any = {"callbacks": [LangChainTracer(client=client)]}
    agent.invoke({"messages": [HumanMessage("Which flight was diverted?")]}, config)
    handoffs = ctx.stats().handoffs
    assert handoffs.saved > 0
    assert own(told, "views") == sum(one.views for one in handoffs.readers.values())
    sent = own(told, "tokens.after") + own(told, "tokens.tool")
    assert own(told, "tokens.before") - sent == handoffs.saved + handoffs.retrieved


def test_nothing_is_told_and_nothing_fails_where_nothing_is_traced(
    ctx: SharedContext, payload: str, told: Told
) -> None:
    run = graph(compress_node(ctx)(lambda state: {"found": payload}))
    assert run.invoke({"question": "Which one?"})["found"] != payload
    assert not told.runs
