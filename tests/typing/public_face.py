"""Never run, only read by the type checkers: how users write against the core."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import Unpack, assert_type

from headroom import (
    AsyncStore,
    CompressResult,
    ContextEntry,
    ContextStats,
    Excerpt,
    Handoff,
    HandoffOptions,
    KeyNotFound,
    MemoryStore,
    Omission,
    Pipeline,
    Request,
    RetrievalTool,
    SharedContext,
    Source,
    Store,
    Usage,
    View,
    ViewOptions,
    compress,
    get_counter,
    open_store,
)
from headroom.steps import Steps, run, run_async, work


@dataclass
class Order:
    number: int


class FirstLine:
    """A kind, by its shape alone."""

    name = "first_line"

    def recognise(self, source: Source) -> bool:
        return "\n" in source.text

    def compress(self, source: Source, request: Request) -> View | None:
        first, *rest = source.lines
        if not rest or request.fidelity == "lossless":
            return None
        omission = Omission("lines", ((2, len(source.lines)),))
        return View(f"{first}\n[{omission.where} left out]", False, (omission,))


def words(text: str) -> int:
    return len(text.split())


def blocking() -> None:
    ctx = SharedContext("gpt-4o", 60, 10, max_bytes=10**6, store=MemoryStore(), counter=words)
    SharedContext(store=open_store("memory://"), ttl=None, max_entries=None)
    SharedContext(pipeline=Pipeline([FirstLine()]), counter=get_counter("gpt-4"))
    assert_type(ctx.put("key", [Order(1)], agent="a", fidelity="lossless"), ContextEntry)
    assert_type(ctx.get("key", query="order 1", max_tokens=50), "str | None")
    assert_type(ctx.get_entry("key"), "ContextEntry | None")
    assert_type(ctx.retrieve("key", rows=1), Excerpt)
    assert_type(ctx.stats(), ContextStats)
    assert_type(list(ctx), "list[str]")
    assert_type("key" in ctx, bool)
    try:
        assert_type(ctx.require("key").omissions, "tuple[Omission, ...]")
    except KeyNotFound as error:
        assert_type(error.when, "float | None")
    assert_type(compress({"a": 1}, kind="json"), CompressResult)
    assert_type(Handoff(ctx).view("text", source="a"), str)
    assert_type(RetrievalTool(ctx)("key", query="a"), str)


def adapter(ctx: SharedContext, **options: Unpack[HandoffOptions]) -> Handoff:
    """As adapters hand options on."""
    return Handoff(ctx, **options, tool="headroom_retrieve")


def reading(ctx: SharedContext, **options: Unpack[ViewOptions]) -> str | None:
    ctx.put("key", "text", **options)
    return ctx.get("key", **options)


def options(ctx: SharedContext) -> None:
    kept: list[ContextEntry] = []
    given: HandoffOptions = {"query": "order 1", "min_tokens": 9}
    adapter(ctx, **given)
    adapter(ctx, fidelity="compact", exclude=["secrets"], on_compress=kept.append)
    adapter(ctx, min_token=9)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    adapter(ctx, min_tokens="9")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert_type(reading(ctx, max_tokens=50), "str | None")


def entries(namespace: str) -> Steps[Store | AsyncStore, int]:
    """As a store writes an operation once."""
    usage: Usage = yield lambda store: store.usage(namespace)
    return (yield from work(lambda: usage.entries, is_long=False))


def misspelt(namespace: str) -> Steps[Store | AsyncStore, None]:
    yield lambda store: store.uses(namespace)  # type: ignore[union-attr] # pyright: ignore


async def stepping(store: Store, awaited: AsyncStore) -> None:
    assert_type(run(entries("default"), store), int)
    assert_type(await run_async(entries("default"), awaited), int)


async def asynchronous(ctx: SharedContext) -> None:
    assert_type(await ctx.aput("key", "text"), ContextEntry)
    assert_type(await ctx.aget("key", full=True), "str | None")
    assert_type(await ctx.aretrieve("key", query="a"), Excerpt)
    assert_type(await ctx.adelete("key"), bool)
