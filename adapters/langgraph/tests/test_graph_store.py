from __future__ import annotations

import asyncio
import base64
import contextlib
import sqlite3
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.store.base import Op, PutOp, Result, SearchOp
from langgraph.store.memory import InMemoryStore
from langgraph.store.sqlite import SqliteStore
from langgraph.store.sqlite.aio import AsyncSqliteStore

from headroom import (
    Codec,
    IntegrityError,
    Limits,
    Missing,
    Record,
    SharedContext,
    Store,
    StoreError,
    new_encryption_key,
)
from headroom_langgraph import (
    LangGraphStore,
    compress_node,
    graph_access,
    graph_store,
    retrieve_tool,
)
from headroom_testing import Capability, ManualClock, StoreContract
from headroom_testing.store import digest, make, put, write


class TestInMemory(StoreContract):
    # The store is its owner's to close.
    test_a_closed_store_says_so = None  # type: ignore[assignment]
    machine_examples = 20
    histories = 15

    def open(self) -> Store:
        self.clock = ManualClock()
        return LangGraphStore(InMemoryStore(), clock=self.clock)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


class TestSqlite(StoreContract):
    # The store is its owner's to close.
    test_a_closed_store_says_so = None  # type: ignore[assignment]
    capabilities = frozenset({Capability.DURABLE})
    machine_examples = 8
    machine_steps = 15
    histories = 10
    many_entries = 50

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "store.db"
        self.connections: list[sqlite3.Connection] = []
        yield
        for connection in self.connections:
            connection.close()

    def open(self) -> Store:
        self.clock = ManualClock()
        return self.open_again()

    def open_again(self) -> Store:
        # As SqliteStore.from_conn_string opens it.
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self.connections.append(connection)
        store = SqliteStore(connection)
        store.setup()
        return LangGraphStore(store, clock=self.clock)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


class Remembering(InMemoryStore):
    """Keeps what it was asked to write, and takes a time to live as a server's store does."""

    supports_ttl = True

    def __init__(self) -> None:
        super().__init__()
        self.written: list[PutOp] = []

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        ops = list(ops)
        self.written += [op for op in ops if isinstance(op, PutOp)]
        return super().batch(ops)


class State(TypedDict, total=False):
    found: str
    looked_up: str


def test_in_the_store_that_a_graph_is_compiled_with(payload: str) -> None:
    ctx = SharedContext(store=LangGraphStore())
    base = InMemoryStore()

    def look(state: State) -> State:
        (key,) = ctx
        return {"looked_up": retrieve_tool(ctx).invoke({"key": key, "place": "rows 5"})}

    builder = StateGraph(State)
    builder.add_node("search", compress_node(ctx)(lambda state: {"found": payload}))
    builder.add_node("look", look)
    builder.add_edge(START, "search")
    builder.add_edge("search", "look")
    result = builder.compile(store=base).invoke({})
    assert "HR004" in result["looked_up"]
    # Outside of the graph there is none; the same entries are in the store itself.
    with pytest.raises(StoreError, match=r"no graph is running here.*LangGraphStore\(store\)"):
        ctx.keys()
    outside = SharedContext(store=LangGraphStore(base))
    assert outside.original_of(result["found"]) == payload


def test_a_graph_without_a_store_goes_on(payload: str, caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(store=LangGraphStore())
    builder = StateGraph(State)
    builder.add_node("search", compress_node(ctx)(lambda state: {"found": payload}))
    builder.add_edge(START, "search")
    assert builder.compile().invoke({})["found"] == payload
    assert "handed on as it is: StoreError" in caplog.text


def test_nothing_is_indexed_and_no_label_has_dots(payload: str) -> None:
    base = Remembering()
    ctx = SharedContext(store=LangGraphStore(base), namespace="tenant 1.5/\u043a", ttl=60)
    entry = ctx.put("a.b", payload, max_tokens=300)
    assert all(op.index is False for op in base.written if op.value is not None)
    assert {op.namespace[0] for op in base.written} == {"headroom"}
    assert {op.namespace[1] for op in base.written} == {"tenant 1%2E5/%D0%BA"}
    for op in base.written:
        assert "." not in "".join(op.namespace)
        assert payload[2000:2050] not in str(op.value)
    assert ctx.original_of(entry.compressed) == payload


def test_a_store_that_forgets_never_does_so_early(payload: str) -> None:
    base, clock = Remembering(), ManualClock()
    store = LangGraphStore(base, clock=clock)

    def minutes(part: str) -> list[float | None]:
        found = [op.ttl for op in base.written if op.namespace[-1] == part and op.value is not None]
        base.written.clear()
        return found

    write(store, "short", "content", view="v", ttl=600)
    assert min(one or 0 for one in minutes("originals")) >= 10
    # An original lives as long as the last entry that points at it.
    write(store, "long", "content", view="v", ttl=6000)
    assert min(one or 0 for one in minutes("originals")) >= 100
    write(store, "shorter", "content", view="v", ttl=60)
    assert min(one or 0 for one in minutes("originals")) >= 100
    write(store, "for ever", "content", view="v", ttl=None)
    assert minutes("originals") == [None]
    write(store, "short", "content", view="v", ttl=1)
    assert minutes("originals") == [None]


def test_a_store_without_ttl_is_not_asked_for_one() -> None:
    base = Remembering()
    base.supports_ttl = False
    write(LangGraphStore(base), "key", "content", ttl=60)
    assert {op.ttl for op in base.written} == {None}


def test_neighbours_with_similar_names_stay_apart(tmp_path: Path) -> None:
    with SqliteStore.from_conn_string(str(tmp_path / "store.db")) as base:
        base.setup()
        store = LangGraphStore(base)
        names = ["a_b", "axb", "A_B", "a", "a b", "a%", "", "."]
        for name in names:
            write(store, "key", f"content of {name}", namespace=name)
        for name in names:
            assert [header.key for header in store.headers(name)] == ["key"]
        for name in names:
            assert store.clear(name) == 1


async def test_an_asynchronous_store(payload: str, tmp_path: Path) -> None:
    async with AsyncSqliteStore.from_conn_string(str(tmp_path / "store.db")) as base:
        await base.setup()
        ctx = SharedContext(store=LangGraphStore(base))

        @compress_node(ctx)
        async def search(state: State) -> State:
            return {"found": payload}

        builder = StateGraph(State)
        builder.add_node("search", search)
        builder.add_node("again", compress_node(ctx)(lambda state: {"looked_up": payload}))
        builder.add_edge(START, "search")
        builder.add_edge("search", "again")
        result = await builder.compile(store=base).ainvoke({})
        for text in (result["found"], result["looked_up"]):
            assert text != payload
            assert await ctx.aoriginal_of(text) == payload
        # In the thread of its event loop, waiting for it would never end.
        with pytest.raises(StoreError, match="await the context"):
            ctx.keys()


def test_an_asynchronous_store_whose_loop_has_ended(payload: str, tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()

    async def opened() -> LangGraphStore:
        manager = AsyncSqliteStore.from_conn_string(str(tmp_path / "store.db"))
        base = await managers.enter_async_context(manager)
        await base.setup()
        return LangGraphStore(base)

    managers = contextlib.AsyncExitStack()
    try:
        ctx = SharedContext(store=loop.run_until_complete(opened()))
        # The loop is there, but nobody runs it: an answer would never come.
        with pytest.raises(StoreError, match="its event loop has ended"):
            ctx.keys()
        assert compress_node(ctx)(lambda state: {"found": payload})({}) == {"found": payload}
    finally:
        loop.run_until_complete(managers.aclose())
        loop.close()


def test_sealed_with_a_key(payload: str) -> None:
    base, codec = InMemoryStore(), Codec(keys=[new_encryption_key()])
    SharedContext(store=LangGraphStore(base, codec=codec)).put("key", payload)
    sealed = SharedContext(store=LangGraphStore(base, codec=codec))
    assert sealed.get("key", full=True) == payload
    with pytest.raises(StoreError, match="encrypted"):
        SharedContext(store=LangGraphStore(base)).get("key", full=True)


def test_what_was_cut_or_changed_is_no_data(payload: str) -> None:
    base = InMemoryStore()
    store = LangGraphStore(base)
    header = write(store, "key", payload, view="view").header
    originals = ("headroom", "space", "originals")
    ctx = SharedContext(store=store, namespace="space")
    for value in ({"data": "AAAA"}, {"data": "not base64!"}, {"data": 3}, {}):
        base.put(originals, header.reference, value)
        with pytest.raises(IntegrityError):
            ctx.get("key", full=True)
    base.delete(originals, header.reference)
    with pytest.raises(IntegrityError, match="lost its content"):
        store.get("space", "key")
    base.put(("headroom", "space", "entries"), "key", {"key": "AAAA"})
    with pytest.raises(IntegrityError):
        store.headers("space")


@pytest.mark.parametrize("sealed", [False, True])
def test_what_an_entry_is_bound_to_is_not_changed_unnoticed(sealed: bool) -> None:
    base, clock = InMemoryStore(), ManualClock()
    store = LangGraphStore(
        base, clock=clock, codec=Codec(keys=[new_encryption_key()] if sealed else [])
    )
    content, view = "content " * 200, "view " * 100
    write(store, "older", content, view=view, meta={"agent": "another"}, ttl=50)
    older = {part: base.get(("headroom", "space", part), "older") for part in ("entries", "views")}
    record = write(store, "key", content, view=view, meta={"agent": "a"}, ttl=100)
    questions = (
        lambda: store.get("space", "key"),
        lambda: store.get("space", "key", with_original=False),
        lambda: store.find("space", record.header.reference),
        lambda: store.headers("space"),
        lambda: store.view_origin("space", record.header.view_reference),
    )
    right = [question() for question in questions]
    tried = 0
    for part in ("entries", "views", "originals", "known"):
        place = ("headroom", "space", part)
        for name, item in [(one.key, one) for one in base.search(place)]:
            if name == "older":
                continue
            for field, value in item.value.items():
                # The order of age, and what SHA-256 tells where nothing is sealed.
                if field == "at" or (field == "data" and not sealed):
                    continue
                other = older.get(part)
                changed: list[object] = [None, 7, 7.5, "7", "AAAA", [], 2**70]
                if other is not None and other.value[field] != value:
                    changed.append(other.value[field])
                if isinstance(value, str):
                    changed += [value[:-4], value + "AAAA"]
                for wrong in changed:
                    base.put(place, name, {**item.value, field: wrong})
                    answers = [_answer(question) for question in questions]
                    base.put(place, name, item.value)
                    tried += 1
                    for answer, good in zip(answers, right):
                        assert isinstance(answer, IntegrityError) or answer == good, (field, wrong)
                    assert answers != right, (part, field, wrong)
    assert tried > 80


def _answer(question: Callable[[], object]) -> object:
    try:
        return question()
    except IntegrityError as error:
        return error


def test_what_is_not_sealed_is_refused_where_there_are_keys() -> None:
    base = InMemoryStore()
    plain = LangGraphStore(base)
    record = write(plain, "key", "content", view="view")
    store = LangGraphStore(base, codec=Codec(keys=[new_encryption_key()]))
    for read in (
        lambda: store.get("space", "key"),
        lambda: store.headers("space"),
        lambda: store.find("space", record.header.reference),
        lambda: store.view_origin("space", record.header.view_reference),
    ):
        with pytest.raises(IntegrityError, match="not sealed although there are keys"):
            read()


@pytest.mark.parametrize("part", ["entries", "views", "originals", "known"])
def test_a_bomb_is_not_unpacked(part: str) -> None:
    base = InMemoryStore()
    store = LangGraphStore(base)
    record = write(store, "key", "content", view="view")
    place = ("headroom", "space", part)
    (item,) = base.search(place)
    field = {"entries": "meta", "known": "origin"}.get(part, "data")
    bomb = base64.b64encode(b"\x01" + zlib.compress(bytes(200 * 2**20))).decode()
    base.put(place, item.key, {**item.value, field: bomb})
    view_reference = record.header.view_reference
    tracemalloc.start()
    try:
        with pytest.raises(IntegrityError):
            _ = store.get("space", "key"), store.view_origin("space", view_reference)
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    finally:
        tracemalloc.stop()


def test_what_fails_is_a_store_error() -> None:
    class Failing(InMemoryStore):
        def batch(self, ops: Iterable[Op]) -> list[Result]:
            raise ConnectionError("postgres://user:secret@host")

    store = LangGraphStore(Failing())
    with pytest.raises(StoreError, match=r"^the graph's store failed: ConnectionError$"):
        store.get("space", "key")
    with pytest.raises(TypeError, match="takes a store of LangGraph, not dict"):
        LangGraphStore({})  # type: ignore[arg-type]


def test_two_stores_over_one_are_one() -> None:
    base = InMemoryStore()
    one, other = LangGraphStore(base), LangGraphStore(base)
    seen = write(one, "key", "1")
    late = make("key", "late", one.next_version("space"))
    write(other, "key", "2")
    assert not put(one, late)
    assert not put(one, make("key", "3", one.next_version("space")), expected=seen.header.version)
    found = one.get("space", "key")
    assert isinstance(found, Record)
    assert found.original == b"2"

    def count(store: Store) -> None:
        for _ in range(20):
            written = False
            while not written:
                there = store.get("space", "count")
                version, number = 0, 0
                if isinstance(there, Record):
                    version, number = there.header.version, int(there.original)
                record = make("count", str(number + 1), store.next_version("space"))
                written = put(store, record, expected=version)

    threads = [threading.Thread(target=count, args=(store,)) for store in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = one.get("space", "count")
    assert isinstance(found, Record)
    assert found.original == b"40"


def test_two_connections_lose_nothing(tmp_path: Path) -> None:
    """As two processes: nothing is shared but the file."""
    path = str(tmp_path / "store.db")
    failures: list[BaseException] = []

    def work(store: Store, name: str, other: str) -> None:
        try:
            for turn in range(40):
                write(store, f"{name} {turn}", f"content {turn}", view="v")
                write(store, name, f"{name} {turn}", view=f"view {turn}")
                found = store.get("space", other)
                assert isinstance(found, Missing) or found.original.decode().startswith(other)
        except BaseException as error:
            failures.append(error)

    with (
        SqliteStore.from_conn_string(path) as first,
        SqliteStore.from_conn_string(path) as second,
    ):
        first.setup()
        one, other = LangGraphStore(first), LangGraphStore(second)
        threads = [
            threading.Thread(target=work, args=(one, "a", "b")),
            threading.Thread(target=work, args=(other, "b", "a")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        for store in (one, other):
            assert len(store.headers("space")) == 82
            for name in "ab":
                for turn in range(40):
                    found = store.get("space", f"{name} {turn}")
                    assert isinstance(found, Record)
                    assert found.original.decode() == f"content {turn}"


def test_the_oldest_memories_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_store, "_REMEMBERED", 5)
    monkeypatch.setattr(graph_store, "_LOOKED_AFTER_EVERY", 20)
    base = InMemoryStore()
    store = LangGraphStore(base)
    for number in range(20):
        write(store, f"{number}", f"{number}", view=f"view {number}", limits=Limits(max_entries=1))
    for part in ("gone", "known"):
        assert len(base.search(("headroom", "space", part), limit=100)) == 5
    assert store.view_origin("space", digest("view 19")) == digest("19")
    assert store.view_origin("space", digest("view 1")) is None
    assert store.get("space", "1") == Missing("absent")
    gone = store.get("space", "18")
    assert isinstance(gone, Missing)
    assert gone.reason == "evicted"


def test_without_limits_a_write_looks_at_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[Op] = []

    class Searched(Remembering):
        supports_ttl = False

        def batch(self, ops: Iterable[Op]) -> list[Result]:
            ops = list(ops)
            searched.extend(op for op in ops if isinstance(op, SearchOp))
            return super().batch(ops)

    monkeypatch.setattr(graph_store, "_LOOKED_AFTER_EVERY", 100)
    clock = ManualClock()
    store = LangGraphStore(Searched(), clock=clock)
    for number in range(40):
        write(store, f"{number}", "same" if number % 2 else f"{number}", ttl=10)
        write(store, "again", "same")
    assert searched == []
    clock.advance(11)
    for _ in range(20):
        write(store, "again", "same")
    assert len(searched) == 3
    # What has expired went when it was time to look after all.
    assert len(store.graph_store.search(("headroom", "space", "entries"), limit=100)) == 1
    assert store.usage("space").expired == 40
    assert len(store.graph_store.search(("headroom", "space", "originals"), limit=100)) == 1


def test_more_than_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_access, "_PAGE", 7)
    store = LangGraphStore(InMemoryStore())
    keys = [f"key {number}" for number in range(21)]
    for key in keys:
        write(store, key, key)
    assert [header.key for header in store.headers("space")] == keys
    assert store.clear("space") == 21
