"""The contract of adapters, in crews."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.crews.crew_output import CrewOutput

from headroom import SharedContext
from headroom_crewai import callback_context, compressed_context, task_callback
from headroom_crewai.ambient import callback_choice
from headroom_testing import AdapterContract, Sent


@pytest.mark.filterwarnings("ignore:function callbacks cannot be serialized")
class TestCompressedContext(AdapterContract):
    reader = "clerk"
    native = False

    @pytest.fixture(autouse=True)
    def agents(self, make_agent: Any) -> None:
        self.make_agent = make_agent

    def block(self, ctx: SharedContext, **options: Any) -> Any:
        return compressed_context(ctx, **options)

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        agents: list[Agent] = [
            self.make_agent("searcher", payload),
            self.make_agent("clerk", "Done."),
        ]
        model: Any = agents[1].llm
        model.native = self.native
        tasks = [
            Task(description=asked, expected_output="A text", agent=agent)
            for asked, agent in zip(("Find it", question), agents)
        ]
        self.prepare(tasks, before_reading)
        with self.block(ctx, **options) if ctx else contextlib.nullcontext():
            result = Crew(agents=agents, tasks=tasks).kickoff()
        assert isinstance(result, CrewOutput)
        tools = [json.dumps(model.offered)] if self.native else []
        return Sent(model.sent, tools, result.raw)

    def prepare(self, tasks: list[Task], before_reading: Any) -> None:
        if before_reading is not None:
            tasks[0].callback = lambda _: before_reading()


class TestNativeTools(TestCompressedContext):
    native = True


class TestCallback(TestCompressedContext):
    """It replaces the output itself, once for all who read it."""

    def block(self, ctx: SharedContext, **options: Any) -> Any:
        return callback_context(ctx, **options)

    def prepare(self, tasks: list[Task], before_reading: Any) -> None:
        def callback(output: Any) -> None:
            if before_reading is not None:
                before_reading()
            if callback_choice.get() is not None:
                task_callback(output)

        tasks[0].callback = callback
