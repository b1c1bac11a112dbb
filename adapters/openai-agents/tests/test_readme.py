"""The lines of the README and of the page, and the examples in docstrings, run as they stand."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from agents import Runner, function_tool
from scripted import ScriptedModel, calls, outputs, says

import headroom_openai_agents

README = Path(__file__).parent.parent / "README.md"
PAGE = README.parents[2] / "docs" / "frameworks" / "openai-agents.md"


def blocks(page: Path = PAGE) -> list[dict[str, Any]]:
    """What each block of a page leaves behind."""
    found = []
    for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
        names: dict[str, Any] = {}
        exec(compile(block, str(page), "exec"), names)
        found.append(names)
    return found


def searching(payload: str) -> Any:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    return search


@pytest.mark.parametrize("page", [README, PAGE], ids=["README", "page"])
async def test_the_two_lines(page: Path, payload: str) -> None:
    names, *_ = blocks(page)
    ctx, agent = names["ctx"], names["agent"]
    agent.tools.append(searching(payload))
    agent.model = ScriptedModel(calls("search"), says("HR121 was diverted."))
    assert await names["answer"]("Which flight was diverted?") == "HR121 was diverted."
    view = outputs(agent.model.sent[1])["call_search"]
    assert ctx.count_tokens(view) < ctx.count_tokens(payload) / 3
    assert "headroom_retrieve(" in view
    assert ctx.stats().savings_percent > 60
    (key,) = ctx
    assert ctx.get(key, full=True) == payload


async def test_a_handoff(payload: str) -> None:
    _, names, _ = blocks()
    ctx, searcher, analyst = names["ctx"], names["searcher"], names["analyst"]
    searcher.tools = [searching(payload)]
    searcher.model = ScriptedModel(calls("search"), calls("transfer_to_analyst"))
    analyst.model = ScriptedModel(says("HR121 was diverted."))
    await Runner.run(searcher, "Which flight was diverted?")
    assert outputs(searcher.model.sent[1])["call_search"] == payload
    assert ctx.is_view(outputs(analyst.model.sent[0])["call_search"])


async def test_tenants(payload: str) -> None:
    _, _, names = blocks()
    ctx, agent = names["ctx"], names["agent"]
    agent.tools.append(searching(payload))
    agent.model = ScriptedModel(calls("search"), says("HR121 was diverted."))
    context = SimpleNamespace(tenant="tenant 7")
    await Runner.run(
        agent, "Which flight was diverted?", run_config=names["config"], context=context
    )
    assert list(ctx) == []
    (key,) = ctx.in_namespace("tenant 7")
    assert ctx.in_namespace("tenant 7").get(key, full=True) == payload


@pytest.mark.parametrize(
    "module", [each.name for each in pkgutil.iter_modules(headroom_openai_agents.__path__)]
)
def test_docstrings_run(module: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"headroom_openai_agents.{module}"))
    assert not failed
