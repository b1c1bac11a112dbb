"""The contract of adapters finds what is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from headroom import Handoff, Payload, Reader, RetrievalTool, SharedContext
from headroom_testing import AdapterContract, Sent

TOOL = RetrievalTool.description


class Toy(AdapterContract):
    """A framework of ten lines: somebody finds something, and a clerk is asked about it."""

    __test__ = False
    reader = "clerk"
    has_conversations = True
    can_resume = True

    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        if before_reading is not None:
            before_reading()
        if ctx is None:
            return Sent([f"{question}\n{payload}"] * 2, ["", ""], "Done.")
        handoff = Handoff(ctx, **options)
        handoff.check_names({"clerk", "searcher"})
        tokens = ctx.count_tokens(f"{RetrievalTool.name} {TOOL}")
        reader = Reader("clerk", query=question, tool_tokens=tokens, expected_calls=1)
        with self.held(ctx):
            return self.sent(handoff, payload, reader, question)

    def held(self, ctx: SharedContext) -> AbstractContextManager[object]:
        return ctx.lease()

    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        (decision,) = handoff.decide([Payload(payload, "searcher", conversation=question)], reader)
        tools = f"{RetrievalTool.name} {TOOL}" if decision.needs_tool else ""
        return Sent([f"{question}\n{decision.text}"] * 2, [tools, tools], "Done.")

    def interrupted(self, payload: str, ctx: SharedContext | None, place: Path) -> None:
        (place / "found").write_text(payload)

    def resumed(self, ctx: SharedContext | None, place: Path) -> Sent:
        return self.run((place / "found").read_text(), ctx)


class TestToy(Toy):
    __test__ = True


class AlwaysAttaches(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        sent = super().sent(handoff, payload, reader, question)
        return Sent(sent.calls, [f"{RetrievalTool.name} {TOOL}"] * 2, sent.result)


class NeverAttaches(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        sent = super().sent(handoff, payload, reader, question)
        return Sent(sent.calls, ["", " "], sent.result)


class ForgetsTheReader(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        return super().sent(handoff, payload, Reader(tool_tokens=reader.tool_tokens), question)


class AsksAnew(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        texts = [
            handoff.decide([Payload(payload)], Reader("clerk", query=asked))[0].text
            for asked in ("request 5", "request 277")
        ]
        return Sent([f"{question}\n{text}" for text in texts], ["", ""], "Done.")


class LetsErrorsOut(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        handoff.ctx.put("payload", payload)
        return super().sent(handoff, payload, reader, question)


class HoldsNothing(Toy):
    def held(self, ctx: SharedContext) -> AbstractContextManager[object]:
        return nullcontext(ctx)


class KeepsViewsAlone(Toy):
    def interrupted(self, payload: str, ctx: SharedContext | None, place: Path) -> None:
        sent = self.run(payload, ctx).last
        super().interrupted(sent.partition("\n")[2], ctx, place)


class RemembersViews(Toy):
    def __init__(self) -> None:
        self.seen: dict[str, Sent] = {}

    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        if payload not in self.seen:
            self.seen[payload] = super().sent(handoff, payload, reader, question)
        return self.seen[payload]


class TidiesUp(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        sent = super().sent(handoff, payload, reader, question)
        handoff.ctx.clear()
        return sent


class DoesNothing(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        return Sent([f"{question}\n{payload}"] * 2, ["", ""], "Done.")


class OnlyOnce(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        if len(handoff.ctx):
            return Sent([f"{question}\n{payload}"] * 2, ["", ""], "Done.")
        return super().sent(handoff, payload, reader, question)


class SaysItAgain(Toy):
    def sent(self, handoff: Handoff, payload: str, reader: Reader, question: str) -> Sent:
        super().sent(handoff, payload, reader, question)
        logging.getLogger("toy").warning("the payload goes on as it is")
        return super().sent(handoff, payload, reader, question)


@pytest.mark.parametrize(
    ("broken", "found_by"),
    [
        (AlwaysAttaches, lambda each: each.test_no_run_costs_more_than_without_us(8, ctx())),
        (NeverAttaches, lambda each: each.test_no_view_names_a_tool_that_its_reader_lacks(ctx())),
        (ForgetsTheReader, lambda each: each.test_a_reader_that_gets_originals(ctx())),
        (
            ForgetsTheReader,
            lambda each: each.test_a_view_is_made_for_what_its_reader_is_told(ctx()),
        ),
        (AsksAnew, lambda each: each.test_what_was_sent_is_sent_again(ctx())),
        (
            HoldsNothing,
            lambda each: each.test_what_a_run_shows_is_neither_evicted_nor_expired(),
        ),
        (OnlyOnce, lambda each: each.test_two_runs_of_one_payload_with_one_context(ctx())),
        (RemembersViews, lambda each: each.test_a_store_that_is_emptied_in_mid_run(ctx())),
        (
            TidiesUp,
            lambda each: each.test_runs_at_once_and_one_after_the_other_with_equal_payloads(ctx()),
        ),
        (DoesNothing, lambda each: each.test_what_saves_much_is_a_view(ctx())),
        (DoesNothing, lambda each: each.test_each_decision_is_told_with_its_reason(ctx())),
    ],
)
def test_what_is_wrong_is_found(broken: type[Toy], found_by: Callable[[Toy], None]) -> None:
    with pytest.raises(AssertionError):
        found_by(broken())


def test_an_error_that_gets_out_is_found(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Exception, match="a fault before"):
        LetsErrorsOut().test_a_store_that_fails_or_lies("before", caplog)


def test_what_is_said_twice_is_found(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        SaysItAgain().test_a_store_that_hangs(caplog)


def test_views_without_originals_are_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AssertionError):
        KeepsViewsAlone().test_a_run_that_goes_on_in_another_process(False, tmp_path, caplog)


def ctx() -> SharedContext:
    return SharedContext()
