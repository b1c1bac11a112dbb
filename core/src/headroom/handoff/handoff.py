"""What every adapter does with payloads on their way to the next agent, in one place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from headroom.context import (
    ContextEntry,
    Decision,
    HandoffStats,
    Payload,
    Reader,
    Savings,
    SharedContext,
)
from headroom.context.explaining import decided_by
from headroom.context.store_namespace import StoreSteps
from headroom.handoff.deciding import BYTES, Deciding
from headroom.handoff.notices import Notices
from headroom.handoff.options import TokenLimits, check_handoff_options, check_payloads
from headroom.handoff.retrieval_tool import RetrievalTool
from headroom.handoff.shown import Shown
from headroom.steps import work
from headroom.view import Fidelity

__all__ = ["Handoff"]

logger = logging.getLogger("headroom.handoff")


@dataclass(frozen=True)
class Handoff:
    """How payloads are handed on: stored, and replaced by a view where that pays.

    It never fails the run: whatever goes wrong is logged once, and the payload goes on as it is.

    Args:
        ctx: Where originals go.
        tool: The name of the retrieval tool that the reader of ``view`` has, if it has one; of
            others ``Reader`` says it.

    All others are ``HandoffOptions``, which says what they mean. A call of ``view`` may say better
    than ``query`` what its reader wants to know.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    >>> handoff = Handoff(SharedContext(), min_tokens=100)
    >>> rows = str([{"id": n, "status": "ok"} for n in range(99)]).replace("'", '"')
    >>> handoff.view("short", source="searcher")
    'short'
    >>> len(handoff.view(rows, source="searcher")) < len(rows)
    True
    >>> handoff.explain(rows, reader=Reader("clerk")).reason
    'view: 1,190 tokens become 215'

    """

    ctx: SharedContext
    query: str | None = None
    max_tokens: int | Mapping[str, int] | None = None
    fidelity: Fidelity | None = None
    min_tokens: int = 200
    exclude: Collection[str] = ()
    full_for: Collection[str] = ()
    on_handoff: Callable[[Decision], object] | None = None
    savings: Savings = field(default_factory=Savings, compare=False)
    on_compress: Callable[[ContextEntry], object] | None = None
    tool: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.ctx, SharedContext):
            raise TypeError(f"ctx must be a SharedContext, not {type(self.ctx).__name__}")
        check_handoff_options(self)
        # As they are now: the caller's list or dict may change.
        if isinstance(self.max_tokens, Mapping):
            object.__setattr__(self, "max_tokens", TokenLimits(self.max_tokens))
        object.__setattr__(self, "exclude", frozenset(self.exclude))
        object.__setattr__(self, "full_for", frozenset(self.full_for))

    # What adapters call

    def in_namespace(self, namespace: str) -> Handoff:
        """The same for another namespace of the store, as ``SharedContext.in_namespace`` gives it.

        For adapters whose users say by run which tenant, user or thread it is for. What is saved
        adds up in this handoff's ``savings``.

        >>> handoff = Handoff(SharedContext()).in_namespace("tenant 7")
        >>> handoff.ctx.namespace
        'tenant 7'

        """
        return replace(self, ctx=self.ctx.in_namespace(namespace))

    def decide(
        self, payloads: Sequence[Payload], reader: Reader, *, room: int | None = None
    ) -> list[Decision]:
        """What a reader gets for payloads that it reads together. It never fails.

        Where ``needs_tool`` is true and the reader lacks the retrieval tool, the adapter attaches
        it. Payloads that it gets at one time are decided together: they share the tool.

        Args:
            payloads: What is handed on, the oldest first.
            reader: Who reads it.
            room: The most tokens that all of it may have together, where there is a budget for the
                whole input of a model: that, less all else in it. Views are tightened to fit, the
                oldest first, and those that this conversation was sent before only where the others
                are not enough. What is excluded, small or owed whole stays; if it does not fit so,
                that is said once.

        Raises:
            TypeError: They are no payloads, or there is no reader.

        """
        check_payloads(payloads, reader)
        try:
            steps = self._deciding(reader, failed=self._failed).decide(payloads, room)
            decided = self.ctx._run(steps, "handoff")
        except Exception as error:
            decided = self._kept_all(payloads, reader, error)
        return self._told(decided)

    async def adecide(
        self, payloads: Sequence[Payload], reader: Reader, *, room: int | None = None
    ) -> list[Decision]:
        """``decide``, without blocking the event loop."""
        check_payloads(payloads, reader)
        try:
            steps = self._deciding(reader, failed=self._failed).decide(payloads, room)
            decided = await self.ctx._run_async(steps, "handoff")
        except Exception as error:
            decided = self._kept_all(payloads, reader, error)
        return self._told(decided)

    def plan(self, payloads: Sequence[Payload], reader: Reader) -> list[Decision]:
        """What ``decide`` would say: nothing is stored, counted or told.

        For frameworks in which a tool must be attached before its reader is given the payloads.
        """
        check_payloads(payloads, reader)
        try:
            steps = self._deciding(reader, stores=False, failed=_not_told).decide(payloads)
            return self.ctx._run(steps)
        except Exception as error:
            return self._kept_all(payloads, reader, error)

    def view(
        self,
        payload: str,
        *,
        source: str,
        agent: str | None = None,
        query: str | None = None,
    ) -> str:
        """What the next agent gets: a view, or the payload itself. Never raises.

        Args:
            payload: Text that one agent hands to another.
            source: The task, node or tool that it comes from; the key begins with it.
            agent: Who made it.
            query: What this reader wants to know, instead of the handoff's query.

        """
        (decision,) = self.decide([Payload(payload, source, agent)], self._reader(query))
        return decision.text

    async def aview(
        self,
        payload: str,
        *,
        source: str,
        agent: str | None = None,
        query: str | None = None,
    ) -> str:
        """``view``, without blocking the event loop."""
        decided = await self.adecide([Payload(payload, source, agent)], self._reader(query))
        return decided[0].text

    def explain(
        self,
        payload: str | Payload,
        *,
        source: str = "payload",
        query: str | None = None,
        reader: Reader | str | None = None,
    ) -> Decision:
        """What would be decided of a payload, and the view: nothing is stored, counted or told.

        Args:
            payload: Text that one agent might hand to another.
            source: The task, node or tool that it would come from.
            query: What the reader wants to know.
            reader: Who would read it, or its name.

        Raises:
            HeadroomError: The store failed, or the payload is too large for it.

        >>> handoff = Handoff(SharedContext(), full_for=["editor"])
        >>> handoff.explain("A short note.").reason
        'kept: 4 tokens, fewer than 200'
        >>> handoff.explain("A short note.", reader="editor").reason
        'kept: editor gets originals'

        """
        return self.ctx._run(self._explained(payload, source, query, reader))

    async def aexplain(
        self,
        payload: str | Payload,
        *,
        source: str = "payload",
        query: str | None = None,
        reader: Reader | str | None = None,
    ) -> Decision:
        """``explain``, without blocking the event loop."""
        return await self.ctx._run_async(self._explained(payload, source, query, reader))

    def stats(self) -> HandoffStats:
        """What this handoff saved: with ``savings=`` of its own, what one run saved."""
        return self.savings.stats()

    def tool_sent(self, reader: str, tokens: int) -> None:
        """Counts a tool's schema that a reader was sent without a view that bears its cost."""
        self._count(reader, tool_tokens=tokens)

    def sent_again(self, decision: Decision) -> None:
        """Counts a payload that a model was sent again as decided, in a later call.

        For frameworks that tell of each call, and do not ask for a decision again.
        """
        saved = decision.tokens - decision.sent_tokens
        self._count(decision.reader, views=decision.is_view, not_sent=saved, not_sent_again=saved)

    def answer_sent_again(self, tokens: int) -> None:
        """Counts an answer of the retrieval tool that a model was sent in an earlier call as well.

        The tool itself counts its answers once, for the context and for the runs that showed the
        key.

        Args:
            tokens: Of the answer.

        """
        for each in (self.savings, self.ctx.savings):
            each.add_retrieved(tokens, again=True)

    def check_names(self, known: Collection[str]) -> None:
        """Warns, once each, of names in options that match nothing in a run.

        These are the names in ``exclude``, ``full_for`` and ``max_tokens``.

        Args:
            known: Every name that there is in the run: of tasks, agents, nodes, tools, keys.

        """
        limits = self.max_tokens if isinstance(self.max_tokens, Mapping) else ()
        options = {"exclude": self.exclude, "full_for": self.full_for, "max_tokens": limits}
        for option, names in options.items():
            for name in sorted(names):
                if name not in known:
                    Notices.of(self.ctx).say(
                        f"{option} {name}",
                        f"{option} names {name!r}, and nothing in this run is called so",
                    )

    def is_tiny(self, text: str) -> bool:
        """Whether a text is below ``min_tokens`` for sure, told without counting."""
        # A token has at least a byte.
        return BYTES * len(text) < self.min_tokens

    def is_large(self, payload: str) -> bool:
        """Whether a payload has the tokens to be worth a view, and is none already."""
        if self.is_tiny(payload) or self.ctx.is_view(payload):
            return False
        return self.ctx.count_tokens(payload) >= self.min_tokens

    # Inside

    def _explained(
        self,
        payload: str | Payload,
        source: str,
        query: str | None,
        reader: Reader | str | None,
    ) -> StoreSteps[Decision]:
        if not isinstance(reader, Reader):
            reader = self._reader(query, reader or "")
        elif query is not None:
            reader = replace(reader, query=query)
        one = payload if isinstance(payload, Payload) else Payload(payload, source)
        (decision,) = yield from self._deciding(reader, stores=False, failed=None).decide([one])
        return decision

    def _reader(self, query: str | None, name: str = "") -> Reader:
        return Reader(name, query=query or self.query, has_tool=self.tool is not None)

    def _deciding(
        self,
        reader: Reader,
        *,
        stores: bool = True,
        failed: Callable[[Exception], object] | None,
    ) -> Deciding:
        return Deciding(
            self.ctx,
            reader,
            self.query,
            self.max_tokens,
            self.fidelity,
            self.min_tokens,
            frozenset(self.exclude),
            frozenset(self.full_for),
            self.tool or RetrievalTool.name,
            self._stored if stores else None,
            failed,
        )

    def _stored(self, entry: ContextEntry) -> None:
        if self.on_compress is not None:
            try:
                self.on_compress(entry)
            except Exception:
                logger.warning("on_compress failed", exc_info=True)

    def _failed(self, error: Exception) -> None:
        for each in (self.savings, self.ctx.savings):
            each.add_failure()
        # Not the error's message: it may quote the payload.
        name = type(error).__name__
        Notices.of(self.ctx).say(name, f"a payload is handed on as it is: {name}")

    def _kept_all(
        self, payloads: Sequence[Payload], reader: Reader, error: Exception
    ) -> list[Decision]:
        self._failed(error)
        reason = f"kept: something failed ({type(error).__name__})"
        return [
            Decision(one.text, is_view=False, reason=reason, source=one.source, failed=True,
                     reader=reader.name)
            for one in payloads
        ]  # fmt: skip

    def _told(self, decided: list[Decision]) -> list[Decision]:
        for one in decided:
            if one.key is not None:
                Shown.of(self.ctx).note(one.key, self.savings)
            again, saved = one.calls - one.is_new, one.tokens - one.sent_tokens
            self._count(
                one.reader,
                views=one.is_view,
                kept=not one.is_view and (one.is_new or one.tokens > 0),
                not_sent=saved * one.calls,
                tool_tokens=one.tool_tokens * one.calls,
                not_sent_again=saved * again,
                tool_tokens_again=one.tool_tokens * again,
            )
            if one.is_new and self.on_handoff is not None:
                try:
                    self.on_handoff(one)
                except Exception:
                    logger.warning("on_handoff failed", exc_info=True)
        return decided

    def _count(self, reader: str, **figures: int) -> None:
        if any(figures.get(name) for name in ("views", "kept", "tool_tokens")):
            for each in (self.savings, self.ctx.savings):
                each.add(reader or "reader", **figures)


def _not_told(error: Exception) -> None:
    """Of what fails in a plan: whoever decides will be told."""
    logger.debug("a plan failed: %s", type(error).__name__)


@decided_by
def _explain(
    ctx: SharedContext,
    payload: Payload,
    reader: Reader | str,
    *,
    query: str | None,
    max_tokens: int | None,
    fidelity: Fidelity | None,
) -> StoreSteps[Decision]:
    """``SharedContext.explain``."""
    handoff = Handoff(ctx, query=query, max_tokens=max_tokens, fidelity=fidelity)
    if not isinstance(reader, Reader):
        cost = yield from work(lambda: RetrievalTool(ctx).tokens)
        reader = Reader(reader, query=query, tool_tokens=cost)
    return (yield from handoff._explained(payload, payload.source, query, reader))
