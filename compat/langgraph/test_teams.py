"""The recipes for supervisors and swarms.

Needs langgraph-supervisor, langgraph-swarm and headroom-langgraph[langchain].
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph_supervisor import create_supervisor
from langgraph_swarm import create_handoff_tool, create_swarm
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware, compress_model_input, retrieve_tool

FLIGHTS = json.dumps(
    [
        {"flight": f"HR{n:03}", "origin": ["OSL", "BER", "MAD", "ROM"][n % 4],
         "status": "diverted" if n == 121 else "landed", "delay": n % 9}
        for n in range(200)
    ]
)  # fmt: skip
# langgraph-supervisor itself is not up to date with this.
pytestmark = pytest.mark.filterwarnings("ignore:create_react_agent has been moved")

ASKED: dict[str, Any] = {"messages": [HumanMessage("Which flight was diverted?")]}


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()


@tool
def search() -> str:
    """Searches flights."""
    return FLIGHTS


def found_in(messages: list[BaseMessage]) -> list[str]:
    return [one.text for one in messages if getattr(one, "name", None) == "search"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_supervisor_and_its_agents(ctx: SharedContext, asynchronous: bool) -> None:
    searcher = ScriptedModel(says=[calls("search"), AIMessage("HR121 was diverted.")])
    agent = create_agent(searcher, [search], middleware=[HeadroomMiddleware(ctx)], name="searcher")
    boss = ScriptedModel(says=[calls("transfer_to_searcher"), AIMessage("HR121")])
    team: Any = create_supervisor(
        [agent],
        model=boss,
        # What the agents found reaches the supervisor with the whole history.
        output_mode="full_history",
        tools=[retrieve_tool(ctx)],
        pre_model_hook=compress_model_input(ctx, mention_tool=True),
    ).compile()
    result = await team.ainvoke(ASKED) if asynchronous else team.invoke(ASKED)
    for sent in (searcher.sent[1], boss.sent[1]):
        (view,) = found_in(sent)
        assert ctx.original_of(view) == FLIGHTS
        assert "HR121" in view
        assert ctx.count_tokens(view) < ctx.count_tokens(FLIGHTS) / 2
    # What the caller gets is what was found.
    assert found_in(result["messages"]) == [FLIGHTS]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_swarm(ctx: SharedContext, asynchronous: bool) -> None:
    searcher = ScriptedModel(says=[calls("search"), calls("transfer_to_writer")])
    writer = ScriptedModel(says=[AIMessage("HR121 was diverted."), AIMessage("It was HR121.")])
    middleware = [HeadroomMiddleware(ctx)]
    agents: list[Any] = [
        create_agent(
            searcher, [search, create_handoff_tool(agent_name="writer")],
            middleware=middleware, name="searcher",
        ),
        create_agent(
            writer, [create_handoff_tool(agent_name="searcher")],
            middleware=middleware, name="writer",
        ),
    ]  # fmt: skip
    swarm: Any = create_swarm(agents, default_active_agent="searcher").compile(
        checkpointer=InMemorySaver()
    )
    config = {"configurable": {"thread_id": "1"}}
    for asked in (ASKED, {"messages": [HumanMessage("Say it again.")]}):
        result = await swarm.ainvoke(asked, config) if asynchronous else swarm.invoke(asked, config)
    views = [found_in(sent)[0] for sent in (searcher.sent[1], *writer.sent)]
    for view in views:
        assert ctx.original_of(view) == FLIGHTS
        assert "HR121" in view
    # What an agent was sent, it is sent again.
    assert views[1] == views[2]
    assert found_in(result["messages"]) == [FLIGHTS]
