"""Contexts in several namespaces of one store."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path

import pytest

from headroom import Handoff, MemoryStore, Payload, Reader, RetrievalTool, SharedContext

ROWS = [{"id": n, "status": "ok", "note": f"about {n * n}"} for n in range(300)]


@pytest.fixture(params=["memory", "sqlite"])
def ctx(request: pytest.FixtureRequest, tmp_path: Path) -> SharedContext:
    url = None if request.param == "memory" else f"sqlite:///{tmp_path / 'context.db'}"
    return SharedContext(store=url)


def test_a_namespace_is_a_wall(ctx: SharedContext) -> None:
    one, other = ctx.in_namespace("one"), ctx.in_namespace("other")
    entry = one.put("rows", ROWS)
    for elsewhere in (other, ctx):
        assert elsewhere.get("rows") is None
        assert elsewhere.original_of(entry.compressed) is None
        assert not elsewhere.is_view(entry.compressed)
        assert elsewhere.search("about 49") == []
        assert list(elsewhere) == []
        with pytest.raises(KeyError):
            elsewhere.retrieve(entry.reference, query="about 49")
    assert one.get("rows", full=True) == entry.original
    assert SharedContext(store=ctx.store, namespace="one").get("rows") == entry.compressed


async def test_the_retrieval_tool_answers_from_its_own_namespace(ctx: SharedContext) -> None:
    ctx.in_namespace("one").put("rows", ROWS)
    mine = await RetrievalTool(ctx.in_namespace("one")).answer(key="rows", query="about 49")
    other = await RetrievalTool(ctx.in_namespace("other")).answer(key="rows", query="about 49")
    assert "about 49" in mine
    assert "about" not in other


def test_it_is_the_same_object_for_everybody_while_it_is_used(ctx: SharedContext) -> None:
    one = ctx.in_namespace("one")
    assert ctx.in_namespace("one") is one
    assert one.in_namespace("two") is ctx.in_namespace("two")
    assert one.in_namespace("default") is ctx.in_namespace("default") is ctx
    for number in range(300):
        ctx.in_namespace(str(number))
    assert ctx.in_namespace("one") is one


def test_a_thousand_namespaces_are_not_kept() -> None:
    ctx = SharedContext()
    first = weakref.ref(ctx.in_namespace("first"))
    for number in range(1000):
        ctx.in_namespace(str(number)).put("plan", "Fly on Monday.")
    gc.collect()
    assert first() is None
    assert ctx.in_namespace("7").get("plan") == "Fly on Monday."


def test_settings_go_along() -> None:
    ctx = SharedContext(max_entries=2, counter=len, fidelity="lossless", on_error="passthrough")
    one = ctx.in_namespace("one")
    for number in range(5):
        one.put(str(number), f"This is text {number}.")
    assert len(one) == 2
    assert one.count_tokens("four") == 4
    assert one.put("rows", ROWS).lossless


def test_stats_and_leases_are_of_one_namespace(ctx: SharedContext) -> None:
    one, other = ctx.in_namespace("one"), ctx.in_namespace("other")
    with one.lease("run"):
        one.put("plan", "Fly on Monday.")
        assert (one.stats().leased, other.stats().leased, ctx.stats().leased) == (1, 0, 0)
    assert (one.stats().entries, other.stats().entries) == (1, 0)


def test_closing_one_namespace_closes_no_other(tmp_path: Path) -> None:
    ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}")
    one = ctx.in_namespace("one")
    one.close()
    assert ctx.put("plan", "Fly on Monday.").original == "Fly on Monday."
    assert one.put("plan", "Fly on Monday.").original == "Fly on Monday."
    ctx.close()
    with pytest.raises(Exception, match="closed"):
        one.put("plan", "Fly on Tuesday.")


def test_a_namespace_without_a_name_is_refused(ctx: SharedContext) -> None:
    for name in ("", None, 7):
        with pytest.raises(ValueError, match="namespace must be a text that is not empty"):
            ctx.in_namespace(name)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_in_the_middle_of_a_look(ctx: SharedContext) -> None:
    with ctx._namespaces._lock:  # as another thread may hold it
        child = os.fork()
        if child == 0:
            ctx.in_namespace("one")
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_a_handoff_in_a_namespace_adds_to_the_same_savings() -> None:
    handoff = Handoff(SharedContext(store=MemoryStore()))
    text = "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(300))
    for tenant in ("one", "two"):
        (decision,) = handoff.in_namespace(tenant).decide([Payload(text)], Reader(has_tool=True))
        assert decision.is_view
        assert list(handoff.ctx.in_namespace(tenant)) == [decision.key]
    assert sum(reader.views for reader in handoff.stats().readers.values()) == 2
    assert list(handoff.ctx) == []
