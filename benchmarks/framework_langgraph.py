"""The incident of the examples in LangGraph and LangChain, each way that it can go.

Run by ``benchmarks.frameworks``, in an environment that has headroom-langgraph[langchain] and
deepagents.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.pop("OPENAI_API_KEY", None)
sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from deepagents.middleware.filesystem import FilesystemMiddleware
from incident import INCIDENT, ROLES, TOOLS, Mind
from incident_langgraph import chat_model, incident_graph
from langchain.agents import create_agent
from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware
from langchain_core.messages import HumanMessage
from langchain_core.tools import StructuredTool

from headroom import SharedContext
from headroom_langgraph import HeadroomMiddleware

TOOL = "headroom_retrieve, from the context"

Job = Callable[[Mind, SharedContext], str]


def graph(mind: Mind, ctx: SharedContext | None) -> str:
    """The graph of the example."""
    state = incident_graph(mind, ctx).invoke({"messages": [HumanMessage(INCIDENT)]})
    return str(state["messages"][-1].text)


def agents(mind: Mind, *middleware: Any) -> str:
    """Three agents of LangChain, one after the other, over one state."""
    state: dict[str, Any] = {"messages": [HumanMessage(INCIDENT)]}
    for role in ROLES:
        agent = create_agent(
            chat_model(mind, role),
            [StructuredTool.from_function(TOOLS[name], name=name) for name in role.tools],
            system_prompt=f"You are the {role.name}. {role.goal} {role.task}",
            middleware=middleware,
        )
        state = agent.invoke(state)
    return str(state["messages"][-1].text)


def clear_tool_uses(**options: Any) -> ContextEditingMiddleware:
    """LangChain's means: older tool results are cleared past a number of tokens."""
    return ContextEditingMiddleware(edits=[ClearToolUsesEdit(**options)])


def ways() -> Iterator[tuple[str, str, Job]]:
    """The name of each way, its way back to what is not sent, and the job."""
    yield "LangGraph alone", "all is sent", lambda mind, _: graph(mind, None)
    yield "Headroom, compress_node", TOOL, graph
    yield "LangChain's agents alone", "all is sent", lambda mind, _: agents(mind)
    yield (
        "ClearToolUsesEdit", "originals in the state, no tool",
        lambda mind, _: agents(mind, clear_tool_uses()),
    )  # fmt: skip
    yield (
        "ClearToolUsesEdit(trigger=50_000, keep=1)", "originals in the state, no tool",
        lambda mind, _: agents(mind, clear_tool_uses(trigger=50_000, keep=1)),
    )  # fmt: skip
    yield (
        "deepagents FilesystemMiddleware", "read_file and grep, from the state",
        lambda mind, _: agents(mind, FilesystemMiddleware()),
    )  # fmt: skip
    yield (
        "Headroom, HeadroomMiddleware", TOOL,
        lambda mind, ctx: agents(mind, HeadroomMiddleware(ctx)),
    )  # fmt: skip


def main() -> None:
    """Prints a line of JSON for each way."""
    logging.getLogger().setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    versions = (f"{name} {version(name)}" for name in ("langgraph", "langchain", "deepagents"))
    print(json.dumps({"framework": ", ".join(versions)}))
    for name, way_back, job in ways():
        ctx = SharedContext()
        mind = Mind(ctx.count_tokens, looks_up=False)
        outcome = mind.outcome(job(mind, ctx))
        row = {"way": name, "sent": outcome.tokens_sent, "calls": outcome.calls}
        print(json.dumps({**row, "kept": outcome.facts_kept, "back": way_back}), flush=True)


if __name__ == "__main__":
    main()
