"""Whether what several threads saw can be explained by one operation after the other.

The search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993), which remembers
where it has been, as Lowe does ("Testing for Linearizability", 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Operation", "is_linearizable"]


@dataclass(frozen=True)
class Operation:
    """What was asked of a key, what came back, and when both were."""

    name: Literal["next_version", "put", "get", "delete"]
    began: float
    ended: float
    #: A version (0 where ``get`` found nothing), or whether ``put`` or ``delete`` did something.
    result: int
    #: Of ``put``: the record's version, and the version that it expects.
    version: int = 0
    expected: int | None = None


# The live version (0 for none), the lowest version that a put may have, the highest given out.
_State = tuple[int, float, int]


def is_linearizable(history: Sequence[Operation]) -> bool:
    """Whether some order, within the times of the operations, gives each its result."""
    everything = (1 << len(history)) - 1
    start: tuple[int, _State] = (0, (0, 0.0, 0))
    seen, waiting = {start}, [start]
    while waiting:
        done, state = waiting.pop()
        if done == everything:
            return True
        left = [number for number in range(len(history)) if not done >> number & 1]
        first_end = min(history[number].ended for number in left)
        for number in left:
            operation = history[number]
            # One that began after another had ended cannot come before it.
            if operation.began <= first_end:
                after = _apply(operation, state)
                step = (done | 1 << number, after) if after is not None else None
                if step is not None and step not in seen:
                    seen.add(step)
                    waiting.append(step)
    return False


def _apply(operation: Operation, state: _State) -> _State | None:
    """The state after an operation; ``None`` if its result is impossible in this one."""
    live, floor, issued = state
    if operation.name == "get":
        return state if operation.result == live else None
    if operation.name == "next_version":
        return (live, floor, operation.result) if operation.result > issued else None
    if operation.name == "delete":
        # Higher than the versions given out before, lower than those to come.
        return (0, issued + 0.5, issued) if operation.result == (live != 0) else None
    accepts = operation.version >= floor and operation.expected in (None, live)
    if operation.result != accepts:
        return None
    return (operation.version, float(operation.version), issued) if accepts else state
