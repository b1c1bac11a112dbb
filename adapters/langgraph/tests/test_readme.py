"""The lines of the README, run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def run(block: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(block, str(README), "exec", dont_inherit=True), names)
    return names


def test_the_node(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(BLOCKS[0])
    assert capsys.readouterr().out.startswith("HR121 ")
    ctx = names["ctx"]
    assert ctx.stats().savings_percent > 50
    assert "HR004" in names["original"]
    assert ctx.count_tokens(names["result"]["found"]) < ctx.count_tokens(names["original"]) / 2


def test_the_reducers() -> None:
    from langgraph.graph import START, StateGraph

    names = run(BLOCKS[1])
    log = "\n".join(f"INFO request {n} took {n % 7} ms" for n in range(500))

    def write(state: Any) -> dict[str, Any]:
        return {"messages": [("ai", log)], "findings": [log], "report": log}

    builder = StateGraph(names["State"])
    builder.add_node(write)
    builder.add_edge(START, "write")
    result = builder.compile().invoke({"messages": ["Which request was slow?"]})
    assert result["messages"][0].content == "Which request was slow?"
    small = names["ctx"].count_tokens(log) / 2
    for text in (result["messages"][1].content, result["findings"][0], result["report"]):
        assert names["ctx"].count_tokens(text) < small
