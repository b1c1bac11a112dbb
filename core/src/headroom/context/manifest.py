"""What an agent should know is in a context: a line for each entry."""

from __future__ import annotations

import time
from collections.abc import Sequence

from headroom.context.names import named
from headroom.context.records import kind_of, number_of, text_of
from headroom.stores import Header
from headroom.tokens import TokenCounter

__all__ = ["manifest"]

# Characters of an agent's name.
_AGENT_CHARS = 40


def manifest(headers: Sequence[Header], max_tokens: int, counter: TokenCounter) -> str:
    """A line for each entry, the newest first, as many as fit."""
    now = time.time()
    lines = [_line(header, now) for header in reversed(headers)]

    def text(count: int) -> str:
        shown, rest = lines[:count], len(lines) - count
        if rest:
            shown = [*shown, f"[{rest} older entries left out here]"]
        return "\n".join(shown)

    def fits(count: int) -> bool:
        return counter.count(text(count)) <= max_tokens

    low, high = 0, len(lines) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return text(low) if fits(low) else ""


def _line(header: Header, now: float) -> str:
    agent = text_of(header, "agent") or ""
    if len(agent) > _AGENT_CHARS:
        agent = f"{agent[: _AGENT_CHARS - 1]}\u2026"
    about = [
        kind_of(header),
        f"{number_of(header, 'original_tokens')} tokens",
        *([f"by {named(agent)}"] if agent else []),
        f"{_age(now - header.created)} ago",
    ]
    gist = text_of(header, "gist")
    return f"{named(header.key)} ({', '.join(about)})" + (f": {gist}" if gist else "")


def _age(seconds: float) -> str:
    for name, length in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{max(0.0, seconds):.0f} s"
