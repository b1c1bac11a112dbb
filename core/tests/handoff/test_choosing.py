"""The edges of the policy, to the token."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headroom import WHOLE_PROSE_TOKENS, CompressResult, Omission, Reader
from headroom.handoff.policy import (
    LOOKUP_TOKENS,
    Candidate,
    Payload,
    choose,
    tool_cost,
    why_kept,
    why_whole,
    worth_a_lookup,
)


def candidate(
    tokens: int = 1000,
    after: int = 400,
    *,
    kind: str = "json",
    loses: bool = True,
    changed: bool = True,
    failure: str | None = None,
    max_tokens: int | None = None,
) -> Candidate:
    left_out = (Omission("rows", 7),) if loses else ()
    result = CompressResult(
        text="view",
        tokens_before=tokens,
        tokens_after=after,
        kind=kind,
        lossless=not loses,
        transforms=("crusher",) if changed else (),
        omissions=left_out,
        failure=failure,
    )
    return Candidate(Payload("text"), "text", tokens, "key", None, None, max_tokens, None, result)


def test_a_view_that_is_the_payload_saves_nothing_whatever_it_counts() -> None:
    assert candidate(1000, 400).saves == 600
    assert candidate(1000, 400, changed=False).saves == 0


@pytest.mark.parametrize("costs", [None, 0, 1, 449, 450, 451, 599, 600, 601])
def test_views_pay_where_they_save_more_than_the_tool_and_a_lookup_cost(costs: int | None) -> None:
    reader = Reader("clerk", tool_tokens=costs)
    cost = costs or 0
    assert LOOKUP_TOKENS == 150, "docs/explanation/promises.md names the number"
    assert tool_cost(reader) == cost
    assert choose([candidate()], reader) == (cost < 450)
    # What leaves nothing out does not pay for the tool of the others.
    assert choose([candidate(), candidate(loses=False)], reader) == (cost < 450)
    assert choose([candidate(), candidate(9, 8)], reader) == (cost < 451)
    assert choose([candidate()], Reader("clerk", tool_tokens=costs, has_tool=True))
    # Whoever says how much there may be wants no more, whatever a lookup costs.
    assert choose([candidate(max_tokens=400)], reader) == (cost < 600)


def test_a_view_that_leaves_something_out_saves_more_than_a_lookup_costs() -> None:
    assert worth_a_lookup(candidate(1000, 849))
    assert not worth_a_lookup(candidate(1000, 850))
    assert worth_a_lookup(candidate(1000, 999, max_tokens=999))


def test_prose_is_read_whole_below_a_number_of_tokens_and_not_at_it() -> None:
    assert WHOLE_PROSE_TOKENS == 3000, "docs/explanation/promises.md names the number"
    below = candidate(WHOLE_PROSE_TOKENS - 1, kind="text")
    assert why_whole(below) == "kept: 2,999 tokens of prose, which can be read whole"
    assert why_whole(candidate(WHOLE_PROSE_TOKENS, kind="text")) is None
    assert why_whole(candidate(kind="text", max_tokens=500)) is None
    assert why_whole(candidate(kind="text", loses=False)) is None
    # Kinds on either side of it in the alphabet.
    assert why_whole(candidate(kind="table")) is None
    assert why_whole(candidate(kind="xml")) is None


DRAFT = (
    "It rained all night, and in the morning the river was over its banks. Nobody had slept. "
    "The miller carried what he could up the hill, sack after sack, while his daughter held the "
    "lamp. By noon the old bridge had gone, and with it the only way to the market."
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("json", json.dumps({"title": "A flood", "body": DRAFT})),
        ("json", json.dumps({"sections": [{"text": DRAFT}, {"text": DRAFT[40:]}]})),
        ("json", f"title='A flood' body='{DRAFT}'"),
        ("records", f"MR. LIND: {DRAFT}\nMRS. WU: Did nobody warn you of what was to come?"),
        ("records", "- " + DRAFT.replace(". ", ".\n  - ")),
        ("log", "\n".join(f"<ana> {one}" for one in DRAFT.split(". "))),
        ("mixed", f"# A flood\n\n{DRAFT}"),
    ],
)
def test_prose_is_prose_in_whatever_it_is_wrapped(kind: str, text: str) -> None:
    told = replace(candidate(kind=kind), text=text)
    assert why_whole(told) == "kept: 1,000 tokens of prose, which can be read whole"
    assert why_whole(replace(told, max_tokens=500)) is None
    assert why_whole(replace(told, tokens=WHOLE_PROSE_TOKENS)) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("json", json.dumps([{"id": n, "state": "open", "total": n * 3} for n in range(40)])),
        # A reader wants some of what a search found.
        ("json", json.dumps([{"url": f"https://a.b/{n}", "said": DRAFT[n:]} for n in range(6)])),
        # What programs write again and again.
        (
            "log",
            "\n".join(
                f"The job was sent to the worker and is now done in {n} ms" for n in range(40)
            ),
        ),
        ("code", f'"""{DRAFT}"""'),
        ("search", "\n".join(f"docs/a.md:{n}: {DRAFT}" for n in range(9))),
    ],
)
def test_what_programs_write_is_no_prose(kind: str, text: str) -> None:
    assert why_whole(replace(candidate(kind=kind), text=text)) is None


def test_a_view_is_one_that_saves_a_token() -> None:
    assert why_whole(candidate(1000, 999)) is None
    assert why_whole(candidate(1000, 1000)) == "kept: 1,000 tokens, a view saves nothing"
    assert why_whole(candidate(1000, 1001)) == "kept: 1,000 tokens, a view saves nothing"


def test_a_failure_counts_where_nothing_came_of_it() -> None:
    failed = candidate(failure="it raised", changed=False)
    assert why_whole(failed) == "kept: 1,000 tokens, no view could be made"
    assert why_whole(candidate(failure="a part of it raised")) is None
    assert why_whole(candidate(changed=False)) == "kept: 1,000 tokens, a view saves nothing"


def test_why_a_view_is_not_shown_is_the_tool_where_it_costs_as_much() -> None:
    late = Reader("clerk", tool_tokens=449, can_attach=False)
    beginning = "kept: 1,000 tokens, a view saves 600, "
    assert why_kept(candidate(), late) == f"{beginning}its reader cannot be given the tool"
    dear = Reader("clerk", tool_tokens=450, can_attach=False)
    assert why_kept(candidate(), dear) == f"{beginning}the tool costs 450"
    there = Reader("clerk", tool_tokens=601)
    assert why_kept(candidate(), there) == f"{beginning}the tool costs 601"
    has = Reader("clerk", has_tool=True)
    assert why_kept(candidate(1000, 900), has).endswith("saves 100, a lookup costs as much")
