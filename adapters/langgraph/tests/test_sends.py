"""What goes to nodes without going through the state."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, Send
from pydantic import BaseModel

from headroom import Pipeline, Request, SharedContext, Source, View
from headroom_langgraph import compress_node

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}
ASKED = {"question": "Which flight was diverted?"}


class State(TypedDict, total=False):
    question: str
    found: Annotated[list[Any], operator.add]


@dataclasses.dataclass(frozen=True)
class PartDataclass:
    part: str


class PartModel(BaseModel):
    part: str


class Worker:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def __call__(self, sent: Any) -> State:
        self.sent.append(sent)
        return {"found": ["done"]}


def run(worker: Worker, start: Any, route: Any = None) -> Any:
    builder = StateGraph(State)
    builder.add_node("start", start, destinations=("work", "other"))
    builder.add_node("work", worker)
    builder.add_node("other", lambda state: {"found": ["other"]})
    builder.add_edge(START, "start")
    if route is not None:
        builder.add_conditional_edges("start", route, ["work", "other", END])
    app = builder.compile(checkpointer=InMemorySaver())
    result = app.invoke(ASKED, THREAD)
    return result, [one for state in app.get_state_history(THREAD) for one in state.tasks]


@pytest.mark.parametrize(
    ("shape", "text_in"),
    [
        (lambda text: {"part": text, "number": 3}, lambda sent: sent["part"]),
        (lambda text: text, lambda sent: sent),
        (lambda text: PartDataclass(text), lambda sent: sent.part),
        (lambda text: PartModel(part=text), lambda sent: sent.part),
        (lambda text: [ToolMessage(text, tool_call_id="c")], lambda sent: sent[0].content),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_a_command_that_sends(
    ctx: SharedContext, payload: str, shape: Any, text_in: Any, several: bool
) -> None:
    given = Send("work", shape(payload))

    @compress_node(ctx)
    def start(state: State) -> Command[str]:
        return Command(update={"found": [payload]}, goto=[given, "other"] if several else given)

    worker = Worker()
    result, _ = run(worker, start)
    (sent,) = worker.sent
    assert type(sent) is type(given.arg)
    assert ctx.is_view(text_in(sent))
    assert "HR121" in text_in(sent)
    assert {ctx.get(key, full=True) for key in ctx} == {payload}
    assert ctx.is_view(result["found"][0])
    assert result["found"][1:] == (["other", "done"] if several else ["done"]) or (
        sorted(result["found"][1:]) == ["done", "other"]
    )
    # Nothing was changed in place.
    assert text_in(given.arg) == payload


def test_a_conditional_edge_that_sends(ctx: SharedContext, payload: str) -> None:
    @compress_node(ctx)
    def route(state: State) -> list[Send | str]:
        sends = [Send("work", {"part": payload.replace("OSL", place)}) for place in ("ABC", "XYZ")]
        return [*sends, "other"]

    worker = Worker()
    result, tasks = run(worker, lambda state: {"found": []}, route)
    assert sorted(result["found"]) == ["done", "done", "other"]
    originals = {ctx.get(key): ctx.get(key, full=True) for key in ctx}
    assert [originals[sent["part"]] for sent in worker.sent] == [
        payload.replace("OSL", place) for place in ("ABC", "XYZ")
    ]
    # Nor does the checkpoint hold what was sent.
    assert payload[2000:2100] not in str(tasks)


def test_a_conditional_edge_that_names_nodes(ctx: SharedContext) -> None:
    for answer in ("other", ["other"], END):
        route = compress_node(ctx)(lambda state, answer=answer: answer)
        result, _ = run(Worker(), lambda state: {"found": []}, route)
        assert result["found"] == ([] if answer == END else ["other"])


def test_what_is_sent_stays_where_it_is_excluded(ctx: SharedContext, payload: str) -> None:
    command = Command(goto=[Send("work", {"part": payload}), "other"])
    assert compress_node(ctx, exclude=["part"])(lambda state: command)(ASKED) is command
    assert compress_node(ctx, keys=["found"])(lambda state: command)(ASKED) is command
    plain: Command[str] = Command(goto=Send("work", {"part": "short", "messages": [3]}))
    assert compress_node(ctx)(lambda state: plain)(ASKED) is plain


def test_a_command_to_the_parent(ctx: SharedContext, payload: str) -> None:
    @compress_node(ctx)
    def inner(state: State) -> Command[str]:
        update = {"found": [payload, ToolMessage(payload, tool_call_id="c")]}
        return Command(graph=Command.PARENT, update=update, goto="other")

    subgraph = StateGraph(State)
    subgraph.add_node("inner", inner)
    subgraph.add_edge(START, "inner")
    result, _ = run(Worker(), subgraph.compile())
    text, message, other = result["found"]
    assert ctx.is_view(text)
    assert ctx.is_view(message.content)
    assert other == "other"


def test_what_the_next_agent_is_asked_is_the_query(payload: str) -> None:
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

    def hand_on(result: Any, **options: Any) -> str | None:
        asked.clear()
        compress_node(ctx, **options)(lambda state: result)(ASKED)
        return asked[0]

    # In the order of shapes; each payload is another one, as a view is made once.
    new = (payload + " " * number for number in itertools.count())
    assert hand_on({"found": next(new)}) == ASKED["question"]
    assert hand_on({"found": next(new), "task": "Count."}) == "Count."
    assert hand_on(Command(update={"found": next(new), "task": "Count."})) == "Count."
    assert hand_on(Command(update=[("found", next(new)), ("query", "Sum.")])) == "Sum."
    message = HumanMessage("Sort.")
    assert hand_on({"found": next(new), "messages": [message]}) == "Sort."
    assert hand_on([Send("work", {"part": next(new), "question": "Who?"})]) == "Who?"
    assert hand_on([Send("work", {"part": next(new)})]) == ASKED["question"]
    assert hand_on({"found": next(new), "task": "Count."}, query="When?") == "When?"
    # An input may be the payload itself.
    assert hand_on({"found": next(new), "input": "other"}) == ASKED["question"]


@pytest.mark.parametrize("own", [None, "1"])
def test_a_message_that_goes_two_ways_stays_one(
    ctx: SharedContext, payload: str, own: str | None
) -> None:
    """As a supervisor hands over: to an agent by Send, and to the state, to which it comes back."""
    agent = StateGraph(MessagesState)
    agent.add_node("say", lambda state: {"messages": [AIMessage("HR121")]})
    agent.add_edge(START, "say")

    def supervise(state: MessagesState) -> Command[str]:
        handed = [*state["messages"], ToolMessage(payload, id=own, tool_call_id="c")]
        sent = Send("agent", {"messages": handed})
        return Command(goto=[sent], update={"messages": handed})

    builder = StateGraph(MessagesState)
    builder.add_node("supervise", compress_node(ctx)(supervise), destinations=("agent",))
    builder.add_node("agent", agent.compile())
    builder.add_edge(START, "supervise")
    asked, handed, said = builder.compile().invoke({"messages": [HumanMessage("Which?")]})[
        "messages"
    ]
    assert (asked.content, said.content) == ("Which?", "HR121")
    assert ctx.original_of(handed.content) == payload
