"""LangGraph's server, as ``langgraph dev`` starts it: it refuses what blocks its event loop.

Needs langgraph-cli[inmem] and headroom-langgraph[langchain].
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom import SharedContext
from headroom_langgraph import forget_thread

GRAPHS = Path(__file__).parent / "server_graphs.py"
NAMES = ("sqlite", "servers_own", "agent", "blocking")
ERROR = "ERROR request 700 failed"
# What the server may take to start, in seconds.
STARTS = 90


class Server:
    def __init__(self, address: str, context: Path) -> None:
        self.address = address
        self.context = context

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def run(self, graph: str, given: object) -> tuple[str, Any]:
        """The thread of a run, and what came of it."""
        thread: str = self.call("POST", "/threads", {})["thread_id"]
        body = {"assistant_id": graph, "input": given}
        return thread, self.call("POST", f"/threads/{thread}/runs/wait", body)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(GRAPHS, folder)
    graphs = {name: f"./server_graphs.py:{name}" for name in NAMES}
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    context = folder / "context.db"
    off = {"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1"}
    command = [str(Path(sys.executable).parent / "langgraph"), "dev", "--no-browser", "--no-reload"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", port],
            cwd=folder, env={**os.environ, **off, "CONTEXT": str(context)},
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            one = Server(f"http://127.0.0.1:{port}", context)
            wait_for(one, process, folder / "log")
            yield one
        finally:
            process.terminate()
            process.wait(30)


def wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS
    while not is_up(server):
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"the server did not start:\n{log.read_text()}")
        time.sleep(0.2)


def is_up(server: Server) -> bool:
    try:
        server.call("GET", "/ok")
    except urllib.error.URLError:
        return False
    return True


def test_what_blocks_is_refused(server: Server) -> None:
    _, result = server.run("blocking", {})
    assert "Blocking" in json.dumps(result)


@pytest.mark.parametrize("graph", ["sqlite", "servers_own"])
def test_nodes(server: Server, graph: str) -> None:
    _, result = server.run(graph, {"question": "Which request failed?"})
    assert ERROR in result["found"]
    assert len(result["found"]) < 5000


def test_an_agent(server: Server) -> None:
    asked = {"messages": [{"role": "user", "content": "Which request failed?"}]}
    _, result = server.run("agent", asked)
    _, _, found, said = (message["content"] for message in result["messages"])
    assert ERROR in said
    assert len(said) < 5000
    assert len(found) > 50_000


def test_a_thread_that_the_server_deletes(server: Server) -> None:
    thread, result = server.run("sqlite", {"question": "Which request failed?"})
    server.call("DELETE", f"/threads/{thread}")
    with SharedContext(store=f"sqlite:///{server.context}") as ctx:
        own = ctx.in_namespace(f"default/thread/{thread}")
        assert own.original_of(result["found"]) is not None
        assert forget_thread(ctx, thread) == 1
        assert own.original_of(result["found"]) is None
