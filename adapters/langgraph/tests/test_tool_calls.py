from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command
from scripted import calls

from headroom import MemoryStore, SharedContext
from headroom_langgraph import awrap_tool_call, compress_node, retrieve_tool, wrap_tool_call


def graph_of(node: ToolNode) -> Any:
    builder = StateGraph(MessagesState)
    builder.add_node("tools", node)
    builder.add_edge(START, "tools")
    return builder.compile()


def asking(*messages: AIMessage) -> dict[str, list[AnyMessage]]:
    return {"messages": [HumanMessage("Which flight was diverted?"), *messages]}


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("as_command", [False, True])
async def test_a_tool_node_gives_views(
    ctx: SharedContext, payload: str, asynchronous: bool, as_command: bool
) -> None:
    artifact = {"raw": payload}

    @tool(response_format="content_and_artifact")
    def search() -> Any:
        """Searches flights."""
        return payload, artifact

    @tool("search")
    def search_by_command() -> Any:
        """Searches flights."""
        message = ToolMessage(
            payload, tool_call_id="call_search", name="search", artifact=artifact, status="error"
        )
        return Command(update={"messages": [message]})

    node = ToolNode(
        [search_by_command if as_command else search, retrieve_tool(ctx)],
        wrap_tool_call=wrap_tool_call(ctx, mention_tool=True, max_tokens=300),
        awrap_tool_call=awrap_tool_call(ctx, mention_tool=True, max_tokens=300),
    )
    app = graph_of(node)
    given = asking(calls("search"))
    result = await app.ainvoke(given) if asynchronous else app.invoke(given)
    answer = result["messages"][-1]
    assert (answer.tool_call_id, answer.name) == ("call_search", "search")
    assert answer.artifact == artifact
    assert answer.status == ("error" if as_command else "success")
    assert ctx.is_view(answer.content)
    assert "HR121" in answer.content
    assert ctx.count_tokens(answer.content) <= 300
    (key,) = ctx
    assert f'headroom_retrieve(key="{key}"' in answer.content
    given = asking(calls("headroom_retrieve", key=key, place="rows 5"))
    result = await app.ainvoke(given) if asynchronous else app.invoke(given)
    assert "HR004" in result["messages"][-1].content
    assert len(list(ctx)) == 1


async def test_async_tools_and_parallel_calls(ctx: SharedContext, payload: str) -> None:
    @tool
    async def search(place: str) -> str:
        """Searches flights."""
        return payload.replace("OSL", place)

    node = ToolNode([search], awrap_tool_call=awrap_tool_call(ctx))
    both = AIMessage(
        "",
        tool_calls=[
            {"name": "search", "args": {"place": place}, "id": place} for place in ("ABC", "XYZ")
        ],
    )
    answers = (await graph_of(node).ainvoke(asking(both)))["messages"][2:]
    assert [one.tool_call_id for one in answers] == ["ABC", "XYZ"]
    originals = {ctx.get(key): ctx.get(key, full=True) for key in ctx}
    for one in answers:
        assert originals[one.content] == payload.replace("OSL", one.tool_call_id)


async def test_options_and_errors(ctx: SharedContext, payload: str) -> None:
    class FullStore(MemoryStore):
        def put(self, *args: Any, **kwargs: Any) -> Any:
            raise OSError("no space left on device")

    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    @tool
    def fails() -> str:
        """Fails."""
        raise ValueError("no such flight")

    def answer(context: SharedContext, name: str = "search", **options: Any) -> Any:
        wrap = wrap_tool_call(context, **options)
        node = ToolNode([search, fails], wrap_tool_call=wrap, handle_tool_errors=True)
        return graph_of(node).invoke(asking(calls(name)))["messages"][-1]

    assert answer(ctx, exclude=["search"]).content == payload
    assert answer(ctx, min_tokens=10**6).content == payload
    assert answer(SharedContext(store=FullStore())).content == payload
    assert "no such flight" in answer(ctx, "fails").content
    for wrap in (wrap_tool_call, awrap_tool_call):
        with pytest.raises(ValueError, match="fidelity"):
            wrap(ctx, fidelity="best")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="exclude takes several names"):
            wrap(ctx, exclude="search")


def test_the_function_of_a_tool_may_be_decorated(ctx: SharedContext, payload: str) -> None:
    @tool
    @compress_node(ctx)
    def search(place: str) -> str:
        """Searches flights."""
        return payload

    assert search.name == "search"
    assert set(search.args) == {"place"}
    assert ctx.is_view(search.invoke({"place": "OSL"}))
