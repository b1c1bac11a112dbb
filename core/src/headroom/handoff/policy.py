"""The policy: whether a payload is replaced by a view, for whom, and why. All of it is pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom.context import Decision, Payload, Reader
from headroom.forking import cached_property
from headroom.toolkit.prose import reads_like_prose
from headroom.view import CompressResult, Fidelity

__all__ = [
    "LOOKUP_TOKENS",
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
    "worth_a_lookup",
]

#: Prose with fewer tokens stays whole, unless ``max_tokens`` says otherwise. Chosen, not measured:
#: some four pages. Whoever reads prose needs all of it more often than a part, to improve a draft
#: or to sum it up, and there is little to save.
WHOLE_PROSE_TOKENS = 3000

#: Tokens of one lookup, about: the call, what it brings, and what stands around these. A view that
#: leaves something out and saves no more is spent by the first reader that misses something.
#: Measured over 61 payloads of agents: the middle answer has 114 tokens, and a call some 40.
LOOKUP_TOKENS = 150

_PROSE = "text"
#: What quotes lines of files is no prose, whatever its lines are like.
_NO_PROSE = frozenset({"code", "diff", "search"})


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

    @cached_property
    def is_prose(self) -> bool:
        """Whether it reads like prose, in whatever it is wrapped: data, lists, a dialogue."""
        kind = self.result.kind
        return kind == _PROSE or (kind not in _NO_PROSE and reads_like_prose(self.text))

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
        candidate.tokens < WHOLE_PROSE_TOKENS
        and candidate.max_tokens is None
        and candidate.needs_tool
        and candidate.is_prose
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
    lossy = [one for one in candidates if one.needs_tool]
    # Where the caller says how much there may be, it is not ours to give more.
    least = 0 if any(one.max_tokens is not None for one in lossy) else LOOKUP_TOKENS
    return sum(one.saves for one in lossy) - tool_cost(reader) > least


def worth_a_lookup(candidate: Candidate) -> bool:
    """Whether a view that leaves something out saves more than the first lookup costs."""
    return candidate.max_tokens is not None or candidate.saves > LOOKUP_TOKENS


def tool_cost(reader: Reader) -> int:
    """Tokens that a view which leaves something out costs this reader beside itself."""
    return 0 if reader.has_tool else reader.tool_tokens or 0


def can_look_up(reader: Reader) -> bool:
    """Whether views for this reader may leave something out: it is not too late for the tool."""
    return not tool_cost(reader) or reader.can_attach


def why_kept(candidate: Candidate, reader: Reader) -> str:
    """Why a payload stays whose view alone would save something."""
    cost = tool_cost(reader)
    tool = f"the tool costs {cost:,}" if cost else "a lookup costs as much"
    least = 0 if candidate.max_tokens is not None else LOOKUP_TOKENS
    if not reader.can_attach and cost + least < candidate.saves:
        tool = "its reader cannot be given the tool"
    return f"kept: {candidate.tokens:,} tokens, a view saves {candidate.saves:,}, {tool}"
