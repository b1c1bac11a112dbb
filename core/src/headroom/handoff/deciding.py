"""How a handoff decides, step by step: screen, make a view, compare, store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from headroom.context import ContextEntry, Decision, Payload, Reader, SharedContext
from headroom.context.store_namespace import StoreSteps
from headroom.forking import cached_property
from headroom.handoff.conversation import Conversation
from headroom.handoff.fitting import fitted
from headroom.handoff.notices import Notices
from headroom.handoff.policy import (
    Candidate,
    can_look_up,
    choose,
    tool_cost,
    why_kept,
    why_whole,
    worth_a_lookup,
)
from headroom.handoff.question import as_query
from headroom.handoff.remembered import Sent
from headroom.steps import work
from headroom.view import CompressResult, Fidelity

__all__ = ["BYTES", "Deciding"]

#: The most bytes that a character has in UTF-8.
BYTES = 4

# Characters whose tokens take longer to count than a change of threads does.
_MUCH = 20_000

# Views that save more than so many times the tool's tokens are not compared with views that leave
# nothing out: these would have to save nearly as much. Chosen.
_CLEARLY = 8


@dataclass(frozen=True)
class Deciding:
    """The decisions for one reader."""

    ctx: SharedContext
    reader: Reader
    query: str | None
    max_tokens: int | Mapping[str, int] | None
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

    @cached_property
    def _conversation(self) -> Conversation:
        return Conversation(
            self.ctx, self.reader, self.fidelity, self.max_tokens, is_sent=self.stored is not None
        )

    def decide(
        self, payloads: Sequence[Payload], room: int | None = None
    ) -> StoreSteps[list[Decision]]:
        """What the reader gets for payloads that it reads together.

        Args:
            payloads: What is handed on, the oldest first.
            room: The most tokens that all of it may have together.

        """
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
        if room is not None:
            decided = yield from fitted(self, payloads, decided, room)
        return self._with_tool(decided)

    def tightened(
        self, payload: Payload, before: Decision, max_tokens: int
    ) -> StoreSteps[Decision]:
        """A smaller view in place of what was decided, where there is one with a way back."""
        data = yield from self._data(payload)
        tool = self.tool if self._conversation.may_name_tool else None
        one = yield from self._candidate(
            payload, data, before.tokens, self.fidelity, tool, max_tokens
        )
        is_smaller = one.saves > 0 and one.result.tokens_after < before.sent_tokens
        if not is_smaller or (one.needs_tool and not can_look_up(self.reader)):
            return before
        after = yield from self._shown(one, instead=True)
        return after if after.is_view and after.is_new else before

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
            if isinstance(one, Candidate) and one.needs_tool and why_whole(one) is None
            if worth_a_lookup(one)
        ]
        cost, saves = tool_cost(self.reader), sum(one.saves for one in lossy)
        if not choose(lossy, self.reader):
            return False
        if not cost or saves > _CLEARLY * cost:
            return True
        limited = [one for one in lossy if one.max_tokens is not None]
        if choose(limited, self.reader):
            return True
        # What leaves nothing out may save as much, for it needs no tool.
        without_loss = 0
        for one in lossy:
            if one.max_tokens is not None:
                continue
            other = yield from self._safely(one.payload, self._lossless(one))
            if isinstance(other, Candidate) and not other.needs_tool:
                without_loss += max(0, other.saves)
        return saves - cost > without_loss

    def _lossless(self, one: Candidate) -> StoreSteps[Candidate]:
        return self._candidate(one.payload, one.text, one.tokens, "lossless", None, None)

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
            return self._conversation.note(payload, decision)

    def _weigh(self, payload: Payload) -> StoreSteps[Candidate | Decision]:
        """A payload and its view, or a decision where none is needed."""
        text, reader = payload.text, self.reader
        if payload.source in self.exclude or not payload.names.isdisjoint(self.exclude):
            return self._kept(payload, f"kept: {payload.source} is excluded")
        if reader.is_one_of(self.full_for):
            return (yield from self._whole(payload))
        sent = yield from self._conversation.sent(payload)
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
        sent = yield from self._conversation.known_to_the_store(payload, data, tokens)
        if sent is not None:
            return (yield from self._again(payload, sent))
        named = self.tool if self._conversation.may_name_tool else None
        limit = self._conversation.limit(payload)
        return (yield from self._candidate(payload, data, tokens, self.fidelity, named, limit))

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
        max_tokens: int | None,
    ) -> StoreSteps[Candidate]:
        key, told = (
            self._conversation.key(payload),
            payload.query or self.reader.query or self.query,
        )
        query = yield from work(lambda: as_query(told), is_long=len(told or "") > _MUCH)
        result = yield from self.ctx._verbs.preview(
            key,
            data,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            tool=tool,
        )
        return Candidate(payload, data, tokens, key, query, fidelity, max_tokens, tool, result)

    def _settle(self, one: Candidate, *, pays: bool) -> StoreSteps[Decision]:
        """What becomes of a payload, now that it is known whether the tool pays."""
        whole = why_whole(one)
        if whole is None and one.needs_tool and not (pays and worth_a_lookup(one)):
            whole = why_kept(one, self.reader)
            if one.max_tokens is None:
                # A view that leaves nothing out needs no tool.
                one = yield from self._lossless(one)
                whole = None if one.saves > 0 and not one.needs_tool else whole
        if whole is not None:
            decision = self._kept(one.payload, whole, one.tokens)
            return self._conversation.note(one.payload, decision)
        return (yield from self._shown(one))

    def _shown(self, one: Candidate, *, instead: bool = False) -> StoreSteps[Decision]:
        """Stores an original, and shows its view.

        Args:
            one: The payload and its view.
            instead: Whether it takes the place of what its conversation was sent before.

        """
        tokens, sent_tokens, view = one.tokens, one.result.tokens_after, one.result.text
        if self.stored is not None:
            entry = yield from self._store(
                one.key, one.payload, one.text, one.tool, one.query, one.fidelity, one.max_tokens
            )
            if not entry.transforms:
                reason = f"kept: {tokens:,} tokens, {entry.failure or 'a newer one is stored'}"
                decision = replace(
                    self._kept(one.payload, reason, tokens), failed=entry.failure is not None
                )
                return self._conversation.note(one.payload, decision)
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
        return self._conversation.note(
            one.payload, decision, one.query, one.fidelity, one.max_tokens, instead=instead
        )

    def _store(
        self,
        key: str,
        payload: Payload,
        data: str,
        tool: str | None,
        query: str | None,
        fidelity: Fidelity | None,
        max_tokens: int | None,
        result: CompressResult | None = None,
    ) -> StoreSteps[ContextEntry]:
        entry = yield from self.ctx._verbs.put(
            key,
            data,
            agent=payload.agent,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity,
            ttl=None,
            kind=None,
            tool=tool,
            expected_version=None,
            result=result,
        )
        if self.stored is not None and entry.transforms:
            self.stored(entry)
        return entry

    def _again(self, payload: Payload, sent: Sent) -> StoreSteps[Decision]:
        """What was sent before, whatever would be decided now."""
        decision = self._conversation.as_before(payload, sent)
        if sent.view is not None and self.stored is not None:
            try:
                # It may have gone, and its time begins anew.
                tool = self.tool if sent.needs_tool else None
                data = yield from self._data(payload)
                yield from self._store(
                    sent.key, payload, data, tool, sent.query, sent.fidelity, sent.max_tokens,
                    sent.result,
                )  # fmt: skip
            except Exception as error:
                # The original was stored when the view was first sent; another text would break
                # the conversation's prefix for nothing.
                if self.failed is not None:
                    name = type(error).__name__
                    Notices.of(self.ctx).say(
                        f"again {name}",
                        f"a view is sent as before, and its original was not stored again: {name}",
                    )
        return decision

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
