"""What a handoff saved, as an event on CrewAI's bus, beside those of CrewAI itself."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Literal

from crewai.events import crewai_event_bus
from crewai.events.base_events import BaseEvent

from headroom import Decision, Handoff, SharedContext

__all__ = ["HandoffEvent", "announcing"]

logger = logging.getLogger("headroom.crewai")


class HandoffEvent(BaseEvent):
    """A payload was handed on, or kept; emitted once for each decision, by the context.

    It says what ``Decision`` says, but for the text: an event is written to checkpoints, and
    payloads do not belong there. Listeners run on threads of CrewAI's, and may lag behind the run.

    >>> from crewai.events import crewai_event_bus
    >>> with crewai_event_bus.scoped_handlers():
    ...     @crewai_event_bus.on(HandoffEvent)
    ...     def note(ctx, event):
    ...         print(f"{event.source} to {event.reader}: {event.tokens} as {event.sent_tokens}")

    """

    type: Literal["headroom_handoff"] = "headroom_handoff"
    #: Who made the payload: the name of a task, tool or input, or the role of an agent.
    source: str = ""
    #: Who reads it.
    reader: str = ""
    is_view: bool = False
    #: In words, with the figures.
    reason: str = ""
    #: Tokens of the payload; 0 where they were not counted.
    tokens: int = 0
    #: Tokens of what the reader gets.
    sent_tokens: int = 0
    #: Tokens of the tool's schema, where the tool was given for this.
    tool_tokens: int = 0
    #: Tokens saved over all calls that are expected to carry it, net of the tool.
    saved: int = 0
    #: The key of the original; ``None`` where nothing was stored.
    key: str | None = None
    #: Whether something failed, and the payload goes on for that reason.
    failed: bool = False


def announcing(handoff: Handoff) -> Handoff:
    """The same handoff, which also puts each of its decisions on CrewAI's bus."""
    told = handoff.on_handoff

    def announce(decision: Decision) -> None:
        _emit(handoff.ctx, decision)
        if told is not None:
            told(decision)

    return replace(handoff, on_handoff=announce)


def _emit(ctx: SharedContext, decision: Decision) -> None:
    try:
        event = HandoffEvent(
            source=decision.source,
            reader=decision.reader,
            is_view=decision.is_view,
            reason=decision.reason,
            tokens=decision.tokens,
            sent_tokens=decision.sent_tokens,
            tool_tokens=decision.tool_tokens,
            saved=decision.saved,
            key=decision.key,
            failed=decision.failed,
        )
        crewai_event_bus.emit(ctx, event)
    except Exception as error:
        logger.warning("an event of a handoff is not told: %s", type(error).__name__)
