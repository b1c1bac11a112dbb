"""The recipe for deepagents. Needs deepagents and headroom-langgraph[langchain]."""

from __future__ import annotations

from typing import Any

import pytest
from deepagents import create_deep_agent
from deepagents_run import FILES, SOURCES, Source, cost
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import StructuredTool
from scripted import ScriptedModel, calls

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware

NO_ARGUMENTS = {"type": "object", "properties": {}}


def test_what_deepagents_puts_into_files_costs_no_more() -> None:
    # It says the file's path and ten lines: there is nothing left to save.
    assert cost(SOURCES[:3], exclude=FILES) == cost(SOURCES[:3])


@pytest.mark.parametrize("options", [{}, {"max_tokens": 1000}])
def test_what_it_leaves_in_the_messages_costs_less(options: dict[str, Any]) -> None:
    assert cost(SOURCES, exclude=FILES, **options).tokens < 0.8 * cost(SOURCES).tokens


def tool_of(source: Source) -> StructuredTool:
    return StructuredTool.from_function(
        lambda: source.answer, name=source.name, description="Reads.", args_schema=NO_ARGUMENTS
    )


def test_pages_of_files_stay_as_they_are(ctx: SharedContext) -> None:
    code = SOURCES[2].answer[:20_000]
    model = ScriptedModel(
        says=[
            calls("write_file", file_path="/code.py", content=code),
            calls("read_file", file_path="/code.py", limit=1000),
            AIMessage("That is all."),
        ]
    )
    options = HeadroomMiddleware(ctx, exclude=FILES)
    agent: Any = create_deep_agent(model, middleware=[options])
    agent.invoke({"messages": [HumanMessage("Read the code.")]})
    page = model.sent[2][-1]
    assert isinstance(page, ToolMessage)
    assert page.text.endswith(code)
    assert len(ctx) == 0


def test_a_subagent_has_a_middleware_of_its_own(ctx: SharedContext) -> None:
    invoices = SOURCES[3]
    clerk = ScriptedModel(says=[calls(invoices.name), AIMessage("Order 121 was refused.")])
    model = ScriptedModel(
        says=[
            calls("task", description="Which order was refused?", subagent_type="clerk"),
            AIMessage("Order 121."),
        ]
    )
    spec: Any = {
        "name": "clerk",
        "description": "Reads invoices.",
        "system_prompt": "Read them.",
        "model": clerk,
        "tools": [tool_of(invoices)],
        "middleware": [HeadroomMiddleware(ctx, exclude=FILES)],
    }
    agent: Any = create_deep_agent(model, subagents=[spec])
    agent.invoke({"messages": [HumanMessage("Which order was refused?")]})
    view = clerk.sent[1][-1].text
    assert ctx.original_of(view) == invoices.answer
    assert "refused" in view
    assert model.sent[1][-1].text == "Order 121 was refused."


@pytest.fixture
def ctx() -> SharedContext:
    return SharedContext()
