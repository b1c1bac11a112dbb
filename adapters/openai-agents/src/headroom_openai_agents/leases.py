"""What a run shows stays in the store while the run goes on, whatever limits and times say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from headroom import Lease, SharedContext

__all__ = ["held_for_run"]

# The last lease of each task: it is renewed as long as that lives. The SDK runs the turns of a run
# in one task, and says to no filter when that ends.
_of_tasks: WeakKeyDictionary[asyncio.Task[Any], Lease] = WeakKeyDictionary()


@contextmanager
def held_for_run(ctx: SharedContext, conversation: str | None) -> Iterator[None]:
    """Lets nothing that a block puts be evicted or expire while the run goes on.

    What is held ends by its time, some minutes after the last call for the conversation, or after
    the end of the task that made it.

    Args:
        ctx: Where the block puts it.
        conversation: How the conversation begins: the same in all turns, and where a run is taken
            up again in another process.

    """
    lease = ctx.lease(None if conversation is None else f"openai-agents {conversation}")
    task = asyncio.current_task()
    if task is not None:
        _of_tasks[task] = lease
    with lease.active():
        yield
