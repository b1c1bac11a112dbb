"""The command itself: real processes, real sockets, the official client."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

ROWS = json.dumps([{"id": n, "city": f"town {n}"} for n in range(300)])
COMMAND = [sys.executable, "-m", "headroom_mcp"]
START = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


async def call(client: Client, tool: str, **arguments: Any) -> str:
    (content,) = (await client.call_tool(f"headroom_{tool}", arguments)).content
    return content.text  # type: ignore[union-attr]


def stdio(*options: str) -> AbstractAsyncContextManager[Any]:
    return stdio_client(StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *options]))


@contextmanager
def http(*options: str, **environment: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "--transport", "http", "--port", str(port), *options],
        env={**os.environ, **environment}, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        # Long enough for a machine that has much else to do.
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        finally:
            process.kill()


async def test_stdio_over_a_file_that_survives(tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'context.db'}")
    async with Client(stdio(*store)) as client:
        await call(client, "put", key="orders", content=ROWS)
    async with Client(stdio(*store)) as client:
        assert "town 217" in await call(client, "retrieve", key="orders", query="town 217")
        names = [resource.name for resource in (await client.list_resources()).resources]
        assert names == ["orders"]
    async with Client(stdio(*store, "--namespace", "other")) as client:
        assert "Nothing is stored" in await call(client, "get", key="orders")


async def test_sessions_over_http_share_the_store() -> None:
    with http() as url:
        async with Client(url) as one, Client(url) as two:
            await call(one, "put", key="orders", content=ROWS)
            assert "town 217" in await call(two, "retrieve", key="orders", query="town 217")
            assert "Entries: 1" in await call(two, "stats")


async def test_a_token_is_asked_for_and_taken() -> None:
    with http(HEADROOM_MCP_TOKEN="open sesame") as url:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "open sesame"}):
            answer = httpx2.post(url, json=START, headers=ACCEPT | headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
        for scheme in ("Bearer", "bearer", "BEARER "):
            headers = {"Authorization": f"{scheme} open sesame"}
            assert httpx2.post(url, json=START, headers=ACCEPT | headers).status_code == 200
        authorized = {"Authorization": "Bearer open sesame"}
        async with (
            httpx2.AsyncClient(headers=authorized) as with_token,
            Client(streamable_http_client(url, http_client=with_token)) as client,
        ):
            assert "Entries: 0" in await call(client, "stats")


def test_web_pages_of_elsewhere_are_refused() -> None:
    with http("--allow-origin", "https://good.example") as url:
        for origin, status in (
            ("https://evil.example", 403),
            ("null", 403),
            ("http://localhost.evil.example", 403),
            ("http://[", 403),
            ("http://localhost:5173", 200),
            ("https://good.example", 200),
            (None, 200),
        ):
            headers = ACCEPT | ({"Origin": origin} if origin else {})
            assert httpx2.post(url, json=START, headers=headers).status_code == status, origin
        twice = [
            *ACCEPT.items(),
            ("Origin", "https://evil.example"),
            ("Origin", "http://localhost"),
        ]
        assert httpx2.post(url, json=START, headers=twice).status_code == 403
        # A name that somebody else made lead here.
        headers = ACCEPT | {"Host": "evil.example"}
        assert httpx2.post(url, json=START, headers=headers).status_code == 421


def test_pages_of_allowed_origins_are_told_what_they_may_send() -> None:
    """Before a request that no plain page could send, a browser asks, and without the token."""
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,mcp-protocol-version,"
        "mcp-session-id,last-event-id,mcp-method,mcp-name",
    }
    with http("--allow-origin", "https://good.example", HEADROOM_MCP_TOKEN="open sesame") as url:
        for origin in ("https://good.example", "http://localhost:5173", "http://127.0.0.1:3000"):
            page = {"Origin": origin}
            told = httpx2.options(url, headers=asks | page)
            assert told.status_code == 200
            assert told.headers["access-control-allow-origin"] == origin
            assert {"GET", "POST", "DELETE"} <= set(
                told.headers["access-control-allow-methods"].split(", ")
            )
            # The token is no cookie: pages send it themselves.
            assert "access-control-allow-credentials" not in told.headers
            refused = httpx2.post(url, json=START, headers=ACCEPT | page)
            assert refused.status_code == 401
            assert refused.headers["access-control-allow-origin"] == origin
            token = {"Authorization": "Bearer open sesame"}
            answer = httpx2.post(url, json=START, headers=ACCEPT | page | token)
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == origin
            assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]
            assert "origin" in answer.headers["vary"].lower()
        for origin in ("https://evil.example", "null", "https://good.example.evil.example"):
            told = httpx2.options(url, headers=asks | {"Origin": origin})
            assert told.status_code >= 400
            assert "access-control-allow-origin" not in told.headers
            answer = httpx2.post(url, json=START, headers=ACCEPT | token | {"Origin": origin})
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
        odd = {"Access-Control-Request-Headers": "x-other", "Origin": "https://good.example"}
        assert httpx2.options(url, headers=asks | odd).status_code == 400
        # Asking is no way past the token.
        assert httpx2.options(url).status_code == 401


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--transport", "http", "--host", "0.0.0.0"), "set HEADROOM_MCP_TOKEN to a secret"),
        (("--store", "ftp://x"), "a store URL begins with one of"),
        (("--store", "sqlite:////nowhere/at/all.db"), "does not exist; create it first"),
        (("--max-entries", "-1"), "max_entries must be at least 1"),
        (("--namespace", ""), "namespace must be a text that is not empty"),
        (("--transport", "http", "--port", "99999"), "must be a number from 1 to 65535"),
        (("--bogus",), "unrecognized arguments: --bogus"),
    ],
)
def test_what_cannot_be_is_one_sentence(options: tuple[str, ...], message: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "HEADROOM_MCP_TOKEN"}
    ended = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, env=environment, timeout=30
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--transport", "http", "--port", port],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1, port {port}: " in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_help_names_every_option() -> None:
    shown = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--store", "--namespace", "--transport", "--host", "--token", "--allow-origin"):
        assert option in shown
