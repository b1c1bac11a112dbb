"""Which context the task callback works on.

A callback is given nothing but the output, so the context has to come from somewhere else: from
``use_context`` for the whole process, or from ``callback_context`` for one ``with`` block, which
wins. They are two functions, not one that can be used both ways: a call that only turns out to be a
block when it is entered would for a moment have chosen for every other thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, SharedContext
from headroom_crewai.ambient import callback_choice, observe_tasks
from headroom_crewai.events import announcing

__all__ = ["CallbackOptions", "Choice", "callback_context", "choose", "use_context"]


class CallbackOptions(HandoffOptions, total=False):
    """The options of ``use_context`` and its like, for functions that hand them on.

    ``use_context`` says what they mean.

    >>> from headroom import SharedContext
    >>> options: CallbackOptions = {"min_tokens": 500, "last_task": True}
    >>> with callback_context(SharedContext(), **options):
    ...     pass  # crew.kickoff()

    """

    last_task: bool


@dataclass(frozen=True)
class Choice:
    """A context and how to use it."""

    handoff: Handoff
    #: Whether an output that no later task reads is replaced too.
    last_task: bool = False


def choose(
    ctx: SharedContext, *, last_task: bool = False, **options: Unpack[HandoffOptions]
) -> Choice:
    """Checks the options once, where the program sets things up, and not in the run.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    """
    return Choice(announcing(Handoff(ctx, **options, tool=None)), last_task)


def use_context(
    ctx: SharedContext | None,
    **options: Unpack[CallbackOptions],
) -> None:
    """Chooses the context of ``task_callback`` for the whole process, on all threads.

    Args:
        ctx: Where originals go; ``None`` takes the choice back.
        options: ``query``, ``max_tokens``, ``fidelity``, ``min_tokens``, ``exclude`` and
            ``on_compress`` as in ``compressed_context``; without a ``query``, it is the
            descriptions of all the tasks that read the output. And ``last_task``: whether an output
            that no later task reads, such as the last one, is replaced too (if not given, it is
            not). It is then what the crew hands back.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> use_context(SharedContext(), min_tokens=500)
    >>> use_context(None)

    """
    if ctx is None:
        # Nothing is made of them, but a misspelt one is a mistake all the same.
        unknown = options.keys() - CallbackOptions.__optional_keys__
        if unknown:
            raise TypeError(f"there is no such option: {', '.join(sorted(unknown))}")
        callback_choice.set_for_process(None)
        return
    choice = choose(ctx, **options)
    observe_tasks()
    callback_choice.set_for_process(choice)


@contextmanager
def callback_context(
    ctx: SharedContext,
    **options: Unpack[CallbackOptions],
) -> Iterator[SharedContext]:
    """Chooses the context of ``task_callback`` for the crews that are kicked off in a block.

    It holds for the thread or asyncio task that enters the block, and for the threads that CrewAI
    starts from it; crews elsewhere keep theirs. The options are those of ``use_context``.

    Raises:
        TypeError: ``ctx`` is no context, there is no such option, or it has the wrong type.
        ValueError: An option makes no sense.

    >>> from headroom import SharedContext
    >>> with callback_context(SharedContext(), min_tokens=500) as ctx:
    ...     pass  # crew.kickoff()

    """
    choice = choose(ctx, **options)
    observe_tasks()
    with callback_choice.override(choice):
        yield ctx
