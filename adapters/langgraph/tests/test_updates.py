"""Every form of update that LangGraph takes from a node."""

from __future__ import annotations

import collections
import operator
from typing import Annotated, Any, NamedTuple, TypedDict

import pytest
from checks import is_view
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from langgraph.types import Command

from headroom import SharedContext
from headroom_langgraph import compress_node

ASKED = {"question": "Which flight was diverted?"}


class State(TypedDict, total=False):
    question: str
    found: Any
    several: Annotated[list[str], operator.add]


class FoundTuple(NamedTuple):
    found: str
    question: str = "?"


class FoundObject:
    """Annotated, and neither a dataclass nor a Pydantic model."""

    found: str
    question: str

    def __init__(self, found: str) -> None:
        self.found = found
        self.question = "?"


def graph(node: Any, *others: Any) -> Any:
    builder = StateGraph(State)
    builder.add_node("node", node, destinations=("other",))
    builder.add_node("other", others[0] if others else lambda state: None)
    builder.add_edge(START, "node")
    return builder.compile()


@pytest.mark.parametrize("shape", [FoundTuple, FoundObject])
@pytest.mark.parametrize("as_command", [False, True])
def test_objects_with_annotations(
    ctx: SharedContext, payload: str, shape: Any, as_command: bool
) -> None:
    given = shape(payload)

    def node(state: State) -> Any:
        return Command(update=given) if as_command else given

    assert graph(node).invoke(ASKED)["found"] == payload
    result = graph(compress_node(ctx)(node)).invoke(ASKED)
    assert is_view(ctx, result["found"], payload)
    assert result["question"] == "?"
    # Nothing was changed in place.
    assert given.found == payload


def test_an_overwrite_as_a_dict(ctx: SharedContext, payload: str) -> None:
    node = compress_node(ctx)(lambda state: {"several": {"__overwrite__": [payload]}})
    (seen,) = graph(node).invoke({"several": ["before"]})["several"]
    assert is_view(ctx, seen, payload)


class Texts(list[str]):
    """A list with methods of its own."""


@pytest.mark.parametrize(
    "make",
    [
        FoundTuple,
        FoundObject,
        lambda text: Texts([text]),
        lambda text: [FoundTuple(text), collections.OrderedDict(text=text)],
    ],
)
def test_data_under_a_key_keeps_its_type(ctx: SharedContext, payload: str, make: Any) -> None:
    given = make(payload)
    assert graph(compress_node(ctx)(lambda state: {"found": given})).invoke(ASKED)["found"] is given


def test_what_the_next_agent_is_asked_stays(ctx: SharedContext, payload: str) -> None:
    asking = {"question": payload, "query": payload, "task": payload}
    assert compress_node(ctx)(lambda state: asking)({}) is asking
    seen = compress_node(ctx, keys=["task"])(lambda state: asking)({})
    assert {name for name in asking if ctx.is_view(seen[name])} == {"task"}


@pytest.mark.parametrize("as_runnable", [False, True])
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_what_a_graph_inside_hands_to_the_outer_graph(
    ctx: SharedContext, payload: str, as_runnable: bool, asynchronous: bool
) -> None:
    """As the agents of a swarm hand over, when each is a graph of its own."""
    handed: list[Any] = []
    inner = StateGraph(State)
    inner.add_node(
        "inner",
        lambda state: Command(graph=Command.PARENT, goto="other", update={"found": payload}),
    )
    inner.add_edge(START, "inner")
    subgraph = inner.compile()

    def call(state: State) -> Any:
        return subgraph.invoke(state)

    async def acall(state: State) -> Any:
        return await subgraph.ainvoke(state)

    node: Any = subgraph if as_runnable else (acall if asynchronous else call)
    app = graph(compress_node(ctx)(node), lambda state: handed.append(state["found"]))
    result = await app.ainvoke(ASKED) if asynchronous else app.invoke(ASKED)
    assert handed == [result["found"]]
    assert is_view(ctx, handed[0], payload)


async def test_an_async_node_that_returns_a_runnable(ctx: SharedContext, payload: str) -> None:
    async def node(state: State) -> Any:
        return RunnableLambda(lambda state: {"found": payload})

    result = await graph(compress_node(ctx)(node)).ainvoke(ASKED)
    assert is_view(ctx, result["found"], payload)
