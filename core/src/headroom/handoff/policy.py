"""The policy: whether a payload is replaced by a view, for whom, and why. All of it is pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom.context import Decision, Payload, Reader
from headroom.view import CompressResult, Fidelity

__all__ = [
    "WHOLE_PROSE_TOKENS",
    "Candidate",
    "Decision",
    "Payload",
    "Reader",
    "can_look_up",
    "choose",
    "tool_cost",
    "why_kept",
    "why_whole",
]

#: Prose with fewer tokens stays whole, unless ``max_tokens`` says otherwise. Chosen, not measured:
#: some four pages. Whoever reads prose needs all of it more often than a part, to improve a draft
#: or to sum it up, and there is little to save.
WHOLE_PROSE_TOKENS = 3000

_PROSE = "text"


@dataclass(frozen=True)
class Candidate:
    """A payload, and the view that might take its place."""

    payload: Payload
    #: What the view is made of: the payload's text, or the same in another notation.
    text: str
    #: Tokens of the payload.
    tokens: int
    key: str
    query: str | None
    fidelity: Fidelity | None
    #: The most tokens that the view may have.
    max_tokens: int | None
    #: The tool that the view names where it leaves something out.
    tool: str | None
    result: CompressResult

    @property
    def saves(self) -> int:
        """Tokens that the view has less than the payload."""
        return self.tokens - self.result.tokens_after if self.result.transforms else 0

    @property
    def needs_tool(self) -> bool:
        """Whether it leaves something out."""
        return bool(self.result.omissions)


def why_whole(candidate: Candidate) -> str | None:
    """Why this payload stays whole whatever the tool costs; ``None`` where it may become a view."""
    result = candidate.result
    before = f"kept: {candidate.tokens:,} tokens"
    if result.failure is not None and not result.transforms:
        return f"{before}, no view could be made"
    if candidate.saves <= 0:
        return f"{before}, a view saves nothing"
    if (
        result.kind == _PROSE
        and candidate.tokens < WHOLE_PROSE_TOKENS
        and candidate.max_tokens is None
        and candidate.needs_tool
    ):
        return f"{before} of prose, which can be read whole"
    return None


def choose(candidates: Sequence[Candidate], reader: Reader) -> bool:
    """Whether views that leave something out pay, all of them together, for one reader.

    They share one tool. It is in every call that carries them, so that the number of calls does not
    change whether they pay.
    """
    if not can_look_up(reader):
        return False
    return sum(one.saves for one in candidates if one.needs_tool) > tool_cost(reader)


def tool_cost(reader: Reader) -> int:
    """Tokens that a view which leaves something out costs this reader beside itself."""
    return 0 if reader.has_tool else reader.tool_tokens or 0


def can_look_up(reader: Reader) -> bool:
    """Whether views for this reader may leave something out: it is not too late for the tool."""
    return not tool_cost(reader) or reader.can_attach


def why_kept(candidate: Candidate, reader: Reader) -> str:
    """Why a payload stays whose view alone would save something."""
    cost = tool_cost(reader)
    tool = f"the tool costs {cost:,}"
    if not reader.can_attach and cost < candidate.saves:
        tool = "its reader cannot be given the tool"
    return f"kept: {candidate.tokens:,} tokens, a view saves {candidate.saves:,}, {tool}"
