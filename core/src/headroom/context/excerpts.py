"""Parts of what a context holds: excerpts of one original, hits in all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

from headroom.context.entry import Excerpt, SearchHit
from headroom.context.gist import shortened
from headroom.context.records import (
    kind_of,
    missing_error,
    number_of,
    omissions_of,
    original_of,
    text_of,
)
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.kinds.registry import Kinds
from headroom.retrieval import (
    IndexCache,
    Searchable,
    Selection,
    find,
    left_out_by,
    locate_best,
)
from headroom.scanning.bm25 import rarities
from headroom.steps import work
from headroom.stores import Header, Missing, Record
from headroom.tokens import TokenCounter
from headroom.toolkit.relevance import query_terms

__all__ = ["Excerpts"]

# Bytes of originals and indexes that are kept for the next query.
_INDEX_BYTES = 128 * 1024 * 1024
# Keys whose references are known, so that an index goes when its entry is found to be gone.
_ASKED = 10_000


class Excerpts:
    """Excerpts of originals, whose indexes are built at the first query and kept for the next."""

    def __init__(
        self,
        store: StoreNamespace,
        counter: Callable[[], TokenCounter],
        kinds: Callable[[], Kinds],
    ) -> None:
        self._store = store
        self._counter = counter
        self._indexes = IndexCache(_INDEX_BYTES, kinds)
        # The references of the keys that were asked for lately.
        self._asked: dict[str, str] = {}

    def within(self, store: StoreNamespace) -> Excerpts:
        """The same for another namespace. Indexes follow the content, and are shared."""
        other = copy(self)
        other._store = store
        other._asked = {}
        return other

    def forget(self, reference: str | None = None) -> None:
        """Drops what is kept of an original, or of all."""
        self._indexes.forget(reference)

    def retrieve(self, key: str, selection: Selection, max_tokens: int) -> StoreSteps[Excerpt]:
        record = yield from self._store.get(key, with_original=False)
        if isinstance(record, Missing):
            # What was found under the key before has expired, or had to make room.
            gone = self._asked.pop(key, None)
            if gone is not None:
                self.forget(gone)
            by_reference = yield from self._store.find(key)
            if by_reference is None:
                raise missing_error(key, record)
            record = by_reference
        header = record.header
        if len(self._asked) >= _ASKED:
            self._asked.clear()
        self._asked[header.key] = header.reference
        searchable = yield from self._searchable(header)
        if searchable is None:
            raise missing_error(key, Missing("absent"))
        return (yield from work(lambda: self._excerpt(header, searchable, selection, max_tokens)))

    def search(self, query: str, agent: str | None, limit: int) -> StoreSteps[list[SearchHit]]:
        headers = yield from self._store.headers()
        # Indexes go with their entries.
        self._indexes.keep_only({header.reference for header in headers})
        found: list[tuple[Header, Searchable]] = []
        for header in headers:
            if agent is None or text_of(header, "agent") == agent:
                searchable = yield from self._searchable(header)
                if searchable is not None:
                    found.append((header, searchable))
        return (yield from work(lambda: self._hits(found, query, limit)))

    def _searchable(self, header: Header) -> StoreSteps[Searchable | None]:
        """The document of an entry; its original is read where it is not kept."""
        kind = kind_of(header)
        kept = self._indexes.get(header.reference, kind)
        if kept is not None:
            return kept
        record = yield from self._store.get(header.key)
        if isinstance(record, Missing) or record.header.reference != header.reference:
            # It went, or was replaced, in between; others may have the same content.
            other = yield from self._store.find(header.reference)
            if other is None:
                return None
            record = other
        whole: Record = record
        content = yield from work(lambda: original_of(whole))
        return self._indexes.keep(header.reference, kind, content)

    def _excerpt(
        self, header: Header, searchable: Searchable, selection: Selection, max_tokens: int
    ) -> Excerpt:
        counter = self._counter()
        with searchable.lock:
            left_out = left_out_by(omissions_of(header))
            found = find(searchable, selection, max_tokens, counter, left_out)
        self._indexes.weigh(header.reference, kind_of(header))
        return Excerpt(
            text=found.text,
            tokens=counter.count(found.text),
            key=header.key,
            reference=header.reference,
            kind=kind_of(header),
            where=found.where,
            truncated=found.truncated,
            next=found.next,
        )

    def _hits(
        self, found: Sequence[tuple[Header, Searchable]], query: str, limit: int
    ) -> list[SearchHit]:
        wanted = query_terms(query)
        there: list[frozenset[str]] = []
        for header, searchable in found:
            with searchable.lock:
                there.append(frozenset(term for term in wanted if searchable.index.has(term)))
            self._indexes.weigh(header.reference, kind_of(header))
        weights = rarities(there)
        # Rarer words first: an entry that has them is about this.
        scores = [sum(weights[term] for term in sorted(terms)) for terms in there]
        order = sorted(range(len(found)), key=lambda number: (-scores[number], -number))
        hits = []
        for number in order[:limit]:
            if not there[number]:
                break
            header, searchable = found[number]
            with searchable.lock:
                where, text, position = locate_best(searchable, query)
            hits.append(
                SearchHit(
                    key=header.key,
                    reference=header.reference,
                    kind=kind_of(header),
                    agent=text_of(header, "agent"),
                    tokens=number_of(header, "original_tokens"),
                    where=where,
                    line=shortened(text, position),
                    score=round(scores[number], 4),
                )
            )
        return hits
