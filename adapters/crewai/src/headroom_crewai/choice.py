"""Which context the task callback works on.

A callback is given nothing but the output, so the context has to come from somewhere else: from
``use_context`` for the whole process, or from ``callback_context`` for one ``with`` block, which
wins. They are two functions, not one that can be used both ways: a call that only turns out to be a
block when it is entered would for a moment have chosen for every other thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from headroom import ContextEntry, Fidelity, Handoff, SharedContext
from headroom_crewai.ambient import callback_choice, observe_tasks

__all__ = ["Choice", "callback_context", "choose", "use_context"]


@dataclass(frozen=True)
class Choice:
    """A context and how to use it."""

    handoff: Handoff
    #: Whether an output that no later task reads is replaced too.
    last_task: bool = False


def choose(
    ctx: SharedContext,
    *,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity | None,
    min_tokens: int,
    exclude: Collection[str],
    on_compress: Callable[[ContextEntry], object] | None,
    last_task: bool = False,
) -> Choice:
    """Checks the options once, where the program sets things up, and not in the run.

    Raises:
        TypeError: ``ctx`` is no context, or an option has the wrong type.
        ValueError: An option makes no sense.

    """
    if not isinstance(ctx, SharedContext):
        raise TypeError(f"ctx must be a SharedContext, not {type(ctx).__name__}")
    handoff = Handoff(
        ctx,
        query=query,
        max_tokens=max_tokens,
        fidelity=fidelity,
        min_tokens=min_tokens,
        exclude=exclude,
        on_compress=on_compress,
    )
    return Choice(handoff, last_task)


def use_context(
    ctx: SharedContext | None,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
    last_task: bool = False,
) -> None:
    """Chooses the context of ``task_callback`` for the whole process, on all threads.

    Args:
        ctx: Where originals go; ``None`` takes the choice back.
        query: What the next agents want to know; otherwise the descriptions of the tasks that read
            the output.
        max_tokens: The most tokens of a view.
        fidelity: How much a view may leave out, instead of the context's.
        min_tokens: Outputs with fewer tokens stay as they are.
        exclude: Names of tasks, or roles of agents, whose outputs stay as they are.
        on_compress: Called with the entry of each output that was replaced.
        last_task: Whether an output that no later task reads, such as the last one, is replaced
            too. It is then what the crew hands back.

    Raises:
        TypeError: An option has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> use_context(SharedContext(), min_tokens=500)
    >>> use_context(None)

    """
    if ctx is None:
        callback_choice.set_for_process(None)
        return
    choice = choose(
        ctx, query=query, max_tokens=max_tokens, fidelity=fidelity, min_tokens=min_tokens,
        exclude=exclude, on_compress=on_compress, last_task=last_task,
    )  # fmt: skip
    observe_tasks()
    callback_choice.set_for_process(choice)


@contextmanager
def callback_context(
    ctx: SharedContext,
    *,
    query: str | None = None,
    max_tokens: int | None = None,
    fidelity: Fidelity | None = None,
    min_tokens: int = 200,
    exclude: Collection[str] = (),
    on_compress: Callable[[ContextEntry], object] | None = None,
    last_task: bool = False,
) -> Iterator[SharedContext]:
    """Chooses the context of ``task_callback`` for the crews that are kicked off in a block.

    It holds for the thread or asyncio task that enters the block, and for the threads that CrewAI
    starts from it; crews elsewhere keep theirs. The options are those of ``use_context``.

    Raises:
        TypeError: ``ctx`` is no context, or an option has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> with callback_context(SharedContext(), min_tokens=500) as ctx:
    ...     pass  # crew.kickoff()

    """
    choice = choose(
        ctx, query=query, max_tokens=max_tokens, fidelity=fidelity, min_tokens=min_tokens,
        exclude=exclude, on_compress=on_compress, last_task=last_task,
    )  # fmt: skip
    observe_tasks()
    with callback_choice.override(choice):
        yield ctx
