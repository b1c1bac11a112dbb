"""Outputs of tools that OpenAI runs, of patches and of MCP servers, and citations of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agents import Agent, HostedMCPTool, RunConfig, Runner, handoff
from openai.types.responses import (
    ResponseCodeInterpreterToolCall,
    ResponseFileSearchToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)
from openai.types.responses.response_output_item import McpCall
from scripted import ScriptedModel, calls, says

from headroom import SharedContext
from headroom_openai_agents import handoff_filter, model_input_filter

QUESTION = "Which flight was diverted?"


def hosted(payload: str) -> list[Any]:
    """What the Responses API answers when it has called tools by itself."""
    return [
        McpCall(
            id="mcp_1",
            type="mcp_call",
            name="flights",
            server_label="airport",
            arguments='{"day": "today"}',
            output=payload,
        ),
        ResponseCodeInterpreterToolCall(
            id="ci_1",
            type="code_interpreter_call",
            status="completed",
            code="print(flights)",
            container_id="c",
            outputs=[{"type": "logs", "logs": payload}],  # type: ignore[list-item]
        ),
        ResponseFileSearchToolCall(
            id="fs_1",
            type="file_search_call",
            status="completed",
            queries=["flights"],
            results=[{"file_id": "f", "text": payload, "score": 0.5}],  # type: ignore[list-item]
        ),
    ]


def texts_of(items: list[dict[str, Any]]) -> dict[str, str]:
    found = {}
    for item in items:
        if item.get("type") == "mcp_call":
            found["mcp"] = item["output"]
        elif item.get("type") == "code_interpreter_call":
            found["code"] = item["outputs"][0]["logs"]
        elif item.get("type") == "file_search_call":
            found["file"] = item["results"][0]["text"]
    return found


async def read_by_the_next_agent(
    ctx: SharedContext, payload: str, road: Any, **options: Any
) -> Any:
    ours = road(ctx, **options)
    at_handoff = road is handoff_filter
    last = ScriptedModel(says("HR121"))
    analyst = handoff(Agent(name="analyst", model=last), input_filter=ours if at_handoff else None)
    first = ScriptedModel([*hosted(payload), *calls("transfer_to_analyst")])
    mcp = HostedMCPTool(tool_config={"type": "mcp", "server_label": "airport", "server_url": "x"})
    searcher = Agent(name="searcher", model=first, handoffs=[analyst], tools=[mcp])
    config = RunConfig() if at_handoff else RunConfig(call_model_input_filter=ours)
    result = await Runner.run(searcher, QUESTION, run_config=config)
    originals = texts_of(result.to_input_list())  # type: ignore[arg-type]
    assert set(originals.values()) == {payload}
    return last.sent[0]


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_what_hosted_tools_answered_is_a_view(
    ctx: SharedContext, payload: str, road: Any
) -> None:
    sent = await read_by_the_next_agent(ctx, payload, road)
    views = texts_of(sent)
    assert set(views) == {"mcp", "code", "file"}
    assert all(ctx.is_view(view) and "HR121" in view for view in views.values())
    (call,) = [item for item in sent if item.get("type") == "mcp_call"]
    assert (call["id"], call["arguments"]) == ("mcp_1", '{"day": "today"}')


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
@pytest.mark.parametrize("name", ["flights", "airport.flights"])
async def test_a_tool_of_a_hosted_server_is_excluded_by_its_name(
    ctx: SharedContext, payload: str, road: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = await read_by_the_next_agent(
        ctx, payload, road, exclude=[name, "code_interpreter", "file_search"]
    )
    assert set(texts_of(sent).values()) == {payload}
    assert not [each for each in caplog.records if "is called so" in each.message]


async def test_arguments_of_calls_stay(ctx: SharedContext, payload: str) -> None:
    """A model writes its next call like its last one: it would write views into files."""
    written = json.dumps({"path": "flights.json", "content": payload})
    items: list[Any] = [
        {"role": "user", "content": QUESTION},
        {"type": "function_call", "call_id": "w", "name": "write_file", "arguments": written},
        {"type": "function_call_output", "call_id": "w", "output": "Written."},
        {"type": "apply_patch_call", "call_id": "p", "status": "completed", "operation": {}},
        {
            "type": "apply_patch_call_output",
            "call_id": "p",
            "status": "completed",
            "output": payload,
        },
    ]
    model = ScriptedModel(says("HR121"))
    config = RunConfig(call_model_input_filter=model_input_filter(ctx))
    await Runner.run(Agent(name="reader", model=model), items, run_config=config)
    (sent,) = model.sent
    assert sent[1]["arguments"] == written
    assert ctx.is_view(sent[4]["output"])


def report(payload: str) -> tuple[str, list[dict[str, Any]]]:
    """What an assistant said, with citations: of the diverted flight, and of one in the middle."""
    cited = [payload.index("HR121"), payload.index("HR060")]
    return payload, [
        {
            "type": "url_citation",
            "url": f"https://flights.example/{place}",
            "title": "A flight",
            "start_index": place,
            "end_index": place + len("HR121"),
        }
        for place in cited
    ] + [{"type": "file_path", "file_id": "f", "index": 0}]


@pytest.mark.parametrize("road", [handoff_filter, model_input_filter])
async def test_citations_point_to_what_they_cite(
    ctx: SharedContext, payload: str, road: Any
) -> None:
    said, annotations = report(payload)
    block = ResponseOutputText(
        type="output_text",
        text=said,
        annotations=annotations,  # type: ignore[arg-type]
        logprobs=[{"token": "x", "logprob": -1.0, "bytes": [], "top_logprobs": []}],  # type: ignore[list-item]
    )
    message = ResponseOutputMessage(
        id="msg_9", content=[block], role="assistant", status="completed", type="message"
    )
    at_handoff = road is handoff_filter
    ours = road(ctx, max_tokens=150, **({} if at_handoff else {"roles": ["assistant"]}))
    last = ScriptedModel(says("HR121"))
    analyst = handoff(Agent(name="analyst", model=last), input_filter=ours if at_handoff else None)
    first = ScriptedModel([message, *calls("transfer_to_analyst")])
    config = RunConfig() if at_handoff else RunConfig(call_model_input_filter=ours)
    await Runner.run(
        Agent(name="searcher", model=first, handoffs=[analyst]), QUESTION, run_config=config
    )
    (seen,) = [item for item in last.sent[0] if item.get("role") == "assistant"]
    (block_seen,) = seen["content"]
    view = block_seen["text"]
    assert ctx.is_view(view)
    assert "HR121" in view
    assert "HR060" not in view
    cited = [one for one in block_seen["annotations"] if one["type"] == "url_citation"]
    assert [view[one["start_index"] : one["end_index"]] for one in cited] == ["HR121"]
    assert [one["type"] for one in block_seen["annotations"]] == ["url_citation", "file_path"]
    assert not block_seen.get("logprobs")


async def test_a_citation_of_words_that_stand_in_several_places_is_left_out(
    ctx: SharedContext, payload: str
) -> None:
    """It would point to the same words elsewhere."""
    place = payload.index("landed", payload.index("HR060"))
    cited = {
        "type": "url_citation",
        "url": "https://flights.example",
        "title": "Status",
        "start_index": place,
        "end_index": place + len("landed"),
    }
    said = {"type": "output_text", "text": payload, "annotations": [cited]}
    items: list[Any] = [
        {"role": "user", "content": QUESTION},
        {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
        | {"content": [said]},
    ]
    model = ScriptedModel(says("HR121"))
    config = RunConfig(
        call_model_input_filter=model_input_filter(ctx, fidelity="compact", roles=["assistant"])
    )
    await Runner.run(Agent(name="reader", model=model), items, run_config=config)
    (block,) = model.sent[0][1]["content"]
    assert ctx.is_view(block["text"])
    assert block["text"].count("landed") > 1
    assert block["annotations"] == []
