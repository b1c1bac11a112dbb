"""What a context holds and saves, also where its store cannot be asked."""

from __future__ import annotations

from collections.abc import Callable

from headroom.context.entry import ContextStats
from headroom.context.records import number_of
from headroom.context.savings import Savings
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.errors import StoreError
from headroom.steps import work
from headroom.stores import Header, Usage
from headroom.tokens import TokenCounter
from headroom.view import savings_percent

__all__ = ["stats_of"]

_Held = tuple[list[Header], Usage]

_NOTHING: _Held = ([], Usage(0, 0, 0, 0))


def stats_of(
    store: StoreNamespace, savings: Savings, counter: Callable[[], TokenCounter], failures: int
) -> StoreSteps[ContextStats]:
    """The statistics of a context.

    Whoever asks at the end of a run wants to know how it went, most of all where the store failed.

    Args:
        store: Where the entries are.
        savings: What handoffs saved.
        counter: What counts the tokens.
        failures: How often a compressor failed.

    """
    (headers, usage), unread = yield from _held(store)
    before = sum(number_of(header, "original_tokens") for header in headers)
    after = sum(number_of(header, "compressed_tokens") for header in headers)
    # The first time, its vocabulary is read.
    counts = yield from work(counter)
    return ContextStats(
        entries=len(headers),
        total_original_tokens=before,
        total_compressed_tokens=after,
        total_tokens_saved=before - after,
        savings_percent=savings_percent(before, after),
        total_bytes=usage.bytes,
        expired=usage.expired,
        evicted=usage.evicted,
        failures=failures,
        store_errors=store.errors,
        tokenizer=counts.name,
        tokenizer_exact=counts.exact,
        handoffs=savings.stats(),
        leased=usage.leased,
        over_limits=usage.over_limits,
        store_timeouts=store.timeouts,
        unread=unread,
    )


def _held(store: StoreNamespace) -> StoreSteps[tuple[_Held, str | None]]:
    """What the store holds, and why that is not known."""
    errors = store.errors
    try:
        headers = yield from store.headers()
        usage = yield from store.usage()
    except StoreError as error:
        return _NOTHING, str(error)
    # With "passthrough" nothing is raised.
    return (headers, usage), "the store failed" if store.errors > errors else None
