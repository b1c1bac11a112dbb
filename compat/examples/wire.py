"""A server on this machine that speaks the two APIs of OpenAI, and notes what it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compat.examples import chat, responses
from compat.examples.model import turn

__all__ = ["Wire", "serving"]

#: What the model answers where nobody tells it how. Prose, so that it stays as it is.
SAYS = "This is what I found out. I have nothing to add to it."


class Wire:
    """The server, as whoever runs an example sees it."""

    def __init__(self, says: str) -> None:
        self.url = ""
        #: Path and body of each request, in the order in which they came.
        self.requests: list[tuple[str, dict[str, Any]]] = []
        #: What other paths were asked for, which are not there.
        self.missing: list[str] = []
        self._says = says
        # The conversation behind each answer, for requests that name it.
        self._before: dict[str, list[Any]] = {}

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a request; a list of events where it streams; None where nobody is."""
        if path == "/v1/chat/completions":
            self.requests.append((path, body))
            return chat.answer(body, turn(chat.asked(body), self._says))
        if path == "/v1/responses/compact":
            self.requests.append((path, body))
            return responses.compacted(body)
        if path == "/v1/responses":
            self.requests.append((path, body))
            items = self._before.get(body.get("previous_response_id") or "", [])
            items = [*items, *responses.items_of(body)]
            asked = responses.asked(body, items)
            answer = responses.answer(asked, turn(asked, self._says))
            self._before[answer["id"]] = [*items, *answer["output"]]
            return responses.events(answer) if body.get("stream") else answer
        self.missing.append(path)
        return None


@contextmanager
def serving(says: str = SAYS) -> Iterator[Wire]:
    """Serves a model that says ``says``, on a port of its own, until the block ends."""
    wire = Wire(says)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            is_json = self.headers.get("Content-Type", "").startswith("application/json")
            answer = wire.answer(self.path, json.loads(body) if is_json and body else {})
            kind, text = "application/json", json.dumps(answer)
            if isinstance(answer, list):
                kind = "text/event-stream"
                text = "".join(_event(each) for each in answer) + "data: [DONE]\n\n"
            data = text.encode()
            self.send_response(200 if answer is not None else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            wire.missing.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """What is run prints enough."""

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


def _event(event: dict[str, Any]) -> str:
    head = f"event: {event['type']}\n" if "type" in event else ""
    return f"{head}data: {json.dumps(event)}\n\n"
