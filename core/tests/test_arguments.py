"""Arguments of another type or size than they may have: an error says which, and what it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headroom import (
    Codec,
    Handoff,
    Payload,
    Pipeline,
    Prices,
    Reader,
    SharedContext,
    SQLiteStore,
    compress,
    decode,
    get_counter,
)
from headroom.arguments import brief
from headroom.tokens import EstimateCounter

HUGE, LONG = 10**5000, "x" * 100_000


def _deep() -> Any:
    found: list[object] = []
    for _ in range(10_000):
        found = [found]
    return found


def _context() -> SharedContext:
    ctx = SharedContext()
    ctx.put("key", [{"id": n} for n in range(60)])
    return ctx


#: By what an error says: what is called, of a context with an entry "key". Nothing here is typed.
TYPES: dict[str, Callable[[Any], object]] = {
    "model must be a name": lambda ctx: compress([1], model=None),
    "model must be a name such": lambda ctx: get_counter(5),
    "view must be text, not list": lambda ctx: decode([]),
    "kind must be text, not list": lambda ctx: decode("", kind=[]),
    "text must be text, not bytes": lambda ctx: ctx.is_view(b""),
    "view must be text, not dict": lambda ctx: ctx.original_of({}),
    "text must be text, not NoneType": lambda ctx: get_counter().count(None),
    "text must be text, not int": lambda ctx: EstimateCounter().count(5),
    "text must be text, not list": lambda ctx: ctx.count_tokens([]),
    "payloads must be a list of Payload, not of str": (
        lambda ctx: Handoff(ctx).decide(["text"], Reader("r"))
    ),
    "payloads must be a list of Payload, not str": (
        lambda ctx: Handoff(ctx).plan("text", Reader("r"))
    ),
    "payloads must be a list of Payload, not Payload": (
        lambda ctx: asyncio.run(Handoff(ctx).adecide(Payload("text"), Reader("r")))
    ),
    "reader must be a Reader, not str": lambda ctx: Handoff(ctx).decide([], "reader"),
    "pipeline must be a Pipeline, not str": lambda ctx: SharedContext(pipeline="x"),
    "max_tokens must be a whole number, not NoneType": (
        lambda ctx: ctx.retrieve("key", query="id", max_tokens=None)
    ),
    "max_tokens must be a whole number, not N": lambda ctx: ctx.manifest(max_tokens=None),
    "max_payload_bytes must be a whole number": lambda ctx: SharedContext(max_payload_bytes=None),
    "tool must be text, not list": lambda ctx: ctx.put("key", "a", tool=[]),
    "agent must be text, not list": lambda ctx: ctx.put("key", "a", agent=[]),
    "max_seconds must be seconds, not str": lambda ctx: Pipeline(max_seconds="5"),
    "max_chars must be a whole number, not str": lambda ctx: Pipeline(max_chars="5"),
    "keys must be a list of keys, not int": lambda ctx: Codec(keys=5),
    "name must be text, not NoneType": lambda ctx: Codec.from_environment(None),
    "after must be a version, not str": lambda ctx: ctx.wait_for("key", after="x"),
    "after must be a version, not float": lambda ctx: asyncio.run(ctx.await_for("key", after=1.5)),
    "path must be that of a file, not int": lambda ctx: SQLiteStore(5),
    f'where compares with values; "{LONG[:60]}" has': (
        lambda ctx: ctx.retrieve("key", where={LONG: {}})
    ),
}
VALUES: dict[str, Callable[[Any], object]] = {
    "namespace must be a text": lambda ctx: ctx.in_namespace([]),
    "namespace must be a text that is not empty": lambda ctx: SharedContext(namespace=[]),
    "ttl must be 0 or more seconds, not a number of": lambda ctx: ctx.put("key", "a", ttl=HUGE),
    "ttl must be 0 or more seconds, not -1": lambda ctx: ctx.put("key", "a", ttl=-1),
    "store_timeout must be 0 or more seconds": lambda ctx: SharedContext(store_timeout=HUGE),
    "timeout must be 0 or more seconds": lambda ctx: ctx.wait_for("key", timeout=HUGE),
    "timeout must be 0 or more seconds, not a": lambda ctx: SQLiteStore("a.db", timeout=HUGE),
    "max_seconds must be 0 or more seconds": lambda ctx: Pipeline(max_seconds=HUGE),
    "max_chars must be at least 1, not 0$": lambda ctx: Pipeline(max_chars=0),
    "max_entries must be at least 1, not a number": lambda ctx: SharedContext(max_entries=-HUGE),
    "expected_version must be 0 or more": lambda ctx: ctx.put("key", "", expected_version=-HUGE),
    "workers must be 0 or more": lambda ctx: SharedContext(workers=-HUGE),
    "max_tokens must be at least 1, not a": lambda ctx: compress("a", max_tokens=-HUGE),
    "min_tokens must be 0 or more": lambda ctx: Handoff(ctx, min_tokens=-HUGE),
    'lines must look like "3-111" or 3': lambda ctx: ctx.retrieve("key", lines=HUGE),
    "where has more than 50 lists": lambda ctx: ctx.retrieve("key", where={"a": _deep()}),
    "fidelity must be one of .*, not list": lambda ctx: ctx.put("key", "a", fidelity=_deep()),
    "fidelity must be one of .*, not 'x": lambda ctx: compress("a", fidelity=LONG),
    "kind must be one of .*, not 'x": lambda ctx: compress("a", kind=LONG),
    "kind must be one of": lambda ctx: decode("a", kind=LONG),
    "on_error must be": lambda ctx: SharedContext(on_error=LONG),
    "compression must be": lambda ctx: Codec(compression=LONG),
    "durability must be": lambda ctx: SQLiteStore("a.db", durability=LONG),
    "a price is for a million tokens": lambda ctx: Prices(LONG),
    "a price is for a million tokens, such as 2.5, not a number": lambda ctx: Prices(HUGE),
    "no file can be called 'x": lambda ctx: SQLiteStore(LONG),
    "this one has the scheme 'x": lambda ctx: SharedContext(store=f"{LONG}://"),
    "a SQLite URL has no option 'x": lambda ctx: SharedContext(store=f"sqlite:///a?{LONG}=1"),
    "a query has at most": lambda ctx: ctx.retrieve("key", query=LONG),
    "a query has at most 50000": lambda ctx: ctx.search(LONG),
}


@pytest.mark.parametrize("said", TYPES)
def test_another_type_is_an_error_that_names_the_argument(said: str) -> None:
    with pytest.raises(TypeError, match=said):
        TYPES[said](_context())


@pytest.mark.parametrize("said", VALUES)
def test_a_value_that_makes_no_sense_is_an_error_that_names_the_argument(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=said) as error:
        VALUES[said](_context())
    # Of a long one no more than its beginning is said again.
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    "value",
    ["", LONG, LONG.encode(), None, True, 0, -1.5, HUGE, -HUGE, [_deep()], object()],
    ids=lambda value: type(value).__name__,
)
def test_a_wrong_argument_is_said_again_briefly(value: object) -> None:
    assert 0 < len(brief(value)) < 90
    assert brief(value).isprintable()


def test_a_place_is_no_query_and_may_be_long() -> None:
    ctx = SharedContext()
    ctx.put("key", [{"id": n} for n in range(60)])
    place = "; ".join(f"rows {n}-{n + 1}" for n in range(1, 60)) + "; rows 1" * 9000
    assert len(place) > 50_000
    assert ctx.retrieve("key", query=place).text == ctx.retrieve("key", place=place).text


def test_who_makes_a_view_may_have_a_long_query() -> None:
    told = "Please be brief. " * 6000 + "What of order 41?"
    text = "\n".join(f"order {n} was paid in {n * 7} days" for n in range(900))
    assert "order 41 " in Handoff(SharedContext(), query=told).view(text, source="orders")
    assert "order 41 " in compress(text, query=told).text
    assert "order 41 " in SharedContext().put("key", text, query=told).compressed
