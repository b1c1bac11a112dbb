"""What an agent outside of a crew is told: the calls of its tools do not say it."""

from __future__ import annotations

from contextvars import ContextVar

from crewai.hooks.contexts import ExecutionStartContext

__all__ = ["note_request", "request_here"]

_request: ContextVar[str | None] = ContextVar("headroom_crewai_request", default=None)


def note_request(start: ExecutionStartContext) -> None:
    """Keeps the last message of the user, for the tools that are called from here."""
    # An agent is run by a flow of CrewAI's own, which holds its messages.
    messages = getattr(getattr(start.flow, "state", None), "messages", None)
    if not isinstance(messages, list):
        return
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            _request.set(content if isinstance(content, str) else None)
            return


def request_here() -> str | None:
    """What the agent was told that calls a tool here."""
    return _request.get()
