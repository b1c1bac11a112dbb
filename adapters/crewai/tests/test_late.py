"""Results of tools by default: what an agent that works already is given, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.flow.flow import Flow, start
from crewai.llms.base_llm import BaseLLM
from crewai.tools import BaseTool
from pydantic import BaseModel, Field

from headroom import RetrievalTool, Savings, SharedContext
from headroom_crewai import compressed_context, install

MakeAgent = Callable[..., Agent]

NATIVE = pytest.mark.parametrize("native", [False, True])
LONE = pytest.mark.parametrize("lone", [False, True])


class Answers(BaseTool):
    """A tool that answers one text after the other."""

    name: str = "look_up"
    description: str = "Looks something up"
    answers: list[Any] = Field(default_factory=list)

    def _run(self, page: int) -> Any:
        return self.answers[page]


def call(page: int) -> dict[str, Any]:
    return {"tool": "look_up", "arguments": {"page": page}}


def log(lines: int) -> str:
    return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))


def agent_with(make_agent: MakeAgent, native: bool, answers: list[Any], *script: Any) -> Agent:
    pages = [call(page) for page in range(len(answers))]
    agent = make_agent("clerk", *pages, *script, tools=[Answers(answers=answers)])
    agent.llm.native = native  # type: ignore[union-attr]
    return agent


def task(agent: Agent, description: str = "Which request was slow?", **options: Any) -> Task:
    return Task(description=description, expected_output="A text", agent=agent, **options)


def work(agent: Agent, lone: bool, description: str = "Which request was slow?") -> str:
    if lone:
        return agent.kickoff(description).raw  # type: ignore[union-attr]
    return Crew(agents=[agent], tasks=[task(agent, description)]).kickoff().raw


def sent(agent: Agent) -> list[str]:
    """The text and the tools of each call of an agent's model."""
    model: Any = agent.llm
    return [text + json.dumps(tools) for text, tools in zip(model.sent, model.tools)]


def cost(agent: Agent, ctx: SharedContext) -> int:
    return sum(map(ctx.count_tokens, sent(agent)))


def has_it(text: str) -> bool:
    return RetrievalTool.description in text or json.dumps(RetrievalTool.description)[1:-1] in text


def named(text: str) -> bool:
    return "headroom_retrieve(key=" in text


SIZES = [(8,), (16, 8), (24,), (32, 32), (48,), (64, 8, 64, 8, 8, 8, 8), (300,), (8, 8, 300, 8, 8)]


@NATIVE
@LONE
@pytest.mark.parametrize("sizes", SIZES)
def test_no_run_costs_more_than_without_us(
    sizes: tuple[int, ...], lone: bool, native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    answers = [log(lines) for lines in sizes]
    without, with_views = (agent_with(make_agent, native, answers, "Done.") for _ in range(2))
    work(without, lone)
    run = Savings()
    with compressed_context(ctx, min_tokens=0, savings=run):
        assert work(with_views, lone) == "Done."
    difference = cost(without, ctx) - cost(with_views, ctx)
    assert difference >= 0
    assert run.stats().saved <= difference
    if 300 in sizes:
        assert difference > cost(without, ctx) / 4
    # Nobody is given a tool before there is a view that names it.
    for text in sent(with_views):
        assert named(text) == has_it(text)


@NATIVE
@LONE
def test_the_tool_works_from_the_next_call_on(
    lone: bool, native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = agent_with(make_agent, native, [log(300)], {}, "Found.")

    def script_the_call(entry: Any) -> None:
        agent.llm.script[1] = {"key": entry.key, "place": "lines 151"}  # type: ignore[union-attr]

    with compressed_context(ctx, on_compress=script_the_call, max_tokens=150):
        assert work(agent, lone) == "Found."
    first, second, third = sent(agent)
    line = "INFO request 150 took 64 ms"
    assert [has_it(each) for each in (first, second, third)] == [False, True, True]
    assert [line in each for each in (first, second, third)] == [False, False, True]
    # Its own tools are what they were.
    assert [tool.name for tool in agent.tools or []] == ["look_up"]


@NATIVE
@LONE
def test_what_a_run_shows_is_held_until_it_ends(
    lone: bool, native: bool, make_agent: MakeAgent
) -> None:
    ctx = SharedContext(max_entries=1)
    entries: list[Any] = []
    agent = agent_with(make_agent, native, [log(300), log(400), log(500)], {}, "Found.")

    def note(entry: Any) -> None:
        entries.append(entry)
        agent.llm.script[3] = {"key": entries[0].key, "place": "lines 151"}  # type: ignore[union-attr]

    with compressed_context(ctx, on_compress=note, max_tokens=150):
        assert work(agent, lone) == "Found."
        assert "INFO request 150 took 64 ms" in sent(agent)[-1]
        assert ctx.stats().leased == 0


@NATIVE
def test_the_next_task_of_the_agent_is_not_given_it(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = agent_with(make_agent, native, [log(300)], "Done.")
    tasks = [task(agent), task(agent, "Say hello", context=[])]
    with compressed_context(ctx):
        Crew(agents=[agent], tasks=tasks).kickoff()
    assert [has_it(each) for each in sent(agent)] == [False, True, False]


@NATIVE
def test_who_has_it_for_what_it_reads_is_not_given_it_again(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    first = make_agent("searcher", log(300))
    agent = agent_with(make_agent, native, [log(301)], "Done.")
    with compressed_context(ctx):
        Crew(agents=[first, agent], tasks=[task(first, "Find"), task(agent)]).kickoff()
    assert [has_it(each) for each in sent(agent)] == [True, True]
    assert sent(agent)[1].count("Tool Name: headroom_retrieve") == (0 if native else 1)


@NATIVE
def test_after_a_guardrail_the_tool_is_told_of_again(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = agent_with(make_agent, native, [log(300)], "No.", call(0), "Done.")
    # Without annotations, of which CrewAI takes a few only.
    check: Any = lambda output: (output.raw == "Done.", output.raw)  # noqa: E731
    with compressed_context(ctx):
        checked = task(agent, guardrail=check)
        assert Crew(agents=[agent], tasks=[checked]).kickoff().raw == "Done."
    for text in sent(agent):
        assert named(text) <= has_it(text)


@NATIVE
def test_an_agent_within_a_flow(native: bool, ctx: SharedContext, make_agent: MakeAgent) -> None:
    agent = agent_with(make_agent, native, [log(300)], "Done.")

    class Shop(Flow[dict[str, Any]]):
        @start()
        async def ask(self) -> str:
            return (await agent.kickoff_async("Which request was slow?")).raw

    install(ctx)
    assert Shop().kickoff() == "Done."
    assert [has_it(each) for each in sent(agent)] == [False, True]
    assert log(300) not in sent(agent)[1]


class Answer(BaseModel):
    slow: int


@NATIVE
def test_a_typed_task_with_tools(native: bool, ctx: SharedContext, make_agent: MakeAgent) -> None:
    agent = agent_with(make_agent, native, [log(300)], '{"slow": 7}')
    typed = task(agent, output_pydantic=Answer)
    with compressed_context(ctx):
        assert Crew(agents=[agent], tasks=[typed]).kickoff().to_dict() == {"slow": 7}
    # The schema was off before: its agent has a tool.
    assert agent.llm.schemas == [None, None]  # type: ignore[union-attr]
    assert has_it(sent(agent)[1])


@NATIVE
def test_without_attaching_nobody_is_given_it(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = agent_with(make_agent, native, [log(300)], "Done.")
    with compressed_context(ctx, attach_tool=False):
        work(agent, lone=False)
    assert not has_it(sent(agent)[1])
    assert not named(sent(agent)[1])
    assert log(300) not in sent(agent)[1]


@NATIVE
def test_beside_another_tool_of_that_name_views_leave_nothing_out(
    native: bool, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    agent = agent_with(make_agent, native, [log(300)], "Done.")
    agent.tools = [*(agent.tools or []), Answers(name="headroom_retrieve")]
    with compressed_context(ctx):
        work(agent, lone=False)
    assert not has_it(sent(agent)[1])
    assert not named(sent(agent)[1])


@pytest.mark.skipif(
    not hasattr(BaseLLM, "is_tool_result_overflowing_threshold"),
    reason="this CrewAI sets no results aside",
)
@pytest.mark.parametrize("answer", [log(9_000), json.dumps([{"n": n} for n in range(9_000)])])
def test_a_view_of_what_crewai_would_set_aside_costs_no_more(
    answer: str, ctx: SharedContext, make_agent: MakeAgent
) -> None:
    without, with_us = (agent_with(make_agent, True, [answer], "Done.") for _ in range(2))
    work(without, lone=False)
    with compressed_context(ctx):
        work(with_us, lone=False)
    assert "stored as temporary artifact" in sent(without)[1]
    assert "stored as temporary artifact" not in sent(with_us)[1]
    assert named(sent(with_us)[1])
    assert cost(with_us, ctx) <= cost(without, ctx)


class Planning(BaseLLM):
    """Plans, calls a tool once, and answers."""

    sent: list[tuple[str, str]] = Field(default_factory=list)

    def supports_function_calling(self) -> bool:
        return True

    def call(self, messages: Any, tools: Any = None, *args: Any, **options: Any) -> Any:
        self.sent.append((json.dumps(messages, default=str), json.dumps(tools, default=str)))
        if len(self.sent) == 2:
            arguments = json.dumps({"page": 0})
            function = {"name": "look_up", "arguments": arguments}
            return [{"id": "1", "type": "function", "function": function}]
        return "Thought: I know it.\nFinal Answer: READY"


def test_an_agent_that_plans_is_sent_what_it_is_sent_without_us() -> None:
    """Its steps have collected their tools when the first result comes."""
    sent = []
    for ctx in (None, SharedContext()):
        model = Planning(model="scripted")
        tools = [Answers(answers=[log(60)])]
        clerk = Agent(
            role="clerk", goal="Find it", backstory="-", llm=model, tools=tools, planning=True
        )
        with compressed_context(ctx) if ctx else nullcontext():
            assert work(clerk, lone=False).endswith("READY")
        sent.append(model.sent)
    assert len(sent[0]) > 2
    assert sent[0] == sent[1]
