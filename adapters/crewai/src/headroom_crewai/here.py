"""Which context views come from at this place, for a tool that has lost its own.

CrewAI writes tools to checkpoints, and a context cannot go there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import ContextVar

from headroom import SharedContext
from headroom_crewai.block import setting
from headroom_crewai.choice import chosen

__all__ = ["context_here", "hooked_for_block", "hooked_for_process"]

_for_process: SharedContext | None = None
_for_block: ContextVar[SharedContext | None] = ContextVar("headroom_crewai_here", default=None)


def hooked_for_process(ctx: SharedContext | None) -> None:
    """Says whose hooks act in the whole process."""
    global _for_process
    _for_process = ctx


def hooked_for_block(ctx: SharedContext) -> AbstractContextManager[None]:
    """Says whose hooks act in a block."""
    return setting(_for_block, ctx)


def context_here() -> SharedContext | None:
    """The context of the hooks that act here, or else that of the task callback."""
    # Not by their truth: an empty context is false.
    for ctx in (_for_block.get(), _for_process):
        if ctx is not None:
            return ctx
    choice = chosen()
    return None if choice is None else choice.handoff.ctx
