"""The write of a put, by a store that gives versions first or one that gives them as it writes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from headroom.context.entry import ContextEntry
from headroom.context.records import MUCH, describe, entry_as, record_of
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.pipeline import Pipeline
from headroom.steps import work
from headroom.stores import Limits, Record
from headroom.view import CompressResult

__all__ = ["Writing", "as_it_is"]


def as_it_is(text: str, tokens: int, kind: str | None) -> CompressResult:
    """A text as its own view."""
    return CompressResult(text, tokens, tokens, (), kind or "text", lossless=True)


@dataclass(frozen=True)
class Writing:
    """What is put, and since when.

    A put is as old as its beginning: one that began later and was faster is not replaced.
    """

    store: StoreNamespace
    pipeline: Pipeline
    key: str
    text: str
    original: bytes
    reference: str
    agent: str | None
    ttl: float | None
    limits: Limits
    #: The version that is to be there, if any is expected.
    expected: int | None
    began: float = field(default_factory=time.monotonic)

    @property
    def asks_first(self) -> bool:
        """Whether the store is asked for a version, and whether this is a view, before the work."""
        return not self.store.puts_now

    def version(self) -> StoreSteps[int | None]:
        """The version to write with, 0 for one that comes with the write."""
        if self.asks_first:
            return (yield from self.store.next_version())
        return 0

    def write(
        self, result: CompressResult, version: int, kind: str | None
    ) -> StoreSteps[tuple[bool | None, ContextEntry]]:
        """Writes a view; whether it was written, ``None`` where the store failed, and the entry.

        Args:
            result: The view.
            version: What ``version`` answered.
            kind: What the caller said of what kind it is, if anything.

        """
        store, ttl, limits, expected = self.store, self.ttl, self.limits, self.expected
        record = yield from self._record(result, version)
        if self.asks_first:
            written = yield from store.put(record, ttl, limits, expected)
            return written, entry_as(record.header, version, self.text, result.text)
        given = yield from store.put_now(record, self.began, ttl, limits, expected)
        if given == "view":
            # It is a view of ours already: never compressed again.
            result = as_it_is(self.text, result.tokens_before, kind)
            record = yield from self._record(result, version)
            given = yield from store.put_now(record, self.began, ttl, limits, expected)
        found = given if isinstance(given, int) else 0
        entry = entry_as(record.header, found, self.text, result.text)
        return None if given is None else found > 0, entry

    def _record(self, result: CompressResult, version: int) -> StoreSteps[Record]:
        def make() -> Record:
            meta = describe(result, self.agent, self.pipeline.kinds.named(result.kind))
            return record_of(
                self.key, self.reference, version, self.text, self.original, result.text, meta
            )

        return (yield from work(make, is_long=len(self.original) >= MUCH))
