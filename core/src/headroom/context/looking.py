"""Looking into what a context holds: retrieval from one entry, a search over all, a manifest."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence

from headroom.context.access import StoreAccess
from headroom.context.entry import Excerpt, SearchHit
from headroom.context.gist import shortened
from headroom.context.records import (
    missing_error,
    number_of,
    omissions_of,
    original_of,
    text_of,
)
from headroom.context.steps import Steps, Work
from headroom.kinds.registry import Kinds
from headroom.retrieval import (
    IndexCache,
    Searchable,
    Selection,
    find,
    left_out_by,
    locate_best,
)
from headroom.stores import Header, Missing, Record
from headroom.tokens import TokenCounter
from headroom.toolkit.relevance import query_terms

__all__ = ["Looking"]

# Bytes of originals and indexes that are kept for the next query.
_INDEX_BYTES = 128 * 1024 * 1024
# Keys whose references are known, so that an index goes when its entry is found to be gone.
_ASKED = 10_000


class Looking:
    """Excerpts of originals, whose indexes are built at the first query and kept for the next."""

    def __init__(
        self,
        store: StoreAccess,
        counter: Callable[[], TokenCounter],
        kinds: Callable[[], Kinds],
    ) -> None:
        self._store = store
        self._counter = counter
        self._indexes = IndexCache(_INDEX_BYTES, kinds)
        # The references of the keys that were asked for lately.
        self._asked: dict[str, str] = {}

    def forget(self, reference: str | None = None) -> None:
        """Drops what is kept of an original, or of all."""
        self._indexes.forget(reference)

    def retrieve(self, key: str, selection: Selection, max_tokens: int) -> Steps[Excerpt]:
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
        excerpt: Excerpt = yield Work(
            lambda: self._excerpt(header, searchable, selection, max_tokens)
        )
        return excerpt

    def search(self, query: str, agent: str | None, limit: int) -> Steps[list[SearchHit]]:
        headers = yield from self._store.headers()
        # Indexes go with their entries.
        self._indexes.keep_only({header.reference for header in headers})
        found: list[tuple[Header, Searchable]] = []
        for header in headers:
            if agent is None or text_of(header, "agent") == agent:
                searchable = yield from self._searchable(header)
                if searchable is not None:
                    found.append((header, searchable))
        hits: list[SearchHit] = yield Work(lambda: self._hits(found, query, limit))
        return hits

    def manifest(self, max_tokens: int) -> Steps[str]:
        headers = yield from self._store.headers()
        text: str = yield Work(lambda: self._listed(headers, max_tokens))
        return text

    def _searchable(self, header: Header) -> Steps[Searchable | None]:
        """The document of an entry; its original is read where it is not kept."""
        kind = _kind(header)
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
        content: str = yield Work(lambda: original_of(whole))
        return self._indexes.keep(header.reference, kind, content)

    def _excerpt(
        self, header: Header, searchable: Searchable, selection: Selection, max_tokens: int
    ) -> Excerpt:
        counter = self._counter()
        with searchable.lock:
            left_out = left_out_by(omissions_of(header))
            found = find(searchable, selection, max_tokens, counter, left_out)
        self._indexes.weigh(header.reference, _kind(header))
        return Excerpt(
            text=found.text,
            tokens=counter.count(found.text),
            key=header.key,
            reference=header.reference,
            kind=_kind(header),
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
            self._indexes.weigh(header.reference, _kind(header))
        frequency = Counter(term for terms in there for term in terms)
        weights = {
            term: math.log(1 + (len(found) - n + 0.5) / (n + 0.5)) for term, n in frequency.items()
        }
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
                    kind=_kind(header),
                    agent=text_of(header, "agent"),
                    tokens=number_of(header, "original_tokens"),
                    where=where,
                    line=shortened(text, position),
                    score=round(scores[number], 4),
                )
            )
        return hits

    def _listed(self, headers: Sequence[Header], max_tokens: int) -> str:
        counter, now = self._counter(), time.time()
        lines = [_line(header, now) for header in reversed(headers)]

        def text(count: int) -> str:
            shown, rest = lines[:count], len(lines) - count
            if rest:
                shown = [*shown, f"[{rest} older entries left out here]"]
            return "\n".join(shown)

        def fits(count: int) -> bool:
            return counter.count(text(count)) <= max_tokens

        low, high = 0, len(lines) + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return text(low) if fits(low) else ""


def _kind(header: Header) -> str:
    return text_of(header, "kind") or "text"


def _line(header: Header, now: float) -> str:
    agent = text_of(header, "agent")
    about = [
        _kind(header),
        f"{number_of(header, 'original_tokens')} tokens",
        *([f"by {shortened(agent, chars=40)}"] if agent else []),
        f"{_age(now - header.created)} ago",
    ]
    gist = text_of(header, "gist")
    return f"{header.key} ({', '.join(about)})" + (f": {gist}" if gist else "")


def _age(seconds: float) -> str:
    for name, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{max(0.0, seconds):.0f} s"
