from __future__ import annotations

import json

import pytest
from agents import FunctionTool
from agents.models import chatcmpl_converter as chat
from agents.models import openai_responses as responses
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
    assert await call(tool, key="nothing") == "Nothing is stored under 'nothing' here."
    answer = await call(tool, key="flights", place="all rows")
    assert answer.startswith("This call cannot be answered: place must look like")


def test_what_the_model_is_told(tool: FunctionTool) -> None:
    assert tool.name == "headroom_retrieve"
    assert tool.description == RetrievalTool.description
    assert tool.params_json_schema == RetrievalTool.schema


def test_what_the_tool_costs_in_each_call_of_a_model(
    ctx: SharedContext, tool: FunctionTool
) -> None:
    # As the SDK sends it to the Responses API and to Chat Completions.
    (sent,) = responses.Converter.convert_tools([tool], []).tools
    for schema in (sent, chat.Converter.tool_to_openai(tool)):
        assert ctx.count_tokens(json.dumps(schema)) <= 180


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"limit": 10}'])
async def test_arguments_that_are_none(tool: FunctionTool, text: str) -> None:
    context = ToolContext(
        context=None, tool_name=tool.name, tool_call_id="call_1", tool_arguments=text
    )
    assert "key must not be empty" in await tool.on_invoke_tool(context, text)


async def test_what_models_make_up_is_left_aside(tool: FunctionTool) -> None:
    assert "HR004" in await call(tool, key="flights", place=["rows 5"], limit=10, where="null")


def test_a_tool_that_could_tell_nothing(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match="ctx must be a SharedContext, not str"):
        retrieve_tool("memory://")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_tokens must be at least 1, not 0"):
        retrieve_tool(ctx, max_tokens=0)
    with pytest.raises(TypeError, match="max_tokens must be a whole number, not float"):
        retrieve_tool(ctx, max_tokens=0.5)  # type: ignore[arg-type]
