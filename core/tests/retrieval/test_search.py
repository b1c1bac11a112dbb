"""Looking through all that a context holds."""

from __future__ import annotations

import pytest

from headroom import MemoryStore, SharedContext
from headroom_testing import ManualClock


@pytest.fixture
def filled(ctx: SharedContext) -> SharedContext:
    rows = [{"id": n, "city": "Rome" if n == 7 else "Oslo", "state": "ok"} for n in range(200)]
    ctx.put("orders", rows, agent="shop")
    ctx.put("report", "The refund failed. " + "Nothing else is known. " * 50, agent="writer")
    ctx.put("code", "def refund(order):\n    return order.total\n" * 20, agent="coder")
    return ctx


def test_search_says_where_something_is(filled: SharedContext) -> None:
    (hit,) = filled.search("Rome")
    assert (hit.key, hit.kind, hit.agent, hit.where) == ("orders", "json", "shop", "rows 8")
    assert hit.line == '{"id":7,"city":"Rome","state":"ok"}'
    assert hit.reference == filled.require("orders").reference
    assert hit.tokens == filled.require("orders").original_tokens
    assert hit.line in filled.retrieve("orders", query=hit.where).text


def test_the_best_comes_first(filled: SharedContext) -> None:
    assert [hit.key for hit in filled.search("why did the refund fail?")] == ["report", "code"]
    assert [hit.key for hit in filled.search("refund", limit=1)] == ["code"]


def test_search_by_agent(filled: SharedContext) -> None:
    assert [hit.key for hit in filled.search("refund", agent="writer")] == ["report"]
    assert filled.search("refund", agent="nobody") == []


def test_nothing_found(filled: SharedContext) -> None:
    assert filled.search("zebra") == []
    assert SharedContext().search("zebra") == []


def test_what_was_deleted_or_replaced_is_not_found(filled: SharedContext) -> None:
    assert filled.search("Rome")
    filled.put("orders", "nothing here")
    assert filled.search("Rome") == []
    filled.delete("report")
    assert [hit.key for hit in filled.search("refund")] == ["code"]
    filled.clear()
    assert filled.search("refund") == []


def test_what_has_expired_is_not_found() -> None:
    clock = ManualClock()
    ctx = SharedContext(ttl=10, store=MemoryStore(clock=clock, wall_clock=clock))
    ctx.put("report", "The refund failed.")
    assert ctx.search("refund")
    clock.advance(11)
    assert ctx.search("refund") == []


def test_no_search_reaches_into_another_namespace(store: MemoryStore) -> None:
    SharedContext(store=store, namespace="other").put("secret", "The refund failed.")
    ctx = SharedContext(store=store)
    assert ctx.search("refund") == []
    assert ctx.manifest() == ""


def test_the_manifest_has_a_line_per_entry(filled: SharedContext) -> None:
    lines = filled.manifest().split("\n")
    assert [line.split(" ")[0] for line in lines] == ["code", "report", "orders"]
    tokens = filled.require("orders").original_tokens
    assert lines[2].startswith(f"orders (json, {tokens} tokens, by shop, 0 s ago): 200 rows.")
    assert "The refund failed." in lines[1]
    assert "refund" in lines[0]


def test_the_manifest_keeps_to_its_budget() -> None:
    ctx = SharedContext(max_entries=None)
    for number in range(60):
        ctx.put(f"key {number}", f"Payload {number} says\nthis and that. " * 20)
    text = ctx.manifest(max_tokens=300)
    assert ctx.count_tokens(text) <= 300
    shown = text.count("(text")
    assert text.startswith("key 59 ")
    assert text.endswith(f"[{60 - shown} older entries left out here]")
    assert ctx.manifest(max_tokens=1) == ""


async def test_the_async_twins(filled: SharedContext) -> None:
    assert await filled.asearch("Rome") == filled.search("Rome")
    assert await filled.amanifest() == filled.manifest()
    by_async = await filled.aretrieve("orders", where={"city": "Rome"})
    assert by_async == filled.retrieve("orders", where={"city": "Rome"})


def test_what_makes_no_sense(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match="query must be text"):
        ctx.search(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="limit must be at least 1"):
        ctx.search("a", limit=0)
    with pytest.raises(ValueError, match="max_tokens must be at least 1"):
        ctx.manifest(max_tokens=0)
