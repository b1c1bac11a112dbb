"""What is handed on, who reads it, and what was decided of it: the words of every handoff."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

__all__ = ["Decision", "Payload", "Reader"]


@dataclass(frozen=True)
class Payload:
    """Text that one agent hands to another.

    >>> from headroom import Handoff, Payload, Reader, SharedContext
    >>> handoff = Handoff(SharedContext())
    >>> (decision,) = handoff.decide([Payload("A short note.", source="search")], Reader("clerk"))
    >>> decision.text
    'A short note.'

    """

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
    #: Tokens of the tool's schema where it was attached for these payloads before, since ``plan``
    #: said so: their views are made as for a reader that has it, and bear what it costs.
    attached_tokens: int = 0
    #: Whether it is not too late to attach the tool. Where it is, views leave nothing out.
    can_attach: bool = True
    #: How many calls of a model will carry what it gets.
    expected_calls: int = 1

    def is_one_of(self, names: Collection[str]) -> bool:
        """Whether one of these names means this reader."""
        return self.name in names or any(name in names for name in self.names)


@dataclass(frozen=True)
class Decision:
    """What a reader gets for one payload, and why.

    >>> from headroom import Handoff, SharedContext
    >>> decision = Handoff(SharedContext()).explain("A short note.", reader="clerk")
    >>> decision.is_view, decision.text, decision.reason
    (False, 'A short note.', 'kept: 4 tokens, fewer than 200')

    """

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
    #: Tokens of the tool's schema, where the tool is attached for this; of several payloads for one
    #: reader, the first that needs it bears them.
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
