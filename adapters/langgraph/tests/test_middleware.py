from __future__ import annotations

import sys
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.types import Command
from scripted import ScriptedModel, calls

import headroom_langgraph
from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware

ASKED: dict[str, Any] = {"messages": [HumanMessage("Which flight was diverted?")]}


@pytest.mark.parametrize("as_command", [False, True])
@pytest.mark.parametrize("asynchronous", [False, True])
async def test_an_agent_gets_views_and_looks_things_up(
    ctx: SharedContext, payload: str, asynchronous: bool, as_command: bool
) -> None:
    @tool
    def search() -> Any:
        """Searches flights."""
        if as_command:
            message = ToolMessage(payload, tool_call_id="call_search", name="search")
            return Command(update={"messages": [message]})
        return payload

    keys: list[str] = []
    model = ScriptedModel(
        says=[
            calls("search"),
            # The key is known only when the search has run.
            calls("headroom_retrieve", key="", place="rows 5"),
            AIMessage("HR121"),
        ]
    )

    def on_compress(entry: Any) -> None:
        keys.append(entry.key)
        model.says[1].tool_calls[0]["args"]["key"] = entry.key

    middleware = HeadroomMiddleware(ctx, max_tokens=300, on_compress=on_compress)
    agent = create_agent(model, [search], middleware=[middleware])
    result = await agent.ainvoke(ASKED) if asynchronous else agent.invoke(ASKED)
    assert {getattr(one, "name", None) for one in model.tools} == {"search", "headroom_retrieve"}
    view = model.sent[1][-1]
    assert isinstance(view, ToolMessage)
    assert ctx.is_view(str(view.content))
    assert "HR121" in view.content
    assert f'headroom_retrieve(key="{keys[0]}"' in view.content
    assert ctx.get(keys[0], full=True) == payload
    looked_up = model.sent[2][-1]
    assert "HR004" in looked_up.content
    assert not ctx.is_view(str(looked_up.content))
    assert result["messages"][-1].content == "HR121"
    assert len(keys) == 1


def test_exclude_and_wrong_options(ctx: SharedContext, payload: str) -> None:
    @tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(says=[calls("search"), AIMessage("HR121")])
    agent = create_agent(model, [search], middleware=[HeadroomMiddleware(ctx, exclude=["search"])])
    agent.invoke(ASKED)
    assert model.sent[1][-1].content == payload
    with pytest.raises(ValueError, match="fidelity"):
        HeadroomMiddleware(ctx, fidelity="best")  # type: ignore[arg-type]


def test_without_langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "headroom_langgraph.middleware")
    monkeypatch.setitem(sys.modules, "langchain.agents.middleware", None)
    with pytest.raises(ImportError, match=r"pip install 'headroom-langgraph\[langchain\]'"):
        _ = headroom_langgraph.HeadroomMiddleware
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = headroom_langgraph.Nothing
