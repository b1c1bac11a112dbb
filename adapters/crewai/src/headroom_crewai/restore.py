"""Putting originals back where the callback road left views, once the crew has finished."""

from __future__ import annotations

import logging
from typing import TypeVar

from crewai.crews.crew_output import CrewOutput
from crewai.tasks.task_output import TaskOutput

from headroom import SharedContext
from headroom_crewai.ambient import callback_choice
from headroom_crewai.held import HeldView
from headroom_crewai.owed import original_owed

__all__ = ["restore_output"]

logger = logging.getLogger("headroom.crewai")

Output = TypeVar("Output", CrewOutput, TaskOutput)


def restore_output(result: Output, *, ctx: SharedContext | None = None) -> Output:
    """Puts originals back into an output: of a crew ``raw`` and each task's, of a task its ``raw``.

    For ``Crew(after_kickoff_callbacks=[restore_output])``, or by hand around a kickoff. An output
    that ``task_callback`` replaced in this process holds its original, also in copies and pickles;
    of others, such as those of a replay in another process, the store has to have it: views whose
    original is nowhere stay, with a warning. It never raises.

    Args:
        result: What a crew or a task made; changed in place.
        ctx: Where the originals are; otherwise the context that ``task_callback`` works on.

    Returns:
        ``result``.

    >>> from crewai.tasks.task_output import TaskOutput
    >>> from headroom import SharedContext
    >>> from headroom_crewai import make_task_callback
    >>> ctx = SharedContext()
    >>> rows = str([{"id": n, "status": "ok"} for n in range(99)]).replace("'", '"')
    >>> output = TaskOutput(description="List the rows", agent="searcher", raw=rows)
    >>> make_task_callback(ctx)(output)
    >>> restore_output(output, ctx=ctx).raw == rows
    True

    """
    choice = callback_choice.get()
    if ctx is None and choice is not None:
        ctx = choice.handoff.ctx
    outputs: list[CrewOutput | TaskOutput] = []
    if isinstance(result, (CrewOutput, TaskOutput)):
        outputs.append(result)
    if isinstance(result, CrewOutput):
        outputs += result.tasks_output
    held = {str(each.raw): each.raw.original for each in outputs if isinstance(each.raw, HeldView)}
    troubles: list[str] = []
    for output in outputs:
        if isinstance(output.raw, HeldView):
            output.raw = output.raw.original
        elif output.raw in held:
            # CrewAI has copied the text of the last one.
            output.raw = held[output.raw]
        elif ctx is not None:
            output.raw = original_owed(ctx, output.raw) or _original(output.raw, ctx, troubles)
        elif not held:
            troubles.append(
                "restore_output has no context: call use_context(ctx) before the kickoff"
            )
    # Each once: the store fails for all outputs alike.
    for trouble in dict.fromkeys(troubles):
        logger.warning("%s", trouble)
    return result


def _original(text: str, ctx: SharedContext, troubles: list[str]) -> str:
    try:
        if not text or not ctx.is_view(text):
            return text
        original = ctx.original_of(text)
    except Exception as error:
        # Not the error's message: it may quote the payload.
        troubles.append(f"an output stays as it is: {type(error).__name__}")
        return text
    if original is None:
        troubles.append("an output stays a view: its original is no longer stored")
        return text
    return original
