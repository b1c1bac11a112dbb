"""A namespace as a write finds it, and what the write changes, as one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, cast

from langgraph.store.base import Op, PutOp

from headroom import Limits, Missing, Record
from headroom_langgraph.documents import Document, Documents, Place, Values, name_of, place_of

__all__ = ["Snapshot", "version_of"]

# Minutes for which a graph store that forgets by itself keeps a document beyond our own time. It
# only cleans up after processes that did not come back; what has expired is said by us.
_GRACE = 60.0
# Minutes for which such a store remembers why a key went: 30 days.
_GONE_KEPT = 60.0 * 24 * 30


class Snapshot:
    """All headers of a namespace. Changes are gathered, and handed to the store in one batch.

    Args:
        namespace: Whose headers they are.
        documents: Makes documents.
        entries: The headers, expired ones included.
        counts: The document that holds counts; ``None`` if there is none yet.
        now: Seconds since the epoch.
        forgets: Whether the graph's store takes a time to live.

    """

    def __init__(
        self,
        namespace: str,
        documents: Documents,
        entries: Iterable[Document],
        counts: Values | None,
        now: float,
        *,
        forgets: bool,
    ) -> None:
        self._namespace = namespace
        self._documents = documents
        self._now = now
        self._forgets = forgets
        self._ops: dict[tuple[Place, str], PutOp] = {}
        # The oldest first.
        self.entries = {
            one.header.key: one for one in sorted(entries, key=lambda one: (one.at, one.header.key))
        }
        self.expired, self.evicted = counts_of(counts)
        # How many entries point at each original.
        self._uses = Counter(one.header.reference for one in self.entries.values())
        self._held = set(self._uses)
        #: What went in this write: why, and the version that it had.
        self.gone: dict[str, tuple[Missing, int]] = {}
        self._expire()

    def ops(self) -> list[Op]:
        """What is to be written."""
        # An original goes with the last entry that points at it.
        for reference in sorted(self._held):
            if not self._uses[reference]:
                self._remove("originals", reference)
        return list(self._ops.values())

    def size(self) -> int:
        """Bytes of the originals, equal ones counted once."""
        return sum({one.header.reference: one.size for one in self.entries.values()}.values())

    def live_version(self, key: str) -> int:
        """The version of the entry under a key; 0 if there is none."""
        return self.entries[key].header.version if key in self.entries else 0

    def last_version(self, key: str, gone: Values | None) -> int:
        """The version that is, or was, under a key; ``gone`` is what the store said of its end."""
        if key in self.entries:
            return self.live_version(key)
        return self.gone[key][1] if key in self.gone else version_of(gone)

    def put(self, record: Record, at: int, expires: float | None) -> None:
        """Writes an entry; it is the newest from then on."""
        header = record.header
        key, reference = header.key, header.reference
        is_there = self._uses[reference] > 0
        if key in self.entries:
            self._uses[self.entries.pop(key).header.reference] -= 1
        document = Document(header, expires, at, len(record.original), len(record.view))
        self.entries[key] = document
        self._uses[reference] += 1
        self._write(
            "entries", key, self._documents.entry(self._namespace, document), self._minutes(expires)
        )
        self._remove("gone", key)
        if not is_there or self._forgets:
            self._write(
                "originals",
                reference,
                self._documents.original(self._namespace, reference, record.original),
                self._minutes_of_content(reference),
            )
        if header.view_reference == reference:
            self._remove("views", key)
            return
        view = self._documents.view(self._namespace, document, record.view)
        self._write("views", key, view, self._minutes(expires))
        self.remember_view(header.view_reference, reference, at)

    def remember_view(self, view_reference: str, reference: str, at: int) -> None:
        """Notes what a text with this hash is a view of."""
        origin = self._documents.origin(self._namespace, view_reference, reference, at)
        self._write("known", view_reference, origin)

    def drop(
        self,
        key: str,
        reason: Literal["deleted", "expired", "evicted"],
        version: int,
        when: float,
    ) -> None:
        """Removes an entry, and says why; writes with a lower version stay without effect."""
        self._uses[self.entries.pop(key).header.reference] -= 1
        self._remove("entries", key)
        self._remove("views", key)
        self.tombstone(key, Missing(reason, when), version)

    def tombstone(self, key: str, why: Missing, version: int) -> None:
        """Says why there is nothing under a key."""
        self.gone[key] = why, version
        values = {"reason": why.reason, "when": why.when, "version": version, "at": version}
        self._write("gone", key, values, _GONE_KEPT if self._forgets else None)

    def evict(self, limits: Limits) -> None:
        """Removes the oldest entries over the limits, but not the newest."""
        size = self.size()
        while len(self.entries) > 1 and (
            (limits.max_entries is not None and len(self.entries) > limits.max_entries)
            or (limits.max_bytes is not None and size > limits.max_bytes)
        ):
            key, oldest = next(iter(self.entries.items()))
            self.drop(key, "evicted", oldest.header.version, self._now)
            if not self._uses[oldest.header.reference]:
                size -= oldest.size
            self.evicted += 1
            self._count()

    def _expire(self) -> None:
        for key, one in list(self.entries.items()):
            if not one.is_live(self._now) and one.expires is not None:
                self.drop(key, "expired", one.header.version, one.expires)
                self.expired += 1
                self._count()

    def _count(self) -> None:
        self._write("state", "counts", {"expired": self.expired, "evicted": self.evicted})

    def _minutes_of_content(self, reference: str) -> float | None:
        """As long as the longest of the entries that point at it."""
        ends = [one.expires for one in self.entries.values() if one.header.reference == reference]
        finite = [end for end in ends if end is not None]
        return self._minutes(max(finite)) if len(finite) == len(ends) else None

    def _minutes(self, expires: float | None) -> float | None:
        if expires is None or not self._forgets:
            return None
        return max(0.0, expires - self._now) / 60 + _GRACE

    def _write(self, part: str, name: str, values: Values, minutes: float | None = None) -> None:
        place = place_of(self._namespace, part)
        key = name_of(name)
        self._ops[place, key] = PutOp(place, key, dict(values), index=False, ttl=minutes)

    def _remove(self, part: str, name: str) -> None:
        place = place_of(self._namespace, part)
        key = name_of(name)
        self._ops[place, key] = PutOp(place, key, None)


def version_of(values: Values | None) -> int:
    """The version in a document; 0 where there is none."""
    return 0 if values is None else cast("int", values["version"])


def counts_of(values: Values | None) -> tuple[int, int]:
    """How many entries have expired, and how many were evicted."""
    if values is None:
        return 0, 0
    return cast("int", values["expired"]), cast("int", values["evicted"])
