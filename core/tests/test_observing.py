"""Those who watch are told of every operation, and disturb none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from headroom import Handoff, KeyNotFound, Payload, Reader, SharedContext, compress
from headroom.observing import Operation, observe

ROWS = [{"id": n, "name": f"secret user {n}", "state": "ok"} for n in range(200)]


@pytest.fixture
def told() -> Iterator[list[Operation]]:
    operations: list[Operation] = []

    @contextmanager
    def note(operation: Operation) -> Iterator[None]:
        try:
            yield
        finally:
            operations.append(operation)

    stop = observe(note)
    yield operations
    stop()


def names(operations: list[Operation]) -> list[str]:
    return [one.name for one in operations]


def test_every_verb_is_told_with_its_figures(told: list[Operation]) -> None:
    ctx = SharedContext(namespace="tenant")
    entry = ctx.put("orders", ROWS, agent="searcher", query="secret user 7")
    ctx.get("orders")
    ctx.get("nothing")
    ctx.get_entry("orders")
    ctx.retrieve("orders", query="secret user 7")
    ctx.search("secret")
    ctx.delete("orders")
    ctx.clear()
    assert names(told) == [
        "compress", "put", "get", "get", "get", "retrieve", "search", "delete", "clear",
    ]  # fmt: skip
    put = told[1].attributes
    assert put["headroom.tokens.before"] == entry.original_tokens
    assert put["headroom.tokens.after"] == entry.compressed_tokens
    assert put["gen_ai.agent.name"] == "searcher"
    assert put["headroom.namespace"] == "tenant"
    assert [one.attributes["headroom.found"] for one in told[2:5]] == [True, False, True]
    assert told[5].attributes["headroom.tokens.retrieved"] > 0  # type: ignore[operator]
    assert "secret" not in json.dumps([one.attributes for one in told])


def test_the_async_twins_are_told_alike(told: list[Operation]) -> None:
    async def verbs() -> None:
        ctx = SharedContext()
        await ctx.aput("orders", ROWS)
        await ctx.aget("orders")
        await ctx.aretrieve("orders", query="secret user 7")

    asyncio.run(verbs())
    assert names(told) == ["compress", "put", "get", "retrieve"]


def test_a_handoff_tells_what_was_decided_and_a_plan_nothing(told: list[Operation]) -> None:
    ctx = SharedContext()
    handoff, reader = Handoff(ctx), Reader("writer", tool_tokens=140)
    payloads = [Payload(json.dumps(ROWS), "search"), Payload("A short note.", "note")]
    handoff.plan(payloads, reader)
    assert "handoff" not in names(told)
    decided = handoff.decide(payloads, reader)
    (operation,) = (one for one in told if one.name == "handoff")
    assert [one["headroom.is_view"] for one in operation.decisions] == [True, False]
    assert operation.decisions[0]["headroom.reason"] == decided[0].reason
    known = operation.attributes
    saved = known["headroom.tokens.before"] - known["headroom.tokens.after"]  # type: ignore[operator]
    assert saved - known["headroom.tokens.tool"] == ctx.stats().handoffs.saved  # type: ignore[operator]


def test_what_is_raised_is_seen_and_goes_on(told: list[Operation]) -> None:
    seen: list[BaseException | None] = []

    class Watching:
        def __init__(self, operation: Operation) -> None: ...

        def __enter__(self) -> None: ...

        def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
            seen.append(error)
            # Whoever watches hides nothing.
            return True

    stop = observe(Watching)
    with pytest.raises(KeyNotFound):
        SharedContext().require("nothing")
    stop()
    assert [type(one) for one in seen] == [KeyNotFound]


@pytest.mark.parametrize("when", ["made", "begun", "ended"])
def test_one_who_fails_disturbs_nobody(
    when: str, told: list[Operation], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(operation: Operation) -> Iterator[None]:
        if when == "begun":
            raise RuntimeError("no")
        yield
        raise RuntimeError("no")

    def broken(operation: Operation) -> object:
        raise RuntimeError("no")

    stop = observe(broken if when == "made" else contextmanager(fails))  # type: ignore[arg-type]
    assert compress("A short note.").tokens_after > 0
    with pytest.raises(KeyNotFound):
        SharedContext().require("nothing")
    stop()
    assert names(told) == ["compress", "get"]
    assert "an observer failed" in caplog.text


def test_nobody_is_told_after_the_end(told: list[Operation]) -> None:
    more: list[str] = []

    @contextmanager
    def note(operation: Operation) -> Iterator[None]:
        more.append(operation.name)
        yield

    stop = observe(note)
    compress("one")
    stop()
    stop()
    compress("two")
    assert more == ["compress"]
