"""The incident of the examples in CrewAI, each way that it can go.

Run by ``benchmarks.frameworks``, in an environment that has headroom-crewai.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.pop("OPENAI_API_KEY", None)
sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from crewai import Agent, Crew, Task
from crewai.tools import tool
from incident import INCIDENT, TOOLS, WRITER, Mind
from incident_crewai import Scripted, incident_crew

from headroom import SharedContext
from headroom_crewai import compressed_context, make_task_callback

TOOL = "headroom_retrieve, from the context"

Job = Callable[[Mind, SharedContext], str]


class WithWindow(Scripted):
    """A scripted model with the context window of many models, which CrewAI measures results by."""

    def get_context_window_size(self) -> int:
        """In tokens."""
        return 128_000


def crew(mind: Mind, **options: Any) -> str:
    """The crew of the example."""
    ours = incident_crew(mind)
    for name, value in options.items():
        setattr(ours, name, value)
    return str(ours.kickoff().raw)


def crew_with_views(mind: Mind, ctx: SharedContext) -> str:
    """The crew of the example, its tasks handing each other views."""
    with compressed_context(ctx):
        return crew(mind)


def one_agent(mind: Mind, model: type[Scripted] = Scripted) -> str:
    """One agent that calls all tools itself and reports."""
    role = replace(WRITER, tools=tuple(TOOLS))
    agent = Agent(
        role=role.name, goal=role.goal, backstory=INCIDENT, llm=model.of(mind, role),
        tools=[tool(name)(function) for name, function in TOOLS.items()],
    )  # fmt: skip
    task = Task(description=role.task, expected_output="A report with these facts.", agent=agent)
    return str(Crew(agents=[agent], tasks=[task]).kickoff().raw)


def one_agent_with_views(mind: Mind, ctx: SharedContext) -> str:
    """One agent whose tools answer with views."""
    with compressed_context(ctx):
        return one_agent(mind, WithWindow)


def ways() -> Iterator[tuple[str, str, Job]]:
    """The name of each way, its way back to what is not sent, and the job."""
    yield "CrewAI alone", "all is sent", lambda mind, _: crew(mind)
    yield "Headroom, compressed_context", TOOL, crew_with_views
    yield (
        "Headroom, make_task_callback", TOOL,
        lambda mind, ctx: crew(mind, task_callback=make_task_callback(ctx)),
    )  # fmt: skip
    yield "one agent: CrewAI alone, window of 1M", "all is sent", lambda mind, _: one_agent(mind)
    yield (
        "one agent: deferred results, window of 128K", "read_a_deferred_tool_result, from a file",
        lambda mind, _: one_agent(mind, WithWindow),
    )  # fmt: skip
    yield (
        "one agent: Headroom, compressed_context", TOOL, one_agent_with_views,
    )  # fmt: skip


def main() -> None:
    """Prints a line of JSON for each way."""
    logging.getLogger().setLevel(logging.ERROR)
    print(json.dumps({"framework": f"crewai {version('crewai')}"}))
    for name, way_back, job in ways():
        ctx = SharedContext()
        mind = Mind(ctx.count_tokens, looks_up=False)
        outcome = mind.outcome(job(mind, ctx))
        row = {"way": name, "sent": outcome.tokens_sent, "calls": outcome.calls}
        print(json.dumps({**row, "kept": outcome.facts_kept, "back": way_back}), flush=True)


if __name__ == "__main__":
    main()
