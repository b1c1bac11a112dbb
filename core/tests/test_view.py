"""The nouns: what they say of places, times and tokens, to the unit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from headroom import (
    CompressResult,
    Deadline,
    Omission,
    Piece,
    Request,
    TimeBudgetExceeded,
    View,
    get_counter,
)
from headroom.view import or_original, savings_percent, spelled, spelled_path
from headroom_testing import ManualClock

RESULT = CompressResult(
    "a view", 1000, 150, ("log_compressor",), "log", False, (Omission("lines", ((2, 9),)),)
)


def test_the_time_is_up_behind_its_end_and_not_at_it(clock: ManualClock) -> None:
    deadline = Deadline(2, clock=clock)
    assert deadline.left == 2
    clock.advance(2)
    assert deadline.left == 0
    deadline.check()
    clock.advance(0.5)
    assert deadline.left == -0.5
    with pytest.raises(TimeBudgetExceeded):
        deadline.check()


def test_a_loop_is_stopped_before_its_first_item_and_every_few(clock: ManualClock) -> None:
    deadline = Deadline(2, clock=clock)
    items = deadline.over(range(9), every=3)
    assert [next(items), next(items)] == [0, 1]
    clock.advance(3)
    assert next(items) == 2
    with pytest.raises(TimeBudgetExceeded):
        next(items)
    with pytest.raises(TimeBudgetExceeded):
        next(deadline.over("a"))
    assert list(Deadline(None).over(range(1201))) == list(range(1201))


def test_a_loop_looks_at_the_clock_now_and_then_only() -> None:
    looks = 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        return 0.0

    deadline = Deadline(1, clock=clock)
    looks = 0
    assert sum(1 for _ in deadline.over(range(100_000))) == 100_000
    assert 50 < looks <= 200


@pytest.mark.parametrize(
    "path",
    ["", "/a", "/a b/c", "/orders/Order date", "/a~1b", "/größe", "/rows", "/a,b", "/lines of"],
)
def test_pointers_that_a_place_can_hold_are_written_as_they_are(path: str) -> None:
    assert spelled_path(path) == path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a]b", r'"/a\u005db"'),
        ("/[a", r'"/\u005ba"'),
        ('/a"b', r'"/a\"b"'),
        ("/a;b", '"/a;b"'),
        ("/a  b", '"/a  b"'),
        ("/a ", '"/a "'),
        ("/a/", '"/a/"'),
        ("/a WITHIN b", '"/a WITHIN b"'),
        ("/größe;", '"/größe;"'),
        ("/a\nö", r'"/a\n\u00f6"'),
        ("/a\u202eb", r'"/a\u202eb"'),
    ],
)
def test_other_pointers_are_in_quotes(path: str, said: str) -> None:
    assert spelled_path(path) == said


def test_parts_in_words() -> None:
    assert spelled((3, 90)) == "lines 3-90"
    assert spelled("/a;b") == '"/a;b"'
    assert spelled("lines 3-90 of /a;b") == 'lines 3-90 of "/a;b"'
    assert spelled("lines 7 of /a") == "lines 7 of /a"


@pytest.mark.parametrize(
    ("omission", "where", "count"),
    [
        (Omission("rows", ((3, 111), (114, 250))), "rows 3-111,114-250", 246),
        (Omission("rows", ((3, 3),), path="/a;b"), 'rows 3 of "/a;b"', 1),
        (Omission("values", (), path="/a"), "/a", 1),
        (Omission("values", ()), "everything", 1),
        (Omission("values", (), within=(3, 9)), "lines 3-9", 1),
        (Omission("values", (), path="/a", within=(3, 9)), "/a within lines 3-9", 1),
        (Omission("sentences", ((2, 5),), within="/a"), "sentences 2-5 within /a", 4),
        (Omission("lines", ((7, 7),), chars=(31, 50)), "lines 7:31-50", 1),
    ],
)
def test_what_is_left_out_and_how_much(omission: Omission, where: str, count: int) -> None:
    assert (omission.where, omission.count) == (where, count)


@pytest.mark.parametrize(
    ("omission", "within", "first_line", "where"),
    [
        (Omission("lines", ((1, 3), (5, 6))), (7, 90), 1, "lines 7-9,11-12"),
        (Omission("lines", ((7, 9),)), (7, 90), 7, "lines 7-9"),
        (Omission("lines", ((4, 6),)), (7, 90), 3, "lines 8-10"),
        (Omission("lines", ((1, 3),)), "/a", 1, "lines 1-3 within /a"),
        (Omission("lines", ((1, 3),)), "lines 11-40 of /a", 1, "lines 11-13 within /a"),
        (Omission("rows", ((1, 3),)), "lines 11-40 of /a", 1, "rows 1-3 within lines 11-40 of /a"),
        (Omission("lines", ((1, 3),), "/b"), (7, 90), 1, "lines 1-3 of /b within lines 7-90"),
    ],
)
def test_what_a_part_leaves_out_said_of_the_whole(
    omission: Omission, within: tuple[int, int] | str, first_line: int, where: str
) -> None:
    assert omission.of_part(within, first_line).where == where


def test_what_markers_of_a_part_count_for_themselves() -> None:
    def counted(*omissions: Omission, own: int = 7, first_line: int = 7) -> list[str]:
        return View("text", False, omissions, first_line=own).counted_apart(first_line)

    assert counted(Omission("lines", ((8, 9),))) == []
    assert counted(Omission("lines", ((8, 9),)), own=1) == ["lines"]
    assert counted(Omission("lines", ((8, 9),)), own=8) == ["lines"]
    assert counted(Omission("lines", ((8, 9),), "/a")) == ["lines"]
    assert counted(Omission("values", (), "/a"), Omission("rows", ((1, 2),))) == ["rows"]
    assert counted(Omission("sentences", ((1, 2),)), Omission("rows", ((1, 2),))) == [
        "rows",
        "sentences",
    ]


@pytest.mark.parametrize(
    ("piece", "whole"),
    [
        (Piece("x", number=3, within=(7, 90)), Piece("x", number=9)),
        (Piece("x", number=1, within="lines 11-40 of /a"), Piece("x", number=11, within="/a")),
        (Piece("x", number=3, within="/a"), Piece("x", number=3, within="/a")),
    ],
)
def test_lines_of_a_part_are_counted_in_the_whole(piece: Piece, whole: Piece) -> None:
    assert piece.in_whole() == whole


@pytest.mark.parametrize(
    "piece",
    [
        Piece("x", number=3),
        Piece("x", "rows", 3, within=(7, 90)),
        Piece("x", number=3, path="/a", within=(7, 90)),
        Piece("x", number=0, within=(7, 90)),
    ],
)
def test_what_is_no_line_of_a_part_stays(piece: Piece) -> None:
    assert piece.in_whole() is piece


def test_characters_of_a_piece() -> None:
    piece = Piece("harbour", number=4)
    assert piece.part(None) is piece
    for chars, text, found in (
        ((1, 4), "harb", (1, 4)),
        ((3, 3), "r", (3, 3)),
        ((5, None), "our", (5, 7)),
        ((6, 99), "ur", (6, 7)),
        ((7, 7), "r", (7, 7)),
    ):
        assert piece.part(chars) == Piece(text, number=4, chars=found), chars
    assert piece.part((8, None)) is None
    assert piece.part((8, 9)) is None


def test_a_budget_is_kept_at_its_last_token() -> None:
    counter = get_counter()
    request = Request("log", counter, 1000)
    text = "the harbour of the town was dredged"
    tokens = counter.count(text)
    assert request.fits(text * 100)
    assert request.deadline.left is None
    for most, fits in ((tokens - 1, False), (tokens, True), (tokens + 1, True)):
        assert Request("log", counter, 1000, max_tokens=most).fits(text) == fits


def test_a_view_with_a_line_more_is_one_while_it_has_fewer_tokens() -> None:
    longer = or_original(RESULT, "a longer view", 999, "the original")
    assert (longer.text, longer.tokens_after) == ("a longer view", 999)
    assert (longer.omissions, longer.transforms) == (RESULT.omissions, RESULT.transforms)
    assert not longer.lossless
    for tokens in (1000, 1001):
        whole = or_original(RESULT, "a longer view", tokens, "the original")
        assert whole == CompressResult("the original", 1000, 1000, (), "log", True)
        assert whole.complete


def test_what_a_view_saves() -> None:
    assert (RESULT.tokens_saved, RESULT.savings_percent, RESULT.complete) == (850, 85.0, False)
    assert [savings_percent(*pair) for pair in ((3, 1), (7, 7), (4, 5), (0, 0))] == [
        66.7, 0.0, -25.0, 0.0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        (Omission("lines", ((2, 9),)), "unit"),
        (Request("log", get_counter(), 1000), "kind"),
        (View("text", False), "text"),
        (Piece("text"), "text"),
        (RESULT, "text"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_is_handed_around_cannot_be_changed(noun: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(noun, name, "another")


def test_what_is_not_said_of_a_noun() -> None:
    omission, view, piece = Omission("lines", ()), View("text", True), Piece("text")
    assert (omission.path, omission.within, omission.chars, omission.in_part) == (
        "",
        None,
        None,
        False,
    )
    assert (view.omissions, view.transforms, view.first_line) == ((), (), 1)
    assert (piece.number, piece.path, piece.within, piece.group) == (0, "", None, -1)
    assert (piece.unit, piece.is_inseparable, piece.heads) == ("lines", False, ())
