"""The policy: whether a payload is replaced by a view, for whom, and why. All of it is pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from headroom.view import CompressResult, Fidelity

__all__ = [
    "WHOLE_PROSE_TOKENS",
    "Candidate",
    "Decision",
    "Payload",
    "Reader",
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
class Payload:
    """Text that one agent hands to another."""

    text: str
    #: The task, node or tool that it comes from; the key of its entry begins with it.
    source: str = "payload"
    #: Who made it.
    agent: str | None = None
    #: What ``exclude`` may call it, beside its source.
    names: frozenset[str] = frozenset()
    #: What is asked of it, where that differs from what its reader is told.
    query: str | None = None
    #: What identifies the conversation up to here: the reader's view of this payload is the same
    #: wherever this is the same. An id, or better a hash of all that stands before the payload.
    conversation: str | None = None
    #: The same in a notation that compresses better; the text goes on where no view does.
    read_as: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads payloads, as far as an adapter knows.

    >>> reader = Reader("reviewer", query="Improve this draft", tool_tokens=160)
    >>> reader.is_one_of(["reviewer", "editor"])
    True

    """

    #: What ``stats()`` and ``full_for`` call it: the task, agent or node.
    name: str = ""
    #: What ``full_for`` may call it beside that, as the role of the agent that does the task.
    names: frozenset[str] = frozenset()
    #: All that it is told: what to do, what is expected, its goal, the user's last message. Not the
    #: payload itself.
    query: str | None = None
    #: Whether it has the retrieval tool.
    has_tool: bool = False
    #: Tokens of the tool's schema, as the framework sends it, where the tool would be attached for
    #: a view; ``None`` where it cannot be.
    tool_tokens: int | None = None
    #: Whether it is not too late to attach the tool. Where it is, views leave nothing out.
    can_attach: bool = True
    #: How many calls of a model will carry what it gets.
    expected_calls: int = 1

    def is_one_of(self, names: Collection[str]) -> bool:
        """Whether one of these names means this reader."""
        return self.name in names or any(name in names for name in self.names)


@dataclass(frozen=True)
class Decision:
    """What a reader gets for one payload, and why."""

    #: What it gets: a view, or the payload.
    text: str
    is_view: bool
    #: In words: ``"kept: 264 tokens, a view saves 90, the tool costs 180"``.
    reason: str
    source: str = ""
    reader: str = ""
    #: Tokens of the payload; 0 where they were not counted, since it was clear without.
    tokens: int = 0
    #: Tokens of what the reader gets; 0 likewise.
    sent_tokens: int = 0
    #: Tokens of the tool's schema, where the tool is to be attached for this; of several payloads
    #: for one reader, the first bears them.
    tool_tokens: int = 0
    #: Whether the view names the retrieval tool: where the reader lacks it, it must be attached.
    needs_tool: bool = False
    #: The key of the entry; ``None`` where nothing was stored.
    key: str | None = None
    #: How many calls of a model are expected to carry it.
    calls: int = 1
    #: Whether something failed, and the payload goes on for that reason.
    failed: bool = False
    #: Whether it was decided now; not where a payload is small, or a view already, or where the
    #: conversation had it before.
    is_new: bool = True

    @property
    def saved(self) -> int:
        """Tokens saved over all calls, net of the tool."""
        return (self.tokens - self.sent_tokens - self.tool_tokens) * self.calls


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


def why_whole(candidate: Candidate, max_tokens: int | None) -> str | None:
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
        and max_tokens is None
        and candidate.needs_tool
    ):
        return f"{before} of prose, which can be read whole"
    return None


def choose(candidates: Sequence[Candidate], reader: Reader) -> bool:
    """Whether views that leave something out pay, all of them together, for one reader.

    They share one tool. It is in every call that carries them, so that the number of calls does not
    change whether they pay.
    """
    if tool_cost(reader) and not reader.can_attach:
        return False
    return sum(one.saves for one in candidates if one.needs_tool) > tool_cost(reader)


def tool_cost(reader: Reader) -> int:
    """Tokens that a view which leaves something out costs this reader beside itself."""
    return 0 if reader.has_tool else reader.tool_tokens or 0


def why_kept(candidate: Candidate, reader: Reader) -> str:
    """Why a payload stays whose view alone would save something."""
    tool = f"the tool costs {tool_cost(reader):,}" if reader.can_attach else "it has no tool"
    return f"kept: {candidate.tokens:,} tokens, a view saves {candidate.saves:,}, {tool}"
