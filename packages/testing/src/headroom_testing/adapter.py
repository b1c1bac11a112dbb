"""What an adapter for a framework must do, as a class of tests to inherit."""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headroom import Decision, MemoryStore, Savings, SharedContext
from headroom_testing.faulty import FaultyStore

__all__ = ["AdapterContract", "Sent"]

# Seconds that a store may take before it counts as one that failed, in these tests.
_SHORT = 0.2
_LINES = 300


def _log(lines: int) -> str:
    """Lines of which a view leaves out most."""
    return "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(lines))


_WORDS = "harbour clerk letters evening mayor ships ledger promise winter bridge money".split()
_PROSE = " ".join(
    f"The {_WORDS[n % 11]} that she remembered had a {_WORDS[n * 7 % 10]} near the "
    f"{_WORDS[n * 5 % 9]} of {_WORDS[n % 7]}{'.' if n % 3 else ', and nobody knew why.'}"
    for n in range(60)
)


@dataclass(frozen=True)
class Sent:
    """What the reader's model was sent."""

    #: All text of each of its calls.
    calls: list[str]
    #: The schemas of the tools of each call, as text; empty where the text tells of them.
    tools: list[str] = field(default_factory=list)
    #: What the user got in the end.
    result: str = ""

    @property
    def last(self) -> str:
        """The text of the last call."""
        return self.calls[-1]


class AdapterContract:
    """The promises at the level of a run. Inherit it, and say how a run of the framework goes.

    A run is the simplest one in which an agent hands a payload to another one, with a scripted
    model that records what it is sent::

        class TestMyFramework(AdapterContract):
            reader = "analyst"

            def run(self, payload, ctx, question="...", then=None, **options):
                ...
                return Sent(model.texts, model.tools, result)

    """

    #: What ``full_for`` calls the agent, task or node that reads the payload.
    reader: str
    #: Whether a reader reads one payload in several calls, so that its prompt is to stay the same.
    has_conversations = False
    #: Whether a run can be interrupted, and go on in another process: ``interrupted`` and
    #: ``resumed`` say how.
    can_resume = False

    @abstractmethod
    def run(
        self,
        payload: str,
        ctx: SharedContext | None,
        *,
        question: str = "Which request was slow?",
        before_reading: Any = None,
        **options: Any,
    ) -> Sent:
        """Runs the framework once.

        Args:
            payload: What the first agent hands to the reader.
            ctx: The context; ``None`` for a run without Headroom.
            question: What the user asks.
            before_reading: Called, if it is given, when the payload is there and the reader's model
                has not been called yet, and before the adapter decides if that can be.
            options: Of the adapter.

        """
        raise NotImplementedError

    def interrupted(self, payload: str, ctx: SharedContext | None, place: Path) -> None:
        """Runs until the payload is there, and its reader has not been called yet.

        Args:
            payload: What the first agent hands to the reader.
            ctx: The context; ``None`` for a run without Headroom.
            place: An empty folder, for all that ``resumed`` needs.

        """
        raise NotImplementedError

    def resumed(self, ctx: SharedContext | None, place: Path) -> Sent:
        """Goes on with what ``interrupted`` left, as another process does."""
        raise NotImplementedError

    @pytest.fixture
    def ctx(self) -> Iterator[SharedContext]:
        """A context of its own for each test."""
        with SharedContext() as ctx:
            yield ctx

    # It pays, or it does not happen

    @pytest.mark.parametrize("lines", [8, 16, 24, 32, 48, 64, _LINES])
    def test_no_run_costs_more_than_without_us(self, lines: int, ctx: SharedContext) -> None:
        """Texts and tools, of each call of the reader's model."""
        payload = _log(lines)
        without = self.run(payload, None)
        with_views = self.run(payload, ctx, min_tokens=0)
        assert _cost(with_views, ctx) <= _cost(without, ctx)

    def test_what_saves_much_is_a_view(self, ctx: SharedContext) -> None:
        """Else the test above would hold for an adapter that does nothing."""
        payload = _log(_LINES)
        without, with_views = self.run(payload, None), self.run(payload, ctx)
        assert payload in without.last
        assert payload not in with_views.last
        assert _cost(with_views, ctx) < _cost(without, ctx) / 2
        assert [ctx.get(key, full=True) for key in ctx] == [payload]

    def test_no_view_names_a_tool_that_its_reader_lacks(self, ctx: SharedContext) -> None:
        """And a reader is told of none that it does not need."""
        for payload in (_log(_LINES), "A short note."):
            sent = self.run(payload, ctx)
            for text, tools in zip(sent.calls, sent.tools or sent.calls):
                if "headroom_retrieve(key=" in text:
                    assert "headroom_retrieve" in tools.replace("headroom_retrieve(key=", "")

    def test_prose_that_can_be_read_whole_stays_whole(self, ctx: SharedContext) -> None:
        """A reviewer sees the draft."""
        assert _PROSE in self.run(_PROSE, ctx).last

    # The reader

    def test_a_reader_that_gets_originals(self, ctx: SharedContext) -> None:
        """By the framework's own words."""
        payload = _log(_LINES)
        sent = self.run(payload, ctx, full_for=[self.reader])
        assert payload in sent.last

    def test_a_reader_that_does_not_exist_is_warned_of_once(
        self, ctx: SharedContext, caplog: pytest.LogCaptureFixture
    ) -> None:
        """And the one that exists is not."""
        self.run(_log(_LINES), ctx, full_for=[self.reader, "nobody"])
        said = [each.getMessage() for each in caplog.records]
        assert sum("nobody" in each for each in said) == 1
        assert not any(f"{self.reader!r}" in each for each in said)

    def test_a_view_is_made_for_what_its_reader_is_told(self, ctx: SharedContext) -> None:
        """Rows that are asked for are there."""
        rows = ",\n".join(f'{{"id": {n}, "state": {n * n % 7}}}' for n in range(300))
        sent = self.run(f"[{rows}]", ctx, question="What of id 4127 and id 217?", max_tokens=200)
        assert "217" in sent.last.replace("id 217", "")

    # What is told

    def test_each_decision_is_told_with_its_reason(self, ctx: SharedContext) -> None:
        """And what is counted is what was not sent."""
        told: list[Decision] = []
        run, payload = Savings(), _log(_LINES)
        without = self.run(payload, None)
        with_views = self.run(payload, ctx, on_handoff=told.append, savings=run)
        assert any(each.is_view and each.reason.startswith("view: ") for each in told)
        assert 0 < run.stats().saved <= _cost(without, ctx) - _cost(with_views, ctx)
        assert ctx.stats().handoffs == run.stats()
        told.clear()
        self.run(_PROSE, ctx, on_handoff=told.append)
        assert any("which can be read whole" in each.reason for each in told)

    def test_a_callback_that_fails_never_ends_the_run(self, ctx: SharedContext) -> None:
        """It is the user's, and no part of the run."""

        def broken(_: Decision) -> None:
            raise ZeroDivisionError

        payload = _log(_LINES)
        sent = self.run(payload, ctx, on_handoff=broken)
        assert payload not in sent.last

    # One conversation

    def test_what_was_sent_is_sent_again(self, ctx: SharedContext) -> None:
        """The provider's cache of the prompt holds."""
        if not self.has_conversations:
            pytest.skip("no reader here reads one payload in several calls")
        sent = self.run(_log(_LINES), ctx)
        assert len(sent.calls) > 1
        for earlier, later in zip(sent.calls, sent.calls[1:]):
            assert later.startswith(earlier)

    # What a run shows

    def test_what_a_run_shows_is_neither_evicted_nor_expired(self) -> None:
        """A lease holds it: what others put takes no room from it, and time does not end it."""
        ctx = SharedContext(ttl=_SHORT, max_entries=2)
        payload, found = _log(_LINES), list[str | None]()

        def others(key: str) -> None:
            for number in range(5):
                ctx.put(f"other {number}", f"This is text {number}.")
            time.sleep(2 * _SHORT)
            found.append(ctx.get(key, full=True))

        def told(decision: Decision) -> None:
            if decision.key is not None:
                # A thread has no part in the run, and holds nothing for it.
                thread = threading.Thread(target=others, args=(decision.key,))
                thread.start()
                thread.join()

        sent = self.run(payload, ctx, on_handoff=told)
        assert payload not in sent.last
        assert found
        assert set(found) == {payload}

    # What goes wrong

    @pytest.mark.parametrize("fault", ["before", "after", "truncate", "change"])
    def test_a_store_that_fails_or_lies(self, fault: Any, caplog: pytest.LogCaptureFixture) -> None:
        """The run goes on; whoever reads gets the original, or a view of it."""
        payload = _log(_LINES)
        without = self.run(payload, None)
        ctx = SharedContext(store=FaultyStore(MemoryStore(), script=[fault] * 10_000))
        with caplog.at_level(logging.WARNING):
            sent = self.run(payload, ctx)
        assert sent.result == without.result
        if fault in ("before", "after"):
            assert payload in sent.last
            assert _said(caplog) == 1

    def test_a_store_that_hangs(self, caplog: pytest.LogCaptureFixture) -> None:
        """It counts as one that failed, and no call waits for it again and again."""
        payload, released = _log(_LINES), threading.Event()
        try:
            ctx = SharedContext(store=_Hanging(released), store_timeout=_SHORT)
            with caplog.at_level(logging.WARNING):
                sent = self.run(payload, ctx)
        finally:
            released.set()
        assert payload in sent.last
        assert _said(caplog) == 1

    @pytest.mark.parametrize("lasts", [False, True])
    def test_a_context_that_is_closed_in_mid_run(
        self, lasts: bool, tmp_path: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The original goes on, and why is said once."""
        payload = _log(_LINES)
        ctx = SharedContext(store=f"sqlite:///{tmp_path / 'context.db'}" if lasts else None)
        with caplog.at_level(logging.WARNING):
            sent = self.run(payload, ctx, before_reading=ctx.close)
        assert payload in sent.last
        assert _said(caplog) == 1

    @pytest.mark.parametrize("keeps", [True, False])
    def test_a_run_that_goes_on_in_another_process(
        self, keeps: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With a store that has kept the originals, or not: then they go on, or it is said once."""
        if not self.can_resume:
            pytest.skip("no run here is said to go on in another process")
        payload, places = _log(_LINES), [tmp_path / name for name in ("without", "with")]
        for place in places:
            place.mkdir()
        self.interrupted(payload, None, places[0])
        without = self.resumed(None, places[0])
        store = f"sqlite:///{tmp_path / 'context.db'}" if keeps else None
        with SharedContext(store=store) as ctx:
            self.interrupted(payload, ctx, places[1])
        # What another process knows: what the store has kept.
        with SharedContext(store=store) as ctx:
            sent = self.resumed(ctx, places[1])
            kept = [ctx.get(key, full=True) for key in ctx]
        assert payload in without.last
        assert sent.result == without.result
        is_there = payload in kept or payload in sent.last
        if keeps:
            assert is_there
            assert payload not in sent.last
        said = [each for each in caplog.records if each.levelno >= logging.WARNING]
        assert len(said) == (0 if is_there else 1)

    def test_two_runs_of_one_payload_with_one_context(self, ctx: SharedContext) -> None:
        """One after the other, and the second for another question: the original is there."""
        payload = _log(_LINES)
        for question in ("Which request was slow?", "What of request 217?"):
            assert payload not in self.run(payload, ctx, question=question).last
        assert {ctx.get(key, full=True) for key in ctx} == {payload}

    def test_a_store_that_is_emptied_in_mid_run(self, ctx: SharedContext) -> None:
        """As where a run is taken up and the store is a new one: no view lacks its original."""
        payload = _log(_LINES)
        without = self.run(payload, None)
        self.run(payload, ctx)
        sent = self.run(payload, ctx, before_reading=ctx.clear)
        assert sent.result == without.result
        assert payload in sent.last or payload in [ctx.get(key, full=True) for key in ctx]

    def test_two_runs_with_one_context(self, ctx: SharedContext) -> None:
        """At one time: each gets what it would get alone."""
        payloads = [_log(_LINES), _log(_LINES).replace("INFO", "WARN")]
        found = self._at_once(payloads, ctx)
        for (text, other), each in zip((payloads, reversed(payloads)), found):
            assert text[:4] in each.last
            assert other[:4] not in each.last

    def test_runs_at_once_and_one_after_the_other_with_equal_payloads(
        self, ctx: SharedContext
    ) -> None:
        """Who ends first takes nothing from the other: all read one view of one original."""
        payload = _log(_LINES)
        found = [*self._at_once([payload, payload], ctx), self.run(payload, ctx)]
        assert len({(each.last, each.result) for each in found}) == 1
        assert payload not in found[0].last
        assert [ctx.get(key, full=True) for key in ctx] == [payload]

    def _at_once(self, payloads: list[str], ctx: SharedContext) -> list[Sent]:
        with ThreadPoolExecutor(len(payloads)) as pool:
            return list(pool.map(lambda payload: self.run(payload, ctx), payloads))


class _Hanging(MemoryStore):
    """A store that answers when it is told to, and not before."""

    def __init__(self, released: threading.Event) -> None:
        super().__init__()
        self._released = released

    def next_version(self, namespace: str) -> int:
        self._released.wait()
        return super().next_version(namespace)

    def view_origin(self, namespace: str, view_reference: str) -> str | None:
        self._released.wait()
        return super().view_origin(namespace, view_reference)


def _cost(sent: Sent, ctx: SharedContext) -> int:
    return sum(map(ctx.count_tokens, [*sent.calls, *sent.tools]))


def _said(caplog: pytest.LogCaptureFixture) -> int:
    """How often it was said why a payload goes on as it is."""
    return sum("as it is" in each.getMessage() for each in caplog.records)
