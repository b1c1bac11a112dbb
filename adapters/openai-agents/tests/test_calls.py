"""Which tool an output is of, and for whom: programs, servers that keep the calls, namespaces."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import agents
import pytest
from agents import Agent, FunctionTool, RunConfig, Runner, RunState, function_tool, trace
from openai.types.responses import ResponseFunctionToolCall
from scripted import ScriptedModel, calls, key_in, outputs, says

from headroom import Decision, SharedContext
from headroom_openai_agents import (
    headroom_hooks,
    headroom_run_config,
    model_input_filter,
    output_extractor,
    retrieve_tool,
    tool_output_guardrail,
)
from headroom_openai_agents.calls import Calls

QUESTION = "Which flight was diverted?"
HAS_PROGRAMS = any(each.name == "allowed_callers" for each in dataclasses.fields(FunctionTool))
programs = pytest.mark.skipif(
    not HAS_PROGRAMS, reason="this version of the SDK lets no program call tools"
)


# Programs


def program_calls(name: str, **arguments: object) -> list[Any]:
    from openai.types.responses.response_output_item import Program

    return [
        Program(id="pg_1", call_id="program", code="run()", fingerprint="f", type="program"),
        ResponseFunctionToolCall(
            call_id=f"call_{name}",
            name=name,
            arguments=json.dumps(arguments),
            type="function_call",
            id=f"fc_{name}",
            caller={"type": "program", "caller_id": "program"},  # type: ignore[arg-type]
        ),
    ]


@programs
@pytest.mark.parametrize("road", [model_input_filter, tool_output_guardrail])
async def test_what_a_program_reads_stays_as_it_is(
    ctx: SharedContext, payload: str, road: Any
) -> None:
    at_source = road is tool_output_guardrail

    def search() -> str:
        """Searches flights."""
        return payload

    tool = function_tool(
        search,
        allowed_callers=["direct", "programmatic"],
        tool_output_guardrails=[road(ctx)] if at_source else None,
    )
    for turn, is_view in ((program_calls("search"), False), (calls("search"), True)):
        model = ScriptedModel(turn, says("HR121"))
        agent = Agent(
            name="searcher", model=model, tools=[tool, agents.ProgrammaticToolCallingTool()]
        )
        config = RunConfig() if at_source else RunConfig(call_model_input_filter=road(ctx))
        await Runner.run(agent, QUESTION, run_config=config)
        sent = outputs(model.sent[1])["call_search"]
        assert ctx.is_view(sent) == is_view
        assert (sent == payload) != is_view


@programs
async def test_what_an_agent_says_to_a_program_stays_as_it_is(
    ctx: SharedContext, payload: str
) -> None:
    for turn in (program_calls, calls):
        inner = Agent(name="inner", model=ScriptedModel(says(payload)))
        tool = inner.as_tool("inner", "Asks.", custom_output_extractor=output_extractor(ctx))
        tool.allowed_callers = ["direct", "programmatic"]
        model = ScriptedModel(turn("inner", input="Which?"), says("HR121"))
        agent = Agent(name="outer", model=model, tools=[tool, agents.ProgrammaticToolCallingTool()])
        await Runner.run(agent, QUESTION)
        sent = outputs(model.sent[1])["call_inner"]
        assert (sent == payload) == (turn is program_calls)


# Servers that manage the conversation


def searching(payload: str, ctx: SharedContext, *turns: Any) -> tuple[Agent[Any], ScriptedModel]:
    @function_tool
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(*turns)
    return Agent(name="searcher", model=model, tools=[search, retrieve_tool(ctx)]), model


MANAGED: list[dict[str, Any]] = [
    {"auto_previous_response_id": True},
    {"previous_response_id": "resp_0"},
    {"conversation_id": "conv_1"},
]


@pytest.mark.parametrize("managed", MANAGED)
async def test_only_what_is_new_is_sent_and_the_question_is_known(
    ctx: SharedContext, payload: str, managed: Any
) -> None:
    agent, model = searching(payload, ctx, calls("search"), says("HR042"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, max_tokens=150))
    await Runner.run(agent, "Where did HR042 start?", run_config=config, **managed)
    (item,) = model.sent[1]
    assert item["type"] == "function_call_output"
    assert ctx.is_view(item["output"])
    assert "HR042" in item["output"]


@pytest.mark.parametrize("streams", [False, True])
async def test_answers_of_the_retrieval_tool_are_never_compressed(
    ctx: SharedContext, payload: str, streams: bool
) -> None:
    def look_up(items: list[dict[str, Any]]) -> list[Any]:
        return calls("headroom_retrieve", key=key_in(items[-1]["output"]), place="rows 1-45")

    agent, model = searching(payload, ctx, calls("search"), look_up, says("HR121"))
    told: list[Decision] = []
    ours = model_input_filter(ctx, on_handoff=told.append, min_tokens=0)
    config, managed = RunConfig(call_model_input_filter=ours), {"auto_previous_response_id": True}
    if streams:
        result = Runner.run_streamed(agent, QUESTION, run_config=config, **managed)  # type: ignore[arg-type]
        async for _ in result.stream_events():
            pass
    else:
        await Runner.run(agent, QUESTION, run_config=config, **managed)  # type: ignore[arg-type]
    (answer,) = model.sent[2]
    assert "HR040" in answer["output"]
    assert not ctx.is_view(answer["output"])
    assert [one.is_view for one in told] == [True]


async def test_what_may_be_excluded_is_left_alone(ctx: SharedContext, payload: str) -> None:
    """The server has the call, and with it the name of the tool."""
    for exclude, is_view in ((["search"], False), (["assistant", "shell"], True)):
        agent, model = searching(payload, ctx, calls("search"), says("HR121"))
        config = RunConfig(call_model_input_filter=model_input_filter(ctx, exclude=exclude))
        await Runner.run(agent, QUESTION, run_config=config, auto_previous_response_id=True)
        assert ctx.is_view(model.sent[1][0]["output"]) == is_view


@pytest.mark.parametrize("streams", [False, True])
async def test_hooks_know_the_tools_of_outputs(
    ctx: SharedContext, payload: str, streams: bool
) -> None:
    for exclude, is_view in ((["search"], False), (["other"], True)):
        agent, model = searching(payload, ctx, calls("search"), says("HR121"))
        config = headroom_run_config(ctx, exclude=exclude, max_tokens={"search": 150})
        more: dict[str, Any] = {"conversation_id": "conv_1", "hooks": headroom_hooks(ctx)}
        if streams:
            result = Runner.run_streamed(agent, QUESTION, run_config=config, **more)
            async for _ in result.stream_events():
                pass
        else:
            await Runner.run(agent, QUESTION, run_config=config, **more)
        (item,) = model.sent[1]
        assert ctx.is_view(item["output"]) == is_view
        assert (ctx.count_tokens(item["output"]) <= 150) == is_view
    (key,) = ctx
    assert key.startswith("search-")


async def test_calls_that_were_sent_before_are_known_by_their_names(
    ctx: SharedContext, payload: str
) -> None:
    """A history, and then a conversation that the server goes on with."""
    agent, model = searching(payload, ctx, says("Wait."), says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, exclude=["other"]))
    call = {"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": payload}
    history: list[Any] = [{"role": "user", "content": QUESTION}, call]
    await Runner.run(agent, history, run_config=config)
    await Runner.run(agent, [output], run_config=config, previous_response_id="resp_0")  # type: ignore[list-item]
    assert ctx.is_view(model.sent[1][0]["output"])
    (key,) = ctx
    assert key.startswith("search-")


async def test_runs_in_one_trace_one_after_the_other(ctx: SharedContext, payload: str) -> None:
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, max_tokens=150))
    with trace("Two questions"):
        for flight in ("HR042", "HR077"):
            agent, model = searching(payload, ctx, calls("search"), says(flight))
            await Runner.run(
                agent, f"Where did {flight} start?", run_config=config, conversation_id=flight
            )
            assert flight in model.sent[1][0]["output"]


async def test_an_agent_that_is_a_tool_does_not_change_what_its_caller_is_asked(
    ctx: SharedContext, payload: str
) -> None:
    """Both run in one trace, the tool between two calls of the other's model."""
    inner = Agent(name="inner", model=ScriptedModel(says("It is.")))
    agent, model = searching(
        payload, ctx, calls("inner", input="Is HR077 there?"), calls("search"), says("HR042")
    )
    agent.tools.append(inner.as_tool("inner", "Says whether a flight is there."))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, max_tokens=150))
    await Runner.run(
        agent, "Where did HR042 start?", run_config=config, auto_previous_response_id=True
    )
    assert "HR042" in model.sent[2][0]["output"]


async def test_a_question_is_handed_over_with_the_conversation(
    ctx: SharedContext, payload: str
) -> None:
    agent, model = searching(payload, ctx, calls("search"), says("HR042"))
    first = Agent(name="first", model=ScriptedModel(calls("transfer_to_searcher")))
    first.handoffs = [agent]
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, max_tokens=150))
    await Runner.run(
        first, "Where did HR042 start?", run_config=config, auto_previous_response_id=True
    )
    assert "HR042" in model.sent[1][0]["output"]


@pytest.mark.skipif(
    not hasattr(RunState, "add_input"), reason="this version of the SDK adds nothing to a run"
)
async def test_what_is_added_to_a_run_that_goes_on_stays_as_it_is(
    ctx: SharedContext, payload: str
) -> None:
    """The SDK ends a run whose filter sends something else in its place."""

    @function_tool(needs_approval=True)
    def search() -> str:
        """Searches flights."""
        return payload

    model = ScriptedModel(calls("search"), says("HR121"))
    agent = Agent(name="searcher", model=model, tools=[search])
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    result = await Runner.run(agent, QUESTION, run_config=config, auto_previous_response_id=True)
    state = result.to_state()
    state.approve(result.interruptions[0])
    added: list[Any] = [
        {"role": "assistant", "content": payload},
        {"role": "user", "content": "Which one?"},
    ]
    state.add_input(added)
    result = await Runner.run(agent, state, run_config=config)
    assert result.final_output == "HR121"
    assert ctx.is_view(model.sent[1][0]["output"])
    assert model.sent[1][1:] == added


# Namespaces


@pytest.mark.parametrize("name", ["mcp_air_port__search", "search"])
async def test_a_tool_of_an_mcp_server_is_excluded_with_its_server_and_without(
    ctx: SharedContext, payload: str, name: str
) -> None:
    @function_tool(name_override="mcp_air_port__search")
    def search() -> str:
        """Searches flights, as the SDK calls a tool of a server."""
        return payload

    model = ScriptedModel(calls("mcp_air_port__search"), says("HR121"))
    agent = Agent(name="searcher", model=model, tools=[search])
    config = RunConfig(call_model_input_filter=model_input_filter(ctx, exclude=[name]))
    await Runner.run(agent, QUESTION, run_config=config)
    assert outputs(model.sent[1])["call_mcp_air_port__search"] == payload


@pytest.mark.parametrize("name", ["air.search", "search"])
@pytest.mark.parametrize("road", [model_input_filter, tool_output_guardrail])
async def test_a_tool_in_a_namespace_is_excluded_with_it_and_without(
    ctx: SharedContext, payload: str, name: str, road: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ours, at_source = road(ctx, exclude=[name]), road is tool_output_guardrail

    def search() -> str:
        """Searches flights."""
        return payload

    tool = function_tool(search, tool_output_guardrails=[ours] if at_source else None)
    (spaced,) = agents.tool_namespace(name="air", description="Flights.", tools=[tool])
    (call,) = calls("search")
    call.namespace = "air"
    model = ScriptedModel([call], says("HR121"))
    agent = Agent(name="searcher", model=model, tools=[spaced])
    config = RunConfig() if at_source else RunConfig(call_model_input_filter=ours)
    await Runner.run(agent, QUESTION, run_config=config)
    assert outputs(model.sent[1])["call_search"] == payload
    assert not [each for each in caplog.records if "is called so" in each.message]


# Bounds


def test_what_is_remembered_has_an_end(ctx: SharedContext) -> None:
    known = Calls.of(ctx)
    for number in range(10_001):
        known.note_item({"call_id": f"call_{number}", "name": "search"})
    assert known.get("call_0") is None
    assert known.get("call_10000") is not None
    with trace("One run"):
        assert known.asked("searcher", QUESTION) == QUESTION
        assert known.asked("searcher", None) == QUESTION
    with trace("Another"):
        assert known.asked("searcher", None) is None
    assert known.asked("searcher", None) is None, "outside of runs nothing is remembered"
