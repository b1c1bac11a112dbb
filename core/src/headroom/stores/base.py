"""The store protocol: bytes and metadata under a key, within a namespace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

__all__ = [
    "AsyncLeasingStore",
    "AsyncStore",
    "Header",
    "LeasingStore",
    "Limits",
    "Missing",
    "Record",
    "Store",
    "Usage",
]


@dataclass(frozen=True)
class Header:
    """What is known of an entry without reading its payload."""

    key: str
    #: SHA-256 of the original, in hex: the same content has the same reference.
    reference: str
    #: SHA-256 of the view, in hex.
    view_reference: str
    #: From ``Store.next_version``: where two writes of a key meet, the higher one stays.
    version: int
    #: When it was put, in seconds since the epoch.
    created: float
    #: What the context wants back, as JSON values; the store does not look at it.
    meta: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """An entry: its header, its original and its view.

    >>> import hashlib
    >>> from headroom import Header, Limits, MemoryStore, Record
    >>> store, content = MemoryStore(), b"Fly on Monday."
    >>> reference = hashlib.sha256(content).hexdigest()
    >>> header = Header("plan", reference, reference, store.next_version("trip"), created=0.0)
    >>> store.put("trip", Record(header, content, content), ttl=60, limits=Limits(max_entries=9))
    True
    >>> store.get("trip", "plan").original
    b'Fly on Monday.'

    """

    header: Header
    #: May be empty where a reader asked for the view alone.
    original: bytes
    view: bytes


@dataclass(frozen=True)
class Missing:
    """Why there is nothing under a key."""

    reason: Literal["absent", "deleted", "expired", "evicted"]
    #: When it went, in seconds since the epoch; ``None`` if it was never there.
    when: float | None = None


@dataclass(frozen=True)
class Limits:
    """How much a namespace may hold; ``None`` is without limit."""

    max_entries: int | None = None
    #: Bytes of originals, equal ones counted once.
    max_bytes: int | None = None


@dataclass(frozen=True)
class Usage:
    """How much a namespace holds, and what has gone from it."""

    entries: int
    #: Bytes of originals, equal ones counted once.
    bytes: int
    #: How many entries have expired, as far back as the store remembers.
    expired: int
    #: How many entries were evicted, as far back as the store remembers.
    evicted: int
    #: How many of the entries a lease holds.
    leased: int = 0
    #: How many writes went over the limits, because leases hold all that might have been evicted;
    #: as far back as the store remembers.
    over_limits: int = 0


@runtime_checkable
class Store(Protocol):
    """Keeps entries, apart by namespace. Safe to use from several threads at once.

    ``headroom_testing.StoreContract`` tests all of what is said here. A store that can be awaited
    without a thread also has a method ``asynchronous()``: it is called within a running event loop
    and returns the ``AsyncStore`` over the same entries. A store that would wait for ever in some
    threads, such as that of an event loop which it needs, also has a method ``check_thread()``: it
    is called in the thread of whoever calls, and raises ``StoreError`` there; the call itself may
    be made in another thread, so that it can be given up.

    A store that is far away also has a method ``put_now()``, so that a put asks it once: it gives a
    version and writes in one::

        def put_now(
            self, namespace: str, record: Record, *, began: float, ttl: float | None,
            limits: Limits, expected: int | None = None,
        ) -> int | Literal["view"]: ...

    It does what ``next_version`` would have, had that been called when the put began (``began``, by
    ``time.monotonic()``), and then ``put``; whatever version the record has is of no importance. It
    answers the version, or 0 where ``put`` answers ``False``; or ``"view"``, and writes nothing,
    where the record has a view of its own and its content is itself known as a view (see
    ``view_origin``). So has what ``asynchronous()`` returns.

    Each method raises ``StoreError`` where the store cannot do what it is asked to, and
    ``IntegrityError`` where what it finds is not what was put.
    """

    def next_version(self, namespace: str) -> int:
        """A number higher than any given out before for this namespace."""

    def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        """Writes an entry, whole or not at all, and evicts the oldest others over the limits.

        The entry is the newest from then on, also where it takes the place of another, and it is
        never evicted by its own write. Overwriting evicts nothing for the sake of ``max_entries``.

        Args:
            namespace: Where it belongs.
            record: The entry.
            ttl: Seconds that it lives, never less; ``None`` is for ever.
            limits: What the namespace may hold.
            expected: The version that the live entry under the key must have for the write to
                happen, 0 for none at all; ``None`` is any.

        Returns:
            ``False`` if the key holds, or held until it was deleted, expired or evicted, a
            version higher than the record's, or holds another one than ``expected``; nothing has
            changed then.

        """

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        """The entry under a key, or why there is none.

        Args:
            namespace: Where to look.
            key: The key of the entry.
            with_original: ``False`` where the reader has no use for the original, so that a store
                that would have to fetch it need not.

        """

    def find(self, namespace: str, reference: str) -> Record | None:
        """An entry with this content, the newest; ``None`` where no live entry has it."""

    def delete(self, namespace: str, key: str) -> bool:
        """Removes an entry; ``False`` if there was none. Older writes under way stay without
        effect.
        """

    def clear(self, namespace: str) -> int:
        """Removes all of a namespace, and says how many entries it held."""

    def headers(self, namespace: str) -> list[Header]:
        """All live entries, the oldest first."""

    def usage(self, namespace: str) -> Usage:
        """How much the namespace holds."""

    def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        """Notes that a text with this hash is a view of the content with that reference."""

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        """The reference of the content that a text is a view of; ``None`` if it is none.

        Views that ``put`` wrote are known too, for longer than their entries: a view may go round
        after its entry has expired.
        """

    def watch(self, namespace: str, key: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Calls ``wake``, from any thread, soon after each write of a key; the result ends that.

        It is called when the write can be read, and for no write of another key. A store may call
        it more than once for a write, and may miss writes (those of another process, those during
        an outage): whoever waits looks now and again all the same. ``wake`` returns at once,
        raises nothing and asks the store for nothing, which the write may hold locked still.
        """

    def close(self) -> None:
        """Releases what the store holds. Closing twice does nothing.

        Every other operation raises ``StoreError`` from then on, but where the store belongs to
        somebody else, whose it is to close.
        """


@runtime_checkable
class LeasingStore(Store, Protocol):
    """A store that can hold what somebody still needs. Those in this package and Redis's are.

    A lease is held by a named holder, a run say, and names contents by their references. Neither
    the limits of a put nor a time to live takes an entry whose content a living lease names; nor
    is such a content lost where its key is overwritten: ``find`` has it as long as the lease lives.
    ``delete`` and ``clear`` take it all the same, for they are what somebody wants; the lease goes
    on, and holds the content when it is put again.

    What a lease held counts as if it never had been held when the lease ends: what is over its
    time expires then, and what is the oldest is the first to be evicted by a later put.
    """

    def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        """Holds contents for a while, those that are put later as well.

        They are held beside what the holder holds already, and all of it until ``seconds`` from
        now, or longer where that was promised before. No reference only renews the lease.

        Args:
            namespace: Where the contents are.
            holder: Who needs them; whoever gives the same name shares the lease.
            references: What is to be held.
            seconds: How long, by the clock of the store.

        Returns:
            Whether the holder had a lease that was alive. If not, the contents that it held before,
            if any, are not held any more.

        """

    def release(self, namespace: str, holder: str) -> None:
        """Ends the lease of a holder; does nothing where there is none."""


class AsyncStore(Protocol):
    """The operations of a ``Store``, to be awaited; each does what its namesake there does."""

    async def next_version(self, namespace: str) -> int:
        """See ``Store.next_version``."""

    async def put(
        self,
        namespace: str,
        record: Record,
        *,
        ttl: float | None,
        limits: Limits,
        expected: int | None = None,
    ) -> bool:
        """See ``Store.put``."""

    async def get(
        self, namespace: str, key: str, *, with_original: bool = True
    ) -> Record | Missing:
        """See ``Store.get``."""

    async def find(self, namespace: str, reference: str) -> Record | None:
        """See ``Store.find``."""

    async def delete(self, namespace: str, key: str) -> bool:
        """See ``Store.delete``."""

    async def clear(self, namespace: str) -> int:
        """See ``Store.clear``."""

    async def headers(self, namespace: str) -> list[Header]:
        """See ``Store.headers``."""

    async def usage(self, namespace: str) -> Usage:
        """See ``Store.usage``."""

    async def remember_view(self, namespace: str, view_reference: str, reference: str) -> None:
        """See ``Store.remember_view``."""

    async def view_origin(self, namespace: str, view_reference: str) -> str | None:
        """See ``Store.view_origin``."""


class AsyncLeasingStore(AsyncStore, Protocol):
    """The operations of a ``LeasingStore``, to be awaited."""

    async def lease(
        self, namespace: str, holder: str, references: Collection[str], *, seconds: float
    ) -> bool:
        """See ``LeasingStore.lease``."""

    async def release(self, namespace: str, holder: str) -> None:
        """See ``LeasingStore.release``."""
