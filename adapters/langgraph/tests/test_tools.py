from __future__ import annotations

import json

import pytest
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from headroom import RetrievalTool, SharedContext
from headroom_langgraph import retrieve_tool


@pytest.fixture
def tool(ctx: SharedContext, payload: str) -> BaseTool:
    ctx.put("flights", payload)
    return retrieve_tool(ctx, max_tokens=100)


async def test_it_answers_within_its_bound(ctx: SharedContext, tool: BaseTool) -> None:
    assert "HR121" in tool.invoke({"key": "flights", "query": "diverted"})
    assert "HR004" in await tool.ainvoke({"key": "flights", "place": "rows 5"})
    assert ctx.count_tokens(tool.invoke({"key": "flights", "place": "rows 1-200"})) <= 100


def test_a_sentence_instead_of_an_exception(tool: BaseTool) -> None:
    assert tool.invoke({"key": "nothing"}) == "Nothing is stored under 'nothing' here."
    answer = tool.invoke({"key": "flights", "place": "all rows"})
    assert answer.startswith("This call cannot be answered: place must look like")


def test_what_the_model_is_told(tool: BaseTool) -> None:
    told = convert_to_openai_tool(tool)["function"]
    assert told["name"] == RetrievalTool.name
    assert told["description"] == RetrievalTool.description
    assert told["parameters"] == RetrievalTool.schema


def test_what_the_tool_costs_in_each_call_of_a_model(ctx: SharedContext, tool: BaseTool) -> None:
    assert ctx.count_tokens(json.dumps(convert_to_openai_tool(tool))) <= 180


def test_what_models_make_up_is_left_aside(tool: BaseTool) -> None:
    assert "HR004" in tool.invoke({"key": "flights", "place": ["rows 5"], "limit": 10, "where": ""})
