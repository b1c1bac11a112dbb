"""Where a payload stands in a conversation, and what was sent there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from headroom.context import Decision, Payload, Reader, SharedContext
from headroom.context.records import MUCH, content_hash, encode
from headroom.context.store_namespace import StoreSteps
from headroom.handoff.remembered import Place, Remembered, Sent
from headroom.steps import work
from headroom.view import CompressResult, Fidelity

__all__ = ["Conversation"]

# What a key may hold beside letters and digits; anything else becomes a hyphen.
_NOT_IN_A_KEY = re.compile(r"[^\w./:#-]+")

# Hex digits of a payload's hash in its key: two payloads of one source that share them are one in
# 2**48.
_HASH_CHARS = 12


@dataclass(frozen=True)
class Conversation:
    """The payloads of one reader, as far as they stand in conversations."""

    ctx: SharedContext
    reader: Reader
    #: How much views may leave out, and their most tokens, as the handoff has them: other options
    #: ask for other views.
    fidelity: Fidelity | None
    max_tokens: int | Mapping[str, int] | None
    #: Whether what is decided is sent, and so to be remembered.
    is_sent: bool
    #: Hashes of large payloads, by their text.
    hashes: dict[str, str] = field(default_factory=dict)

    @property
    def may_name_tool(self) -> bool:
        """Whether views for this reader may name the retrieval tool."""
        return self.reader.has_tool or self.reader.tool_tokens is not None

    def limit(self, payload: Payload) -> int | None:
        """The most tokens of its view: the least that a mapping has for one of its names."""
        limits = self.max_tokens
        if not isinstance(limits, Mapping):
            return limits
        names = {payload.source, *payload.names}
        return min((limits[name] for name in names if name in limits), default=None)

    def sent(self, payload: Payload) -> StoreSteps[Sent | None]:
        """What was sent at this place, by this process."""
        text = payload.text
        if len(text) >= MUCH:
            # Once, and not on an event loop.
            self.hashes[text] = yield from work(lambda: _hash(text))
        place = self._place(payload)
        return None if place is None else Remembered.of(self.ctx).get(place)

    def known_to_the_store(
        self, payload: Payload, data: str, tokens: int
    ) -> StoreSteps[Sent | None]:
        """What another process sent in this conversation: the key says which one it is."""
        place = self._place(payload)
        if place is None:
            return None
        entry = yield from self.ctx._verbs.get_entry(self.key(payload))
        if entry is None or entry.original != data or not entry.transforms:
            return None
        after = entry.compressed_tokens
        return Remembered.of(self.ctx).note(
            place,
            Sent(
                view=entry.compressed,
                reason=f"view: {tokens:,} tokens become {after:,}",
                tokens=tokens,
                sent_tokens=after,
                needs_tool=bool(entry.omissions) and self.may_name_tool,
                key=entry.key,
                result=CompressResult(
                    entry.compressed,
                    entry.original_tokens,
                    after,
                    entry.transforms,
                    entry.kind,
                    entry.lossless,
                    entry.omissions,
                    entry.failure,
                ),
            ),
        )

    def note(
        self,
        payload: Payload,
        decision: Decision,
        query: str | None = None,
        fidelity: Fidelity | None = None,
        max_tokens: int | None = None,
        *,
        instead: bool = False,
    ) -> Decision:
        """The decision, or the one that another turn of this conversation made meanwhile.

        Args:
            payload: What was decided of.
            decision: What was decided.
            query: The view is made for it.
            fidelity: The view has it.
            max_tokens: The view has no more.
            instead: Whether it is sent from now on, whatever was sent before.

        """
        place = self._place(payload)
        if place is None or not self.is_sent:
            return decision
        mine = Sent(
            decision.text if decision.is_view else None,
            decision.reason,
            decision.tokens,
            decision.sent_tokens,
            decision.needs_tool,
            decision.key or "",
            query,
            fidelity,
            max_tokens,
        )
        sent = Remembered.of(self.ctx).note(place, mine, instead=instead)
        return decision if sent is mine else self.as_before(payload, sent)

    def as_before(self, payload: Payload, sent: Sent) -> Decision:
        """The decision that was sent before."""
        return Decision(
            text=payload.text if sent.view is None else sent.view,
            is_view=sent.view is not None,
            reason=f"{sent.reason}, as before in this conversation",
            source=payload.source,
            reader=self.reader.name,
            tokens=sent.tokens,
            sent_tokens=sent.sent_tokens,
            needs_tool=sent.needs_tool,
            key=sent.key or None,
            calls=self.reader.expected_calls,
            is_new=False,
        )

    def key(self, payload: Payload) -> str:
        """The key follows the content, and the conversation where there is one.

        The same payload of the same source has one key, however often a node runs again, and
        another payload never takes its place. Views of one conversation do not take each other's.
        """
        place = self._place(payload)
        what = self._hash(payload) if place is None else _hash("\n".join(map(str, place)))
        source = _NOT_IN_A_KEY.sub("-", payload.source).strip("-") or "payload"
        return f"{source}-{what[:_HASH_CHARS]}"

    def _place(self, payload: Payload) -> Place | None:
        if payload.conversation is None:
            return None
        fidelity = self.fidelity or self.ctx._verbs.fidelity
        asked = (self.may_name_tool, fidelity, self.limit(payload))
        return (payload.conversation, self.reader.name, *asked, self._hash(payload))

    def _hash(self, payload: Payload) -> str:
        return self.hashes.get(payload.text) or _hash(payload.text)


def _hash(text: str) -> str:
    return content_hash(encode(text))
