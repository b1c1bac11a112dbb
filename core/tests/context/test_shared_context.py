from __future__ import annotations

import asyncio
import dataclasses
import json
import math
import subprocess
import sys

import pytest

from headroom import (
    HeadroomError,
    KeyEvicted,
    KeyExpired,
    KeyNotFound,
    MemoryStore,
    PayloadTooLarge,
    SharedContext,
)
from headroom_testing import HOSTILE, ManualClock

Rows = list[dict[str, object]]


def test_the_next_agent_gets_a_smaller_view_and_the_original_stays(
    ctx: SharedContext, rows: Rows
) -> None:
    entry = ctx.put("orders", rows, agent="searcher")
    view = ctx.get("orders")
    assert view == entry.compressed
    assert view is not None
    assert len(view) < len(entry.original)
    assert entry.compressed_tokens < entry.original_tokens
    assert entry.savings_percent > 30
    assert entry.transforms == ("smart_crusher",)
    assert entry.agent == "searcher"
    assert ctx.get("orders", full=True) == json.dumps(rows)


def test_entries_do_not_change(ctx: SharedContext) -> None:
    entry = ctx.put("key", "value")
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.original = "other"  # type: ignore[misc]
    ctx.put("key", "another value")
    assert entry.original == "value"


def test_get_entry_is_what_put_returned(ctx: SharedContext, rows: Rows) -> None:
    entry = ctx.put("orders", rows, agent="a", query="order 17", max_tokens=300)
    assert ctx.get_entry("orders") == entry
    assert ctx.require("orders") == entry


def test_what_is_not_there_is_none(ctx: SharedContext) -> None:
    assert ctx.get("nothing") is None
    assert ctx.get("nothing", full=True) is None
    assert ctx.get_entry("nothing") is None
    assert "nothing" not in ctx
    assert not ctx.delete("nothing")


def test_it_is_a_container(ctx: SharedContext) -> None:
    for key in ("a", "b", "c"):
        ctx.put(key, key)
    ctx.put("a", "again")
    assert "a" in ctx
    assert 1 not in ctx
    assert "" not in ctx
    assert len(ctx) == 3
    assert ctx.keys() == list(ctx) == ["b", "c", "a"]
    assert ctx.delete("b")
    assert ctx.keys() == ["c", "a"]
    ctx.clear()
    assert len(ctx) == 0
    # It is there even while it is empty.
    assert bool(ctx)


def test_a_view_for_this_reader(ctx: SharedContext, rows: Rows) -> None:
    ctx.put("orders", rows)
    view = ctx.get("orders", query="id 117", max_tokens=150)
    assert view is not None
    assert ctx.count_tokens(view) <= 150
    assert "117" in view
    assert ctx.get("orders") != view


def test_a_context_has_a_fidelity(store: MemoryStore, rows: Rows) -> None:
    ctx = SharedContext(store=store, fidelity="lossless")
    assert ctx.put("orders", rows).lossless
    assert not ctx.put("orders", rows, fidelity="compact").lossless


def test_views_name_the_tool_only_where_the_reader_has_it(ctx: SharedContext, rows: Rows) -> None:
    without = ctx.put("orders", rows, max_tokens=200).compressed
    assert "headroom_retrieve" not in without
    with_tool = ctx.put("orders", rows, max_tokens=200, tool="headroom_retrieve")
    assert 'headroom_retrieve(key="orders", query=' in with_tool.compressed
    assert with_tool.compressed_tokens <= 200
    assert ctx.get("orders", max_tokens=200, tool="fetch_more") is not None
    # Nothing is left out, so there is nothing to look up.
    small = ctx.put("small", {"a": 1}, tool="headroom_retrieve").compressed
    assert "headroom_retrieve" not in small


# Views are never compressed again


@pytest.mark.parametrize("max_tokens", [45, 60, 80, 100, 150, 400])
def test_a_small_budget_has_room_for_the_tool(max_tokens: int) -> None:
    """Who is shown a part of a payload is told of the tool, or would have no way to the rest."""
    rows = [{"id": n, "region": "eu-west-1", "delay": n * n % 71} for n in range(400)]
    with SharedContext() as ctx:
        ctx.put("found", rows)
        view = ctx.get("found", tool="lookup", max_tokens=max_tokens)
        assert 'lookup(key="found", query="...")' in view.split("\n")[-1]
        assert ctx.count_tokens(view) <= max_tokens


def test_a_view_is_known_and_never_compressed_again(ctx: SharedContext, rows: Rows) -> None:
    view = ctx.put("orders", rows, max_tokens=300).compressed
    assert ctx.is_view(view)
    again = ctx.put("again", view, max_tokens=50)
    assert again.compressed == view
    assert again.transforms == ()


def test_views_of_get_are_known_too(ctx: SharedContext, rows: Rows) -> None:
    ctx.put("orders", rows)
    view = ctx.get("orders", query="id 3", max_tokens=120)
    assert view is not None
    assert ctx.is_view(view)


def test_what_only_looks_like_a_view_is_none(ctx: SharedContext) -> None:
    assert not ctx.is_view("[rows 3-111 left out: 109 rows]")
    ctx.put("same", "too short to compress")
    assert not ctx.is_view("too short to compress")


# Time and room


def test_entries_expire(clock: ManualClock) -> None:
    ctx = SharedContext(ttl=10, store=MemoryStore(clock=clock, wall_clock=clock))
    ctx.put("key", "value")
    ctx.put("longer", "value", ttl=20)
    ctx.put("for ever", "value", ttl=math.inf)
    clock.advance(10)
    assert ctx.get("key") == "value"
    clock.advance(1)
    assert ctx.get("key") is None
    assert ctx.keys() == ["longer", "for ever"]
    with pytest.raises(KeyExpired, match=r"'key' expired at 1970-01-12 13:46:51 UTC") as error:
        ctx.require("key")
    assert error.value.key == "key"
    assert error.value.when == 1_000_011.0
    clock.advance(1e9)
    assert ctx.keys() == ["for ever"]
    assert ctx.stats().expired == 2


def test_ttl_zero_and_none(clock: ManualClock) -> None:
    store = MemoryStore(clock=clock, wall_clock=clock)
    at_once = SharedContext(ttl=0, store=store, namespace="a")
    never = SharedContext(ttl=None, store=store, namespace="b")
    at_once.put("key", "value")
    never.put("key", "value")
    clock.advance(0.001)
    assert "key" not in at_once
    clock.advance(1e9)
    assert "key" in never


def test_the_oldest_makes_room(clock: ManualClock) -> None:
    ctx = SharedContext(max_entries=2, store=MemoryStore(clock=clock, wall_clock=clock))
    for key in ("a", "b", "c"):
        ctx.put(key, key)
    with pytest.raises(KeyEvicted, match=r"'a' was evicted at .*: its store made room"):
        ctx.require("a")
    assert ctx.stats().evicted == 1


def test_bytes_make_room() -> None:
    ctx = SharedContext(max_bytes=100)
    ctx.put("a", "a" * 60)
    ctx.put("b", "b" * 60)
    assert ctx.keys() == ["b"]
    assert ctx.stats().total_bytes == 60
    with pytest.raises(PayloadTooLarge, match="101 bytes, and at most 100 are taken"):
        ctx.put("c", "c" * 101)
    assert ctx.keys() == ["b"]


def test_never_put_and_deleted_are_told_apart(ctx: SharedContext) -> None:
    with pytest.raises(KeyNotFound, match="nothing is stored under 'key' here") as error:
        ctx.require("key")
    assert error.value.when is None
    ctx.put("key", "value")
    ctx.delete("key")
    with pytest.raises(KeyNotFound, match="'key' was deleted at") as deleted:
        ctx.require("key")
    assert not isinstance(deleted.value, (KeyExpired, KeyEvicted))
    assert isinstance(deleted.value, KeyError)
    assert isinstance(deleted.value, HeadroomError)


def test_namespaces_are_walls(store: MemoryStore, rows: Rows) -> None:
    one = SharedContext(store=store, namespace="one")
    two = SharedContext(store=store, namespace="two")
    entry = one.put("key", rows)
    assert two.get("key") is None
    assert two.keys() == []
    assert not two.is_view(entry.compressed)
    with pytest.raises(KeyNotFound):
        two.retrieve(entry.reference, query="17")
    assert one.retrieve(entry.reference, rows=3).key == "key"
    two.clear()
    assert "key" in one


def test_contexts_on_one_store_share(store: MemoryStore, rows: Rows) -> None:
    SharedContext(store=store).put("key", rows)
    assert SharedContext(store=store).get("key", full=True) == json.dumps(rows)


# What bad input gets


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_entries": 0}, "max_entries must be at least 1, not 0; None is without limit"),
        ({"max_entries": -1}, "max_entries must be at least 1"),
        ({"max_bytes": 0}, "max_bytes must be at least 1"),
        ({"ttl": -1}, "ttl must be 0 or more seconds, not -1; None is for ever"),
        ({"ttl": math.nan}, "ttl must be 0 or more seconds"),
        ({"store": "nosuch://x"}, "a store URL begins with one of"),
        ({"namespace": ""}, "namespace must be a text that is not empty"),
        ({"fidelity": "high"}, "fidelity must be one of lossless, balanced, compact"),
        ({"on_error": "ignore"}, 'on_error must be "raise" or "passthrough"'),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SharedContext(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_entries": 1.5}, "max_entries must be a whole number, not float"),
        ({"max_entries": True}, "max_entries must be a whole number, not bool"),
        ({"ttl": "60"}, "ttl must be seconds, not str"),
        ({"store": 5}, "store must be a Store, a URL or None, not int"),
        ({"counter": 5}, "counter must be a TokenCounter or a function"),
        ({"model": None}, "model must be a name"),
    ],
)
def test_arguments_of_the_wrong_type(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        SharedContext(**arguments)  # type: ignore[arg-type]


def test_keys_are_text(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match=r"a key must be text, not int; convert it with str\(\)"):
        ctx.put(5, "value")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a key must not be empty"):
        ctx.put("", "value")
    with pytest.raises(TypeError, match="a key must be text"):
        ctx.get(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_tokens": 0}, ValueError),
        ({"max_tokens": "5"}, TypeError),
        ({"query": 5}, TypeError),
        ({"fidelity": "best"}, ValueError),
        ({"kind": "jsn"}, ValueError),
        ({"ttl": -1}, ValueError),
    ],
)
def test_options_that_make_no_sense(
    ctx: SharedContext, options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ctx.put("key", "value", **options)  # type: ignore[arg-type]
    assert "key" not in ctx


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_odd_payloads_get_a_view_or_the_original(ctx: SharedContext, name: str) -> None:
    payload = HOSTILE[name]
    entry = ctx.put("key", payload)
    assert entry.compressed_tokens <= entry.original_tokens
    assert entry.failure is None
    assert ctx.get("key", full=True) == payload


# Statistics


def test_stats(ctx: SharedContext, rows: Rows) -> None:
    assert ctx.stats().savings_percent == 0
    entries = [ctx.put("a", rows), ctx.put("b", "short text")]
    stats = ctx.stats()
    assert stats.entries == 2
    assert stats.total_original_tokens == sum(entry.original_tokens for entry in entries)
    assert stats.total_compressed_tokens == sum(entry.compressed_tokens for entry in entries)
    saved = stats.total_original_tokens - stats.total_compressed_tokens
    assert stats.total_tokens_saved == saved > 0
    assert stats.savings_percent == round(100 * saved / stats.total_original_tokens, 1)
    assert stats.total_bytes == sum(len(entry.original.encode()) for entry in entries)
    assert str(stats) == (
        f"2 payloads: {stats.total_original_tokens:,} tokens handed on as "
        f"{stats.total_compressed_tokens:,}, {stats.savings_percent} % saved"
    )


def test_the_store_of_a_context() -> None:
    store = MemoryStore()
    assert SharedContext(store=store).store is store
    assert isinstance(SharedContext().store, MemoryStore)


def test_the_original_of_a_view(ctx: SharedContext, rows: Rows) -> None:
    entry = ctx.put("a", rows)
    assert ctx.original_of(entry.compressed) == entry.original
    narrow = ctx.get("a", query="id 7", max_tokens=120)
    assert narrow is not None
    assert ctx.original_of(narrow) == entry.original
    assert ctx.original_of(entry.original) is None
    assert ctx.original_of("something else") is None
    ctx.delete("a")
    assert ctx.original_of(entry.compressed) is None


# The older library of this name


def test_code_for_the_older_library_runs() -> None:
    code = (
        "from headroom.shared_context import SharedContext\n"
        "from headroom.compress import compress\n"
        "import headroom\n"
        "ctx = SharedContext('gpt-4o', 60, 10)\n"
        "entry = ctx.put('key', 'content', agent='a')\n"
        "assert ctx.get('key') == 'content' and ctx.keys() == ['key']\n"
        "assert ctx.get_entry('key') == entry and ctx.stats().entries == 1\n"
        "assert headroom.SharedContext is SharedContext and headroom.compress is compress\n"
        "assert compress('content').text == 'content'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_does_no_work() -> None:
    code = (
        "import sys, headroom\n"
        "heavy = {'toktok', 'splintr', 'tiktoken', 'numpy', 'tree_sitter'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert 'headroom.kinds.json' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# The async twins


async def test_async_twins(ctx: SharedContext, rows: Rows) -> None:
    entry = await ctx.aput("orders", rows, agent="a", query="id 3")
    assert await ctx.aget("orders") == entry.compressed
    assert await ctx.aget("orders", full=True) == entry.original
    assert await ctx.aget_entry("orders") == await ctx.arequire("orders") == entry
    assert (await ctx.aretrieve("orders", rows="3-4")).where == "rows 3-4"
    assert await ctx.akeys() == ["orders"]
    assert await ctx.aoriginal_of(entry.compressed) == ctx.get("orders", full=True)
    assert await ctx.ais_view(entry.compressed)
    assert await ctx.astats() == ctx.stats()
    assert await ctx.adelete("orders")
    await ctx.aput("other", "x")
    await ctx.aclear()
    assert ctx.keys() == []


def test_every_verb_has_an_async_twin() -> None:
    verbs = [
        name
        for name in vars(SharedContext.__mro__[1])
        if not name.startswith("_")
        and name not in {"count_tokens", "is_view", "lease", "savings", "store"}
    ]
    assert "put" in verbs
    for verb in verbs:
        assert asyncio.iscoroutinefunction(getattr(SharedContext, f"a{verb}"))
