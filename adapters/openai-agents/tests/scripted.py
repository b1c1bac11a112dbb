"""A model that says what it is told, and notes what it was sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from agents import Model, ModelResponse, Usage
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
)


def says(text: str) -> list[Any]:
    block = ResponseOutputText(annotations=[], text=text, type="output_text", logprobs=[])
    return [
        ResponseOutputMessage(
            id="msg_1", content=[block], role="assistant", status="completed", type="message"
        )
    ]


def calls(name: str, **arguments: object) -> list[Any]:
    return [
        ResponseFunctionToolCall(
            call_id=f"call_{name}",
            name=name,
            arguments=json.dumps(arguments),
            type="function_call",
            id=f"fc_{name}",
        )
    ]


def reasons() -> list[Any]:
    return [ResponseReasoningItem(id="rs_1", summary=[], type="reasoning")]


def key_in(text: str) -> str:
    """The key by which a view says that its original can be looked up."""
    return text.partition("headroom_retrieve(key=")[2].partition(",")[0].strip('"')


#: What a model says in one turn, or a function of what it was sent.
Turn = list[Any] | Callable[[list[dict[str, Any]]], list[Any]]


class ScriptedModel(Model):
    #: What the server calls its response.
    response_id: str | None = None

    def __init__(self, *turns: Turn) -> None:
        self.turns = list(turns)
        #: What each call was sent.
        self.sent: list[list[dict[str, Any]]] = []
        #: The names of the tools that each call was offered.
        self.offered: list[list[str]] = []

    def _next(self, sent: str | list[Any]) -> list[Any]:
        items = [{"role": "user", "content": sent}] if isinstance(sent, str) else sent
        self.sent.append([dict(item) for item in items])
        turn = self.turns.pop(0)
        return turn(self.sent[-1]) if callable(turn) else turn

    async def get_response(self, *args: Any, **request: Any) -> ModelResponse:
        tools = request["tools"] if "tools" in request else args[3]
        self.offered.append([tool.name for tool in tools])
        output = self._next(_input(args, request))
        return ModelResponse(output=output, usage=Usage(), response_id=self.response_id)

    async def stream_response(self, *args: Any, **request: Any) -> AsyncIterator[Any]:
        response = Response(
            id="resp_1",
            created_at=0,
            model="scripted",
            object="response",
            output=self._next(_input(args, request)),
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
        )
        yield ResponseCompletedEvent(
            response=response, sequence_number=0, type="response.completed"
        )


def _input(args: tuple[Any, ...], request: dict[str, Any]) -> Any:
    """The second argument of a model, by position or by name."""
    return request["input"] if "input" in request else args[1]


def outputs(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The tool outputs among items, by call id."""
    return {
        item["call_id"]: item["output"]
        for item in items
        if item.get("type") == "function_call_output"
    }
