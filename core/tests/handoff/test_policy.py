"""Whether a payload is replaced by a view, for whom, and what is told of it."""

from __future__ import annotations

import ast
import json
import logging
import random
from dataclasses import replace
from typing import Any

import pytest

from headroom import (
    WHOLE_PROSE_TOKENS,
    BaseKind,
    Decision,
    Handoff,
    MemoryStore,
    Payload,
    PayloadTooLarge,
    Pipeline,
    Reader,
    Request,
    RetrievalTool,
    Savings,
    SharedContext,
    Source,
    View,
)
from headroom.handoff.policy import LOOKUP_TOKENS
from headroom_testing import FaultyStore

# Of each, a view leaves something out.
ROWS = json.dumps(
    [
        {"id": n, "state": n * n % 7, "paid": n * 31 % 89, "town": f"t{n * 7 % 61}"}
        for n in range(300)
    ]
)
OTHERS = "\n".join(f"INFO request {n} took {n * n % 71} ms" for n in range(400))
_WORDS = (
    "harbour clerk letters evening mayor Oslo ships ledger promise winter bridge money daughter "
    "silence argument window table engine border market answer weather doctor journey garden"
).split()
_CHANCE = random.Random(7)


def _sentence() -> str:
    few = _CHANCE.sample(_WORDS, _CHANCE.randrange(3, 7))
    return (
        f"The {few[0]} that she remembered had a {few[1]}, and " + " near the ".join(few[2:]) + "."
    )


DRAFT = "\n\n".join(" ".join(_sentence() for _ in range(6)) for _ in range(16))


def rows(count: int) -> str:
    """Rows that differ a little, so that a view saves a part of them."""
    return json.dumps(
        [{"id": 7 * n, "name": f"item {n * n % 97}", "price": n * 31 % 89} for n in range(count)]
    )


def test_a_view_is_shown_where_it_saves_more_than_the_tool_costs(ctx: SharedContext) -> None:
    (decision,) = Handoff(ctx).decide([Payload(ROWS, "orders")], Reader("clerk", tool_tokens=160))
    assert decision.is_view
    assert decision.needs_tool
    assert decision.tool_tokens == 160
    assert decision.saved == ctx.count_tokens(ROWS) - ctx.count_tokens(decision.text) - 160
    assert "headroom_retrieve(" in decision.text
    assert decision.reason.endswith("the tool costs 160")


@pytest.mark.parametrize("cost", [0, 160, 2000, 10**6])
@pytest.mark.parametrize("count", range(5, 60, 5))
def test_no_handoff_costs_more_than_doing_nothing(
    ctx: SharedContext, count: int, cost: int
) -> None:
    payload = rows(count)
    handoff = Handoff(ctx, min_tokens=0)
    (decision,) = handoff.decide([Payload(payload)], Reader("clerk", tool_tokens=cost))
    sent = ctx.count_tokens(decision.text) + (cost if decision.needs_tool else 0)
    assert sent <= ctx.count_tokens(payload)
    assert decision.saved == ctx.count_tokens(payload) - sent
    # A view that leaves something out is never without the way back.
    entry = ctx.get_entry(decision.key or "nothing")
    assert not (entry and entry.omissions) or "headroom_retrieve(" in decision.text


def test_a_payload_that_does_not_pay_for_the_tool_is_kept_and_says_why(ctx: SharedContext) -> None:
    told: list[Decision] = []
    handoff = Handoff(ctx, on_handoff=told.append)
    reader = Reader("clerk", tool_tokens=10**6)
    (decision,) = handoff.decide([Payload(OTHERS)], reader)
    if decision.is_view:
        # What leaves nothing out needs no tool.
        assert not decision.needs_tool
        assert ctx.require(decision.key or "").lossless
    (kept,) = handoff.decide([Payload(DRAFT * 3)], reader)
    assert kept.text == DRAFT * 3
    assert not kept.is_view
    tokens = ctx.count_tokens(DRAFT * 3)
    assert kept.reason.startswith(f"kept: {tokens:,} tokens, a view saves ")
    assert kept.reason.endswith(", the tool costs 1,000,000")
    assert told == [decision, kept]


def test_payloads_for_one_reader_share_the_tool(ctx: SharedContext) -> None:
    payloads = [Payload("\n".join(OTHERS.splitlines()[:count])) for count in (60, 70, 80)]
    handoff = Handoff(ctx)
    saved = [
        ctx.count_tokens(one.text) - ctx.count_tokens(decided.text)
        for one, decided in zip(payloads, handoff.decide(payloads, Reader("x", has_tool=True)))
    ]
    assert all(saved)
    cost = sum(saved) - LOOKUP_TOKENS - 1
    decided = handoff.decide(payloads, Reader("clerk", tool_tokens=cost))
    assert [one.needs_tool for one in decided] == [True] * 3
    assert [one.tool_tokens for one in decided] == [cost, 0, 0]
    assert sum(one.saved for one in decided) == LOOKUP_TOKENS + 1
    alone = handoff.decide(payloads[:1], Reader("clerk", tool_tokens=cost))
    assert not alone[0].needs_tool


def test_a_tool_that_is_there_costs_nothing_more(ctx: SharedContext) -> None:
    (decision,) = Handoff(ctx).decide([Payload(ROWS)], Reader("clerk", has_tool=True))
    assert decision.needs_tool
    assert decision.tool_tokens == 0


def test_without_a_tool_no_view_names_it(ctx: SharedContext) -> None:
    (decision,) = Handoff(ctx).decide([Payload(ROWS)], Reader("clerk"))
    assert decision.is_view
    assert not decision.needs_tool
    assert "headroom_retrieve(" not in decision.text


def test_prose_that_can_be_read_whole_stays_whole(ctx: SharedContext) -> None:
    assert 1000 < ctx.count_tokens(DRAFT) < WHOLE_PROSE_TOKENS < ctx.count_tokens(DRAFT * 3)
    handoff, reader = Handoff(ctx), Reader("editor", query="the mayor", has_tool=True)
    short, long = handoff.decide([Payload(DRAFT), Payload(DRAFT * 3)], reader)
    assert short.text == DRAFT
    assert "of prose, which can be read whole" in short.reason
    assert long.is_view
    # Whoever wants less says so.
    (view,) = Handoff(ctx, max_tokens=400).decide([Payload(DRAFT)], reader)
    assert ctx.count_tokens(view.text) <= 400


def test_readers_that_get_originals(ctx: SharedContext) -> None:
    handoff = Handoff(ctx, full_for=["editor", "the boss"])
    for reader in (Reader("editor"), Reader("report", names=frozenset({"the boss"}))):
        (decision,) = handoff.decide([Payload(ROWS)], reader)
        assert decision.text == ROWS
        assert "gets originals" in decision.reason
    assert len(ctx) == 0
    (view,) = handoff.decide([Payload(ROWS)], Reader("clerk"))
    (whole,) = handoff.decide([Payload(view.text)], Reader("editor"))
    assert whole.text == ROWS


def test_what_a_reader_is_told_is_the_query(ctx: SharedContext) -> None:
    for reader, options in (
        (Reader("clerk", query="id 123"), {}),
        (Reader("clerk"), {"query": "id 123"}),
    ):
        (decision,) = Handoff(ctx, max_tokens=150, **options).decide([Payload(ROWS)], reader)  # type: ignore[arg-type]
        assert "123" in decision.text


@pytest.mark.parametrize("much", [1, 60, 1000])
def test_what_is_asked_in_the_middle_of_much_is_asked(ctx: SharedContext, much: int) -> None:
    manners = "Please read everything with care and be polite to whoever asks. " * much
    asked = f"{manners}What of id 123? {manners}"
    decision = Handoff(ctx).explain(ROWS, reader=Reader("clerk", query=asked))
    assert "\n123," in decision.text


def test_of_a_pasted_document_what_identifies_is_asked(ctx: SharedContext) -> None:
    words = " ".join(f"{a}{b}{c}" for a in _WORDS for b in _WORDS for c in "xyz")
    asked = f"{words * 9}\nid 123\n{'y' * 30_000} {words * 9}"
    decision = Handoff(ctx).explain(ROWS, reader=Reader("clerk", query=asked))
    assert "\n123," in decision.text


# One conversation


def test_what_was_sent_is_sent_again_whatever_is_asked(ctx: SharedContext) -> None:
    told: list[Decision] = []
    handoff = Handoff(ctx, on_handoff=told.append)
    first, *later = (
        handoff.decide([Payload(ROWS, conversation="talk")], Reader("clerk", query=asked))[0]
        for asked in ("id 7", "id 123", "id 55")
    )
    assert {one.text for one in later} == {first.text}
    assert told == [first]
    assert not any(one.is_new for one in later)
    other = handoff.decide([Payload(ROWS, conversation="other")], Reader("clerk", query="id 123"))
    assert other[0].text != first.text


def test_what_was_kept_stays_whole(ctx: SharedContext) -> None:
    store = FaultyStore(MemoryStore(), rate=1.0)
    ctx = SharedContext(store=store)
    reader = Reader("clerk")
    handoff = Handoff(ctx)
    (first,) = handoff.decide([Payload(ROWS, conversation="talk")], reader)
    assert first.failed
    store.rate = 0
    (again,) = handoff.decide([Payload(ROWS, conversation="talk")], reader)
    assert again.text == first.text == ROWS
    assert Handoff(ctx).view(ROWS, source="elsewhere") != ROWS


def test_a_view_that_was_evicted_is_sent_and_can_be_looked_up_again() -> None:
    ctx = SharedContext(max_entries=1)
    handoff, reader = Handoff(ctx), Reader("clerk", has_tool=True)
    (first,) = handoff.decide([Payload(ROWS, conversation="talk")], reader)
    ctx.put("another", "text")
    assert first.key not in ctx
    (again,) = handoff.decide([Payload(ROWS, conversation="talk")], reader)
    assert again.text == first.text
    assert again.key == first.key
    assert ctx.get(again.key or "", full=True) == ROWS


def test_another_process_sends_the_same(store: MemoryStore) -> None:
    def sent(asked: str) -> str:
        # A context of its own, which remembers nothing.
        handoff = Handoff(SharedContext(store=store))
        reader = Reader("clerk", query=asked, has_tool=True)
        return handoff.decide([Payload(ROWS, conversation="talk")], reader)[0].text

    assert sent("id 7") == sent("id 123") != ROWS


def test_views_bear_a_tool_that_was_attached_for_them(ctx: SharedContext) -> None:
    handoff = Handoff(ctx)
    reader = Reader("clerk", has_tool=True, attached_tokens=160)
    first, second = handoff.decide([Payload(ROWS), Payload(OTHERS)], reader)
    assert (first.tool_tokens, second.tool_tokens) == (160, 0)
    assert first.reason.endswith("the tool costs 160")
    assert first.saved + second.saved == handoff.stats().saved
    # It was attached for them, whatever became of them.
    (kept,) = handoff.decide([Payload("short")], replace(reader, name="editor"))
    assert kept.saved == handoff.stats().readers["editor"].saved == -160


@pytest.mark.parametrize(("cost", "why"), [(10**6, "the tool costs 1,000,000"), (9, "cannot be")])
def test_why_a_reader_gets_no_view_that_it_could_not_look_behind(
    ctx: SharedContext, cost: int, why: str
) -> None:
    reader = Reader("clerk", tool_tokens=cost, can_attach=False)
    (decision,) = Handoff(ctx).decide([Payload(OTHERS)], reader)
    assert not decision.is_view
    assert why in decision.reason


def test_another_process_leaves_the_view_as_it_was_stored(store: MemoryStore) -> None:
    payload, sent, stored = Payload(ROWS, conversation="talk"), [], []
    # Each remembers nothing, and is asked something else.
    for asked in ("id 7", "id 123", None):
        ctx = SharedContext(store=store)
        reader = Reader("clerk", query=asked, has_tool=True)
        for _ in range(2):
            (decision,) = Handoff(ctx, max_tokens=200).decide([payload], reader)
            sent.append(decision.text)
            entry = ctx.get_entry(decision.key or "")
            assert entry is not None
            stored.append(replace(entry, timestamp=0, version=0))
    assert sent == [sent[0]] * 6
    assert stored == [stored[0]] * 6
    assert stored[0].compressed == sent[0]
    assert stored[0].compressed_tokens <= 200


@pytest.mark.parametrize("are_other_processes", [False, True])
def test_other_options_ask_for_other_views(*, are_other_processes: bool) -> None:
    store, payload = MemoryStore(), Payload(ROWS, "rows", conversation="talk")
    ctx, reader = SharedContext(store=store), Reader("clerk", has_tool=True)

    def sent(**options: Any) -> str:
        where = SharedContext(store=store) if are_other_processes else ctx
        (decision,) = Handoff(where, **options).decide([payload], reader)
        assert ctx.get(decision.key or "", full=True) == ROWS
        return decision.text

    wide, narrow = sent(max_tokens=400), sent(max_tokens={"rows": 150, "other": 9})
    free, compact = sent(), sent(fidelity="compact")
    assert ctx.count_tokens(narrow) <= 150 < ctx.count_tokens(wide) <= 400
    assert len({wide, narrow, free, compact}) == 4
    # What was sent once is sent the same again, however the same options are spelled.
    assert sent(max_tokens={"rows": 400}) == wide
    assert sent(max_tokens=150) == narrow
    assert sent(fidelity="balanced") == free
    assert sent(fidelity="compact") == compact


def test_a_budget_without_room_for_the_tool_leaves_later_readers_the_tool() -> None:
    store, payload = MemoryStore(), Payload(ROWS, conversation="talk")
    reader = Reader("clerk", tool_tokens=160)
    (tiny,) = Handoff(SharedContext(store=store), max_tokens=20).decide([payload], reader)
    assert "headroom_retrieve" not in tiny.text
    (decision,) = Handoff(SharedContext(store=store)).decide([payload], reader)
    assert "headroom_retrieve(" in decision.text
    assert decision.needs_tool


def test_each_turn_bears_the_tool_that_it_brings(ctx: SharedContext) -> None:
    handoff, reader = Handoff(ctx), Reader("clerk", tool_tokens=160)
    payload = Payload(ROWS, conversation="talk")
    turns = [handoff.decide([payload], reader)[0] for _ in range(3)]
    assert [one.tool_tokens for one in turns] == [160, 160, 160]
    real = 3 * (ctx.count_tokens(ROWS) - ctx.count_tokens(turns[0].text) - 160)
    assert handoff.stats().saved == real == sum(one.saved for one in turns)


def test_another_process_attaches_the_tool_that_the_view_names(store: MemoryStore) -> None:
    reader, payload = Reader("clerk", tool_tokens=160), Payload(ROWS, conversation="talk")
    for _ in range(2):
        (decision,) = Handoff(SharedContext(store=store)).decide([payload], reader)
        assert "headroom_retrieve(" in decision.text
        assert decision.needs_tool
        assert decision.tool_tokens == 160


def test_of_two_turns_at_once_both_count_what_is_sent(ctx: SharedContext) -> None:
    store = FaultyStore(MemoryStore())
    ctx = SharedContext(store=store)
    payload, reader = Payload(ROWS, conversation="talk"), Reader("clerk", has_tool=True)
    others: list[Decision] = []

    def meanwhile(_: object) -> None:
        # The view is stored and not sent yet: another turn fails, and sends the original.
        store.rate = 1.0
        others.extend(Handoff(ctx).decide([payload], reader))
        store.rate = 0.0

    (decision,) = Handoff(ctx, on_compress=meanwhile).decide([payload], reader)
    (other,) = others
    assert decision.text == other.text == ROWS
    assert not decision.is_view
    assert decision.saved == 0
    assert ctx.stats().handoffs.saved == 0


def test_a_store_that_fails_later_leaves_a_view_that_was_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = FaultyStore(MemoryStore())
    ctx = SharedContext(store=store)
    payload, reader = Payload(ROWS, conversation="talk"), Reader("clerk", has_tool=True)
    (first,) = Handoff(ctx).decide([payload], reader)
    store.rate = 1.0
    for _ in range(2):
        assert Handoff(ctx).decide([payload], reader)[0].text == first.text
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == [
        "a view is sent as before, and its original was not stored again: StoreError"
    ]


# What is told


def test_stats_tell_what_was_not_sent_by_reader_net_of_tools(ctx: SharedContext) -> None:
    run = Savings()
    handoff = Handoff(ctx, savings=run)
    for name in ("first", "second", "third"):
        handoff.decide([Payload(ROWS)], Reader(name, tool_tokens=160, expected_calls=2))
    Handoff(ctx).decide([Payload(OTHERS)], Reader("elsewhere"))
    stats = handoff.stats()
    assert stats == run.stats()
    assert stats.readers.keys() == {"first", "second", "third"}
    (entry,) = (one for one in map(ctx.require, ctx) if one.original == ROWS)
    saved = entry.original_tokens - entry.compressed_tokens
    assert stats.not_sent == 3 * 2 * saved
    assert stats.tool_tokens == 3 * 2 * 160
    assert stats.saved == 3 * 2 * (saved - 160)
    assert ctx.stats().handoffs.readers.keys() == {*stats.readers, "elsewhere"}
    handoff.tool_sent("fourth", 160)
    assert handoff.stats().readers["fourth"].saved == -160


def test_what_is_looked_up_counts_against(ctx: SharedContext) -> None:
    (decision,) = Handoff(ctx).decide([Payload(ROWS)], Reader("clerk", has_tool=True))
    before = ctx.stats().handoffs.saved
    answer = RetrievalTool(ctx)(decision.key or "", query="id 123")
    assert ctx.stats().handoffs.saved == before - ctx.count_tokens(answer)


def test_what_is_looked_up_counts_against_the_run_that_showed_it(ctx: SharedContext) -> None:
    run, other = Savings(), Savings()
    (decision,) = Handoff(ctx, savings=run).decide([Payload(ROWS)], Reader("clerk", has_tool=True))
    Handoff(ctx, savings=other).decide([Payload(ROWS + "]")], Reader("clerk", has_tool=True))
    answer = RetrievalTool(ctx)(decision.key or "", query="id 123")
    assert run.stats().retrieved == ctx.count_tokens(answer) > 0
    assert other.stats().retrieved == 0


def test_a_broken_callback_never_reaches_the_run(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Decision) -> None:
        raise ZeroDivisionError

    assert len(Handoff(ctx, on_handoff=broken).view(ROWS, source="a")) < len(ROWS)
    assert "on_handoff failed" in caplog.text


def test_explain_stores_counts_and_tells_nothing(ctx: SharedContext) -> None:
    told: list[Decision] = []
    handoff = Handoff(ctx, on_handoff=told.append, full_for=["editor"])
    explained = handoff.explain(ROWS, source="orders", query="id 123", reader="clerk")
    assert explained.reason.startswith("view: ")
    assert explained.reader == "clerk"
    assert handoff.explain(ROWS, reader="editor").text == ROWS
    assert len(ctx) == 0
    assert told == []
    assert not ctx.stats().handoffs.readers
    reader = Reader("clerk", query="id 123")
    assert handoff.decide([Payload(ROWS, "orders")], reader)[0].text == explained.text


def test_a_context_explains(ctx: SharedContext) -> None:
    decision = ctx.explain(ROWS, source="orders", query="id 123", reader="clerk")
    assert (decision.reader, decision.source, decision.is_view) == ("clerk", "orders", True)
    assert decision.tool_tokens == RetrievalTool(ctx).tokens
    assert decision.saved == decision.tokens - decision.sent_tokens - decision.tool_tokens
    assert len(ctx) == 0
    assert not ctx.stats().handoffs.readers
    reader = Reader("clerk", query="id 123", tool_tokens=RetrievalTool(ctx).tokens)
    assert Handoff(ctx).decide([Payload(ROWS, "orders")], reader)[0].text == decision.text


def test_a_context_explains_for_any_reader_and_any_data(ctx: SharedContext) -> None:
    assert ctx.explain(json.loads(ROWS), reader=Reader("clerk", has_tool=True)).tool_tokens == 0
    assert ctx.explain(Payload(ROWS, "orders")).source == "orders"
    short = ctx.explain(ROWS, max_tokens=300)
    assert short.sent_tokens <= 300
    assert ctx.explain(ROWS, fidelity="lossless").needs_tool is False
    assert "fewer than 200" in ctx.explain({"id": 1}).reason
    with pytest.raises(ValueError, match="max_tokens"):
        ctx.explain(ROWS, max_tokens=-1)


async def test_a_context_explains_awaited(ctx: SharedContext) -> None:
    assert await ctx.aexplain(ROWS, query="id 123") == ctx.explain(ROWS, query="id 123")
    handoff = Handoff(ctx)
    assert await handoff.aexplain(ROWS, reader="clerk") == handoff.explain(ROWS, reader="clerk")


def test_what_is_too_large_is_planned_as_it_is_decided() -> None:
    ctx = SharedContext(max_payload_bytes=len(ROWS))
    handoff, reader = Handoff(ctx), Reader("clerk", has_tool=True)
    payloads = [Payload(ROWS + " "), Payload(ROWS)]
    planned = handoff.plan(payloads, reader)
    assert [one.is_view for one in planned] == [False, True]
    assert handoff.stats().failures == 0
    assert [one.text for one in handoff.decide(payloads, reader)] == [one.text for one in planned]
    with pytest.raises(PayloadTooLarge):
        ctx.explain(ROWS + " ")


# What goes wrong


def test_a_failure_is_said_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext(store=FaultyStore(MemoryStore(), rate=1.0))
    handoff = Handoff(ctx)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            decided = handoff.decide([Payload(ROWS), Payload(OTHERS)], Reader("clerk"))
            assert [one.text for one in decided] == [ROWS, OTHERS]
            assert all(one.failed for one in decided)
    assert len(caplog.records) == 1
    assert handoff.stats().failures == 10


async def test_a_decision_that_fails_keeps_every_payload(caplog: pytest.LogCaptureFixture) -> None:
    ctx = SharedContext()
    handoff, payloads = Handoff(ctx), [Payload(ROWS, "a"), Payload(OTHERS, "b")]
    # What an adapter says wrongly is no reason to stop a run.
    reader = Reader("clerk", tool_tokens="many")  # type: ignore[arg-type]
    for decided in (
        handoff.decide(payloads, reader),
        await handoff.adecide(payloads, reader),
        handoff.plan(payloads, reader),
    ):
        assert [(one.text, one.source, one.reader) for one in decided] == [
            (ROWS, "a", "clerk"),
            (OTHERS, "b", "clerk"),
        ]
        assert all(one.failed and not one.is_view for one in decided)
        assert {one.reason for one in decided} == {"kept: something failed (TypeError)"}
    assert [record.message for record in caplog.records] == [
        "a payload is handed on as it is: TypeError"
    ]


def test_a_part_that_fails_keeps_no_view_of_the_others_back() -> None:
    class Notes(BaseKind):
        name = "notes"

        def recognise(self, source: Source) -> bool:
            return source.text.startswith("note ")

        def compress(self, source: Source, request: Request) -> View | None:
            raise KeyError

    notes = "\n".join(f"note {n}: remember the milk of day {n}" for n in range(60))
    ctx = SharedContext(pipeline=Pipeline([Notes()]))
    payload = f"These are the notes:\n\n{notes}\n\n-----\n\n{OTHERS}"
    (decision,) = Handoff(ctx).decide([Payload(payload, "notes")], Reader("clerk", tool_tokens=60))
    assert decision.is_view
    assert notes in decision.text
    assert ctx.stats().failures == 1


def test_one_that_fails_leaves_the_others_alone() -> None:
    ctx = SharedContext(max_payload_bytes=len(ROWS))
    large, view = Handoff(ctx).decide([Payload(ROWS + " "), Payload(ROWS)], Reader("clerk"))
    assert large.failed
    assert view.is_view


@pytest.mark.parametrize("seed", range(30))
def test_a_store_that_fails_now_and_then(seed: int) -> None:
    store = FaultyStore(MemoryStore(), rate=0.3, seed=seed)
    ctx = SharedContext(store=store)
    handoff = Handoff(ctx)
    reader = Reader("clerk", has_tool=True)
    sent = [
        handoff.decide(
            [Payload(ROWS, conversation="talk"), Payload(OTHERS, conversation="talk")], reader
        )
        for _ in range(5)
    ]
    store.rate = 0
    for turns, payload in zip(zip(*sent), (ROWS, OTHERS)):
        assert len({one.text for one in turns}) == 1
        assert turns[0].text == payload or ctx.original_of(turns[0].text) == payload


def test_names_that_match_nothing_are_warned_of_once(
    ctx: SharedContext, caplog: pytest.LogCaptureFixture
) -> None:
    handoff = Handoff(ctx, exclude=["secrets"], full_for=["editor", "reviewer"])
    for _ in range(2):
        handoff.check_names({"secrets", "editor"})
    assert [record.message for record in caplog.records] == [
        "full_for names 'reviewer', and nothing in this run is called so"
    ]


async def test_the_async_twin(ctx: SharedContext) -> None:
    handoff, reader = Handoff(ctx), Reader("clerk", tool_tokens=160)
    assert await handoff.adecide([Payload(ROWS)], reader) == handoff.decide([Payload(ROWS)], reader)
    broken = Handoff(SharedContext(store=FaultyStore(MemoryStore(), rate=1.0)))
    assert (await broken.adecide([Payload(ROWS)], reader))[0].text == ROWS


def test_a_payload_may_be_read_in_a_notation_that_compresses_better(ctx: SharedContext) -> None:
    shown = str(json.loads(ROWS))
    reader = Reader("clerk", has_tool=True)
    (decision,) = Handoff(ctx).decide(
        [Payload(shown, read_as=lambda text: json.dumps(ast.literal_eval(text)))], reader
    )
    assert ctx.require(decision.key or "").kind == "json"
    assert decision.tokens == ctx.count_tokens(shown)
    kept = Handoff(ctx, max_tokens=10**6, fidelity="lossless")
    (decision,) = kept.decide([Payload(DRAFT, read_as=str.upper)], reader)
    assert decision.text == DRAFT


@pytest.mark.parametrize("lines", range(4, 40, 5))
def test_what_leaves_nothing_out_is_shown_where_it_saves_as_much(
    ctx: SharedContext, lines: int
) -> None:
    payload = "\n".join(
        f"src/{_WORDS[n // 6]}/{_WORDS[n // 3 % 7]}.py:{n * 7 + 1}: {_WORDS[n % 24]} = retry(x{n})"
        for n in range(lines)
    )
    reader = Reader("clerk", tool_tokens=140)
    decision, without_loss = (
        Handoff(ctx, min_tokens=0, fidelity=fidelity).plan([Payload(payload)], reader)[0]
        for fidelity in ("balanced", "lossless")
    )
    assert decision.saved >= without_loss.saved >= 0
