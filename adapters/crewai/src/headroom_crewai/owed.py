"""Leases of the callback road: what a crew is to get back for its views stays in the store."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary, ref

from crewai import Crew
from crewai.hooks.contexts import ExecutionStartContext

from headroom import Lease, SharedContext

__all__ = ["lease_of", "let_go"]

_Leases = WeakKeyDictionary[SharedContext, Lease]

_lock = threading.Lock()
# By the number of the crew: crews may be equal, and have no hash.
_owed: dict[int, tuple[ref[Crew], _Leases]] = {}


def lease_of(crew: Crew, ctx: SharedContext) -> Lease:
    """The lease of a crew in a context.

    Whoever puts originals back may do so after the kickoff, so it lasts until the next one begins.
    Where the crew is dropped, it is no longer renewed, and ends by its time.
    """
    own = id(crew)

    def gone(of: ref[Crew]) -> None:
        # Without the lock: this may come in the middle of anything. Another may have the number.
        found = _owed.get(own)
        if found is not None and found[0] is of:
            _owed.pop(own, None)

    with _lock:
        found = _owed.get(own)
        if found is None or found[0]() is not crew:
            found = _owed[own] = ref(crew, gone), _Leases()
        leases = found[1]
        if ctx not in leases:
            leases[ctx] = ctx.lease()
        return leases[ctx]


def let_go(start: ExecutionStartContext) -> None:
    """A hook: a kickoff begins, and nothing is owed for the one before."""
    if not isinstance(start.crew, Crew):
        return
    with _lock:
        found = _owed.pop(id(start.crew), None)
    if found is not None and found[0]() is start.crew:
        for lease in found[1].values():
            lease.release()
