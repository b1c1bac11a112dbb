"""The laws that the pipeline keeps, whatever a compressor does."""

from __future__ import annotations

import base64
import json
import logging
import random
from collections.abc import Callable
from itertools import count

import pytest

from headroom import (
    CompressResult,
    Kind,
    Omission,
    Pipeline,
    Request,
    Source,
    View,
    WrongKind,
    compress,
    get_counter,
)
from headroom.toolkit.excerpt import excerpt
from headroom_testing import HOSTILE, ManualClock

TEXT = "\n".join(f"line number {n} of a text that goes on and on" for n in range(100))


class Scripted:
    """A kind that does what it is told."""

    name = "scripted"

    def recognise(self, source: Source) -> bool:
        return True

    def __init__(self, act: Callable[[str, Request], View | None]) -> None:
        self.act = act
        self.requests: list[Request] = []

    def compress(self, source: Source, request: Request) -> View | None:
        self.requests.append(request)
        return self.act(source.text, request)


def head(content: str, request: Request) -> View:
    lines = content.split("\n")
    omission = Omission("lines", ((3, len(lines)),))
    text = "\n".join([*lines[:2], f"[{omission.where} left out]"])
    return View(text, lossless=False, omissions=(omission,))


def run(kind: Kind, content: str = TEXT, **options: object) -> CompressResult:
    return Pipeline([kind]).compress(content, counter=get_counter(), **options)  # type: ignore[arg-type]


def test_a_view_and_what_is_known_of_it() -> None:
    result = run(Scripted(head))
    assert result.text.endswith("[lines 3-100 left out]")
    assert result.transforms == ("scripted",)
    assert result.kind == "scripted"
    assert not result.lossless
    assert result.omissions == (Omission("lines", ((3, 100),)),)
    assert result.tokens_saved == result.tokens_before - result.tokens_after > 0
    assert result.savings_percent > 90


def test_the_compressor_knows_what_is_asked_for() -> None:
    scripted = Scripted(head)
    run(scripted, query="number 7", max_tokens=50, fidelity="compact")
    (request,) = scripted.requests
    assert (request.query, request.max_tokens, request.fidelity) == ("number 7", 50, "compact")
    assert request.kind == "scripted"
    assert request.original_tokens == get_counter().count(TEXT)


def test_no_view_is_the_original() -> None:
    result = run(Scripted(lambda content, request: None))
    assert result.text == TEXT
    assert result.lossless
    assert result.transforms == result.omissions == ()


@pytest.mark.parametrize("lossless", [True, False])
def test_a_view_that_is_no_smaller_is_the_original(lossless: bool) -> None:
    def longer(content: str, request: Request) -> View:
        return View(content + " [left out]", lossless, (Omission("lines", ((1, 1),)),))

    assert run(Scripted(longer)).text == TEXT


def test_leaving_out_a_little_is_not_worth_it() -> None:
    def without_the_last(content: str, request: Request) -> View:
        text = content.rpartition("\n")[0] + "\n[line 100 left out]"
        return View(text, lossless=False, omissions=(Omission("lines", ((100, 100),)),))

    assert run(Scripted(without_the_last)).text == TEXT
    # But under a budget it is what it takes.
    before = get_counter().count(TEXT)
    assert run(Scripted(without_the_last), max_tokens=before - 1).transforms == ("scripted",)


@pytest.mark.parametrize("max_tokens", [1, 2, 3, 5, 10, 30, 50, 100, 1000])
def test_the_budget_holds_whatever_the_compressor_does(max_tokens: int) -> None:
    result = run(Scripted(lambda content, request: None), max_tokens=max_tokens, query="number 57")
    assert result.tokens_after == get_counter().count(result.text) <= max_tokens
    if max_tokens >= 50:
        assert "line number 57 " in result.text
    if max_tokens < get_counter().count(TEXT):
        assert result.transforms == ("excerpt",)
        assert result.omissions
        assert not result.lossless


def test_an_excerpt_spends_nothing_on_empty_lines() -> None:
    spaced = Source(TEXT.replace("\n", "\n\n\n"))
    request = Request("scripted", get_counter(), 2000, query="number 57", max_tokens=40)
    view = excerpt(spaced, request)
    assert view is not None
    assert "]\nline number 57 of" in view.text
    assert "]\n\n" not in view.text


def test_a_view_over_the_budget_is_not_used() -> None:
    assert run(Scripted(head), max_tokens=10).transforms == ("excerpt",)


def raises(error: Exception) -> Callable[[str, Request], View]:
    def act(content: str, request: Request) -> View:
        raise error

    return act


@pytest.mark.parametrize(
    "error", [ValueError("secret words"), RecursionError(), MemoryError(), KeyError("secret")]
)
def test_an_exception_gives_the_original_back(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        result = run(Scripted(raises(error)))
    assert result.text == TEXT
    assert result.failure == f"scripted failed on this scripted: {type(error).__name__}"
    assert result.failure in caplog.text
    assert "secret" not in caplog.text


def test_an_excerpt_that_fails_leaves_a_note(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(source: Source, request: Request) -> View:
        raise KeyError("payload text that must not be logged")

    monkeypatch.setattr("headroom.pipeline.pipeline.excerpt", broken)
    result = run(Scripted(lambda *_: None), max_tokens=20)
    assert result.tokens_after <= 20
    assert [gone.count for gone in result.omissions] == [100]
    assert "no excerpt could be made: KeyError" in caplog.text
    assert "must not be logged" not in caplog.text


def test_an_exception_under_a_budget_keeps_the_budget() -> None:
    result = run(Scripted(raises(ValueError())), max_tokens=60)
    assert result.failure
    assert result.tokens_after <= 60


def test_the_end_of_the_time_gives_the_original_back() -> None:
    clock = ManualClock()

    def slow(content: str, request: Request) -> View:
        clock.advance(11)
        request.deadline.check()
        return head(content, request)

    pipeline = Pipeline([Scripted(slow)], max_seconds=10, clock=clock)
    result = pipeline.compress(TEXT, counter=get_counter())
    assert result.text == TEXT
    assert result.failure == "scripted failed on this scripted: TimeBudgetExceeded"


def test_whenever_the_time_ends_the_original_or_a_note_goes_on() -> None:
    blob = base64.b64encode(random.Random(5).randbytes(6000)).decode()
    text = f"\x1b[31m{TEXT}\x1b[0m\n{blob}\n" + json.dumps([{"id": n} for n in range(99)])
    failures = set()
    for seconds in range(60):
        for max_tokens in (None, 50):
            # Each look at the clock takes a second.
            pipeline = Pipeline(max_seconds=seconds, clock=count().__next__)
            result = pipeline.compress(text, counter=get_counter(), max_tokens=max_tokens)
            assert max_tokens is None or result.tokens_after <= max_tokens
            assert result.text == text or result.transforms
            failures.add(result.failure)
    assert "the router failed on this payload: TimeBudgetExceeded" in failures


def test_very_large_payloads_are_not_compressed() -> None:
    pipeline = Pipeline([Scripted(head)], max_chars=1000)
    result = pipeline.compress(TEXT, counter=get_counter())
    assert result.text == TEXT
    assert result.failure == "more than 1000 characters are not compressed"


def test_the_next_kind_is_tried_where_the_first_was_wrong() -> None:
    class Wrong(Scripted):
        name = "wrong"

    wrong = Wrong(raises(WrongKind()))
    result = Pipeline([wrong, Scripted(head)]).compress(TEXT, counter=get_counter())
    assert len(wrong.requests) == 1
    assert result.kind == "scripted"


def test_a_new_kind_is_known_by_its_name() -> None:
    class Notes(Scripted):
        name = "notes"

    pipeline = Pipeline([Notes(head)])
    result = pipeline.compress(TEXT, counter=get_counter(), kind="notes")
    assert result.kind == "notes"
    with pytest.raises(ValueError, match=r"kind must be one of code, diff, .*, not 'notes'"):
        compress(TEXT, kind="notes")


def test_what_is_no_kind_is_an_error() -> None:
    with pytest.raises(TypeError, match="str is no kind: it has no name"):
        Pipeline(["json"])  # type: ignore[list-item]


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("max_tokens", [None, 1, 50])
def test_hostile_payloads(name: str, max_tokens: int | None) -> None:
    result = compress(HOSTILE[name], max_tokens=max_tokens, query="a query")
    assert result.failure is None
    assert result.tokens_after <= result.tokens_before
    if max_tokens is not None:
        assert result.tokens_after <= max_tokens
    if max_tokens == 50:
        assert result == compress(HOSTILE[name], max_tokens=max_tokens, query="a query")


def test_a_counter_can_be_passed_in() -> None:
    assert compress("one two three", counter=lambda text: len(text.split())).tokens_before == 3


PARTS = "\n\n".join(
    [
        "These are the notes:",
        "\n".join(f"note {n}: remember the milk of day {n}" for n in range(60)),
        "-----",
        "\n".join(f"2026-03-02T09:{n:02}:10 INFO request {n} served in {n} ms" for n in range(60)),
    ]
)


def test_a_part_that_fails_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Notes(Scripted):
        name = "notes"

        def recognise(self, source: Source) -> bool:
            return source.text.startswith("note ")

    with caplog.at_level(logging.WARNING):
        result = Pipeline([Notes(raises(KeyError("secret")))]).compress(
            PARTS, counter=get_counter()
        )
    assert result.failure == "notes failed on a part that is notes: KeyError"
    assert result.kind == "mixed"
    assert "log_compressor" in result.transforms
    assert "note 31: remember the milk of day 31" in result.text
    assert "Notes" in caplog.text
    assert "compress raised KeyError" in caplog.text
    assert "secret" not in caplog.text


def test_a_part_of_another_kind_goes_to_the_next_likely_one() -> None:
    class Times(Scripted):
        name = "times"

        def recognise(self, source: Source) -> bool:
            return source.text.startswith("2026-")

    pipeline = Pipeline([Times(raises(WrongKind()))])
    result = pipeline.compress(PARTS, counter=get_counter())
    assert "log_compressor" in result.transforms


def test_the_text_of_a_source_is_everybodys() -> None:
    with pytest.raises(AttributeError):
        Source("text").text = "gone"  # type: ignore[misc]
