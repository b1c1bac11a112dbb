"""What holds for every text, however odd."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import TimeBudgetExceeded
from headroom.kinds.text import Kompress
from headroom.source import Source
from headroom.tokens import get_counter
from headroom.toolkit.markers import MARKER, SMALLEST
from headroom.toolkit.sentences import sentences
from headroom.view import Deadline, Request, View

COUNTER = get_counter()

_PIECES = st.sampled_from(
    [
        "The ship left port on 3 May. ",
        "Dr. Rivera of Acme Inc. agreed!",
        " Why not? ",
        "\n",
        "\n\n",
        "\r\n",
        "- an item of a list\n",
        "# A heading\n",
        "```\ncode here\n```\n",
        "```\n",
        "| a | b |\n",
        "    indented line\n",
        "\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002",
        "Introduction ........ 4\n",
        "[sentences 2-9 left out]",
        "[left out]",
        "word " * 80,
        "x" * 700,
        "\ud800",
        "\x00",
        "\u2026",
        "3.14 ",
        "e.g. this",
        '"Quoted," she said. ',
        "=====\n",
        "\t",
    ]
)
TEXTS = st.one_of(
    st.lists(_PIECES, max_size=60).map("".join),
    st.text(max_size=400),
    st.text(alphabet="aB .\n!?\u3002-#|`=", max_size=400),
)


def compress(text: str, **options: object) -> View | None:
    request = Request("text", COUNTER, COUNTER.count(text), **options)  # type: ignore[arg-type]
    return Kompress().compress(Source(text, request.deadline), request)


def kept_and_left_out(text: str, view: View) -> tuple[list[str], list[str]]:
    (omission,) = view.omissions
    assert omission.unit in ("sentences", "lines")
    units = sentences(text) if omission.unit == "sentences" else text.split("\n")
    gone = {number for first, last in omission.ranges for number in range(first, last + 1)}
    assert all(1 <= number <= len(units) for number in gone)
    kept = [unit for number, unit in enumerate(units, 1) if number not in gone]
    return kept, [unit for number, unit in enumerate(units, 1) if number in gone]


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_the_sentences_are_exactly_the_text(text: str) -> None:
    units = sentences(text)
    assert "".join(units) == text
    assert all(units)
    assert all(len(unit.strip()) <= 4000 for unit in units)


@settings(max_examples=80, deadline=None)
@given(
    TEXTS,
    st.one_of(st.none(), st.integers(1, 400)),
    st.sampled_from([None, "", "who left port?", "\ud800 \u5929\u6c14", "[left out] ("]),
    st.sampled_from(["balanced", "compact"]),
)
def test_a_view_is_kept_sentences_in_order_and_markers(
    text: str, max_tokens: int | None, query: str | None, fidelity: str
) -> None:
    view = compress(text, max_tokens=max_tokens, query=query, fidelity=fidelity)
    assert view == compress(text, max_tokens=max_tokens, query=query, fidelity=fidelity)
    if view is None:
        return
    assert not view.lossless
    if max_tokens is not None:
        assert COUNTER.count(view.text) <= max_tokens
    kept, left_out = kept_and_left_out(text, view)
    assert left_out
    if not any(unit.strip() for unit in kept):
        assert MARKER.fullmatch(view.text)
        return
    rest = view.text
    for body in filter(None, map(str.strip, kept)):
        before, found, rest = rest.partition(body)
        assert found == body
        # Nothing stands between two kept sentences but white space and our marker.
        assert re.fullmatch(r"\s*(?:\[(?:sentence|line)s? \d+(?:-\d+)? left out\]\s*)?", before)
    assert re.fullmatch(r"\s*(?:\[(?:sentence|line)s? \d+(?:-\d+)? left out\])?", rest)


@settings(max_examples=80, deadline=None)
@given(st.integers(30, 150), st.sampled_from([None, "room 3 sensor 17"]))
def test_every_omission_is_said_where_it_happened(count: int, query: str | None) -> None:
    text = " ".join(f"Sensor {n} in room {n % 7} reads {n * n} degrees." for n in range(count))
    view = compress(text, query=query)
    assert view is not None
    said = [
        (int(first), int(last or first))
        for first, last in re.findall(r"\[sentences? (\d+)(?:-(\d+))? left out\]", view.text)
    ]
    assert tuple(said) == view.omissions[0].ranges


@pytest.mark.parametrize("query", [None, "Which sensor reads 2500 degrees?"])
def test_more_budget_keeps_more_and_uses_it_up(query: str | None) -> None:
    text = "\n\n".join(
        " ".join(f"Sensor {n * 7 + m} in room {n} reads {n * m} degrees." for m in range(7))
        for n in range(90)
    )
    total = COUNTER.count(text)
    before = 0
    for budget in (50, 75, 100, 150, 200, 400, 800, 1600, 3200, total - 200):
        view = compress(text, max_tokens=budget, query=query)
        assert view is not None
        assert 0.75 * budget - 25 <= COUNTER.count(view.text) <= budget
        kept, _ = kept_and_left_out(text, view)
        assert len(kept) >= before
        before = len(kept)
    assert compress(text, max_tokens=total, query=query) is None


def test_no_room_for_a_sentence_leaves_the_marker_alone() -> None:
    text = "This is a rather long sentence about nothing in particular at all. " * 20
    for budget in (1, 2, 4, 12):
        view = compress(text, max_tokens=budget)
        assert view is not None
        assert MARKER.fullmatch(view.text) or view.text == SMALLEST
        assert view.omissions[0].ranges == ((1, 20),)
        assert COUNTER.count(view.text) <= budget


@pytest.mark.parametrize("text", ["", "One.", "Short text. Nothing to gain here.", " \n\n "])
def test_small_texts_are_left_alone(text: str) -> None:
    assert compress(text) is None
    assert compress(text, fidelity="compact") is None


def test_lossless_leaves_nothing_out() -> None:
    assert compress("Many a sentence. " * 200, fidelity="lossless") is None


def test_the_deadline_is_kept() -> None:
    clock = iter(range(1000))
    deadline = Deadline(0, clock=lambda: float(next(clock)))
    with pytest.raises(TimeBudgetExceeded):
        compress("All is well. Or is it? " * 500, deadline=deadline)


@pytest.mark.parametrize(
    "text",
    [
        "." * 20_000,
        ". " * 10_000,
        "a." * 10_000,
        "\n" * 20_000,
        " " * 20_000,
        "a " * 10_000,
        "x" * 20_000,
        '."' * 10_000,
        "1. " * 7_000,
        "```\n" * 5_000,
        "|\n" * 10_000,
        "- \n" * 7_000,
        "===\n" * 5_000,
        "A\n\n" * 7_000,
        "\u3002" * 10_000,
        "\u4eca" * 20_000,
        "\ud800" * 10_000,
        ". . . . " * 3_000,
        "(" * 20_000,
        "[1]." * 5_000,
        "\r\n" * 8_000,
        "a\x0b\x0c\x1c" * 4_000,
    ],
    ids=lambda text: repr(text[:8]),
)
@pytest.mark.parametrize("query", [None, "a . x"])
def test_hostile_text_takes_linear_time(text: str, query: str | None) -> None:
    started = time.process_time()
    assert "".join(sentences(text)) == text
    compress(text, query=query, deadline=Deadline(10))
    assert time.process_time() - started < 10
