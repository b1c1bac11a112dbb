"""The lines of the README and of the pages about LangGraph, run as they stand there."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest
from checks import is_view
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from scripted import ScriptedModel, calls

import headroom_langgraph

README = Path(__file__).parent.parent / "README.md"
DOCS = README.parents[2] / "docs" / "frameworks"
PAGES = (README, DOCS / "langgraph.md", DOCS / "langgraph-stores.md", DOCS / "langgraph-options.md")
TEXT = "\n".join(page.read_text() for page in PAGES)
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def run(block: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(block, str(README), "exec", dont_inherit=True), names)
    return names


def test_the_agent(payload: str) -> None:
    names = run(BLOCKS[0])

    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(says=[calls("search"), AIMessage("HR121.")])
    asked = {"messages": [("user", "Which flight was diverted?")]}
    result = names["agent_of"](model, [search]).invoke(asked)
    assert is_view(names["ctx"], model.sent[1][-1].content, payload)
    assert result["messages"][2].content == payload


def test_the_node(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(BLOCKS[1])
    shown = capsys.readouterr().out
    assert shown.startswith("HR121 ")
    assert shown.endswith(f"{names['ctx'].stats()}\n")
    ctx = names["ctx"]
    assert ctx.stats().savings_percent > 50
    assert "HR004" in names["original"]
    assert ctx.count_tokens(names["result"]["found"]) < ctx.count_tokens(names["original"]) / 2


def test_the_reducers() -> None:
    from langgraph.graph import START, StateGraph

    names = run(BLOCKS[2])
    log = "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))

    def write(state: Any) -> dict[str, Any]:
        answer = {"role": "tool", "content": log, "tool_call_id": "c"}
        return {"messages": [answer], "findings": [log], "report": log}

    builder = StateGraph(names["State"])
    builder.add_node(write)
    builder.add_edge(START, "write")
    result = builder.compile().invoke({"messages": ["Which request was slow?"]})
    assert result["messages"][0].content == "Which request was slow?"
    small = names["ctx"].count_tokens(log) / 2
    for text in (result["messages"][1].content, result["findings"][0], result["report"]):
        assert names["ctx"].count_tokens(text) < small


def test_the_input() -> None:
    inputs = run(BLOCKS[3])["inputs"]
    assert inputs["question"] == "Which request was slow?"
    assert len(inputs["log"]) < len(run(BLOCKS[3])["log"]) / 2


def test_the_graphs_store(payload: str) -> None:
    from langgraph.graph import START, StateGraph

    names = run(BLOCKS[4])
    builder = StateGraph(str)
    builder.add_node("say", names["compress_node"](names["ctx"])(lambda state: payload))
    builder.add_edge(START, "say")
    said = builder.compile(store=names["store"]).invoke("?")
    assert names["ctx"].original_of(said) == payload
    assert names["store"].search(("headroom",))


def test_users_and_threads(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (one for one in BLOCKS if "forget_thread(" in one)
    names = run(block)
    assert capsys.readouterr().out == "1\n"
    found = names["graph"].invoke({"found": ""}, {"configurable": {"thread_id": "8"}})["found"]
    (key,) = names["ctx"].in_namespace("default/thread/8")
    assert (
        names["tool"]
        .invoke({"key": key, "place": "lines 9"}, {"configurable": {"thread_id": "8"}})
        .endswith("INFO request 8 took 1 ms")
    )
    assert len(names["ctx"]) == 0
    assert names["by_user"]({"configurable": {"user_id": "ann"}}) == "ann"
    assert len(found) < 5000


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.iter_modules(headroom_langgraph.__path__)]
)
def test_docstrings_run(name: str) -> None:
    module = importlib.import_module(f"headroom_langgraph.{name}")
    assert doctest.testmod(module).failed == 0


def test_every_public_name_is_explained() -> None:
    for name in headroom_langgraph.__all__:
        assert name.startswith("_") or name in TEXT, f"no page tells of {name}"
