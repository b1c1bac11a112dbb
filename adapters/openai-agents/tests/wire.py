"""A server on this machine that speaks the two APIs of OpenAI, and notes what it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents import AsyncOpenAI

Call = tuple[str, dict[str, Any]]
#: What the model does in a turn: a text, or the name of a tool and its arguments, or several.
Turn = str | Call | list[Call]


class Wire:
    """The server, as a test sees it."""

    def __init__(self, turns: list[Turn]) -> None:
        self.turns = turns
        #: Path and body of each request.
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    def client(self) -> AsyncOpenAI:
        """A client of it."""
        return AsyncOpenAI(api_key="none", base_url=self.url, max_retries=0)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What came to a path."""
        return [body for where, body in self.requests if where == f"/v1/{path}"]

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a request; a list of events where it streams."""
        number = len(self.requests)
        self.requests.append((path, body))
        if path == "/v1/responses/compact":
            return _compacted(number)
        turn = self.turns.pop(0)
        if path == "/v1/chat/completions":
            completion = _completion(turn, number)
            return _chunks(completion) if body.get("stream") else completion
        response = _response(turn, number)
        if not body.get("stream"):
            return response
        return [{"type": "response.completed", "sequence_number": 0, "response": response}]


def _calls(turn: Call | list[Call], number: int) -> dict[str, Call]:
    """Calls by their ids."""
    if isinstance(turn, tuple):
        return {f"call_{number}": turn}
    return {f"call_{number}_{place}": call for place, call in enumerate(turn)}


def _response(turn: Turn, number: int) -> dict[str, Any]:
    if isinstance(turn, str):
        block = {"type": "output_text", "text": turn, "annotations": [], "logprobs": []}
        message = {"role": "assistant", "status": "completed", "content": [block]}
        output: list[Any] = [{"type": "message", "id": f"msg_{number}", **message}]
    else:
        output = [
            {
                "type": "function_call",
                "id": f"f{call_id}",
                "call_id": call_id,
                "name": name,
                "arguments": json.dumps(arguments),
                "status": "completed",
            }
            for call_id, (name, arguments) in _calls(turn, number).items()
        ]
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": "gpt-4.1",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _completion(turn: Turn, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(turn, str):
        message["content"] = turn
    else:
        message["tool_calls"] = [
            {
                "id": call_id,
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for call_id, (name, arguments) in _calls(turn, number).items()
        ]
    return {
        "id": f"chat_{number}",
        "object": "chat.completion",
        "created": 0,
        "model": "gpt-4.1",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }


def _chunks(completion: dict[str, Any]) -> list[dict[str, Any]]:
    """A completion as it streams: what is said, and then that this was all."""
    (choice,) = completion.pop("choices")
    delta = choice.pop("message")
    for index, call in enumerate(delta.get("tool_calls", [])):
        call["index"] = index
    completion["object"] = "chat.completion.chunk"
    return [
        {**completion, "choices": [{**choice, "delta": delta, "finish_reason": None}]},
        {**completion, "choices": [{**choice, "delta": {}}]},
    ]


def _compacted(number: int) -> dict[str, Any]:
    return {
        "id": f"cmp_{number}",
        "object": "response.compaction",
        "created_at": 0,
        "output": [{"type": "compaction", "id": "c_1", "encrypted_content": "sealed"}],
        "usage": {
            "input_tokens": 1,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2,
        },
    }


@contextmanager
def serving(*turns: Turn) -> Iterator[Wire]:
    """Serves these turns of a model, on a port of its own, until the block ends."""
    wire = Wire(list(turns))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            answer = wire.answer(self.path, json.loads(self.rfile.read(length)))
            kind, text = "application/json", json.dumps(answer)
            if isinstance(answer, list):
                kind = "text/event-stream"
                text = "".join(f"data: {json.dumps(event)}\n\n" for event in answer)
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
