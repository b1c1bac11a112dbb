"""Nodes that are more than functions, and data that is more than text."""

# No "from __future__ import annotations": LangGraph reads the hints of the nodes below.
import dataclasses
import json
from typing import Any, TypedDict

import pytest
from checks import is_view
from langchain.agents import create_agent
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import BaseTool, tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_node

ASKED = {"question": "Which flight was diverted?"}


class State(TypedDict, total=False):
    question: str
    found: Any
    other: Any


def graph(*nodes: Any) -> Any:
    builder = StateGraph(State)
    builder.add_sequence([(f"node{number}", node) for number, node in enumerate(nodes)])
    builder.add_edge(START, "node0")
    return builder.compile()


class Search(BaseTool):
    name: str = "search"
    description: str = "Searches flights."
    found: str

    def _run(self, query: str) -> str:
        return self.found


class Custom(Search):
    async def _arun(self, query: str) -> str:
        return self.found


@pytest.mark.parametrize("kind", ["function", "class", "async class"])
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_tool_stays_a_tool(
    ctx: SharedContext, payload: str, kind: str, asynchronous: bool
) -> None:
    """With a view in the state: for agents whose checkpoints grow."""

    @tool
    def search(query: str) -> str:
        """Searches flights."""
        return payload

    made: Any = search
    if kind != "function":
        made = (Search if kind == "class" else Custom)(found=payload)
    shrunk: Any = compress_node(ctx, mention_tool=True, max_tokens=300)(made)
    assert isinstance(shrunk, type(made))
    assert (shrunk.name, shrunk.description, shrunk.args) == (
        made.name,
        made.description,
        made.args,
    )
    model = ScriptedModel(says=[calls("search", query="HR121"), AIMessage("HR121.")])
    agent = create_agent(model, [shrunk], middleware=[HeadroomMiddleware(ctx)])
    asked = {"messages": [("user", "Which?")]}
    result = await agent.ainvoke(asked) if asynchronous else agent.invoke(asked)
    answer = result["messages"][2]
    assert (answer.tool_call_id, answer.name) == ("call_search", "search")
    assert is_view(ctx, answer.content, payload)
    assert model.sent[1][2].content == answer.content
    assert made.invoke({"query": "x"}) == payload


def test_a_tool_as_a_node_and_one_that_answers_the_user(ctx: SharedContext, payload: str) -> None:
    @tool
    def search(question: str) -> Any:
        """Searches flights."""
        return {"found": payload}

    @tool(return_direct=True)
    def report(question: str) -> str:
        """Reports."""
        return payload

    assert is_view(ctx, graph(compress_node(ctx)(search)).invoke(ASKED)["found"], payload)
    assert compress_node(ctx)(report) is report


def test_a_dict(ctx: SharedContext, payload: str) -> None:
    """Each of its values makes what goes under its key."""
    node: Any = {"found": RunnableLambda(lambda _: payload), "other": lambda state: "short"}
    result = graph(compress_node(ctx)(node)).invoke(ASKED)
    assert is_view(ctx, result["found"], payload)
    assert result["other"] == "short"


class Part(TypedDict):
    question: str


@dataclasses.dataclass
class Searcher:
    """Searches."""

    found: str
    calls: int = 0

    def __call__(self, state: Part, config: RunnableConfig) -> State:
        assert config["metadata"]
        self.calls += 1
        return {"found": self.found, "other": sorted(state)}

    def reset(self) -> None:
        self.calls = 0


class AsyncSearcher(Searcher):
    async def __call__(self, state: Part, config: RunnableConfig) -> State:  # type: ignore[override]
        return Searcher.__call__(self, state, config)


@pytest.mark.parametrize("kind", [Searcher, AsyncSearcher])
async def test_an_object_keeps_what_it_has(ctx: SharedContext, payload: str, kind: Any) -> None:
    searcher = kind(payload)
    node = compress_node(ctx)(searcher)
    assert isinstance(node, kind)
    assert (node.found, node.__doc__, repr(node)) == (payload, kind.__doc__, repr(searcher))
    result = await graph(node).ainvoke({**ASKED, "other": "not for it"})
    assert is_view(ctx, result["found"], payload)
    # Its first argument says which part of the state it is given.
    assert result["other"] == ["question"]
    assert node.calls == searcher.calls == 1
    node.found = "short"
    assert searcher.found == "short"
    node.reset()
    assert searcher.calls == 0


HOLDS = (dict, list, tuple)


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Document):
        return [value.page_content]
    inner = value.values() if isinstance(value, dict) else value
    return [text for one in inner for text in texts_in(one)] if type(value) in HOLDS else []


@pytest.mark.parametrize(
    "shape",
    [
        lambda text: Document(text, metadata={"source": "a", "page": 3}, id="7"),
        lambda text: [Document(text), Document(text)],
        lambda text: {"source": "a", "page": {"text": text, "number": 3}, "ok": True},
        lambda text: [{"text": text}, [text, "short"], (text, None)],
        lambda text: {1: [text]},
        lambda text: {"type": "article", "content": text},
    ],
)
def test_texts_in_data_become_views_and_the_data_stays(
    ctx: SharedContext, payload: str, shape: Any
) -> None:
    given, read = shape(payload), []
    search = compress_node(ctx)(lambda state: {"found": given})
    graph(search, lambda state: read.append(state["found"])).invoke(ASKED)
    texts = texts_in(read[0])
    view = next(text for text in texts if text != "short" and len(text) > 1 and text != "article")
    assert is_view(ctx, view, payload)
    assert payload not in texts
    # All but the text is as it was, and nothing was changed in place.
    assert given == shape(payload)
    assert shape("X") == json_like(read[0], view)


def json_like(value: Any, view: str) -> Any:
    """The data, with a mark in place of the view."""
    if isinstance(value, Document):
        return value.model_copy(update={"page_content": value.page_content.replace(view, "X")})
    if isinstance(value, dict):
        return {key: json_like(one, view) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(json_like(one, view) for one in value)
    return "X" if value == view else value


def test_names_of_keys_inside_and_what_is_asked_there(ctx: SharedContext, payload: str) -> None:
    given = {"found": {"html": payload, "task": payload, "rows": json.loads(payload)}}
    assert compress_node(ctx, exclude=["html"])(lambda state: given)({}) is given
    seen = compress_node(ctx)(lambda state: given)({})["found"]
    assert ctx.is_view(seen["html"])
    assert seen["task"] is given["found"]["task"]
    assert seen["rows"] is given["found"]["rows"]


def test_data_that_holds_itself(ctx: SharedContext, payload: str) -> None:
    given: dict[str, Any] = {"text": payload}
    given["again"] = given
    seen = compress_node(ctx)(lambda state: {"found": given})({})["found"]
    assert ctx.is_view(seen["text"])


def test_a_reader_of_originals_gets_those_in_data(ctx: SharedContext, payload: str) -> None:
    given: list[Any] = []
    options: dict[str, Any] = {"full_for": ["node1"]}
    search = compress_node(ctx, **options)(lambda state: {"found": [Document(payload)]})
    read = compress_node(ctx, **options)(lambda state: given.append(state["found"]))
    result = graph(search, read).invoke(ASKED)
    assert is_view(ctx, result["found"][0].page_content, payload)
    assert given == [[Document(payload)]]


def test_a_tool_node_of_decorated_tools(ctx: SharedContext, payload: str) -> None:
    node = ToolNode([compress_node(ctx)(Search(found=payload))])
    builder = StateGraph(MessagesState)
    builder.add_node("tools", node)
    builder.add_edge(START, "tools")
    asked: dict[str, list[AnyMessage]] = {"messages": [calls("search", query="HR121")]}
    assert is_view(ctx, builder.compile().invoke(asked)["messages"][-1].content, payload)
