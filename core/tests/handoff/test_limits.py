"""The most tokens of a view, by its producer, and of all that a model is sent."""

from __future__ import annotations

import json
import logging

import pytest

from headroom import Decision, Handoff, MemoryStore, Payload, Reader, Savings, SharedContext

READER = Reader("clerk", query="Which request was slow?", has_tool=True)


#: What a log has once each: lines that a view without a limit shows.
ONCE = [
    f"{who} {did} {what}"
    for who, did in (("the cache", "dropped"), ("a worker", "left"), ("queue", "grew by"))
    for what in (
        "half of its pages at noon",
        "the pool before others came",
        "two parts of a late order",
        "an old lease without a word",
        "whatever the night had left",
        "some of it, then the rest",
        "no more than was asked for",
    )
]


def log(number: int, lines: int = 300) -> str:
    said = [f"INFO {number} request {n} took {n * n % 71} ms" for n in range(lines)]
    for place, once in enumerate(ONCE):
        said[20 + place * 10] = f"INFO {number} {once}"
    return "\n".join(said)


def payloads(count: int) -> list[Payload]:
    """As in a conversation: what stands before each is all earlier ones."""
    return [Payload(log(n), f"tool{n}", conversation=f"talk {n}") for n in range(count)]


def size(decided: list[Decision], ctx: SharedContext) -> int:
    return sum(ctx.count_tokens(one.text) for one in decided)


# By producer


def test_each_producer_has_its_own_limit() -> None:
    ctx = SharedContext()
    handoff = Handoff(ctx, max_tokens={"small": 150, "node": 200, "large": 100_000})
    decided = handoff.decide(
        [
            Payload(log(1), "small"),
            Payload(log(2), "other"),
            Payload(log(3), "call", names=frozenset({"node", "large"})),
        ],
        READER,
    )
    tokens = [ctx.count_tokens(one.text) for one in decided]
    free = Handoff(SharedContext()).decide([Payload(log(2), "other")], READER)[0]
    assert tokens[0] <= 150
    assert decided[1].text == free.text
    assert tokens[1] > 200
    assert tokens[2] <= 200


def test_a_limit_of_one_producer_leaves_the_prose_of_others_whole() -> None:
    prose = " ".join(f"The clerk of town {n} had a letter that nobody read." for n in range(60))
    handoff = Handoff(SharedContext(), max_tokens={"short": 100})
    short, other = handoff.decide([Payload(prose, "short"), Payload(prose, "other")], READER)
    assert short.is_view
    assert other.text == prose


def test_a_limit_is_as_it_was_when_the_handoff_was_made() -> None:
    limits = {"small": 150}
    handoff = Handoff(SharedContext(), max_tokens=limits)
    limits.clear()
    (decision,) = handoff.decide([Payload(log(1), "small")], READER)
    assert decision.sent_tokens <= 150


def test_handoffs_with_limits_can_be_compared_and_looked_up() -> None:
    ctx, run = SharedContext(), Savings()
    first, second, other = (
        Handoff(ctx, max_tokens={"a": number, "b": 7}, savings=run) for number in (150, 150, 200)
    )
    assert first == second != other
    assert {first.max_tokens: 1}[second.max_tokens] == 1


@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_that_makes_no_sense_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="max_tokens"):
        Handoff(SharedContext(), max_tokens={"small": limit})


def test_a_producer_that_does_not_exist_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    Handoff(SharedContext(), max_tokens={"small": 150, "smal": 150}).check_names(["small"])
    assert [each.getMessage() for each in caplog.records] == [
        "max_tokens names 'smal', and nothing in this run is called so"
    ]


# Of the whole input


def test_what_fits_is_decided_as_without_a_budget() -> None:
    free = Handoff(SharedContext()).decide(payloads(3), READER)
    assert Handoff(SharedContext()).decide(payloads(3), READER, room=100_000) == free


async def test_the_oldest_views_are_tightened_first() -> None:
    ctx = SharedContext()
    free = Handoff(SharedContext()).decide(payloads(4), READER)
    room = size(free, ctx) - 50
    decided = await Handoff(ctx).adecide(payloads(4), READER, room=room)
    assert size(decided, ctx) <= room
    assert decided[0].sent_tokens < free[0].sent_tokens
    assert [one.text for one in decided[1:]] == [one.text for one in free[1:]]
    for one, payload in zip(decided, payloads(4)):
        assert one.key is not None
        assert ctx.get(one.key, full=True) == payload.text
        assert ctx.original_of(one.text) == payload.text
        assert f'headroom_retrieve(key="{one.key}"' in one.text


def test_what_was_sent_stays_where_the_new_ones_are_enough() -> None:
    ctx = SharedContext()
    first = Handoff(ctx).decide(payloads(3), READER)
    free = Handoff(SharedContext()).decide(payloads(4), READER)
    room = size(free, ctx) - 50
    second = Handoff(ctx).decide(payloads(4), READER, room=room)
    assert [one.text for one in second[:3]] == [one.text for one in first]
    assert size(second, ctx) <= room
    # And so on the next turn.
    again = Handoff(ctx).decide(payloads(4), READER, room=room)
    assert [one.text for one in again] == [one.text for one in second]


def test_where_what_was_sent_must_change_it_does_so_once_for_several_turns() -> None:
    ctx = SharedContext()
    handoff = Handoff(ctx)
    sizes: list[int] = []
    before: list[Decision] = []
    changed = 0
    one = size(Handoff(SharedContext()).decide(payloads(1), READER), ctx)
    room = 6 * one
    for turn in range(1, 12):
        decided = handoff.decide(payloads(turn), READER, room=room)
        sizes.append(size(decided, ctx))
        changed += any(now.text != old.text for now, old in zip(decided, before))
        before = decided
    assert max(sizes) <= room
    assert 0 < changed <= 3


def test_what_may_not_change_stays_and_a_budget_that_is_too_small_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ctx = SharedContext()
    handoff = Handoff(ctx, exclude=["tool0"])
    for _ in range(2):
        with caplog.at_level(logging.WARNING):
            decided = handoff.decide([*payloads(3), Payload("A note.")], READER, room=10)
    assert decided[0].text == log(0)
    assert decided[3].text == "A note."
    assert decided[1].sent_tokens <= 100
    assert decided[2].sent_tokens <= 100
    assert sum("max_input_tokens" in each.getMessage() for each in caplog.records) == 1
    caplog.clear()
    whole = Handoff(SharedContext(), full_for=["clerk"]).decide(payloads(2), READER, room=10)
    assert [one.text for one in whole] == [log(0), log(1)]


def test_prose_gives_way_where_there_is_no_room_for_all_of_it() -> None:
    prose = " ".join(f"The clerk of town {n} had a letter that nobody read." for n in range(60))
    ctx = SharedContext()
    (kept,) = Handoff(ctx).decide([Payload(prose)], READER, room=10_000)
    (tight,) = Handoff(ctx).decide([Payload(prose)], READER, room=300)
    assert kept.text == prose
    assert tight.is_view
    assert ctx.count_tokens(tight.text) <= 300


def test_nothing_is_left_out_for_a_reader_that_cannot_look_it_up() -> None:
    reader = Reader("clerk", tool_tokens=160, can_attach=False)
    (decision,) = Handoff(SharedContext()).decide([Payload(log(0))], reader, room=200)
    assert decision.text == log(0)


def test_what_is_tightened_is_counted_and_told() -> None:
    told: list[Decision] = []
    handoff = Handoff(SharedContext(), on_handoff=told.append)
    decided = handoff.decide(payloads(2), READER, room=400)
    assert told == decided
    (reader,) = handoff.stats().readers.values()
    assert reader.not_sent == sum(one.tokens - one.sent_tokens for one in decided)
    assert reader.views == 2


def test_another_process_sends_what_was_tightened() -> None:
    store = MemoryStore()
    tight = Handoff(SharedContext(store=store)).decide(payloads(2), READER, room=400)
    again = Handoff(SharedContext(store=store)).decide(payloads(2), READER)
    assert [one.text for one in again] == [one.text for one in tight]


def test_a_store_that_fails_while_views_are_tightened() -> None:
    class Full(MemoryStore):
        writes = 0

        def put(self, *args: object, **options: object) -> bool:
            Full.writes += 1
            if Full.writes > 2:
                raise OSError("no space left")
            return super().put(*args, **options)  # type: ignore[arg-type]

    ctx = SharedContext(store=Full(), on_error="passthrough")
    free = Handoff(SharedContext()).decide(payloads(2), READER)
    decided = Handoff(ctx).decide(payloads(2), READER, room=300)
    assert [one.text for one in decided] == [one.text for one in free]


def test_rows_are_tightened_by_what_is_asked() -> None:
    rows = json.dumps([{"id": n, "state": n * n % 7, "town": f"t{n * 7 % 61}"} for n in range(300)])
    reader = Reader("clerk", query="What of id 217?", has_tool=True)
    (decision,) = Handoff(SharedContext()).decide([Payload(rows)], reader, room=200)
    assert "\n217," in decision.text
