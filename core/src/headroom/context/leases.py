"""What a live run shows or owes, held in the store until the run ends."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import uuid
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from headroom.context.renewing import Renewing
from headroom.context.store_namespace import StoreNamespace, StoreSteps
from headroom.errors import StoreError
from headroom.forking import lock, on_fork

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Lease", "Leases"]

logger = logging.getLogger("headroom.context")

# A lease is renewed when so much of its time has passed: two attempts may fail before it ends.
_RENEWED_AFTER = 1 / 3

#: The leases that hold what is put or read here: each task and each thread has its own.
_active: ContextVar[tuple[Lease, ...]] = ContextVar("headroom_leases", default=())


class Lease:
    """Holds what a run shows or owes, so that neither limits nor time take it.

    Comes from ``SharedContext.lease``. In a ``with`` or ``async with`` block everything that is put
    into the context or read from it is held, in tasks that begin there as well; threads that do not
    take over the context variables say ``with lease.active():`` for that. The end of the block is
    the end of the lease.

    While the lease object lives, it is renewed in the background. Where the process dies, or the
    object is dropped, the lease ends by itself after its time.
    """

    def __init__(self, leases: Leases, holding: _Holding) -> None:
        self._leases = leases
        self._holding = holding
        self._process = os.getpid()
        self._released = False

    @property
    def holder(self) -> str:
        """Who holds the lease."""
        return self._holding.holder

    @property
    def seconds(self) -> float:
        """How long it lasts where it is not renewed."""
        return self._holding.seconds

    @property
    def released(self) -> bool:
        """Whether it has ended: nothing more is held by it."""
        return self._released

    def hold(self, *references: str) -> None:
        """Holds contents by their references (``ContextEntry.reference``), now or when they come.

        Raises:
            StoreError: The store failed and ``on_error`` is ``"raise"``.

        """
        self._leases.store.run(self.steps(*references))

    async def ahold(self, *references: str) -> None:
        """``hold``, without blocking the event loop."""
        await self._leases.store.run_async(self.steps(*references))

    def renew(self) -> None:
        """Makes it last for its time from now on. That happens by itself as long as it lives.

        Raises:
            StoreError: The store failed and ``on_error`` is ``"raise"``.

        """
        if not self._released:
            self._leases.store.run(self._leases.renew(self._holding))

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Holds what is put or read in a block, and goes on after it.

        >>> from headroom import SharedContext
        >>> ctx = SharedContext()
        >>> run = ctx.lease("run 7")
        >>> with run.active():
        ...     _ = ctx.put("plan", "Fly on Monday.")
        >>> ctx.stats().leased
        1
        >>> run.release()
        >>> ctx.stats().leased
        0

        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def release(self) -> None:
        """Ends the lease. Never raises: where the store fails, the lease ends by its time."""
        if self._ends():
            try:
                self._leases.store.run(self._leases.release(self._holding))
            except StoreError as error:
                self._say_late(error)

    async def arelease(self) -> None:
        """``release``, without blocking the event loop."""
        if self._ends():
            try:
                await self._leases.store.run_async(self._leases.release(self._holding))
            except StoreError as error:
                self._say_late(error)

    def __enter__(self) -> Self:
        self._enter()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        self.release()

    async def __aenter__(self) -> Self:
        self._enter()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leave()
        await self.arelease()

    def steps(self, *references: str) -> StoreSteps[bool]:
        """``hold`` as steps: whether all is held now."""
        if self._released:
            return True
        return (yield from self._leases.hold(self._holding, references))

    def belongs_to(self, leases: Leases) -> bool:
        """Whether this is a lease of that context."""
        return self._leases is leases

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.holder!r}, seconds={self.seconds:g})"

    def _enter(self) -> None:
        _active.set((*_active.get(), self))

    def _leave(self) -> None:
        # No token: a block may be left in another task than it was entered in.
        before = _active.get()
        if self in before:
            last = len(before) - 1 - before[::-1].index(self)
            _active.set(before[:last] + before[last + 1 :])

    def _ends(self) -> bool:
        """Whether the store is to be told."""
        if self._released:
            return False
        self._released = True
        is_last = self._leases.end(self._holding)
        # On the other side of a fork it is the parent's, unless the store was copied as well.
        return is_last and (self._process == os.getpid() or self._leases.store.is_copied)

    def _say_late(self, error: StoreError) -> None:
        logger.warning(
            "the lease of %r ends by itself in %g seconds: the store failed (%s)",
            self.holder, self.seconds, type(error).__name__,
        )  # fmt: skip


class _Holding:
    """What all leases of one holder in a context share. The lock of ``Leases`` guards it."""

    def __init__(self, holder: str, seconds: float) -> None:
        self.holder = holder
        self.seconds = seconds
        self.users = 0
        #: What the store was told to hold.
        self.references: set[str] = set()
        #: When it was renewed last; ``None`` before the first time.
        self.renewed: float | None = None
        self.failed = False
        #: Whether it was taken before a fork, in the parent of this process.
        self.is_inherited = False


class Leases:
    """The leases of a context.

    Args:
        store: Holds what they name.
        renewing: Renews them; contexts in several namespaces of a store share it.
        ends: Whether what the context puts may expire or be evicted at all.

    """

    def __init__(
        self, store: StoreNamespace, renewing: Renewing | None = None, *, ends: bool = True
    ) -> None:
        self.store = store
        self._ends = ends
        self._renewing = renewing or Renewing()
        self._lock = lock()
        on_fork(self._inherit)
        # Only the lease objects keep them: what was dropped is not renewed.
        self._holdings: weakref.WeakValueDictionary[str, _Holding] = weakref.WeakValueDictionary()
        self._closed = False
        # Those in other namespaces share it: there may be one for each thread or user.
        self._said_missing = threading.Event()

    def within(self, store: StoreNamespace) -> Leases:
        """Those of a context in another namespace of the store."""
        other = Leases(store, self._renewing, ends=self._ends)
        other._said_missing = self._said_missing
        return other

    def lease(self, holder: str | None, seconds: float) -> Lease:
        """A lease of a holder, or of one that nobody else has."""
        name = f"run-{uuid.uuid4().hex}" if holder is None else holder
        with self._lock:
            holding = self._holdings.get(name)
            if holding is None:
                holding = self._holdings[name] = _Holding(name, seconds)
            holding.seconds = max(holding.seconds, seconds)
            holding.users += 1
        return Lease(self, holding)

    def are_active(self) -> bool:
        """Whether any lease may be active here, one of another context included."""
        return bool(_active.get())

    def hold_for_active(self, reference: str) -> StoreSteps[bool | None]:
        """Holds a content for the leases that are active here.

        Returns:
            Whether any of them did not hold it before; ``None`` where the store failed.

        """
        is_new = False
        for lease in _active.get():
            if lease.belongs_to(self) and not lease.released:
                is_new |= reference not in lease._holding.references
                if not (yield from lease.steps(reference)):
                    return None
        return is_new

    def hold(self, holding: _Holding, references: tuple[str, ...]) -> StoreSteps[bool]:
        """Whether all is held now."""
        with self._lock:
            new = set(references) - holding.references
            last = holding.renewed
        age = None if last is None else time.monotonic() - last
        if not new and age is not None and age < _RENEWED_AFTER * holding.seconds:
            return True
        return (yield from self._tell(holding, new))

    def renew(self, holding: _Holding) -> StoreSteps[bool]:
        return (yield from self._tell(holding, set()))

    def release(self, holding: _Holding) -> StoreSteps[None]:
        if holding.renewed is not None and self.store.can_lease:
            yield from self.store.release(holding.holder)

    def end(self, holding: _Holding) -> bool:
        """Notes that one lease of a holder ended; whether it was the last."""
        with self._lock:
            holding.users -= 1
            if holding.users:
                return False
            if self._holdings.get(holding.holder) is holding:
                del self._holdings[holding.holder]
            return True

    def close(self) -> None:
        """Renews no more; what is held ends by its time."""
        self._closed = True
        self._renewing.look()

    # Inside

    def _tell(self, holding: _Holding, new: set[str]) -> StoreSteps[bool]:
        if not self.store.can_lease:
            self._say_missing()
            return True
        began = time.monotonic()
        holder, seconds = holding.holder, holding.seconds
        lived = yield from self.store.lease(holder, tuple(new), seconds)
        with self._lock:
            if lived is False and holding.is_inherited:
                # The parent has ended it: what is new is held, by this process alone.
                holding.references, holding.is_inherited = set(), False
            lost = holding.references - new if lived is False else set()
        if lost:
            # It had ended, while this process slept say. What is there still is held again.
            lived = yield from self.store.lease(holder, tuple(lost), seconds)
        if lived is None:
            return False
        with self._lock:
            holding.references |= new
            holding.renewed = began
        if not self._closed:
            self._renewing.keep(self, _RENEWED_AFTER * seconds)
        return True

    def _say_missing(self) -> None:
        if self._ends and not self._said_missing.is_set():
            self._said_missing.set()
            logger.warning(
                "%s has no leases: what a run shows may expire or be evicted; "
                "give the context ttl=None and max_entries=None for that",
                type(self.store.store).__name__,
            )

    def _inherit(self) -> None:
        """The child of a fork has lease objects of its own, which outlive the parent's, say."""
        renewed = []
        for holding in list(self._holdings.values()):
            holding.is_inherited = True
            if holding.renewed is not None:
                renewed.append(holding.seconds)
        if renewed and not self._closed:
            self._renewing.keep(self, _RENEWED_AFTER * min(renewed))

    def renew_due(self) -> float | None:
        """Renews what is to be renewed; seconds until the next time, ``None`` for never."""
        with self._lock:
            alive = [one for one in self._holdings.values() if one.renewed is not None]
        if not alive or self._closed:
            return None
        now = time.monotonic()
        for holding in alive:
            if now - (holding.renewed or 0) >= _RENEWED_AFTER * holding.seconds / 2:
                self._renew_one(holding)
        return min(holding.seconds for holding in alive) * _RENEWED_AFTER

    def _renew_one(self, holding: _Holding) -> None:
        try:
            self.store.run(self.renew(holding))
            holding.failed = False
        except Exception as error:
            if not holding.failed:
                logger.warning(
                    "the lease of %r could not be renewed (%s)",
                    holding.holder, type(error).__name__,
                )  # fmt: skip
            holding.failed = True
