"""How a handoff decides, step by step: screen, make a view, compare, store."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headroom.context import ContextEntry, Decision, Payload, Reader, SharedContext
from headroom.context.records import MUCH, content_hash, encode
from headroom.context.store_namespace import StoreSteps
from headroom.handoff.policy import (
    Candidate,
    choose,
    tool_cost,
    why_kept,
    why_whole,
)
from headroom.handoff.question import as_query
from headroom.handoff.remembered import Place, Remembered, Sent
from headroom.steps import work
from headroom.view import Fidelity

__all__ = ["BYTES", "Deciding"]

# What a key may hold beside letters and digits; anything else becomes a hyphen.
_NOT_IN_A_KEY = re.compile(r"[^\w./:#-]+")

#: The most bytes that a character has in UTF-8.
BYTES = 4

# Characters whose tokens take longer to count than a change of threads does.
_MUCH = 20_000

# Views that save more than so many times the tool's tokens are not compared with views that leave
# nothing out: these would have to save nearly as much. Chosen.
_CLEARLY = 8

# Hex digits of a payload's hash in its key: two payloads of one source that share them are one in
# 2**48.
_HASH_CHARS = 12


@dataclass(frozen=True)
class Deciding:
    """The decisions for one reader."""

    ctx: SharedContext
    reader: Reader
    query: str | None
    max_tokens: int | None
    fidelity: Fidelity | None
    min_tokens: int
    exclude: frozenset[str]
    full_for: frozenset[str]
    #: The name of the retrieval tool.
    tool: str
    #: Told of each entry that is written; ``None`` for a dry run, which writes nothing.
    stored: Callable[[ContextEntry], object] | None
    #: Told of each failure, after which the payload is kept; ``None`` where failures are raised.
    failed: Callable[[Exception], object] | None
    #: Hashes of large payloads, by their text.
    hashes: dict[str, str] = field(default_factory=dict)

    def decide(self, payloads: Sequence[Payload]) -> StoreSteps[list[Decision]]:
        """What the reader gets for payloads that it reads together."""
        weighed: list[Candidate | Decision] = []
        for payload in payloads:
            one = yield from self._safely(payload, self._weigh(payload))
            weighed.append(one)
        pays = yield from self._pays(weighed)
        decided = []
        for one in weighed:
            decision = one
            if isinstance(one, Candidate):
                decision = yield from self._safely(one.payload, self._settle(one, pays=pays))
            assert isinstance(decision, Decision)
            decided.append(decision)
        return self._with_tool(decided)

    def _with_tool(self, decided: list[Decision]) -> list[Decision]:
        """What the tool costs, told with the first payload that needs it.

        In later turns of a conversation as well: it goes out with each of them.
        """
        cost = self._cost()
        bearer = next((index for index, one in enumerate(decided) if one.needs_tool), None)
        if bearer is None and self.reader.attached_tokens and decided:
            # It was attached for them all the same.
            bearer = 0
        if cost and bearer is not None:
            decided[bearer] = replace(decided[bearer], tool_tokens=cost)
        return decided

    def _cost(self) -> int:
        """Tokens of the tool that is attached for these payloads, now or before."""
        return tool_cost(self.reader) or self.reader.attached_tokens

    def _pays(self, weighed: Sequence[Candidate | Decision]) -> StoreSteps[bool]:
        """Whether views that leave something out are shown, with a tool to look it up."""
        lossy = [
            one
            for one in weighed
            if isinstance(one, Candidate)
            and one.needs_tool
            and why_whole(one, self.max_tokens) is None
        ]
        cost, saves = tool_cost(self.reader), sum(one.saves for one in lossy)
        if not choose(lossy, self.reader):
            return False
        if not cost or self.max_tokens is not None or saves > _CLEARLY * cost:
            return True
        # What leaves nothing out may save as much, for it needs no tool.
        without_loss = 0
        for one in lossy:
            other = yield from self._safely(one.payload, self._lossless(one))
            if isinstance(other, Candidate) and not other.needs_tool:
                without_loss += max(0, other.saves)
        return saves - cost > without_loss

    def _lossless(self, one: Candidate) -> StoreSteps[Candidate]:
        return self._candidate(one.payload, one.text, one.tokens, "lossless", None)

    def _safely(
        self, payload: Payload, steps: StoreSteps[Candidate | Decision]
    ) -> StoreSteps[Candidate | Decision]:
        try:
            return (yield from steps)
        except Exception as error:
            if self.failed is None:
                raise
            self.failed(error)
            reason = f"kept: something failed ({type(error).__name__})"
            decision = replace(self._kept(payload, reason), failed=True)
            # It is sent whole now: if all is well on the next turn, that must not change it.
            return self._remembered(payload, decision)

    def _weigh(self, payload: Payload) -> StoreSteps[Candidate | Decision]:
        """A payload and its view, or a decision where none is needed."""
        text, reader = payload.text, self.reader
        if payload.source in self.exclude or not payload.names.isdisjoint(self.exclude):
            return self._kept(payload, f"kept: {payload.source} is excluded")
        if reader.is_one_of(self.full_for):
            return (yield from self._whole(payload))
        if len(text) >= MUCH:
            # Once, and not on an event loop.
            self.hashes[text] = yield from work(lambda: _hash(text))
        place = self._place(payload)
        sent = None if place is None else Remembered.of(self.ctx).get(place)
        if sent is not None:
            return (yield from self._again(payload, sent))
        # A token has at least a byte, so counting is needless where there are too few bytes.
        if BYTES * len(text) < self.min_tokens and self.stored is not None:
            return self._too_small(payload, 0)
        if (yield from self.ctx._verbs.is_view(text)):
            return self._untold(payload, "kept: it is a view already")
        tokens = yield from work(lambda: self.ctx.count_tokens(text), is_long=len(text) > _MUCH)
        if tokens < self.min_tokens:
            return self._too_small(payload, tokens)
        data = yield from self._data(payload)
        sent = yield from self._known_to_the_store(payload, data, tokens)
        if sent is not None:
            return (yield from self._again(payload, sent))
        named = self.tool if reader.has_tool or reader.tool_tokens is not None else None
        return (yield from self._candidate(payload, data, tokens, self.fidelity, named))

    def _data(self, payload: Payload) -> StoreSteps[str]:
        """What views are made of."""
        read_as, text = payload.read_as, payload.text
        return text if read_as is None else (yield from work(lambda: read_as(text)))

    def _candidate(
        self,
        payload: Payload,
        data: str,
        tokens: int,
        fidelity: Fidelity | None,
        tool: str | None,
    ) -> StoreSteps[Candidate]:
        key, told = self._key(payload), payload.query or self.reader.query or self.query
        query = yield from work(lambda: as_query(told), is_long=len(told or "") > _MUCH)
        result = yield from self.ctx._verbs.preview(
            key,
            data,
            query=query,
            max_tokens=self.max_tokens,
            fidelity=fidelity,
            tool=tool,
        )
        return Candidate(payload, data, tokens, key, query, fidelity, tool, result)

    def _settle(self, one: Candidate, *, pays: bool) -> StoreSteps[Decision]:
        """What becomes of a payload, now that it is known whether the tool pays."""
        whole = why_whole(one, self.max_tokens)
        if whole is None and one.needs_tool and not pays:
            whole = why_kept(one, self.reader)
            if self.max_tokens is None:
                # A view that leaves nothing out needs no tool.
                one = yield from self._lossless(one)
                whole = None if one.saves > 0 and not one.needs_tool else whole
        tokens = one.tokens
        if whole is not None:
            decision = self._kept(one.payload, whole, tokens)
            return self._remembered(one.payload, decision)
        sent_tokens, view = one.result.tokens_after, one.result.text
        if self.stored is not None:
            entry = yield from self._store(
                one.key, one.payload, one.text, one.query, one.fidelity, one.tool
            )
            if not entry.transforms:
                reason = f"kept: {tokens:,} tokens, {entry.failure or 'a newer one is stored'}"
                decision = replace(
                    self._kept(one.payload, reason, tokens), failed=entry.failure is not None
                )
                return self._remembered(one.payload, decision)
            sent_tokens, view = entry.compressed_tokens, entry.compressed
        named = one.needs_tool and one.tool is not None
        cost = self._cost() if named else 0
        decision = Decision(
            text=view,
            is_view=True,
            reason=f"view: {tokens:,} tokens become {sent_tokens:,}"
            + (f", the tool costs {cost:,}" if cost else ""),
            source=one.payload.source,
            reader=self.reader.name,
            tokens=tokens,
            sent_tokens=sent_tokens,
            needs_tool=named,
            key=one.key,
            calls=self.reader.expected_calls,
        )
        return self._remembered(one.payload, decision, one.query, one.fidelity)

    def _store(
        self,
        key: str,
        payload: Payload,
        data: str,
        query: str | None,
        fidelity: Fidelity | None,
        tool: str | None,
    ) -> StoreSteps[ContextEntry]:
        entry = yield from self.ctx._verbs.put(
            key,
            data,
            agent=payload.agent,
            query=query,
            max_tokens=self.max_tokens,
            fidelity=fidelity,
            ttl=None,
            kind=None,
            tool=tool,
            expected_version=None,
        )
        if self.stored is not None and entry.transforms:
            self.stored(entry)
        return entry

    # One conversation

    def _as_before(self, payload: Payload, sent: Sent) -> Decision:
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

    def _again(self, payload: Payload, sent: Sent) -> StoreSteps[Decision]:
        """What was sent before, whatever would be decided now."""
        decision = self._as_before(payload, sent)
        if sent.view is not None and self.stored is not None:
            try:
                # It may have gone, and its time begins anew.
                tool = self.tool if sent.needs_tool else None
                data = yield from self._data(payload)
                yield from self._store(sent.key, payload, data, sent.query, sent.fidelity, tool)
            except Exception as error:
                # The original was stored when the view was first sent; another text would break
                # the conversation's prefix for nothing.
                if self.failed is not None:
                    self.failed(error)
        return decision

    def _known_to_the_store(
        self, payload: Payload, data: str, tokens: int
    ) -> StoreSteps[Sent | None]:
        """What another process sent in this conversation: the key says which one it is."""
        if payload.conversation is None:
            return None
        entry = yield from self.ctx._verbs.get_entry(self._key(payload))
        if entry is None or entry.original != data or not entry.transforms:
            return None
        place = self._place(payload)
        assert place is not None
        after = entry.compressed_tokens
        return Remembered.of(self.ctx).note(
            place,
            Sent(
                view=entry.compressed,
                reason=f"view: {tokens:,} tokens become {after:,}",
                tokens=tokens,
                sent_tokens=after,
                needs_tool=bool(entry.omissions) and self._may_name_tool(),
                key=entry.key,
            ),
        )

    def _remembered(
        self,
        payload: Payload,
        decision: Decision,
        query: str | None = None,
        fidelity: Fidelity | None = None,
    ) -> Decision:
        """The decision, or the one that another turn of this conversation made meanwhile."""
        place = self._place(payload)
        if place is None or self.stored is None:
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
        )
        sent = Remembered.of(self.ctx).note(place, mine)
        return decision if sent is mine else self._as_before(payload, sent)

    def _place(self, payload: Payload) -> Place | None:
        if payload.conversation is None:
            return None
        return payload.conversation, self.reader.name, self._may_name_tool(), self._hash(payload)

    def _hash(self, payload: Payload) -> str:
        return self.hashes.get(payload.text) or _hash(payload.text)

    def _may_name_tool(self) -> bool:
        return self.reader.has_tool or self.reader.tool_tokens is not None

    def _key(self, payload: Payload) -> str:
        """The key follows the content, and the conversation where there is one.

        The same payload of the same source has one key, however often a node runs again, and
        another payload never takes its place. Views of one conversation do not take each other's.
        """
        place = self._place(payload)
        what = self._hash(payload) if place is None else _hash("\n".join(map(str, place)))
        source = _NOT_IN_A_KEY.sub("-", payload.source).strip("-") or "payload"
        return f"{source}-{what[:_HASH_CHARS]}"

    # Payloads that stay as they are

    def _whole(self, payload: Payload) -> StoreSteps[Decision]:
        """The original, also where the payload is a view."""
        reason = f"kept: {self.reader.name or 'the reader'} gets originals"
        original = yield from self.ctx._verbs.original_of(payload.text)
        decision = self._kept(payload, reason)
        return decision if original is None else replace(decision, text=original)

    def _too_small(self, payload: Payload, tokens: int) -> Decision:
        return self._untold(payload, f"kept: {tokens:,} tokens, fewer than {self.min_tokens:,}")

    def _untold(self, payload: Payload, reason: str) -> Decision:
        return replace(self._kept(payload, reason), is_new=False)

    def _kept(self, payload: Payload, reason: str, tokens: int = 0) -> Decision:
        return Decision(
            text=payload.text,
            is_view=False,
            reason=reason,
            source=payload.source,
            reader=self.reader.name,
            tokens=tokens,
            sent_tokens=tokens,
            calls=self.reader.expected_calls,
        )


def _hash(text: str) -> str:
    return content_hash(encode(text))
