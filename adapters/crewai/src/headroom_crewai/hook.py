"""The hook road: what a task is given is compressed, what the crew made stays original."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from crewai import Task
from crewai.hooks import InterceptionPoint, register_hook, unregister_hook
from crewai.hooks.contexts import StepContext
from crewai.hooks.dispatch import get_scoped_hooks, scoped_hooks

from headroom import ContextEntry, Fidelity, Handoff, SharedContext
from headroom_crewai.choice import choose
from headroom_crewai.retrieve import TOOL_NAME, has_tool
from headroom_crewai.tasks import Part, crew_of, join, parts_of

__all__ = ["compressed_context", "install", "uninstall"]

logger = logging.getLogger("headroom.crewai")


class _Hook:
    """A PRE_STEP hook that replaces the context of a task by views of its parts."""

    def __init__(self, handoff: Handoff) -> None:
        self._handoff = handoff

    def __call__(self, step: StepContext) -> str | None:
        # Of several hooks of ours that a task meets, the innermost acts alone: one after the other
        # would compress views.
        inner = _innermost.get()
        if step.kind != "task" or (inner is not None and inner is not self):
            return None
        payload, task = step.payload, step.task
        if not isinstance(payload, str) or not payload or not isinstance(task, Task):
            return None
        try:
            return self._views(payload, task, step.agent)
        except Exception as error:
            # Not the error's message: it may quote the payload.
            logger.warning("a context is handed on as it is: %s", type(error).__name__)
            return None

    def _views(self, payload: str, task: Task, agent: object) -> str:
        tool = TOOL_NAME if has_tool(task, agent, self._handoff.ctx) else None
        handoff = replace(self._handoff, tool=tool)
        parts = parts_of(payload, task, crew_of(agent))
        if parts is None:
            if handoff.exclude:
                # Whether it holds an excluded output cannot be told.
                return payload
            parts = [Part(payload)]
        return join(
            [
                part.text
                if part.is_one_of(handoff.exclude)
                else handoff.view(
                    part.text,
                    source=part.source,
                    agent=part.agent,
                    query=handoff.query or task.description,
                )
                for part in parts
            ]
        )


_innermost: ContextVar[_Hook | None] = ContextVar("headroom_crewai_hook", default=None)
_lock = threading.Lock()
_installed: _Hook | None = None


@contextmanager
def compressed_context(
    ctx: SharedContext,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
) -> Iterator[SharedContext]:
    """Compresses what tasks are given, for the crews that are kicked off in a block.

    The output of each earlier task is compressed by itself, for the task that reads it. The next
    model sees the views; ``tasks_output``, the final output, output files and conditions keep the
    originals. It holds for the thread or asyncio task that enters the block, and for the threads
    that CrewAI starts from it; crews elsewhere are not touched.

    Args:
        ctx: Where originals go.
        query: What the next agent wants to know; otherwise the description of its task.
        max_tokens: The most tokens of each view.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Outputs with fewer tokens stay as they are.
        exclude: Names of tasks, or roles of agents, whose outputs stay as they are.
        on_compress: Called with the entry of each output that was replaced.

    Raises:
        TypeError: ``ctx`` is no context, or an option has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> with compressed_context(SharedContext(ttl=1800)) as ctx:
    ...     pass  # result = crew.kickoff()

    """
    choice = choose(
        ctx, query=query, max_tokens=max_tokens, fidelity=fidelity, min_tokens=min_tokens,
        exclude=exclude, on_compress=on_compress,
    )  # fmt: skip
    hook = _Hook(choice.handoff)
    # A new scope hides the one around it, so it takes that one's hooks over.
    hooks = {point: get_scoped_hooks(point) for point in InterceptionPoint}
    hooks[InterceptionPoint.PRE_STEP].append(hook)
    token = _innermost.set(hook)
    try:
        with scoped_hooks(hooks):
            yield ctx
    finally:
        _innermost.reset(token)


def install(
    ctx: SharedContext,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
) -> None:
    """Compresses what tasks are given, for all crews of this process, on all threads.

    A second call takes the place of the first; a ``compressed_context`` block goes before it. The
    options are those of ``compressed_context``.

    Raises:
        TypeError: ``ctx`` is no context, or an option has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> install(SharedContext(ttl=1800))
    >>> uninstall()

    """
    global _installed
    choice = choose(
        ctx, query=query, max_tokens=max_tokens, fidelity=fidelity, min_tokens=min_tokens,
        exclude=exclude, on_compress=on_compress,
    )  # fmt: skip
    hook = _Hook(choice.handoff)
    with _lock:
        if _installed is not None:
            unregister_hook(InterceptionPoint.PRE_STEP, _installed)
        register_hook(InterceptionPoint.PRE_STEP, hook)
        _installed = hook


def uninstall() -> None:
    """Takes ``install`` back; without one it does nothing."""
    global _installed
    with _lock:
        if _installed is not None:
            unregister_hook(InterceptionPoint.PRE_STEP, _installed)
            _installed = None
