"""What the callback road owes a crew: the originals of its views, here and in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from weakref import WeakKeyDictionary, ref

from crewai import Crew
from crewai.hooks.contexts import ExecutionStartContext

from headroom import Lease, SharedContext
from headroom.forking import lock

__all__ = ["lease_of", "let_go", "original_owed", "owe"]


@dataclass(frozen=True, eq=False)
class _Debt:
    """What one crew is owed."""

    crew: ref[Crew]
    leases: WeakKeyDictionary[SharedContext, Lease] = field(default_factory=WeakKeyDictionary)
    #: Views and their originals, by their context, whose namespace is a wall.
    views: WeakKeyDictionary[SharedContext, set[tuple[str, str]]] = field(
        default_factory=WeakKeyDictionary
    )


_lock = lock()
# By the number of the crew: crews may be equal, and have no hash.
_owed: dict[int, _Debt] = {}


def lease_of(crew: Crew, ctx: SharedContext) -> Lease:
    """The lease of a crew in a context.

    Whoever puts originals back may do so after the kickoff, so it lasts until the next one begins.
    Where the crew is dropped, it is no longer renewed, and ends by its time.
    """
    with _lock:
        leases = _debt(crew).leases
        if ctx not in leases:
            leases[ctx] = ctx.lease()
        return leases[ctx]


def owe(crew: Crew, ctx: SharedContext, view: str, original: str) -> None:
    """Keeps an original for as long as the lease: a replay reads views from a file of CrewAI's."""
    with _lock:
        _debt(crew).views.setdefault(ctx, set()).add((view, original))


def original_owed(ctx: SharedContext, view: str) -> str | None:
    """The original of a view that a crew is owed; ``None`` where it is not certain which."""
    with _lock:
        owed = set(chain.from_iterable(each.views.get(ctx, ()) for each in _owed.values()))
    found = {original for text, original in owed if text == view}
    return found.pop() if len(found) == 1 else None


def _debt(crew: Crew) -> _Debt:
    own = id(crew)

    def gone(of: ref[Crew]) -> None:
        # Without the lock: this may come in the middle of anything. Another may have the number.
        found = _owed.get(own)
        if found is not None and found.crew is of:
            _owed.pop(own, None)

    found = _owed.get(own)
    if found is None or found.crew() is not crew:
        found = _owed[own] = _Debt(ref(crew, gone))
    return found


def let_go(start: ExecutionStartContext) -> None:
    """A hook: a kickoff begins, and nothing is owed for the one before."""
    if not isinstance(start.crew, Crew):
        return
    with _lock:
        found = _owed.pop(id(start.crew), None)
    if found is not None and found.crew() is start.crew:
        for lease in found.leases.values():
            lease.release()
