"""The incident as a crew: what each task finds goes whole into the next, or as a view.

Needs headroom-crewai. Without a key the models are scripts; with OPENAI_API_KEY they are real.

    python examples/incident_crewai.py
"""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from tempfile import mkdtemp
from typing import Any

# CrewAI reads these when it is imported: nothing of this example leaves the machine.
os.environ.update(
    {
        "CREWAI_STORAGE_DIR": mkdtemp(),
        "CREWAI_TESTING": "true",
        "CREWAI_DISABLE_TELEMETRY": "true",
        "CREWAI_DISABLE_TRACKING": "true",
        "CREWAI_DISABLE_VERSION_CHECK": "true",
        "CREWAI_TRACING_ENABLED": "false",
        "OTEL_SDK_DISABLED": "true",
    }
)

from crewai import Agent, Crew, Task
from crewai.crews.crew_output import CrewOutput
from crewai.llms.base_llm import BaseLLM
from crewai.tools import tool
from incident import (
    ENGINEER,
    INCIDENT,
    INVESTIGATOR,
    TOOLS,
    WRITER,
    Call,
    Mind,
    Outcome,
    Role,
)
from pydantic import PrivateAttr

from headroom import SharedContext
from headroom_crewai import compressed_context

MODEL = "gpt-5-mini"


class Scripted(BaseLLM):
    """A model of CrewAI that does what a ``Mind`` says."""

    _mind: Mind = PrivateAttr()
    _role: Role = PrivateAttr()

    @classmethod
    def of(cls, mind: Mind, role: Role) -> Scripted:
        """The model of one role."""
        model = cls(model="scripted")
        model._mind, model._role = mind, role
        return model

    def call(self, messages: Any, tools: Any = None, *_: Any, **__: Any) -> Any:
        """One step: a text, or a call of a tool as OpenAI's models make it."""
        sent = _text(messages)
        offered = [each["function"]["name"] for each in tools or []]
        step = self._mind.step(self._role, sent, offered)
        if isinstance(step, Call):
            function = {"name": step.tool, "arguments": json.dumps(step.arguments)}
            return [{"id": f"call_{self._mind.calls}", "type": "function", "function": function}]
        return step.text

    def supports_function_calling(self) -> bool:
        """It calls tools natively."""
        return True

    def get_input_tokens_count(self, messages: Any, *_: Any, **__: Any) -> int:
        """What a request costs, in tokens."""
        return self._mind.count_tokens(_text(messages))

    def get_context_window_size(self) -> int:
        """In tokens; large, so that CrewAI summarizes nothing."""
        return 1_000_000


def _text(messages: Any) -> str:
    if isinstance(messages, str):
        return messages
    return "\n".join(str(message.get("content") or "") for message in messages)


def incident_crew(mind: Mind) -> Crew:
    """The crew, as one would write it without Headroom."""

    def agent(role: Role) -> Agent:
        return Agent(
            role=role.name,
            goal=role.goal,
            backstory=INCIDENT,
            llm=MODEL if "OPENAI_API_KEY" in os.environ else Scripted.of(mind, role),
        )

    def gather(worker: Agent, what: str, name: str, context: list[Task]) -> Task:
        # What the tool answers is what the task hands on, word for word.
        reads = tool(name, result_as_answer=True)(TOOLS[name])
        return Task(
            name=name,
            description=what,
            expected_output="What the tool answers, whole.",
            agent=worker,
            tools=[reads],
            context=context,
        )

    investigator, engineer, writer = agent(INVESTIGATOR), agent(ENGINEER), agent(WRITER)
    log = gather(investigator, INVESTIGATOR.task, "read_log", [])
    orders = gather(investigator, INVESTIGATOR.task, "list_orders", [])
    source = gather(engineer, ENGINEER.task, "read_source", [log, orders])
    report = Task(
        name="report",
        description=WRITER.task,
        expected_output="A report with these facts.",
        agent=writer,
        context=[log, orders, source],
    )
    return Crew(agents=[investigator, engineer, writer], tasks=[log, orders, source, report])


def run(with_headroom: bool) -> Outcome:
    """Runs the job once."""
    ctx = SharedContext()
    mind = Mind(ctx.count_tokens)
    crew = incident_crew(mind)
    with compressed_context(ctx) if with_headroom else nullcontext():
        result = crew.kickoff()
    assert isinstance(result, CrewOutput)
    if mind.calls == 0:
        # Real models: they are counted by whoever sells them.
        mind.tokens_sent = result.token_usage.prompt_tokens
        mind.calls = result.token_usage.successful_requests
    return mind.outcome(result.raw, str(ctx.stats()) if with_headroom else "")


def main() -> None:
    """Runs it without and with Headroom, and prints what it took."""
    without, with_views = run(with_headroom=False), run(with_headroom=True)
    print(f"without Headroom: {without}")
    print(f"with Headroom:    {with_views}")
    print(with_views.summary)
    print()
    print(with_views.report)


if __name__ == "__main__":
    main()
