from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from headroom import (
    ContextEntry,
    Handoff,
    Limits,
    MemoryStore,
    Payload,
    Prices,
    Reader,
    Record,
    SharedContext,
)

ROWS = json.dumps([{"id": n, "status": "paid", "total": 20 + n % 7} for n in range(200)])


def test_a_large_payload_becomes_a_view(ctx: SharedContext) -> None:
    seen: list[ContextEntry] = []
    handoff = Handoff(ctx, on_compress=seen.append)
    view = handoff.view(ROWS, source="search orders", agent="searcher")
    assert ctx.count_tokens(view) < ctx.count_tokens(ROWS)
    (entry,) = seen
    assert entry.key.startswith("search-orders-")
    assert entry.agent == "searcher"
    assert ctx.get(entry.key, full=True) == ROWS


def test_a_view_goes_on_as_it_is(ctx: SharedContext) -> None:
    handoff = Handoff(ctx, min_tokens=0)
    view = handoff.view(ROWS, source="a")
    assert handoff.view(view, source="b") == view
    assert len(ctx) == 1


def test_what_is_large(ctx: SharedContext) -> None:
    handoff = Handoff(ctx, min_tokens=100)
    assert handoff.is_large(ROWS)
    assert not handoff.is_large("a word " * 20)
    assert not handoff.is_large(handoff.view(ROWS, source="a"))
    assert not Handoff(ctx, min_tokens=10**6).is_large(ROWS)


def test_the_key_follows_the_content(ctx: SharedContext) -> None:
    handoff = Handoff(ctx)
    for _ in range(3):
        handoff.view(ROWS, source="node")
    handoff.view(ROWS.replace("paid", "open"), source="node")
    assert len(ctx) == 2


def test_small_and_excluded_payloads_go_on_untouched(ctx: SharedContext) -> None:
    handoff = Handoff(ctx, exclude=["secrets"])
    assert handoff.view("small", source="a") == "small"
    assert handoff.view(ROWS, source="secrets") == ROWS
    assert Handoff(ctx, min_tokens=10**6).view(ROWS, source="a") == ROWS
    assert len(ctx) == 0


def test_options_reach_the_view(ctx: SharedContext) -> None:
    handoff = Handoff(ctx, max_tokens=150, query="id 50", tool="headroom_retrieve")
    view = handoff.view(ROWS, source="a")
    assert ctx.count_tokens(view) <= 150
    assert "headroom_retrieve(" in view
    other = handoff.view(ROWS, source="a", query="id 123")
    assert "123" in other
    assert other != view


class Broken(MemoryStore):
    def put(self, namespace: str, record: Record, *, ttl: float | None, limits: Limits) -> bool:
        raise OSError("disk full of secret text")


def test_an_error_never_reaches_the_run(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Handoff(SharedContext(store=Broken())).view(ROWS, source="a") == ROWS
    assert "a payload is handed on as it is: StoreError" in caplog.text
    assert "secret" not in caplog.text


def test_a_broken_callback_never_reaches_the_run(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(entry: ContextEntry) -> None:
        raise ZeroDivisionError

    view = Handoff(ctx, on_compress=broken).view(ROWS, source="a")
    assert len(view) < len(ROWS)
    assert "on_compress failed" in caplog.text


@pytest.mark.parametrize("source", ["", "a b/c", "ключ", "\n[x]\n", "x" * 300])
def test_any_source_makes_a_key(ctx: SharedContext, source: str) -> None:
    assert len(Handoff(ctx).view(ROWS, source=source)) < len(ROWS)
    (key,) = ctx
    assert "\n" not in key
    assert "[" not in key


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"min_tokens": -1}, ValueError),
        ({"min_tokens": "5"}, TypeError),
        ({"max_tokens": 0}, ValueError),
        ({"fidelity": "best"}, ValueError),
        ({"exclude": "name"}, TypeError),
        ({"exclude": None}, TypeError),
        ({"full_for": "name"}, TypeError),
        ({"on_handoff": "print"}, TypeError),
        ({"savings": {}}, TypeError),
        ({"on_compress": "print"}, TypeError),
        ({"query": 1}, TypeError),
    ],
)
def test_options_that_make_no_sense(
    ctx: SharedContext, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Handoff(ctx, **options)


def test_an_option_that_there_is_none_of(ctx: SharedContext) -> None:
    with pytest.raises(TypeError, match="min_token'"):
        Handoff(ctx, min_token=9)  # type: ignore[call-arg]


def test_names_are_taken_as_they_are_then(ctx: SharedContext) -> None:
    names = ["secrets"]
    handoff = Handoff(ctx, exclude=names)
    names.clear()
    assert handoff.view(ROWS, source="secrets") == ROWS


def test_a_context_is_needed() -> None:
    with pytest.raises(TypeError, match="SharedContext, not dict"):
        Handoff({})  # type: ignore[arg-type]


async def test_the_async_twin(ctx: SharedContext) -> None:
    handoff = Handoff(ctx)
    assert await handoff.aview(ROWS, source="a") == handoff.view(ROWS, source="a")


def test_what_was_saved_in_money() -> None:
    ctx = SharedContext()
    handoff = Handoff(ctx)
    rows = json.dumps([{"id": n, "name": f"user {n}", "state": "ok"} for n in range(300)])
    (first,) = handoff.decide([Payload(rows, "search")], Reader("writer", tool_tokens=140))
    assert first.is_view
    saved = first.tokens - first.sent_tokens
    prices = Prices(2.5, cached=0.25)
    assert ctx.stats(prices=prices).worth == pytest.approx((saved - 140) * 2.5 / 1e6)
    # In later calls a provider has it in its cache.
    handoff.sent_again(first)
    expected = ((saved - 140) * 2.5 + saved * 0.25) / 1e6
    assert handoff.stats().worth(prices) == pytest.approx(expected)
    handoff.answer_sent_again(100)
    assert handoff.stats().worth(prices) == pytest.approx(expected - 100 * 0.25 / 1e6)
    assert "by estimate" in str(ctx.stats(prices=prices))
    assert ctx.stats().worth is None


def test_calls_that_are_foreseen_find_the_payload_in_the_cache() -> None:
    handoff = Handoff(SharedContext())
    rows = json.dumps([{"id": n, "name": f"user {n}", "state": "ok"} for n in range(300)])
    reader = Reader("writer", tool_tokens=140, expected_calls=3)
    (one,) = handoff.decide([Payload(rows, "search")], reader)
    saved = one.tokens - one.sent_tokens - 140
    expected = saved * (2.5 + 2 * 0.25) / 1e6
    assert handoff.stats().worth(Prices(2.5, cached=0.25)) == pytest.approx(expected)


@pytest.mark.parametrize("price", [-1, float("nan"), float("inf"), None, "2.5"])
def test_a_price_that_is_none(price: Any) -> None:
    with pytest.raises(ValueError, match="for a million tokens"):
        Prices(price)
