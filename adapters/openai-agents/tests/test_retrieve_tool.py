from __future__ import annotations

import json

import pytest
from agents import FunctionTool
from agents.tool_context import ToolContext

from headroom import RetrievalTool, SharedContext
from headroom_openai_agents import retrieve_tool


async def call(tool: FunctionTool, **arguments: object) -> str:
    text = json.dumps(arguments)
    context = ToolContext(
        context=None, tool_name=tool.name, tool_call_id="call_1", tool_arguments=text
    )
    answer = await tool.on_invoke_tool(context, text)
    assert isinstance(answer, str)
    return answer


@pytest.fixture
def tool(ctx: SharedContext, payload: str) -> FunctionTool:
    ctx.put("flights", payload)
    return retrieve_tool(ctx, max_tokens=100)


async def test_it_answers_within_its_bound(ctx: SharedContext, tool: FunctionTool) -> None:
    assert "HR121" in await call(tool, key="flights", query="diverted")
    assert "HR004" in await call(tool, key="flights", place="rows 5")
    assert ctx.count_tokens(await call(tool, key="flights", place="rows 1-200")) <= 100


async def test_a_sentence_instead_of_an_exception(tool: FunctionTool) -> None:
    assert await call(tool, key="nothing") == "Nothing was ever put under 'nothing'."
    answer = await call(tool, key="flights", place="all")
    assert answer.startswith("This call cannot be answered: place must look like")


def test_what_the_model_is_told(tool: FunctionTool) -> None:
    assert tool.name == "headroom_retrieve"
    assert tool.description == RetrievalTool.description
    properties = tool.params_json_schema["properties"]
    assert {name: said["description"] for name, said in properties.items()} == (
        RetrievalTool.parameters
    )
